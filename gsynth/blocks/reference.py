"""What a sample keeps of the reference: N, copied stretches, lower case."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import LOWER_CASE_BIT, NOT_ACGT, is_lower
from gsynth.files.segments import FEW, copy_segments, places_of
from gsynth.intervals.letters import check_letters
from gsynth.intervals.masks import Mask
from gsynth.intervals.pieces import Pieces
from gsynth.plugins import checking
from gsynth.plugins.contracts import FREE, Genome, Transcoder

Encoded = tuple[NDArray[np.uint8], int]
"""Codes, and how many of them are 4."""


@frozen(eq=False)
class Kept:
    """What is kept of the cells of a block; None for kinds that do not occur.

    Attributes
    ----------
    fixed : uint8[n] or None
        Codes of fixed cells, else `FREE`.
    copied : uint8[n] or None
        Letters that are written unchanged, else 0.
    lower : uint8[n] or None
        The bit that makes a letter lower case, where it must be; else 0.
    """

    fixed: NDArray[np.uint8] | None
    copied: NDArray[np.uint8] | None
    lower: NDArray[np.uint8] | None

    @classmethod
    def nothing(cls) -> Kept:
        """Everything is drawn."""
        return cls(None, None, None)

    def repeated(self, sizes: NDArray[np.int64], of: NDArray[np.int64]) -> Kept:
        """What is kept of pieces of these sizes, repeated for each of the pieces `of`."""
        starts, places = places_of(sizes)[:-1], places_of(sizes[of])

        def again(column: NDArray[np.uint8] | None) -> NDArray[np.uint8] | None:
            if column is None:
                return None
            out = np.empty(int(places[-1]), dtype=np.uint8)
            copy_segments(column, starts[of], out, places[:-1], sizes[of])
            return out

        return Kept(again(self.fixed), again(self.copied), again(self.lower))

    def write(self, letters: NDArray[np.uint8], first: int, last: int) -> None:
        """Put what is kept of the cells ``[first, last)`` into their letters."""
        if self.copied is not None:
            copied = self.copied[first:last]
            np.copyto(letters, copied, where=copied != 0)
        if self.lower is not None:
            letters |= self.lower[first:last]


@frozen
class Reference:
    """What is kept, and how it is found.

    Parameters
    ----------
    genome : Genome
    mask_copy : Mask or None
        Where the reference is copied verbatim.
    preserve_n : bool
        Keep bases other than A, C, G and T, as N.
    keep_case : bool
    transcoder : Transcoder
    only : bool
        Whether `mask_copy` is all but what a caller wants to have drawn.
    """

    genome: Genome
    mask_copy: Mask | None
    preserve_n: bool
    keep_case: bool
    transcoder: Transcoder = field(repr=False)
    only: bool = False

    @property
    def is_read(self) -> bool:
        """Whether the reference is read at all."""
        return self.genome.has_sequence and (self.preserve_n or self.keep_case or self.mask_copy is not None)

    def encoded(self, pieces: Pieces, bases: NDArray[np.uint8]) -> Encoded:
        """The codes of the pieces' ASCII bases, and how many of them are 4; FormatError for what is no nucleotide."""
        codes = np.empty(bases.size, dtype=np.uint8)
        unknown = checking.encode(self.transcoder, "sampler", bases, codes)
        if unknown:
            check_letters(self.genome, pieces, bases, unknown)
        return codes, unknown

    def kept(self, pieces: Pieces, bases: NDArray[np.uint8], encoded: Encoded | None = None) -> Kept:
        """What is kept of the pieces, whose ASCII bases are in `bases`, one piece after the other.

        `encoded` are the bases as `encoded` gives them, if they are known already.
        """
        fixed, copied = self._fixed(pieces, bases, encoded)
        lower = (is_lower(bases).view(np.uint8) * LOWER_CASE_BIT) if self.keep_case else None
        return Kept(fixed, copied, lower)

    def _fixed(
        self, pieces: Pieces, bases: NDArray[np.uint8], encoded: Encoded | None
    ) -> tuple[NDArray[np.uint8] | None, NDArray[np.uint8] | None]:
        runs = np.empty((0, 2), dtype=np.int64)
        if self.mask_copy is not None:
            runs = self.mask_copy.block_runs(pieces, places_of(pieces.sizes)[:-1], bases)
        if not self.preserve_n and runs.size == 0:
            return None, None
        codes, unknown = encoded or self.encoded(pieces, bases)
        gaps = unknown > 0 and self.preserve_n
        if not gaps and runs.size == 0:
            return None, None
        fixed = _only_unknown(codes) if gaps else np.full(bases.size, FREE, dtype=np.uint8)
        letters = _lower_n(bases, fixed) if gaps else None
        if runs.size:
            letters = np.zeros(bases.size, dtype=np.uint8) if letters is None else letters
            starts, lengths = runs[:, 0], runs[:, 1] - runs[:, 0]
            # Over the kept N: what is copied is copied verbatim, even an IUPAC code that is kept as N elsewhere.
            copy_segments(codes, starts, fixed, starts, lengths)
            copy_segments(bases, starts, letters, starts, lengths)
        return fixed, letters


def _only_unknown(codes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """`codes` with everything but the 4s made `FREE`."""
    # By arithmetic on bytes, which NumPy vectorises: True becomes 255, and `|` leaves it so.
    cells: NDArray[np.uint8] = (codes != NOT_ACGT).view(np.uint8)
    cells *= FREE
    cells |= codes
    return cells


def _lower_n(bases: NDArray[np.uint8], fixed: NDArray[np.uint8]) -> NDArray[np.uint8] | None:
    """The bytes to copy where a fixed base is in lower case: n for each; None if there is none."""
    unknown = fixed != FREE
    if np.count_nonzero(unknown) < unknown.size // FEW:
        # By their places, where they are few: two passes over the block in place of four.
        if not (bases[np.flatnonzero(unknown)] >= ord("a")).any():
            return None
    elif not (unknown & (bases >= ord("a"))).any():
        return None
    letters: NDArray[np.uint8] = (unknown & is_lower(bases)) * np.uint8(ord("n"))
    return letters
