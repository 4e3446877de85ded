"""Comparing a synthetic genome with the real one: whether it is what it is meant to be."""

from __future__ import annotations

from typing import Final, SupportsIndex

import numpy as np

from gsynth.blocks.compute import Compute
from gsynth.blocks.effects import warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.evaluation import measuring, rules
from gsynth.evaluation.comparing import Comparison
from gsynth.evaluation.counting import ReferenceMask, check_same_contigs, same_contigs
from gsynth.evaluation.measuring import Pair
from gsynth.genomes import resolve_genome
from gsynth.intervals import Intervals
from gsynth.model import GsynthModel, check_order
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Genome
from gsynth.strata import Strata
from gsynth.typing import AliasLike, GenomeLike, MaskLike, TracksLike

DEFAULT_ORDER: Final = 5
"""The order that a sample must keep if neither it nor a model is given: that of training by default."""


def gsynth_compare(
    real: GenomeLike,
    synthetic: GenomeLike,
    *,
    model: GsynthModel | None = None,
    k: SupportsIndex | None = None,
    mask: MaskLike | None = None,
    mask_copy: MaskLike | None = None,
    tracks: TracksLike | None = None,
    allow_parallel: bool = True,
    num_cores: int | None = None,
    max_chunk_size: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: AliasLike | None = None,
) -> Comparison:
    """Compare a synthetic genome with the real one, and judge whether it is what it is meant to be.

    Measures words of 1 to 8 letters, CpG, windows, GC along the genome, the likeness of bases at distances up to 200,
    runs and low complexity, the longest exact match of the two on either strand, and where positions correspond what
    is identical in place. Each becomes a check with a verdict, by rules that :doc:`/howto/is-it-good` states.

    Parameters
    ----------
    real, synthetic : path, dict or Genome
        As in `gsynth_train`. If all contigs of `synthetic` are contigs of `real` with the same lengths, they are also
        compared position by position.
    model : GsynthModel, optional
        The model from which `synthetic` was sampled. With it the checks know what a right sampler gives, by stratum,
        exactly; without it they compare with the real genome's own words, and only large differences count.
    k : int, optional
        The Markov order that the sample must keep, 1..10; the model's, or 5.
    mask : intervals or "soft", optional
        What training left out of the real genome.
    mask_copy : intervals or "soft", optional
        What sampling copied. There the two must be identical; everywhere else they are judged without it.
    tracks : dict, optional
        Name -> source of the tracks in the model's expressions.
    allow_parallel, num_cores, max_chunk_size, backend, progress, chrom_alias
        As in `gsynth_train`.

    Returns
    -------
    Comparison
        With ``verdict`` ("pass", "warn" or "fail"), ``checks``, ``summary``, ``as_dict()`` and ``to_html(path)``.

    Raises
    ------
    ValueError
        With a model that has strata or with `mask_copy`: a synthetic contig that the real genome does not have, or that
        has another length there. A `k` that is not the model's.
    TypeError
        A model that is not a GsynthModel.

    Examples
    --------
    >>> import gsynth
    >>> rng = np.random.default_rng(1)
    >>> genome = {"chr1": rng.choice(list(b"AACGT"), 20_000).astype(np.uint8)}
    >>> model = gsynth.gsynth_train(genome=genome, k=2)
    >>> (drawn,) = gsynth.gsynth_sample(model, genome=genome, seed=1)
    >>> gsynth_compare(genome, {"chr1": drawn}, model=model).verdict
    'pass'
    >>> gsynth_compare(genome, genome, model=model).check("leak").verdict
    'fail'
    """
    order = _order(model, k)
    compute = Compute.of(
        backend=backend, num_cores=num_cores, progress=progress,
        allow_parallel=allow_parallel, max_chunk_size=max_chunk_size,
    )  # fmt: skip
    load_counter(compute.backend)
    pair, inputs = _opened(real, synthetic, model, mask, mask_copy, tracks, chrom_alias, compute)
    used = measuring.own_model(pair, order) if model is None else model
    _check_counted(pair, used)
    strata = inputs.strata(used.dims, used.iterator, outside_bin=used.total_bins)
    warn_unused(chrom_alias=inputs.idle_alias)
    return _compared(pair, used, strata, exact=model is not None)


