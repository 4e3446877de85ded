"""Tracks that are functions of the sequence: what they count, and what they make of the counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, SupportsIndex

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError
from gsynth.tracks.windows import Flags, Picker, window_counts

UPPER: Final = np.uint8(0xDF)
"""Clears the bit that makes an ASCII letter lower case."""

STRONG: Final = np.uint8(0xDB)
"""Clears the case bit and the one bit in which C and G differ: what is left of either is C."""

MAX_KMER: Final = 32

Counts = NDArray[np.int64]
Values = NDArray[np.float64]


@frozen
class SequenceTrack:
    """A track whose values follow from what the windows hold (see `gsynth.plugins.Track`).

    Attributes
    ----------
    picker : Picker
        What is counted.
    value : callable
        Makes float64[m] of the counts, int64[things, m], and the widths of the windows, int64[m].
    made_by : callable and its arguments, or None
        What made it, which a pickle holds instead of functions without a name.
    """

    picker: Picker
    value: Callable[[Counts, Counts], Values]
    uses_sequence: bool = True
    flank: int = 0
    made_by: tuple[Callable[..., SequenceTrack], tuple[object, ...]] | None = field(default=None, kw_only=True)

    def __reduce_ex__(self, protocol: SupportsIndex, /) -> Any:
        return super().__reduce_ex__(protocol) if self.made_by is None else self.made_by

    def window_values(self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None) -> Values:
        """One value for each window."""
        if sequence is None:
            raise ArgumentError(f"a function of the sequence needs the bases of {contig}: the genome has sizes only")
        return self.bases_values(sequence, edges)

    def bases_values(self, bases: NDArray[np.uint8], edges: NDArray[np.int64]) -> Values:
        """One value for each window; a `gsynth.plugins.BasesTrack`."""
        return self.value(window_counts(bases, edges, self.picker), np.diff(edges))


@frozen
class ComposedTrack(SequenceTrack):
    """One that can make do with the composition of windows (see `gsynth.plugins.CompositionTrack`).

    Attributes
    ----------
    counts : callable
        Makes int64[things, m] of the composition, int64[m, 4].
    """

    counts: Callable[[Counts], Counts] = field(kw_only=True)

    def composition_values(self, composition: Counts, widths: Counts) -> Values:
        """One value for each window."""
        return self.value(self.counts(composition), widths)


def ratio(numerator: Counts, denominator: Counts) -> Values:
    """numerator / denominator, NaN where the denominator is not positive."""
    with np.errstate(all="ignore"):
        result: Values = np.true_divide(numerator, denominator)
    undefined = denominator <= 0
    if undefined.any():
        result[undefined] = np.nan
    return result


def _acgt(upper: NDArray[np.uint8]) -> NDArray[np.bool_]:
    known: NDArray[np.bool_] = upper == ord("A")
    known |= upper == ord("T")
    known |= (upper & STRONG) == ord("C")
    return known


def _gc_flags(bases: NDArray[np.uint8], n: int) -> Flags:
    upper = bases[:n] & UPPER
    strong = (upper & STRONG) == ord("C")
    known = upper == ord("A")
    known |= upper == ord("T")
    known |= strong
    return strong, known


def gc() -> SequenceTrack:
    """(G + C) / (A + C + G + T) of the window, either case; NaN where it holds none of them."""
    return ComposedTrack(
        Picker(_gc_flags, (1, 1)), lambda counts, _: ratio(counts[0], counts[1]), counts=_gc_counts, made_by=(gc, ())
    )


def _gc_counts(composition: Counts) -> Counts:
    strong = composition[:, 1] + composition[:, 2]
    return np.stack([strong, strong + composition[:, 0] + composition[:, 3]])


def _cpg_flags(bases: NDArray[np.uint8], n: int) -> Flags:
    upper = bases & UPPER
    c, g = upper[:n] == ord("C"), upper[:n] == ord("G")
    return _starts(upper, n, b"CG"), c, g, _acgt(upper[:n])


def _cpg_value(counts: Counts, _: Counts) -> Values:
    pairs, c, g, known = counts
    # Exact in int64 for windows of up to 3 Gb.
    return ratio(pairs * known, c * g)


def cpg() -> SequenceTrack:
    """CpG observed / expected: CpG * (A + C + G + T) / (C * G) of the window; NaN where it lacks C or G.

    A CpG counts if both its bases lie in the window.
    """
    return SequenceTrack(Picker(_cpg_flags, (2, 1, 1, 1)), _cpg_value, made_by=(cpg, ()))


def _starts(upper: NDArray[np.uint8], n: int, kmer: bytes) -> NDArray[np.bool_]:
    """Where `kmer` starts among the first n positions; one that the bases cut short does not."""
    found = np.zeros(n, dtype=np.bool_)
    length = min(n, upper.size - len(kmer) + 1)
    if length <= 0:
        return found
    starts = found[:length]
    np.equal(upper[:length], kmer[0], out=starts)
    for offset in range(1, len(kmer)):
        starts &= upper[offset : offset + length] == kmer[offset]
    return found


_COMPLEMENT: Final = bytes.maketrans(b"ACGT", b"TGCA")


def _kmer_picker(kmer: object, strand: int) -> tuple[Picker, int]:
    """What to count, and the k-mer's length."""
    if not isinstance(kmer, str) or not 1 <= len(kmer) <= MAX_KMER or set(kmer.upper()) - set("ACGT"):
        raise ArgumentError(f"a k-mer must be 1 to {MAX_KMER} letters A, C, G, T, found {kmer!r}")
    if isinstance(strand, bool) or strand not in (-1, 0, 1):
        raise ArgumentError(f"strand must be 1 (forward), -1 (reverse) or 0 (both), found {strand!r}")
    forward = kmer.upper().encode()
    reverse = forward.translate(_COMPLEMENT)[::-1]
    targets = {1: (forward,), -1: (reverse,), 0: (forward, reverse)}[int(strand)]

    def flags(bases: NDArray[np.uint8], n: int) -> Flags:
        upper = bases & UPPER
        return tuple(_starts(upper, n, target) for target in targets)

    return Picker(flags, (len(kmer),) * len(targets)), len(kmer)


