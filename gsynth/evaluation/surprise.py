"""Windows that a right sampler would not have drawn: the likelihood of each, compared with what it should be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.blocks.batches import Batch, batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.scoring import BatchScorer, Likelihood
from gsynth.evaluation.law import Law
from gsynth.evaluation.statistics import normal_score
from gsynth.evaluation.windows import WIDTH
from gsynth.intervals import Intervals
from gsynth.intervals.masks import Mask
from gsynth.model.logs import UNIT
from gsynth.outputs.scores import Scores
from gsynth.plugins.backends import load_scorer
from gsynth.plugins.contracts import Genome
from gsynth.strata import FindsRuns


@frozen(eq=False)
class Surprise:
    """How likely the windows of a genome are under a law, in standard errors.

    Attributes
    ----------
    z : float64[w]
        For each window without N: by how much its log-likelihood exceeds its mean, given the contexts; standard normal
        for a right sampler.
    """

    z: NDArray[np.float64]

    @property
    def dispersion(self) -> float:
        """The mean of the squares: 1 for a right sampler; NaN without windows."""
        return float((self.z**2).mean()) if self.z.size else float("nan")

    @property
    def score(self) -> float:
        """How far `dispersion` is from 1, as a standard normal."""
        n = self.z.size
        return normal_score(float((self.z**2).sum()), n, 2.0 * n) if n else float("nan")

    @property
    def shift(self) -> float:
        """The mean, in its own standard errors."""
        return float(self.z.mean()) * math.sqrt(self.z.size) if self.z.size else float("nan")

    @property
    def beyond(self) -> float:
        """The share of windows more than 4 standard errors away; 6e-5 for a right sampler."""
        return float((np.abs(self.z) > 4).mean()) if self.z.size else float("nan")


def surprise(
    law: Law,
    genome: Genome,
    strata: FindsRuns,
    mask: Mask | None,
    where: Intervals,
    compute: Compute,
    bar: Any,
) -> Surprise:
    """The windows of the intervals under a law; two passes of the scorer."""
    scorer = load_scorer(compute.backend)
    found: list[NDArray[np.int64]] = []
    for logs in law.surprise():
        score_batch = BatchScorer(
            genome=genome,
            likelihoods=[Likelihood(law.order, strata, logs)],
            mask=mask,
            scorer=scorer,
            resolution=WIDTH,
            n_uniform=False,
            inside=False,
        )
        found.append(_sums(score_batch, where, compute, bar))
    (sums, flags), (variances, others) = found[0].T, found[1].T
    # A window with an impossible base lacks a sum; it is beyond any number of standard errors.
    good = (flags == 0) & (others == 0) & (variances > 0)
    return Surprise(sums[good] * math.sqrt(UNIT) / np.sqrt(variances[good]))


def _sums(score_batch: BatchScorer, where: Intervals, compute: Compute, bar: Any) -> NDArray[np.int64]:
    """The sum and the flags of each whole window, int64[w, 2]."""
    parts: list[NDArray[np.int64]] = [np.empty((0, 2), dtype=np.int64)]

    def take(done: tuple[Batch, Scores]) -> None:
        batch, scores = done
        whole = scores.ends - scores.starts == WIDTH
        parts.append(np.stack([scores.sums[whole], scores.flags[whole].astype(np.int64)], axis=1))
        bar.update(batch.bases)

    # Whole windows in every block: none is cut in two.
    block = compute.block_for(where.total, WIDTH)
    compute.run(lambda batch: (batch, score_batch(batch)), batches(where, block), take)
    return np.concatenate(parts)
