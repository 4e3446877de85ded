"""Registers the track; light to import."""

from __future__ import annotations

from collections.abc import Iterator

from gsynth.plugins import TrackOpener, TrackPlugin, hookimpl
from gsynth_tsv.looks import is_table


def _load() -> TrackOpener:
    from gsynth_tsv.opener import TableOpener

    return TableOpener()


@hookimpl
def gsynth_tracks() -> Iterator[TrackPlugin]:
    yield TrackPlugin(
        name="tsv",
        # The version of gsynth's contracts that this was written for.
        contract=2,
        load=_load,
        accepts=is_table,
        # Above the built-in readers of text, which would take the table for a BED file with a header.
        priority=10,
        summary="a column of a table with the header chrom, start, end, ...: window means, or names",
    )
