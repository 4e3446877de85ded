"""Sampling: synthetic sequence from a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, Unpack, overload

from gsynth.blocks.compute import Compute
from gsynth.blocks.drawing import draw
from gsynth.blocks.drawn import Drawn
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.modelled import ModelChains
from gsynth.genomes import resolve_genome
from gsynth.model import GsynthModel
from gsynth.outputs import Layout, check_output
from gsynth.outputs.layout import LINE
from gsynth.plugins.backends import load_sampler
from gsynth.typing import (
    AliasLike,
    CellsLike,
    Codes,
    ExecutorLike,
    FileFormat,
    GenomeLike,
    Init,
    IntervalsLike,
    MaskLike,
    MergeLike,
    Names,
    OneHot,
    OneHotDtype,
    OutputFormat,
    OutputLike,
    OutsideSource,
    Pad,
    SampleOptions,
    SeedLike,
    TextFormat,
    TracksLike,
    Written,
)


@overload
def gsynth_sample(
    model: GsynthModel,
    output: None = None,
    *,
    output_format: TextFormat | None = None,
    **options: Unpack[SampleOptions],
) -> list[str]: ...


@overload
def gsynth_sample(
    model: GsynthModel,
    output: OutputLike | None = None,
    *,
    output_format: Literal["vector"],
    **options: Unpack[SampleOptions],
) -> list[str]: ...


@overload
def gsynth_sample(
    model: GsynthModel,
    output: None = None,
    *,
    output_format: Literal["codes"],
    **options: Unpack[SampleOptions],
) -> Codes: ...


@overload
def gsynth_sample(
    model: GsynthModel,
    output: None = None,
    *,
    output_format: Literal["onehot"],
    **options: Unpack[SampleOptions],
) -> OneHot: ...


@overload
def gsynth_sample(
    model: GsynthModel,
    output: OutputLike,
    *,
    output_format: FileFormat | None = None,
    **options: Unpack[SampleOptions],
) -> None: ...


@overload
def gsynth_sample(
    model: GsynthModel,
    output: OutputLike | None = None,
    *,
    output_format: OutputFormat | None = None,
    **options: Unpack[SampleOptions],
) -> Written: ...


def gsynth_sample(
    model: GsynthModel,
    output: OutputLike | None = None,
    *,
    output_format: OutputFormat | None = None,
    line_width: int = LINE,
    dtype: OneHotDtype = "uint8",
    pad: Pad | None = None,
    intervals: IntervalsLike | None = None,
    iterator: int | None = None,
    mask_copy: MaskLike | None = None,
    only: MaskLike | None = None,
    n_samples: int = 1,
    seed: SeedLike | None = None,
    bin_merge: MergeLike | None = None,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    genome: GenomeLike | None = None,
    tracks: TracksLike | None = None,
    preserve_n: bool = True,
    init: Init = "stationary",
    outside: OutsideSource = "learned",
    cell_merge: CellsLike | None = None,
    keep_case: bool = False,
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
    names: Names = "coordinates",
    overwrite: bool = False,
    report: Callable[[Drawn], object] | None = None,
) -> Written:
    """Sample synthetic sequence from a model.

    A base at position p is drawn given the k bases before it, in the stratum at p - k, as in training. The same seed
    gives the same bytes on every backend, with any number of threads and any block size; a contig sampled alone equals
    the same contig in the whole genome.

    Parameters
    ----------
    model : GsynthModel
        Trained, loaded or made from counts.
    output : path or binary file, optional
        Where to write; None returns strings.
        In the name of a file, ``{sample}`` stands for the number of a sample: then each is a file of its own.
    output_format : {"fasta", "bgzip", "2bit", "seq", "misha", "codes", "onehot", "vector"}, optional
        By default what the suffix says: .fa, .fa.gz, .2bit, .seq; FASTA without one and for open files.
        "fasta": with a ``.fai`` next to it; a record is named after its contig, or ``contig:start-end``
        (0-based half-open) for a part, with ``_sampleN`` if there are several in a file. "bgzip": the same in bgzip,
        with a ``.gzi``, too. "2bit": with runs of N and of lower case. "seq" or "misha": bare bases, one record after
        the other. "codes": uint8[records, bases], A C G T = 0 1 2 3 and N = 4; a list of arrays where records differ
        in length. "onehot": [records, bases, 4], channels A, C, G, T, all 0 for N. These two are returned, or written
        as .npy. "vector": strings in memory, even with `output` named.
    line_width : int
        Bases on a line of FASTA; 0: a record is one line.
    dtype : {"uint8", "float32"}
        The numbers of "onehot".
    pad : int or "longest", optional
        Fill the rows of arrays up to so many bases, as with N; without it records of "onehot" must be of one length.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to sample; every contig by default. Order and repeats are kept; a repeated one is drawn with new numbers.
    iterator : int, optional
        Width in bp of the windows of the strata; the model's own by default.
    mask_copy : intervals or "soft", optional
        Where the reference is copied verbatim, case kept.
    only : intervals or "soft", optional
        Sample there, and copy everything else verbatim.
    n_samples : int
        Samples per interval.
    seed : int, SeedSequence, Generator, optional
        None makes a random one and logs it.
    bin_merge : list or "auto", optional
        For each dimension None (as trained) or merge ranges (see `gsynth_bin_map`); or "auto": every joint cell with
        fewer observations than the model's ``min_obs`` (or none) is sampled from the nearest one with enough.
    allow_parallel, num_cores, max_chunk_size
        As in `gsynth_train`.
    genome : path, dict, sizes or Genome, optional
        Contig sizes are enough if nothing is copied and the strata need no sequence.
    tracks : dict, optional
        Name -> source of the tracks in the model's expressions.
    preserve_n : bool
        Keep the reference's N (and other bases that are not A, C, G or T, as N).
    init : {"stationary", "uniform"}
        How the first k bases of an interval are drawn: from the k-mers of its stratum (after every merge), or
        uniformly.
    outside : {"learned", "pooled", "uniform"}
        How to draw where a dimension has no value, or a value outside of its breaks: from what was learned there (or
        "pooled", if the model has no such table or one without observations), from all observations together, or
        uniformly. 1 % or more of such bases raise a warning.
    cell_merge : list of dict or DataFrame, optional
        Redirects of joint cells, on top of `bin_merge` (see `gsynth_cell_merge`).
    keep_case : bool
        Write lower case where the reference is lowercase (its soft mask).
    backend, progress, executor, chrom_alias
        As in `gsynth_train`.
    names : {"coordinates", "bed"}
        After what the records of a FASTA are named: where they lie; or, as ``bedtools getfasta -name`` does, the name
        in the BED file (or the DataFrame) of `intervals` and where they lie, ``name::contig:start-end``, with the
        strand in brackets behind it where there is one. What is given twice has ``_repeat2`` and so on behind it.
    overwrite : bool
        Replace a file that exists; otherwise it is an error.
    report : callable, optional
        Called once, when everything is written, with a `gsynth.blocks.drawn.Drawn`: how many bases were drawn, copied,
        kept as N, outside of the strata, or in bins without observations.

    Returns
    -------
    list of str, array or None
        ``len(intervals) * n_samples`` sequences, interval by interval, if nothing was written.

    Warns
    -----
    UserWarning
        More than half of the bases are copied or N; at least 1 % lie outside of the strata, or in bins without
        observations.

    Examples
    --------
    >>> from gsynth.training import gsynth_train
    >>> genome = {"chr1": "ACGTTGCA" * 100}
    >>> [len(s) for s in gsynth_sample(gsynth_train(genome=genome, k=2), genome=genome, seed=1)]
    [800]
    """
    chains = ModelChains(
        model=model, iterator=iterator, bin_merge=bin_merge, cell_merge=cell_merge, outside=outside, init=init,
        mask_copy=mask_copy, only=only, preserve_n=preserve_n, keep_case=keep_case, n_samples=n_samples, seed=seed,
    )  # fmt: skip
    compute = Compute.of(
        backend=backend, num_cores=num_cores, progress=progress,
        allow_parallel=allow_parallel, max_chunk_size=max_chunk_size, executor=executor,
    )  # fmt: skip
    # Before the genome is opened, which may have to be indexed first.
    sampler = load_sampler(compute.backend)
    source, layout = resolve_genome(genome), Layout.of(line_width, dtype, pad)
    read = [genome, source, intervals, mask_copy, only, tracks, chrom_alias, cell_merge]
    check_output(output, output_format, read, overwrite=overwrite, n_samples=n_samples, layout=layout)
    inputs = Inputs.of(source, intervals, chrom_alias, tracks, names)
    sample_batch = chains.batch_sampler(inputs, sampler)
    chains.warn_unused(chrom_alias=inputs.idle_alias)
    return draw(sample_batch, output, output_format, layout, compute, "sample", report)
