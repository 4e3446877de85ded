"""The formats of sequence: a table with their names, their suffixes, and how each one is opened."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Final, Literal

import numpy as np
from attrs import field, frozen

from gsynth.errors import ArgumentError
from gsynth.files.suffixes import compressor_of, kind_of
from gsynth.outputs.arrays import ArraySink, Cells, npy_header
from gsynth.outputs.bgzip import BgzipTarget
from gsynth.outputs.fasta import FastaSink
from gsynth.outputs.layout import LINE, Layout
from gsynth.outputs.placed import BinaryFile, Target
from gsynth.outputs.raw import RawSink
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Sink
from gsynth.outputs.twobit import TwoBitSink
from gsynth.outputs.twobit_file import check_twobit

TextFormat = Literal["fasta", "seq", "misha", "vector"]
"""Formats that a call without an output returns as strings."""

FileFormat = Literal["fasta", "bgzip", "2bit", "seq", "misha", "codes", "onehot"]
"""Formats of files."""

OutputFormat = Literal["fasta", "bgzip", "2bit", "seq", "misha", "codes", "onehot", "vector"]
"""The name of an output's format."""

FASTA: Final = "fasta"
VECTOR: Final = "vector"

_FASTA_SUFFIXES: Final = (".fa", ".fasta", ".fna", ".fas", ".ffn", ".faa")
_BGZIP_SUFFIXES: Final = (".gz", ".bgz", ".gzip", ".bgzf")


@frozen
class Opened:
    """An open output: the file, those of its indexes, and what goes into it."""

    file: BinaryFile
    records: Records
    layout: Layout
    indexes: Sequence[IO[bytes]] = ()
    descriptor: int | None = None
    """Where the file may be written anywhere; None for a stream."""
    folder: Path | None = None
    """Where there is room for as much again."""

    @property
    def target(self) -> Target:
        """The file, as bytes are written to it as they are."""
        return Target(self.file, self.descriptor)


@frozen
class Kind:
    """A format.

    Attributes
    ----------
    name : str
        What `output_format` says.
    open : callable
        The sink in an opened output; at its end the output is complete.
    suffixes : tuple of str
        What names of its files end in; lower case.
    indexes : tuple of str
        The suffixes of the files that are written next to one with a name.
    check : callable
        Refuses records that the format cannot hold.
    """

    name: str
    open: Callable[[Opened], AbstractContextManager[Sink]]
    suffixes: tuple[str, ...] = ()
    indexes: tuple[str, ...] = ()
    check: Callable[[Records, Layout], object] = lambda records, layout: None
    has_lines: bool = False
    cells: Callable[[Layout], Cells] | None = field(default=None)
    """What a base is in formats that are arrays."""

    def has_suffix_of(self, path: Path) -> bool:
        """Whether the name asks for this format."""
        return path.name.lower().endswith(self.suffixes) if self.suffixes else False

    def files(self, path: Path) -> list[Path]:
        """The file at `path` and its indexes."""
        return [path, *(path.with_name(path.name + suffix) for suffix in self.indexes)]


@contextmanager
def _fasta(opened: Opened) -> Iterator[Sink]:
    index = opened.indexes[0] if opened.indexes else None
    yield FastaSink(opened.target, opened.records, index, opened.layout.line_width)


@contextmanager
def _bgzip(opened: Opened) -> Iterator[Sink]:
    index, blocks = opened.indexes or (None, None)
    target = BgzipTarget(opened.file, blocks)
    yield FastaSink(target, opened.records, index, opened.layout.line_width)
    target.finish()


@contextmanager
def _twobit(opened: Opened) -> Iterator[Sink]:
    with tempfile.TemporaryFile(dir=opened.folder) as spool:
        sink = TwoBitSink(opened.file, opened.records, spool)
        yield sink
        sink.finish()


@contextmanager
def _seq(opened: Opened) -> Iterator[Sink]:
    yield RawSink(opened.target, opened.records)


def _array(cells_of: Callable[[Layout], Cells]) -> Callable[[Opened], AbstractContextManager[Sink]]:
    @contextmanager
    def npy(opened: Opened) -> Iterator[Sink]:
        cells, width = cells_of(opened.layout), row_of(opened.records, opened.layout)
        assert width is not None, "it was checked before"
        header = npy_header(cells.shape(len(opened.records), width), cells.dtype)
        target = opened.target
        target.take(target.made(np.frombuffer(header, dtype=np.uint8), 0))
        yield ArraySink(target, opened.records, cells, width, len(header))

    return npy


