"""The reference: what the contracts and the arithmetic say, in slow loops that can be checked by eye.

Nothing here shares code with what it judges: no vectorised step, no rolling index, no import from the core. Arrays go
in and come out, because that is what plugins handle; every decision in between is made one base at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gsynth.testing.oracle_probabilities import cumulative as cumulative
from gsynth.testing.oracle_probabilities import elsewhere as elsewhere
from gsynth.testing.oracle_probabilities import interpolated as interpolated
from gsynth.testing.oracle_probabilities import marginal as marginal
from gsynth.testing.oracle_probabilities import threshold_row as threshold_row
from gsynth.testing.oracle_probabilities import thresholds as thresholds
from gsynth.testing.oracle_probabilities import with_elsewhere as with_elsewhere
from gsynth.testing.oracle_stream import Stream as Stream
from gsynth.testing.oracle_stream import stream as stream
from gsynth.testing.oracle_stream import uniform as uniform
from gsynth.testing.oracle_stream import uniforms as uniforms

# Written out, not imported: a wrong constant in the core must not agree with itself.
UNBINNED: Final = -1
MASKED: Final = -2
FREE: Final = 255
NOT_ACGT: Final = 4
BASES: Final = "ACGT"
COMPLEMENT: Final = {"A": "T", "C": "G", "G": "C", "T": "A"}

Interval = tuple[str, int, int]


# Blocks: what a kernel does.


def context_index(codes: Sequence[int]) -> int:
    """The index of a context: its leftmost base most significant.

    Examples
    --------
    >>> context_index([0, 0, 1]), context_index([1, 0, 0]), context_index([3])
    (1, 16, 3)
    """
    return sum(code * 4 ** (len(codes) - 1 - j) for j, code in enumerate(codes))


def window_strata(edges: NDArray[np.int64], strata: NDArray[np.int32]) -> list[int]:
    """The stratum of each window, from the runs.

    Examples
    --------
    >>> window_strata(np.array([0, 2, 2, 3]), np.array([5, 6, -1], dtype=np.int32))
    [5, 5, -1]
    """
    expanded: list[int] = []
    for j, stratum in enumerate(strata):
        for _ in range(int(edges[j]), int(edges[j + 1])):
            expanded.append(int(stratum))  # noqa: PERF401  # one window at a time, on purpose
    return expanded


def count(
    codes: NDArray[np.uint8], edges: NDArray[np.int64], strata: NDArray[np.int32], order: int, bins: int
) -> tuple[NDArray[np.uint64], int]:
    """What `Counter.count` adds to a table of zeros, and what it returns.

    Parameters
    ----------
    codes : uint8[n + order]
    edges : int64[m + 1], strata : int32[m]
    order, bins : int

    Returns
    -------
    uint64[bins, 4**order, 4], int
        Observations, and how many windows of runs with stratum >= -1 hold a 4.

    Examples
    --------
    >>> counts, with_n = count(np.array([0, 1, 2, 4], dtype=np.uint8), np.array([0, 3]), np.array([0]), 1, 1)
    >>> counts[0, 0].tolist(), counts[0, 1].tolist(), with_n
    ([0, 1, 0, 0], [0, 0, 1, 0], 1)
    """
    counts = np.zeros((bins, 4**order, 4), dtype=np.uint64)
    with_n = 0
    for i, stratum in enumerate(window_strata(edges, strata)):
        # Python's whole numbers, which do not wrap around as uint8 would.
        window = [int(code) for code in codes[i : i + order + 1]]
        if stratum == MASKED:
            continue
        if NOT_ACGT in window:
            with_n += 1
        elif stratum != UNBINNED:
            counts[stratum, context_index(window[:order]), window[order]] += 1
    return counts, with_n


def sample(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    uniforms: NDArray[np.uint32],
    order: int,
    thresholds: NDArray[np.uint32],
) -> NDArray[np.uint8]:
    """The codes after `Sampler.sample`, as a new array: uint8[n + order].

    Examples
    --------
    >>> always_g = np.full((2, 4, 3), [0, 0, 2**31], dtype=np.uint32)
    >>> codes = np.array([0, 255, 3, 255], dtype=np.uint8)
    >>> numbers = np.array([0, 7, 2**31 - 1], dtype=np.uint32)
    >>> sample(codes, np.array([0, 3]), np.array([0], dtype=np.int32), numbers, 1, always_g).tolist()
    [0, 2, 3, 2]
    """
    filled = [int(code) for code in codes]
    uniform_table = thresholds.shape[0] - 1
    for i, stratum in enumerate(window_strata(edges, strata)):
        if filled[i + order] != FREE:
            continue
        context = filled[i : i + order]
        if stratum < 0 or NOT_ACGT in context:
            row = thresholds[uniform_table, 0]
        else:
            row = thresholds[stratum, context_index(context)]
        filled[i + order] = draw(int(uniforms[i]), row)
    return np.array(filled, dtype=np.uint8)


def draw(number: int, row: Sequence[int] | NDArray[np.uint32]) -> int:
    """The base that a 31-bit number draws: how many of the three thresholds it reaches.

    Examples
    --------
    >>> draw(0, [0, 0, 2**31]), draw(9, [10, 20, 30]), draw(10, [10, 20, 30]), draw(30, [10, 20, 30])
    (2, 0, 1, 3)
    """
    return sum(1 for threshold in row if number >= int(threshold))


# Whole intervals, from strings.


class Training(NamedTuple):
    """What training counts.

    Attributes
    ----------
    counts : uint64[bins, 4**k, 4]
        Both strands, or the forward strand.
    total_masked, total_n : int
        Windows.
    outside : uint64[4**k, 4]
        The same of windows that are in no bin.
    """

    counts: NDArray[np.uint64]
    total_masked: int
    total_n: int
    outside: NDArray[np.uint64]


def iterator_windows(start: int, end: int, iterator: int | None) -> Iterator[tuple[int, int]]:
    """The windows between multiples of `iterator`, cut at the ends of ``[start, end)``; all of it for None.

    Examples
    --------
    >>> list(iterator_windows(5, 25, 10))
    [(5, 10), (10, 20), (20, 25)]
    """
    position = start
    while position < end:
        following = end if iterator is None else min(end, (position // iterator + 1) * iterator)
        yield position, following
        position = following


def reverse_complement(word: str) -> str:
    """The reverse complement of upper-case A, C, G and T.

    Examples
    --------
    >>> reverse_complement("AACG")
    'CGTT'
    """
    return "".join(COMPLEMENT[base] for base in reversed(word))


def train(
    sequences: Mapping[str, str],
    intervals: Sequence[Interval],
    k: int,
    *,
    bins: int = 1,
    stratum: Callable[[str, int, int], int] = lambda contig, start, end: 0,
    iterator: int | None = None,
    mask: Sequence[Interval] = (),
    whole: bool = False,
    forward: bool = False,
) -> Training:
    """Counts of whole intervals.

    Parameters
    ----------
    sequences : mapping of contig to bases
    intervals : sequence of (contig, start, end)
        0-based half-open; clipped to the contig. No window spans two of them.
    k, bins : int
    stratum : callable
        The flat bin of an iterator window (contig, start, end), negative for none.
    iterator : int or None
    mask : sequence of (contig, start, end)
    whole : bool
        Whether a window is masked by any of its bases, and not by its first one alone.
    forward : bool
        Whether windows count on the forward strand alone, and not on both.

    Examples
    --------
    >>> result = train({"c": "ACGTN"}, [("c", 0, 9)], 1)
    >>> result.counts[0].tolist(), result.total_n
    ([[0, 2, 0, 0], [0, 0, 2, 0], [0, 0, 0, 2], [0, 0, 0, 0]], 1)
    """
    # The last table is that of windows without a bin.
    counts = np.zeros((bins + 1, 4**k, 4), dtype=np.uint64)
    total_masked = total_n = 0
    for contig, given_start, given_end in intervals:
        start, end = max(given_start, 0), min(given_end, len(sequences[contig]))
        for window_start, window_end in iterator_windows(start, end, iterator):
            flat = stratum(contig, window_start, window_end)
            # A window of k + 1 bases must end within the interval, though not within the iterator window it begins in.
            for p in range(window_start, min(window_end, end - k)):
                word = sequences[contig][p : p + k + 1].upper()
                # The mask is looked at first; a masked N counts as masked.
                tested = range(p, p + k + 1) if whole else [p]
                if any(name == contig and low <= q < high for name, low, high in mask for q in tested):
                    total_masked += 1
                elif any(base not in BASES for base in word):
                    total_n += 1
                else:
                    for strand in (word,) if forward else (word, reverse_complement(word)):
                        codes = [BASES.index(base) for base in strand]
                        counts[flat if flat >= 0 else bins, context_index(codes[:k]), codes[k]] += 1
    return Training(counts[:bins], total_masked, total_n, counts[bins])


def sample_interval(
    start: int,
    end: int,
    k: int,
    thresholds: NDArray[np.uint32],
    stream: Stream,
    *,
    stratum_at: Callable[[int], int] = lambda position: 0,
    fixed: Mapping[int, str] | None = None,
    counts: NDArray[np.uint64] | None = None,
) -> str:
    """One sample of the interval ``[start, end)`` of a contig.

    Parameters
    ----------
    start, end : int
        0-based half-open.
    k : int
    thresholds : uint32[bins + 1, 4**k, 3]
    stream : Stream
        Its numbers; see `stream`.
    stratum_at : callable
        The flat bin at a position, negative for none; position p is drawn with the stratum at p - k.
    fixed : mapping of position to base
        What is copied verbatim: masked positions, kept N.
    counts : uint64[bins, 4**k, 4], optional
        Counts of the model: the first k bases are drawn from the k-mers of the stratum at `start`
        (``init="stationary"``); without them, uniformly.

    Examples
    --------
    >>> always_t = np.zeros((2, 4, 3), dtype=np.uint32)
    >>> always_t[1] = [2**29, 2**30, 3 * 2**29]
    >>> sample_interval(0, 6, 1, always_t, Stream(0, 1), fixed={0: "a", 3: "N"})[:4]
    'aTTN'
    """
    copied: Mapping[int, str] = {} if fixed is None else fixed
    emitted = ""
    for p in range(start, end):
        context = emitted[-k:].upper()
        if p in copied:
            # The number of this position is skipped, not kept for the next one.
            emitted += copied[p]
            continue
        row: Any = thresholds[-1, 0]
        if p < start + k and counts is not None and stratum_at(start) >= 0:
            row = start_row(counts[stratum_at(start)], emitted.upper(), k)
        elif p >= start + k and all(base in BASES for base in context) and stratum_at(p - k) >= 0:
            row = thresholds[stratum_at(p - k), context_index([BASES.index(base) for base in context])]
        emitted += BASES[draw(uniform(stream, p), row)]
    return emitted


def start_row(counts: NDArray[np.uint64], before: str, k: int) -> list[int]:
    """The thresholds of the base that follows `before` at the beginning of a k-mer.

    The k-mer begins after the last base of `before` that is not A, C, G or T.

    Examples
    --------
    >>> counts = np.zeros((16, 4), dtype=np.uint64)
    >>> counts[[0b0001, 0b0011]] = [1, 0, 0, 2]  # 3 AC and 3 AT
    >>> start_row(counts, "A", 2) == [0, 2**30, 2**30]
    True
    """
    known = ""
    for base in before:
        known = known + base if base in BASES else ""
    words = [0] * 4
    for context in range(4**k):
        word = "".join(BASES[context // 4 ** (k - 1 - i) % 4] for i in range(k))
        if word.startswith(known):
            words[BASES.index(word[len(known)])] += sum(int(n) for n in counts[context])
    total = sum(words)
    if total == 0:
        return threshold_row([0.25, 0.5, 0.75, 1.0])
    return [math.floor(Fraction(sum(words[: base + 1]), total) * 2**31) for base in range(3)]


def replace_kmer(sequence: str, target: str, replacement: str) -> str:
    """Left-to-right passes, stepping by one base, until no target is left.

    Bases that are not replaced keep their case; matching ignores it; what is written is upper-case.

    Raises
    ------
    ValueError
        If the passes would never end.

    Examples
    --------
    >>> replace_kmer("CCCGAcg", "cg", "gc")
    'GCCCAGC'
    """
    target, replacement = target.upper(), replacement.upper()
    # A sequence that comes back would come back forever; slow, but no argument about words is needed.
    seen: set[str] = set()
    while target in sequence.upper():
        if sequence.upper() in seen:
            raise ValueError(f"replacing {target} by {replacement} never ends")
        seen.add(sequence.upper())
        bases = list(sequence)
        for i in range(len(bases) - len(target) + 1):
            if "".join(bases[i : i + len(target)]).upper() == target:
                bases[i : i + len(target)] = replacement
        sequence = "".join(bases)
    return sequence
