"""A comparison of real with synthetic sequence, as human-readable text."""

from __future__ import annotations

import math

from gsynth.cli.tables import table
from gsynth.evaluation.spectra import Comparison, StratumComparison

_HEADER = ["stratum", "", "windows", "A", "C", "G", "T", "CpG o/e", "{mer} r", "z"]


def compared(comparison: Comparison) -> str:
    """Two lines for each stratum, real and synthetic, and what the columns mean."""
    mer = f"{comparison.k + 1}-mer"
    header = [name.format(mer=mer) for name in _HEADER]
    rows = [row for stratum in (*comparison.strata, comparison.overall) for row in _rows(stratum)]
    return "\n".join(
        [
            table(header, rows, right=[False, False, *[True] * 8]),
            "",
            f"CpG o/e: observed-to-expected CpG ratio. {mer} r: correlation of the {mer} frequencies, both strands.",
            "z: distance of the sampled bases from the model, in standard deviations; |z| < 4 is within chance.",
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
