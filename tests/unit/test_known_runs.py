"""Strata of a long interval are worked out once for all its samples, and the bytes are those of each alone."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

import gsynth
from gsynth.blocks import known_runs

SIZE = 3000
RNG = np.random.default_rng(5)
GENOME = {"long": "".join(RNG.choice(list("ACGTN"), SIZE)), "short": "ACGTTGCA" * 4, "next": "ACGTTGCATTAG" * 200}


class Counted:
    """A track that counts which windows it was asked for."""

    uses_sequence = False
    flank = 0

    def __init__(self) -> None:
        self.contigs = {name: len(bases) for name, bases in GENOME.items()}
        self.asked: Counter[tuple[str, int]] = Counter()

    def window_values(self, contig, edges, sequence):
        self.asked.update((contig, int(start)) for start in edges[:-1])
        return (edges[:-1] // 50 % 3).astype(np.float64)


DIM = {"expr": "level", "breaks": [0, 1, 2, 3]}
MODEL = gsynth.train(DIM, genome=GENOME, tracks={"level": Counted()}, iterator=50, k=2)
OPTIONS = {"genome": GENOME, "n_samples": 4, "seed": 3, "tracks": None}


def drawn(track: Counted, **options) -> list[str]:
    # Options in a dict may hold an output, for all that a type checker knows.
    found: list[str] = gsynth.sample(MODEL, **{**OPTIONS, "tracks": {"level": track}, **options})
    return found


@pytest.mark.parametrize("preserve_n", [True, False])
@pytest.mark.parametrize("cores", [1, 2])
def test_each_window_is_asked_for_once_a_part(preserve_n, cores):
    track, whole = Counted(), Counted()
    parts = drawn(track, max_chunk_size=200, num_cores=cores, preserve_n=preserve_n)
    assert parts == drawn(whole, preserve_n=preserve_n)
    if cores == 1:
        # Parts begin a context behind the windows, so that a window may belong to two of them.
        assert max(count for (name, _), count in track.asked.items() if name != "short") <= 2
        assert sum(track.asked.values()) < 1.5 * len(track.asked)


def test_what_does_not_fit_is_worked_out_again(monkeypatch):
    expected = drawn(Counted())
    monkeypatch.setattr(known_runs, "_ROOM", 200)
    track = Counted()
    assert drawn(track, max_chunk_size=200, num_cores=1) == expected
    assert max(track.asked.values()) >= 4
    assert min(track.asked.values()) < 4
