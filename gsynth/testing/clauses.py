"""The contracts clause by clause, in the words that a failing test uses."""

from __future__ import annotations

from typing import Any, Final, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

SUITE_CONTRACT: Final = 2
"""The version of the contracts that this suite tests."""

CLAUSES: Final[dict[str, str]] = {
    "counting": "every window of a run with stratum >= 0 that holds no 4 adds 1 to out[stratum, context, base]; "
    "the context's leftmost base is the most significant",
    "count-n": "a window that holds a 4 in any of its k+1 cells is not counted; those of runs with stratum >= -1 "
    "are returned as a number, those of masked runs (-2) are not",
    "runs": "run j covers the windows edges[j] <= i < edges[j+1]; a run may be empty",
    "orders": "every order from 1 to 10 works, up to the last context and base",
    "empty-block": "a block of no windows is valid: nothing is counted, filled or scored, no error",
    "out-added": "out is added to, in place, and never cleared",
    "return-count": "the count of windows is returned as an int",
    "inputs": "nothing but the output is written to; inputs may be read-only",
    "stateless": "the result depends on the arguments alone, not on earlier calls or calls in other threads",
    "sampling": "every free cell gets the number of thresholds t of thresholds[stratum, context] with "
    "uniforms[i] >= t, left to right, drawn cells rolling into the context",
    "fixed": "cells that are not free stay as they are (a 4 too) and roll into the context",
    "uniform-table": "the last table, as handed in, serves negative strata and every context that holds a 4",
    "certain": "thresholds run from 0 to 2**31, both exact: a certain base is always drawn, an impossible one never",
    "own-number": "uniforms[i] belongs to codes[i + k], whether that cell is free or not",
    "left-context": "codes[:k] is the left context: it is read, never written",
    "return-none": "sample and score return None",
    "scoring": "every window of a run with stratum >= 0 that holds no 4 adds logs[stratum, context, base] to the sum "
    "of its cell, exactly, unless that is the smallest int32",
    "cells": "cell v holds the windows cuts[v] <= i < cuts[v+1]; a cell may be empty",
    "left-out": "a window without a logarithm adds 1 to left_out, in the first column that fits: its base is a 4, its "
    "context holds a 4, its stratum is -1, its logarithm is the smallest int32; one of a masked run (-2) adds nothing",
    "sums-added": "sums and left_out are added to, in place, and never cleared",
    "stream": "sample_stream gives what sample gives with the numbers of the streams: window i of segment s has the "
    "number of the stream keys[s], gammas[s] at positions[s] + i - stream_edges[s]",
    "encode": "encode writes 0, 1, 2, 3 for A, C, G, T of either case and 4 for any other byte, and returns how many "
    "are 4, as an int",
    "compose": "compose writes how many A, C, G and T, of either case, each window [edges[j], edges[j+1]) holds, "
    "whatever out held, and returns None",
    "decode": "decode writes the upper-case letters A, C, G, T, N of the codes 0 to 4, and returns None",
    "replace": "replace leaves in place what passes from left to right, by one base, leave when one finds nothing, and "
    "returns None",
    "shuffle": "shuffle leaves in each run [starts[i], ends[i]) the arrangement that the rule for shuffles gives for "
    "the stream keys[i], gammas[i] and the position positions[i] of its first cell, and returns None",
    "shuffle-runs": "runs are shuffled each for itself; cells outside of all runs stay as they are",
    "shuffle-words": "a run has every word of order + 1 letters as often as before, and begins and ends with the same "
    "order letters",
    "round-trip": "load gives back a model equal to the one that was saved, to the last bit",
    "bin-map": "the bin_map of every dimension comes back, 0-based in memory whatever the file says",
    "dimension": "closed, categories and bin_merge of every dimension come back",
    "outside": "the table of windows without a bin comes back, and why they have none",
    "nan-rows": "the cdf of sparse bins is NaN and comes back as NaN",
    "stored-cdf": "probabilities that differ from what the counts give come back as they were",
    "forbidden": "the words that the probabilities never make come back, with their method and order",
    "unknown-keys": "metadata that the format does not know is kept, never an error",
    "big-counts": "counts up to 2**53 - 1 come back exactly",
    "byte-order": "the bytes on disk are those of the format, whatever the byte order of arrays and machine",
    "save-pure": "save writes at its path and nowhere else, and leaves the model as it was",
    "save-repeats": "the same model gives the same bytes",
    "garbage": "what is not a whole, valid model is refused with FormatError or NotAModelError, never another error",
    "sniff": "sniff says True to what the format wrote and False to what it did not, without an error",
    "contigs": "contigs maps names to lengths in bases, in the order of the source",
    "fetch": "fetch gives the ASCII bases of [start, end), 0-based half-open, as uint8[end - start], case kept",
    "fetch-many": "fetch_many writes what fetch gives for one stretch after another, end to end, and returns None",
    "track-values": "window_values gives one float64 a window, NaN where there is none",
    "track-blocks": "the value of a window does not depend on which other windows are asked for with it",
    "track-composition": "composition_values gives what window_values gives, of A, C, G and T of each window",
    "track-bases": "bases_values gives what window_values gives, of the bases inside the windows alone",
    "track-anywhere": "many_values gives what window_values gives, for windows anywhere, in any order",
    "registration": "a descriptor has a name, a whole-number priority and the contract's version, and its load gives "
    "an object with the role's methods",
}
"""Short name of a clause -> what the contract says."""


def broken(clause: str, found: object) -> NoReturn:
    """Fail the running test: what the contract says, then what was found."""
    __tracebackhide__ = True
    # Without a traceback: the author of a plugin needs the clause and what was found, not the suite's own code.
    pytest.fail(f"contract {SUITE_CONTRACT}, {clause}: {CLAUSES[clause]}.\nFound: {found}", pytrace=False)


def require(kept: bool, clause: str, found: object) -> None:
    """Fail the running test unless the clause is kept."""
    __tracebackhide__ = True
    if not kept:
        broken(clause, found)


def require_equal(found: NDArray[Any], expected: NDArray[Any], clause: str, case: object) -> None:
    """Fail unless two arrays are equal, NaN with NaN; the message shows the first places that differ."""
    __tracebackhide__ = True
    if found.shape != expected.shape or found.dtype != expected.dtype:
        broken(clause, f"{found.dtype}{found.shape}, expected {expected.dtype}{expected.shape}, for {case}")
    # Not numpy.testing: its messages show neither the first places nor NaN against NaN of large arrays.
    differs = found != expected
    if found.dtype.kind == "f":
        differs &= ~(np.isnan(found) & np.isnan(expected))
    if differs.any():
        places = [tuple(int(i) for i in place) for place in np.argwhere(differs)[:5]]
        shown = ", ".join(f"{list(place)}: {found[place]} for {expected[place]}" for place in places)
        broken(clause, f"{int(differs.sum())} cells differ (place: found for expected): {shown}; for {case}")
