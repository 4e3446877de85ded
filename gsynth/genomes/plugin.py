"""The kinds of genome that gsynth itself can open."""

from __future__ import annotations

from collections.abc import Iterable

from pluggy import HookimplMarker

from gsynth.genomes.fasta import FastaOpener, is_fasta_source
from gsynth.genomes.memory import DictOpener, is_dict_source
from gsynth.genomes.misha import MishaOpener, is_misha_source
from gsynth.genomes.sizes import SizesOpener, is_sizes_source
from gsynth.genomes.twobit import TwoBitOpener, is_twobit_source
from gsynth.plugins.descriptors import GenomePlugin

hookimpl = HookimplMarker("gsynth")


@hookimpl
def gsynth_genomes() -> Iterable[GenomePlugin]:
    """FASTA, .2bit, misha databases, dict, sizes."""
    yield GenomePlugin(
        name="fasta",
        load=FastaOpener,
        priority=50,
        accepts=is_fasta_source,
        summary="FASTA: plain, bgzip or gzip; .fai and .gzi used and made",
    )
    yield GenomePlugin(
        name="2bit",
        load=TwoBitOpener,
        priority=50,
        accepts=is_twobit_source,
        summary="UCSC .2bit, versions 0 and 1; soft masks and N blocks kept",
    )
    yield GenomePlugin(
        name="misha",
        load=MishaOpener,
        priority=45,
        accepts=is_misha_source,
        summary="sequence of a misha database (its folder), per contig or indexed; pymisha is not needed for it",
    )
    yield GenomePlugin(
        name="dict",
        load=DictOpener,
        priority=40,
        accepts=is_dict_source,
        summary="mapping of names to sequences (str, bytes or uint8 arrays)",
    )
    yield GenomePlugin(
        name="sizes",
        load=SizesOpener,
        priority=10,
        accepts=is_sizes_source,
        summary="contig sizes alone: a mapping of names to integers, or a chrom.sizes or .fai file",
    )
