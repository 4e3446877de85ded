"""Training: from a genome to a model."""

from __future__ import annotations

import math
import warnings

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.blocks.compute import Compute
from gsynth.blocks.counting import BatchCounter, Tables, Tally, count_intervals
from gsynth.blocks.effects import NO_STRATA, warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.measuring import resolve_dims
from gsynth.errors import ArgumentError
from gsynth.genomes import resolve_genome
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask
from gsynth.model import GsynthModel, Outside, Smoothing, check_iterator, check_order, freeze
from gsynth.model.dimension import check_dims
from gsynth.model.merging import merge_sparse
from gsynth.model.outside import WORTH_A_WARNING, described_causes
from gsynth.model.priors import PriorRequest
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Counter
from gsynth.strata import Strata, composer_of
from gsynth.strata.requests import DimRequest
from gsynth.typing import AliasLike, DimLike, ExecutorLike, GenomeLike, IntervalsLike, MaskLike, PriorLike, TracksLike


def gsynth_train(
    *dim_specs: DimLike,
    mask: MaskLike | None = None,
    intervals: IntervalsLike | None = None,
    iterator: int | None = None,
    pseudocount: float = 1.0,
    min_obs: int = 0,
    k: int = 5,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    genome: GenomeLike | None = None,
    tracks: TracksLike | None = None,
    prior: PriorLike | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
) -> GsynthModel:
    """Train a stratified Markov model of order k on a genome.

    Every (k+1)-mer that lies wholly inside an interval counts, with its reverse complement, in the stratum of its
    leftmost base. What is counted does not depend on the backend, the threads or the blocks.

    Parameters
    ----------
    *dim_specs : dict or DimSpec
        Dimensions of the strata, each with ``expr`` (an expression over tracks, for example ``"gc"``), ``breaks``
        (increasing bin edges; bins are half-open, the last one closed; or ``"q10"``: ten bins with the same number of
        windows; or ``"categories"``: a bin for each name of a categorical track) and optionally ``bin_merge`` (see
        `gsynth_bin_map`; or ``"auto"``: bins with fewer than `min_obs` observations are merged into their nearest
        learned neighbour). Without dimensions there is one stratum.
    mask : intervals or "soft", optional
        Windows that start in it are left out and counted in ``total_masked``. "soft": the genome's lowercase.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to train on, 0-based half-open; the whole genome by default. No k-mer spans two intervals.
    iterator : int, optional
        Width in bp of the windows on which the expressions are evaluated; needed with dimensions.
    pseudocount : float
        Added to every cell, P = (N + pseudocount) / (sum N + 4 pseudocount), or with `prior` shared out by it.
    min_obs : int
        Bins with fewer observations are sparse: warned about, and sampled uniformly unless merged.
    k : int
        Markov order, 1..10.
    allow_parallel : bool
        False uses one thread.
    num_cores : int, optional
        Threads; None and 0 mean all that the process may use.
    max_chunk_size : int, optional
        Bases per block; by default one to four million, or eight if the table outgrows the cache.
    genome : path, dict or Genome, optional
        FASTA (plain, gzip, bgzip), 2bit, a dict name -> sequence; the one of `use_genome` by default.
    tracks : dict, optional
        Name -> source of the tracks that the expressions use in addition to the functions of the sequence.
    prior : {"uniform", "marginal", "global"}, float[4], float[bins, 4], dict or DataFrame, optional
        Base probabilities pi in P = (N + pseudocount * pi) / (sum N + pseudocount), normalised to sum to 1. A dict, a
        DataFrame (pandas, polars, pyarrow) or a labelled series is matched by its names A, C, G, T in any order and
        case; a plain sequence or array is in the order A, C, G, T.
    backend : str, optional
        Name of the counter; "auto" (the best installed one) by default, or what GSYNTH_BACKEND says.
    progress : bool, optional
        Show a progress bar; by default on a terminal and in a notebook.
    executor : str, distributed.Client or Executor, optional
        Where to do the work instead of on threads of this process: the address of a Dask scheduler
        (``tcp://HOST:PORT``), ``local:4`` for four processes of this machine, or a Dask client. The result is the same.
    chrom_alias : dict, path or "ucsc-ensembl", optional
        Other names of the genome's contigs that intervals, masks and tracks use.

    Returns
    -------
    GsynthModel
        The counts of both strands, the strata, and the probabilities that follow from them.

    Raises
    ------
    ValueError
        Bad k, breaks, iterator, prior or pseudocount, or no window with a value in any bin.
    TypeError
        A dimension that is neither a dict nor a DimSpec.

    Examples
    --------
    >>> model = gsynth_train(genome={"chr1": "ACGTTGCA" * 100}, k=2)
    >>> model.total_kmers  # both strands of 798 windows
    1596
    """
    check_dims(len(dim_specs))
    wanted = _Wanted(
        order=check_order(k),
        dims=tuple(DimRequest.from_mapping(spec) for spec in dim_specs),
        iterator=check_iterator(iterator),
        smoothing=Smoothing(pseudocount=pseudocount, min_obs=min_obs),
        prior=PriorRequest.from_argument(prior),
    )
    compute = Compute.of(
        backend=backend, num_cores=num_cores, progress=progress,
        allow_parallel=allow_parallel, max_chunk_size=max_chunk_size, executor=executor,
    )  # fmt: skip
    # Before the genome is opened, which may have to be indexed first.
    counter = load_counter(compute.backend)
    inputs = Inputs.of(resolve_genome(genome), intervals, chrom_alias, tracks)
    inputs.check_has_sequence("training")
    mask_opened = inputs.mask(mask)
    with compute.opened() as running:
        model = _trained(wanted, inputs, mask_opened, counter, running)
    _check_counted(model, inputs.intervals)
    _warn_of_bins(model)
    warn_unused(
        chrom_alias=inputs.idle_alias,
        iterator=wanted.iterator is not None and not wanted.dims and NO_STRATA,
        mask=mask is not None and not model.total_masked and "no window of the intervals begins in it",
        prior=prior is not None and pseudocount == 0 and "the pseudocount that it shares out is 0",
    )
    return model