def kmer_count(kmer: str, strand: int = 1) -> SequenceTrack:
    """How many k-mers `kmer` lie wholly inside the window, overlapping ones included, either case.

    `strand`: 1 counts `kmer`, -1 its reverse complement, 0 both (a palindrome twice).
    """
    picker, _ = _kmer_picker(kmer, strand)
    made_by = kmer_count, (kmer, strand)
    return SequenceTrack(picker, lambda counts, _: counts.sum(axis=0).astype(np.float64), made_by=made_by)


def kmer_frac(kmer: str, strand: int = 1) -> SequenceTrack:
    """`kmer_count` over the number of places: window width - k + 1, twice that on both strands; NaN where too short.

    A place that holds an N counts. This is misha's ``kmer.frac`` with ``extend=False``, whose default is strand 0.
    """
    picker, k = _kmer_picker(kmer, strand)
    strands = len(picker.spans)
    return SequenceTrack(
        picker,
        lambda counts, widths: ratio(counts.sum(axis=0), (widths - k + 1) * strands),
        made_by=(kmer_frac, (kmer, strand)),
    )


def masked_frac() -> SequenceTrack:
    """Fraction of the window's bases that are lower case (soft-masked)."""
    return SequenceTrack(
        Picker(lambda bases, n: (bases[:n] >= ord("a"),)),
        lambda counts, widths: ratio(counts[0], widths),
        made_by=(masked_frac, ()),
    )


def n_frac() -> SequenceTrack:
    """Fraction of the window's bases that are not A, C, G or T in either case."""
    return ComposedTrack(
        Picker(lambda bases, n: (_acgt(bases[:n] & UPPER),)),
        lambda counts, widths: ratio(widths - counts[0], widths),
        counts=lambda composition: composition.sum(axis=1)[np.newaxis],
        made_by=(n_frac, ()),
    )
