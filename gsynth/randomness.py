"""The random-number stream, version 1: one 31-bit number for every position of a contig, addressable by position.

For position t (0-based, absolute): half ``t % 2`` (low 32 bits first) of
``mix(key + (t // 2 + 1) * 0x9E3779B97F4A7C15)`` mod 2**64, shifted right by one, where mix is the finaliser of
splitmix64 [1]_. The key of a contig, a sample and a repeat comes from NumPy's SeedSequence.

.. [1] Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

import numpy as np
from numpy.random import Generator, SeedSequence
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError

STREAM_VERSION: Final = 1

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)

Seed = int | SeedSequence | Generator | None


def seed_sequence(seed: Seed) -> SeedSequence:
    """What a user gives as `seed` as a SeedSequence; None draws a fresh one (its `entropy` says which)."""
    if seed is None:
        return SeedSequence(secrets.randbits(64))
    if isinstance(seed, SeedSequence):
        return seed
    if isinstance(seed, Generator):
        return SeedSequence(int(seed.integers(0, 2**63)))
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
    return int.from_bytes(hashlib.blake2b(contig.encode(), digest_size=8).digest(), "little")


def stream_key(seed: SeedSequence, contig: str, sample: int = 0, repeat: int = 0) -> np.uint64:
    """The key of a stream: of a contig, the index of a sample, and of how many earlier intervals overlap this one."""
    spawn_key = (*seed.spawn_key, 1, contig_hash(contig), sample, repeat)
    child = SeedSequence(seed.entropy, spawn_key=spawn_key, pool_size=seed.pool_size)
    return np.uint64(child.generate_state(1, np.uint64)[0])


def uniforms(key: np.uint64, start: int, end: int) -> NDArray[np.uint32]:
    """The 31-bit numbers of positions ``[start, end)``: uint32[end - start], below 2**31.

    Examples
    --------
    >>> whole = uniforms(np.uint64(42), 0, 10)
    >>> bool((uniforms(np.uint64(42), 3, 7) == whole[3:7]).all())
    True
    """
    first = start // 2
    counters = np.arange(first + 1, (end + 1) // 2 + 1, dtype=np.uint64)
    counters *= _GOLDEN
    counters += np.uint64(key)
    counters ^= counters >> np.uint64(30)
    counters *= _MIX_1
    counters ^= counters >> np.uint64(27)
    counters *= _MIX_2
    counters ^= counters >> np.uint64(31)
    halves = counters.astype("<u8", copy=False).view("<u4").astype(np.uint32, copy=False)
    halves >>= np.uint32(1)
    return halves[start - 2 * first : end - 2 * first]
