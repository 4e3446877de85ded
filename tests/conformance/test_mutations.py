"""The suite catches what it is there for: plugins with planted faults fail the right test, in the contract's words."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from gsynth.testing.clauses import CLAUSES, SUITE_CONTRACT

PLANTED = Path(__file__).with_name("planted")
TABLE = runpy.run_path(str(PLANTED / "planted_table.py"))["TABLE"]
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
        names = [part for part in parameters.rstrip("]").split("-") if part in TABLE[role] or part == "Healthy"]
        problem = next((case.find(tag) for tag in ("failure", "error") if case.find(tag) is not None), None)
        if case.find("skipped") is not None:
            continue
        message = "" if problem is None else f"{problem.get('message')}\n{problem.text}"
        found.setdefault((role, names[0]), {}).setdefault(test, []).append(message)
    return found


@pytest.mark.parametrize("role", list(TABLE))
def test_healthy_twin_passes(outcomes, role):
    failed = {test: messages for test, messages in outcomes[role, "Healthy"].items() if any(messages)}
    assert not failed
    assert len(outcomes[role, "Healthy"]) >= 12


@pytest.mark.parametrize(("role", "fault"), FAULTS, ids=[f"{role}-{fault}" for role, fault in FAULTS])
def test_fault_is_caught(outcomes, role, fault):
    test, clause = TABLE[role][fault]
    failures = [message for message in outcomes[role, fault][test] if message]
    assert failures, f"{test} passed on {fault}"
    said = f"contract {SUITE_CONTRACT}, {clause}: {CLAUSES[clause]}."
    assert any(said in message for message in failures), failures[0]


def test_every_planted_fault_is_in_the_table(outcomes):
    assert {key for key in outcomes if key[1] != "Healthy"} == set(FAULTS)
    assert len(FAULTS) >= 12
