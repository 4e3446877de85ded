"""Genomes: where the bases come from."""

from __future__ import annotations

from gsynth.genomes.opening import open_genome, use_genome

__all__ = ["open_genome", "use_genome"]
