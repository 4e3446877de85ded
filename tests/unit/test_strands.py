"""Counts of both strands."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from gsynth.model.strands import add_reverse_complement

COMPLEMENT = str.maketrans("ACGT", "TGCA")


@pytest.mark.parametrize("order", range(1, 7))
@pytest.mark.parametrize("has_room", [False, True])
def test_each_word_counts_for_its_reverse_complement(order, has_room):
    room = np.full((2, 4**order, 4), 7, dtype=np.uint64) if has_room else None
    counts = np.random.default_rng(order).integers(0, 2**40, size=(2, 4**order, 4)).astype(np.uint64)
    before = counts.reshape(2, -1).tolist()
    add_reverse_complement(counts, room)
    words = ["".join(word) for word in itertools.product("ACGT", repeat=order + 1)]
    place = {word: i for i, word in enumerate(words)}
    for row, given in zip(counts.reshape(2, -1).tolist(), before, strict=True):
        assert row == [given[i] + given[place[word.translate(COMPLEMENT)[::-1]]] for i, word in enumerate(words)]


def test_the_longest_words_are_symmetric():
    counts = np.random.default_rng(1).integers(0, 100, size=(1, 4**10, 4)).astype(np.uint64)
    total = int(counts.sum())
    add_reverse_complement(counts)
    assert int(counts.sum()) == 2 * total
    words = counts.reshape((4,) * 11)
    np.testing.assert_array_equal(words[(slice(None, None, -1),) * 11].transpose(), words)
