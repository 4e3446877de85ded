"""Calls of a model file format, with checks of what it returns and leaves on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from gsynth.model import GsynthModel
from gsynth.plugins.checking.naming import kind_of, named, refuse
from gsynth.plugins.contracts import Serializer

_ROLE: Final = "serializer"


def save_model(serializer: Serializer, model: GsynthModel, path: Path) -> None:
    """`Serializer.save`, checked: afterwards something must exist at `path`."""
    # The name alone: the path is a temporary sibling that the user has never heard of.
    with named(serializer, _ROLE, lambda: f"save to {path.name}"):
        serializer.save(model, path)
    if not path.exists():
        refuse(serializer, _ROLE, f"save to {path.name}", "nothing at the path that it was given", "the model there")


def load_model(serializer: Serializer, path: Path) -> GsynthModel:
    """`Serializer.load`, checked."""
    with named(serializer, _ROLE, lambda: f"load of {path}"):
        model = serializer.load(path)
    if not isinstance(model, GsynthModel):
        refuse(serializer, _ROLE, f"load of {path}", kind_of(model), "a GsynthModel")
    return model
