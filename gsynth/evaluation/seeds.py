"""Exact matches of two genomes, on both strands, found by the words that they share.

Words of the synthetic genome at every `step`-th position, and their reverse complements, are sorted; then every word of
the real genome is looked up. A match of at least `length + step - 1` letters holds such a word, so none is missed but
those of low complexity: words that repeat 1 to 6 letters over and over say nothing, and there are millions of them.
Neighbouring words of one match are joined at once, so memory does not grow with its length.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
from attrs import define, field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT
from gsynth.blocks.batches import Batch, batches
from gsynth.blocks.compute import Compute
from gsynth.evaluation.reading import Reader
from gsynth.files.segments import places_of, ranges
from gsynth.intervals import Intervals

_STEP: Final = 12
"""Every how many positions of the synthetic genome a word is taken; more of a genome so large that they do not fit."""

_MOST_SEEDS: Final = 1 << 25
"""Most words that are held, on both strands: half a gigabyte."""

_TABLE_BITS: Final = 27
"""Binary logarithm of the bits of a filter: 16 MiB, which caches hold."""

SHORTEST_SEED: Final = 10
LONGEST_SEED: Final = 31

_BLOCK: Final = 1 << 18
"""Bases at once."""

_REPEATS: Final = 6
"""Words of period 1 to this one are of low complexity."""

_CHANCE_HITS: Final = 1e4
"""About how many words two unrelated genomes may share by chance."""

_MOST_RUNS: Final = 1 << 16
"""Most matches that are kept; the longest ones, as far as they are known."""

_MULTIPLIERS: Final = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F))


def seed_length(real: int, synthetic: int) -> int:
    """Letters of the words by which two genomes of so many bases are compared.

    Examples
    --------
    >>> seed_length(100_000, 100_000), seed_length(70_000_000, 70_000_000)
    (11, 20)
    """
    pairs = max(2.0 * real * synthetic, 1.0)
    return min(max(math.ceil(math.log(pairs / _CHANCE_HITS, 4)), SHORTEST_SEED), LONGEST_SEED)


def seed_step(synthetic: int) -> int:
    """Every how many positions of a genome of so many bases a word is taken.

    Examples
    --------
    >>> seed_step(70_000_000), seed_step(3_000_000_000)
    (12, 179)
    """
    return max(_STEP, math.ceil(2 * synthetic / _MOST_SEEDS))


@frozen(eq=False)
class Axis:
    """All contigs of a genome one after the other, for positions that are a single number."""

    names: tuple[str, ...]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, where: Intervals) -> Axis:
        """The contigs of whole-contig intervals."""
        sizes = np.zeros(len(where.names), dtype=np.int64)
        np.maximum.at(sizes, where.ids, where.ends)
        # One position between contigs, so that no match seems to continue on the next one.
        return cls(where.names, places_of(sizes + 1))

    def place(self, position: int) -> tuple[str, int]:
        """The contig of a position, and its position there."""
        row = int(np.searchsorted(self.offsets, position, side="right")) - 1
        return self.names[row], position - int(self.offsets[row])


@frozen(eq=False)
class Seeds:
    """The sorted words of a genome on both strands.

    Attributes
    ----------
    length : int
        Letters of each word.
    step : int
        Every how many positions of the genome a word is taken.
    words : uint64[n]
    refs : int64[n]
        Twice the position of each word's first letter on the axis, plus 1 if it is the reverse complement that equals
        the genome there.
    filters : two Filters
        By which most words of another genome are dismissed.
    """

    length: int
    step: int
    words: NDArray[np.uint64]
    refs: NDArray[np.int64]
    filters: tuple[Filter, Filter]

    @classmethod
    def of(
        cls, reader: Reader, where: Intervals, axis: Axis, length: int, step: int, compute: Compute, bar: Any
    ) -> Seeds:
        """Those of the intervals at every `step`-th position of their contigs."""
        parts: list[_Words] = []

        def take(part: tuple[_Words, int]) -> None:
            parts.append(part[0])
            bar.update(part[1])

        work = _Taker(reader, axis, length, step)
        compute.run(work, batches(where, compute.block_for(where.total, default=_BLOCK)), take)
        forward, reverse, refs = (
            np.concatenate([np.empty(0, dtype=kind), *(getattr(part, name) for part in parts)])
            for name, kind in (("forward", np.uint64), ("reverse", np.uint64), ("refs", np.int64))
        )
        parts.clear()
        words, order = _sorted(np.concatenate([forward, reverse]), length)
        del forward, reverse
        refs = np.concatenate([refs, refs + 1])[order]
        one, other = (Filter.of(words, multiplier) for multiplier in _MULTIPLIERS)
        return cls(length, step, words, refs, (one, other))

    def look_up(self, words: NDArray[np.uint64], at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Which of the words (given by their numbers `at`) are among the seeds, and the first seed of each."""
        if not self.words.size:
            return at[:0], at[:0]
        for each in self.filters:
            at = at[each.may_hold(words[at])]
        found = words[at]
        rows = np.minimum(np.searchsorted(self.words, found), self.words.size - 1)
        equal = self.words[rows] == found
        return at[equal], rows[equal]


