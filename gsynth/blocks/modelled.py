"""The chains of a model: from what a call asks for to what samples a batch."""

from __future__ import annotations

import logging
from typing import Any, Final, get_args

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.blocks.drawing import kept_reference
from gsynth.blocks.draws import Draws
from gsynth.blocks.effects import NO_STRATA, warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.sampling import BatchSampler
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.intervals.masks import MaskLike
from gsynth.model import DimSpec, GsynthModel, check_iterator
from gsynth.model.forbid import first_words
from gsynth.model.merging import AUTO, CellsLike, MergeLike, merged_dims, nearest_learned, redirects
from gsynth.model.outside import LEARNED, UNIFORM, OutsideSource, check_outside, outside_counts
from gsynth.model.start import Init, Start
from gsynth.plugins.contracts import Sampler
from gsynth.randomness import SeedLike

log = logging.getLogger("gsynth")

INITS: Final = get_args(Init)


@frozen(kw_only=True)
class ModelChains:
    """What a call draws from a model; the parameters are those of `gsynth.gsynth_sample`, checked when it is made."""

    model: GsynthModel
    iterator: int | None = None
    bin_merge: MergeLike | None = None
    cell_merge: CellsLike | None = None
    outside: OutsideSource = "learned"
    init: Init = "stationary"
    mask_copy: MaskLike | None = None
    only: MaskLike | None = None
    preserve_n: bool = True
    keep_case: bool = False
    n_samples: int = 1
    seed: SeedLike | None = None
    dims: tuple[DimSpec, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.model, GsynthModel):
            raise ArgumentTypeError(f"model must be a GsynthModel, found {type(self.model).__name__}")
        if self.init not in INITS:
            raise ArgumentError(f"init must be one of {', '.join(INITS)}, found {self.init!r}")
        check_iterator(self.iterator)
        check_outside(self.outside)
        object.__setattr__(self, "dims", merged_dims(self.model, self.bin_merge))

    def batch_sampler(self, inputs: Inputs, sampler: Sampler) -> BatchSampler:
        """What samples a batch of the chains in the intervals of `inputs`."""
        model = self.model
        width = check_iterator(self.iterator) or model.iterator
        redirect = _redirect(model, self.cell_merge, self.bin_merge)
        return BatchSampler(
            genome=inputs.genome,
            strata=inputs.strata(self.dims, width, sampler, redirect, outside_bin=model.total_bins),
            reference=kept_reference(inputs, self.mask_copy, sampler, self.preserve_n, self.keep_case, self.only),
            sampler=sampler,
            order=model.k,
            thresholds=model.thresholds(self.outside),
            start=_start(model, self.outside, self.init),
            # False for windows without a bin: they are reported as such.
            unlearned=np.append(model.per_bin_kmers < max(1, model.min_obs), False),
            draws=Draws.of(inputs.intervals, self.n_samples, self.seed),
            forbidden=model.forbidden,
        )

    def warn_unused(self, **idle: Any) -> None:
        """Warn about what has no effect on these chains; `idle`: as for `gsynth.blocks.effects.warn_unused`."""
        warn_unused(
            **idle,
            iterator=self.iterator is not None and not self.dims and NO_STRATA,
            bin_merge=self.bin_merge is not None and not self.dims and NO_STRATA,
            outside=self.outside != LEARNED and not self.dims and NO_STRATA,
        )


def _start(model: GsynthModel, outside: OutsideSource, init: Init) -> Start | None:
    if init == "uniform" and model.forbidden is None:
        return None
    # A k-mer that nothing is known of is uniform; only those that hold a forbidden word are not.
    elsewhere = np.zeros_like(model.counts[0])
    uniform = np.ones(model.total_bins, dtype=np.bool_) if init == "uniform" else model.per_bin_kmers < model.min_obs
    if outside != UNIFORM and init != "uniform":
        elsewhere = outside_counts(outside, model.counts, model.outside, model.min_obs)
    weigh = None if model.forbidden is None else first_words(model, outside)
    return Start(model.counts, uniform, elsewhere, weigh)


def _redirect(
    model: GsynthModel, cell_merge: CellsLike | None, bin_merge: MergeLike | None
) -> NDArray[np.int32] | None:
    """The bin as which each flat bin is sampled: int32[bins]; None if each is sampled as itself."""
    redirect = np.arange(model.total_bins, dtype=np.int32)
    if bin_merge == AUTO:
        poor, nearest = nearest_learned(model)
        log.info("bin_merge: %d bins are sampled from their nearest learned neighbour", poor.size)
        redirect[poor] = nearest
    if cell_merge is not None:
        sources, targets = redirects(model, cell_merge, bin_merge)
        # A redirect of a caller leads to where bin_merge has sent its target.
        redirect[sources] = redirect[targets]
    return None if bin_merge != AUTO and cell_merge is None else redirect
