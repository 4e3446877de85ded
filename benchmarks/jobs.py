"""What is measured: the jobs, their targets, and who can be asked to do them."""

from __future__ import annotations

from typing import Final

import numpy as np
from attrs import frozen

ITERATOR: Final = 200
BREAKS: Final = tuple(round(0.2525 + 0.02 * i, 4) for i in range(21))
"""Twenty bins of the fraction of G + C. No window of 200 bases has a value on a break, so none is lost to rounding."""

PEER: Final = "pymisha"
SEED: Final = 1


@frozen
class Job:
    """One piece of work.

    Attributes
    ----------
    name : str
        As on the command line.
    kind : {"train", "sample", "random", "replace", "score"}
    order : int
        Markov order; 0 where there is none.
    stratified : bool
        With strata of G + C, in windows of `ITERATOR` bases.
    where : {"whole", "regions", "scaffolds", "samples"}
        On the whole genome, on many short regions, on a draft of many scaffolds, or on many samples of a thousand
        regions (see `benchmarks.regions`).
    target : float or None
        How many times faster than the peer it should be.
    reference : float or None
        The most nanoseconds a base that the NumPy backend should take.
    """

    name: str
    kind: str
    order: int = 0
    stratified: bool = False
    where: str = "whole"
    target: float | None = None
    reference: float | None = None

    @property
    def has_model(self) -> bool:
        """A model has to be there before."""
        return self.kind in ("sample", "score")

    @property
    def title(self) -> str:
        """In words."""
        words = {"replace": "replace CG by GC", "random": "random"}.get(self.kind, f"{self.kind} k={self.order}")
        return words + (", GC strata" if self.stratified else "") + ("" if self.where == "whole" else f", {self.where}")


JOBS: Final = (
    Job("train-k5", "train", 5, target=40, reference=120),
    Job("train-k5-gc", "train", 5, True, target=60, reference=120),
    Job("train-k10", "train", 10, target=40, reference=120),
    Job("train-k10-gc", "train", 10, True),
    Job("sample-k5", "sample", 5, target=30, reference=150),
    Job("sample-k5-gc", "sample", 5, True, target=45, reference=150),
    Job("sample-k10", "sample", 10, target=12, reference=150),
    Job("sample-k10-gc", "sample", 10, True),
    Job("score-k5", "score", 5, target=130),
    Job("score-k5-gc", "score", 5, True, target=130),
    Job("random", "random", target=40),
    Job("replace", "replace", target=40),
    Job("train-k5-regions", "train", 5, where="regions", target=40),
    Job("train-k5-gc-regions", "train", 5, True, "regions", target=60),
    Job("sample-k5-regions", "sample", 5, where="regions", target=25),
    Job("sample-k5-gc-regions", "sample", 5, True, "regions", target=40),
    Job("random-regions", "random", where="regions", target=25),
    Job("replace-regions", "replace", where="regions", target=8),
    Job("train-k5-scaffolds", "train", 5, where="scaffolds"),
    Job("train-k5-gc-scaffolds", "train", 5, True, "scaffolds"),
    Job("sample-k5-scaffolds", "sample", 5, where="scaffolds"),
    Job("sample-k5-gc-scaffolds", "sample", 5, True, "scaffolds"),
    Job("random-scaffolds", "random", where="scaffolds"),
    Job("replace-scaffolds", "replace", where="scaffolds"),
    Job("train-k5-samples", "train", 5, where="samples"),
    Job("train-k5-gc-samples", "train", 5, True, "samples"),
    Job("sample-k5-samples", "sample", 5, where="samples"),
    Job("sample-k5-gc-samples", "sample", 5, True, "samples"),
    Job("random-samples", "random", where="samples"),
    Job("replace-samples", "replace", where="samples"),
)

HEAVY: Final = ("train-k10-gc", "sample-k10-gc")
"""Tables of gigabytes: left out of the quick run."""


@frozen
class Contestant:
    """Who does a job: the peer, or a backend of gsynth with a number of cores (0: all that it may use)."""

    name: str
    cores: int

    @property
    def label(self) -> str:
        return self.name if self.name == PEER or self.cores == 0 else f"{self.name}, {self.cores} core"


def dims_for(expr: str, job: Job) -> list[dict[str, object]]:
    """The dimensions of the strata, for gsynth and the peer alike."""
    return [{"expr": expr, "breaks": np.array(BREAKS)}] if job.stratified else []


def find_jobs(names: list[str]) -> list[Job]:
    """The jobs of these names, in the order of `JOBS`."""
    unknown = sorted(set(names) - {job.name for job in JOBS})
    if unknown:
        raise SystemExit(f"unknown jobs {', '.join(unknown)}; there are {', '.join(job.name for job in JOBS)}")
    return [job for job in JOBS if job.name in names]