def _order(model: object, k: SupportsIndex | None) -> int:
    """The order that the sample must keep."""
    wanted = None if k is None else check_order(k)
    if model is None:
        return DEFAULT_ORDER if wanted is None else wanted
    if not isinstance(model, GsynthModel):
        raise ArgumentTypeError(f"model must be a GsynthModel, found {type(model).__name__}")
    if wanted not in (None, model.k):
        raise ArgumentError(f"the model has order {model.k}, and k={wanted}: leave out k")
    return model.k


def _opened(
    real: GenomeLike,
    synthetic: GenomeLike,
    model: GsynthModel | None,
    mask: MaskLike | None,
    mask_copy: MaskLike | None,
    tracks: TracksLike | None,
    chrom_alias: AliasLike | None,
    compute: Compute,
) -> tuple[Pair, Inputs]:
    reference, drawn = resolve_genome(real), resolve_genome(synthetic)
    inputs = Inputs.of(reference, None, chrom_alias, tracks)
    for genome in (reference, drawn):
        if not genome.has_sequence:
            raise ArgumentError(f"{genome.name} gives only contig sizes; comparing needs the sequence")
    alike = same_contigs(reference, drawn)
    if mask_copy is not None or (model is not None and model.dims):
        check_same_contigs(reference, drawn)
    copied = inputs.mask(mask_copy, "mask_copy")
    pair = Pair(
        real=reference,
        synthetic=drawn,
        real_where=_whole(reference, drawn if alike else None),
        where=_whole(drawn, None),
        real_all=_whole(reference, None),
        mask=inputs.mask(mask),
        real_copy=copied,
        copy=None if copied is None else ReferenceMask(copied, reference),
        alike=alike,
        compute=compute,
    )
    return pair, inputs


def _whole(genome: Genome, only: Genome | None) -> Intervals:
    """The contigs of a genome that have bases, or those that another one has as well."""
    whole = Intervals.whole(genome)
    chosen = whole.ends > 0
    if only is not None and len(only.contigs) < len(genome.contigs):
        chosen &= np.array([name in only.contigs for name in genome.contigs], dtype=np.bool_)
    return Intervals(whole.names, whole.ids[chosen], whole.starts[chosen], whole.ends[chosen])


def _check_counted(pair: Pair, model: GsynthModel) -> None:
    for genome, where in ((pair.real, pair.real_where), (pair.synthetic, pair.where)):
        longest = int((where.ends - where.starts).max(initial=0))
        if longest <= model.k:
            raise ArgumentError(
                f"{genome.name}: nothing to compare: a window needs {model.k + 1} bases (k + 1), the longest contig "
                f"has {longest:,}"
            )


def _compared(pair: Pair, model: GsynthModel, strata: Strata, *, exact: bool) -> Comparison:
    """All passes, and the checks."""
    measured = measuring.measure_words(pair, model, strata, exact)
    surprises = measuring.measure_law(pair, measured.law, strata)
    identities = measuring.measure_identity(pair, measured.law, strata)
    profiles = measuring.measure_profiles(pair)
    places = measuring.measure_places(pair)
    leak = measuring.measure_leak(pair, measured.real_words, model.k)
    checks = [
        rules.leak(leak),
        *([] if places is None else rules.copied(places)),
        *([rules.transitions(measured.strata)] if exact else []),
        *(rules.words(words, model.k, exact) for words in measured.words),
        rules.cpg(*measured.cpg, exact),
        rules.windows(surprises[1], surprises[0], exact),
        rules.gc_windows(*profiles, *measuring.gc_facts(pair, profiles)),
        rules.autocorrelation(*identities, exact),
        rules.runs(*profiles, measured.run_chances(profiles[1])),
        rules.low_complexity(*profiles),
        *([] if places is None else [rules.n_kept(places), rules.case_kept(places)]),
    ]
    return Comparison(
        real=pair.real.name,
        synthetic=pair.synthetic.name,
        k=model.k,
        exact=exact,
        checks=checks,
        words=measured.words,
        by_stratum=measured.strata,
        identities=identities,
        profiles=profiles,
        surprise=surprises[1],
        leak=leak,
        in_place=places,
    )
