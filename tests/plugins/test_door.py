"""What plugins and the objects of users hand back is checked: an error that names them, never a wild read."""

from __future__ import annotations

import io
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest

import gsynth
from gsynth.errors import BrokenPluginError, FormatError
from gsynth.genomes import open_genome, resolve_genome
from gsynth.plugins import GenomePlugin, TrackPlugin
from gsynth.plugins.origins import origin_of
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import COUNTER

# Without those that this environment is to lack: what they can do is asked before any test runs.
BACKENDS = [name for name in registry().names(COUNTER) if name not in os.environ.get("GSYNTH_TEST_WITHOUT", "").split()]
BASES = np.frombuffer(b"ACGTTGCAGG" * 3000, dtype=np.uint8)
GC = {"expr": "gc", "breaks": [0, 0.5, 1]}


class Mine:
    """A genome whose `fetch` hands back what `spoil` makes of the right answer."""

    def __init__(self, spoil, contigs=None):
        self.name, self.has_sequence = "mine", True
        self.contigs = {"c": BASES.size} if contigs is None else contigs
        self._spoil = spoil

    def fetch(self, contig, start, end):
        return self._spoil(BASES[start:end])


SPOILED = {
    "one too few": lambda bases: bases[:-1],
    "one too many": lambda bases: np.append(bases, np.uint8(65)),
    "nothing": lambda bases: bases[:0],
    "int8": lambda bases: bases.view(np.int8),
    "int64": lambda bases: bases.astype(np.int64),
    "strided": lambda bases: np.repeat(bases, 2)[::2],
    "two-dimensional": lambda bases: bases.reshape(1, -1),
    "bytes": lambda bases: bases.tobytes(),
    "list": lambda bases: bases.tolist(),
    "None": lambda bases: None,
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("dims", [[], [GC]], ids=["plain", "strata"])
@pytest.mark.parametrize("kind", SPOILED)
def test_a_genome_that_hands_back_something_else(backend, dims, kind):
    genome = Mine(SPOILED[kind])
    with pytest.raises(BrokenPluginError, match=r"Mine .*: fetch of c:\d+-\d+ gave .*, expected a contiguous uint8"):
        gsynth.train(*dims, genome=genome, k=3, iterator=100 if dims else None, backend=backend)
    model = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4), dtype=np.uint64))
    with pytest.raises(BrokenPluginError, match="fetch of c"):
        gsynth.sample(model, genome=genome, seed=1, backend=backend)
    with pytest.raises(BrokenPluginError, match="fetch of c"):
        gsynth.replace_kmer("CG", "GC", genome=genome, backend=backend)


@pytest.mark.parametrize(
    "contigs", [[("c", 9)], {"c": "9"}, {"c": -1}, {"c": 2.0}, {7: 9}, {"c": True}, {"c": 2**63}], ids=repr
)
def test_a_genome_of_impossible_contigs(contigs):
    with pytest.raises(
        BrokenPluginError, match=r"object passed as genome=, of class .*Mine \(not from an installed distribution\)"
    ):
        open_genome(Mine(lambda bases: bases, contigs))


def test_a_genome_that_raises_is_named():
    with pytest.raises(BrokenPluginError, match=r"Mine .* failed in fetch of c:0-\d+: ZeroDivisionError") as error:
        gsynth.train(genome=Mine(lambda bases: 1 / 0), k=2)
    assert isinstance(error.value.__cause__, ZeroDivisionError)
    with pytest.raises(OSError, match="the disk"):
        gsynth.train(genome=Mine(raising(OSError("the disk"))), k=2)


def raising(error):
    def spoil(bases):
        raise error

    return spoil


class MyTrack:
    """A track whose values are what `spoil` makes of zeros."""

    def __init__(self, spoil, flank=0):
        self.uses_sequence, self.flank, self._spoil = False, flank, spoil

    def window_values(self, contig, edges, sequence):
        return self._spoil(np.zeros(edges.size - 1))


