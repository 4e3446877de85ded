"""The demonstration: train on the embedded fly sequence, save, sample, compare."""

from __future__ import annotations

import importlib.resources
import os
from pathlib import Path
from typing import Final

from attrs import frozen

from gsynth.comparison import gsynth_compare
from gsynth.errors import OutputExistsError
from gsynth.evaluation.comparing import Comparison
from gsynth.files.atomic import replacing
from gsynth.model import GsynthModel
from gsynth.sampling import gsynth_sample
from gsynth.storage import gsynth_load, gsynth_save
from gsynth.training import gsynth_train

GENOME: Final = "fly300k.fa.gz"
MODEL: Final = "fly.gsm"
SYNTHETIC: Final = "synthetic.fa"

GC_BREAKS: Final = (0.0, 0.35, 0.4, 0.45, 0.5, 1.0)
"""About a fifth of the fly's windows in each bin."""

ITERATOR: Final = 200
ORDER: Final = 5


@frozen(eq=False)
class Demo:
    """What the demonstration made: the model, the comparison, and the paths of its files by kind."""

    model: GsynthModel
    comparison: Comparison
    files: dict[str, str]


def run_demo(
    folder: str | os.PathLike[str],
    *,
    seed: int = 1,
    overwrite: bool = False,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
) -> Demo:
    """Train a GC-stratified model of order 5 on 300 kb of fly sequence, save it, load it, sample from it, and compare.

    Parameters
    ----------
    folder : path
        Where the genome, the model and the sample are written; created if it does not exist.
    seed : int
        Seed of the sample.
    overwrite : bool
        Use a folder that is not empty; files of the same names are overwritten, others left alone.
    num_cores, backend, progress
        As in `gsynth.gsynth_train`.

    Raises
    ------
    FileExistsError
        The folder is not empty.

    Examples
    --------
    >>> import tempfile
    >>> demo = run_demo(tempfile.mkdtemp())
    >>> demo.comparison.overall.correlation > 0.97
    True
    """
    target = _prepared(Path(folder), overwrite)
    files = {"genome": target / GENOME, "model": target / MODEL, "synthetic": target / SYNTHETIC}
    # A copy, because an index is written next to it, and the package's folder may be read-only.
    with replacing(files["genome"]) as (file,):
        file.write(example_genome())
    trained = gsynth_train(
        {"expr": "gc", "breaks": GC_BREAKS},
        k=ORDER,
        iterator=ITERATOR,
        genome=files["genome"],
        num_cores=num_cores,
        backend=backend,
        progress=progress,
    )
    gsynth_save(trained, files["model"], overwrite=overwrite)
    # Loaded again, so that the demonstration samples from what is in the file.
    model = gsynth_load(files["model"])
    gsynth_sample(
        model,
        files["synthetic"],
        genome=files["genome"],
        seed=seed,
        overwrite=overwrite,
        num_cores=num_cores,
        backend=backend,
        progress=progress,
    )
    comparison = gsynth_compare(
        files["genome"],
        files["synthetic"],
        model=model,
        num_cores=num_cores,
        backend=backend,
        progress=progress,
    )
    return Demo(model, comparison, {name: str(path) for name, path in files.items()})


def example_genome() -> bytes:
    """The embedded fly sequence, as gzip-compressed FASTA."""
    return importlib.resources.files("gsynth").joinpath("data", GENOME).read_bytes()


def _prepared(folder: Path, overwrite: bool) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if not overwrite and next(folder.iterdir(), None) is not None:
        raise OutputExistsError(f"{folder} is not empty; name another folder, or use overwrite=True (--force)")
    return folder
