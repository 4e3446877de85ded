"""Training: from a genome to a model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import fitting_block, resolve_block
from gsynth.blocks.cores import resolve_cores
from gsynth.blocks.counting import BatchCounter, Tables, Tally, affordable_workers, count_intervals, default_block
from gsynth.blocks.measuring import resolve_dims
from gsynth.blocks.progress import progress_bar
from gsynth.errors import ArgumentError
from gsynth.genomes import open_genome
from gsynth.genomes.aliases import resolve_alias
from gsynth.intervals import Intervals, resolve_intervals
from gsynth.intervals.masks import resolve_mask
from gsynth.model import DimSpec, GsynthModel, Outside, Smoothing, check_iterator, check_order, freeze
from gsynth.model.binning import CAUSES
from gsynth.model.merging import merge_sparse
from gsynth.model.outside import WORTH_A_WARNING, described_causes
from gsynth.model.priors import PriorRequest
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Genome
from gsynth.strata import Strata, composer_of, open_dim_tracks
from gsynth.strata.requests import DimRequest


def gsynth_train(
    *dim_specs: Mapping[str, Any] | DimSpec,
    mask: Any = None,
    intervals: Any = None,
    iterator: int | None = None,
    pseudocount: float = 1.0,
    min_obs: int = 0,
    k: int = 5,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    genome: Any = None,
    tracks: Mapping[str, Any] | None = None,
    prior: Any = None,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: Any = None,
) -> GsynthModel:
    """Train a stratified Markov model of order k on a genome.

    Every (k+1)-mer that lies wholly inside an interval counts, with its reverse complement, in the stratum of its
    leftmost base. What is counted does not depend on the backend, the threads or the blocks.

    Parameters
    ----------
    *dim_specs : dict or DimSpec
        Dimensions of the strata, each with ``expr`` (an expression over tracks, for example ``"gc"``), ``breaks``
        (rising bin edges; bins are half-open, the last one closed; or ``"q10"``: ten bins of equally many windows; or
        ``"categories"``: a bin for each name of a categorical track) and maybe ``bin_merge`` (see `gsynth_bin_map`;
        or ``"auto"``: bins under `min_obs` go to their nearest learned neighbour). None: one stratum.
    mask : intervals or "soft", optional
        Windows that start in it are left out and counted in ``total_masked``. "soft": the genome's lowercase.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to train on, 0-based half-open; the whole genome by default. Each interval is its own world.
    iterator : int, optional
        Width in bp of the windows on which the expressions are evaluated; needed with dimensions.
    pseudocount : float
        Added to every cell, P = (N + pseudocount) / (sum N + 4 pseudocount), or with `prior` spread by it.
    min_obs : int
        Bins with fewer observations are sparse: warned about, and sampled uniformly unless merged.
    k : int
        Markov order, 1..10.
    allow_parallel : bool
        False uses one thread.
    num_cores : int, optional
        Threads; None and 0 mean all that the process may use.
    max_chunk_size : int, optional
        Bases per block; by default one to four million, or eight where the table outgrows the cache.
    genome : path, dict or Genome, optional
        FASTA (plain, gzip, bgzip), 2bit, a dict name -> sequence; the one of `use_genome` by default.
    tracks : dict, optional
        Name -> source of the tracks that the expressions use beside the functions of the sequence.
    prior : {"uniform", "marginal", "global"}, float[4], float[bins, 4], dict or DataFrame, optional
        Base probabilities pi in P = (N + pseudocount * pi) / (sum N + pseudocount), normalised to sum to 1. A dict, a
        DataFrame (pandas, polars, pyarrow) or a labelled series goes by its names A, C, G, T in any order and case;
        a plain sequence or array is in the order A, C, G, T.
    backend : str, optional
        Name of the counter; "auto" (the best installed one) by default, or what GSYNTH_BACKEND says.
    progress : bool, optional
        Show a progress bar; by default on a terminal only.
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
        A dimension that is no dict.

    Examples
    --------
    >>> model = gsynth_train(genome={"chr1": "ACGTTGCA" * 100}, k=2)
    >>> model.total_kmers  # both strands of 798 windows
    1596
    """
    order = check_order(k)
    requests = [DimRequest.from_mapping(spec) for spec in dim_specs]
    width = check_iterator(iterator)
    smoothing = Smoothing(pseudocount=pseudocount, min_obs=min_obs)
    asked_prior = PriorRequest.from_argument(prior)
    workers = resolve_cores(num_cores, allow_parallel=allow_parallel)
    counter = load_counter(backend)
    source = open_genome(genome)
    _check_has_sequence(source)
    alias = resolve_alias(chrom_alias, source)
    if width is not None and not requests:
        warnings.warn(f"there are no strata: iterator={width} has no effect", stacklevel=2)
    where = resolve_intervals(intervals, source, alias=alias)
    opened = open_dim_tracks([request.spec for request in requests], width, source, tracks, alias)
    dims = resolve_dims(
        requests,
        opened,
        width,
        source,
        where,
        resolve_block(max_chunk_size, width if requests else None, fitting_block(where.total, workers)),
        workers,
    )
    bins = math.prod(dim.num_bins for dim in dims)
    strata = Strata(dims, opened, width, source, composer_of(counter), outside_bin=bins)

    asked_prior.check_bins(bins)
    # One table more: that of windows without a bin.
    shape = (bins + 1 if dims else 1, 4**order, 4)
    block = resolve_block(max_chunk_size, width if dims else None, default_block(shape, where.total, workers))
    count_batch = BatchCounter(source, strata, resolve_mask(mask, source, alias=alias), counter, order, Tables(shape))
    masked = unknown = 0
    causes = np.zeros((len(dims), len(CAUSES)), dtype=np.int64)
    total = int((where.ends - where.starts).sum())
    with progress_bar(total, "train", progress) as bar:

        def add(tally: Tally) -> None:
            nonlocal masked, unknown, causes
            masked += tally.masked
            unknown += tally.unknown
            causes += tally.causes
            bar.update(tally.bases)

        count_intervals(count_batch, where, add, block, affordable_workers(workers, shape, total))
    table = freeze(count_batch.tables.both_strands())
    counts, outside = table[:bins], Outside(counts=table[bins], causes=causes) if dims else None
    for axis in (i for i, request in enumerate(requests) if request.auto_merge):
        counts, merged = merge_sparse(counts, dims, axis, smoothing.min_obs)
        dims = (*dims[:axis], merged, *dims[axis + 1 :])
    model = _finish(counts, outside, order, dims, masked, unknown, smoothing, width, asked_prior, source)
    _check_counted(model, where)
    _warn_of_bins(model)
    return model


def _finish(
    counts: NDArray[np.uint64],
    outside: Outside | None,
    order: int,
    dims: tuple[DimSpec, ...],
    masked: int,
    unknown: int,
    smoothing: Smoothing,
    iterator: int | None,
    prior: PriorRequest,
    genome: Genome,
) -> GsynthModel:
    prior_mode, prior_matrix, fallbacks = prior.resolve(counts)
    return GsynthModel(
        k=order,
        dims=dims,
        counts=freeze(counts),
        outside=outside,
        total_masked=masked,
        total_n=unknown,
        pseudocount=smoothing.pseudocount,
        min_obs=smoothing.min_obs,
        iterator=iterator,
        prior_mode=prior_mode,
        prior_matrix=prior_matrix,
        marginal_fallbacks=fallbacks,
        metadata={"chrom_sizes": dict(genome.contigs)},
    )


def _check_counted(model: GsynthModel, where: Intervals) -> None:
    """ArgumentError, which names the cause, where nothing was counted."""
    if model.total_kmers:
        return
    if not len(where):
        raise ArgumentError("nothing was counted: there is no interval to train on")
    windows = int(np.maximum(where.ends - where.starts - model.k, 0).sum())
    if not windows:
        longest = int((where.ends - where.starts).max())
        raise ArgumentError(
            f"nothing was counted: a window takes {model.k + 1} bases (k + 1), and the longest interval has {longest:,}"
        )
    left_out = [f"{model.total_masked:,} begin in the mask", f"{model.total_n:,} hold an N or another letter"]
    if model.outside is not None:
        outside = f"{model.outside.kmers // 2:,} have no value in the breaks"
        causes = described_causes(model.dims, model.outside.causes)
        left_out.append(f"{outside} ({causes})" if causes else outside)
    raise ArgumentError(f"nothing was counted: of {windows:,} windows {', '.join(left_out)}")


def _warn_of_bins(model: GsynthModel) -> None:
    if model.outside is not None and model.outside_share >= WORTH_A_WARNING:
        warnings.warn(
            f"{model.outside_share:.1%} of the counted windows lie outside of the strata "
            f"({described_causes(model.dims, model.outside.causes)}): they are counted in a table of their own, and "
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


def _check_has_sequence(genome: Genome) -> None:
    if not genome.has_sequence:
        raise ArgumentError(f"{genome.name} gives only contig sizes; training needs the sequence")
