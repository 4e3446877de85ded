"""What the command line says beside its data: notes, warnings and errors, all on standard error."""

from __future__ import annotations

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import click

LOGGER = "gsynth"


class Console:
    """Standard error, and how much of it is wanted.

    Attributes
    ----------
    verbosity : int
        Below 0 warnings and errors alone; 0 notes too; above 0 details too.
    debug : bool
        Show the traceback of an error.
    stdin_for : str or None
        What standard input was read for; it can be read once.
    """

    def __init__(self) -> None:
        self.verbosity = 0
        self.debug = False
        self.stdin_for: str | None = None
        self._warned: set[str] = set()

    @property
    def progress(self) -> bool | None:
        """What the API's `progress` is: a bar on a terminal (None), or none at all."""
        return False if self.verbosity < 0 else None

    def note(self, text: str) -> None:
        """Say what was done."""
        if self.verbosity >= 0:
            self._say(f"gsynth: {text}")

    def warn(self, text: str) -> None:
        """Warn, of the same thing once."""
        if text not in self._warned:
            self._warned.add(text)
            self._say(f"gsynth: warning: {text}")

    def error(self, text: str) -> None:
        """Say what went wrong."""
        self._say(f"gsynth: error: {text}")

    def usage(self, error: click.UsageError) -> None:
        """Say what is wrong with the command line, and how to learn more."""
        if error.ctx is not None:
            self._say(error.ctx.get_usage())
            self._say(f"Try '{error.ctx.command_path} --help' for help.")
        self.error(error.format_message())

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Within the block the library's warnings and log records are said here."""
        handler = _Handler(self)
        logger = logging.getLogger(LOGGER)
        level, propagate = logger.level, logger.propagate
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
        logger.propagate = False
        try:
            with warnings.catch_warnings():
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
        # Nobody listening is no reason to fail.
        with contextlib.suppress(BrokenPipeError):
            click.echo(text, err=True)


class _Handler(logging.Handler):
    def __init__(self, console: Console) -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.levelno >= logging.WARNING:
            self._console.warn(text)
        elif record.levelno >= logging.INFO or self._console.verbosity > 0:
            self._console.note(text)


def console_of(context: click.Context) -> Console:
    """The console of a command."""
    console: Any = context.find_root().obj
    return console if isinstance(console, Console) else context.ensure_object(Console)