TRACKS = {
    "one value": lambda values: values[:1],
    "a number": lambda values: 0.5,
    "too many": lambda values: np.append(values, 0.0),
    "float32": lambda values: values.astype(np.float32),
    "integers": lambda values: values.astype(np.int64),
    "list": lambda values: values.tolist(),
    "None": lambda values: None,
    "column": lambda values: values[:, None],
}


@pytest.mark.parametrize("kind", TRACKS)
@pytest.mark.parametrize("expr", ["mine", "mine + 1"])
@pytest.mark.parametrize("intervals", [None, [("c", 0, 300), ("c", 900, 1000)]], ids=["one", "many"])
def test_a_track_that_hands_back_something_else(kind, expr, intervals):
    with pytest.raises(
        BrokenPluginError,
        match=r"passed as track 'mine', of class .*MyTrack .*: window_values of c:\d+-\d+ gave .* float64",
    ):
        gsynth.train(
            {"expr": expr, "breaks": [0, 1, 2]}, genome={"c": BASES}, tracks={"mine": MyTrack(TRACKS[kind])},
            iterator=100, k=2, intervals=intervals,
        )  # fmt: skip


@pytest.mark.parametrize("flank", [-1, 0.5, None, True])
def test_a_track_of_an_impossible_flank(flank):
    with pytest.raises(BrokenPluginError, match="flank of track 'mine'"):
        gsynth.train(
            {"expr": "mine", "breaks": [0, 1]}, genome={"c": BASES}, k=2, iterator=100,
            tracks={"mine": MyTrack(lambda values: values, flank)},
        )  # fmt: skip


def test_a_track_function_that_raises_is_named_with_its_windows():
    def slope(contig, starts, ends):
        raise KeyError("c")

    with pytest.raises(ValueError, match=r"track function slope failed for the 300 windows of c:0-30000 .*KeyError"):
        gsynth.train({"expr": "mine", "breaks": [0, 1]}, genome={"c": BASES}, tracks={"mine": slope}, iterator=100, k=2)


# What stands around the arrays.


@pytest.mark.parametrize(
    ("name", "value"),
    [("name", None), ("name", 7), ("has_sequence", None), ("has_sequence", lambda: True), ("contigs", {"": 9})],
)
def test_a_genome_of_impossible_attributes(name, value):
    genome = Mine(lambda bases: bases)
    setattr(genome, name, value)
    with pytest.raises(BrokenPluginError, match=rf"passed as genome=, of class .*Mine .*{name} gave .*, expected"):
        gsynth.train(genome=genome, k=2)


def test_a_genome_whose_attributes_raise_is_named():
    class Closed(Mine):
        contigs = property(lambda self: 1 / 0, lambda self, value: None)

    with pytest.raises(BrokenPluginError, match=r"Closed .* failed in reading its attributes: ZeroDivisionError"):
        gsynth.train(genome=Closed(lambda bases: bases), k=2)


def test_a_class_is_no_genome():
    with pytest.raises(TypeError, match="found the class Mine: make one of it"):
        gsynth.train(genome=Mine, k=2)


def test_a_memory_map_is_an_array(tmp_path):
    BASES.tofile(tmp_path / "bases")
    mapped = np.memmap(tmp_path / "bases", dtype=np.uint8, mode="r")

    class Mapped(Mine):
        def fetch(self, contig, start, end):
            return mapped[start:end]

    assert gsynth.train(genome=Mapped(None), k=3) == gsynth.train(genome={"c": BASES}, k=3)


def test_a_masked_array_is_not():
    genome = Mine(lambda bases: np.ma.masked_equal(bases, 65))
    with pytest.raises(BrokenPluginError, match=r"gave MaskedArray of uint8\[30000\], expected a contiguous uint8"):
        gsynth.train(genome=genome, k=2)


