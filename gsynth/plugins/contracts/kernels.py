"""What a counter, a sampler and a scorer must do.

Kernels (counter, sampler, scorer) are pure, deterministic, stateless and re-entrant; they release the GIL, allocate at
most O(block) memory and never touch Python objects in their loops. They are handed valid input: the core checks once,
at the public door. All arrays are C-contiguous and of exactly the dtype that is written here.

Sequence codes: 0, 1, 2, 3 = A, C, G, T; 4 = anything else; 255 = `FREE`, a cell for a sampler to fill.
Window i of a block is ``codes[i : i+k]`` (the context, leftmost base most significant: index = sum code * 4**(k-1-j))
and ``codes[i+k]`` (the emitted base). Strata come as runs: run j covers the windows ``edges[j] <= i < edges[j+1]``,
with ``edges[0] == 0``, ``edges[m] == n``, never falling (a run may be empty). A stratum >= 0 is a flat bin.
"""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gsynth.alphabet import FREE as FREE

UNBINNED: Final = -1
"""Stratum of a window that falls in no bin: not counted; sampled uniformly; without a score."""

MASKED: Final = -2
"""Stratum of a window that is left out: not counted at all, not even its N."""

LOG_BITS: Final = 24
"""A scorer's logarithms are natural ones, in units of ``2**-24``."""

IMPOSSIBLE: Final = -(2**31)
"""What stands in a scorer's table for the logarithm of 0."""


@runtime_checkable
class Counter(Protocol):
    """Counts (k+1)-mers, forward strand only, stratum by stratum."""

    def count(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        *,
        order: int,
        out: NDArray[np.uint64],
    ) -> int:
        """Add every countable window of the block to `out`.

        Parameters
        ----------
        codes : uint8[n + k]
            Sequence codes 0..4.
        edges : int64[m + 1], strata : int32[m]
            The runs of strata over the n windows.
        order : int
            k, 1..10.
        out : uint64[bins, 4**k, 4]
            Added to, in place: ``out[stratum, context, base] += 1`` for every window of a run with stratum >= 0
            that holds no 4. Never cleared.

        Returns
        -------
        int
            How many windows of runs with stratum >= -1 hold a 4.
        """
        ...


