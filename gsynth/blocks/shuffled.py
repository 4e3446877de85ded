"""What a shuffle is made of: moved bases, kept ones, and sequences that came out as they went in."""

from __future__ import annotations

import warnings
from typing import ClassVar, Final, Literal

from attrs import astuple, frozen

from gsynth.blocks.drawn import warn_mostly_copied

WORTH_A_WARNING: Final = 0.01
"""Share of sequences equal to their input from which on a warning is given."""


@frozen
class Shuffled:
    """Bases and sequences of a shuffle, or of a part of one.

    A sequence is an interval, or a window of one, in one sample, if it holds a base that is not kept.

    Attributes
    ----------
    bases : int
        All of them.
    copied : int
        A, C, G, T taken from the reference (``mask_copy``).
    unknown : int
        N, and anything else that is not A, C, G or T, kept from the reference.
    filled : int
        Drawn in place of N, before the sequence was shuffled.
    short : int
        In runs of at most k bases, which no shuffle moves.
    sequences : int
    equal : int
        Sequences that are the same as their input.
    """

    of_shuffle: ClassVar[Literal[True]] = True
    """What tells it from a `Drawn`."""

    bases: int = 0
    copied: int = 0
    unknown: int = 0
    filled: int = 0
    short: int = 0
    sequences: int = 0
    equal: int = 0

    def __add__(self, other: Shuffled) -> Shuffled:
        return Shuffled(*(mine + more for mine, more in zip(astuple(self), astuple(other), strict=True)))

    def warn(self, k: int) -> None:
        """Warn about what makes a shuffle a different null from what its caller may think."""
        warn_mostly_copied(self.bases, self.copied, self.unknown, "shuffle", stacklevel=4)
        if self.equal and self.equal >= WORTH_A_WARNING * self.sequences:
            warnings.warn(
                f"{self.equal:,} of {self.sequences:,} shuffled sequences equal their input: few others, or none, have "
                f"the same words of {k} letters; a smaller k or longer sequences admit more",
                stacklevel=3,
            )