@frozen
class _Wanted:
    """The requested model, before anything is read."""

    order: int
    dims: tuple[DimRequest, ...]
    iterator: int | None
    smoothing: Smoothing
    prior: PriorRequest


def _trained(wanted: _Wanted, inputs: Inputs, mask: Mask | None, counter: Counter, compute: Compute) -> GsynthModel:
    strata = _open_strata(wanted, inputs, counter, compute)
    bins = math.prod(dim.num_bins for dim in strata.dims)
    # As soon as the bins are known: counting a genome may take minutes.
    wanted.prior.check_bins(bins)
    # One more table, for windows without a bin.
    tables = Tables((bins + 1 if strata.dims else 1, 4**wanted.order, 4))
    count_batch = BatchCounter(inputs.genome, strata, mask, counter, wanted.order, tables)
    tally = count_intervals(count_batch, inputs.intervals, compute, "train")
    return _model(wanted, strata, freeze(tables.both_strands()), tally)


def _open_strata(wanted: _Wanted, inputs: Inputs, counter: Counter, compute: Compute) -> Strata:
    opened = inputs.open_tracks([request.spec for request in wanted.dims], wanted.iterator)
    dims = resolve_dims(wanted.dims, opened, wanted.iterator, inputs, compute)
    bins = math.prod(dim.num_bins for dim in dims)
    return Strata(dims, opened, wanted.iterator, inputs.genome, composer_of(counter), outside_bin=bins)


def _model(wanted: _Wanted, strata: Strata, table: NDArray[np.uint64], tally: Tally) -> GsynthModel:
    """The model of what was counted, with the merges that needed the counts."""
    dims, bins = tuple(strata.dims), strata.outside_bin
    counts, outside = table[:bins], Outside(counts=table[bins], causes=tally.causes) if dims else None
    # One dimension after the other: a later merge sees the counts that earlier ones have moved.
    for axis in (i for i, request in enumerate(wanted.dims) if request.auto_merge):
        counts, merged = merge_sparse(counts, dims, axis, wanted.smoothing.min_obs)
        dims = (*dims[:axis], merged, *dims[axis + 1 :])
    prior_mode, prior_matrix, fallbacks = wanted.prior.resolve(counts)
    return GsynthModel(
        k=wanted.order,
        dims=dims,
        counts=freeze(counts),
        outside=outside,
        total_masked=tally.masked,
        total_n=tally.unknown,
        pseudocount=wanted.smoothing.pseudocount,
        min_obs=wanted.smoothing.min_obs,
        iterator=wanted.iterator,
        prior_mode=prior_mode,
        prior_matrix=prior_matrix,
        marginal_fallbacks=fallbacks,
        metadata={"chrom_sizes": dict(strata.genome.contigs)},
    )


def _check_counted(model: GsynthModel, where: Intervals) -> None:
    """ArgumentError that names the cause, if nothing was counted."""
    if model.total_kmers:
        return
    if not len(where):
        raise ArgumentError("nothing was counted: there is no interval to train on")
    windows = int(np.maximum(where.ends - where.starts - model.k, 0).sum())
    if not windows:
        longest = int((where.ends - where.starts).max())
        raise ArgumentError(
            f"nothing was counted: a window needs {model.k + 1} bases (k + 1), the longest interval has {longest:,}"
        )
    left_out = [f"{model.total_masked:,} begin in the mask", f"{model.total_n:,} hold an N or another letter"]
    if model.outside is not None:
        # Observations are of both strands, so half of them are windows.
        outside = f"{model.outside.kmers // 2:,} have no value in the breaks"
        causes = described_causes(model.dims, model.outside.causes)
        left_out.append(f"{outside} ({causes})" if causes else outside)
    raise ArgumentError(f"nothing was counted: of {windows:,} windows {', '.join(left_out)}")


def _warn_of_bins(model: GsynthModel) -> None:
    if model.outside is not None and model.outside_share >= WORTH_A_WARNING:
        warnings.warn(
            f"{model.outside_share:.1%} of the counted windows lie outside of the strata "
            f"({described_causes(model.dims, model.outside.causes)}): they are counted in a separate table, and "
            "sampled from it; breaks -inf and inf, or quantiles, leave no window out",
            stacklevel=3,
        )
    if model.sparse_bins.size:
        warnings.warn(
            f"{model.sparse_bins.size} of {model.total_bins} bins have fewer than {model.min_obs:,} observations and "
            f"will be sampled uniformly: {_shortened([model.bin_label(i) for i in model.sparse_bins.tolist()])}; "
            "merge them with bin_merge",
            stacklevel=3,
        )


def _shortened(labels: list[str], most: int = 10) -> str:
    return "; ".join(labels[:most]) + ("; ..." if len(labels) > most else "")
