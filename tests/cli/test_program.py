from __future__ import annotations

import warnings
from collections.abc import Callable

import click
import pytest

from gsynth.cli.console import Console
from gsynth.cli.program import exit_code
from gsynth.cli.signals import Terminated
from gsynth.errors import ArgumentError


def _raising(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ArgumentError("k must be 1"), 1, "gsynth: error: k must be 1\n"),
        (FileNotFoundError(2, "No such file", "x.fa"), 1, "gsynth: error: x.fa: No such file\n"),
        (OSError(28, "No space left on device"), 1, "gsynth: error: No space left on device\n"),
        (EOFError("short"), 1, "gsynth: error: EOFError: short (a defect"),
        (KeyError("x"), 1, "gsynth: error: KeyError: 'x' (a defect"),
        (MemoryError(), 1, "gsynth: error: out of memory\n"),
        (click.ClickException("no"), 1, "gsynth: error: no\n"),
        (click.UsageError("what?"), 2, "gsynth: error: what?\n"),
        (KeyboardInterrupt(), 130, "gsynth: error: interrupted\n"),
        (Terminated(15), 143, "gsynth: error: ended by SIGTERM\n"),
        (click.exceptions.Exit(3), 3, ""),
    ],
)
def test_what_ends_a_command(error: BaseException, code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code(_raising(error), Console()) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(says)
    assert "Traceback" not in err


def test_warnings_are_said_once_and_the_process_is_left_as_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    before = warnings.showwarning
    with Console().listening():
        for _ in range(2):
            warnings.warn("odd", UserWarning, stacklevel=1)
        warnings.warn("even", UserWarning, stacklevel=1)
    assert capsys.readouterr().err == "gsynth: warning: odd\ngsynth: warning: even\n"
    assert warnings.showwarning is before


@pytest.mark.parametrize(("verbosity", "said"), [(-1, "w"), (0, "nw"), (1, "dnw")])
def test_verbosity(verbosity: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    import logging

    console = Console()
    console.verbosity = verbosity
    with console.listening():
        logger = logging.getLogger("gsynth.part")
        logger.debug("d")
        logger.info("n")
        logger.warning("w")
    assert "".join(line[-1] for line in capsys.readouterr().err.splitlines()) == said
