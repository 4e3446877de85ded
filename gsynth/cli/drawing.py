"""What the commands that write sequence have in common."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from gsynth.cli.console import console_of
from gsynth.cli.results import check_one_stdout, print_json
from gsynth.cli.streams import check_output, is_stream, name_of, sequence_output
from gsynth.cli.summary import causes_by_dimension

if TYPE_CHECKING:
    from gsynth.blocks.drawn import Drawn
    from gsynth.intervals import Intervals

INDEX = ".fai"


def check_sequence_output(
    output: str, output_format: str, *, force: bool, as_json: bool, inputs: Sequence[object]
) -> None:
    """Refuse early an output that is there or promises something else, and data and JSON on one stream."""
    check_one_stdout(output, as_json)
    check_output(output, force=force, beside=[INDEX] if output_format == "fasta" else [], inputs=inputs)
    if not is_stream(output):
        from gsynth import outputs

        outputs.check_output(output, output_format, inputs)


def write_sequence(
    context: click.Context,
    write: Callable[[Any, Callable[[Drawn], None]], object],
    intervals: Intervals,
    *,
    output: str,
    output_format: str,
    as_json: bool,
    n_samples: int = 1,
    seed: int | None = None,
    exprs: Sequence[str] = (),
) -> None:
    """Call ``write(output, report)`` with the path or the open stream, and say what was written."""
    reports: list[Drawn] = []
    with sequence_output(output) as destination:
        write(destination, reports.append)
    records, bases = len(intervals) * n_samples, intervals.total * n_samples
    made = [f"{count:,} {what}" for report in reports for count, what in _kinds(report) if count]
    console_of(context).note(f"{name_of(output)}: records {records:,}, bases {', '.join([f'{bases:,}', *made])}")
    if not as_json:
        return
    indexed = output_format == "fasta" and not is_stream(output)
    result = {
        "output": output,
        "index": output + INDEX if indexed else None,
        "output_format": output_format,
        "records": records,
        "bases": bases,
        **{key: value for report in reports for key, value in _counted(report, exprs).items()},
    }
    print_json(result if seed is None else {**result, "n_samples": n_samples, "seed": seed})


def _kinds(report: Drawn) -> list[tuple[int, str]]:
    return [
        (report.copied, "copied"),
        (report.unknown, "N"),
        (report.outside, "outside of the strata"),
        (report.unlearned, "in strata without observations"),
    ]


def _counted(report: Drawn, exprs: Sequence[str]) -> dict[str, Any]:
    return {
        "copied": report.copied,
        "kept_n": report.unknown,
        "outside": {"bases": report.outside, "dimensions": causes_by_dimension(exprs, report.causes)},
        "unlearned": report.unlearned,
    }
