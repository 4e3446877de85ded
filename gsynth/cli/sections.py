"""The options of a command in groups, as ``--help`` shows them."""

from __future__ import annotations

import functools
from typing import Final

import click

SECTIONS: Final[dict[str, frozenset[str]]] = {
    "Strata": frozenset({"dim_specs", "bin_merge", "cell_merge", "iterator", "tracks", "outside"}),
    "What to read": frozenset(
        {
            "genome_option",
            "intervals",
            "mask",
            "mask_copy",
            "only",
            "mask_overlap",
            "chrom_alias",
            "against",
            "model",
            "model_format",
            "context",
        }
    ),
    "Model": frozenset(
        {
            "k",
            "max_order",
            "folds",
            "count_memory",
            "pseudocount",
            "prior",
            "smoothing",
            "strands",
            "min_obs",
            "method",
            "both_strands",
            "check",
        }
    ),
    "What to draw": frozenset(
        {"seed", "n_samples", "init", "nuc_probs", "window", "preserve_n", "keep_case", "check_composition"}
    ),
    "Scores": frozenset({"resolution", "sparse_policy", "n_policy"}),
    "Output": frozenset(
        {"output", "output_format", "line_width", "dtype", "pad", "names", "format", "compress", "overwrite", "as_json"}
        | {"html", "multiqc", "fail_on", "plot", "stratum"}
    ),
    "Running": frozenset(
        {
            "backend",
            "num_cores",
            "executor",
            "max_memory",
            "progress",
            "max_chunk_size",
            "allow_parallel",
            "quiet",
            "verbose",
            "debug",
            "help",
        }
    ),
}
"""Titles in the order in which they are shown, and the names of the parameters that stand under each."""

OTHER: Final = "Options"

WIDTH: Final = 28
"""Columns for the names of options."""


class Command(click.Command):
    """A command whose help groups its options."""

    def format_options(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, one group after the other."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(context):
            record = param.get_help_record(context) if isinstance(param, click.Option) else None
            if record is not None:
                # One width for all groups, so that the texts stand below each other.
                groups.setdefault(section_of(param), []).append((record[0].ljust(WIDTH), record[1]))
        for title in (*SECTIONS, OTHER):
            if title in groups:
                with formatter.section(title):
                    formatter.write_dl(groups[title], col_max=WIDTH + 2)


def section_of(param: click.Parameter) -> str:
    """The group to which a parameter belongs."""
    # The option for help has names of its own in some versions of click.
    name = "help" if "--help" in param.opts else param.name
    return next((title for title, names in SECTIONS.items() if name in names), OTHER)


command = functools.partial(click.command, cls=Command)
"""Like `click.command`, with the options in groups."""
