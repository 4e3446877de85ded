"""Figures as tables: for a terminal, and in Markdown for the documentation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

HEAD: Final = (
    "job",
    "who",
    "best ns/base",
    "median",
    "processor time",
    "times faster",
    "target",
    "met",
    "peak MB",
    "same answer",
)
_WORDS: Final = {True: "yes", False: "no", None: ""}


def peer_rows(figures: Sequence[dict[str, Any]]) -> Iterator[list[str]]:
    """A line for each job and contestant."""
    for job in figures:
        for i, result in enumerate(job["results"]):
            title = job["title"] if i == 0 else ""
            if "error" in result:
                yield [title, result["label"], "failed: " + result["error"][:60], *[""] * 7]
                continue
            yield [
                title,
                result["label"],
                f"{result['best_ns']:.2f}",
                f"{result['median_ns']:.2f}",
                f"{result['cpu_ns']:.2f}",
                "" if result["ratio"] is None else f"{result['ratio']:.1f}",
                _target(job, result),
                _WORDS[result["met"]],
                str(result["peak_mb"]),
                _WORDS[job["same_answer"]] if i == 0 else "",
            ]


def _target(job: dict[str, Any], result: dict[str, Any]) -> str:
    if result["met"] is None:
        return ""
    return f"{job['reference_ns']:g} ns" if result["name"] == "numpy" else f"{job['target']:g}x"


SCALING_HEAD: Final = ("job", "who", "Mb", "best ns/base", "peak MB beyond the model", "at most", "met")


def scaling_rows(figures: Sequence[dict[str, Any]]) -> Iterator[list[str]]:
    """A line for each job, contestant and size."""
    for row in figures:
        who = [row["title"], row["label"], f"{row['megabases']:g}"]
        if "error" in row:
            yield [*who, "failed: " + row["error"][:60], "", "", ""]
            continue
        yield [*who, f"{row['best_ns']:.2f}", str(row["peak_mb"]), str(row["limit_mb"]), _WORDS[row["met"]]]


def as_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(head))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in lines)


def as_markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), ["---"] * len(head), *map(list, rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
