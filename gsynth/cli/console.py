"""What the command line says in addition to its data: notes, warnings and errors, all on standard error."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import click

from gsynth.cli.wording import in_options
from gsynth.errors import printable

LOGGER = "gsynth"


class Console:
    """Standard error, and how much of it is wanted.

    Attributes
    ----------
    verbosity : int
        Below 0, warnings and errors only; 0, notes as well; above 0, details as well.
    debug : bool
        Show the traceback of an error.
    stdin_for : str or None
        What standard input was read for; it can be read only once.
    """

    def __init__(self) -> None:
        self.verbosity = 0
        self.debug = False
        self.stdin_for: str | None = None
        self._warned: set[str] = set()
        self._told: set[str] = set()

    @property
    def progress(self) -> bool | None:
        """The API's `progress`: None for a bar on a terminal, False for none at all."""
        return False if self.verbosity < 0 else None

    def note(self, text: str) -> None:
        """Say what was done."""
        if self.verbosity >= 0:
            self._say(f"gsynth: {text}")

    def detail(self, text: str) -> None:
        """Say more, if more is wanted; the same text is shown only once."""
        if self.verbosity > 0 and text not in self._told:
            self._told.add(text)
            self._say(f"gsynth: {text}")

    def warn(self, text: str) -> None:
        """Warn; the same text is shown only once."""
        text = in_options(text)
        if text not in self._warned:
            self._warned.add(text)
            self._say(f"gsynth: warning: {text}")

    def error(self, text: str) -> None:
        """Say what went wrong."""
        self._say(f"gsynth: error: {in_options(text)}")

    def usage(self, error: click.UsageError) -> None:
        """Say what is wrong with the command line, and how to learn more."""
        if error.ctx is not None:
            self._say(error.ctx.get_usage())
            self._say(f"Try '{error.ctx.command_path} --help' for help.")
        self.error(error.format_message())

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Within the block, the library's warnings and log records appear on this console."""
        handler = _Handler(self)
        logger = logging.getLogger(LOGGER)
        level, propagate = logger.level, logger.propagate
        logger.addHandler(handler)
        # The logger lets every record through: how much to show is known only when the options have been parsed, inside
        # the block, so the handler decides.
        logger.setLevel(logging.DEBUG)
        # Handlers of the root logger, those of a program that calls `main` for example, would show each record again.
        logger.propagate = False
        try:
            with warnings.catch_warnings():
                # PYTHONWARNINGS=ignore must not hide a warning about the result; `warn` drops repeated texts itself.
                warnings.simplefilter("always", UserWarning)
                warnings.showwarning = self._show_warning
                yield
        finally:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        self.warn(str(message))

    def _say(self, text: str) -> None:
        # That nobody reads the notes is no reason to fail.
        with contextlib.suppress(OSError, ValueError):
            click.echo(printable(text), err=True)


class _Handler(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            self._console.warn(text)
        elif record.levelno >= logging.INFO:
            self._console.note(text)
        else:
            self._console.detail(text)


def console_of(context: click.Context) -> Console:
    """The console of a command."""
    console: Any = context.find_root().obj
    return console if isinstance(console, Console) else context.ensure_object(Console)