@frozen(eq=False)
class Filter:
    """A bit for each hash: whether any word has it.

    Attributes
    ----------
    bits : uint8[2**n / 8]
    multiplier, shift : uint64
        The hash of a word is its product with the multiplier, without the lowest `shift` bits.
    """

    bits: NDArray[np.uint8]
    multiplier: np.uint64
    shift: np.uint64

    @classmethod
    def of(cls, words: NDArray[np.uint64], multiplier: np.uint64) -> Filter:
        """The filter of these words."""
        size = min(max(math.ceil(math.log2(8 * max(words.size, 1))), 10), _TABLE_BITS)
        made = cls(np.zeros(1 << (size - 3), dtype=np.uint8), multiplier, np.uint64(64 - size))
        # Sorted, so that the bits of a byte stand together, and memory is written in order.
        hashes = words * multiplier
        hashes >>= made.shift
        hashes.sort()
        places = (hashes >> np.uint64(3)).view(np.int64)
        firsts = np.flatnonzero(np.append(True, places[1:] != places[:-1])[: places.size])
        if firsts.size:
            hashes &= np.uint64(7)
            made.bits[places[firsts]] = np.bitwise_or.reduceat(_BIT.take(hashes.view(np.int64)), firsts)
        return made

    def may_hold(self, words: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which words may be among them; the others are not."""
        hashes = words * self.multiplier
        hashes >>= self.shift
        places = (hashes >> np.uint64(3)).view(np.int64)
        hashes &= np.uint64(7)
        return np.asarray(self.bits.take(places) & _BIT.take(hashes.view(np.int64)), dtype=np.bool_)


_BIT: Final = (1 << np.arange(8)).astype(np.uint8)


@frozen(eq=False)
class _Words:
    """Words of a stretch, as they stand and as they read on the other strand, and twice their positions."""

    forward: NDArray[np.uint64]
    reverse: NDArray[np.uint64]
    refs: NDArray[np.int64]


def _sorted(words: NDArray[np.uint64], length: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The words in ascending order, equal ones in theirs, and the number of each."""
    bits = max(words.size - 1, 1).bit_length()
    if 2 * length + bits > 64:
        order = np.argsort(words, kind="stable")
        return words[order], order
    # Word and number in one: sorting numbers takes a fraction of the time of sorting by them.
    keys = words << np.uint64(bits) | np.arange(words.size, dtype=np.uint64)
    keys.sort()
    order = (keys & np.uint64((1 << bits) - 1)).view(np.int64)
    keys >>= np.uint64(bits)
    return keys, order


@frozen(eq=False)
class _Taker:
    """Takes the words of a batch at every `step`-th position of its contigs, on both strands."""

    reader: Reader
    axis: Axis
    length: int
    step: int

    def __call__(self, batch: Batch) -> tuple[_Words, int]:
        pieces = batch.pieces
        read = self.reader.read(pieces, ahead=self.length - 1)
        firsts = -(-pieces.firsts // self.step) * self.step
        owner, number = ranges(np.maximum(-(-(pieces.lasts - firsts) // self.step), 0))
        positions = firsts[owner] + number * self.step
        at = read.places[owner] + positions - read.lows[owner]
        # Words that reach beyond their piece hold the gap's 4; beyond the last piece there is nothing.
        inside = at + self.length <= read.codes.size
        at, positions, owner = at[inside], positions[inside], owner[inside]
        forward = np.zeros(at.size, dtype=np.uint64)
        reverse = np.zeros(at.size, dtype=np.uint64)
        known = np.ones(at.size, dtype=np.bool_)
        for i in range(self.length):
            letters = read.codes[at + i]
            known &= letters < NOT_ACGT
            letters = (letters & 3).astype(np.uint64)
            forward = forward << np.uint64(2) | letters
            reverse |= (np.uint64(3) - letters) << np.uint64(2 * i)
        refs = 2 * (self.axis.offsets[pieces.ids[owner]] + positions)
        return _Words(forward[known], reverse[known], refs[known]), int(pieces.sizes.sum())


@frozen(eq=False)
class Runs:
    """Stretches in which neighbouring words match: int64[n] each.

    Attributes
    ----------
    diagonals : int64[n]
        Forward, the difference of the two positions; reverse, their sum, as a negative number.
    firsts, lasts : int64[n]
        The first letters of the first and the last matching word of the real genome, on its axis.
    """

    diagonals: NDArray[np.int64]
    firsts: NDArray[np.int64]
    lasts: NDArray[np.int64]

    def joined(self, reach: int) -> Runs:
        """Runs of one diagonal at most `reach` apart as one; sorted by diagonal."""
        order = np.lexsort((self.firsts, self.diagonals))
        diagonals, firsts, lasts = (x[order] for x in (self.diagonals, self.firsts, self.lasts))
        if not diagonals.size:
            return self
        apart = (diagonals[1:] != diagonals[:-1]) | (firsts[1:] - lasts[:-1] > reach)
        begins = np.append(0, np.flatnonzero(apart) + 1)
        ends = np.append(begins[1:], diagonals.size) - 1
        return Runs(diagonals[begins], firsts[begins], lasts[ends])

    def longest(self, most: int) -> Runs:
        """The `most` longest ones."""
        if self.diagonals.size <= most:
            return self
        order = np.lexsort((self.firsts, self.firsts - self.lasts))[:most]
        return Runs(self.diagonals[order], self.firsts[order], self.lasts[order])


@define
class _Found:
    reach: int
    bar: Any
    runs: list[Runs] = field(factory=list)
    held: int = 0

    def take(self, part: tuple[Runs, int]) -> None:
        self.runs.append(part[0])
        self.held += part[0].firsts.size
        self.bar.update(part[1])
        if self.held > 4 * _MOST_RUNS:
            self.settle()

    def settle(self) -> Runs:
        columns = ([getattr(run, name) for run in self.runs] for name in ("diagonals", "firsts", "lasts"))
        runs = Runs(*(np.concatenate([np.empty(0, dtype=np.int64), *column]) for column in columns))
        self.runs = [runs.joined(self.reach).longest(_MOST_RUNS)]
        self.held = self.runs[0].firsts.size
        return self.runs[0]


def shared_runs(reader: Reader, where: Intervals, axis: Axis, seeds: Seeds, compute: Compute, bar: Any) -> Runs:
    """The stretches of the real genome whose words are among the seeds."""
    # Neighbouring seeds of one match are a step apart.
    found = _Found(seeds.step, bar)
    block = compute.block_for(where.total, default=_BLOCK)
    compute.run(_Finder(reader, axis, seeds), batches(where, block), found.take)
    return found.settle()


@frozen(eq=False)
class _Finder:
    """Looks up every word of a batch."""

    reader: Reader
    axis: Axis
    seeds: Seeds

    def __call__(self, batch: Batch) -> tuple[Runs, int]:
        pieces, length = batch.pieces, self.seeds.length
        read = self.reader.read(pieces, ahead=length - 1)
        words = rolling_words(read.codes, length)
        at, rows = self.seeds.look_up(words, _known_words(read.codes, length, words.size))
        plain = ~_repeats(words[at], length)
        at, rows = at[plain], rows[plain]
        piece = np.searchsorted(read.places, at, side="right") - 1
        positions = at - read.places[piece] + read.lows[piece] + self.axis.offsets[pieces.ids[piece]]
        refs = self.seeds.refs[rows]
        others, reverse = refs >> 1, (refs & 1).astype(np.bool_)
        # On the other strand one position grows where the other one falls, so their sum stays.
        diagonals = np.where(reverse, -1 - positions - others, positions - others + _FORWARD)
        runs = Runs(diagonals, positions, positions).joined(self.seeds.step)
        return runs.longest(_MOST_RUNS), int(pieces.sizes.sum())


_FORWARD: Final = 1 << 60
"""Added to forward diagonals, so that they are positive and reverse ones negative."""


def partner(diagonal: int, position: int) -> int:
    """The position of the synthetic genome that a diagonal pairs with one of the real genome."""
    return -1 - diagonal - position if diagonal < 0 else position - (diagonal - _FORWARD)


def rolling_words(codes: NDArray[np.uint8], length: int) -> NDArray[np.uint64]:
    """The word that begins at each position, two bits a letter: uint64[n - length + 1]; N counts as A.

    Examples
    --------
    >>> rolling_words(np.array([0, 1, 2, 3], dtype=np.uint8), 3).tolist()
    [6, 27]
    """
    if codes.size < length:
        return np.empty(0, dtype=np.uint64)
    doubled = (codes & 3).astype(np.uint64)
    words, have, size = np.zeros(codes.size + 1, dtype=np.uint64), 0, 1
    # By the binary digits of the length: words of 1, 2, 4, ... letters are joined.
    while size <= length:
        if length & size:
            n = codes.size - have - size + 1
            words = words[:n] << np.uint64(2 * size) | doubled[have : have + n] if have else doubled
            have += size
        size *= 2
        if size <= length:
            half = size // 2
            doubled = doubled[:-half] << np.uint64(2 * half) | doubled[half:]
    return words[: codes.size - length + 1]


def _known_words(codes: NDArray[np.uint8], length: int, count: int) -> NDArray[np.int64]:
    """The numbers of the words without a letter 4."""
    unknown = np.zeros(codes.size + 1, dtype=np.int32)
    np.cumsum(codes == NOT_ACGT, out=unknown[1:])
    return np.flatnonzero(unknown[length : length + count] == unknown[:count])


def _repeats(words: NDArray[np.uint64], length: int) -> NDArray[np.bool_]:
    """Which words repeat their first 1 to 6 letters over and over."""
    found = np.zeros(words.size, dtype=np.bool_)
    for period in range(1, _REPEATS + 1):
        rest = np.uint64((1 << 2 * (length - period)) - 1)
        found |= (words >> np.uint64(2 * period)) == (words & rest)
    return found
