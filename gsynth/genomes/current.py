"""The genome of the process: what is used where none is given."""

from __future__ import annotations

from types import TracebackType

from gsynth.aliases import Alias, AliasSource
from gsynth.errors import ArgumentError
from gsynth.plugins.contracts import Genome

# Of the process, not of a thread or a context: worker threads shall see it too.
_genome: Genome | None = None


def genome() -> Genome:
    """The genome that `use_genome` set; ArgumentError if none was."""
    if _genome is None:
        raise ArgumentError(
            "no genome: pass genome= (a FASTA or .2bit path, a dict of name -> sequence, or contig sizes; --genome on "
            "the command line), or call gsynth.use_genome(...) once"
        )
    return _genome


class use_genome:
    """Set the genome of the process, from now on or for a ``with`` block.

    Parameters
    ----------
    source : path, mapping, Genome or None
        As for `open_genome`; None takes the setting back.
    chrom_alias : mapping, path or "ucsc-ensembl", optional
        As for `open_genome`.

    Examples
    --------
    >>> from gsynth.genomes import open_genome
    >>> with use_genome({"chr1": "ACGT"}):
    ...     dict(open_genome().contigs)
    {'chr1': 4}
    """

    def __init__(self, source: object, *, chrom_alias: AliasSource | Alias = None) -> None:
        from gsynth.genomes.opening import open_genome

        opened = None if source is None else open_genome(source, chrom_alias=chrom_alias)
        global _genome
        self._previous, _genome = _genome, opened
        self.genome = opened

    def __enter__(self) -> Genome | None:
        return self.genome

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        global _genome
        _genome = self._previous

    def __repr__(self) -> str:
        return f"use_genome({self.genome.name if self.genome else None!r})"
