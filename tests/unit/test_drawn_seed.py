"""Without a seed one is drawn; what it was is logged, and gives the same bytes again."""

import logging
import re

import numpy as np
import pytest

import gsynth

GENOME = {"c": "ACGTTGCAAC" * 40}


def sample(**more):
    return gsynth.sample(gsynth.train(genome=GENOME, k=2), genome=GENOME, **more)


def random(**more):
    return gsynth.random(genome=GENOME, **more)


@pytest.fixture(params=[sample, random])
def draw(request, caplog):
    caplog.set_level(logging.INFO, logger="gsynth")
    return request.param


def seeds(caplog):
    """The seeds in the records of the logger ``gsynth``, at its level INFO."""
    said = [r.getMessage() for r in caplog.records if (r.name, r.levelno) == ("gsynth", logging.INFO)]
    return [int(seed) for text in said for seed in re.findall(r"^seed (\d+)$", text)]


def test_a_drawn_seed_is_logged_and_gives_the_same_bytes(draw, caplog):
    first, second = draw(), draw()
    assert first != second
    assert len(seeds(caplog)) == 2
    assert [draw(seed=seed) for seed in seeds(caplog)] == [first, second]


@pytest.mark.parametrize(
    "seed", [0, np.random.SeedSequence(7), np.random.default_rng(7)], ids=lambda seed: type(seed).__name__
)
def test_a_given_seed_is_not(draw, caplog, seed):
    draw(seed=seed)
    assert not seeds(caplog)
