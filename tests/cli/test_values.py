from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest

from gsynth.cli.results import plain
from gsynth.cli.tablefiles import read_cells
from gsynth.cli.values import parse_alias, parse_composition, parse_prior, parse_track
from gsynth.errors import FormatError
from gsynth.model.smoothing import NAMED_PRIORS


def test_priors(tmp_path: Path) -> None:
    table = tmp_path / "prior.txt"
    table.write_text("# A C G T\n1, 2, 3, 4\n\n0.1\t0.2 0.3,0.4  # second\n")
    assert [parse_prior(name) for name in NAMED_PRIORS] == list(NAMED_PRIORS)
    assert parse_prior("1,2,3,4") == [1.0, 2.0, 3.0, 4.0]
    assert parse_prior(str(table)) == [[1.0, 2.0, 3.0, 4.0], [0.1, 0.2, 0.3, 0.4]]


@pytest.mark.parametrize("text", ["", "1 2 3\n", "1 2 3 x\n"])
def test_a_bad_prior_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "prior.txt"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"prior\.txt"):
        parse_prior(str(path))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (parse_prior, "flat"),
        (parse_prior, "1,2,3"),
        (parse_track, "atac"),
        (parse_track, "=x.bw"),
        (parse_composition, "1,2,3"),
        (parse_composition, "A=1,C=1,G=1,A=1"),
        (parse_composition, "A=1,C=1,G=1,T=x"),
        (parse_alias, ["a=b", "c"]),
        (parse_alias, ["a=b", "=c"]),
    ],
)
def test_bad_values_are_wrong_usage(parse: Callable[[Any], Any], text: Any) -> None:
    with pytest.raises(click.BadParameter):
        parse(text)


def test_a_track_may_name_a_column_or_options_of_its_file(tmp_path: Path) -> None:
    path, odd = tmp_path / "x.bed", tmp_path / "y:4"
    path.touch()
    odd.touch()
    assert parse_track(f"s={path}:name") == ("s", {"path": str(path), "column": "name"})
    assert parse_track(f"s={path}:column=5, kind=number") == ("s", {"path": str(path), "column": "5", "kind": "number"})
    assert parse_track(f"s={odd}") == ("s", str(odd))
    with pytest.raises(click.BadParameter, match=r"https://host/x\.bw is an address, but gsynth reads local files"):
        parse_track("s=https://host/x.bw")
    with pytest.raises(click.BadParameter, match="COLUMN"):
        parse_track(f"s={path}:")


def test_values() -> None:
    assert parse_track("atac = a=b.bw") == ("atac", "a=b.bw")
    assert parse_composition("t=4,a=1,c=2,g=3") == {"A": 1.0, "C": 2.0, "G": 3.0, "T": 4.0}
    assert parse_alias([]) is None
    assert parse_alias(["ucsc-ensembl"]) == "ucsc-ensembl"
    assert parse_alias(["a=b", "c=d"]) == {"a": "b", "c": "d"}


@pytest.mark.parametrize("between", [",", "\t"])
def test_cells(tmp_path: Path, between: str) -> None:
    path = tmp_path / "cells.csv"
    path.write_text("from_1,from_2,to_1,to_2\n0.9,3,0.1,4\n1,2,3,4\n".replace(",", between))
    assert read_cells(path) == [{"from": [0.9, 3.0], "to": [0.1, 4.0]}, {"from": [1.0, 2.0], "to": [3.0, 4.0]}]


@pytest.mark.parametrize(
    "text", ["", "from_1\n1\n", "from_1,to_2\n1,2\n", "from_1,to_1\n1\n", "from_1,to_1\n1,x\n", "a,b\n1,2\n"]
)
def test_bad_cells_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cells.csv"
    path.write_text(text)
    with pytest.raises(FormatError, match=r"cells\.csv"):
        read_cells(path)


def test_json_has_only_what_json_knows() -> None:
    value = {"a": float("nan"), 1: (float("inf"), -float("inf")), "p": Path("x"), "b": True, "n": None}
    assert plain(value) == {"a": None, "1": ["inf", "-inf"], "p": "x", "b": True, "n": None}
