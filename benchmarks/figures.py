"""From seconds to figures: nanoseconds a base, ratios to the peer, and whether the targets are met."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from benchmarks.contest import Result
from benchmarks.jobs import PEER, Contestant, Job

REFERENCE: Final = "numpy"
MEGABYTE: Final = 1_000_000


def job_figures(job: Job, results: Sequence[Result], bases: int) -> dict[str, Any]:
    """All figures of one job, ready for JSON."""
    peer = next((result for result in results if result.name == PEER and not result.error), None)
    return {
        "job": job.name,
        "title": job.title,
        "target": job.target,
        "reference_ns": job.reference,
        "same_answer": same_answer(job, results),
        "results": [_figures(job, result, peer, bases) for result in results],
    }


def _figures(job: Job, result: Result, peer: Result | None, bases: int) -> dict[str, Any]:
    who: dict[str, Any] = {"name": result.name, "cores": result.cores}
    who["label"] = Contestant(result.name, result.cores).label
    if result.error:
        return {**who, "error": result.error}
    best, median = (seconds / bases * 1e9 for seconds in (result.best, result.median))
    ratio = peer.best / result.best if peer is not None else None
    return {
        **who,
        "best_ns": round(best, 2),
        "median_ns": round(median, 2),
        "cpu_ns": round(min(result.cpu_seconds) / bases * 1e9, 2),
        "ratio": None if ratio is None else round(ratio, 1),
        "peak_mb": round(result.peak_bytes / MEGABYTE),
        "met": _met(job, result, best, ratio),
    }


def _met(job: Job, result: Result, best: float, ratio: float | None) -> bool | None:
    """None where nothing is asked: of the peer, of a part of the cores, of a job without a target."""
    if result.name == PEER or result.cores:
        return None
    if result.name == REFERENCE:
        return None if job.reference is None else best <= job.reference
    return None if job.target is None or ratio is None else ratio >= job.target


def same_answer(job: Job, results: Sequence[Result]) -> bool | None:
    """Whether all have the same counts or bytes; without the peer where it draws other bases, or rounds scores."""
    own = job.kind in ("sample", "random", "score")
    digests = {result.digest for result in results if not result.error and not (own and result.name == PEER)}
    return None if not digests else len(digests) == 1
