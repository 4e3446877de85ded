"""The conda recipe, the citation and the Galaxy wrappers say what the package says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
import yaml

import gsynth
from gsynth.cli.commands import main

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
TOOLS = sorted((ROOT / "galaxy").glob("gsynth_*.xml"))
# Where conda-forge's name is not PyPI's.
CONDA_NAMES = {"isal": "python-isal", "matplotlib": "matplotlib-base"}


def recipe() -> dict[str, Any]:
    """The recipe as conda reads it: variables filled in, functions of conda-build as their own words."""
    text = (ROOT / "conda/meta.yaml").read_text()
    names = dict(re.findall(r'\{% set (\w+) = "([^"]*)" %\}', text))
    text = re.sub(r"\{%.*?%\}", "", text)
    for name, value in names.items():
        text = re.sub(rf"\{{\{{ {name} \}}\}}", value, text)
    text = text.replace("{{ name[0] }}", names["name"][0])
    made: dict[str, Any] = yaml.safe_load(re.sub(r"\{\{ (.*?) \}\}", lambda found: repr(found[1]).strip("'"), text))
    return made


def test_the_recipe_is_of_this_version_and_these_requirements() -> None:
    made = recipe()
    assert made["package"] == {"name": "gsynth", "version": gsynth.__version__}
    assert made["source"]["url"].endswith(f"/g/gsynth/gsynth-{gsynth.__version__}.tar.gz")
    wanted = {"python"}
    for line in PROJECT["project"]["dependencies"]:
        name, version = re.match(r"([\w-]+)\s*(>=[\w.]+)", line).groups()  # type: ignore[union-attr]  # each has a version
        wanted.add(f"{CONDA_NAMES.get(name, name)} {version}")
    assert set(made["requirements"]["run"]) == wanted
    pairs = [re.match(r"([\w-]+)(.*)", line) for line in PROJECT["build-system"]["requires"]]
    host = {f"{pair[1]} {pair[2]}".lower() for pair in pairs if pair}
    assert host | {"python", "pip"} == set(made["requirements"]["host"])
    low = PROJECT["project"]["requires-python"].removeprefix(">=3.")
    assert f"[py<3{low}]" in (ROOT / "conda/meta.yaml").read_text()


def test_the_recipe_tests_what_it_builds() -> None:
    made = recipe()
    assert "gsynth_cython._kernels" in made["test"]["imports"]
    assert made["about"]["license"] == PROJECT["project"]["license"]
    assert (ROOT / made["about"]["license_file"]).is_file()
    assert {"home", "summary", "license_family"} <= set(made["about"])
    commands = [line.split() for line in made["test"]["commands"] if line.startswith("gsynth ")]
    assert not [words for words in commands if words[1] not in {*main.commands, "--version"}]


def test_the_citation_is_of_this_version() -> None:
    made = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert {"cff-version", "message", "title", "authors"} <= set(made)
    assert str(made["version"]) == gsynth.__version__
    assert made["license"] == PROJECT["project"]["license"]


def expanded(path: Path) -> str:
    """A wrapper's command, the tokens of the macros filled in."""
    macros = ElementTree.parse(ROOT / "galaxy/macros.xml").getroot()
    command = ElementTree.parse(path).getroot().findtext("command") or ""
    for token in macros.findall("token"):
        command = command.replace(token.attrib["name"], token.text or "")
    return command


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.stem)
def test_a_wrapper_uses_options_that_exist(path: Path) -> None:
    command = expanded(path)
    called = re.search(r"\bgsynth ([\w-]+)", command)
    assert called is not None
    options = [param for param in main.commands[called[1]].params if isinstance(param, click.Option)]
    names = {name for param in options for name in (*param.opts, *param.secondary_opts)}
    used = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*", command[called.end() :]))
    params = list(ElementTree.parse(path).getroot().iter("param"))
    values = {param.get(key) for param in params for key in ("truevalue", "falsevalue")} - {None, ""}
    assert len(used) > 4
    assert not {option for option in used | values if option not in names}
    declared = {param.get("argument") for param in params} - {None}
    assert declared <= names


@pytest.mark.parametrize("path", TOOLS, ids=lambda path: path.stem)
def test_a_wrapper_has_tests_with_files_that_exist(path: Path) -> None:
    root = ElementTree.parse(path).getroot()
    assert root.findall("tests/test")
    files = [param.attrib["value"] for param in root.findall("tests/test//param") if param.get("ftype")]
    assert files
    assert not [name for name in files if not (ROOT / "galaxy/test-data" / name).is_file()]


def test_the_wrappers_are_of_this_version() -> None:
    assert len(TOOLS) == 3
    macros = ElementTree.parse(ROOT / "galaxy/macros.xml").getroot()
    tokens = {token.attrib["name"]: token.text for token in macros.findall("token")}
    assert tokens["@TOOL_VERSION@"] == gsynth.__version__
