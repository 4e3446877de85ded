"""Genomes, intervals and seeds as the commands pass them to the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from gsynth.cli.console import console_of
from gsynth.cli.streams import spooled

if TYPE_CHECKING:
    from gsynth.genomes.aliases import Alias
    from gsynth.intervals import Intervals
    from gsynth.model import GsynthModel
    from gsynth.plugins.contracts import Genome


def opened_genome(context: click.Context, genome: str) -> Genome:
    """The genome at a path, or on standard input."""
    from gsynth.genomes import open_genome

    return open_genome(spooled(context, genome, "genome"))


def opened_alias(options: Mapping[str, Any]) -> Alias | None:
    """The alias for the genome, opened: one object for the intervals and the call, so that its use in either counts."""
    from gsynth.genomes.aliases import noted_alias

    return None if options["chrom_alias"] is None else noted_alias(options["chrom_alias"], options["genome"])


def resolved_intervals(context: click.Context, options: Mapping[str, Any]) -> Intervals:
    """The intervals on the genome, opened; resolved here, because the result says how many there are."""
    from gsynth.intervals import resolve_intervals

    given = several(context, options["intervals"], "intervals")
    labelled = options.get("names") == "bed"
    return resolve_intervals(given, options["genome"], alias=options["chrom_alias"], labelled=labelled)


def several(context: click.Context, paths: Sequence[str], what: str) -> list[str] | None:
    """The values of an option that may be repeated; None if it was not given."""
    return [spooled(context, path, what) for path in paths] or None


def loaded_model(context: click.Context, path: str, model_format: str | None) -> GsynthModel:
    """The model at a path, or on standard input."""
    from gsynth.storage import gsynth_load

    return gsynth_load(spooled(context, path, "model"), format=model_format)


def drawn_seed(context: click.Context, seed: int | None) -> int:
    """The seed, or a fresh one that is logged."""
    if seed is not None:
        console_of(context).detail(f"seed {seed}")
        return seed
    from gsynth.randomness import seed_sequence

    entropy = seed_sequence(None).entropy
    fresh = int(entropy)  # type: ignore[arg-type]  # a single number, because no seed was given
    console_of(context).note(f"seed {fresh}")
    return fresh
