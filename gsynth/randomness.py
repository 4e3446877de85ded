"""The random-number stream, version 2: one 31-bit number for every position of a contig, addressable by position.

For position t (0-based, absolute): half ``t % 2`` (low 32 bits first) of ``mix(key + (t // 2 + 1) * gamma)`` mod 2**64,
shifted right by one, where mix is the finaliser of splitmix64 [1]_. Each stream (of a contig, a sample and a repeat)
has its own key and odd gamma: with one gamma for all, two streams would be stretches of one sequence, and two chains
that use the same numbers become the same sequence.

.. [1] Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError

STREAM_VERSION: Final = 2

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_ALTERNATING: Final = np.uint64(0xAAAAAAAAAAAAAAAA)
_SLICE: Final = 1 << 14
"""Streams that are computed at once: intermediate arrays stay in the cache."""

_LEAST_CHANGES: Final = np.uint64(24)
"""Least number of neighbouring bits of a gamma that differ; with fewer, successive counters are too similar [1]_."""

SeedLike = int | np.integer[Any] | SeedSequence | Generator
"""A whole number, or a source of random numbers from NumPy."""


def seed_sequence(seed: SeedLike | None) -> SeedSequence:
    """A user's `seed` as a SeedSequence; None makes a random one (its `entropy` tells which)."""
    if seed is None:
        # 64 bits, so that the logged seed is a number short enough to type.
        return SeedSequence(secrets.randbits(64))
    if isinstance(seed, SeedSequence):
        return seed
    if isinstance(seed, Generator):
        return SeedSequence(int(seed.integers(0, 2**63)))
    # True is a whole number to Python, and surely a mistake here.
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise ArgumentTypeError(
            f"seed must be an int, a SeedSequence, a Generator or None, found {type(seed).__name__}"
        )
    if seed < 0:
        raise ArgumentError(f"seed must not be negative, found {seed}")
    return SeedSequence(int(seed))


def contig_hash(contig: str) -> int:
    """The 64-bit BLAKE2b hash of a contig's name (UTF-8, little-endian).

    Examples
    --------
    >>> contig_hash("chr1") == int.from_bytes(hashlib.blake2b(b"chr1", digest_size=8).digest(), "little")
    True
    """
    # Not hash(), which differs from process to process.
    return int.from_bytes(hashlib.blake2b(contig.encode(), digest_size=8).digest(), "little")


@frozen(eq=False)
class Streams:
    """Streams as columns.

    Attributes
    ----------
    keys, gammas : uint64[n]
    """

    keys: NDArray[np.uint64]
    gammas: NDArray[np.uint64]

    def __len__(self) -> int:
        return int(self.keys.size)

    def __getitem__(self, chosen: NDArray[np.int64]) -> Streams:
        """Some of the streams."""
        return Streams(self.keys[chosen], self.gammas[chosen])


def streams(
    seed: SeedSequence,
    contigs: Sequence[str],
    ids: NDArray[np.int64],
    samples: NDArray[np.int64],
    repeats: NDArray[np.int64],
) -> Streams:
    """The streams of contigs, samples and repeats.

    Parameters
    ----------
    seed : SeedSequence
    contigs : sequence of str
    ids : int64[n]
        Each stream's contig, as an index in `contigs`.
    samples, repeats : int64[n]
        The sample's number from 0, and how many earlier intervals of the call overlap this one.

    Examples
    --------
    >>> zero = np.zeros(1, dtype=np.int64)
    >>> one = streams(SeedSequence(7), ["chr1"], zero, zero, zero)
    >>> int(one.gammas[0]) % 2
    1
    """
    return StreamSource.of(seed, contigs).streams(ids, samples, repeats)


