"""What a sample is made of: drawn bases, copied ones, and those in strata without observations."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from attrs import evolve, fields, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT
from gsynth.files.segments import runs_of, runs_within
from gsynth.model import DimSpec
from gsynth.model.binning import CAUSES
from gsynth.model.outside import WORTH_A_WARNING, described_causes
from gsynth.strata import Runs


@frozen(eq=False)
class Drawn:
    """Bases of a sample, or of a part of one, by where they come from.

    Attributes
    ----------
    bases : int
        All of them.
    copied : int
        A, C, G, T taken from the reference (``mask_copy``).
    unknown : int
        N, and anything else that is not A, C, G or T, kept from the reference.
    outside : int
        Drawn where a dimension has no bin.
    causes : int64[d, 3]
        Of those, for each dimension, how many because of each of ``CAUSES``; a base can count in several dimensions.
    unlearned : int
        Drawn in bins without observations, or with fewer than the model's ``min_obs``.
    words : int
        Forbidden words of the model that hold a drawn base: behind an N or a copied stretch, or across its edge.
    copied_words : int
        Forbidden words all of whose bases are the reference's own.
    """

    of_shuffle: ClassVar[Literal[False]] = False
    """What tells it from a `gsynth.blocks.shuffled.Shuffled`."""

    bases: int
    copied: int
    unknown: int
    outside: int
    causes: NDArray[np.int64]
    unlearned: int
    words: int = 0
    copied_words: int = 0

    @classmethod
    def nothing(cls, dims: int) -> Drawn:
        """No bases yet, for a model with ``dims`` dimensions."""
        return cls(0, 0, 0, 0, np.zeros((dims, len(CAUSES)), dtype=np.int64), 0)

    def __add__(self, other: Drawn) -> Drawn:
        return Drawn(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Drawn)))

    def __sub__(self, other: Drawn) -> Drawn:
        return Drawn(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(Drawn)))

    def with_words(self, words: int, copied_words: int) -> Drawn:
        """The same bases, with so many forbidden words."""
        return evolve(self, words=words, copied_words=copied_words)

    def warn(self, dims: Sequence[DimSpec], *, wanted: bool = False) -> None:
        """Warn about what makes a sample a different null from what its caller may think.

        `wanted`: that most is copied is what the caller has asked for.
        """
        kept = self.copied + self.unknown
        if not wanted:
            warn_mostly_copied(self.bases, self.copied, self.unknown, "sample", stacklevel=5)
        sampled = self.bases - kept
        if self.outside and self.outside >= WORTH_A_WARNING * sampled:
            warnings.warn(
                f"{self.outside / sampled:.1%} of the drawn bases lie outside of the model's strata "
                f"({described_causes(dims, self.causes)})",
                stacklevel=4,
            )
        if self.unlearned and self.unlearned >= WORTH_A_WARNING * sampled:
            warnings.warn(
                f"{self.unlearned / sampled:.1%} of the drawn bases lie in bins in which nothing was learned; "
                "redirect them with bin_merge='auto'",
                stacklevel=4,
            )
        if self.words or self.copied_words:
            warnings.warn(
                f"{self.words + self.copied_words:,} words that the model forbids are in the sample: {self.words:,} "
                "hold drawn bases (in what is drawn behind an N, or across the edge of what is kept or copied), "
                f"{self.copied_words:,} are copied by mask_copy; gsynth_replace_kmer removes a word afterwards",
                stacklevel=4,
            )


def warn_mostly_copied(bases: int, copied: int, unknown: int, what: str, *, stacklevel: int) -> None:
    """Warn if more than half of the bases are the reference's own."""
    kept = copied + unknown
    if kept > bases / 2:
        warnings.warn(
            f"{kept / bases:.0%} of the bases are the reference's own ({copied:,} copied by mask_copy, "
            f"{unknown:,} N): a {what} that is mostly copied is not a null",
            stacklevel=stacklevel,
        )


def drawn(
    runs: Runs,
    repeats: NDArray[np.int64],
    fixed: NDArray[np.uint8] | None,
    causes: NDArray[np.int8],
    outside_bin: int,
    unlearned: NDArray[np.bool_],
) -> Drawn:
    """What a block is made of.

    Parameters
    ----------
    runs : edges int64[m + 1], strata int32[m]
        The strata of all cells, from cell 0 on.
    repeats : int64[m]
        How often the cells of each run are drawn.
    fixed : uint8[n] or None
        Codes of cells that are kept, else `FREE`; None if all are free.
    causes : int8[d, u]
        Why the runs of `outside_bin`, in their order, have no bin.
    outside_bin : int
    unlearned : bool[bins + 1]
        Bins without observations; the last one is `outside_bin`.
    """
    edges, strata = runs
    sizes = np.diff(edges) * repeats
    copied = unknown = 0
    if fixed is not None:
        letters = _counted(fixed < NOT_ACGT, edges)
        others = _counted(fixed == NOT_ACGT, edges)
        copied, unknown = int((letters * repeats).sum()), int((others * repeats).sum())
        free = sizes - (letters + others) * repeats
    else:
        free = sizes
    outside = free[strata == outside_bin]
    by_cause = np.array([[outside[own == cause].sum() for cause in range(len(CAUSES))] for own in causes])
    return Drawn(
        bases=int(sizes.sum()),
        copied=copied,
        unknown=unknown,
        outside=int(outside.sum()),
        causes=by_cause.reshape(-1, len(CAUSES)).astype(np.int64),
        unlearned=int(free[(strata >= 0) & unlearned[strata]].sum()) if unlearned.any() else 0,
    )


def _counted(flags: NDArray[np.bool_], edges: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many are True from each edge to the next one: int64[edges - 1]."""
    # By stretches, because what is kept comes in few long ones.
    runs = runs_of(flags)
    owner, parts = runs_within(runs, edges[:-1], edges[1:])
    return np.bincount(owner, parts[:, 1] - parts[:, 0], edges.size - 1).astype(np.int64)
