"""The pages on plugins say what the suite tests."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from gsynth.plugins import CONTRACT
from gsynth.testing import golden
from gsynth.testing.clauses import CLAUSES

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "plugins"
TABLE = runpy.run_path(str(HERE / "planted" / "planted_table.py"))["TABLE"]


@pytest.fixture(scope="module")
def contract():
    return (PAGES / "contract.md").read_text(encoding="utf-8")


def rows(text):
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line]


def test_version_of_the_contracts(contract):
    assert contract.startswith(f"# The contracts, version {CONTRACT}\n")


def test_every_clause_is_on_the_page(contract):
    found = [line for line in contract.splitlines() if line.startswith("- **")]
    assert sorted(found) == sorted(f"- **{name}**: {words}." for name, words in CLAUSES.items())


def test_every_planted_fault_is_on_the_page(contract):
    found = [(row[0], row[1], row[3], row[4]) for row in rows(contract) if len(row) == 5]
    expected = [
        (role.removeprefix("Test").lower(), fault, test, clause)
        for role, faults in TABLE.items()
        for fault, (test, clause) in faults.items()
    ]
    assert found[2:] == expected


def test_vectors_of_the_shuffle():
    found = rows((PAGES / "shuffle.md").read_text(encoding="utf-8"))
    expected = [
        [case["name"], str(case["order"] + 1), case["codes"], run["key"], run["gamma"], str(run["position"]),
         case["expected"]]
        for case in golden.read("shuffling")["cases"] for run in case["runs"] if len(case["runs"]) == 1
    ]  # fmt: skip
    assert [row for row in found if len(row) == 7][2:] == expected


def test_vectors_of_the_random_stream():
    found = rows((PAGES / "random-stream.md").read_text(encoding="utf-8"))
    cases = golden.read("random_stream")["cases"]
    streams = [[*(str(case[name]) for name in ("seed", "contig", "sample", "repeat")), *case["expected"]]
               for case in cases if "seed" in case]  # fmt: skip
    numbers = [[case["key"], case["gamma"], str(case["start"]), ", ".join(map(str, case["expected"]))]
               for case in cases if "key" in case]  # fmt: skip
    assert [row for row in found if len(row) == 6][2:] == streams
    assert [row for row in found if len(row) == 4][2:] == numbers
