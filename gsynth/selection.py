"""Choosing the order and the strata of a model."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from typing import Final, SupportsIndex

from attrs import frozen

from gsynth.blocks.compute import Compute
from gsynth.blocks.effects import NO_STRATA, warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.measuring import resolve_dims
from gsynth.errors import ArgumentError
from gsynth.evaluation.nested import Candidate, Folds, count_candidates, memory_of
from gsynth.evaluation.orders import OrderSelection, Trial, recommend, trial
from gsynth.genomes import resolve_genome
from gsynth.intervals.masks import Mask
from gsynth.model import MAX_ORDER, DimSpec, Smoothing, check_iterator
from gsynth.model.values import real, whole
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Counter
from gsynth.strata import Strata, composer_of
from gsynth.strata.requests import DimRequest
from gsynth.typing import AliasLike, DimLike, GenomeLike, IntervalsLike, MaskLike, TracksLike

FOLDS: Final = 5

_BLOCKS_OF_FOLD: Final = 20
"""Blocks of each fold in a long genome, so that every fold has a bit of everything."""

_WIDTHS: Final = (1_000, 1_000_000)
"""Bases of a block, at least and at most: far longer than a context."""


def gsynth_select_order(
    *dim_specs: DimLike | Sequence[DimLike],
    genome: GenomeLike | None = None,
    max_order: SupportsIndex = MAX_ORDER,
    intervals: IntervalsLike | None = None,
    mask: MaskLike | None = None,
    iterator: int | None = None,
    tracks: TracksLike | None = None,
    pseudocount: float = 1.0,
    folds: SupportsIndex = FOLDS,
    count_memory: float = 1.0,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: AliasLike | None = None,
) -> OrderSelection:
    """Choose the Markov order and the strata: the model that best predicts sequence on which it was not trained.

    The genome is cut into blocks of positions, each held out in turn with every `folds`-th other one. For each order
    from 0 on, without strata and with each of the candidates, a model of the other blocks predicts the held-out ones,
    on both strands. All orders come from one pass over the genome.

    Parameters
    ----------
    *dim_specs : dict, DimSpec, or a list of them
        Candidate strata, as in `gsynth_train`; each is tried on its own, next to none. A list is one candidate of
        several dimensions.
    genome : path, dict or Genome, optional
        As in `gsynth_train`.
    max_order : int
        The highest order, 0..10.
    intervals, mask, iterator, tracks, pseudocount
        As in `gsynth_train`.
    folds : int
        Into how many parts the genome is cut, 2..100.
    count_memory : float
        Gigabytes (2**30 bytes) that the counts may take. The highest order of a candidate with many strata is lowered
        to fit, and the result says so.
    allow_parallel, num_cores, max_chunk_size, backend, progress, chrom_alias
        As in `gsynth_train`.

    Returns
    -------
    OrderSelection
        With ``recommended`` (its ``k`` and ``dims``), ``table`` with a row for each order and candidate, ``summary``,
        ``as_dict()`` and ``to_html(path)``.

    Raises
    ------
    ValueError
        Bad breaks or numbers; a genome without windows to count.

    Warns
    -----
    UserWarning
        Strata of the recommended model that are so small that samples copy the genome there.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> genome = {"chr1": rng.choice(list(b"AACGTT"), 20_000).astype(np.uint8)}
    >>> gsynth_select_order(genome=genome, max_order=3).recommended.k
    0
    """
    wanted = _Wanted(
        most=whole(max_order, "max_order", low=0, high=MAX_ORDER),
        requests=tuple(_requests(spec) for spec in dim_specs),
        iterator=check_iterator(iterator),
        pseudocount=Smoothing(pseudocount=pseudocount).pseudocount,
        folds=whole(folds, "folds", low=2, high=100),
        memory=_bytes(count_memory),
    )
    compute = Compute.of(
        backend=backend, num_cores=num_cores, progress=progress,
        allow_parallel=allow_parallel, max_chunk_size=max_chunk_size,
    )  # fmt: skip
    counter = load_counter(compute.backend)
    inputs = Inputs.of(resolve_genome(genome), intervals, chrom_alias, tracks)
    inputs.check_has_sequence("choosing an order")
    found = _selected(wanted, inputs, inputs.mask(mask), counter, compute)
    warn_unused(
        chrom_alias=inputs.idle_alias,
        iterator=wanted.iterator is not None and not dim_specs and NO_STRATA,
    )
    if found.recommended.thin:
        warnings.warn(
            f"{len(found.recommended.thin)} strata of the recommended model have fewer observations than their tables "
            f"have cells ({'; '.join(found.recommended.thin[:5])}): samples copy the genome there; use fewer bins",
            stacklevel=2,
        )
    return found


@frozen
class _Wanted:
    """What was asked for, before anything is read."""

    most: int
    requests: tuple[tuple[DimRequest, ...], ...]
    iterator: int | None
    pseudocount: float
    folds: int
    memory: int


def _requests(spec: DimLike | Sequence[DimLike]) -> tuple[DimRequest, ...]:
    if isinstance(spec, list | tuple):
        if not spec:
            raise ArgumentError("a candidate without dimensions: no strata are always tried as well")
        return tuple(DimRequest.from_mapping(one) for one in spec)
    return (DimRequest.from_mapping(spec),)


def _bytes(count_memory: float) -> int:
    found = real(count_memory, "count_memory")
    if not 0.001 <= found <= 2**20:
        raise ArgumentError(f"count_memory (gigabytes) must be from 0.001 to {2**20}, found {found}")
    return int(found * 2**30)


def _selected(wanted: _Wanted, inputs: Inputs, mask: Mask | None, counter: Counter, compute: Compute) -> OrderSelection:
    where = inputs.intervals.longer_than(0)
    width = min(max(where.total // (wanted.folds * _BLOCKS_OF_FOLD), _WIDTHS[0]), _WIDTHS[1])
    strata = [Strata((), (), None, inputs.genome)]
    # Opened together: a track that one candidate names is not an unused one of the others.
    tracks = list(inputs.open_tracks([one.spec for requests in wanted.requests for one in requests], wanted.iterator))
    for requests in wanted.requests:
        opened, tracks = tuple(tracks[: len(requests)]), tracks[len(requests) :]
        dims = resolve_dims(requests, opened, wanted.iterator, inputs, compute)
        bins = math.prod(dim.num_bins for dim in dims)
        composer = composer_of(counter)
        strata.append(Strata(dims, opened, wanted.iterator, inputs.genome, composer, outside_bin=bins))
    candidates = [_candidate(own, wanted, len(strata)) for own in strata]
    memory = sum(memory_of(one.order, one.tables, one.folds) for one in candidates)
    workers = max(1, min(compute.cores, wanted.memory // max(memory, 1)))
    count_candidates(
        candidates, inputs.genome, mask, counter, where, Folds(wanted.folds, width), compute.at_most(workers)
    )
    table: list[Trial] = []
    while candidates:
        # Freed one by one: their tables are what takes the memory.
        table += _trials(candidates.pop(0), wanted)
    if not table:
        raise ArgumentError("nothing was counted: no window of the intervals holds only A, C, G and T")
    recommended, best = recommend(table)
    limited = _limited(table, wanted.most)
    return OrderSelection(table, recommended, best, inputs.genome.name, wanted.folds, width, limited, memory * workers)


def _candidate(strata: Strata, wanted: _Wanted, candidates: int) -> Candidate:
    """The candidate with the highest order that fits its share of the memory."""
    tables = math.prod(dim.num_bins for dim in strata.dims) + 1 if strata.dims else 1
    order = wanted.most
    while order > 1 and memory_of(order, tables, wanted.folds) * candidates > wanted.memory:
        order -= 1
    # Kernels count contexts of one base at least; order 0 follows from that.
    return Candidate(strata, max(order, 1), wanted.folds, tables)


def _trials(candidate: Candidate, wanted: _Wanted) -> list[Trial]:
    dims: tuple[DimSpec, ...] = tuple(candidate.strata.dims)
    labels = _labels(dims)
    counts = candidate.counts()[: wanted.most + 1]
    made = []
    for k, table in enumerate(counts):
        if table.any():
            made.append(trial(table, k, dims, labels, wanted.pseudocount))
    return made


def _labels(dims: tuple[DimSpec, ...]) -> list[str]:
    """The flat bins in words."""
    labels = [""]
    for dim in dims:
        own = [f"{dim.expr} {dim.label(i)}" for i in range(dim.num_bins)]
        # Dimension 0 is the fastest.
        labels = [", ".join(filter(None, (label, one))) for one in own for label in labels]
    return [label or "all" for label in labels]


def _limited(table: Sequence[Trial], most: int) -> dict[str, int]:
    """Candidates whose highest order is below what was asked for."""
    highest: dict[str, int] = {}
    for one in table:
        highest[one.strata] = max(highest.get(one.strata, 0), one.k)
    return {strata: k for strata, k in highest.items() if k < most}
