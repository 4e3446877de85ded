"""The pages on plugins say what the suite tests."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import gsynth.plugins
from gsynth.plugins import CONTRACT, contracts
from gsynth.plugins.roles import ROLES
from gsynth.testing import golden
from gsynth.testing.clauses import CLAUSES_OF

HERE = Path(__file__).parent
PAGES = HERE.parents[1] / "docs" / "plugins"
_TABLE = runpy.run_path(str(HERE / "planted" / "planted_table.py"))
TABLE, ROLE_OF = _TABLE["TABLE"], _TABLE["ROLE_OF"]


def rows(text):
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in text.splitlines() if "|" in line]


def page(name):
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_version_of_the_contracts():
    assert page("contract").startswith(f"# The contracts, version {CONTRACT}\n")


def test_there_is_a_page_for_each_role():
    assert set(CLAUSES_OF) == set(ROLES)
    assert {row[0]: row[1] for row in rows(page("contract")) if len(row) == 3 and row[0] in ROLES} == {
        name: role.hook for name, role in ROLES.items()
    }


@pytest.mark.parametrize("role", CLAUSES_OF)
def test_every_clause_of_a_role_is_on_its_page(role):
    found = [line for line in page(role).splitlines() if line.startswith("- **")]
    assert found == [f"- **{name}**: {words}." for name, words in CLAUSES_OF[role].items()]


@pytest.mark.parametrize("role", CLAUSES_OF)
def test_the_page_of_a_role_says_where_to_begin(role):
    text = " ".join(page(role).split())
    plugin = ROLES[role]
    for word in (plugin.hook, plugin.descriptor.__name__, f"gsynth new-plugin {role} NAME", f"--gsynth-{role}"):
        assert word in text


def protocols():
    """The protocols of the contracts, and what else a plugin may use of `gsynth.plugins`."""
    return {name for name in gsynth.plugins.contracts.__all__ if isinstance(getattr(contracts, name), type)}


def test_every_protocol_is_on_a_page():
    shown = {name for role in CLAUSES_OF for name in re.findall(r"autoclass:: gsynth\.plugins\.(\w+)", page(role))}
    assert shown == protocols()
    # The hidden contract of tracks was found by its authors the hard way.
    assert shown <= set(gsynth.plugins.__all__)


def test_every_planted_fault_is_on_the_page():
    found = [(row[0], row[1], row[3], row[4]) for row in rows(page("suite")) if len(row) == 5]
    expected = [
        (ROLE_OF[name], fault, test, clause)
        for name, faults in TABLE.items()
        for fault, (test, clause) in faults.items()
    ]
    assert found[2:] == expected
    assert f"plant these {len(expected)} faults" in page("suite")


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
