"""Strata when sampling: looked up where training counted them, and the same wherever a model is taken."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth import GsynthModel
from gsynth.blocks.sampling import BatchSampler
from gsynth.errors import TrackError
from gsynth.evaluation.statistics import chi_square
from gsynth.intervals.pieces import Pieces
from gsynth.strata import Runs
from gsynth.strata.runs import PieceRuns

WIDTH = 20
K = 5


def chequered() -> tuple[dict[str, int], NDArray[np.int64]]:
    """A contig of windows of `WIDTH` bp that fall into three strata at random."""
    strata = np.random.default_rng(3).integers(0, 3, 50_000)
    return {"c": strata.size * WIDTH}, strata


def biased_model() -> GsynthModel:
    """Three strata whose tables differ much, as those of GC do; no counts from a genome, so no genome is needed."""
    rng = np.random.default_rng(4)
    counts = rng.integers(50, 150, (3, 4**K, 4)) * np.array([[5, 1, 1, 5], [2, 2, 2, 2], [1, 5, 5, 1]])[:, None]
    dims = ({"expr": "stratum", "breaks": [0, 1, 2, 3]},)
    return GsynthModel(k=K, dims=tuple(gsynth.DimSpec(**dim) for dim in dims), counts=counts, iterator=WIDTH)


def per_stratum_z(
    model: GsynthModel, sequences: list[str], intervals: list[tuple[str, int, int]], position_strata: NDArray[np.int64]
) -> NDArray[np.float64]:
    """z of the drawn bases of each stratum, given their contexts: standard normal for a right sampler.

    Pearson's chi-square over all contexts, standardised by its exact mean and variance; a base belongs to the stratum
    at the first base of its context.
    """
    counts = np.zeros(model.counts.shape, dtype=np.uint64)
    for sequence, (_, start, end) in zip(sequences, intervals, strict=True):
        codes = np.searchsorted(np.frombuffer(b"ACGT", np.uint8), np.frombuffer(sequence.encode(), np.uint8))
        windows = np.lib.stride_tricks.sliding_window_view(codes, K + 1)
        contexts = windows[:, :K] @ (4 ** np.arange(K)[::-1])
        np.add.at(counts, (position_strata[start : end - K], contexts, windows[:, K]), 1)
    cdf = model.cdf
    found, mean, variance = np.array([chi_square(counts[i], cdf[i]) for i in range(model.total_bins)]).T
    z: NDArray[np.float64] = (found - mean) / np.sqrt(variance)
    return z


def unaligned(size: int) -> list[tuple[str, int, int]]:
    """Intervals that begin and end within windows of the iterator, none on an edge."""
    starts = np.arange(7, size - 5000, 4973)
    return [("c", int(a), int(a) + 4001) for a in starts if a % WIDTH and (a + 4001) % WIDTH]


@pytest.fixture
def shifted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fault to be seen: the stratum of a base is the one at its own position, not k bases before."""
    right = BatchSampler._runs

    def wrong(self: BatchSampler, pieces: Pieces, windows: Pieces, runs: PieceRuns) -> Runs:
        edges, strata = right(self, pieces, windows, runs)
        edges = edges.copy()
        edges[1:-1] = np.clip(edges[1:-1] - self.order, 0, edges[-1])
        return edges, strata

    monkeypatch.setattr(BatchSampler, "_runs", wrong)


def z_of_unaligned_intervals() -> NDArray[np.float64]:
    sizes, strata = chequered()
    model, intervals = biased_model(), unaligned(sizes["c"])
    sequences = gsynth.gsynth_sample(
        model, genome=sizes, intervals=intervals, tracks={"stratum": {"arrays": {"c": strata}, "width": WIDTH}}, seed=1
    )
    assert [len(sequence) for sequence in sequences] == [4001] * len(intervals)
    return per_stratum_z(model, sequences, intervals, np.repeat(strata, WIDTH))


def test_unaligned_intervals_keep_the_statistics_of_every_stratum() -> None:
    assert np.abs(z_of_unaligned_intervals()).max() < 5


@pytest.mark.usefixtures("shifted")
def test_a_stratum_looked_up_at_the_base_itself_is_seen() -> None:
    """A quarter of the bases is drawn from another stratum's table then, and the statistic leaves no doubt."""
    assert z_of_unaligned_intervals().min() > 20


