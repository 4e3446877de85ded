"""The reference for the random stream, one number at a time; a part of `gsynth.testing.oracle`."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

import numpy as np
from numpy.random import SeedSequence
from numpy.typing import NDArray

WORD: Final = 2**64
"""Arithmetic is modulo this number."""

_GOLDEN: Final = 0x9E3779B97F4A7C15


def mix(z: int) -> int:
    """The finaliser of splitmix64, for a number below 2**64."""
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) % WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) % WORD
    return z ^ (z >> 31)


class Stream(NamedTuple):
    """From what the numbers of one contig, sample and repeat are made: both below 2**64, gamma odd."""

    key: int
    gamma: int


def uniform(stream: Stream, position: int) -> int:
    """The 31-bit number of a stream at a 0-based position.

    With key 0 and splitmix64's own gamma, the first word is 0xE220A8397B1DCDAF.

    Examples
    --------
    >>> splitmix = Stream(0, 0x9E3779B97F4A7C15)
    >>> uniform(splitmix, 0), uniform(splitmix, 1)
    (1032775383, 1896895516)
    """
    # int(): NumPy's 64-bit numbers would wrap around or turn into floats here.
    word = mix((int(stream.key) + (int(position) // 2 + 1) * int(stream.gamma)) % WORD)
    half = word % 2**32 if position % 2 == 0 else word // 2**32
    return half // 2


def uniforms(stream: Stream, start: int, end: int) -> NDArray[np.uint32]:
    """The numbers of positions ``[start, end)``: uint32[end - start]."""
    return np.array([uniform(stream, position) for position in range(start, end)], dtype=np.uint32)


def stream(seed: int | SeedSequence, contig: str, sample_index: int = 0, repeat: int = 0) -> Stream:
    """The stream of a contig, a sample and a repeat.

    Examples
    --------
    >>> stream(7, "chr1") == stream(7, "chr1", 0, 0) != stream(7, "chr1", 1, 0)
    True
    """
    sequence = seed if isinstance(seed, SeedSequence) else SeedSequence(seed)
    words = [int(word) for word in sequence.generate_state(4, np.uint64)]
    name = int.from_bytes(hashlib.blake2b(contig.encode("utf-8"), digest_size=8).digest(), "little")
    key = _chain(words[0], words[1], name, sample_index, repeat)
    return Stream(key, _gamma(_chain(words[2], words[3], name, sample_index, repeat)))


def _chain(first: int, second: int, name: int, sample_index: int, repeat: int) -> int:
    word = mix((first + (name + 1) * _GOLDEN) % WORD) ^ second
    word = mix((word + (sample_index + 1) * _GOLDEN) % WORD)
    return mix((word + (repeat + 1) * _GOLDEN) % WORD)


def _gamma(word: int) -> int:
    """Odd; if fewer than 24 pairs of neighbouring bits differ, every other bit is flipped."""
    odd = word - word % 2 + 1
    changes = (odd ^ (odd >> 1)).bit_count()
    return odd if changes >= 24 else odd ^ 0xAAAAAAAAAAAAAAAA
