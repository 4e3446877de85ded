"""The text forms of option values: tracks, priors, compositions, aliases, tables of cells."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import click

from gsynth.errors import FormatError, MissingFileError

PRIORS: Final = ("uniform", "marginal", "global")


def parse_track(text: str) -> tuple[str, str | dict[str, str]]:
    """``name=source``, the source a path, maybe with ``:column`` or ``:key=value,...`` behind it.

    Examples
    --------
    >>> parse_track("atac=signal.bw")
    ('atac', 'signal.bw')
    """
    name, _, source = text.partition("=")
    if not name.strip() or not source.strip():
        raise click.BadParameter(f"{text!r}: expected NAME=SOURCE, for example 'atac=atac.bw'")
    return name.strip(), _track_source(source.strip())


def _track_source(source: str) -> str | dict[str, str]:
    path, colon, rest = source.rpartition(":")
    # A colon may belong to the file's name, or to a source of another kind: only a file before it makes it ours.
    if not colon or Path(source).exists() or not Path(path).exists():
        return source
    if "=" not in rest:
        rest = f"column={rest}"
    options = [part.partition("=") for part in rest.split(",")]
    if not all(key.strip() and value.strip() for key, _, value in options):
        raise click.BadParameter(f"{source!r}: expected FILE:COLUMN or FILE:KEY=VALUE,..., for example 'x.bed:name'")
    return {"path": path, **{key.strip(): value.strip() for key, _, value in options}}


def parse_prior(text: str) -> str | list[float] | list[list[float]]:
    """A prior's name, its four numbers, or the rows of a file.

    Examples
    --------
    >>> parse_prior("0.3,0.2,0.2,0.3")
    [0.3, 0.2, 0.2, 0.3]
    """
    if text in PRIORS:
        return text
    numbers = _numbers(text.split(","))
    if numbers is not None and len(numbers) == 4:
        return numbers
    path = Path(text)
    if not path.is_file():
        raise click.BadParameter(
            f"{text!r} is neither {', '.join(PRIORS)}, four numbers with commas (A,C,G,T), nor a file of such rows"
        )
    return read_matrix(path)


def read_matrix(path: Path) -> list[list[float]]:
    """Rows of four numbers, A C G T, a row for each bin; commas, tabs or spaces between, ``#`` begins a comment."""
    rows = []
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            words = line.partition("#")[0].replace(",", " ").split()
            if not words:
                continue
            row = _numbers(words)
            if row is None or len(row) != 4:
                raise FormatError(f"{path}, line {number}: expected four numbers (A C G T), found {line.strip()!r:.80}")
            rows.append(row)
    if not rows:
        raise FormatError(f"{path} holds no rows of four numbers (A C G T)")
    return rows


def _numbers(words: Sequence[str]) -> list[float] | None:
    try:
        return [float(word) for word in words]
    except ValueError:
        return None


def parse_composition(text: str) -> dict[str, float]:
    """Weights of the bases, as ``A=0.3,C=0.2,G=0.2,T=0.3`` or the four numbers in that order.

    Examples
    --------
    >>> parse_composition("0.3,0.2,0.2,0.3") == parse_composition("T=0.3,A=0.3,C=0.2,G=0.2")
    True
    """
    parts = text.split(",")
    names = [
        part.partition("=")[0].strip().upper() if "=" in part else "ACGT"[i : i + 1] for i, part in enumerate(parts)
    ]
    weights = _numbers([part.rpartition("=")[2] for part in parts])
    if weights is None or sorted(names) != list("ACGT"):
        raise click.BadParameter(f"{text!r}: expected A=W,C=W,G=W,T=W or four numbers in that order")
    return dict(zip(names, weights, strict=True))


def parse_alias(texts: Sequence[str]) -> str | dict[str, str] | None:
    """One word or path, or a mapping from several ``name=name``.

    Examples
    --------
    >>> parse_alias(["NC_001133.9=chrI", "NC_001134.8=chrII"])
    {'NC_001133.9': 'chrI', 'NC_001134.8': 'chrII'}
    """
    pairs = [text.partition("=") for text in texts]
    if len(texts) == 1 and not (pairs[0][1] and not Path(texts[0]).exists()):
        return texts[0]
    if not texts:
        return None
    if not all(old and equals and new for old, equals, new in pairs):
        raise click.BadParameter("expected 'ucsc-ensembl', one file of two columns, or OLD=NEW several times")
    return {old: new for old, _, new in pairs}


def read_cells(path: Path) -> list[dict[str, Any]]:
    """Redirects of joint cells from a table with the columns from_1, to_1, from_2, ...; commas or tabs between."""
    if not path.is_file():
        raise MissingFileError(f"cell_merge: no file {str(path)!r}")
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = [line for line in file if line.strip() and not line.startswith("#")]
    rows = list(csv.reader(lines, delimiter="\t" if lines and "\t" in lines[0] else ","))
    header = [name.strip() for name in rows[0]] if rows else []
    dims = len(header) // 2
    ends = {end: [f"{end}_{i + 1}" for i in range(dims)] for end in ("from", "to")}
    if not dims or sorted(header) != sorted(ends["from"] + ends["to"]):
        raise FormatError(f"{path}: expected the columns from_1, to_1, from_2, to_2, ..., found {', '.join(header)!r}")
    return [_cell(path, number, dict(zip(header, row, strict=False)), ends) for number, row in enumerate(rows[1:], 1)]


def _cell(path: Path, number: int, row: dict[str, str], ends: dict[str, list[str]]) -> dict[str, Any]:
    try:
        return {end: [float(row[name]) for name in names] for end, names in ends.items()}
    except (KeyError, ValueError) as error:
        raise FormatError(f"{path}, row {number}: expected a number in each column, found {row}") from error
