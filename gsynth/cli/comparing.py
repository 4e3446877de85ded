"""A comparison of real with synthetic sequence, as human-readable text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from gsynth.cli.tables import table
from gsynth.evaluation.comparing import Comparison
from gsynth.evaluation.matches import Match
from gsynth.evaluation.spectra import StratumComparison

_HEADER = ["stratum", "", "windows", "A", "C", "G", "T", "CpG o/e", "{mer} r", "z"]


def described(comparison: Comparison) -> str:
    """The verdict, a line for each check, and the strata if a model was given."""
    header = ["", "check", "found", "expected", ""]
    rows = [
        [check.verdict, check.name, _value(check.value), _expected(check.expected), check.text]
        for check in comparison.checks
    ]
    parts = [comparison.summary, "", table(header, rows, right=[False, False, True, True])]
    if comparison.leak.matches and comparison.check("leak").verdict != "pass":
        parts += ["", matches(comparison.leak.matches)]
    if comparison.strata:
        parts += ["", compared(comparison)]
    return "\n".join(parts)


def matches(found: Sequence[Match]) -> str:
    """The longest shared sequences, with their places."""
    rows = [
        [
            f"{match.length:,}",
            f"{match.real_contig}:{match.real_start:,}-{match.real_end:,}",
            f"{match.contig}:{match.start:,}-{match.end:,}",
            match.strand,
        ]
        for match in found
    ]
    header = ["shared", "in the real genome (0-based half-open)", "in the synthetic one", "strand"]
    return table(header, rows, right=[True])


def compared(comparison: Comparison) -> str:
    """Two lines for each stratum, real and synthetic, and what the columns mean."""
    mer = f"{comparison.by_stratum.k + 1}-mer"
    strands = "both strands" if comparison.by_stratum.overall.real.strands == "both" else "forward strand"
    header = [name.format(mer=mer) for name in _HEADER]
    rows = [row for stratum in (*comparison.strata, comparison.overall) for row in _rows(stratum)]
    return "\n".join(
        [
            table(header, rows, right=[False, False, *[True] * 8]),
            "",
            f"CpG o/e: observed-to-expected CpG ratio. {mer} r: correlation of the {mer} frequencies, {strands}.",
            "z: distance of the sampled bases from the model, as a standard normal; |z| < 4 is within chance.",
        ]
    )


def _rows(stratum: StratumComparison) -> list[list[str]]:
    rows = []
    for name, spectrum in (("real", stratum.real), ("synthetic", stratum.synthetic)):
        bases = [_number(value, 4) for value in spectrum.composition.tolist()]
        rows.append(["", name, f"{spectrum.total:,}", *bases, _number(spectrum.cpg, 3), "", ""])
    rows[0][0] = stratum.label
    rows[1][-2:] = [_number(stratum.correlation, 4), _number(stratum.z, 2)]
    return rows


def _number(value: float, digits: int) -> str:
    return "-" if math.isnan(value) else f"{value:.{digits}f}"


def _value(value: float | None) -> str:
    return "-" if value is None else f"{value:.5g}"


def _expected(expected: float | tuple[float, float] | None) -> str:
    if isinstance(expected, tuple):
        return " to ".join(_value(end) for end in expected)
    return _value(expected)
