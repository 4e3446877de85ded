"""Replacing a k-mer until none is left."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch, batches, fitting_block
from gsynth.blocks.cores import resolve_cores
from gsynth.blocks.executor import run_in_order
from gsynth.blocks.progress import progress_bar
from gsynth.blocks.records import placed
from gsynth.blocks.replacing import BatchReplacer, PlainReplacer
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes import open_genome
from gsynth.genomes.aliases import resolve_alias
from gsynth.intervals import contig_sizes, resolve_intervals
from gsynth.outputs import Part, Records, check_output, open_sink
from gsynth.plugins.backends import load_sampler
from gsynth.plugins.contracts import Replacer


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
    intervals, output, output_format
        As in `gsynth.gsynth_sample`. Nothing is replaced across the ends of an interval.
    check_composition : bool
        Refuse a replacement of another base composition.
    genome, num_cores, backend, progress, chrom_alias
        As in `gsynth.gsynth_sample`.

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
    source = open_genome(genome)
    check_output(output, output_format, [genome, source, intervals, chrom_alias])
    if not source.has_sequence:
        raise ArgumentError(f"{source.name} gives only contig sizes; replacing needs the sequence")
    where = resolve_intervals(intervals, source, alias=resolve_alias(chrom_alias, source))
    workers = resolve_cores(num_cores)
    records = Records(where, contig_sizes(source))
    replace = BatchReplacer(source, old, new, _load_replacer(backend))
    with open_sink(output, output_format, records) as sink, progress_bar(records.bases, "replace", progress) as bar:

        def made(job: tuple[Batch, int]) -> tuple[Batch, Part, Any]:
            batch, place = job
            part = replace(batch, place)
            return batch, part, sink.made(part)

        def write(done: tuple[Batch, Part, Any]) -> None:
            batch, part, text = done
            sink.take(part, text)
            bar.update(batch.bases)

        run_in_order(made, placed(batches(where, fitting_block(where.total, workers)), sink), write, workers)
    return sink.result()


def _load_replacer(backend: str | None) -> Replacer:
    sampler = load_sampler(backend)
    return sampler if isinstance(sampler, Replacer) else PlainReplacer()


def _check_kmers(target: Any, replacement: Any, check_composition: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
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
    return np.frombuffer(old.encode(), dtype=np.uint8), np.frombuffer(new.encode(), dtype=np.uint8)
