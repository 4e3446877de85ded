"""How pymisha is asked to do a job: from its own database, which is made once and not timed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen

from benchmarks.jobs import ITERATOR, SEED, Job, dims_for

GC: Final = "g_frac + c_frac"
"""Virtual tracks of G and of C and their sum, as its documentation does it."""


@frozen
class Theirs:
    """One job of pymisha, in one process."""

    job: Job
    database: Path
    model: Path
    output: Path

    def ready(self) -> Callable[[], Any]:
        """Open the database and the model, and return the job."""
        import pymisha as pm

        pm.gdb_init(str(self.database))
        for base in "GC":
            pm.gvtrack_create(f"{base.lower()}_frac", None, func="kmer.frac", kmer=base)
        run = getattr(self, f"_{self.job.kind}")
        work: Callable[[], Any] = run(pm)
        return work

    def _train(self, pm: Any) -> Callable[[], Any]:
        width = ITERATOR if self.job.stratified else None
        dims = dims_for(GC, self.job)
        return lambda: pm.gsynth_train(*dims, k=self.job.order, iterator=width, prior="uniform", allow_parallel=False)

    def _sample(self, pm: Any) -> Callable[[], Any]:
        model = pm.gsynth_load(str(self.model))
        for spec in model.dim_specs:
            spec["expr"] = GC
        return lambda: pm.gsynth_sample(model, str(self.output), output_format="fasta", seed=SEED, allow_parallel=False)

    def _random(self, pm: Any) -> Callable[[], Any]:
        return lambda: pm.gsynth_random(output=str(self.output), output_format="fasta", seed=SEED)

    def _replace(self, pm: Any) -> Callable[[], Any]:
        return lambda: pm.gsynth_replace_kmer("CG", "GC", output=str(self.output), output_format="fasta")

    def counts(self, result: Any) -> Any:
        """The counts of a trained model: uint64[bins, 4**k, 4]."""
        return np.stack(result.model_data["counts"]).astype(np.uint64)


def make_database(genome: Path, folder: Path) -> None:
    """Import the genome into a database."""
    import pymisha as pm

    pm.gdb_create(str(folder), str(genome))
