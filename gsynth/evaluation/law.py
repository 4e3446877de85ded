"""The law by which a right sampler draws each base: probabilities by stratum and context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.evaluation.spectra import cdf_of
from gsynth.evaluation.statistics import probabilities_of
from gsynth.model import GsynthModel
from gsynth.model.logs import natural_logs
from gsynth.plugins.contracts import IMPOSSIBLE

_MOST_KEPT: Final = 256 << 20
"""Bytes of probabilities that are kept; of a larger model they are computed each time."""


@frozen(eq=False)
class Law:
    """The probabilities of a right sampler.

    Attributes
    ----------
    order : int
        Bases of a context.
    bins : int
        Strata.
    probabilities : callable
        Gives those of a flat bin: float64[4**order, 4], not to be written to.
    exact : bool
        Whether the sample was drawn by them. If no model was given, they are the real genome's own, without strata;
        a sample with strata differs from them a little.
    """

    order: int
    bins: int
    probabilities: Callable[[int], NDArray[np.float64]]
    exact: bool

    @classmethod
    def of_model(cls, model: GsynthModel, exact: bool) -> Law:
        """That of a model."""
        one_bin = model.num_kmers * 4 * 8

        def computed(flat: int) -> NDArray[np.float64]:
            return probabilities_of(cdf_of(model, flat))

        keep = one_bin * model.total_bins <= _MOST_KEPT
        return cls(model.k, model.total_bins, _kept(computed) if keep else computed, exact)

    def surprise(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """For a scorer: by how much the logarithm of a drawn base's probability exceeds its mean, and its variance.

        Both int32[bins, 4**order, 4] in a scorer's unit; the sums of a right sampler's windows have mean 0 and the
        summed variance. A base that is impossible is `IMPOSSIBLE` in the first one.
        """
        values = np.empty((self.bins, 4**self.order, 4), dtype=np.int32)
        variances = np.empty_like(values)
        for flat in range(self.bins):
            chances = self.probabilities(flat)
            logs = natural_logs(chances)
            known = np.where(logs == IMPOSSIBLE, 0, logs)
            mean = (chances * known).sum(axis=1, keepdims=True)
            values[flat] = np.where(logs == IMPOSSIBLE, IMPOSSIBLE, np.rint(known - mean))
            # One factor of the unit is divided out again, so that the variance is in that unit as well.
            spread = (chances * (known - mean) ** 2).sum(axis=1, keepdims=True) / 2**24
            variances[flat] = np.broadcast_to(np.rint(spread), chances.shape)
        return values, variances


def _kept(compute: Callable[[int], NDArray[np.float64]]) -> Callable[[int], NDArray[np.float64]]:
    found: dict[int, NDArray[np.float64]] = {}

    def looked_up(flat: int) -> NDArray[np.float64]:
        if flat not in found:
            found[flat] = compute(flat)
        return found[flat]

    return looked_up
