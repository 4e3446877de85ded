"""ASCII bases to codes and back: 0, 1, 2, 3 = A, C, G, T in either case, 4 = anything else."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

NOT_ACGT: Final = 4

FREE: Final = 255
"""Code of a cell that a sampler fills."""

LOWER_CASE_BIT: Final = np.uint8(0x20)
"""The bit that lower-case letters have in addition to upper-case ones."""

# Whole-array byte operations run at vector speed only while the slice and its temporaries stay in the cache.
_SLICE: Final = 1 << 16


def encode(bases: NDArray[np.uint8], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """The codes of ASCII `bases` (uint8[n]), into `out` if given.

    Examples
    --------
    >>> encode(np.frombuffer(b"ACGTacgtNRn-", dtype=np.uint8)).tolist()
    [0, 1, 2, 3, 0, 1, 2, 3, 4, 4, 4, 4]
    """
    codes = np.empty(bases.shape, dtype=np.uint8) if out is None else out
    for start in range(0, bases.size, _SLICE):
        _encode_slice(bases[start : start + _SLICE], codes[start : start + _SLICE])
    return codes


def _encode_slice(bases: NDArray[np.uint8], codes: NDArray[np.uint8]) -> None:
    # Bits 1 and 2 of the letter distinguish A, C, T, G as 0, 1, 2, 3; the exclusive or puts G before T.
    upper = bases & np.uint8(0xDF)
    np.right_shift(upper, 1, out=codes)
    codes &= 3
    codes ^= codes >> 1
    known = upper == ord("A")
    known |= upper == ord("C")
    known |= upper == ord("G")
    known |= upper == ord("T")
    if not known.all():
        codes[~known] = NOT_ACGT


def decode(codes: NDArray[np.uint8], out: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """The upper-case ASCII bases of codes 0..4 (4 becomes N), into `out` if given.

    Examples
    --------
    >>> decode(np.array([0, 1, 2, 3, 4], dtype=np.uint8)).tobytes()
    b'ACGTN'
    """
    letters = np.empty(codes.shape, dtype=np.uint8) if out is None else out
    for start in range(0, codes.size, _SLICE):
        _decode_slice(codes[start : start + _SLICE], letters[start : start + _SLICE])
    return letters


def _decode_slice(codes: NDArray[np.uint8], letters: NDArray[np.uint8]) -> None:
    # A, C, E, G, I by doubling; then E becomes G, G becomes T, I becomes N. A table look-up is slower.
    np.left_shift(codes, 1, out=letters)
    letters += np.uint8(ord("A"))
    letters += (codes == 2).view(np.uint8) * np.uint8(ord("G") - ord("E"))
    letters += (codes == 3).view(np.uint8) * np.uint8(ord("T") - ord("G"))
    unknown = codes == NOT_ACGT
    if unknown.any():
        letters[unknown] = ord("N")


class NumpyTranscoder:
    """`encode` and `decode` for plugins that do not have them; see `gsynth.plugins.Transcoder`."""

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        encode(bases, out)
        return int(np.count_nonzero(out == NOT_ACGT))

    def decode(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        decode(codes, out)


def to_upper(bases: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A copy of ASCII `bases` with letters in upper case."""
    # Not `& 0xDF`, which would also change bytes that are not letters.
    return bases - is_lower(bases).view(np.uint8) * LOWER_CASE_BIT


def is_lower(bases: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which ASCII bytes are lower-case letters (soft-masked)."""
    return (bases >= ord("a")) & (bases <= ord("z"))
