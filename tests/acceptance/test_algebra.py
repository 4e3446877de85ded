"""Models of the contigs of a genome add up to that of the genome."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gsynth
from gsynth.genomes import open_genome

DIMS: list[dict[str, Any]] = [
    {"expr": "gc", "breaks": [0.2, 0.35, 0.4, 0.6]},
    {"expr": "masked_frac", "breaks": [0, 0.5, 1]},
]


# The mitochondrion's windows are poor in GC: what lies outside adds up too.
@pytest.mark.filterwarnings("ignore:.*outside of the strata")
@pytest.mark.parametrize("dims", [0, 1, 2])
@pytest.mark.parametrize("prior", [None, "marginal"])
def test_contigs_of_yeast_added_equal_the_whole(linked: Callable[[str], Path], dims: int, prior: Any) -> None:
    genome = open_genome(linked("sacCer3.fa.gz"))
    settings: dict[str, Any] = {"genome": genome, "k": 5, "prior": prior, "iterator": 200 if dims else None}
    contigs = list(genome.contigs)
    assert len(contigs) == 17
    parts = [gsynth.train(*DIMS[:dims], intervals=name, **settings) for name in contigs]
    whole = gsynth.train(*DIMS[:dims], **settings)
    merged = gsynth.merge(*parts)
    assert whole.total_kmers > 20_000_000
    assert merged == whole
    assert merged.metadata == whole.metadata
    if dims == 2:
        # Every window has a masked share, so nothing is lost with it.
        assert merged.marginal("masked_frac") == gsynth.train(*DIMS[:1], **settings)
