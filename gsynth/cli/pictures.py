"""A model as a picture."""

from __future__ import annotations

import io
from pathlib import Path

from gsynth.errors import ArgumentError
from gsynth.files.atomic import replacing
from gsynth.model import GsynthModel


def write_model(model: GsynthModel, stratum: int, path: str) -> None:
    """Draw the bins by observations and by entropy, and the transitions of a stratum, into a file."""
    from matplotlib.figure import Figure

    from gsynth import plot

    figure = Figure(figsize=(12, 5), layout="constrained")
    axes = figure.subplots(1, 3)
    plot.bins(model, "count", axes[0])
    plot.bins(model, "entropy", axes[1])
    plot.transitions(model, stratum, axes[2])
    suffix = Path(path).suffix.lower().lstrip(".")
    known = figure.canvas.get_supported_filetypes()
    if suffix not in known:
        raise ArgumentError(f"--plot {path}: the suffix says the kind of picture; known are {', '.join(sorted(known))}")
    # No date in the file: the same model makes the same picture.
    dated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}}
    drawn = io.BytesIO()
    figure.savefig(drawn, format=suffix, dpi=110, metadata=dated.get(suffix))
    with replacing(Path(path)) as (file,):
        file.write(drawn.getvalue())
