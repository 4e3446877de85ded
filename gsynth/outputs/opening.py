"""Where sampled sequence goes: strings, FASTA with its index, or raw bases; files appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, Literal, get_args

from gsynth.errors import ArgumentError
from gsynth.files import PathLike
from gsynth.files.atomic import real, replacing
from gsynth.files.inputs import check_not_an_input
from gsynth.files.overwriting import check_new
from gsynth.files.suffixes import compressor_of, kind_of
from gsynth.genomes.sidecar import sidecar
from gsynth.outputs.fasta import FastaSink
from gsynth.outputs.placed import BinaryFile, Target
from gsynth.outputs.places import check_binary, check_path, check_place
from gsynth.outputs.raw import RawSink
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Sink
from gsynth.outputs.strings import StringSink

OutputFormat = Literal["fasta", "seq", "misha", "vector"]
"""The name of an output's format."""

OUTPUT_FORMATS: Final = get_args(OutputFormat)

OutputLike = PathLike | BinaryFile
"""The path of a file, or an open binary file."""


def check_output(
    output: OutputLike | None, output_format: str, inputs: Sequence[object] = (), *, overwrite: bool = False
) -> None:
    """Refuse early what `open_sink` could not write, an output that is one of the inputs, and one that exists."""
    if output_format not in OUTPUT_FORMATS:
        raise ArgumentError(f"output_format must be one of {', '.join(OUTPUT_FORMATS)}, found {output_format!r}")
    if output is None or output_format == "vector":
        return
    if not isinstance(output, str | os.PathLike):
        check_binary(output)
        return
    path = check_path(output)
    # The path itself first: the root, or '..', has no name to which the suffix of an index could be added.
    check_place(path)
    files = _files(path, output_format)
    for file in files[1:]:
        check_place(file)
    check_not_an_input([*files, *_outdated(path, files)], inputs)
    # The index as well: it appears without being named, which is no permission to overwrite one.
    check_new(files, overwrite=overwrite)
    # Links are followed, so the name of their target must not promise another format either.
    for name in (path, real(path)):
        _check_suffix(name)


def _check_suffix(path: Path) -> None:
    compressor, kind = compressor_of(path), kind_of(path)
    if compressor is not None:
        raise ArgumentError(
            f"output {path} asks for compression: write {path.with_suffix('')} and run {compressor} on it"
        )
    if kind not in (None, "FASTA"):
        raise ArgumentError(f"output {path} asks for {kind}, which cannot be written: name a FASTA (.fa)")


def _files(path: Path, output_format: str) -> list[Path]:
    return [path, sidecar(path, ".fai")] if output_format == "fasta" else [path]


def _outdated(path: Path, files: Sequence[Path]) -> list[Path]:
    """The index of the file's present content, if none of the `files` to be written replaces it.

    It lies next to the file itself; a new one is written next to the name that was given, which may be a link.
    """
    old = sidecar(real(path), ".fai")
    return [old] if real(path).is_file() and old.is_file() and old not in map(real, files) else []


@contextmanager
def open_sink(output: OutputLike | None, output_format: str, records: Records) -> Iterator[Sink]:
    """The sink for an output of `records`; a path gets its content, and a FASTA its `.fai`, once all went well."""
    if output is None or output_format == "vector":
        yield StringSink()
        return
    # Raw bases carry no names, so any name will do for them.
    if output_format == "fasta":
        records.check_names()
    if isinstance(output, str | os.PathLike):
        files = _files(Path(output), output_format)
        with replacing(*files, outdated=_outdated(files[0], files)) as (file, *index):
            yield _file_sink(Target(file, file.fileno()), output_format, records, index[0] if index else None)
    else:
        # In order, not by place: it may be a pipe, or hold bytes in a buffer of its own.
        yield _file_sink(Target(output), output_format, records, None)
        output.flush()


def _file_sink(target: Target, output_format: str, records: Records, index: IO[bytes] | None) -> Sink:
    return FastaSink(target, records, index) if output_format == "fasta" else RawSink(target, records)
