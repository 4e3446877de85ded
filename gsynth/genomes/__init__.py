"""Genomes: where the bases come from."""

from __future__ import annotations

from gsynth.genomes.opened import OpenGenome
from gsynth.genomes.opening import open_genome, resolve_genome, use_genome

__all__ = ["OpenGenome", "open_genome", "resolve_genome", "use_genome"]
