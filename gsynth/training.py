"""Training: from a genome to a model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping

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
from gsynth.intervals.masks import ANY, Mask, check_mask_overlap
from gsynth.model import GsynthModel, Outside, Smoothing, check_iterator, check_order, freeze
from gsynth.model.dimension import check_dims
from gsynth.model.merging import merge_sparse
from gsynth.model.outside import WORTH_A_WARNING, described_causes
from gsynth.model.priors import PriorRequest
from gsynth.model.smoothing import check_smoothing
from gsynth.model.strands import FORWARD, check_strands
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Counter
from gsynth.strata import Strata, composer_of
from gsynth.strata.requests import DimRequest
from gsynth.typing import (
    AliasLike,
    DimLike,
    ExecutorLike,
    GenomeLike,
    IntervalsLike,
    MaskLike,
    MaskOverlap,
    PriorLike,
    SmoothingMode,
    Strands,
    TracksLike,
)


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
    smoothing: SmoothingMode = "additive",
    strands: Strands = "both",
    mask_overlap: MaskOverlap = "start",
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
) -> GsynthModel:
    """Train a stratified Markov model of order k on a genome.

    Every (k+1)-mer that lies wholly inside an interval counts, with its reverse complement, in the stratum of its
    leftmost base. What is counted does not depend on the backend, the threads or the blocks.

    With ``smoothing="interpolated"`` (Witten-Bell), what was seldom or never seen after a context is learned from the
    same counts after shorter contexts. With N(c, b) for how often base b followed context c, N(c) for the sum over b,
    T(c) for how many different bases followed it, and c' for c without its first base::

        P(b | c) = (N(c, b) + T(c) P(b | c')) / (N(c) + T(c))

    which is P(b | c') where c was never seen; N(c', b) is the sum of N over the contexts that end in c'. Of the
    shortest context, the empty one, P is that of the bases, smoothed by `pseudocount` and `prior` (Witten and Bell
    1991, IEEE Transactions on Information Theory 37:1085; as an interpolation in Chen and Goodman 1998, Harvard
    TR-10-98, section 2.5, whose T times 1/4 for the empty context is the pseudocount of 1).

    Parameters
    ----------
    *dim_specs : dict or DimSpec
        Dimensions of the strata, each with ``expr`` (an expression over tracks, for example ``"gc"``), ``breaks``
        (increasing bin edges; bins are half-open, the last one closed; or ``"q10"``: ten bins with the same number of
        windows; or ``"categories"``: a bin for each name of a categorical track) and optionally ``bin_merge`` (see
        `gsynth_bin_map`; or ``"auto"``: bins with fewer than `min_obs` observations are merged into their nearest
        learned neighbour). Without dimensions there is one stratum.
    mask : intervals or "soft", optional
        Windows that start in it (see `mask_overlap`) are left out and counted in ``total_masked``. "soft": the genome's
        lowercase.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to train on, 0-based half-open; the whole genome by default. No k-mer spans two intervals.
    iterator : int, optional
        Width in bp of the windows on which the expressions are evaluated; needed with dimensions.
    pseudocount : float
        Added to every cell, P = (N + pseudocount) / (sum N + 4 pseudocount), or with `prior` shared out by it. With
        ``smoothing="interpolated"`` it is added to the counts of the bases alone, without any context.
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
    smoothing : {"additive", "interpolated"}
        How contexts that were seldom or never seen get their probabilities: all alike from the pseudocount, or from
        shorter contexts (see above).
    strands : {"both", "forward"}
        What each window counts for: its (k+1)-mer and the reverse complement, or the (k+1)-mer alone.
    mask_overlap : {"start", "any"}
        Which windows `mask` leaves out: those whose first base is masked, as the peers, or those that hold a masked
        base, so that nothing masked is learned.
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
        The counts of the strands, the strata, and the probabilities that follow from them.

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
        smoothing=Smoothing(pseudocount=pseudocount, min_obs=min_obs, smoothing_mode=check_smoothing(smoothing)),
        prior=PriorRequest.from_argument(prior),
        strands=check_strands(strands),
        mask_overlap=check_mask_overlap(mask_overlap),
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
    _check_counted(model, inputs.intervals, wanted.masked)
    _warn_of_bins(model)
    warn_unused(
        chrom_alias=inputs.idle_alias,
        iterator=wanted.iterator is not None and not wanted.dims and NO_STRATA,
        mask=mask is not None and not model.total_masked and f"no window of the intervals {wanted.masked[0]}",
        mask_overlap=mask is None and mask_overlap == ANY and "there is no mask",
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
    strands: str
    mask_overlap: str

    @property
    def masked(self) -> tuple[str, str]:
        """What a masked window does, and what several do."""
        if self.mask_overlap == ANY:
            return "holds a base of it", "hold a masked base"
        return "begins in it", "begin in the mask"


def _trained(wanted: _Wanted, inputs: Inputs, mask: Mask | None, counter: Counter, compute: Compute) -> GsynthModel:
    strata = _open_strata(wanted, inputs, counter, compute)
    bins = math.prod(dim.num_bins for dim in strata.dims)
    # As soon as the bins are known: counting a genome may take minutes.
    wanted.prior.check_bins(bins)
    # One more table, for windows without a bin.
    tables = Tables((bins + 1 if strata.dims else 1, 4**wanted.order, 4))
    whole = wanted.mask_overlap == ANY
    count_batch = BatchCounter(inputs.genome, strata, mask, counter, wanted.order, tables, whole)
    tally = count_intervals(count_batch, inputs.intervals, compute, "train")
    # What was masked is not in a model, but how: counts add up only where it was done alike.
    provenance = {} if mask is None else {"mask_overlap": wanted.mask_overlap}
    return _model(wanted, strata, freeze(tables.of_strands(wanted.strands)), tally, provenance)


def _open_strata(wanted: _Wanted, inputs: Inputs, counter: Counter, compute: Compute) -> Strata:
    opened = inputs.open_tracks([request.spec for request in wanted.dims], wanted.iterator)
    dims = resolve_dims(wanted.dims, opened, wanted.iterator, inputs, compute)
    bins = math.prod(dim.num_bins for dim in dims)
    return Strata(dims, opened, wanted.iterator, inputs.genome, composer_of(counter), outside_bin=bins)


def _model(
    wanted: _Wanted, strata: Strata, table: NDArray[np.uint64], tally: Tally, provenance: Mapping[str, str]
) -> GsynthModel:
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
        strands=wanted.strands,
        total_masked=tally.masked,
        total_n=tally.unknown,
        pseudocount=wanted.smoothing.pseudocount,
        min_obs=wanted.smoothing.min_obs,
        iterator=wanted.iterator,
        prior_mode=prior_mode,
        prior_matrix=prior_matrix,
        marginal_fallbacks=fallbacks,
        smoothing_mode=wanted.smoothing.smoothing_mode,
        metadata={"chrom_sizes": dict(strata.genome.contigs), **provenance},
    )


def _check_counted(model: GsynthModel, where: Intervals, masked: tuple[str, str]) -> None:
    """ArgumentError that names the cause, if nothing was counted; `masked` says what masked windows do."""
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
    left_out = [f"{model.total_masked:,} {masked[1]}", f"{model.total_n:,} hold an N or another letter"]
    if model.outside is not None:
        # Each window counts once on each strand.
        outside = f"{model.outside.kmers // (1 if model.strands == FORWARD else 2):,} have no value in the breaks"
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
