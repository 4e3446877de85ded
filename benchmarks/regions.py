"""Where jobs work: on a whole genome, on many short regions of it, on the scaffolds of a draft, on many samples."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from attrs import frozen

from benchmarks.genome import SEED, VERSION, contigs_of, scaffolds_in

STEP: Final = 100
"""Starts are multiples of it: no window that a region cuts has a value on a break, where the peer bins otherwise."""

MOST_SAMPLES: Final = 1000


@frozen
class Regions:
    """Regions of one width, one somewhere in every so many bases of the genome."""

    width: int
    spacing: int

    def columns(self, bases: int) -> dict[str, Any]:
        """chrom, start and end (0-based half-open) in a genome of about `bases` bases, by contig and start."""
        names, starts = [], []
        for contig in contigs_of(bases):
            rng = np.random.default_rng([SEED, VERSION, contig.number, self.width])
            count = contig.length // self.spacing
            # Apart, since the peer cuts the windows of regions that overlap.
            found = rng.integers(0, (self.spacing - self.width) // STEP + 1, count) * STEP
            names += [contig.name] * count
            starts.append(np.arange(count) * self.spacing + found)
        joined = np.concatenate(starts)
        return {"chrom": names, "start": joined, "end": joined + self.width}

    def total(self, bases: int) -> int:
        """Bases of all regions."""
        return self.width * sum(contig.length // self.spacing for contig in contigs_of(bases))


REGIONS: Final = {"regions": Regions(500, 1000), "samples": Regions(1000, 100_000)}
"""As peaks lie: 100,000 of 500 bp on 100 Mb; and 1,000 of 1 kb, for each of which there are many samples."""


def regions_of(where: str, bases: int) -> dict[str, Any] | None:
    """The columns of the regions of a genome of about `bases` bases; None where all of it is worked on."""
    return REGIONS[where].columns(bases) if where in REGIONS else None


def samples_of(where: str, kind: str, bases: int) -> int:
    """How many samples are drawn of each interval: as many as there are intervals, where many are asked for."""
    many = where == "samples" and kind in ("sample", "random")
    return min(MOST_SAMPLES, max(2, bases // REGIONS[where].spacing)) if many else 1


def worked_on(where: str, kind: str, bases: int) -> int:
    """How many bases a job works on in a genome of about `bases` bases."""
    if where in REGIONS:
        return REGIONS[where].total(bases) * samples_of(where, kind, bases)
    if where == "scaffolds":
        return scaffolds_in(bases).size
    return sum(contig.length for contig in contigs_of(bases))
