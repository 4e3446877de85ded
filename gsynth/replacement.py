"""Replacing a k-mer until none is left."""

from __future__ import annotations

from functools import partial
from typing import Literal, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.effects import warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.replacing import BatchReplacer, PlainReplacer
from gsynth.blocks.writing import write_records
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes import resolve_genome
from gsynth.intervals import contig_sizes
from gsynth.outputs import Layout, Records, check_output, open_sink
from gsynth.outputs.layout import LINE
from gsynth.plugins.backends import load_sampler
from gsynth.plugins.contracts import Replacer
from gsynth.typing import (
    AliasLike,
    Codes,
    ExecutorLike,
    FileFormat,
    GenomeLike,
    IntervalsLike,
    Names,
    OneHot,
    OneHotDtype,
    OutputFormat,
    OutputLike,
    Pad,
    ReplaceOptions,
    TextFormat,
    Written,
)


@overload
def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    output: None = None,
    output_format: TextFormat | None = None,
    **options: Unpack[ReplaceOptions],
) -> list[str]: ...


@overload
def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    output: OutputLike | None = None,
    output_format: Literal["vector"],
    **options: Unpack[ReplaceOptions],
) -> list[str]: ...


@overload
def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    output: None = None,
    output_format: Literal["codes"],
    **options: Unpack[ReplaceOptions],
) -> Codes: ...


@overload
def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    output: None = None,
    output_format: Literal["onehot"],
    **options: Unpack[ReplaceOptions],
) -> OneHot: ...


@overload
def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    output: OutputLike,
    output_format: FileFormat | None = None,
    **options: Unpack[ReplaceOptions],
) -> None: ...


@overload
def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    output: OutputLike | None = None,
    output_format: OutputFormat | None = None,
    **options: Unpack[ReplaceOptions],
) -> Written: ...


def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    intervals: IntervalsLike | None = None,
    output: OutputLike | None = None,
    output_format: OutputFormat | None = None,
    line_width: int = LINE,
    dtype: OneHotDtype = "uint8",
    pad: Pad | None = None,
    check_composition: bool = True,
    genome: GenomeLike | None = None,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
    names: Names = "coordinates",
    overwrite: bool = False,
) -> Written:
    """Replace a k-mer by another one of the same length, until none is left.

    Passes from left to right, stepping by one base, are repeated until one finds nothing. Each replacement moves the
    sequence in the same direction of alphabetical order, so this always ends. The result is in upper case.

    Parameters
    ----------
    target, replacement : str
        Case-insensitive; ``target == replacement`` changes nothing.
    intervals, output, output_format, line_width, dtype, pad
        As in `gsynth.gsynth_sample`. Nothing is replaced across the ends of an interval.
    check_composition : bool
        Refuse a replacement with a different base composition.
    genome, num_cores, backend, progress, executor, chrom_alias, names, overwrite
        As in `gsynth.gsynth_sample`.

    Returns
    -------
    list of str, array or None
        The sequences, interval by interval, if nothing was written.

    Raises
    ------
    ValueError
        Empty k-mers, or k-mers that differ in length or (with `check_composition`) in composition.

    Examples
    --------
    >>> gsynth_replace_kmer("CG", "GC", genome={"chr1": "ACCGGT"})
    ['AGGCCT']
    """
    old, new = _check_kmers(target, replacement, check_composition)
    compute = Compute.of(backend=backend, num_cores=num_cores, progress=progress, executor=executor)
    # Before the genome is opened, which may have to be indexed first.
    replacer = _load_replacer(compute.backend)
    source = resolve_genome(genome)
    layout = Layout.of(line_width, dtype, pad)
    check_output(output, output_format, [genome, source, intervals, chrom_alias], overwrite=overwrite, layout=layout)
    inputs = Inputs.of(source, intervals, chrom_alias, names=names)
    inputs.check_has_sequence("replacing")
    warn_unused(chrom_alias=inputs.idle_alias)
    where = inputs.intervals
    # Replacing keeps every length, so the place of each record is known beforehand.
    records = Records(where, contig_sizes(source))
    with compute.opened() as running:
        return write_records(
            BatchReplacer(source, old, new, replacer),
            batches(where, compute.block_for(where.total)),
            partial(open_sink, output, output_format, records, layout),
            running,
            compute.bar(records.bases, "replace"),
        )


def _load_replacer(backend: str | None) -> Replacer:
    sampler = load_sampler(backend)
    return sampler if isinstance(sampler, Replacer) else PlainReplacer()


def _check_kmers(
    target: object, replacement: object, check_composition: bool
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
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
