"""The ``.fai`` index of a FASTA: read, checked against the file, written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from attrs import frozen

from gsynth.errors import FormatError
from gsynth.files.bytesource import ByteSource, read_bytes
from gsynth.genomes.faindex import BYTE_ORDER_MARK, NAME_LIMIT, FastaIndex, contig_name
from gsynth.genomes.plain_fai import plain_index
from gsynth.genomes.scanning import scan
from gsynth.genomes.sidecar import read_sidecar, sidecar, state_of, warn_unusable, write_sidecar

_LARGEST: Final = 2**62
# A record of five bytes (">a\nA\n") has a line of at most ten more than the digits of its offset.
_MOST_PER_BYTE: Final = 8
_MOST_BYTES: Final = 1 << 12
_COLUMNS: Final = 5
_DIGITS: Final = 20
# Bytes of LF and of CRLF.
_LINE_ENDS: Final = (1, 2)


@frozen
class FaiRecord:
    """One line of a ``.fai``."""

    name: str
    length: int
    offset: int
    line_bases: int
    line_width: int

    @property
    def end(self) -> int:
        """The byte after the last base."""
        if self.length == 0:
            return self.offset
        lines, rest = divmod(self.length - 1, self.line_bases)
        return self.offset + lines * self.line_width + rest + 1


def index_of(source: ByteSource, path: Path, *, write: bool = True) -> FastaIndex:
    """The index of the FASTA at `path`, whose text is `source`: its ``.fai`` if that holds true, else a new one.

    With `write` a new one is left beside the file, if there is none yet, the folder allows it and the file is regular.
    """
    beside = sidecar(path, ".fai")
    if not beside.exists():
        state = state_of(path)
        index = scan(source)
        if write and index.regular:
            write_sidecar(beside, encode_fai(index), path, state)
        return index
    try:
        text = read_sidecar(beside, _MOST_PER_BYTE * source.size + _MOST_BYTES)
        plain = plain_index(text, source)
        return index_from(checked(read_fai(text), source)) if plain is None else plain
    except (FormatError, OSError) as error:
        index = scan(source)
        warn_unusable(beside, path, error)
        return index


def encode_fai(index: FastaIndex) -> bytes:
    """The text of the ``.fai``. Records without bases are left out, as samtools does (it fails on them)."""
    rows = np.flatnonzero(index.lengths)
    stretches = index.first[rows]
    columns = index.lengths[rows], index.offset[stretches], index.line_bases[stretches], index.line_width[stretches]
    lines = zip(rows.tolist(), *(column.tolist() for column in columns), strict=True)
    return "".join(
        [f"{index.names[row]}\t{n}\t{at}\t{bases}\t{width}\n" for row, n, at, bases, width in lines]
    ).encode()


def read_fai(text: bytes) -> list[FaiRecord]:
    """The records of a ``.fai``, each possible in itself; FormatError else."""
    try:
        # Not splitlines, which also splits at characters that a name may hold.
        lines = text.decode().replace("\r\n", "\n").removesuffix("\n").split("\n")
    except UnicodeDecodeError:
        raise FormatError("it is not text") from None
    return [_record(line, number) for number, line in enumerate(lines, 1)] if text else []


def _is_number(text: str) -> bool:
    # Python refuses to read numbers of thousands of digits.
    return text.isdecimal() and len(text) < _DIGITS


def _record(line: str, number: int) -> FaiRecord:
    columns = line.split("\t")
    if len(columns) != _COLUMNS or not all(_is_number(column) for column in columns[1:]):
        raise FormatError(f"line {number} is not a name and four numbers: {line!r:.80}")
    length, offset, bases, width = (int(column) for column in columns[1:])
    sound = max(length, offset, bases, width) < _LARGEST and bases > 0 and width - bases in _LINE_ENDS
    if length and not sound:
        raise FormatError(f"line {number} holds impossible numbers: {line!r:.80}")
    return FaiRecord(columns[0], length, offset, bases, width)


def checked(records: list[FaiRecord], source: ByteSource) -> list[FaiRecord]:
    """The records, if all that lies between their sequences is their header lines; FormatError where they lie.

    Whoever left the index may have left it for another file, or in bad faith. What is read is what lies between the
    sequences, so this is cheap; the sequences themselves are checked for line ends when they are fetched.

    Returns
    -------
    list of FaiRecord
        With the records without bases, which samtools leaves out.
    """
    found: list[FaiRecord] = []
    end = 0
    # A .fai may be in any order; headers are checked in the order of the file.
    for record in sorted(records, key=lambda record: record.offset):
        names = _names_between(source, end, record.offset)
        if not names or names[-1] != record.name:
            raise FormatError(f"no header line of {record.name!r} ends at byte {record.offset}")
        found += [FaiRecord(name, 0, record.offset, 0, 0) for name in names[:-1]]
        found.append(record)
        _check_first_line(record, source)
        end = record.end
    found += [FaiRecord(name, 0, source.size, 0, 0) for name in _names_between(source, end, source.size)]
    if not found:
        raise FormatError("it is empty")
    return found


def _check_first_line(record: FaiRecord, source: ByteSource) -> None:
    if record.end > source.size:
        raise FormatError(f"{record.name!r} ends at byte {record.end} of {source.size}")
    if record.length > record.line_bases:
        line_end = read_bytes(source, record.offset + record.line_bases, record.line_width - record.line_bases)
        if line_end.strip() or not line_end.endswith(b"\n"):
            raise FormatError(f"the lines of {record.name!r} are not {record.line_bases} long")


def _names_between(source: ByteSource, start: int, end: int) -> list[str]:
    """The names in the header lines that fill bytes ``[start, end)``; FormatError if anything else does."""
    if not 0 <= start <= end <= source.size:
        raise FormatError(f"its offsets overlap or lie beyond the file, at byte {end} of {source.size}")
    if end - start > NAME_LIMIT:
        raise FormatError(f"{end - start} bytes from byte {start} on belong to no record")
    text = read_bytes(source, start, end - start)
    text = text if start else text.removeprefix(BYTE_ORDER_MARK)
    if start and text.strip(b"\r") and text.lstrip(b"\r")[:1] != b"\n":
        raise FormatError(f"the sequence before byte {start} goes on")
    if text and end < source.size and not text.endswith(b"\n"):
        raise FormatError(f"no line ends at byte {end}")
    return list(_header_names(text, start))


def _header_names(text: bytes, start: int) -> Iterator[str]:
    for number, line in enumerate(line for line in text.split(b"\n") if line.strip(b"\r")):
        if not line.startswith(b">"):
            raise FormatError(f"the lines from byte {start} on are not all header lines")
        yield contig_name(line, number + 1)


def index_from(records: list[FaiRecord]) -> FastaIndex:
    """The index that the records describe."""
    lengths = np.array([record.length for record in records], dtype=np.int64)
    filled = [record for record in records if record.length]
    columns = [(record.offset, record.line_bases, record.line_width) for record in filled]
    offset, line_bases, line_width = np.array(columns, dtype=np.int64).reshape(-1, 3).T.copy()
    first = np.append(0, np.cumsum(lengths > 0)).astype(np.int64)
    names = tuple(record.name for record in records)
    return FastaIndex(names, lengths, first, np.zeros_like(offset), offset, line_bases, line_width)
