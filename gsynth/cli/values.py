"""The text forms of option values: tracks, priors, compositions, aliases."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import click

from gsynth.errors import ArgumentError
from gsynth.files.words import number

PRIORS: Final = ("uniform", "marginal", "global")


def parse_track(text: str) -> tuple[str, str | dict[str, str]]:
    """``NAME=SOURCE`` (see `gsynth.tracks.options.parse_source`).

    Examples
    --------
    >>> parse_track("atac=signal.bw")
    ('atac', 'signal.bw')
    """
    from gsynth.tracks.options import parse_track_option

    try:
        return parse_track_option(text)
    except ArgumentError as error:
        raise click.BadParameter(str(error)) from None


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
    if not os.path.exists(text):
        near = difflib.get_close_matches(text, PRIORS, n=1)
        meant = f"; did you mean {near[0]!r}?" if near else ""
        raise click.BadParameter(
            f"{text!r} is neither {', '.join(PRIORS)}, nor four numbers with commas (A,C,G,T), nor a file of such rows"
            f"{meant}"
        )
    from gsynth.cli.tablefiles import read_matrix

    return read_matrix(text)


def _numbers(words: Sequence[str]) -> list[float] | None:
    found = [number(word.strip()) for word in words]
    values = [value for value in found if value is not None]
    return values if len(values) == len(found) else None


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
    # A file that exists is a file, even if its name has an '='.
    if len(texts) == 1 and not (pairs[0][1] and not Path(texts[0]).exists()):
        return texts[0]
    if not texts:
        return None
    if not all(old and equals and new for old, equals, new in pairs):
        raise click.BadParameter("expected 'ucsc-ensembl', one file of two columns, or OLD=NEW several times")
    table: dict[str, str] = {}
    for old, _, new in pairs:
        if table.setdefault(old, new) != new:
            raise click.BadParameter(f"{old!r} is mapped to {table[old]!r} and to {new!r}; a name has one meaning")
    return table
