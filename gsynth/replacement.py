"""Replacing a k-mer until none is left."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from gsynth.cores import resolve_cores
from gsynth.draws import Draws
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes import open_genome
from gsynth.intervals import Interval, resolve_intervals
from gsynth.output import check_output, open_sink
from gsynth.pipeline import run_in_order
from gsynth.plugins.interfaces import Genome
from gsynth.progress import progress_bar
from gsynth.randomness import seed_sequence


def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    intervals: Any = None,
    output: Any = None,
    output_format: str = "fasta",
    check_composition: bool = True,
    genome: Any = None,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: Any = None,
) -> list[str] | None:
    """Replace a k-mer by another one of the same length, until none is left.

    Passes from left to right, stepping by one base, are repeated until one finds nothing. Each replacement moves the
    sequence one way in alphabetical order, so this ends. The result is in upper case.

    Parameters
    ----------
    target, replacement : str
        Case-insensitive; ``target == replacement`` changes nothing.
    intervals, output, output_format, genome, num_cores, backend, progress, chrom_alias
        As in `gsynth.gsynth_sample`. Nothing is replaced across the ends of an interval.
    check_composition : bool
        Refuse a replacement of another base composition.

    Returns
    -------
    list of str or None
        The sequences, interval by interval, if nothing was written.

    Raises
    ------
    ValueError
        Empty, of unequal length, or (with `check_composition`) of another composition.

    Examples
    --------
    >>> gsynth_replace_kmer("CG", "GC", genome={"chr1": "ACCGGT"})
    ['AGGCCT']
    """
    old, new = _check_kmers(target, replacement, check_composition)
    check_output(output, output_format)
    source = open_genome(genome)
    if not source.has_sequence:
        raise ArgumentError(f"{source.name} gives only contig sizes; replacing needs the sequence")
    where = resolve_intervals(intervals, source, alias=chrom_alias)
    names = Draws.of(where, 1, seed_sequence(0), source)
    work = partial(_replaced_interval, source, old, new)
    with open_sink(output, output_format) as sink, progress_bar(names.bases, "replace", progress) as bar:
        for i, sequence in enumerate(run_in_order(work, list(where), resolve_cores(num_cores))):
            sink.begin(names.name(i))
            sink.write(np.frombuffer(sequence, dtype=np.uint8))
            sink.end()
            bar.update(len(sequence))
    return sink.result()


def _check_kmers(target: Any, replacement: Any, check_composition: bool) -> tuple[bytes, bytes]:
    if not isinstance(target, str) or not isinstance(replacement, str):
        raise ArgumentTypeError("target and replacement must be strings")
    old, new = target.upper(), replacement.upper()
    if not old or not new:
        raise ArgumentError("target and replacement must not be empty")
    if len(old) != len(new):
        raise ArgumentError(f"target {target!r} and replacement {replacement!r} must have the same length")
    if not set(old + new) <= set("ACGT"):
        raise ArgumentError(f"target {target!r} and replacement {replacement!r} must be of A, C, G and T")
    if check_composition and sorted(old) != sorted(new):
        raise ArgumentError(
            f"target {target!r} and replacement {replacement!r} differ in composition; "
            "check_composition=False allows that"
        )
    return old.encode(), new.encode()


def _replaced_interval(genome: Genome, target: bytes, replacement: bytes, interval: Interval) -> bytes:
    sequence = genome.fetch(interval.contig, interval.start, interval.end).tobytes().upper()
    return replace_all(sequence, target, replacement)


def replace_all(sequence: bytes, target: bytes, replacement: bytes) -> bytes:
    """`sequence` after the repeated left-to-right passes.

    Examples
    --------
    >>> replace_all(b"CCCG", b"CG", b"GC")
    b'GCCC'
    """
    if target == replacement or target not in sequence:
        return sequence
    cells = bytearray(sequence)
    replaced = _first_pass(cells, target, replacement)
    while replaced:
        replaced = _next_pass(cells, target, replacement, replaced)
    return bytes(cells)


def _first_pass(cells: bytearray, target: bytes, replacement: bytes) -> list[int]:
    replaced = []
    at = cells.find(target)
    while at >= 0:
        cells[at : at + len(target)] = replacement
        replaced.append(at)
        at = cells.find(target, at + 1)
    return replaced


def _next_pass(cells: bytearray, target: bytes, replacement: bytes, before: Sequence[int]) -> list[int]:
    """One more pass, looking only where a target can have come up: before, and in this pass behind, a replacement."""
    width = len(target)
    waiting = sorted({at for hit in before for at in range(max(0, hit - width + 1), hit)})
    replaced: list[int] = []
    last = -1
    while waiting:
        at = heapq.heappop(waiting)
        if at == last:
            continue
        last = at
        if cells[at : at + width] == target:
            cells[at : at + width] = replacement
            replaced.append(at)
            for behind in range(at + 1, at + width):
                heapq.heappush(waiting, behind)
    return replaced
