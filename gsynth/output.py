"""Where sampled sequence goes: strings, FASTA with its index, or raw bases; files appear whole or not at all."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Protocol

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError, MissingFileError
from gsynth.genomes.lines import copy_lines

OUTPUT_FORMATS: Final = ("fasta", "seq", "misha", "vector")
LINE: Final = 60
"""Bases on a line of FASTA."""


class Sink(Protocol):
    """Takes records one after the other, each in stretches."""

    def begin(self, name: str) -> None: ...

    def write(self, letters: NDArray[np.uint8]) -> None: ...

    def end(self) -> None: ...

    def result(self) -> list[str] | None: ...


@define
class StringSink:
    """Records as strings in memory."""

    _records: list[str] = field(factory=list)
    _parts: list[bytes] = field(factory=list)

    def begin(self, name: str) -> None:
        self._parts.clear()

    def write(self, letters: NDArray[np.uint8]) -> None:
        self._parts.append(letters.tobytes())

    def end(self) -> None:
        self._records.append(b"".join(self._parts).decode("ascii"))
        self._parts.clear()

    def result(self) -> list[str]:
        return self._records


@define
class RawSink:
    """Records as bare bases, one after the other."""

    _file: IO[bytes]

    def begin(self, name: str) -> None: ...

    def write(self, letters: NDArray[np.uint8]) -> None:
        self._file.write(np.ascontiguousarray(letters).data)

    def end(self) -> None: ...

    def result(self) -> None:
        return None


@define
class FastaSink:
    """Records as FASTA, `LINE` bases a line; keeps the lines of the `.fai` index."""

    _file: IO[bytes]
    index: dict[str, str] = field(factory=dict)
    _name: str = ""
    _start: int = 0
    _length: int = 0
    _written: int = 0

    def begin(self, name: str) -> None:
        self._put(f">{name}\n".encode())
        self._name, self._start, self._length = name, self._written, 0

    def write(self, letters: NDArray[np.uint8]) -> None:
        self._put(wrapped(letters, self._length % LINE).data)
        self._length += letters.size

    def end(self) -> None:
        if self._length % LINE:
            self._put(b"\n")
        width = min(LINE, self._length)
        # Like samtools, only the first record of a name is indexed.
        self.index.setdefault(self._name, f"{self._name}\t{self._length}\t{self._start}\t{width}\t{width + 1}\n")

    def result(self) -> None:
        return None

    def _put(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._written += len(data)


def wrapped(letters: NDArray[np.uint8], column: int) -> NDArray[np.uint8]:
    """`letters` with a newline after each full line, the first line already holding `column` letters.

    Examples
    --------
    >>> wrapped(np.frombuffer(b"A" * 61, dtype=np.uint8), 59).tobytes().count(b"\\n")
    2
    """
    head = min((LINE - column) % LINE, letters.size)
    lines = (letters.size - head) // LINE
    head_ends = head > 0 and column + head == LINE
    text = np.empty(letters.size + int(head_ends) + lines, dtype=np.uint8)
    text[:head] = letters[:head]
    at = head
    if head_ends:
        text[at] = ord("\n")
        at += 1
    middle = text[at : at + lines * (LINE + 1)].reshape(lines, LINE + 1)
    copy_lines(letters[head : head + lines * LINE].reshape(lines, LINE), middle[:, :LINE])
    middle[:, LINE] = ord("\n")
    text[at + middle.size :] = letters[head + lines * LINE :]
    return text


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
def open_sink(output: Any, output_format: str) -> Iterator[Sink]:
    """The sink for an output; a path gets its content, and a FASTA its `.fai`, when all went well."""
    if output is None or output_format == "vector":
        yield StringSink()
    elif hasattr(output, "write"):
        yield _file_sink(output, output_format)
        output.flush()
    else:
        path = Path(output)
        index = path.with_name(path.name + ".fai")
        with _replacing(path) as file:
            sink = _file_sink(file, output_format)
            yield sink
            file.flush()
            if isinstance(sink, FastaSink):
                # An index of the old file beside the new one would be believed; beside the old one it is only missed.
                index.unlink(missing_ok=True)
        if isinstance(sink, FastaSink):
            with _replacing(index) as file:
                file.write("".join(sink.index.values()).encode())


def _file_sink(file: IO[bytes], output_format: str) -> Sink:
    return FastaSink(file) if output_format == "fasta" else RawSink(file)


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
