"""How pymisha is asked to do a job: from its own database, which is made once and not timed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen

from benchmarks.jobs import ITERATOR, SEED, Job, dims_for
from benchmarks.regions import regions_of, samples_of

NO_LIMIT: Final = 10**9
"""An iterator that cuts no interval."""

GC: Final = "g_frac + c_frac"
"""Virtual tracks of G and of C and their sum, as its documentation does it."""


@frozen
class Theirs:
    """One job of pymisha, in one process."""

    job: Job
    database: Path
    model: Path
    output: Path
    bases: int

    def ready(self) -> Callable[[], Any]:
        """Open the database and the model, and return the job."""
        import pymisha as pm

        pm.gdb_init(str(self.database))
        for base in "GC":
            pm.gvtrack_create(f"{base.lower()}_frac", None, func="kmer.frac", kmer=base)
        run = getattr(self, f"_{self.job.kind}")
        where = self._where(pm)
        work: Callable[[], Any] = run(pm, where)
        return work

    def _where(self, pm: Any) -> dict[str, Any]:
        """The arguments that say what is worked on, where it is not the whole genome once."""
        more: dict[str, Any] = {}
        found = regions_of(self.job.where, self.bases)
        if found is not None:
            starts, ends = found["start"].tolist(), found["end"].tolist()
            more["intervals"] = pm.gintervals(chroms=found["chrom"], starts=starts, ends=ends)
        samples = samples_of(self.job.where, self.job.kind, self.bases)
        return {**more, "n_samples": samples} if samples > 1 else more

    def _train(self, pm: Any, where: dict[str, Any]) -> Callable[[], Any]:
        # Without strata and iterator it counts nothing in an interval that begins after 0.
        width = ITERATOR if self.job.stratified else NO_LIMIT if where else None
        dims = dims_for(GC, self.job)
        options = {"k": self.job.order, "iterator": width, "prior": "uniform", "allow_parallel": False}
        return lambda: pm.gsynth_train(*dims, **options, **where)

    def _sample(self, pm: Any, where: dict[str, Any]) -> Callable[[], Any]:
        model = pm.gsynth_load(str(self.model))
        for spec in model.dim_specs:
            spec["expr"] = GC
        options = {"output_format": "fasta", "seed": SEED, "allow_parallel": False}
        return lambda: pm.gsynth_sample(model, str(self.output), **options, **where)

    def _score(self, pm: Any, where: dict[str, Any]) -> Callable[[], Any]:
        model = pm.gsynth_load(str(self.model))
        # Without strata the file has none, and nothing can be scored then.
        model.iterator = ITERATOR
        for spec in model.dim_specs:
            spec["expr"] = GC
        return lambda: pm.gsynth_score(model, "scored", resolution=ITERATOR, overwrite=True, **where)

    def _random(self, pm: Any, where: dict[str, Any]) -> Callable[[], Any]:
        return lambda: pm.gsynth_random(output=str(self.output), output_format="fasta", seed=SEED, **where)

    def _replace(self, pm: Any, where: dict[str, Any]) -> Callable[[], Any]:
        return lambda: pm.gsynth_replace_kmer("CG", "GC", output=str(self.output), output_format="fasta", **where)

    def counts(self, result: Any) -> Any:
        """The counts of a trained model: uint64[bins, 4**k, 4]."""
        return np.stack(result.model_data["counts"]).astype(np.uint64)


def make_database(genome: Path, folder: Path) -> None:
    """Import the genome into a database."""
    import pymisha as pm

    pm.gdb_create(str(folder), str(genome))
