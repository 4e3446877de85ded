"""The contracts clause by clause, role by role, in the words that a failing test uses."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray

SUITE_CONTRACT: Final = 2
"""The version of the contracts that this suite tests."""

_KERNELS: Final = {
    "runs": "run j covers the windows edges[j] <= i < edges[j+1]; a run may be empty",
    "orders": "every order from 1 to 10 works, up to the last context and base",
    "empty-block": "a block of no windows is valid: nothing is counted, filled or scored, no error",
    "inputs": "nothing but the output is written to; inputs may be read-only, and are not kept",
    "stateless": "the result depends on the arguments alone, not on earlier calls or calls in other threads",
    "linear": "the work grows with the block, not with its square, nor with runs, cells or segments times the block",
    "memory": "a call allocates in proportion to its block, not to the table",
    "encode": "encode writes 0, 1, 2, 3 for A, C, G, T of either case and 4 for any other byte, and returns how many "
    "are 4, as an int",
    "compose": "compose writes how many A, C, G and T, of either case, each window [edges[j], edges[j+1]) holds, "
    "whatever out held, and returns None",
}

_COUNTER: Final = {
    "counting": "every window of a run with stratum >= 0 that holds no 4 adds 1 to out[stratum, context, base]; "
    "the context's leftmost base is the most significant",
    "count-n": "a window that holds a 4 in any of its k+1 cells is not counted; those of runs with stratum >= -1 "
    "are returned as a number, those of masked runs (-2) are not",
    "out-added": "out is added to, in place, and never cleared",
    "return-count": "the count of windows is returned as an int",
}

_SAMPLER: Final = {
    "sampling": "every free cell gets the number of thresholds t of thresholds[stratum, context] with "
    "uniforms[i] >= t, left to right, drawn cells rolling into the context",
    "fixed": "cells that are not free stay as they are (a 4 too) and roll into the context",
    "own-number": "uniforms[i] belongs to codes[i + k], whether that cell is free or not",
    "uniform-table": "the last table, as handed in, serves negative strata and every context that holds a 4",
    "certain": "thresholds run from 0 to 2**31, both exact: a certain base is always drawn, an impossible one never",
    "left-context": "codes[:k] is the left context: it is read, never written",
    "stream": "sample_stream gives what sample gives with the numbers of the streams: window i of segment s has the "
    "number of the stream keys[s], gammas[s] at positions[s] + i - stream_edges[s]",
    "decode": "decode writes the upper-case letters A, C, G, T, N of the codes 0 to 4, and returns None",
    "replace": "replace leaves in place what passes from left to right, by one base, leave when one finds nothing, and "
    "returns None",
    "shuffle": "shuffle leaves in each run [starts[i], ends[i]) the arrangement that the rule for shuffles gives for "
    "the stream keys[i], gammas[i] and the position positions[i] of its first cell, and returns None",
    "shuffle-runs": "runs are shuffled each for itself; cells outside of all runs stay as they are",
    "shuffle-words": "a run has every word of order + 1 letters as often as before, and begins and ends with the same "
    "order letters",
    "return-none": "sample and score return None",
}

_SCORER: Final = {
    "scoring": "every window of a run with stratum >= 0 that holds no 4 adds logs[stratum, context, base] to the sum "
    "of its cell, exactly, unless that is the smallest int32",
    "cells": "cell v holds the windows cuts[v] <= i < cuts[v+1]; a cell may be empty",
    "left-out": "a window without a logarithm adds 1 to left_out, in the first column that fits: its base is a 4, its "
    "context holds a 4, its stratum is -1, its logarithm is the smallest int32; one of a masked run (-2) adds nothing",
    "sums-added": "sums and left_out are added to, in place, and never cleared",
    "return-none": _SAMPLER["return-none"],
}

_SERIALIZER: Final = {
    "round-trip": "load gives back a model equal to the one that was saved, every attribute to the last bit",
    "bin-map": "the bin_map of every dimension comes back, 0-based in memory whatever the file says",
    "dimension": "closed, categories and the ranges of bin_merge of every dimension come back",
    "outside": "the table of windows without a bin comes back, and why they have none",
    "nan-rows": "the cdf of sparse bins is NaN and comes back as NaN",
    "stored-cdf": "probabilities that differ from what the counts give come back as they were",
    "forbidden": "the words that the probabilities never make come back, with their method and order",
    "unknown-keys": "metadata that the format does not know is kept, never an error",
    "big-counts": "counts up to 2**53 - 1 come back exactly",
    "byte-order": "the bytes on disk are those of the format, whatever the byte order of arrays and machine",
    "save-pure": "save writes at its path and nowhere else, and leaves the model as it was",
    "save-repeats": "the same model gives the same bytes, in any process, on any host, at any time",
    "save-modes": "the umask decides the modes of what save writes, as of any new file and folder",
    "garbage": "what is not a whole, valid model is refused with FormatError or NotAModelError, never another error",
    "sizes": "a size that a file claims is compared with what is there before memory is allocated for it",
    "no-code": "load runs nothing that a file says: no eval, no exec, no process, no connection",
    "handles": "every file is closed when save and load return or raise",
    "sniff": "sniff says True to what the format wrote and False to what it did not, without an error",
}

_GENOME: Final = {
    "contigs": "contigs maps names to lengths in bases, in the order of the source, the same at every call",
    "fetch": "fetch gives the ASCII bases of [start, end), 0-based half-open, as uint8[end - start]: the letters of "
    "the source, case kept",
    "positions": "positions are 64-bit: contigs may be longer than 2**31 bases",
    "fetch-many": "fetch_many writes what fetch gives for one stretch after another, end to end, and returns None",
    "closing": "close gives back the files that the genome holds, without an error, and returns None",
    "stateless": _KERNELS["stateless"],
}

_TRACK: Final = {
    "track-values": "window_values gives the track's value in each window as one float64, NaN where there is none",
    "track-blocks": "the value of a window does not depend on which other windows are asked for with it",
    "track-composition": "composition_values gives what window_values gives, of A, C, G and T of each window",
    "track-bases": "bases_values gives what window_values gives, of the bases inside the windows alone",
    "track-anywhere": "many_values gives what window_values gives, for windows anywhere, in any order",
    "track-contigs": "contigs maps the source's own names to whole lengths, the same at every call, and the track is "
    "asked by these names; elsewhere, a number, is its value on contigs that the source lacks",
    "track-categories": "categories are sorted names, none twice, and every value is NaN or the number of one",
    "track-per-contig": "width is a positive whole number, and counts says how many values each of contigs has",
    "genome-tracks": "names gives the tracks that a genome brings as a list of str, and open takes each of them as "
    '{"genome": genome, "name": name}',
    "stateless": _KERNELS["stateless"],
}

_EVERY: Final = {
    "registration": "a descriptor has a name, a whole-number priority and the contract's version, and its load gives "
    "an object with the role's methods",
    "process": "nothing of the process changes: generators and settings of Python and NumPy, environment, folder",
}

_SOURCE: Final = {
    "accepts": "accepts says True or False, the same each time, False to what is of no kind that it opens; it raises "
    "nothing but OSError",
}

CLAUSES_OF: Final[dict[str, dict[str, str]]] = {
    "counter": {**_COUNTER, **_KERNELS, **_EVERY},
    "sampler": {**_SAMPLER, **_KERNELS, **_EVERY},
    "scorer": {**_SCORER, **_KERNELS, **_EVERY},
    "serializer": {**_SERIALIZER, **_EVERY},
    "genome": {**_GENOME, **_SOURCE, **_EVERY},
    "track": {**_TRACK, **_SOURCE, **_EVERY},
}
"""Role -> the clauses of its contract, by their short names."""

CLAUSES: Final[dict[str, str]] = {name: words for own in CLAUSES_OF.values() for name, words in own.items()}
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


@contextmanager
def asking(clause: str, doing: Callable[[], str]) -> Iterator[None]:
    """Fail with the clause if the plugin raises within the ``with`` block: a bare KeyError would not say what for."""
    __tracebackhide__ = True
    try:
        yield
    except Exception as error:
        # NumPy's and Cython's words for writing to a read-only array: another clause is the one that was broken.
        reading = "read-only" in str(error) or "readonly" in str(error)
        broken("inputs" if reading and clause in _BY_ARRAYS else clause, f"{raised(error)}; {doing()}")


_BY_ARRAYS: Final = {*_KERNELS, *_COUNTER, *_SAMPLER, *_SCORER}


def raised(error: BaseException) -> str:
    """An error, and the line of the plugin that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" (in {frames[-1].filename}, line {frames[-1].lineno}, {frames[-1].name})" if frames else ""
    return f"{type(error).__name__}: {error}{where}"


def require_equal(found: NDArray[Any], expected: NDArray[Any], clause: str, case: object) -> None:
    """Fail unless two arrays are equal, NaN with NaN; the message shows the first places that differ."""
    __tracebackhide__ = True
    if not isinstance(found, np.ndarray):
        broken(clause, f"{type(found).__name__} {found!r:.200}, expected {expected.dtype}{expected.shape}, for {case}")
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


def clauses_of(role: str) -> Mapping[str, str]:
    """The clauses of a role's contract, by their short names.

    Examples
    --------
    >>> clauses_of("counter")["out-added"]
    'out is added to, in place, and never cleared'
    """
    return CLAUSES_OF[role]
