"""The suite catches what it is there for: plugins with planted faults fail the right test, in the contract's words."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gsynth.testing.clauses import CLAUSES, CLAUSES_OF, SUITE_CONTRACT

PLANTED = Path(__file__).with_name("planted")
_PAGE = runpy.run_path(str(PLANTED / "planted_table.py"))
TABLE, ROLE_OF = _PAGE["TABLE"], _PAGE["ROLE_OF"]
# A suite of its own, run once, and some minutes long.
pytestmark = pytest.mark.slow

FAULTS = [(role, fault) for role, faults in TABLE.items() for fault in faults]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """(class, plugin) -> test -> messages of the failures ('' for a pass)."""
    report = tmp_path_factory.mktemp("planted") / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "planted_table", "--tb=short",
               "--import-mode=importlib", f"--junitxml={report}", f"--rootdir={PLANTED}", "-c", os.devnull,
               str(PLANTED / "planted_suite.py")]  # fmt: skip
    done = subprocess.run(
        command, env={**os.environ, "PYTHONPATH": str(PLANTED)}, capture_output=True, text=True, check=False
    )
    assert report.exists(), done.stdout + done.stderr
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        test, _, parameters = case.get("name", "").partition("[")
        role = case.get("classname", "").rpartition(".")[2]
        names = [
            part for part in parameters.rstrip("]").split("-") if part in TABLE[role] or part.startswith("Healthy")
        ]
        problem = next((case.find(tag) for tag in ("failure", "error") if case.find(tag) is not None), None)
        if case.find("skipped") is not None:
            continue
        message = "" if problem is None else f"{problem.get('message')}\n{problem.text}"
        name = "Healthy" if names[0].startswith("Healthy") else names[0]
        found.setdefault((role, name), {}).setdefault(test, []).append(message)
    return found


@pytest.mark.parametrize("role", list(TABLE))
def test_healthy_twin_passes(outcomes, role):
    failed = {test: messages for test, messages in outcomes[role, "Healthy"].items() if any(messages)}
    assert not failed
    assert len(outcomes[role, "Healthy"]) >= (6 if role == "TestRegistration" else 11)


@pytest.mark.parametrize(("role", "fault"), FAULTS, ids=[f"{role}-{fault}" for role, fault in FAULTS])
def test_fault_is_caught(outcomes, role, fault):
    test, clause = TABLE[role][fault]
    failures = [message for message in outcomes[role, fault][test] if message]
    assert failures, f"{test} passed on {fault}"
    said = f"contract {SUITE_CONTRACT}, {clause}: {CLAUSES[clause]}.\nFound: "
    assert any(said in message for message in failures), failures[0]
    # An author who knows none of the suite's code must see the clause first, not a KeyError from somewhere.
    assert all(message.startswith(("Failed: contract ", "contract ")) for message in failures), failures


def test_every_planted_fault_is_in_the_table(outcomes):
    assert {key for key in outcomes if key[1] != "Healthy"} == set(FAULTS)
    assert len(FAULTS) >= 170


def test_all_roles_have_faults_and_their_clauses_are_of_the_role():
    assert set(ROLE_OF) == set(TABLE)
    assert {*ROLE_OF.values()} == {*CLAUSES_OF, "any"}
    for name, faults in TABLE.items():
        known = CLAUSES if ROLE_OF[name] == "any" else CLAUSES_OF[ROLE_OF[name]]
        assert {clause for _, clause in faults.values()} <= set(known)


def test_every_clause_has_caught_a_fault():
    caught = {clause for faults in TABLE.values() for _, clause in faults.values()}
    # The byte order shows in a golden file, as a model that does not come back.
    assert set(CLAUSES) - caught <= {"byte-order"}