@runtime_checkable
class Sampler(Protocol):
    """Fills the free cells of a block, left to right, with the Markov chain that the thresholds define."""

    def sample(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        uniforms: NDArray[np.uint32],
        *,
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> None:
        """Fill every cell of ``codes[k:]`` that is `FREE`, in place.

        Parameters
        ----------
        codes : uint8[n + k]
            ``codes[:k]`` is the left context (0..4, never `FREE`). Of the rest, `FREE` cells are filled; the others
            are fixed (0..3, or 4) and roll into the context like drawn ones.
        edges : int64[m + 1], strata : int32[m]
            The runs of strata over the n windows; window i emits ``codes[i + k]``.
        uniforms : uint32[n]
            31-bit random numbers; ``uniforms[i]`` belongs to ``codes[i + k]``, whether that is free or not.
        order : int
            k, 1..10.
        thresholds : uint32[bins + 1, 4**k, 3]
            0 .. 2**31, not falling along the last axis. The drawn base is the number of thresholds t of
            ``thresholds[stratum, context]`` with ``uniforms[i] >= t``. The last table is the uniform one: it serves
            negative strata, and every context that holds a 4.
        """
        ...


@runtime_checkable
class Scorer(Protocol):
    """Adds up logarithms of probabilities, cell by cell."""

    def score(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        cuts: NDArray[np.int64],
        *,
        order: int,
        logs: NDArray[np.int32],
        sums: NDArray[np.int64],
        left_out: NDArray[np.int32],
    ) -> None:
        """Add the logarithm of every window that has one to the sum of its cell, and count those that have none.

        The logarithms are whole numbers, so the sums are exact in any order.

        Parameters
        ----------
        codes : uint8[n + k]
            Sequence codes 0..4.
        edges : int64[m + 1], strata : int32[m]
            The runs of strata over the n windows.
        cuts : int64[w + 1]
            The cells: cell v holds the windows ``cuts[v] <= i < cuts[v+1]``. ``cuts[0] == 0``, ``cuts[w] == n``, never
            falling (a cell may be empty).
        order : int
            k, 1..10.
        logs : int32[bins, 4**k, 4]
            Natural logarithms of probabilities in units of ``2**-24``, rounded; `IMPOSSIBLE` for that of 0.
        sums : int64[w]
            Added to, in place: ``sums[v] += logs[stratum, context, base]`` for every window of cell v that holds no 4,
            is of a run with stratum >= 0 and is not impossible. Never cleared.
        left_out : int32[w, 4]
            Added to, in place: 1 for each other window of a run with stratum >= -1, in the first column that fits. 0:
            the base is a 4; 1: the context holds a 4; 2: the stratum is -1; 3: the logarithm is `IMPOSSIBLE`. Windows
            of masked runs (-2) leave no trace.
        """
        ...


@runtime_checkable
class StreamSampler(Protocol):
    """Optional ability of a sampler: draw the random numbers inside, from the stream's definition.

    Must give exactly what `Sampler.sample` gives with the numbers of ``gsynth.randomness.uniforms``.
    """

    def sample_stream(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        stream_edges: NDArray[np.int64],
        keys: NDArray[np.uint64],
        gammas: NDArray[np.uint64],
        positions: NDArray[np.int64],
        *,
        order: int,
        thresholds: NDArray[np.uint32],
    ) -> None:
        """As `Sampler.sample`, with the numbers of streams.

        Window i of segment s (``stream_edges[s] <= i < stream_edges[s+1]``) takes the number of the stream ``keys[s]``,
        ``gammas[s]`` at position ``positions[s] + i - stream_edges[s]``.
        """
        ...


@runtime_checkable
class Encoder(Protocol):
    """Optional ability of a counter, a sampler or a scorer: turn ASCII bases into codes (``gsynth.alphabet``)."""

    def encode(self, bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int:
        """Write the codes of ASCII `bases` (uint8[n], any byte, either case) into `out` (uint8[n]).

        Returns how many of them are 4.
        """
        ...


@runtime_checkable
class Transcoder(Encoder, Protocol):
    """Optional ability of a sampler: encode, and turn codes back into ASCII bases."""

    def decode(self, codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
        """Write the upper-case ASCII bases of `codes` (uint8[n], 0..4; 4 becomes N) into `out` (uint8[n])."""
        ...


@runtime_checkable
class Composer(Protocol):
    """Optional ability of a counter, a sampler or a scorer: count the bases of windows (see `CompositionTrack`)."""

    def compose(self, bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None:
        """Write how many A, C, G and T, of either case, each window ``[edges[j], edges[j+1])`` holds.

        Parameters
        ----------
        bases : uint8[edges[m] - edges[0]]
            Any bytes; the ASCII bases from ``edges[0]`` on.
        edges : int64[m + 1]
            Not falling; adjacent windows touch, and one may be empty.
        out : int64[m, 4]
            Written to, whatever it held.
        """
        ...


@runtime_checkable
class Shuffler(Protocol):
    """Optional ability of a sampler: shuffle runs so that their words stay, each as often as before."""

    def shuffle(
        self,
        codes: NDArray[np.uint8],
        starts: NDArray[np.int64],
        ends: NDArray[np.int64],
        keys: NDArray[np.uint64],
        gammas: NDArray[np.uint64],
        positions: NDArray[np.int64],
        *,
        order: int,
    ) -> None:
        """Write into every run the arrangement that the rule for shuffles gives for its stream, in place.

        Parameters
        ----------
        codes : uint8[n]
            0..3 inside of runs, anything outside, where cells are neither read nor written.
        starts, ends : int64[r]
            Run i is ``codes[starts[i] : ends[i]]``; runs are in order and do not overlap, but may touch or be empty,
            and have fewer than ``2**31`` cells.
        keys, gammas : uint64[r]
            The stream of each run.
        positions : int64[r]
            The position of its first cell in the contig.
        order : int
            0..7; words of ``order + 1`` letters stay.

        Notes
        -----
        The rule is numbered in ``docs/plugins/shuffle.md``: a random Euler tour of the graph whose vertices are words
        of `order` letters, by a uniform arborescence of last exits.
        """
        ...


@runtime_checkable
class Replacer(Protocol):
    """Optional ability of a sampler: replace a k-mer until none is left."""

    def replace(self, bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None:
        """Replace in place, as repeated passes over `bases` would that go from left to right by one base.

        Parameters
        ----------
        bases : uint8[n]
            Upper-case ASCII bases, any bytes.
        target, replacement : uint8[m]
            Two different words over A, C, G, T, as upper-case ASCII. At each position i of a pass, if
            ``bases[i : i+m]`` is `target` it becomes `replacement`, and the pass goes on at i + 1. Passes end when one
            finds nothing. The cost is that of the replacements, not of the passes: a megabase of ``CC...CG`` takes
            about linear time.
        """
        ...
