"""Runs a command, and turns whatever ends it into a message and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final, NoReturn

import click

from gsynth.cli.console import Console
from gsynth.cli.signals import Terminated, terminable
from gsynth.errors import GsynthError

OK: Final = 0
FAILURE: Final = 1
USAGE: Final = 2
# 128 + SIGINT, as shells report it.
INTERRUPTED: Final = 130


class Program(click.Group):
    """A group whose `main` keeps the promises of the command line: exit codes, and messages without tracebacks."""

    def main(  # type: ignore[override]  # click's own may return instead of exiting
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        """Run the command line `args` (that of the process by default) and leave with its exit code."""
        name = prog_name or "gsynth"
        # A shell that asks for completions speaks click's own protocol, on standard output and in exit codes.
        if f"_{name.upper()}_COMPLETE" in os.environ:
            sys.exit(super().main(args=args, prog_name=name, **extra))
        arguments = sys.argv[1:] if args is None else list(args)
        _open_standard_streams()
        console = Console()

        def command() -> None:
            with self.make_context(name, arguments, obj=console) as context:
                self.invoke(context)

        # A signal is handled inside, so that temporary files are removed before the process exits.
        with console.listening(), terminable():
            code = exit_code(command, console)
        sys.exit(code)


def _open_standard_streams() -> None:
    """Lead standard streams that are closed to nowhere: a file would get their number, and what is meant for them."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            # The lowest number that is free: this one.
            os.open(os.devnull, os.O_RDWR)


def exit_code(command: Callable[[], None], console: Console) -> int:
    """Run `command`; what it raises becomes a message on `console` and an exit code."""
    try:
        command()
        # Here, where a full disk or a closed pipe can still become a message and an exit code.
        _flush()
    except click.exceptions.Exit as error:
        return _flushed(error.exit_code)
    except click.UsageError as error:
        console.usage(error)
        return USAGE
    except click.ClickException as error:
        console.error(error.format_message())
        return error.exit_code
    except BrokenPipeError:
        # The reader of our output has enough of it (`| head`); the interpreter must not try to write the rest at exit.
        # Before OSError, of which this is a kind.
        _forget_stdout()
        return FAILURE
    except KeyboardInterrupt:
        _tell(console, "interrupted")
        return INTERRUPTED
    except Terminated as error:
        _tell(console, str(error))
        return error.code
    except (GsynthError, OSError) as error:
        _tell(console, message_of(error))
        return FAILURE
    except MemoryError as error:
        _tell(console, f"out of memory: {error}".rstrip(": "))
        return FAILURE
    except Exception as error:
        _tell(console, f"{type(error).__name__}: {error} (a defect of gsynth or of a plugin; --debug shows where)")
        return FAILURE
    return OK


def message_of(error: Exception) -> str:
    """What a user sees of an error: its message; for system errors the file and the reason.

    Examples
    --------
    >>> message_of(FileNotFoundError(2, "No such file or directory", "x.fa"))
    'x.fa: No such file or directory'
    """
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return str(error) or type(error).__name__


def _tell(console: Console, message: str) -> None:
    if console.debug:
        traceback.print_exc()
    console.error(message)


def _flush() -> None:
    if sys.stdout is not None:
        sys.stdout.flush()


def _flushed(code: int) -> int:
    try:
        _flush()
    except BrokenPipeError:
        _forget_stdout()
    return code


def _forget_stdout() -> None:
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        pass  # a stdout that is not a file has nothing to write at exit
