"""Tracks: a number for each window along a contig, from the sequence, from files, arrays and functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gsynth.plugins import Genome, Track

__all__ = ["open_tracks"]


def open_tracks(
    expressions: Sequence[str], tracks: Mapping[str, object] | None, genome: Genome, *, alias: Any = None
) -> list[Track]:
    """One track for each expression, evaluated over the named tracks."""
    from gsynth.plugins.registry import registry

    return [registry().load("track", expression).open(expression, genome) for expression in expressions]