class Many(Mine):
    """A genome that reads many stretches at once, and leaves what `leave` says."""

    def __init__(self, leave, bases=BASES):
        super().__init__(None, {"c": bases.size})
        self.leave, self.bases = leave, bases

    def fetch(self, contig, start, end):
        return self.bases[start:end]

    def fetch_many(self, ids, starts, ends, out):
        whole = np.concatenate([self.bases[start:end] for start, end in zip(starts, ends, strict=True)])
        cells = self.leave(np.arange(out.size))
        out[cells] = whole[cells]


STRETCHES = [("c", 0, 100), ("c", 20_000, 20_100), ("c", 29_000, 29_500)]


@pytest.mark.parametrize(
    "leave",
    [lambda cells: cells[:-1], lambda cells: cells[1:], lambda cells: cells[:100], lambda cells: cells[100:]],
    ids=["last base", "first base", "all but the first stretch", "first stretch"],
)
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_genome_that_fills_too_few_stretches(leave, backend):
    with pytest.raises(BrokenPluginError, match=r"Many .*: fetch_many of 3 stretches gave stretches that are not fill"):
        gsynth.train(genome=Many(leave), intervals=STRETCHES, k=3, backend=backend)


def test_a_genome_that_holds_any_byte_fills_its_stretches_and_is_refused_for_its_letters():
    bases = BASES.copy()
    bases[[0, 99, 20_000, 29_499]] = 255
    with pytest.raises(FormatError, match="mine, c:1: found byte 0xff, expected bases"):
        gsynth.train(genome=Many(lambda cells: cells, bases), intervals=STRETCHES, k=3)


def test_a_genome_that_returns_its_stretches():
    class Returns(Many):
        def fetch_many(self, ids, starts, ends, out):
            super().fetch_many(ids, starts, ends, out)
            return out

    with pytest.raises(BrokenPluginError, match=r"fetch_many of 3 stretches gave uint8\[700\], expected None"):
        gsynth.train(genome=Returns(lambda cells: cells), intervals=STRETCHES, k=3)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("contigs", ["c"], "a mapping of names to lengths"),
        ("contigs", {"c": None}, "a mapping of names to lengths"),
        ("categories", ["a", "b"], "a tuple of names"),
        ("categories", (1, 2), "a tuple of names"),
        ("elsewhere", "0", "a number or NaN"),
        ("uses_sequence", None, "True or False"),
    ],
)
def test_a_track_of_impossible_attributes(name, value, expected):
    track = MyTrack(lambda values: values)
    setattr(track, name, value)
    with pytest.raises(BrokenPluginError, match=rf"passed as track 'mine', .*{name} of track 'mine' gave .*{expected}"):
        gsynth.train({"expr": "mine", "breaks": [0, 1]}, genome={"c": BASES}, tracks={"mine": track}, iterator=100, k=2)


# Whose object it is.


def test_objects_of_plugins_are_named_by_their_plugin(beside):
    class Opens:
        def __init__(self, made):
            self.made = made

        def open(self, *source):
            return self.made

    found = beside(
        gsynth_genomes=GenomePlugin(
            name="short", load=lambda: Opens(Mine(lambda bases: bases[:-1])), accepts=lambda source: source == "short:"
        ),
        gsynth_tracks=TrackPlugin(
            name="flat", load=lambda: Opens(MyTrack(lambda values: values[:1])), accepts=lambda source: source == "flat"
        ),
    )
    assert found.broken == []
    with pytest.raises(BrokenPluginError, match=r"^genome 'short' \(from elsewhere\): fetch of c:0-30000 gave uint8"):
        gsynth.train(genome="short:", k=2)
    with pytest.raises(
        BrokenPluginError,
        match=r"^track 'flat' \(from elsewhere\), opened as track 'flat': window_values of c:0-30000 gave .*"
        r" \[block: c:0-29998\]$",
    ):
        gsynth.train({"expr": "flat", "breaks": [0, 1]}, genome={"c": BASES}, iterator=100, k=2)


