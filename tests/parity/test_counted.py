"""One strand or both, masks by the first base or by any: what the slow oracle counts, whatever the blocks."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gsynth
from gsynth import GsynthModel
from gsynth.testing import oracle

RNG = np.random.default_rng(5)
SIZES = {"one": 420, "tiny": 3, "two": 90, "three": 700}
GENOME = {
    name: "".join(RNG.choice(list("ACGTacgtN"), size, p=[0.2, 0.15, 0.05, 0.3, 0.1, 0.05, 0.05, 0.08, 0.02]))
    for name, size in SIZES.items()
}
GENOME["two"] = GENOME["two"][:-4] + "acgt"
WHOLE = [(name, 0, size) for name, size in SIZES.items()]
ENDS = [("one", 0, 1), ("one", 419, 420), ("three", 300, 301)]
NEXT = [("one", 0, 9), ("one", 9, 30)]
BREAKS = [0.2, 0.35, 0.5]
LOWER = [(name, i, i + 1) for name, text in GENOME.items() for i, base in enumerate(text) if base.islower()]


def gc_bin(name: str, start: int, end: int) -> int:
    bases = GENOME[name][start:end].upper()
    known = sum(bases.count(base) for base in "ACGT")
    value = (bases.count("G") + bases.count("C")) / known if known else float("nan")
    return next((i for i in range(2) if BREAKS[i] <= value < BREAKS[i + 1] or (i == 1 and value == BREAKS[2])), -1)


def trained(dims: int = 1, **settings: Any) -> GsynthModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dim = {"expr": "gc", "breaks": BREAKS}
        return gsynth.train(*[dim][:dims], **{"genome": GENOME, "iterator": 30 if dims else None, **settings})


def assert_counted(model: GsynthModel, truth: oracle.Training) -> None:
    np.testing.assert_array_equal(model.counts, truth.counts)
    assert (model.total_masked, model.total_n) == (truth.total_masked, truth.total_n)
    assert model.outside is not None
    np.testing.assert_array_equal(model.outside.counts, truth.outside)
    assert model.total_kmers == int(truth.counts.sum())


@st.composite
def places(draw: st.DrawFn, most: int) -> list[tuple[str, int, int]]:
    """Intervals in any order, overlapping, repeated, touching one another and the ends of contigs."""
    rows = []
    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from([*SIZES]))
        start = draw(st.integers(0, SIZES[name] - 1))
        end = draw(st.one_of(st.integers(start + 1, SIZES[name]), st.just(start + 1)))
        rows.append((name, start, end))
    return rows


@settings(derandomize=True, max_examples=40, deadline=None)
@given(
    intervals=places(12),
    masked=places(8),
    soft=st.booleans(),
    block=st.sampled_from([64, 100, None]),
    k=st.sampled_from([1, 4, 7]),
    forward=st.booleans(),
)
@example(intervals=WHOLE, masked=ENDS, soft=False, block=64, k=4, forward=True)
@example(intervals=NEXT, masked=[("one", 9, 10), ("one", 40, 50)], soft=True, block=None, k=4, forward=False)
def test_whole_windows_are_the_oracles(
    backend: str, intervals: Any, masked: Any, soft: bool, block: int | None, k: int, forward: bool
) -> None:
    intervals = [("three", 100, 500), *intervals]
    truth = oracle.train(
        GENOME, intervals, k, bins=2, stratum=gc_bin, iterator=30, mask=[*masked, *(LOWER if soft else [])],
        whole=True, forward=forward,
    )  # fmt: skip

    def train() -> GsynthModel:
        return trained(
            k=k, intervals=intervals, mask=[*masked, "soft"] if soft else masked, mask_overlap="any",
            strands="forward" if forward else "both", backend=backend, max_chunk_size=block, num_cores=2,
        )  # fmt: skip

    if not truth.counts.any():
        with pytest.raises(gsynth.GsynthError, match=f"of .* windows {truth.total_masked:,} hold a masked"):
            train()
        return
    assert_counted(train(), truth)


@pytest.mark.parametrize("overlap", ["start", "any"])
@pytest.mark.parametrize("strands", ["both", "forward"])
def test_nothing_depends_on_backends_threads_and_blocks(
    large_backends: list[str], overlap: Any, strands: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gsynth.blocks.counting._WINDOWS_PER_CELL", 1e-9)
    rng = np.random.default_rng(7)
    genome = {"x": "".join(rng.choice(list("ACGTacgtN"), 60_000, p=[0.245] * 4 + [0.004] * 4 + [0.004])), "y": "ACG"}
    genome["x"] = genome["x"][:1000] + genome["x"][1000:3000].lower() + genome["x"][3000:]
    starts = rng.integers(0, 59_000, 600).tolist()
    many = [("x", start, start + i % 120 + 1) for i, start in enumerate(starts)]
    fixed: dict[str, Any] = {
        "genome": genome, "k": 5, "mask": ["soft", ("x", 20_000, 20_500)], "mask_overlap": overlap, "strands": strands,
        "iterator": 200,
    }  # fmt: skip
    for where in (None, many):
        expected = trained(backend="numpy", num_cores=1, intervals=where, **fixed)
        assert expected.total_masked > 1000
        for backend in large_backends:
            for block in (64, 777, None) if backend == large_backends[-1] else (None,):
                settings: dict[str, Any] = {"backend": backend, "max_chunk_size": block, "num_cores": 3}
                assert trained(intervals=where, **settings, **fixed) == expected
