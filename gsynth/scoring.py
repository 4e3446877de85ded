"""Scoring: how probable the genome itself is under a model, window by window."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, Unpack, get_args, overload

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import MIN_BLOCK, Batch, Batches, batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.effects import warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.scoring import BatchScorer, Joiner, Likelihood, ScoredShare, ShareScorer
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes import resolve_genome
from gsynth.model import GsynthModel, check_iterator
from gsynth.model.logs import log_tables
from gsynth.model.outside import check_outside
from gsynth.model.values import whole
from gsynth.outputs.score_opening import check_score_output, open_score_sink
from gsynth.outputs.scores import Scores, ScoreSink
from gsynth.plugins.backends import load_scorer
from gsynth.plugins.contracts import UNBINNED, Scorer
from gsynth.typing import (
    AliasLike,
    ExecutorLike,
    Frame,
    GenomeLike,
    IntervalsLike,
    MaskLike,
    OutputLike,
    Reach,
    ScoreFormat,
    ScoreOptions,
    ScoreOutside,
    ScorePolicy,
    TracksLike,
)

_BY_CONTIG = dict[str, tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]]

_WINDOWS_OF_BLOCK: Final = 1 << 20
"""Most windows in a block of narrow ones, so that its columns stay small."""


@overload
def gsynth_score(
    model: GsynthModel,
    output: None = None,
    *,
    output_format: Literal["frame"] | None = None,
    **options: Unpack[ScoreOptions],
) -> Frame: ...


@overload
def gsynth_score(
    model: GsynthModel, output: None = None, *, output_format: Literal["arrays"], **options: Unpack[ScoreOptions]
) -> _BY_CONTIG: ...


@overload
def gsynth_score(
    model: GsynthModel,
    output: OutputLike,
    *,
    output_format: ScoreFormat | None = None,
    **options: Unpack[ScoreOptions],
) -> None: ...


@overload
def gsynth_score(
    model: GsynthModel,
    output: OutputLike | None = None,
    *,
    output_format: ScoreFormat | None = None,
    **options: Unpack[ScoreOptions],
) -> Any: ...


def gsynth_score(
    model: GsynthModel,
    output: OutputLike | None = None,
    *,
    output_format: ScoreFormat | None = None,
    intervals: IntervalsLike | None = None,
    mask: MaskLike | None = None,
    resolution: int | None = None,
    sparse_policy: ScorePolicy = "NA",
    n_policy: ScorePolicy = "NA",
    outside: ScoreOutside = "NA",
    context: Reach = "contig",
    against: GsynthModel | None = None,
    iterator: int | None = None,
    genome: GenomeLike | None = None,
    tracks: TracksLike | None = None,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
    overwrite: bool = False,
) -> Any:
    """Score the genome's own sequence under a model: natural-log probabilities, summed in windows.

    A base at position p is scored given the k bases before it, in the stratum at p - k, as in training. Logarithms are
    whole numbers in units of ``2**-24``, so a score has the same bits on every backend, number of threads and block
    size, and for an interval alone or among others.

    A window has no score (NaN) if any of its bases has none: one that is not A, C, G or T, that is masked, whose
    context does not fit, or that the policies leave out. It is -inf if the model says that a base is impossible.

    Parameters
    ----------
    model : GsynthModel
        Trained, loaded or made from counts.
    output : path or binary file, optional
        Where to write; None returns a table. With ``output_format="misha"`` the name of a track.
    output_format : {"frame", "arrays", "bedgraph", "bigwig", "npz", "misha"}, optional
        By default that of the suffix of `output` (``.bedGraph`` or ``.bg``, with ``.gz`` in bgzip; ``.bw`` or
        ``.bigWig``; ``.npz``), or "frame". "bedgraph" and "bigwig" hold only windows with a score, in the order of the
        genome. "misha": a dense track of the misha database that `genome` is, through pymisha.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to score, 0-based half-open; the whole genome by default.
    mask : intervals or "soft", optional
        Windows with a masked base have no score.
    resolution : int, optional
        Width in bp of the windows: its multiples, cut at the ends of intervals. The model's iterator by default; 1
        scores base by base.
    sparse_policy : {"NA", "uniform"}
        Bases in sparse bins (below the model's ``min_obs``): no score, or log(1/4).
    n_policy : {"NA", "uniform"}
        Bases whose context holds a base that is not A, C, G or T: no score, or log(1/4).
    outside : {"NA", "uniform", "learned", "pooled"}
        Bases without a stratum: no score, log(1/4), or as `gsynth_sample` draws them.
    context : {"contig", "interval"}
        Where the k bases before a base may lie: anywhere on its contig, or only inside its interval, as in training;
        then the first k bases of each interval have no score.
    against : GsynthModel, optional
        Its scores are subtracted: log Bayes factors. A window has one if it has a score under both models.
    iterator : int, optional
        Width in bp of the windows of the strata; by default each model's own.
    genome : path, dict or Genome, optional
        As in `gsynth_train`.
    tracks : dict, optional
        Name -> source of the tracks in the models' expressions.
    allow_parallel, num_cores, max_chunk_size, backend, progress, executor, chrom_alias, overwrite
        As in `gsynth_train`.

    Returns
    -------
    DataFrame, dict or None
        "frame": the columns chrom, start, end (0-based half-open) and score, interval by interval, as a pandas
        DataFrame if pandas is installed, else a dict of arrays. "arrays": contig -> (starts, ends, scores). None if a
        file was written.

    Raises
    ------
    ValueError
        A policy, resolution or output that cannot be used; a model without an iterator and no `resolution`.
    TypeError
        A model that is not a GsynthModel.

    Examples
    --------
    >>> from gsynth.training import gsynth_train
    >>> genome = {"chr1": "ACGTTGCA" * 100}
    >>> scores = gsynth_score(gsynth_train(genome=genome, k=2), genome=genome, resolution=400, output_format="arrays")
    >>> starts, ends, values = scores["chr1"]
    >>> starts.tolist(), ends.tolist(), values.round(2).tolist()
    ([0, 400], [400, 800], [nan, -5.94])
    """
    models = _check_models(model, against)
    _check_choice("sparse_policy", sparse_policy, get_args(ScorePolicy))
    _check_choice("n_policy", n_policy, get_args(ScorePolicy))
    _check_choice("context", context, get_args(Reach))
    width = _resolution(resolution, model)
    compute = Compute.of(
        backend=backend, num_cores=num_cores, progress=progress,
        allow_parallel=allow_parallel, max_chunk_size=max_chunk_size, executor=executor,
    )  # fmt: skip
    scorer = load_scorer(compute.backend)
    source = resolve_genome(genome)
    read = [genome, source, intervals, mask, tracks, chrom_alias]
    form = check_score_output(output, output_format, source, read, overwrite=overwrite)
    inputs = Inputs.of(source, intervals, chrom_alias, tracks)
    inputs.check_has_sequence("scoring")
    # Sorted only here: a table keeps the order in which the intervals were given.
    inputs = attrs.evolve(inputs, intervals=form.arranged(inputs.intervals))
    score_batch = BatchScorer(
        genome=source,
        likelihoods=_likelihoods(models, sparse_policy, outside, check_iterator(iterator), inputs, scorer),
        mask=inputs.mask(mask),
        scorer=scorer,
        resolution=width,
        n_uniform=n_policy == "uniform",
        inside=context == "interval",
    )
    warn_unused(chrom_alias=inputs.idle_alias)
    with compute.opened() as running, open_score_sink(output, form, source, inputs.intervals, width) as sink:
        _score(score_batch, sink, inputs, running)
    return sink.result()


def _score(score_batch: BatchScorer, sink: ScoreSink, inputs: Inputs, compute: Compute) -> None:
    """Score every interval into the sink."""
    where, width = inputs.intervals, score_batch.resolution
    block = min(compute.block_for(where.total), max(_WINDOWS_OF_BLOCK * width, MIN_BLOCK))
    # A multiple of the width: a window that fits in a block is not cut.
    block = -(-block // width) * width if width <= block else block
    joiner = Joiner(width, lambda scores: sink.take(sink.made(scores)))
    joins = block % width != 0
    infinite = 0
    with compute.bar(where.total, "score") as bar:

        def finished(scores: Scores) -> Any:
            # Scores that may have to be joined are formatted only afterwards, in order.
            return None if joins else sink.made(scores)

        def made(batch: Batch) -> tuple[Batch, Scores, Any]:
            scores = score_batch(batch)
            return batch, scores, finished(scores)

        def write(done: tuple[Batch, Scores, Any]) -> None:
            nonlocal infinite
            batch, scores, text = done
            # In the one thread that writes at a time, so that no count is lost.
            infinite += int(np.count_nonzero(scores.infinite))
            if joins:
                joiner.add(batch, scores)
            else:
                sink.take(text)
            bar.update(batch.bases)

        jobs = batches(where, block)
        if compute.executor.elsewhere:
            _score_elsewhere(score_batch, jobs, compute, lambda batch, scores: write((batch, scores, finished(scores))))
        else:
            compute.run(made, jobs, write)
    if infinite:
        warnings.warn(
            f"{infinite:,} windows hold a base that is impossible under a model: their scores are infinite",
            stacklevel=3,
        )


def _score_elsewhere(
    score_batch: BatchScorer, jobs: Batches, compute: Compute, take: Callable[[Batch, Scores], None]
) -> None:
    """Score in other processes, which send the sums alone: the windows follow from the batches."""

    def take_share(scored: ScoredShare) -> None:
        for batch, columns in zip(jobs.of(scored.share), scored.columns, strict=True):
            take(batch, score_batch.scores(batch, *columns))

    shares = jobs.shares(compute.share_for(jobs.bases))
    compute.executor.run(ShareScorer(score_batch, jobs), shares, take_share, compute.cores)


def _likelihoods(
    models: Sequence[GsynthModel],
    sparse_policy: ScorePolicy,
    outside: ScoreOutside,
    iterator: int | None,
    inputs: Inputs,
    scorer: Scorer,
) -> list[Likelihood]:
    """The models with their logarithms, and their strata over the genome."""
    further = check_outside(outside) if outside != "NA" else None
    found = []
    for i, model in enumerate(models):
        logs, sparse = log_tables(model, further)
        bins = np.arange(model.total_bins, dtype=np.int32)
        # As windows without a stratum, a kernel leaves the bases of sparse bins out and counts them.
        redirect = np.where(sparse, np.int32(UNBINNED), bins) if sparse_policy == "NA" and sparse.any() else None
        # A model without strata uses no tracks; the warning that they are not used is given only once, if none does.
        idle = not model.dims and (i > 0 or any(other.dims for other in models))
        strata = (attrs.evolve(inputs, tracks=None) if idle else inputs).strata(
            model.dims,
            iterator or model.iterator,
            scorer,
            redirect,
            outside_bin=UNBINNED if further is None else model.total_bins,
        )
        found.append(Likelihood(model.k, strata, logs))
    return found


def _check_models(model: object, against: object) -> list[GsynthModel]:
    """The models of a call, one or two."""
    models = []
    for name, each in (("model", model), ("against", against)):
        if isinstance(each, GsynthModel):
            models.append(each)
        elif name == "model" or each is not None:
            raise ArgumentTypeError(f"{name} must be a GsynthModel, found {type(each).__name__}")
    return models


def _check_choice(name: str, found: object, known: tuple[str, ...]) -> None:
    if not isinstance(found, str) or found not in known:
        raise ArgumentError(f"{name} must be one of {', '.join(known)}, found {found!r}")


def _resolution(resolution: int | None, model: GsynthModel) -> int:
    """The width of the windows that are scored."""
    if resolution is not None:
        return whole(resolution, "resolution", low=1, high=2**62 - 1)
    if model.iterator is None:
        raise ArgumentError("the model has no iterator: give the resolution, the width in bp of the scored windows")
    return model.iterator
