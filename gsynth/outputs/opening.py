"""Where sampled sequence goes: strings, FASTA with its index, or raw bases; files appear whole or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final

from gsynth.errors import ArgumentError, ArgumentTypeError, MissingFileError
from gsynth.outputs.fasta import FastaSink
from gsynth.outputs.placed import Target
from gsynth.outputs.raw import RawSink
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Sink
from gsynth.outputs.strings import StringSink

OUTPUT_FORMATS: Final = ("fasta", "seq", "misha", "vector")


def check_output(output: Any, output_format: str) -> None:
    """Refuse early what `open_sink` could not write."""
    if output_format not in OUTPUT_FORMATS:
        raise ArgumentError(f"output_format must be one of {', '.join(OUTPUT_FORMATS)}, found {output_format!r}")
    if output is None or output_format == "vector" or hasattr(output, "write"):
        return
    if not isinstance(output, str | os.PathLike):
        raise ArgumentTypeError(f"output must be a path, a binary file or None, found {type(output).__name__}")
    path = Path(output)
    if path.is_dir():
        raise ArgumentError(f"output {path} is a folder; name a file in it")
    if path.exists() and not path.is_file():
        raise ArgumentError(f"output {path} is not a plain file and would be replaced; pass an open binary file")
    if not path.parent.is_dir():
        raise MissingFileError(f"the folder {path.parent} of output {path.name} does not exist")
    if path.suffix in {".gz", ".bgz"}:
        raise ArgumentError(f"output {path} asks for compression: write {path.with_suffix('')} and run bgzip on it")


@contextmanager
def open_sink(output: Any, output_format: str, records: Records) -> Iterator[Sink]:
    """The sink for an output of `records`; a path gets its content, and a FASTA its `.fai`, when all went well."""
    if output is None or output_format == "vector":
        yield StringSink()
    elif hasattr(output, "write"):
        yield _file_sink(Target(output), output_format, records)
        output.flush()
    else:
        path = Path(output)
        index = path.with_name(path.name + ".fai")
        with _replacing(path) as file:
            sink = _file_sink(Target(file, file.fileno()), output_format, records)
            yield sink
            file.flush()
            if isinstance(sink, FastaSink):
                # An index of the old file beside the new one would be believed; beside the old one it is only missed.
                index.unlink(missing_ok=True)
        if isinstance(sink, FastaSink):
            with _replacing(index) as file:
                file.writelines(sink.index)


def _file_sink(target: Target, output_format: str, records: Records) -> Sink:
    return FastaSink(target, records) if output_format == "fasta" else RawSink(target, records)


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes the place of `path` when the block ends well, and vanishes when it does not."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        with temporary.open("wb", buffering=1 << 20) as file:
            yield file
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
