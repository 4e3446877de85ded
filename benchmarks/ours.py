"""How gsynth is asked to do a job: as a user would, from a FASTA to a model or a FASTA."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np
from attrs import frozen

from benchmarks.jobs import ITERATOR, SEED, Contestant, Job, dims_for
from benchmarks.regions import regions_of, samples_of

WARM_UP = {"warm": "ACGTTGCACGGCATTAGCAN" * 2000}
"""A small genome: what is compiled or looked up once is so before the clock runs."""


@frozen
class Ours:
    """One job of one backend."""

    job: Job
    contestant: Contestant
    genome: Path
    model: Path
    output: Path
    bases: int

    def ready(self) -> Callable[[], Any]:
        """Load what is loaded once, do the job in small, and return the job."""
        run = getattr(self, f"_{self.job.kind}")
        work: Callable[..., Any] = run()
        work(WARM_UP)
        more = self._where()
        return lambda: work(str(self.genome), **more)

    def _where(self) -> dict[str, Any]:
        """The arguments that say what is worked on, where it is not the whole genome once."""
        more: dict[str, Any] = {}
        columns = regions_of(self.job.where, self.bases)
        if columns is not None:
            import pandas as pd

            more["intervals"] = pd.DataFrame(columns)
        samples = samples_of(self.job.where, self.job.kind, self.bases)
        return {**more, "n_samples": samples} if samples > 1 else more

    def _options(self, genome: Any, more: dict[str, Any]) -> dict[str, Any]:
        return {
            **more,
            "genome": genome,
            "backend": self.contestant.name,
            "num_cores": self.contestant.cores,
            "progress": False,
        }

    def _train(self) -> Callable[..., Any]:
        from gsynth.training import gsynth_train

        width = ITERATOR if self.job.stratified else None
        dims = dims_for("gc", self.job)
        return lambda genome, **more: gsynth_train(
            *dims, k=self.job.order, iterator=width, prior="uniform", **self._options(genome, more)
        )

    def _sample(self) -> Callable[..., Any]:
        from gsynth.sampling import gsynth_sample
        from gsynth.storage import gsynth_load

        model = gsynth_load(self.model)
        return lambda genome, **more: gsynth_sample(
            model, self.output, seed=SEED, overwrite=True, **self._options(genome, more)
        )

    def _score(self) -> Callable[..., Any]:
        from gsynth.scoring import gsynth_score
        from gsynth.storage import gsynth_load

        model = gsynth_load(self.model)
        written = {"output_format": "bedgraph", "resolution": ITERATOR}
        # Through an open file: it has the name of a FASTA.
        return lambda genome, **more: _into(
            self.output, lambda file: gsynth_score(model, file, **written, **self._options(genome, more))
        )

    def _random(self) -> Callable[..., Any]:
        from gsynth.randomising import gsynth_random

        return lambda genome, **more: gsynth_random(
            output=self.output, seed=SEED, overwrite=True, **self._options(genome, more)
        )

    def _replace(self) -> Callable[..., Any]:
        from gsynth.replacement import gsynth_replace_kmer

        return lambda genome, **more: gsynth_replace_kmer(
            "CG", "GC", output=self.output, overwrite=True, **self._options(genome, more)
        )

    def counts(self, result: Any) -> Any:
        """The counts of a trained model: uint64[bins, 4**k, 4]."""
        return np.ascontiguousarray(result.counts, dtype=np.uint64)


def _into(path: Path, write: Callable[[IO[bytes]], Any]) -> None:
    """Write to a new file."""
    with path.open("wb") as file:
        write(file)


def make_model(job: Job, genome: Path, path: Path) -> None:
    """Train and save the model that `job` samples from."""
    from gsynth.storage import gsynth_save
    from gsynth.training import gsynth_train

    width = ITERATOR if job.stratified else None
    model = gsynth_train(
        *dims_for("gc", job), k=job.order, iterator=width, prior="uniform", genome=genome, progress=False
    )
    gsynth_save(model, path, overwrite=True)