def test_a_genome_with_an_alias_is_named_as_without():
    with pytest.raises(BrokenPluginError, match=r"^the object passed as genome=, of class .*Mine .*: fetch of c:"):
        gsynth.replace_kmer("CG", "GC", genome=open_genome(Mine(lambda bases: None), chrom_alias={"x": "c"}))


def test_built_in_sources_are_named(tmp_path):
    (tmp_path / "g.fa").write_text(">c\nACGT\n")
    assert origin_of(open_genome(tmp_path / "g.fa"), "genome") == "genome 'fasta' (from gsynth)"


def test_an_object_that_cannot_be_referred_to_weakly_goes_by_its_class():
    class Slots:
        __slots__ = ()
        name, contigs, has_sequence = "s", {"c": 9}, True

        def fetch(self, contig, start, end):
            return None

    with pytest.raises(BrokenPluginError, match=r"^genome of class .*Slots \(not from an installed dist"):
        gsynth.train(genome=Slots(), k=2)


def test_a_passed_object_stays_itself():
    """It is not wrapped: what it can do, and whether it pickles, does not change."""
    genome = Mine(len)
    assert resolve_genome(genome) is genome
    assert pickle.loads(pickle.dumps(open_genome({"c": BASES}))).contigs == {"c": BASES.size}


# What looks like a source and is none.


def test_an_open_text_is_refused_with_what_to_pass():
    with pytest.raises(TypeError, match="found StringIO; of an open file pass the path"):
        gsynth.train(genome=io.StringIO(">a\nACGT\n"), k=2)


def trained_on(array, width, **more):
    """A model with strata of an array for a contig of 30,000 bases."""
    track = {"arrays": {"1" if more else "chr1": np.zeros(array)}, "width": width}
    return gsynth.train(
        {"expr": "mine", "breaks": [0, 1]}, genome={"chr1": BASES}, tracks={"mine": track}, iterator=100, k=2, **more
    )


@pytest.mark.parametrize("alias", [{}, {"chrom_alias": "ucsc-ensembl"}], ids=["its name", "another name"])
@pytest.mark.parametrize(
    ("values", "width", "needs"),
    [(100, 1, "30,000"), (29_999, 1, "30,000"), (0, 1, "30,000"), (299, 100, "300"), (427, 70, "428")],
)
def test_an_array_that_is_too_short_for_its_contig(values, width, needs, alias):
    message = rf"an array of {values:,} values, each of {width} bp, for a contig of 30,000 bp, which needs {needs} or"
    with pytest.raises(ValueError, match=message):
        trained_on(values, width, **alias)


@pytest.mark.parametrize(("values", "width"), [(30_000, 1), (300, 100), (428, 70), (429, 70)])
def test_an_array_of_a_whole_contig(values, width):
    assert trained_on(values, width).total_kmers >= 2 * (BASES.size - 102)


# No process ends by a signal.


CRASH = """
import numpy as np, gsynth
class Spoiled:
    name, contigs, has_sequence = "spoiled", {"c": 300_000}, True
    def __init__(self, spoil):
        self.spoil = spoil
    def fetch(self, contig, start, end):
        return self.spoil(np.full(end - start, 67, dtype=np.uint8))
for spoil in (
    lambda b: b[:-1], lambda b: b[:-100_000], lambda b: b[:0], lambda b: b.view(np.int8), lambda b: b[::2],
    lambda b: np.append(b, b), lambda b: b.tobytes(), lambda b: None, lambda b: b.tolist(),
):
    for dims in ([], [{"expr": "gc", "breaks": [0, 0.5, 1]}]):
        try:
            gsynth.train(*dims, genome=Spoiled(spoil), k=5, iterator=200 if dims else None, backend=BACKEND)
        except gsynth.GsynthError as error:
            print("refused:", error)
"""


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_wrong_fetch_ends_no_process(backend):
    code = CRASH.replace("BACKEND", repr(backend))
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert len(lines) == 18
    assert all(line.startswith("refused: the object passed as genome=, of class __main__.Spoiled") for line in lines)
