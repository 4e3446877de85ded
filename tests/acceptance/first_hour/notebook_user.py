"""What somebody tries first in a notebook, with a DataFrame of peaks; runs in a folder with genome.fa.gz, peaks.bed."""

from __future__ import annotations

import pickle
from collections.abc import Callable

import gsynth
from gsynth.typing import IntervalsLike

# Tab and question mark.
assert {"train", "sample", "open_genome", "GsynthModel"} <= set(dir(gsynth))
assert not [name for name in dir(gsynth) if name.startswith("_") and name != "__version__"]
assert "Examples" in (gsynth.train.__doc__ or "")

with gsynth.open_genome("genome.fa.gz") as genome:
    first = next(iter(genome.contigs))
    head = genome.fetch(first, 0, 20).tobytes().decode()
    assert len(head) == 20
    assert set(head.upper()) <= set("ACGTN")

    model = gsynth.train({"expr": "gc", "breaks": [0, 0.35, 0.45, 1]}, genome=genome, iterator=200, k=3)
    assert "gc" in repr(model)
    assert model.per_bin_kmers.sum() == model.total_kmers

    peaks: IntervalsLike
    try:
        import pandas as pd
    except ImportError:
        peaks = [("flyA", 1000, 1500), ("flyB", 2000, 2600)]
    else:
        peaks = pd.read_csv("peaks.bed", sep="\t", names=["chrom", "start", "end", "name"])
    one = gsynth.sample(model, genome=genome, intervals=peaks, seed=1)
    assert one == gsynth.sample(model, genome=genome, intervals=peaks, seed=1, num_cores=1, backend="numpy")
    assert [len(sequence) for sequence in one] == [500, 600]


def says(call: Callable[[], object], kind: type[Exception], *words: str) -> None:
    """The call fails with this kind of error, and a message that holds these words."""
    try:
        call()
    except kind as error:
        missing = [word for word in words if word not in str(error)]
        if missing:
            raise AssertionError(f"{error} does not say {missing}") from error
    else:
        raise AssertionError(f"no {kind.__name__}")


# A model goes to another process, and nobody changes it by mistake.
copy = pickle.loads(pickle.dumps(model))
assert copy == model
says(lambda: copy.counts.fill(0), ValueError, "read-only")

# Mistakes are told in the words that were typed, as errors that can be caught either way.
says(lambda: gsynth.train(genome="gemone.fa.gz"), gsynth.errors.MissingFileError, "gemone.fa.gz")
says(lambda: gsynth.train(genome="gemone.fa.gz"), FileNotFoundError, "no file")
says(lambda: genome.fetch(first, 0, 1), gsynth.GsynthError, "closed", "open it again")
says(lambda: gsynth.sample(model, genome={"chr1": 100}, seed=1), gsynth.GsynthError, "sequence")
says(lambda: getattr(gsynth, "trian"), AttributeError, "trian")  # noqa: B009  # as it is typed

# One genome for the whole notebook.
with gsynth.use_genome("genome.fa.gz"):
    assert gsynth.train(k=3).k == 3
