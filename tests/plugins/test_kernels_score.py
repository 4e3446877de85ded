"""The compiled scorers against the reference, on blocks that are larger than the oracle can do."""

from __future__ import annotations

import numpy as np
import pytest

from gsynth.plugins import IMPOSSIBLE, MASKED
from gsynth.plugins.backends import load_scorer
from gsynth.testing.blocks import Block, ScoringBlock, random_logs, random_scoring_block

SHAPES = [
    (1, 3_000_000, 2, 0, 1),
    (5, 500_000, 40, 1e-5, 2_500),
    (5, 300_000, 3, 0.01, 300_000),
    (8, 200_000, 2, 1e-3, 7),
]


def scored(backend, work):
    block, cells = work.block, work.cuts.size - 1
    sums, left_out = np.zeros(cells, dtype=np.int64), np.zeros((cells, 4), dtype=np.int32)
    runs = block.codes, block.edges, block.strata
    load_scorer(backend).score(*runs, work.cuts, order=block.order, logs=work.logs, sums=sums, left_out=left_out)
    return sums, left_out


def assert_same(backend, work):
    for found, expected in zip(scored(backend, work), scored("numpy", work), strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("backend", ["cython", "numba"])
@pytest.mark.parametrize(("order", "size", "bins", "n_fraction", "cells"), SHAPES)
def test_score_equals_the_reference(backend, order, size, bins, n_fraction, cells):
    assert_same(backend, random_scoring_block(order, size, bins=bins, n_fraction=n_fraction, cells=cells))


@pytest.mark.parametrize("backend", ["cython", "numba"])
@pytest.mark.parametrize("place", [None, 0, 777, -1])
def test_one_impossible_base_or_none(backend, place):
    """A table that holds none is added up without counting them."""
    work = random_scoring_block(4, 100_000, bins=2, n_fraction=1e-4, cells=500)
    logs = np.maximum(work.logs, IMPOSSIBLE + 1)
    if place is not None:
        logs.reshape(-1)[place] = IMPOSSIBLE
    work = ScoringBlock(work.block, work.cuts, logs)
    assert_same(backend, work)
    assert (scored(backend, work)[1][:, 3].sum() > 0) == (place is not None)


@pytest.mark.parametrize("backend", ["cython", "numba"])
def test_many_short_pieces(backend):
    """Twenty thousand of 23 bases each, k masked windows between them, cells that end in the gaps."""
    order, pieces, size = 5, 20_000, 23
    rng = np.random.default_rng(3)
    codes = rng.choice(5, p=[0.3, 0.2, 0.2, 0.29, 0.01], size=pieces * size).astype(np.uint8)
    starts = np.arange(pieces) * size
    edges = np.append(np.stack([starts, starts + size - order], axis=1).reshape(-1)[:-1], codes.size - order)
    strata = np.stack([rng.integers(-1, 3, pieces), np.full(pieces, MASKED)], axis=1).reshape(-1)[:-1]
    cuts = np.append(starts, codes.size - order)
    assert_same(backend, ScoringBlock(Block(order, codes, edges, strata), cuts, random_logs(order, 3)))


@pytest.mark.parametrize("backend", ["cython", "numba", "numpy"])
@pytest.mark.parametrize("value", [IMPOSSIBLE, IMPOSSIBLE + 1])
def test_the_least_logarithm_and_the_mark_below_it(backend, value):
    windows = 1_000_001
    block = Block(2, np.zeros(windows + 2, dtype=np.uint8), [0, windows], [0])
    sums, left_out = scored(backend, ScoringBlock(block, [0, windows], np.full((1, 16, 4), value)))
    impossible = value == IMPOSSIBLE
    assert sums[0] == (0 if impossible else windows * value)
    assert left_out[0].tolist() == [0, 0, 0, windows if impossible else 0]