@pytest.mark.slow
def test_unaligned_intervals_of_the_fly(data: Callable[[str], Path]) -> None:
    """The same with a real track and a trained model: GC per 20 bp from a bigWig."""
    from gsynth.genomes import open_genome
    from gsynth.model.binning import bin_indices
    from gsynth.tracks import open_tracks

    genome = open_genome(data("dm3.chr2R.2bit"))
    tracks = {"stored": data("dm3.chr2R.gc20.bw")}
    size = 4_000_000
    model = gsynth.gsynth_train(
        {"expr": "stored", "breaks": [0, 0.375, 0.475, 1]}, genome=genome, tracks=tracks, iterator=WIDTH, k=K,
        pseudocount=0.1,
    )  # fmt: skip
    intervals = [("chr2R", a, b) for _, a, b in unaligned(size)]
    sequences = gsynth.gsynth_sample(model, genome=genome, intervals=intervals, tracks=tracks, seed=2)
    (track,) = open_tracks(["stored"], tracks, genome)
    values = track.window_values("chr2R", np.arange(0, size + 1, WIDTH), None)
    strata = np.repeat(bin_indices(values, model.dims[0].breaks), WIDTH).astype(np.int64)
    z = per_stratum_z(model, sequences, intervals, strata)
    assert np.abs(z).max() < 5


ELSEWHERE = """
import hashlib, json, sys, gsynth
model = gsynth.load(sys.argv[1])
tracks = {"atac": "atac.bedgraph", "states": {"path": "states.bed", "column": "name"}}
drawn = gsynth.sample(model, genome="genome.fa", tracks=tracks, seed=9, num_cores=2, max_chunk_size=3000)
print(model.dim_sizes, hashlib.sha256("".join(drawn).encode()).hexdigest())
"""


@pytest.fixture
def three_dimensions(tmp_path: Path) -> tuple[GsynthModel, dict[str, Any], Path]:
    """A model by GC, signal and state, its tracks, and the folder that holds them."""
    rng = np.random.default_rng(5)
    bases = {name: "".join(rng.choice(list("ACGT"), size)) for name, size in {"a": 30_011, "b": 9_000}.items()}
    (tmp_path / "genome.fa").write_text("".join(f">{name}\n{text}\n" for name, text in bases.items()))
    signal = ((name, i, i + 70, rng.random()) for name, text in bases.items() for i in range(0, len(text) - 70, 70))
    (tmp_path / "atac.bedgraph").write_text("".join(f"{c}\t{s}\t{e}\t{v:.4f}\n" for c, s, e, v in signal))
    (tmp_path / "states.bed").write_text("a\t0\t12345\ton\na\t12345\t30011\toff\nb\t0\t5000\ton\n")
    tracks = {
        "atac": tmp_path / "atac.bedgraph",
        "states": {"path": tmp_path / "states.bed", "column": "name"},
    }
    with pytest.warns(UserWarning, match=r"10.3% .* outside of the strata .*atac \+ 1\) 8 NaN; states 3,997 NaN"):
        # The last window of a contig has no signal, and 4,000 bases of b have no state.
        model = gsynth.gsynth_train(
            {"expr": "gc", "breaks": [0, 0.48, 0.52, 1]},
            {"expr": "log(atac + 1)", "breaks": [0, 0.3, 0.7]},
            {"expr": "states", "breaks": "categories"},
            genome=tmp_path / "genome.fa", tracks=tracks, iterator=100, k=3,
        )  # fmt: skip
    return model, tracks, tmp_path


@pytest.mark.parametrize("name", ["m.gsm", "packed.gsm"])
def test_a_model_of_three_dimensions_gives_the_same_bytes_elsewhere(
    three_dimensions: tuple[GsynthModel, dict[str, Any], Path], name: str
) -> None:
    model, tracks, folder = three_dimensions
    with pytest.warns(UserWarning, match="10.3% of the drawn bases lie outside"):
        here = gsynth.gsynth_sample(model, genome=folder / "genome.fa", tracks=tracks, seed=9)
    gsynth.gsynth_save(model, folder / name, compress=name == "packed.gsm")
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, name], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == f"[3, 2, 2] {hashlib.sha256(''.join(here).encode()).hexdigest()}"


@pytest.mark.parametrize(("given", "missing"), [([], "atac"), (["atac"], "states")])
def test_missing_tracks_are_named_with_how_to_pass_them(
    three_dimensions: tuple[GsynthModel, dict[str, Any], Path], given: list[str], missing: str
) -> None:
    model, tracks, folder = three_dimensions
    with pytest.raises(TrackError) as caught:
        gsynth.gsynth_sample(model, genome=folder / "genome.fa", tracks={name: tracks[name] for name in given}, seed=9)
    for part in (repr(missing), "tracks={", f"--track {missing}=FILE"):
        assert part in str(caught.value)
