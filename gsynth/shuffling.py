"""Shuffling: sequences with exactly the k-lets of each interval."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, Literal, Unpack, overload

from gsynth.blocks.compute import Compute
from gsynth.blocks.drawing import kept_reference
from gsynth.blocks.draws import Draws
from gsynth.blocks.effects import warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.plain_shuffler import PlainShuffler
from gsynth.blocks.shuffled import Shuffled
from gsynth.blocks.shuffling import BatchShuffler
from gsynth.blocks.writing import write_records
from gsynth.genomes import open_genome
from gsynth.intervals import contig_sizes
from gsynth.model.values import whole
from gsynth.outputs import Layout, Records, check_output, open_sink
from gsynth.outputs.layout import LINE
from gsynth.plugins.backends import load_sampler
from gsynth.plugins.contracts import Shuffler
from gsynth.typing import (
    AliasLike,
    Codes,
    ExecutorLike,
    FileFormat,
    GenomeLike,
    IntervalsLike,
    MaskLike,
    Names,
    OneHot,
    OneHotDtype,
    OutputFormat,
    OutputLike,
    Pad,
    SeedLike,
    ShuffleOptions,
    TextFormat,
    Written,
)

LARGEST_K: Final = 8
"""Longest words whose counts can be kept."""


@overload
def gsynth_shuffle(
    output: None = None,
    *,
    output_format: TextFormat | None = None,
    **options: Unpack[ShuffleOptions],
) -> list[str]: ...


@overload
def gsynth_shuffle(
    output: OutputLike | None = None,
    *,
    output_format: Literal["vector"],
    **options: Unpack[ShuffleOptions],
) -> list[str]: ...


@overload
def gsynth_shuffle(
    output: None = None,
    *,
    output_format: Literal["codes"],
    **options: Unpack[ShuffleOptions],
) -> Codes: ...


@overload
def gsynth_shuffle(
    output: None = None,
    *,
    output_format: Literal["onehot"],
    **options: Unpack[ShuffleOptions],
) -> OneHot: ...


@overload
def gsynth_shuffle(
    output: OutputLike,
    *,
    output_format: FileFormat | None = None,
    **options: Unpack[ShuffleOptions],
) -> None: ...


@overload
def gsynth_shuffle(
    output: OutputLike | None = None,
    *,
    output_format: OutputFormat | None = None,
    **options: Unpack[ShuffleOptions],
) -> Written: ...


def gsynth_shuffle(
    output: OutputLike | None = None,
    *,
    output_format: OutputFormat | None = None,
    line_width: int = LINE,
    dtype: OneHotDtype = "uint8",
    pad: Pad | None = None,
    k: int = 2,
    intervals: IntervalsLike | None = None,
    window: int | None = None,
    mask_copy: MaskLike | None = None,
    n_samples: int = 1,
    seed: SeedLike | None = None,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    genome: GenomeLike | None = None,
    preserve_n: bool = True,
    keep_case: bool = False,
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
    names: Names = "coordinates",
    overwrite: bool = False,
    report: Callable[[Shuffled], object] | None = None,
) -> Written:
    """Shuffle each interval into a sequence with the same words of k letters, each as often as before.

    Every such sequence is drawn with the same probability (a random Euler tour, by a uniform arborescence [1]_ [2]_).
    Its first and last ``k - 1`` bases are those of the interval. Stretches between N, or between bases that are copied,
    are shuffled each for itself. The same seed gives the same bytes on every backend, with any number of threads and
    any block size; an interval shuffled alone equals the same interval among others.

    Parameters
    ----------
    output, output_format, line_width, dtype, pad
        As in `gsynth.gsynth_sample`.
    k : int
        Letters of the words, 1 to 8; with 1 the order of the bases alone is random, with 2 dinucleotides are kept.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to shuffle; every contig by default. Order and repeats are kept; a repeated one is shuffled anew.
    window : int, optional
        Shuffle every `window` bp of an interval for themselves, counted from its start; the last ones may be fewer.
        Composition then stays where it is. The whole interval by default, which is held in memory.
    mask_copy : intervals or "soft", optional
        Where the reference is copied verbatim, case kept.
    n_samples : int
        Shuffles of each interval.
    seed : int, SeedSequence, Generator, optional
        None makes a random one and logs it.
    allow_parallel, num_cores, max_chunk_size
        As in `gsynth.gsynth_train`. A window, or an interval without one, is never divided.
    genome : path, dict or Genome, optional
        What is shuffled, so sizes are not enough.
    preserve_n : bool
        Keep the reference's N (and other bases that are not A, C, G or T, as N) where they are. Without it, each
        becomes A, C, G or T with equal probability, and the words are those of the sequence filled in this way.
    keep_case : bool
        Write lower case where the reference is lowercase (its soft mask); upper case everywhere by default.
    backend, progress, executor, chrom_alias
        As in `gsynth.gsynth_train`.
    names, overwrite
        As in `gsynth.gsynth_sample`.
    report : callable, optional
        Called once, when everything is written, with a `gsynth.typing.Shuffled`: how many bases were copied, kept as N
        or in runs too short to shuffle, and how many sequences equal their input.

    Returns
    -------
    list of str or None
        ``len(intervals) * n_samples`` sequences, interval by interval, if nothing was written.

    Raises
    ------
    ValueError
        A `k` outside of 1 to 8; a `window` of less than 1; a genome that is only sizes.

    Warns
    -----
    UserWarning
        At least 1 % of the sequences equal their input; more than half of the bases are copied or N.

    References
    ----------
    .. [1] Kandel, Matias, Unger, Winkler: Shuffling biological sequences, Discrete Applied Mathematics 71, 1996.
    .. [2] Propp, Wilson: How to get a perfectly random sample from a generic Markov chain and generate a random
       spanning tree of a directed graph, Journal of Algorithms 27, 1998.

    Examples
    --------
    >>> sequence = "GATTACACATTAGA"
    >>> gsynth_shuffle(k=2, genome={"chr1": sequence}, seed=1)
    ['GACATTTATACAGA']
    """
    width = whole(k, "k", low=1, high=LARGEST_K)
    step = None if window is None else whole(window, "window", low=1)
    compute = Compute.of(
        backend=backend, num_cores=num_cores, progress=progress,
        allow_parallel=allow_parallel, max_chunk_size=max_chunk_size, executor=executor,
    )  # fmt: skip
    # Before the genome is opened, which may have to be indexed first.
    sampler = load_sampler(compute.backend)
    source = open_genome(genome)
    read = [genome, source, intervals, mask_copy, chrom_alias]
    layout = Layout.of(line_width, dtype, pad)
    check_output(output, output_format, read, overwrite=overwrite, n_samples=n_samples, layout=layout)
    inputs = Inputs.of(source, intervals, chrom_alias, names=names)
    inputs.check_has_sequence("shuffling")
    batch_shuffler = BatchShuffler(
        reference=kept_reference(inputs, mask_copy, sampler, preserve_n, keep_case),
        shuffler=sampler if isinstance(sampler, Shuffler) else PlainShuffler(),
        k=width,
        window=step,
        draws=Draws.of(inputs.intervals, n_samples, seed),
    )
    warn_unused(chrom_alias=inputs.idle_alias)
    records = Records(inputs.intervals, contig_sizes(source), batch_shuffler.draws.n_samples)
    with compute.opened() as running:
        written = write_records(
            batch_shuffler,
            batch_shuffler.jobs(compute.block_for(records.bases)),
            partial(open_sink, output, output_format, records, layout),
            running,
            compute.bar(records.bases, "shuffle"),
        )
    made = batch_shuffler.shuffled
    made.warn(width)
    copies = mask_copy is not None and not made.copied and "it holds no A, C, G or T of the intervals"
    warn_unused(mask_copy=copies)
    if report is not None:
        report(made)
    return written
