"""Every kind of track that gsynth brings keeps the contract: blocks and threads do not change a bit of a value."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsynth.genomes import open_genome
from gsynth.plugins import Genome, Track
from gsynth.testing.tracks import TrackConformance
from gsynth.tracks import open_tracks

SIZE = 7003


def _bed(path: Path) -> Path:
    rng = np.random.default_rng(4)
    starts = rng.integers(0, SIZE - 200, 500)
    ends = starts + rng.integers(1, 190, 500)
    scores = rng.normal(size=500)
    lines = [f"c\t{s}\t{e}\tn{s % 5}\t{v}\n" for s, e, v in zip(starts, ends, scores, strict=True)]
    path.write_text("".join(lines))
    return path


def _bedgraph(path: Path) -> Path:
    rng = np.random.default_rng(5)
    cuts = np.unique(rng.integers(0, SIZE, 900))
    lines = [f"c\t{s}\t{e}\t{rng.normal()}\n" for s, e in itertools.pairwise(cuts)]
    path.write_text("".join(lines[::3] + lines[1::3]))
    return path


def _bigwig(path: Path) -> Path:
    pyBigWig = pytest.importorskip("pyBigWig")
    rng = np.random.default_rng(6)
    cuts = np.unique(rng.integers(0, SIZE, 900))
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("c", SIZE)])
        starts, ends = cuts[:-1].tolist(), cuts[1:].tolist()
        file.addEntries(["c"] * len(starts), starts, ends=ends, values=rng.normal(size=len(starts)).tolist())
    return path


def _source(kind: str, folder: Path) -> Any:
    values = np.random.default_rng(8).normal(size=SIZE)
    values[300:900] = np.nan
    sources: dict[str, Callable[[], Any]] = {
        "coverage": lambda: _bed(folder / "x.bed"),
        "number": lambda: {"path": _bed(folder / "x.bed"), "column": "score"},
        "category": lambda: {"path": _bed(folder / "x.bed"), "column": "name"},
        "bedgraph": lambda: _bedgraph(folder / "x.bg"),
        "bigwig": lambda: _bigwig(folder / "x.bw"),
        "bases": lambda: {"c": values},
        "bins": lambda: {"arrays": {"c": values[: SIZE // 30]}, "width": 30},
        "function": lambda: lambda contig, starts, ends: np.sin(starts) + ends,
    }
    return sources[kind]()


SEQUENCE = ["gc", "cpg", "kmer_frac('CGA', 0)", "kmer_count('A')", "masked_frac", "n_frac", "log(gc) * (cpg > 0.5) + 1"]
SOURCES = ["coverage", "number", "category", "bedgraph", "bigwig", "bases", "bins", "function"]


class TestTracks(TrackConformance):
    @pytest.fixture
    def genome(self) -> Genome:
        letters = np.frombuffer(b"ACGTacgtCGN", dtype=np.uint8)
        return open_genome({"c": letters[np.random.default_rng(1).integers(0, letters.size, SIZE)], "d": b"ACGNN" * 99})

    @pytest.fixture(params=[*SEQUENCE, *SOURCES])
    def track(self, request: pytest.FixtureRequest, genome: Genome, tmp_path: Path) -> Track:
        if request.param in SEQUENCE:
            return open_tracks([request.param], None, genome)[0]
        return open_tracks(["t"], {"t": _source(request.param, tmp_path)}, genome)[0]
