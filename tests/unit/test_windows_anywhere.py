"""Windows that lie anywhere have the values that they have side by side, to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth.genomes import open_genome
from gsynth.plugins import ManyWindows, Track
from gsynth.tracks import bigwig, open_tracks
from gsynth.tracks.contigs import RenamedTrack
from gsynth.typing import TrackLike

SIZES = {"a": 5000, "missing": 400, "b": 60_000}
NAMES = list(SIZES)


def bed_graph(path: Path, seed: int = 1, *, apart: bool = False) -> Path:
    """Intervals with gaps; overlapping ones too, unless they must lie `apart` to be a bedGraph."""
    rng = np.random.default_rng(seed)
    lines = []
    for name in ("b", "a"):
        starts = np.cumsum(rng.integers(1, 40, SIZES[name] // 25))
        widths = rng.integers(1, 30, starts.size)
        if apart:
            widths = np.minimum(widths, np.diff(starts, append=SIZES[name]))
        for start, width, value in zip(starts, widths, rng.normal(size=starts.size), strict=True):
            if start + width < SIZES[name]:
                lines.append(f"{name}\t{start}\t{start + width}\t{value:.6g}\n")
    path.write_text("".join(lines))
    return path


def big_wig(path: Path) -> Path:
    pyBigWig = pytest.importorskip("pyBigWig")
    rng = np.random.default_rng(2)
    with pyBigWig.open(str(path), "w") as file:
        file.addHeader([("a", SIZES["a"]), ("b", SIZES["b"])])
        for name in ("a", "b"):
            starts = np.cumsum(rng.integers(2, 9, SIZES[name] // 9))
            ends = starts + rng.integers(1, 3, starts.size)
            values = rng.normal(size=starts.size)
            file.addEntries([name] * starts.size, starts.tolist(), ends=ends.tolist(), values=values.tolist())
    return path


def opened(source: TrackLike) -> Track:
    (track,) = open_tracks(["level"], {"level": source}, open_genome(SIZES))
    # Not by the genome's names, but the source itself.
    return track.track if isinstance(track, RenamedTrack) else track


SOURCES = {
    "bedGraph": lambda folder: {"path": bed_graph(folder / "x.bg", apart=True), "format": "bedgraph"},
    "coverage": lambda folder: {"path": bed_graph(folder / "x.bed"), "format": "bed"},
    "names": lambda folder: {"path": bed_graph(folder / "x.bed"), "format": "bed", "column": 4, "pattern": "([0-9])"},
    "bigWig": lambda folder: {"path": big_wig(folder / "x.bw"), "format": "bigwig"},
}


def windows(seed: int, count: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    rng = np.random.default_rng(seed)
    ids = rng.integers(0, len(NAMES), count)
    sizes = np.array(list(SIZES.values()))[ids]
    widths = np.minimum(rng.choice([1, 3, 50, 2000], count), sizes)
    starts = (rng.random(count) * (sizes - widths + 1)).astype(np.int64)
    return ids, starts, starts + widths


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("blocks", [1, 3, 512])
def test_each_window_has_the_value_that_it_has_alone(tmp_path, monkeypatch, kind, blocks):
    monkeypatch.setattr(bigwig, "_BLOCKS", blocks)
    track = opened(SOURCES[kind](tmp_path))
    ids, starts, ends = windows(blocks, 400)
    alone = [
        track.window_values(NAMES[i], np.array([start, end]), None)[0]
        for i, start, end in zip(ids.tolist(), starts.tolist(), ends.tolist(), strict=True)
    ]
    assert isinstance(track, ManyWindows)
    found = track.many_values(NAMES, ids, starts, ends)
    np.testing.assert_array_equal(found, alone)
    assert np.isfinite(found).sum() > 100
    assert track.many_values(NAMES, ids[:0], starts[:0], ends[:0]).size == 0


class Plain:
    """A track without the ability."""

    uses_sequence = False
    flank = 0

    def __init__(self, track: Track) -> None:
        self.track, self.contigs = track, SIZES

    def window_values(self, contig, edges, sequence):
        return self.track.window_values(contig, edges, sequence)


@pytest.mark.filterwarnings("ignore:.*lie outside of the strata")
@pytest.mark.parametrize("kind", ["bedGraph", "bigWig"])
def test_scattered_intervals_ask_once(tmp_path, monkeypatch, kind):
    track = opened(SOURCES[kind](tmp_path))
    ids, starts, ends = windows(9, 60)
    intervals = [(NAMES[i], s, e) for i, s, e in zip(ids.tolist(), starts.tolist(), ends.tolist(), strict=True)]
    genome = {name: "ACGTTGCATC" * (size // 10) for name, size in SIZES.items()}
    dim = {"expr": "level", "breaks": [-9, -0.1, 0, 0.1, 9]}
    options = {"iterator": 20, "k": 2, "genome": genome, "intervals": intervals}
    expected = gsynth.train(dim, tracks={"level": Plain(track)}, **options).counts
    assert (expected.sum(axis=(1, 2)) > 0).all()
    asked = []
    monkeypatch.setattr(type(track), "window_values", lambda *_: asked.append(1))
    np.testing.assert_array_equal(gsynth.train(dim, tracks={"level": track}, **options).counts, expected)
    assert not asked
