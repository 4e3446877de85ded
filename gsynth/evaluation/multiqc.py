"""A comparison as custom content for MultiQC: one row of a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gsynth.evaluation.checks import VERDICTS
from gsynth.evaluation.comparing import Comparison
from gsynth.evaluation.writing import written
from gsynth.files import PathLike


def multiqc_content(comparison: Comparison, sample: str) -> dict[str, Any]:
    """The custom content (``plot_type: table``) with a column for the verdict and for each check's value."""
    columns: dict[str, Any] = {
        "verdict": {
            "title": "Verdict",
            "description": "The worst verdict of all checks",
            "cond_formatting_rules": {
                name: [{"s_eq": verdict}] for name, verdict in zip(VERDICTS, VERDICTS, strict=True)
            },
        }
    }
    row: dict[str, Any] = {"verdict": comparison.verdict}
    for check in comparison.checks:
        columns[check.name] = {"title": check.name, "description": check.about, "scale": False}
        columns[f"{check.name}_verdict"] = {"title": f"{check.name}?", "hidden": True, "scale": False}
        row[check.name] = check.value
        row[f"{check.name}_verdict"] = check.verdict
    return {
        "id": "gsynth_compare",
        "section_name": "gsynth compare",
        "description": "Synthetic genomes compared with the real one.",
        "plot_type": "table",
        "pconfig": {"id": "gsynth_compare_table", "title": "gsynth: synthetic genomes", "no_violin": True},
        "headers": columns,
        "data": {sample: row},
    }


def write_multiqc(comparison: Comparison, path: PathLike, sample: str) -> None:
    """Write the custom content as JSON; `sample` is the name of the row."""
    text = json.dumps(multiqc_content(comparison, Path(sample).name), indent=2, ensure_ascii=False, allow_nan=False)
    written(Path(path), text + "\n")
