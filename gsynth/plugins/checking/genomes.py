"""Calls of a genome, with checks of the contigs and bases that it returns."""

from __future__ import annotations

import reprlib
from collections.abc import Mapping
from typing import Any, Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from gsynth.plugins.checking.naming import filled, is_plain, is_whole, kind_of, named, refuse
from gsynth.plugins.contracts import ClosableGenome, Genome, GenomeOpener, ManyFetcher
from gsynth.plugins.origins import note_origin, origin_of

Codes = NDArray[np.uint8]
Positions = NDArray[np.int64]

_ROLE: Final = "genome"
# Positions are int64, and sums of two of them must not overflow.
_MOST: Final = 2**62
_UNWRITTEN: Final = 255
"""No ASCII base, so a cell that holds it was not written; see `fetch_many`."""


def is_genome(source: object) -> TypeGuard[Genome]:
    """Whether a user's object has the attributes of a genome; BrokenPluginError if reading them fails."""
    with named(source, _ROLE, lambda: "reading its attributes"):
        return isinstance(source, Genome) and not isinstance(source, type)


def opened_genome(opener: GenomeOpener, source: object) -> Genome:
    """`GenomeOpener.open`, checked; errors of the genome name its plugin."""

    def doing() -> str:
        return f"opening {reprlib.repr(source)}"

    with named(opener, _ROLE, doing):
        genome = opener.open(source)
    if not is_genome(genome):
        refuse(opener, _ROLE, doing(), kind_of(genome), "a Genome (name, contigs, has_sequence, fetch)")
    note_origin(genome, _ROLE, origin_of(opener, _ROLE))
    check_genome(genome)
    return genome


def check_genome(genome: Genome) -> None:
    """BrokenPluginError unless the attributes of a genome are what its contract says."""
    with named(genome, _ROLE, lambda: "reading its attributes"):
        name, has_sequence, contigs = genome.name, genome.has_sequence, genome.contigs
        if not isinstance(name, str):
            refuse(genome, _ROLE, "name", kind_of(name), "a str")
        if not isinstance(has_sequence, bool | np.bool_):
            refuse(genome, _ROLE, "has_sequence", kind_of(has_sequence), "True or False")
        if not isinstance(contigs, Mapping):
            refuse(genome, _ROLE, "contigs", kind_of(contigs), "a mapping of names to sizes")
        _check_contigs(genome, contigs)


def _check_contigs(genome: Genome, contigs: Mapping[Any, Any]) -> None:
    names, sizes = list(contigs), list(contigs.values())
    # All at once, because there may be a million; the loop finds the offender, and allows whole numbers of other types.
    plain = {*map(type, names)} <= {str} and {*map(type, sizes)} <= {int} and all(names)
    if plain and min(sizes, default=0) >= 0 and max(sizes, default=0) < _MOST:
        return
    for contig, size in contigs.items():
        if not isinstance(contig, str) or not contig:
            refuse(genome, _ROLE, "contigs", f"the name {kind_of(contig)}", "a str, not empty")
        if not is_whole(size) or not 0 <= size < _MOST:
            refuse(genome, _ROLE, f"the size of {contig!r}", kind_of(size), "a whole number from 0 to 2**62")


def fetch(genome: Genome, contig: str, start: int, end: int) -> Codes:
    """`Genome.fetch`, checked."""

    def doing() -> str:
        return f"fetch of {contig}:{start}-{end}"

    with named(genome, _ROLE, doing):
        bases = genome.fetch(contig, start, end)
    # Compiled kernels read this memory without bounds: a short or strided array would be a wild read.
    if not (is_plain(bases, np.uint8, end - start) and bases.flags.c_contiguous):
        refuse(genome, _ROLE, doing(), kind_of(bases), f"a contiguous uint8[{end - start}]")
    return bases


def fetch_many(genome: ManyFetcher, ids: Positions, starts: Positions, ends: Positions, out: Codes) -> None:
    """`ManyFetcher.fetch_many`, checked: every stretch must have been written."""

    def doing() -> str:
        return f"fetch_many of {ids.size} stretches"

    sizes = ends - starts
    # Marking the first and last cell of each stretch finds one that was left out or cut short, at a cost that does not
    # grow with the bases.
    stops = np.cumsum(sizes)[sizes > 0]
    cells = np.concatenate([stops - sizes[sizes > 0], stops - 1])
    out[cells] = _UNWRITTEN
    filled(genome, _ROLE, doing, lambda: genome.fetch_many(ids, starts, ends, out))
    doubted = cells[out[cells] == _UNWRITTEN]
    if doubted.size:
        # The source may really hold that byte; then it also overwrites another one.
        again = np.zeros_like(out)
        filled(genome, _ROLE, doing, lambda: genome.fetch_many(ids, starts, ends, again))
        if (again[doubted] != _UNWRITTEN).any():
            refuse(genome, _ROLE, doing(), "stretches that are not filled", f"all {out.size} bases")


def close(genome: Genome) -> None:
    """`ClosableGenome.close`, if the genome has it; what it raises names the genome's plugin."""
    if isinstance(genome, ClosableGenome):
        with named(genome, _ROLE, lambda: "close"):
            genome.close()
