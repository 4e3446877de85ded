"""ASCII bases to codes and back: 0, 1, 2, 3 = A, C, G, T in either case, 4 = anything else."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

NOT_ACGT: Final = 4

_LETTERS: Final = np.frombuffer(b"ACGTN", dtype=np.uint8)
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
    # Bits 1 and 2 of the letter tell A, C, T, G apart as 0, 1, 2, 3; the exclusive or puts G before T.
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


def decode(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The upper-case ASCII bases of codes 0..4 (4 becomes N).

    Examples
    --------
    >>> decode(np.array([0, 1, 2, 3, 4], dtype=np.uint8)).tobytes()
    b'ACGTN'
    """
    return _LETTERS[codes]
