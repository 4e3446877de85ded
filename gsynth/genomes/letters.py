"""The letters of a sequence: A, C, G, T; N and the other IUPAC codes, which count as N; what others look like."""

from __future__ import annotations

import warnings
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.errors import FormatError

_UPPER: Final = np.uint8(0xDF)
"""Clears the bit that tells lower case from upper."""

_CODES: Final = np.zeros(256, dtype=np.bool_)
_CODES[list(b"RYSWKMBDHVryswkmbdhv")] = True

SHOWN: Final = 60
"""Letters to either side that are looked at for what a wrong one looks like."""

_SLICE: Final = 1 << 17
"""Bytes looked at together: they and what is made of them stay in the cache."""

FIRST_LETTER: Final = ord("A")
"""No base is below: digits, blanks, ``>``, ``;``, ``*`` and ``-`` are."""


def unusual(block: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Where `block` holds anything but A, C, G, T and N in either case, blanks and line ends aside: int64[n].

    Vector comparisons: a table of all bytes would take five times as long.
    """
    letters = block & _UPPER
    odd = letters != ord("A")
    for base in b"CGTN":
        odd &= letters != base
    odd &= block > ord(" ")
    return np.flatnonzero(odd)


def first_wrong(bases: NDArray[np.uint8]) -> int | None:
    """Where the first byte stands that is no nucleotide, blanks and control characters included; None without one."""
    for start in range(0, bases.size, _SLICE):
        block = bases[start : start + _SLICE]
        odd = unusual(block)
        wrong = odd[~is_code(block[odd])]
        if block.min() < FIRST_LETTER:
            wrong = np.append(wrong, np.argmax(block < FIRST_LETTER))
        if wrong.size:
            return start + int(wrong.min())
    return None


def holds_only_n(bases: NDArray[np.uint8], unknown: int) -> bool:
    """Whether all of the `unknown` bases that are not A, C, G or T are N, in either case."""
    # A fifth of the work of `first_wrong`, and enough for nearly all blocks.
    found = 0
    for start in range(0, bases.size, _SLICE):
        found += int(np.count_nonzero((bases[start : start + _SLICE] & _UPPER) == ord("N")))
    return found == unknown


def codes_in(bases: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How often each byte is an IUPAC code other than N: int64[256]."""
    counts = np.zeros(256, dtype=np.int64)
    for start in range(0, bases.size, _SLICE):
        block = bases[start : start + _SLICE]
        letters = block[unusual(block)]
        counts += np.bincount(letters[is_code(letters)], minlength=256)
    return counts


def is_code(letters: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which bytes are IUPAC codes of several bases, other than N."""
    return _CODES[letters]


def letter_error(where: str, byte: int, line: bytes) -> FormatError:
    """The error for a byte that is no base.

    Parameters
    ----------
    where : str
        The file, record and line.
    byte : int
    line : bytes
        What stands around it, for what it looks like.
    """
    shown = repr(chr(byte)) if 32 < byte < 127 else {9: "a tab", 32: "a blank"}.get(byte, f"byte 0x{byte:02x}")
    looks = _looks(byte, line)
    return FormatError(
        f"{where}: found {shown}, expected bases (A, C, G, T, N and IUPAC codes)" + (f"; {looks}" if looks else "")
    )


def _looks(byte: int, line: bytes) -> str:
    letters = set(line.upper())
    if byte == ord(">"):
        return "it looks like a header line that follows a sequence without a line end between"
    if byte == ord(";"):
        return "it looks like a comment: take such lines out"
    if byte in b"\t ":
        return "blanks may stand at the end of a line only"
    if letters & set(b"EFILPQ"):
        return "it looks like protein"
    if letters & set(b"U"):
        return "it looks like RNA: write T for U"
    if byte in b"-.*":
        return "it looks like an alignment: take the gaps out"
    if byte in b"xX":
        return "it looks like a mask written as X: write N"
    return "it looks like quality values or text, not sequence" if byte not in b"0123456789" else "are these positions?"


def report_codes(name: str, counts: NDArray[np.int64]) -> None:
    """Warn once of the IUPAC codes of a file; `counts` is how often each byte occurs among them: int64[256]."""
    upper = {chr(byte): int(counts[byte] + counts[byte + 32]) for byte in range(ord("A"), ord("Z") + 1)}
    found = [f"{letter} {count:,}" for letter, count in upper.items() if count]
    if found:
        total = int(counts.sum())
        are = "1 base is an IUPAC code and counts" if total == 1 else f"{total:,} bases are IUPAC codes and count"
        warnings.warn(f"{name}: {are} as N ({', '.join(found)})", UserWarning, stacklevel=2)