@frozen(eq=False)
class StreamSource:
    """What the streams of one seed and some contigs have in common.

    Attributes
    ----------
    keys, gammas : uint64[contigs]
        The words of the contigs, into which samples and repeats are mixed.
    """

    keys: NDArray[np.uint64]
    gammas: NDArray[np.uint64]

    @classmethod
    def of(cls, seed: SeedSequence, contigs: Sequence[str]) -> StreamSource:
        words = seed.generate_state(4, np.uint64)
        steps = _steps(np.array([contig_hash(name) for name in contigs], dtype=np.uint64))
        return cls(_mix(words[0] + steps) ^ words[1], _mix(words[2] + steps) ^ words[3])

    def streams(self, ids: NDArray[np.int64], samples: NDArray[np.int64], repeats: NDArray[np.int64]) -> Streams:
        """The streams of contigs, samples and repeats (see `streams`)."""
        # In slices that fit the cache: a million streams take 20 milliseconds.
        found = Streams(np.empty(ids.size, dtype=np.uint64), np.empty(ids.size, dtype=np.uint64))
        for start in range(0, ids.size, _SLICE):
            part = slice(start, start + _SLICE)
            sample_steps, repeat_steps = _steps(samples[part]), _steps(repeats[part])
            for words, out in ((self.keys, found.keys), (self.gammas, found.gammas)):
                out[part] = _mix(_mix(words[ids[part]] + sample_steps) + repeat_steps)
            found.gammas[part] = well_mixed(found.gammas[part])
        return found


def _steps(numbers: NDArray[np.int64] | NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (numbers.astype(np.uint64) + np.uint64(1)) * _GOLDEN


def well_mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Odd gammas of mixed `words`, in each of which neighbouring bits differ at least 24 times: uint64[n].

    Examples
    --------
    >>> hex(int(well_mixed(np.array([2], dtype=np.uint64))[0]))
    '0xaaaaaaaaaaaaaaa9'
    """
    odd = words | np.uint64(1)
    changes = _ones(odd ^ (odd >> np.uint64(1)))
    odd[changes < _LEAST_CHANGES] ^= _ALTERNATING
    return odd


def _ones(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """How many bits are set: sums of two, four and eight bits, which a product adds up in its highest byte."""
    # np.bitwise_count needs NumPy 2.
    pairs = words - ((words >> np.uint64(1)) & np.uint64(0x5555555555555555))
    fours = (pairs & np.uint64(0x3333333333333333)) + ((pairs >> np.uint64(2)) & np.uint64(0x3333333333333333))
    eights = (fours + (fours >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    ones: NDArray[np.uint64] = (eights * np.uint64(0x0101010101010101)) >> np.uint64(56)
    return ones


def _mix(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64, in place."""
    words ^= words >> np.uint64(30)
    words *= _MIX_1
    words ^= words >> np.uint64(27)
    words *= _MIX_2
    words ^= words >> np.uint64(31)
    return words


def uniforms(key: np.uint64, gamma: np.uint64, start: int, end: int) -> NDArray[np.uint32]:
    """The 31-bit numbers of positions ``[start, end)`` of a stream: uint32[end - start], below 2**31.

    Examples
    --------
    >>> whole = uniforms(np.uint64(42), np.uint64(0x9E3779B97F4A7C15), 0, 10)
    >>> bool((uniforms(np.uint64(42), np.uint64(0x9E3779B97F4A7C15), 3, 7) == whole[3:7]).all())
    True
    """
    first = start // 2
    # Wrapping modulo 2**64 is part of the definition; NumPy's whole-array arithmetic does so silently.
    counters = np.arange(first + 1, (end + 1) // 2 + 1, dtype=np.uint64)
    counters *= np.uint64(gamma)
    counters += np.uint64(key)
    # Little-endian on every machine: the low half of a word comes first.
    halves = _mix(counters).astype("<u8", copy=False).view("<u4").astype(np.uint32, copy=False)
    halves >>= np.uint32(1)
    return halves[start - 2 * first : end - 2 * first]


def uniforms_at(streams: Streams, positions: NDArray[np.int64]) -> NDArray[np.uint32]:
    """One number of each stream, the one at its position (int64[n]): uint32[n]."""
    counters = (positions // 2 + 1).astype(np.uint64)
    words = _mix(streams.keys + counters * streams.gammas)
    halves = np.where(positions % 2 == 0, words & np.uint64(0xFFFFFFFF), words >> np.uint64(32))
    numbers: NDArray[np.uint32] = (halves >> np.uint64(1)).astype(np.uint32)
    return numbers
