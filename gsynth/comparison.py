"""Real compared with synthetic sequence: the k-mer spectra of two genomes, stratum by stratum.

The synthetic genome is compared within the strata of the real one at the same positions, as it was sampled. Its own
strata would select: a window that is GC-rich by chance would be compared with windows that are GC-rich by nature.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.blocks.compute import Compute
from gsynth.blocks.counting import BatchCounter, Tables, count_intervals
from gsynth.errors import ArgumentError
from gsynth.evaluation.spectra import Comparison, compared
from gsynth.genomes import resolve_genome
from gsynth.genomes.aliases import resolve_alias
from gsynth.genomes.fetching import Fetched, fetch
from gsynth.intervals import resolve_intervals
from gsynth.intervals.pieces import Pieces
from gsynth.model import GsynthModel
from gsynth.plugins.backends import load_counter
from gsynth.plugins.contracts import Genome
from gsynth.strata import FindsRuns, Strata, open_strata
from gsynth.strata.runs import PieceRuns
from gsynth.typing import AliasLike, GenomeLike, TracksLike


def compare(
    model: GsynthModel,
    real: GenomeLike,
    synthetic: GenomeLike,
    *,
    tracks: TracksLike | None = None,
    chrom_alias: AliasLike | None = None,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
) -> Comparison:
    """Compare a synthetic genome with the real one in the strata of the model it was sampled from.

    Parameters
    ----------
    model : GsynthModel
    real, synthetic : path, dict or Genome
        `synthetic` holds whole contigs of `real`.
    tracks, chrom_alias, num_cores, backend, progress
        As in `gsynth.gsynth_train`.

    Returns
    -------
    Comparison

    Raises
    ------
    ValueError
        A synthetic contig that the real genome does not have, or that has another length there.

    Examples
    --------
    >>> import gsynth
    >>> genome = {"chr1": "ACGTTGCAGG" * 200}
    >>> model = gsynth.gsynth_train(genome=genome, k=2)
    >>> drawn = gsynth.gsynth_sample(model, genome=genome, seed=1)
    >>> found = compare(model, genome, {"chr1": drawn[0]})
    >>> found.overall.correlation > 0.95, abs(found.overall.z) < 4
    (True, True)
    """
    compute = Compute.of(backend=backend, num_cores=num_cores, progress=progress)
    reference, drawn = resolve_genome(real), resolve_genome(synthetic)
    check_same_contigs(reference, drawn)
    opened = open_strata(model.dims, model.iterator, reference, tracks, resolve_alias(chrom_alias, reference))
    strata = ReferenceStrata(opened)
    # The strata of the reference for both, see above.
    spectra = [spectrum_counts(genome, strata, model, list(drawn.contigs), compute) for genome in (reference, drawn)]
    return compared(model, spectra[0], spectra[1])


def check_same_contigs(reference: Genome, drawn: Genome) -> None:
    """ArgumentError if a contig of `drawn` is not one of `reference` with the same length."""
    for contig, size in drawn.contigs.items():
        expected = reference.contigs.get(contig)
        if expected != size:
            found = "it has none of that name" if expected is None else f"there it has {expected:,}"
            raise ArgumentError(
                f"{drawn.name}: contig {contig!r} of {size:,} bases is not one of {reference.name}: {found}; "
                "compare whole contigs"
            )


@frozen
class ReferenceStrata:
    """The strata of one genome, laid over the positions of another one with the same contigs."""

    strata: Strata

    @property
    def outside_bin(self) -> int:
        """See `Strata.outside_bin`."""
        return self.strata.outside_bin

    @property
    def step(self) -> int | None:
        """See `Strata.step`."""
        return self.strata.step

    @property
    def n_dims(self) -> int:
        """See `Strata.n_dims`."""
        return self.strata.n_dims

    def spans(self, pieces: Pieces) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """None of the other genome's sequence."""
        return pieces.firsts, pieces.firsts

    def runs(self, pieces: Pieces, fetched: Fetched) -> PieceRuns:
        """See `Strata.runs`, from the reference's own bases."""
        genome = self.strata.genome
        # The two genomes may list the same contigs in another order.
        own = pieces.of(tuple(genome.contigs))
        return self.strata.runs(own, fetch(genome, own.names, own.ids, *self.strata.spans(own)))


def spectrum_counts(
    genome: Genome, strata: FindsRuns, model: GsynthModel, contigs: Sequence[str], compute: Compute
) -> NDArray[np.uint64]:
    """The (k+1)-mers of the contigs of `genome` by stratum, forward strand: uint64[bins, 4**k, 4]."""
    # Contigs without bases have no windows, and intervals must not be empty.
    where = resolve_intervals([(name, 0, genome.contigs[name]) for name in contigs if genome.contigs[name]], genome)
    tables = Tables((model.total_bins, model.num_kmers, 4))
    count_intervals(
        BatchCounter(genome, strata, None, load_counter(compute.backend), model.k, tables), where, compute, "compare"
    )
    return tables.total()
