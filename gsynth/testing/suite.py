"""The conformance suite for registered plugins: ``pytest --pyargs gsynth.testing.suite --gsynth-counter NAME ...``.

Without options every registered plugin is tested; one that cannot be used here is skipped with its reason, unless an
option names it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from gsynth.errors import UnavailablePluginError
from gsynth.plugins import Counter, Genome, Sampler, Scorer, Serializer, Track
from gsynth.plugins.loading import Registered
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import ROLES as BY_NAME
from gsynth.plugins.roles import Role
from gsynth.testing.counters import CounterConformance
from gsynth.testing.genomes import GenomeConformance
from gsynth.testing.pytest_plugin import ROLES, asked
from gsynth.testing.registration import Descriptor, RegistrationConformance
from gsynth.testing.samplers import SamplerConformance
from gsynth.testing.scorers import ScorerConformance
from gsynth.testing.serializers import SerializerConformance, Sniff
from gsynth.testing.tracks import TrackConformance

_NAMED: Final = ("counter", "sampler", "scorer", "serializer")
_BUILT_IN_GENOMES: Final = ("<dict>", "<fasta>", "<fasta with crlf>")
_BUILT_IN_TRACKS: Final = ("gc", "cpg", "n_frac", "masked_frac", "kmer_frac('CG')")


def _values(config: pytest.Config, role: str) -> list[str]:
    """The plugins or sources to test for a role: those of the options, or all that are registered."""
    wanted = asked(config)
    if wanted:
        return wanted[role]
    if role in _NAMED:
        return registry().names(BY_NAME[role])
    return list(_BUILT_IN_GENOMES if role == "genome" else _BUILT_IN_TRACKS)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every class once for each plugin or source of its role."""
    if "registered_name" in metafunc.fixturenames:
        pairs = list(_registered(metafunc.config))
        ids = [f"{role}-{name}" for role, name, _ in pairs]
        metafunc.parametrize("registered_name", pairs, ids=ids, scope="class")
    for role in ROLES:
        if f"{role}_asked" in metafunc.fixturenames:
            metafunc.parametrize(f"{role}_asked", _values(metafunc.config, role), scope="class")


def _registered(config: pytest.Config) -> Iterator[tuple[str, str, object]]:
    """Role, name and source (None where there is none) of the plugins whose registration is tested."""
    wanted = asked(config)
    for role, of in BY_NAME.items():
        for value in wanted.get(role, []) if wanted else registry().names(of):
            if wanted and role not in _NAMED:
                # The option names a source: what is tested is the plugin that takes it.
                yield role, _accepting(role, value), value
            else:
                yield role, value, None


def _accepting(role: str, source: object) -> str:
    of: Role[Any, Any] = BY_NAME[role]
    for entry in registry().ranked(of):
        if entry.descriptor.accepts(source):
            return str(entry.name)
    names = ", ".join(registry().names(of))
    raise pytest.UsageError(f"no registered {role} plugin accepts {source!r}; registered: {names}")


def _load(config: pytest.Config, role: str, name: str) -> Any:
    try:
        return registry().load(BY_NAME[role], name)
    except UnavailablePluginError as error:
        # A skipped plugin that was named would look like one that passed.
        if asked(config):
            raise
        pytest.skip(str(error))


def _select(role: str, name: str) -> Registered[Any]:
    return registry().select(BY_NAME[role], name)


def _open(role: str, source: object, *more: object) -> Any:
    of: Role[Any, Any] = BY_NAME[role]
    return registry().load(of, _accepting(role, source)).open(source, *more)


def built_in_bases() -> dict[str, bytes]:
    """A small genome with lower case, runs of N, a contig of one base, and last lines that are full and not full."""
    rng = np.random.default_rng(20)
    letters = np.frombuffer(b"ACGTacgtN", dtype=np.uint8)
    sizes = {"chr1": 70_321, "chr2": 60, "X": 61, "tiny": 1}
    genome = {name: letters[rng.integers(0, 9, size)].tobytes() for name, size in sizes.items()}
    genome["chr1"] = genome["chr1"][:900] + b"N" * 700 + genome["chr1"][1600:]
    return genome


