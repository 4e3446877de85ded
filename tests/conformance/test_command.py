"""The suite as a command, with no code: options choose what is tested, an unknown name fails in words."""

from __future__ import annotations

import subprocess
import sys

import pytest

import gsynth.testing.pytest_plugin as pytest_plugin


def run_suite(folder, *arguments):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error", "--pyargs",
               "gsynth.testing.suite", *arguments]  # fmt: skip
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def collected(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return {line.split("::")[1] for line in done.stdout.splitlines() if "::" in line}


def test_everything_without_options(tmp_path):
    found = collected(run_suite(tmp_path, "--collect-only"))
    assert found == {f"Test{role.capitalize()}" for role in pytest_plugin.ROLES} | {"TestRegistration"}


def test_only_what_is_asked_for(tmp_path):
    done = run_suite(tmp_path, "--collect-only", "--gsynth-counter", "numpy", "--gsynth-track", "gc")
    assert collected(done) == {"TestRegistration", "TestCounter", "TestTrack"}
    assert "numba" not in done.stdout


def test_a_green_run_by_name(tmp_path):
    done = run_suite(tmp_path, "--gsynth-counter", "numpy", "--gsynth-track", "gc", "-k", "not any_block and not order")
    assert done.returncode == 0, done.stdout
    assert " passed" in done.stdout


def test_a_genome_by_path(tmp_path):
    (tmp_path / "g.fa").write_text(">a\nACGT\nNNac\ngt\n>b\nTT\n")
    done = run_suite(tmp_path, "--gsynth-genome", str(tmp_path / "g.fa"), "--gsynth-track", "n_frac")
    assert done.returncode == 0, done.stdout
    assert "TestCounter" not in done.stdout


def test_unknown_name(tmp_path):
    done = run_suite(tmp_path, "--gsynth-sampler", "nunpy", "-k", "test_empty_block", "-x")
    assert done.returncode == 1
    assert "no sampler is named 'nunpy'; installed: " in done.stdout


def test_help_tells_of_the_options(tmp_path):
    done = run_suite(tmp_path, "--help")
    for role in pytest_plugin.ROLES:
        assert f"--gsynth-{role}" in done.stdout


@pytest.mark.parametrize("module", ["numpy", "attrs", "yaml", "hypothesis", "gsynth.plugins"])
def test_every_pytest_run_stays_light(module):
    code = (
        "import sys, pytest\nbefore = set(sys.modules)\nimport gsynth.testing.pytest_plugin\n"
        f"assert {module!r} not in set(sys.modules) - before"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
