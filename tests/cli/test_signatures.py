"""Every parameter of the API has an option of its name and default."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import click
import pytest

import gsynth
from gsynth.blocks.modelled import INITS
from gsynth.cli import main
from gsynth.cli.values import PRIORS
from gsynth.model.smoothing import NAMED_PRIORS
from gsynth.outputs import OUTPUT_FORMATS

PAIRS = [
    ("train", gsynth.gsynth_train),
    ("sample", gsynth.gsynth_sample),
    ("random", gsynth.gsynth_random),
    ("replace-kmer", gsynth.gsynth_replace_kmer),
    ("score", gsynth.gsynth_score),
    ("compare", gsynth.gsynth_compare),
    ("select-order", gsynth.gsynth_select_order),
    ("forbid-kmer", gsynth.gsynth_forbid_kmer),
    ("merge", gsynth.gsynth_merge),
    ("convert", gsynth.gsynth_convert),
]
EXTRA = {
    "train": {"bin_merge", "format", "compress", "overwrite"},
    "sample": {"model_format"},
    "score": {"model_format"},
    "select-order": {"html", "overwrite"},
    "compare": {"model_format", "html", "multiqc", "fail_on", "overwrite"},
    "merge": {"format", "compress", "overwrite"},
    "forbid-kmer": {"format", "compress", "model_format", "overwrite"},
}
OF_THE_COMMAND_LINE = {"quiet", "verbose", "debug", "as_json", "genome_option", "output", "help", "max_memory"}
OF_PYTHON = {"report"}
NO_VALUE = {None, inspect.Parameter.empty}


def _options(name: str) -> dict[str, click.Parameter]:
    return {str(param.name): param for param in main.commands[name].params}


@pytest.mark.parametrize(("name", "function"), PAIRS)
def test_options_are_the_parameters(name: str, function: Callable[..., Any]) -> None:
    expected = set(inspect.signature(function).parameters) | EXTRA.get(name, set())
    assert set(_options(name)) - OF_THE_COMMAND_LINE == expected - OF_THE_COMMAND_LINE - OF_PYTHON


@pytest.mark.parametrize(("name", "function"), PAIRS)
def test_defaults_are_the_same(name: str, function: Callable[..., Any]) -> None:
    options = _options(name)
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name in OF_THE_COMMAND_LINE or parameter.default in NO_VALUE:
            continue
        assert options[parameter.name].to_info_dict()["default"] == parameter.default, parameter.name


def test_choices_are_the_same() -> None:
    choices = {n: o.type.choices for n, o in _options("sample").items() if isinstance(o.type, click.Choice)}
    assert tuple(choices["init"]) == INITS
    # In memory is no place for a command to write to.
    assert {*choices["output_format"]} == {*OUTPUT_FORMATS} - {"vector"}
    assert PRIORS == NAMED_PRIORS


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_option_says_what_it_does(name: str) -> None:
    for option in _options(name).values():
        if isinstance(option, click.Option):
            assert option.help, option.name
