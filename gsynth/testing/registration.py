"""What every registered descriptor must be."""

from __future__ import annotations

from typing import Any, Final

import pytest

from gsynth.plugins import Counter, GenomeOpener, Sampler, Scorer, Serializer, TrackOpener
from gsynth.plugins.loading import Registered
from gsynth.testing.clauses import SUITE_CONTRACT, require

PROTOCOLS: Final[dict[str, type[Any]]] = {
    "counter": Counter,
    "sampler": Sampler,
    "scorer": Scorer,
    "serializer": Serializer,
    "genome": GenomeOpener,
    "track": TrackOpener,
}
"""Role -> what `load` of its descriptor gives."""


class RegistrationConformance:
    """Subclass it, override `registered` and `role`, and pytest tests your descriptor."""

    @pytest.fixture
    def role(self) -> str:
        """The role of the plugin: counter, sampler, scorer, serializer, genome or track."""
        raise NotImplementedError("override the fixture `role`")

    @pytest.fixture
    def registered(self) -> Registered[Any]:
        """The plugin as it was registered."""
        raise NotImplementedError("override the fixture `registered`")

    def test_contract_version(self, registered: Registered[Any]) -> None:
        found = registered.descriptor.contract
        require(found == SUITE_CONTRACT, "registration", f"written for contract {found}")

    def test_loads_an_object_of_its_role(self, role: str, registered: Registered[Any]) -> None:
        found = registered.descriptor.load()
        fits = isinstance(found, PROTOCOLS[role]) and not isinstance(found, type)
        require(fits, "registration", f"load of {role} {registered.name!r} gave {found!r}")

    def test_accepts_answers_for_any_source(self, role: str, registered: Registered[Any]) -> None:
        if role not in ("genome", "track"):
            pytest.skip(f"a {role} has no accepts")
        # Every plugin is asked about every source, whatever a user passed.
        for source in ("", "no such file.xyz", b"bytes", 7, None, {}, [], object(), float("nan")):
            found = registered.descriptor.accepts(source)
            require(isinstance(found, bool), "registration", f"accepts({source!r}) gave {found!r}, not True or False")