def row_of(records: Records, layout: Layout) -> int | None:
    """Bases of a row of an array of the records; None if they are not of one length."""
    return layout.row(records.lengths(np.arange(len(records), dtype=np.int64)))


def _check_names(records: Records, layout: Layout) -> None:
    records.check_names()


def _check_twobit(records: Records, layout: Layout) -> None:
    records.check_names()
    check_twobit(records)


def _check_equal(records: Records, layout: Layout) -> None:
    if row_of(records, layout) is None:
        raise ArgumentError("the records differ in length: pad= fills the rows of an array up to one")


def _codes(layout: Layout) -> Cells:
    return Cells.codes()


def _one_hot(layout: Layout) -> Cells:
    return Cells.one_hot(layout.dtype)


KINDS: Final = {
    kind.name: kind
    for kind in (
        Kind(FASTA, _fasta, _FASTA_SUFFIXES, (".fai",), _check_names, has_lines=True),
        Kind(
            "bgzip", _bgzip, tuple(one + two for one in _FASTA_SUFFIXES for two in _BGZIP_SUFFIXES),
            (".fai", ".gzi"), _check_names, has_lines=True,
        ),
        Kind("2bit", _twobit, (".2bit",), (), _check_twobit),
        Kind("seq", _seq, (".seq",)),
        Kind("misha", _seq, (".seq",)),
        Kind("codes", _array(_codes), (".npy",), (), _check_equal, cells=_codes),
        Kind("onehot", _array(_one_hot), (".npy",), (), _check_equal, cells=_one_hot),
    )
}  # fmt: skip
"""All formats of files, by their names."""

_BARE: Final = ("seq", "misha")
_ONLY_FILES: Final = ("bgzip", "2bit")


def kind_in_memory(output_format: str | None) -> Kind | None:
    """The format of what a call returns; None for strings."""
    if output_format in _ONLY_FILES:
        raise ArgumentError(f"output_format={output_format!r} needs an output to write to")
    kind = KINDS[output_format or FASTA] if output_format != VECTOR else None
    return kind if kind is not None and kind.cells is not None else None


def kind_of_file(path: Path, output_format: str | None) -> Kind:
    """The format for which a path or `output_format` asks; ArgumentError where they disagree, or neither says it."""
    promised = [kind for kind in KINDS.values() if kind.has_suffix_of(path)]
    if output_format is not None and (not promised or KINDS[output_format] in promised):
        if not promised:
            _check_unknown(path)
        return KINDS[output_format]
    names = " or ".join(dict.fromkeys(kind.name for kind in promised))
    # Compressed FASTA is FASTA.
    if output_format == FASTA and names == "bgzip":
        return promised[0]
    # As in misha, which leaves the name of bare bases to its user.
    if output_format in _BARE and names == FASTA:
        return KINDS[output_format]
    if output_format is not None:
        raise ArgumentError(f"output {path} asks for {names}, output_format for {output_format}")
    if len({kind.open for kind in promised}) == 1 and promised:
        return promised[0]
    if promised:
        raise ArgumentError(f"output {path} may be {names}: choose by output_format")
    _check_unknown(path)
    if not path.suffix:
        return KINDS[FASTA]
    known = ", ".join(dict.fromkeys(suffix for kind in KINDS.values() for suffix in kind.suffixes[:1]))
    raise ArgumentError(f"output {path} has an unknown suffix: name it {known}, or choose the format by output_format")


def _check_unknown(path: Path) -> None:
    """Refuse a name that promises what cannot be written."""
    compressor, kind = compressor_of(path), kind_of(path)
    if compressor is not None:
        raise ArgumentError(
            f"output {path} asks for compression by {compressor}: compressed FASTA is .fa.gz (bgzip); or write "
            f"{path.with_suffix('')} and run {compressor} on it"
        )
    if kind is not None:
        raise ArgumentError(f"output {path} asks for {kind}, which cannot be written: name a FASTA (.fa)")


def check_layout(kind: Kind | None, layout: Layout) -> None:
    """Refuse choices that the format does not leave."""
    name = VECTOR if kind is None else kind.name
    if layout.line_width != LINE and not (kind is not None and kind.has_lines):
        raise ArgumentError(f"line_width is for FASTA, but the format is {name}")
    arrays = kind is not None and kind.cells is not None
    if layout.pad is not None and not arrays:
        raise ArgumentError(f"pad is for codes and onehot, but the format is {name}")
    if layout.dtype != Layout().dtype and name != "onehot":
        raise ArgumentError(f"dtype is for onehot, but the format is {name}")