def _write_fasta(path: Path, bases: Mapping[str, bytes], newline: bytes) -> Path:
    lines = []
    for name, sequence in bases.items():
        lines.append(b">" + name.encode() + b" a description")
        lines += [sequence[i : i + 60] for i in range(0, len(sequence), 60)]
    path.write_bytes(newline.join(lines) + newline)
    return path


def _open_genome(source: str, folder: Path) -> Genome:
    bases = built_in_bases()
    if source == "<dict>":
        opened = _open("genome", {name: sequence.decode() for name, sequence in bases.items()})
    elif source in _BUILT_IN_GENOMES:
        newline = b"\r\n" if "crlf" in source else b"\n"
        opened = _open("genome", str(_write_fasta(folder / "genome.fa", bases, newline)))
    else:
        opened = _open("genome", source)
    genome: Genome = opened
    return genome


class TestRegistration(RegistrationConformance):
    """Descriptors."""

    gsynth_suite_role = "any"

    @pytest.fixture
    def descriptor(self, request: pytest.FixtureRequest, registered_name: tuple[str, str, object]) -> Descriptor:
        role, name, _ = registered_name
        _load(request.config, role, name)
        found: Descriptor = _select(role, name).descriptor
        return found

    @pytest.fixture
    def source(self, registered_name: tuple[str, str, object]) -> object:
        return registered_name[2]


class TestCounter(CounterConformance):
    """Counters."""

    gsynth_suite_role = "counter"

    @pytest.fixture
    def counter(self, request: pytest.FixtureRequest, counter_asked: str) -> Counter:
        loaded: Counter = _load(request.config, "counter", counter_asked)
        return loaded


class TestSampler(SamplerConformance):
    """Samplers."""

    gsynth_suite_role = "sampler"

    @pytest.fixture
    def sampler(self, request: pytest.FixtureRequest, sampler_asked: str) -> Sampler:
        loaded: Sampler = _load(request.config, "sampler", sampler_asked)
        return loaded


class TestScorer(ScorerConformance):
    """Scorers."""

    gsynth_suite_role = "scorer"

    @pytest.fixture
    def scorer(self, request: pytest.FixtureRequest, scorer_asked: str) -> Scorer:
        loaded: Scorer = _load(request.config, "scorer", scorer_asked)
        return loaded


class TestSerializer(SerializerConformance):
    """Model file formats."""

    gsynth_suite_role = "serializer"

    @pytest.fixture
    def serializer(self, request: pytest.FixtureRequest, serializer_asked: str) -> Serializer:
        loaded: Serializer = _load(request.config, "serializer", serializer_asked)
        return loaded

    @pytest.fixture
    def suffix(self, serializer_asked: str) -> str:
        suffixes = _select("serializer", serializer_asked).descriptor.suffixes
        return str(suffixes[0]) if suffixes else ".model"

    @pytest.fixture
    def can_save(self, serializer_asked: str) -> bool:
        return bool(_select("serializer", serializer_asked).descriptor.can_save)

    @pytest.fixture
    def sniff(self, serializer_asked: str) -> Sniff | None:
        sniff: Sniff = _select("serializer", serializer_asked).descriptor.sniff
        return sniff


class TestGenome(GenomeConformance):
    """Genomes."""

    gsynth_suite_role = "genome"

    @pytest.fixture
    def genome(self, genome_asked: str, tmp_path: Path) -> Genome:
        return _open_genome(genome_asked, tmp_path)

    @pytest.fixture
    def expected(self, genome_asked: str) -> Mapping[str, bytes] | None:
        return built_in_bases() if genome_asked in _BUILT_IN_GENOMES else None


class TestTrack(TrackConformance):
    """Tracks."""

    gsynth_suite_role = "track"

    @pytest.fixture
    def genome(self, request: pytest.FixtureRequest, tmp_path: Path) -> Genome:
        named = asked(request.config).get("genome") or ["<dict>"]
        return _open_genome(named[0], tmp_path)

    @pytest.fixture
    def track(self, track_asked: str, genome: Genome) -> Track:
        opened: Track = _open("track", track_asked, genome)
        return opened
