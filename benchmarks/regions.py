"""Many short regions of the benchmark's genome, as peaks lie: 500 bp somewhere in every 1,000, by contig and start."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from benchmarks.genome import SEED, VERSION, contigs_of

WIDTH: Final = 500
STEP: Final = 100
"""Starts are multiples of it: no window that a region cuts has a value on a break, where the peer bins otherwise."""
SPACING: Final = 1000
"""Bases of the genome for each region: 100,000 regions on 100 Mb."""


def regions_of(bases: int) -> dict[str, Any]:
    """The columns chrom, start and end (0-based half-open) of the regions of a genome of about `bases` bases."""
    contigs = [contig for contig in contigs_of(bases) if contig.length > WIDTH]
    names, starts = [], []
    for contig in contigs:
        rng = np.random.default_rng([SEED, VERSION, contig.number, WIDTH])
        count = contig.length // SPACING
        # Apart, since the peer cuts the windows of regions that overlap.
        found = np.arange(count) * SPACING + rng.integers(0, (SPACING - WIDTH) // STEP + 1, count) * STEP
        names += [contig.name] * found.size
        starts.append(found)
    joined = np.concatenate(starts)
    return {"chrom": names, "start": joined, "end": joined + WIDTH}


def region_bases(bases: int) -> int:
    """Bases of all regions, those of overlaps as often as they are given."""
    return WIDTH * sum(contig.length // SPACING for contig in contigs_of(bases) if contig.length > WIDTH)
