"""Where sequence goes: into memory, to a stream, or into files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final, get_args

import attrs

from gsynth.errors import ArgumentError
from gsynth.files import PathLike
from gsynth.files.atomic import real, replacing
from gsynth.files.inputs import check_not_an_input
from gsynth.files.overwriting import check_new
from gsynth.genomes.sidecar import sidecar
from gsynth.model.values import whole
from gsynth.outputs.arrays import Codes, MemoryArraySink, OneHot
from gsynth.outputs.kinds import (
    FASTA,
    KINDS,
    VECTOR,
    Kind,
    Opened,
    OutputFormat,
    check_layout,
    kind_in_memory,
    kind_of_file,
    row_of,
)
from gsynth.outputs.layout import Layout
from gsynth.outputs.placed import BinaryFile
from gsynth.outputs.places import check_binary, check_path, check_place
from gsynth.outputs.records import Records
from gsynth.outputs.samples import SampleSinks
from gsynth.outputs.sinks import Sink
from gsynth.outputs.strings import StringSink

OUTPUT_FORMATS: Final = get_args(OutputFormat)

OutputLike = PathLike | BinaryFile
"""The path of a file, in which ``{sample}`` stands for the number of a sample, or an open binary file."""

Written = list[str] | Codes | OneHot | None
"""What a call returns: what it made, or None if that is in a file."""

_SAMPLE: Final = "{sample}"
_INDEXES: Final = (".fai", ".gzi")
_DEFAULT: Final = Layout()


def check_output(
    output: OutputLike | None,
    output_format: str | None,
    inputs: Sequence[object] = (),
    *,
    overwrite: bool = False,
    n_samples: int = 1,
    layout: Layout = _DEFAULT,
) -> None:
    """Refuse early what `open_sink` could not write, an output that is one of the inputs, and one that exists."""
    if output_format is not None and output_format not in OUTPUT_FORMATS:
        raise ArgumentError(f"output_format must be one of {', '.join(OUTPUT_FORMATS)}, found {output_format!r}")
    if output is None or output_format == VECTOR:
        check_layout(kind_in_memory(output_format), layout)
        return
    if not isinstance(output, str | os.PathLike):
        check_binary(output)
        check_layout(KINDS[output_format or FASTA], layout)
        return
    paths = sample_paths(check_path(output), whole(n_samples, "n_samples", low=1))
    for path in paths:
        check_layout(_check_file(path, output_format, inputs, overwrite), layout)


def _check_file(path: Path, output_format: str | None, inputs: Sequence[object], overwrite: bool) -> Kind:
    # The path itself first: the root, or '..', has no name to which the suffix of an index could be added.
    check_place(path)
    check_not_an_input([path], inputs)
    kind = kind_of_file(path, output_format)
    # Links are followed, so the name of their target must not promise another format either.
    if real(path).suffix and (other := kind_of_file(real(path), kind.name)) is not kind:
        raise ArgumentError(
            f"output {path} asks for {kind.name}, but {real(path)}, to which it leads, for {other.name}"
        )
    files = kind.files(path)
    for file in files[1:]:
        check_place(file)
    check_not_an_input([*files, *_outdated(path, files)], inputs)
    # The indexes as well: they appear without being named, which is no permission to overwrite one.
    check_new(files, overwrite=overwrite)
    return kind


def sample_paths(path: Path, n_samples: int) -> list[Path]:
    """The paths of the outputs: one for each sample where the name asks for that, else one for all.

    Examples
    --------
    >>> [path.name for path in sample_paths(Path("out.{sample}.fa"), 2)]
    ['out.1.fa', 'out.2.fa']
    """
    text = os.fspath(path)
    if _SAMPLE not in text:
        return [path]
    return [Path(text.replace(_SAMPLE, str(number))) for number in range(1, n_samples + 1)]


def written_files(output: PathLike | None, output_format: str | None, n_samples: int = 1) -> tuple[str, list[Path]]:
    """The format of an output that `check_output` has accepted (None: a stream), and its files, indexes too."""
    if output is None:
        return output_format or FASTA, []
    paths = sample_paths(Path(output), n_samples)
    kinds = [kind_of_file(path, output_format) for path in paths]
    return kinds[0].name, [file for kind, path in zip(kinds, paths, strict=True) for file in kind.files(path)]


def _outdated(path: Path, files: Sequence[Path]) -> list[Path]:
    """The indexes of the file's present content, as far as none of the `files` to be written replaces them.

    They lie next to the file itself; new ones are written next to the name that was given, which may be a link.
    """
    if not real(path).is_file():
        return []
    replaced = [real(file) for file in files]
    olds = [sidecar(real(path), suffix) for suffix in _INDEXES]
    return [old for old in olds if old.is_file() and old not in replaced]


@contextmanager
def open_sink(
    output: OutputLike | None, output_format: str | None, records: Records, layout: Layout = _DEFAULT
) -> Iterator[Sink]:
    """The sink for an output of `records`; a path gets its content, and its indexes, once all went well."""
    if output is None or output_format == VECTOR:
        yield _in_memory(output_format, records, layout)
    elif isinstance(output, str | os.PathLike):
        paths = sample_paths(Path(output), records.n_samples)
        if paths == [Path(output)]:
            with _file_sink(paths[0], output_format, records, layout) as sink:
                yield sink
        else:
            # Each sample is an output of its own, named as if it were alone.
            own = attrs.evolve(records, n_samples=1)
            with ExitStack() as stack:
                sinks = [stack.enter_context(_file_sink(path, output_format, own, layout)) for path in paths]
                yield SampleSinks(sinks)
    else:
        kind = KINDS[output_format or FASTA]
        kind.check(records, layout)
        # In order, not by place: it may be a pipe, or hold bytes in a buffer of its own.
        with kind.open(Opened(output, records, layout)) as sink:
            yield sink
        output.flush()


def _in_memory(output_format: str | None, records: Records, layout: Layout) -> Sink:
    kind = kind_in_memory(output_format)
    if kind is None or kind.cells is None:
        return StringSink()
    width = row_of(records, layout)
    if width is None and kind.name != "codes":
        kind.check(records, layout)
    return MemoryArraySink.of(records, kind.cells(layout), width)


@contextmanager
def _file_sink(path: Path, output_format: str | None, records: Records, layout: Layout) -> Iterator[Sink]:
    kind = kind_of_file(path, output_format)
    kind.check(records, layout)
    files = kind.files(path)
    with (
        replacing(*files, outdated=_outdated(path, files)) as (file, *indexes),
        kind.open(Opened(file, records, layout, indexes, file.fileno(), real(path).parent)) as sink,
    ):
        yield sink
