"""Sampling: synthetic sequence from a model, or base by base from a composition."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch, batches, fitting_block, resolve_block
from gsynth.blocks.cores import resolve_cores
from gsynth.blocks.drawn import Drawn
from gsynth.blocks.executor import run_in_order
from gsynth.blocks.progress import progress_bar
from gsynth.blocks.records import Draws, placed
from gsynth.blocks.reference import Reference
from gsynth.blocks.sampling import BatchSampler, Block, transcoder_of
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes import open_genome
from gsynth.genomes.aliases import Alias, resolve_alias
from gsynth.intervals import Intervals, contig_sizes, resolve_intervals
from gsynth.intervals.masks import Mask, resolve_mask
from gsynth.model import GsynthModel, check_iterator
from gsynth.model.merging import AUTO, merged_dims, nearest_learned, redirects
from gsynth.model.outside import UNIFORM, check_outside, outside_counts
from gsynth.model.start import Start
from gsynth.model.thresholds import thresholds_from_cdf
from gsynth.model.values import whole
from gsynth.outputs import Part, Records, check_output, open_sink
from gsynth.plugins.backends import load_sampler
from gsynth.plugins.contracts import Genome
from gsynth.randomness import Seed, seed_sequence
from gsynth.strata import open_strata

log = logging.getLogger("gsynth")

INITS: Final = ("stationary", "uniform")


def gsynth_sample(
    model: GsynthModel,
    output: Any = None,
    *,
    output_format: str = "fasta",
    intervals: Any = None,
    iterator: int | None = None,
    mask_copy: Any = None,
    n_samples: int = 1,
    seed: Seed = None,
    bin_merge: Sequence[Any] | str | None = None,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    genome: Any = None,
    tracks: Mapping[str, Any] | None = None,
    preserve_n: bool = True,
    init: str = "stationary",
    outside: str = "learned",
    cell_merge: Any = None,
    keep_case: bool = False,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: Any = None,
    report: Callable[[Drawn], object] | None = None,
) -> list[str] | None:
    """Sample synthetic sequence from a model.

    A base at position p is drawn given the k bases before it, in the stratum at p - k, as in training. The same seed
    gives the same bytes on every backend, number of threads and block size; a contig sampled alone equals itself
    inside the whole genome.

    Parameters
    ----------
    model : GsynthModel
        As trained, loaded or made of counts.
    output : path or binary file, optional
        Where to write; None returns strings.
    output_format : {"fasta", "seq", "misha", "vector"}
        "fasta": 60 columns, with a ``.fai`` beside; a record is named after its contig, or ``contig:start-end``
        (0-based half-open) for a part, with ``_sampleN`` where `n_samples` > 1. "seq" or "misha": bare bases, one
        record after the other. "vector": strings in memory, even with `output` named.
    intervals : path of a BED file, region string, tuples or DataFrame, optional
        What to sample; every contig by default. Order and repeats are kept; a repeated one is drawn anew.
    iterator : int, optional
        Width in bp of the windows of the strata; the model's own by default.
    mask_copy : intervals or "soft", optional
        Where the reference is copied verbatim, case kept.
    n_samples : int
        Draws per interval.
    seed : int, SeedSequence, Generator, optional
        None draws one and logs it.
    bin_merge : list or "auto", optional
        For each dimension None (as trained) or merge ranges (see `gsynth_bin_map`); or "auto": every joint cell under
        the model's `min_obs` (or empty) is sampled from the nearest one that is not.
    allow_parallel, num_cores, max_chunk_size
        As in `gsynth_train`.
    genome : path, dict, sizes or Genome, optional
        Contig sizes alone are enough where nothing is copied and the strata need no sequence.
    tracks : dict, optional
        Name -> source of the tracks in the model's expressions.
    preserve_n : bool
        Keep the reference's N (and what else is not A, C, G or T, as N).
    init : {"stationary", "uniform"}
        How the first k bases of an interval are drawn: from the k-mers of its stratum (after every merge), or
        uniformly.
    outside : {"learned", "pooled", "uniform"}
        What is drawn where a dimension has no value or one outside of its breaks: from what was learned there (or
        "pooled", where the model has no such table or one without observations), from all observations together, or
        uniformly. More than 1 % of such bases brings a warning.
    cell_merge : list of dict or DataFrame, optional
        Redirects of joint cells, on top of `bin_merge` (see `gsynth_cell_merge`).
    keep_case : bool
        Write lower case where the reference has it (its soft mask).
    backend, progress, chrom_alias
        As in `gsynth_train`.
    report : callable, optional
        Called once, when all is written, with the `gsynth.blocks.drawn.Drawn` that says how many bases were drawn,
        copied, kept as N, outside of the strata, or in bins without observations.

    Warns
    -----
    UserWarning
        More than half of the bases are copied or N; at least 1 % lie outside of the strata, or in bins that nothing was
        learned of.

    Returns
    -------
    list of str or None
        ``len(intervals) * n_samples`` sequences, interval by interval, if nothing was written.

    Examples
    --------
    >>> from gsynth.training import gsynth_train
    >>> genome = {"chr1": "ACGTTGCA" * 100}
    >>> [len(s) for s in gsynth_sample(gsynth_train(genome=genome, k=2), genome=genome, seed=1)]
    [800]
    """
    if not isinstance(model, GsynthModel):
        raise ArgumentTypeError(f"model must be a GsynthModel, found {type(model).__name__}")
    if init not in INITS:
        raise ArgumentError(f"init must be one of {', '.join(INITS)}, found {init!r}")
    source = open_genome(genome)
    check_output(output, output_format, [genome, source, intervals, mask_copy, tracks, chrom_alias, cell_merge])
    alias = resolve_alias(chrom_alias, source)
    width = check_iterator(iterator) or model.iterator
    dims = merged_dims(model, bin_merge)
    check_outside(outside)
    draws = _draws(resolve_intervals(intervals, source, alias=alias), n_samples, seed)
    sampler = load_sampler(backend)
    redirect = _redirect(model, cell_merge, bin_merge)
    sample_batch = BatchSampler(
        genome=source,
        strata=open_strata(dims, width, source, tracks, alias, sampler, redirect, outside_bin=model.total_bins),
        reference=Reference(
            source,
            _copied(mask_copy, source, alias),
            preserve_n,
            _cased(keep_case, source),
            transcoder_of(sampler),
        ),
        sampler=sampler,
        order=model.k,
        thresholds=model.thresholds(outside),
        start=_start(model, outside) if init == "stationary" else None,
        unlearned=np.append(model.per_bin_kmers < max(1, model.min_obs), False),
        draws=draws,
    )
    workers = resolve_cores(num_cores, allow_parallel=allow_parallel)
    block = resolve_block(max_chunk_size, width if dims else None, fitting_block(draws.bases, workers))
    return _draw(sample_batch, output, output_format, block, workers, progress, "sample", report)


def gsynth_random(
    *,
    intervals: Any = None,
    nuc_probs: Mapping[str, float] | None = None,
    output: Any = None,
    output_format: str = "fasta",
    mask_copy: Any = None,
    n_samples: int = 1,
    seed: Seed = None,
    genome: Any = None,
    preserve_n: bool = True,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: Any = None,
    report: Callable[[Drawn], object] | None = None,
) -> list[str] | None:
    """Draw every base independently from one composition.

    Parameters
    ----------
    intervals
        As in `gsynth_sample`.
    nuc_probs : mapping, optional
        Weights of exactly A, C, G and T (any case), not negative; normalised. Equal by default.
    output, output_format, mask_copy, n_samples, seed, genome, preserve_n, num_cores, backend, progress, chrom_alias, \
    report
        As in `gsynth_sample`.

    Returns
    -------
    list of str or None
        As of `gsynth_sample`.

    Raises
    ------
    ValueError
        Bad `nuc_probs`.

    Examples
    --------
    >>> gsynth_random(genome={"chr1": 10}, nuc_probs={"A": 0, "C": 0, "G": 1, "T": 0}, seed=1)
    ['GGGGGGGGGG']
    """
    source = open_genome(genome)
    check_output(output, output_format, [genome, source, intervals, mask_copy, chrom_alias])
    alias = resolve_alias(chrom_alias, source)
    cdf = np.broadcast_to(np.cumsum(composition(nuc_probs)), (1, 4, 4))
    thresholds = thresholds_from_cdf(cdf)
    # Every table, the uniform one too: an independent base depends on no context.
    thresholds[:] = thresholds[0]
    draws = _draws(resolve_intervals(intervals, source, alias=alias), n_samples, seed)
    sampler = load_sampler(backend)
    sample_batch = BatchSampler(
        genome=source,
        strata=open_strata((), None, source, None, outside_bin=1),
        reference=Reference(source, _copied(mask_copy, source, alias), preserve_n, False, transcoder_of(sampler)),
        sampler=sampler,
        order=1,
        thresholds=thresholds,
        start=None,
        unlearned=np.zeros(2, dtype=np.bool_),
        draws=draws,
    )
    workers = resolve_cores(num_cores)
    return _draw(
        sample_batch, output, output_format, fitting_block(draws.bases, workers), workers, progress, "random", report
    )


def composition(nuc_probs: Mapping[str, float] | None) -> NDArray[np.float64]:
    """The probabilities of A, C, G, T: float64[4].

    Examples
    --------
    >>> composition({"a": 1, "C": 1, "g": 1, "T": 1}).tolist()
    [0.25, 0.25, 0.25, 0.25]
    """
    if nuc_probs is None:
        return np.full(4, 0.25)
    if not isinstance(nuc_probs, Mapping):
        raise ArgumentTypeError(f"nuc_probs must map A, C, G, T to weights, found {type(nuc_probs).__name__}")
    upper = {str(base).upper(): weight for base, weight in nuc_probs.items()}
    if set(upper) != set("ACGT") or len(nuc_probs) != 4:
        raise ArgumentError(f"nuc_probs must have exactly A, C, G and T, found {sorted(map(str, nuc_probs))}")
    try:
        weights = np.array([float(upper[base]) for base in "ACGT"])
    except (TypeError, ValueError) as error:
        raise ArgumentError(f"nuc_probs must be numbers, found {dict(nuc_probs)!r}") from error
    if not np.isfinite(weights).all() or (weights < 0).any() or weights.sum() == 0:
        raise ArgumentError(f"nuc_probs must be finite, not negative and not all 0, found {dict(nuc_probs)!r}")
    normalised: NDArray[np.float64] = weights / weights.sum()
    return normalised


def _draws(intervals: Intervals, n_samples: int, seed: Seed) -> Draws:
    samples = whole(n_samples, "n_samples", low=1)
    sequence = seed_sequence(seed)
    if seed is None:
        log.info("seed %d", sequence.entropy)
    return Draws(intervals, samples, sequence)


def _draw(
    sample_batch: BatchSampler,
    output: Any,
    output_format: str,
    block: int,
    workers: int,
    progress: bool | None,
    what: str,
    report: Callable[[Drawn], object] | None,
) -> list[str] | None:
    """Draw every chain into the output."""
    draws, order = sample_batch.draws, sample_batch.order
    records = Records(draws.intervals, contig_sizes(sample_batch.genome), draws.n_samples)
    jobs = batches(draws.intervals, block, n_samples=draws.n_samples, shift=order)
    left = np.zeros(0, dtype=np.uint8)
    total = Drawn.nothing(len(sample_batch.strata.dims))
    with open_sink(output, output_format, records) as sink, progress_bar(records.bases, what, progress) as bar:

        def made(job: tuple[Batch, int]) -> tuple[Block, Part, Any]:
            batch, place = job
            sampled = sample_batch(batch)
            pieces = batch.pieces
            done = int(pieces.firsts[0] - pieces.starts[0])
            part = Part(batch.chains, sampled.letters, pieces.sizes, place, done, not batch.continues, batch.ends)
            return sampled, part, sink.made(part)

        def write(done: tuple[Block, Part, Any]) -> None:
            nonlocal left, total
            sampled, part, text = done
            if sampled.batch.continues:
                changed = sample_batch.settle(sampled, left)
                if changed:
                    sink.corrected(part, text, changed)
            left = sampled.codes[-order:].copy()
            sink.take(part, text)
            total += sampled.drawn
            bar.update(part.letters.size)

        run_in_order(made, placed(jobs, sink), write, workers)
    total.warn(sample_batch.strata.dims)
    if report is not None:
        report(total)
    return sink.result()


def _start(model: GsynthModel, outside: str) -> Start:
    elsewhere = None
    if outside != UNIFORM:
        elsewhere = outside_counts(outside, model.counts, model.outside, model.min_obs)
    return Start(model.counts, model.per_bin_kmers < model.min_obs, elsewhere)


def _copied(mask_copy: Any, genome: Genome, alias: Alias) -> Mask | None:
    mask = resolve_mask(mask_copy, genome, what="mask_copy", alias=alias)
    if mask is not None and not genome.has_sequence:
        raise ArgumentError(f"mask_copy copies the reference, and {genome.name} gives only contig sizes")
    return mask


def _cased(keep_case: bool, genome: Genome) -> bool:
    if keep_case and not genome.has_sequence:
        raise ArgumentError(f"keep_case copies the reference's case, and {genome.name} gives only contig sizes")
    return keep_case


def _redirect(model: GsynthModel, cell_merge: Any, bin_merge: Sequence[Any] | str | None) -> NDArray[np.int32] | None:
    """The bin that each flat bin is sampled as: int32[bins]; None where each is sampled as itself."""
    redirect = np.arange(model.total_bins, dtype=np.int32)
    if bin_merge == AUTO:
        poor, nearest = nearest_learned(model)
        log.info("bin_merge: %d bins are sampled from their nearest learned neighbour", poor.size)
        redirect[poor] = nearest
    if cell_merge is not None:
        sources, targets = redirects(model, cell_merge, bin_merge)
        redirect[sources] = redirect[targets]
    return None if bin_merge != AUTO and cell_merge is None else redirect
