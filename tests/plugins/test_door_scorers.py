"""What a scorer hands back is checked, whatever the backend: an error that names it, and no wrong score."""

from __future__ import annotations

import pytest

from gsynth.errors import BrokenPluginError
from gsynth.plugins import checking
from gsynth.plugins.backends import load_scorer
from gsynth.plugins.roles import SCORER
from gsynth.testing.blocks import random_scoring_block

WORK = random_scoring_block(2, 600, cells=20)


def score(scorer):
    block = WORK.block
    return checking.score(scorer, block.codes, block.edges, block.strata, WORK.cuts, order=2, logs=WORK.logs)


def spoiling(spoil, returned=None):
    def call(method, *args, sums, left_out, **more):
        method(*args, sums=sums, left_out=left_out, **more)
        spoil(left_out)
        return returned

    return call


SPOILT = {
    "too many": (lambda left_out: left_out[3].fill(10**6), r"\[1000000, .* windows left out of the \d+ of cell 3"),
    "negative": (lambda left_out: left_out[4].fill(-1), r"\[-1, -1, -1, -1\] windows left out of the \d+ of cell 4"),
    "sums that wrap around": (lambda left_out: left_out[5].fill(2**30), r"\[1073741824, .* of cell 5"),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_a_scorer_that_leaves_something_else(use, backend, kind):
    spoil, message = SPOILT[kind]
    use(SCORER, "score", spoiling(spoil), backend)
    with pytest.raises(
        BrokenPluginError,
        match=rf"^scorer 'spoiled' \(from elsewhere\): score of 600 windows in 20 cells, order 2 gave {message}",
    ):
        score(load_scorer("spoiled"))


def test_a_scorer_that_hands_something_back(use, backend):
    use(SCORER, "score", spoiling(lambda left_out: None, returned=WORK.cuts), backend)
    with pytest.raises(BrokenPluginError, match=r"order 2 gave int64\[21\], expected None"):
        score(load_scorer("spoiled"))


def test_a_scorer_that_raises_is_named(use, backend):
    use(SCORER, "score", lambda method, *args, **more: 1 / 0, backend)
    with (
        checking.block(lambda: "c:0-600"),
        pytest.raises(
            BrokenPluginError,
            match=r"'spoiled' .*failed in score of 600 windows.*ZeroDivisionError.*\[block: c:0-600\]$",
        ),
    ):
        score(load_scorer("spoiled"))


def test_the_healthy_one_passes(use, backend):
    use(SCORER, "score", lambda method, *args, **more: method(*args, **more), backend)
    expected = score(load_scorer("spoiled"))
    assert expected[0].any()
    assert expected[1].any()


@pytest.fixture(params=["numpy", "numba", "cython"])
def backend(request):
    load_scorer(request.param)
    return request.param
