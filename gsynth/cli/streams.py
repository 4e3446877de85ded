"""Inputs from standard input and pipes, and outputs to files and streams."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

import click

from gsynth.cli.console import console_of
from gsynth.errors import ArgumentError

STREAM: Final = "-"
STDOUT: Final = (STREAM, "/dev/stdout")

# Where the system shows a process its open files: renaming onto such a name would destroy it.
_OPEN_FILES: Final = ("/dev/stdout", "/dev/stderr", "/dev/fd/", "/proc/self/fd/")


def spooled(context: click.Context, path: str, what: str) -> str:
    """`path` itself; for ``-`` (standard input) and pipes a temporary copy, which is removed when the command ends."""
    # A genome is read at random and a model more than once (its kind, then its content); a pipe allows neither.
    if path != STREAM and not _is_pipe(path):
        return path
    folder = context.with_resource(tempfile.TemporaryDirectory(prefix="gsynth-"))
    copy = os.path.join(folder, what)
    with open(copy, "wb") as file:
        if path == STREAM:
            shutil.copyfileobj(_stdin(context, what), file)
        else:
            with open(path, "rb") as pipe:
                shutil.copyfileobj(pipe, file)
    return copy


def _is_pipe(path: str) -> bool:
    try:
        return stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):  # ValueError: a NUL in the name
        return False


def _stdin(context: click.Context, what: str) -> BinaryIO:
    console = console_of(context)
    if console.stdin_for is not None:
        raise click.UsageError(f"standard input cannot be both the {console.stdin_for} and the {what}", context)
    console.stdin_for = what
    # None if the process was started with standard input closed.
    if sys.stdin is None:
        raise ArgumentError(f"cannot read the {what} from standard input, which is closed")
    return sys.stdin.buffer


def is_stream(path: str) -> bool:
    """True for ``-``, for a pipe or a device, and for a name of one of the process's open files."""
    if path == STREAM or path.startswith(_OPEN_FILES):
        return True
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def name_of(output: str) -> str:
    """The name of an output in notes."""
    return "standard output" if output in STDOUT else output


@contextmanager
def opened_stream(output: str) -> Iterator[BinaryIO]:
    """The stream that `output` names, for bytes."""
    if output in STDOUT:
        if sys.stdout is None:
            raise ArgumentError("cannot write the data to standard output, which is closed")
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    else:
        with open(output, "wb") as file:
            yield file


@contextmanager
def sequence_output(output: str) -> Iterator[str | BinaryIO]:
    """The output to pass to the API: the path, which it writes whole or not at all, or the open stream."""
    if is_stream(output):
        with opened_stream(output) as stream:
            yield stream
    else:
        yield output
