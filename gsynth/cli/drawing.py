"""What the commands that write sequence have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from gsynth.cli import inputs
from gsynth.cli.console import console_of
from gsynth.cli.results import check_one_stdout, print_json
from gsynth.cli.streams import is_stream, name_of, sequence_output
from gsynth.cli.summary import causes_by_dimension

if TYPE_CHECKING:
    from gsynth.blocks.drawn import Drawn
    from gsynth.blocks.shuffled import Shuffled
    from gsynth.intervals import Intervals

Options = Mapping[str, Any]
"""The options of a command, by the names of the API's parameters."""

READ: Final = ("genome", "intervals", "mask_copy", "only", "tracks", "chrom_alias")
"""The options that name what is read."""


def check_sequence_output(options: Options, *read: object) -> None:
    """Refuse early an output that the API would refuse or that exists, and data and JSON on the same stream.

    `read` is what the command reads in addition to the options that all of these commands share.
    """
    output, output_format = options["output"], options["output_format"]
    check_one_stdout(output, options["as_json"])
    if is_stream(output):
        return
    from gsynth import outputs

    layout = outputs.Layout.of(*(options[name] for name in ("line_width", "dtype", "pad") if name in options))
    names = [*read, *(options.get(name) for name in READ)]
    samples = options.get("n_samples", 1)
    outputs.check_output(output, output_format, names, overwrite=options["overwrite"], n_samples=samples, layout=layout)


def write_sequence(
    context: click.Context, call: Callable[..., object], options: Options, exprs: Sequence[str] | None = None
) -> None:
    """Open what the options name, make the call, and say what was written.

    `exprs` are the dimensions of a call that reports what its bases are; None for a call that does not report.
    """
    shared = ("output", "as_json")
    given = {name: value for name, value in options.items() if name not in shared}
    given["genome"] = inputs.opened_genome(context, given["genome"])
    given["chrom_alias"] = inputs.opened_alias(given)
    given["intervals"] = where = inputs.resolved_intervals(context, given)
    for mask in ("mask_copy", "only"):
        if mask in given:
            given[mask] = inputs.several(context, given[mask], "mask")
    if "seed" in given:
        # Chosen here and not by the API, so that the result can name it.
        given["seed"] = inputs.drawn_seed(context, given["seed"])
    reports: list[Drawn | Shuffled] = []
    with sequence_output(options["output"]) as destination:
        call(output=destination, **given, **({} if exprs is None else {"report": reports.append}))
    written = _written(where, options["output"], given)
    made = [f"{count:,} {what}" for report in reports for count, what in _kinds(report) if count]
    bases = ", ".join([f"{written['bases']:,}", *made])
    console_of(context).note(f"{name_of(options['output'])}: records {written['records']:,}, bases {bases}")
    if options["as_json"]:
        counted = {name: value for report in reports for name, value in _counted(report, exprs or ()).items()}
        print_json({**written, **counted, **{name: given[name] for name in ("n_samples", "seed") if name in given}})


def _written(where: Intervals, output: str, given: Options) -> dict[str, Any]:
    from gsynth import outputs

    n_samples = given.get("n_samples", 1)
    kind, files = outputs.written_files(None if is_stream(output) else output, given["output_format"], n_samples)
    return {
        "output": output,
        "index": next((path for path in map(str, files) if path.endswith(".fai")), None),
        "files": files,
        "output_format": kind,
        "records": len(where) * n_samples,
        "bases": where.total * n_samples,
    }


def _kinds(report: Drawn | Shuffled) -> list[tuple[int, str]]:
    kept = [(report.copied, "copied"), (report.unknown, "N")]
    if report.of_shuffle:
        return [*kept, (report.filled, "filled"), (report.short, "in runs too short to shuffle")]
    return [
        *kept,
        (report.outside, "outside of the strata"),
        (report.unlearned, "in strata without observations"),
    ]


def _counted(report: Drawn | Shuffled, exprs: Sequence[str]) -> dict[str, Any]:
    kept = {"copied": report.copied, "kept_n": report.unknown}
    if report.of_shuffle:
        return {**kept, **{name: getattr(report, name) for name in ("filled", "short", "sequences", "equal")}}
    return {
        **kept,
        "outside": {"bases": report.outside, "dimensions": causes_by_dimension(exprs, report.causes)},
        "unlearned": report.unlearned,
        "words": report.words,
        "copied_words": report.copied_words,
    }
