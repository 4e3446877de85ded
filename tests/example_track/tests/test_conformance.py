"""The conformance suite on the plugin: override the track, its genome, and the values that it must give."""

from __future__ import annotations

import itertools
import random

import numpy as np
import pytest

from gsynth.genomes import open_genome
from gsynth.testing.registration import RegistrationConformance
from gsynth.testing.tracks import TrackConformance

pytest.importorskip("gsynth_tsv", reason="gsynth-example-track is not installed: tox -e thirdparty")

SIZES = {"chr1": 70_500, "chr2": 900, "chr3": 40}
STATES = ("active", "poised", "silent")
WINDOWS = {"chr1": [0, 3, 50, 51, 400, 2000, 2017, 70_500], "chr2": [100, 200, 300, 899], "chr3": [0, 20, 40]}


def rows():
    """Intervals of two contigs, in no order, some of them overlapping, and some without a score or a state."""
    drawn = random.Random(4)
    for _ in range(900):
        contig = drawn.choice(["chr1", "chr1", "chr2"])
        start = drawn.randrange(SIZES[contig] - 130)
        yield contig, start, start + drawn.randint(1, 120), drawn.choice(["", 0.5, 2, 3]), drawn.choice(["", *STATES])


def per_base(contig, column):
    """For each base the values of the intervals that cover it."""
    found: list[list[object]] = [[] for _ in range(SIZES[contig])]
    for own, start, end, *values in rows():
        if own == contig and values[column] != "":
            for place in range(start, end):
                found[place].append(values[column])
    return found


def mean(cells):
    values = list(itertools.chain.from_iterable(cells))
    return sum(values) / len(values) if values else np.nan


def most(cells):
    values = list(itertools.chain.from_iterable(cells))
    return float(max(range(3), key=lambda i: (values.count(STATES[i]), -i))) if values else np.nan


def known(column, summary):
    expected = []
    for contig, edges in WINDOWS.items():
        bases = per_base(contig, column)
        expected.append((contig, edges, [summary(bases[low:high]) for low, high in itertools.pairwise(edges)]))
    return [case for case in expected if case[0] != "chr3"]


@pytest.fixture
def path(tmp_path):
    lines = ["chrom\tstart\tend\tscore\tstate\n", *("\t".join(map(str, row)) + "\n" for row in rows())]
    (tmp_path / "t.tsv").write_text("".join(lines))
    return tmp_path / "t.tsv"


class TestScore(TrackConformance):
    @pytest.fixture
    def genome(self):
        return open_genome(SIZES)

    @pytest.fixture
    def track(self, genome, path):
        from gsynth_tsv.opener import TableOpener

        return TableOpener().open(str(path), genome)

    @pytest.fixture
    def expected(self):
        return known(0, mean)


class TestState(TestScore):
    @pytest.fixture
    def track(self, genome, path):
        from gsynth_tsv.opener import TableOpener

        return TableOpener().open({"path": path, "format": "tsv", "column": "state"}, genome)

    @pytest.fixture
    def expected(self):
        return known(1, most)


class TestRegistered(RegistrationConformance):
    @pytest.fixture
    def descriptor(self):
        from gsynth_tsv.plugin import gsynth_tracks

        return next(gsynth_tracks())

    @pytest.fixture
    def source(self, path):
        return {"path": path, "column": "state"}
