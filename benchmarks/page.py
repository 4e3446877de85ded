"""Renews the tables of docs/performance.md: ``python -m benchmarks.page [PEERS.json] [SCALING.json]``.

What is named is copied to benchmarks/results/, and the tables are made of what lies there.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.contest import ROOT
from benchmarks.tables import HEAD, SCALING_HEAD, as_markdown, peer_rows, scaling_rows

PAGE: Final = ROOT / "docs" / "performance.md"
RESULTS: Final = ROOT / "benchmarks" / "results"
NAMES: Final = ("peers", "scaling")
QUIET: Final = 0.7
"""The load up to which a machine counts as idle."""


def conditions(report: dict[str, Any]) -> str:
    """One paragraph: on what, and how quiet it was."""
    machine, settings = report["machine"], report["settings"]
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    size = f"{settings['megabases']:g} Mb genome, " if "megabases" in settings else ""
    return (
        f"{machine['processor']}; {machine['cores']} cores, {machine['system']}; "
        f"Python {machine['python']}, {versions}; {size}rounds: {settings['rounds']}. "
        f"Load of the machine when the run began: {machine['load']:g}.{_caution(machine)}"
    )


def _caution(machine: dict[str, Any]) -> str:
    return " **It was busy with other work: provisional figures.**" if machine["load"] > QUIET else ""


def section(report: dict[str, Any]) -> str:
    """What stands between the marks of a report."""
    if report["benchmark"] == "peers":
        table = as_markdown(HEAD, list(peer_rows(report["jobs"])))
    else:
        table = as_markdown(SCALING_HEAD, list(scaling_rows(report["rows"])))
    return f"{conditions(report)}\n\n{table}"


def renewed(page: str, reports: Sequence[dict[str, Any]]) -> str:
    """`page` with the sections of the reports in place of what stood there."""
    for report in reports:
        name = report["benchmark"]
        begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
        pattern = re.compile(f"({re.escape(begin)}\n).*?(\n{re.escape(end)})", re.DOTALL)
        text = section(report).replace("\\", r"\\")
        page, found = pattern.subn(rf"\g<1>\n{text}\n\g<2>", page)
        if found != 1:
            raise SystemExit(f"{PAGE.name} must have the marks {begin} and {end} once, found {found} times")
    return page


def kept_reports() -> list[dict[str, Any]]:
    """The reports in benchmarks/results/."""
    return [json.loads((RESULTS / f"{name}.json").read_text()) for name in NAMES if (RESULTS / f"{name}.json").exists()]


def main(given: Sequence[str] | None = None) -> None:
    """Take in new reports, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.page", description=__doc__)
    parser.add_argument("reports", nargs="*", type=Path)
    for path in parser.parse_args(given).reports:
        report = json.loads(path.read_text())
        (RESULTS / f"{report['benchmark']}.json").write_text(json.dumps(report, indent=1) + "\n")
    PAGE.write_text(renewed(PAGE.read_text(), kept_reports()))


if __name__ == "__main__":
    main()
