"""Registers the genome; light to import."""

from __future__ import annotations

from collections.abc import Iterator

from gsynth.plugins import GenomeOpener, GenomePlugin, hookimpl
from gsynth_seqtab.looks import is_table


def _load() -> GenomeOpener:
    from gsynth_seqtab.opener import TableOpener

    return TableOpener()


@hookimpl
def gsynth_genomes() -> Iterator[GenomePlugin]:
    yield GenomePlugin(
        name="seqtab",
        # The version of gsynth's contracts that this was written for.
        contract=2,
        load=_load,
        accepts=is_table,
        # Below every built-in: what FASTA or a list of sizes can be is not taken from them.
        priority=-100,
        summary="a table of names and sequences, one contig a line (seqkit fx2tab)",
    )
