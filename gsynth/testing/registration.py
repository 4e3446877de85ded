"""What every registered descriptor must be."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

from gsynth.plugins import (
    CounterPlugin,
    GenomePlugin,
    SamplerPlugin,
    ScorerPlugin,
    SerializerPlugin,
    TrackPlugin,
)
from gsynth.plugins.loading import missing_parts
from gsynth.plugins.roles import ROLES
from gsynth.testing.clauses import SUITE_CONTRACT, asking, broken, raised, require
from gsynth.testing.processes import kept_process, open_files

Descriptor = CounterPlugin | SamplerPlugin | ScorerPlugin | SerializerPlugin | GenomePlugin | TrackPlugin

ROLE_OF: Final[Mapping[type[Any], str]] = {role.descriptor: name for name, role in ROLES.items()}
"""Class of a descriptor -> role."""

_NO_SOURCES: Final[tuple[object, ...]] = (
    "", " ", "no such file.xyz", "\0", "x" * 5000, Path("no such file"), b"bytes", 7, None, {}, [], (), object(),
    float("nan"), int, {"genome": None, "name": ""}, {"path": "no such file"}, {"path": None}, {7: 7},
)  # fmt: skip
"""What users may pass, and may mistake for a source; every plugin is asked about each."""

_NOTHING: Final = (7, None, float("nan"), object())
"""Of these nobody can make a genome or a track."""


class RegistrationConformance:
    """Subclass it, override `descriptor` (and `source`, for a genome or track), and pytest tests your descriptor.

    Examples
    --------
    >>> class TestRegistered(RegistrationConformance):
    ...     @pytest.fixture
    ...     def descriptor(self):
    ...         return next(my_package.plugin.gsynth_tracks())
    """

    @pytest.fixture
    def descriptor(self) -> Descriptor:
        """What the hook yields."""
        raise NotImplementedError("override the fixture `descriptor`")

    @pytest.fixture
    def source(self) -> object:
        """A source that a genome or track plugin must accept; None if there is none at hand."""
        return None

    @pytest.fixture
    def role(self, descriptor: Descriptor) -> str:
        """The role of the plugin, by its descriptor."""
        found = ROLE_OF.get(type(descriptor))
        return found or broken("registration", f"the hook yielded {descriptor!r}, expected a descriptor")

    def test_contract_version(self, role: str, descriptor: Descriptor) -> None:
        found = descriptor.contract
        require(found == SUITE_CONTRACT, "registration", f"{role} {descriptor.name!r} was written for contract {found}")

    def test_loads_an_object_of_its_role(self, role: str, descriptor: Descriptor) -> None:
        with asking("registration", lambda: f"load of {role} {descriptor.name!r}"):
            found: Any = descriptor.load()
        expected = ROLES[role].protocol.__name__
        lacks = missing_parts(found, ROLES[role])
        said = f"load of {role} {descriptor.name!r} gave {found!r}"
        require(not isinstance(found, type), "registration", f"{said}, a class, expected an object of it")
        require(not lacks, "registration", f"{said}, which lacks {', '.join(lacks)}, expected a {expected}")

    def test_says_what_it_is(self, role: str, descriptor: Descriptor) -> None:
        found = f"no summary of {role} {descriptor.name!r}, expected what `gsynth plugins` says of it"
        require(bool(descriptor.summary.strip()), "registration", found)

    def test_accepts_answers_for_any_source(self, role: str, descriptor: Descriptor, tmp_path: Path) -> None:
        if not isinstance(descriptor, GenomePlugin | TrackPlugin):
            pytest.skip(f"a {role} has no accepts")
        (tmp_path / "empty").write_bytes(b"")
        (tmp_path / "bytes").write_bytes(bytes(range(256)) * 20)
        for source in (*_NO_SOURCES, tmp_path, tmp_path / "empty", str(tmp_path / "bytes"), descriptor.name):
            first, second = (_accepts(descriptor, source) for _ in range(2))
            require(first == second, "accepts", f"accepts({source!r}) gave {first}, then {second}")
        for source in _NOTHING:
            require(not _accepts(descriptor, source), "accepts", f"accepts({source!r}) gave True, expected False")

    def test_accepts_its_source(self, role: str, descriptor: Descriptor, source: object) -> None:
        if not isinstance(descriptor, GenomePlugin | TrackPlugin) or source is None:
            pytest.skip("no source: override the fixture source with one that a genome or track plugin must accept")
        _accepts(descriptor, source)
        before = open_files()
        with kept_process(lambda: "accepts"):
            answer = _accepts(descriptor, source)
        require(answer, "accepts", f"accepts({source!r}) gave False, expected True")
        require(open_files() == before, "accepts", f"accepts({source!r}) left a file open")

    def test_sniff_answers_for_any_file(self, role: str, descriptor: Descriptor, tmp_path: Path) -> None:
        if not isinstance(descriptor, SerializerPlugin):
            pytest.skip(f"a {role} has no sniff")
        (tmp_path / "empty").write_bytes(b"")
        (tmp_path / "bytes").write_bytes(bytes(range(256)) * 20)
        for path in (tmp_path, tmp_path / "empty", tmp_path / "bytes"):
            with asking("sniff", lambda path=path: f"sniff of {path.name!r}"):  # type: ignore[misc]  # a default
                answer: object = descriptor.sniff(path)
            require(isinstance(answer, bool), "sniff", f"sniff gave {answer!r}, expected True or False")
            require(not answer, "sniff", f"sniff gave True, expected False, for {path.name!r}")


def _accepts(descriptor: GenomePlugin | TrackPlugin, source: object) -> bool:
    __tracebackhide__ = True
    try:
        answer: object = descriptor.accepts(source)
    except OSError:
        return False
    except Exception as error:
        broken("accepts", f"{raised(error)}; accepts({source!r})")
    if not isinstance(answer, bool):
        broken("accepts", f"accepts({source!r}) gave {answer!r}, expected True or False")
    return answer
