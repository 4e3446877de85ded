"""FASTA genomes: plain, bgzip and gzip, read by position."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.addressing import FileAddress
from gsynth.files.bytesource import ByteSource, FileBytes
from gsynth.files.inflate import inflated
from gsynth.files.segments import places_of
from gsynth.genomes.bgzip import BgzipBytes, NotBgzipError, lacks_end
from gsynth.genomes.bounds import check_range
from gsynth.genomes.faidx import index_of
from gsynth.genomes.faindex import FastaIndex
from gsynth.genomes.gzi import blocks_of
from gsynth.genomes.letters import FIRST_LETTER, letter_error
from gsynth.genomes.lines import read_lines
from gsynth.genomes.many_lines import read_many
from gsynth.genomes.paths import path_in
from gsynth.genomes.reopening import by_address
from gsynth.genomes.returns import ReturnBytes, has_returns, in_newlines
from gsynth.genomes.scanning import FastaScanner, scan
from gsynth.genomes.sniffing import described, sniff

_FEW: Final = 8
"""Stretches of lines up to which reading one after the other is faster."""


def is_fasta_source(source: object) -> bool:
    """True for the path of a FASTA file: plain, gzip or bgzip, by its content."""
    return isinstance(source, str | os.PathLike) and sniff(Path(source)) in ("fasta", "bgzip", "gzip")


@frozen(eq=False)
class FastaGenome:
    """The contigs of a FASTA file. Reading takes no lock: any number of threads may fetch at once.

    A contig's name is the first word of its header. Bases are given as they stand in the file, case and IUPAC letters
    kept; other letters are refused. Line ends may be LF, CRLF or CR; lines may be of any length, regular or not, with
    blanks at their ends and blank ones between.
    """

    path: Path
    source: ByteSource = field(repr=False)
    index: FastaIndex = field(repr=False)
    contigs: Mapping[str, int] = field(init=False, repr=False)
    has_sequence: bool = field(default=True, init=False)

    def __attrs_post_init__(self) -> None:
        sizes = dict(zip(self.index.names, self.index.lengths.tolist(), strict=True))
        object.__setattr__(self, "contigs", MappingProxyType(sizes))

    @property
    def name(self) -> str:
        return os.fspath(self.path)

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)``, 0-based half-open, as ASCII bytes: uint8[end - start], the caller's own.

        Raises
        ------
        ContigError, ArgumentError
            No such contig; the range does not lie within it.
        FormatError
            The file is damaged, has changed, or its index does not belong to it.
        """
        check_range(self, contig, start, end)
        out = np.empty(end - start, dtype=np.uint8)
        if not out.size:
            return out
        index = self.index
        row = index.rows[contig]
        low, high = int(index.first[row]), int(index.first[row + 1])
        first = low + int(np.searchsorted(index.base[low:high], start, side="right")) - 1
        last = low + int(np.searchsorted(index.base[low:high], end, side="left"))
        if last - first > _FEW:
            self._read_ragged(np.arange(first, last), start, end, out)
        else:
            self._read_stretches(first, last, start, end, out)
        # An index may have been made by another program, of a file of anything. One look for the lowest byte costs
        # next to nothing; letters that are not nucleotides are found where they are encoded.
        if out.min() < FIRST_LETTER:
            at = int(np.flatnonzero(out < FIRST_LETTER)[0])
            raise letter_error(f"{self.name}, {contig}:{start + at + 1}", int(out[at]), out[at : at + 60].tobytes())
        return out

    def _read_stretches(self, first: int, last: int, start: int, end: int, out: NDArray[np.uint8]) -> None:
        index, done = self.index, 0
        for stretch in range(first, last):
            base = int(index.base[stretch])
            after = int(index.base[stretch + 1]) if stretch + 1 < last else end
            part = out[done : after - start]
            shape = int(index.line_bases[stretch]), int(index.line_width[stretch])
            read_lines(self.source, int(index.offset[stretch]), *shape, start + done - base, part)
            done += part.size

    def _read_ragged(self, stretches: NDArray[np.int64], start: int, end: int, out: NDArray[np.uint8]) -> None:
        """As `_read_stretches`: all at once, as a file of ragged lines has one for each line."""
        base = self.index.base[stretches]
        starts = np.maximum(start - base, 0)
        ends = np.append(base[1:], end) - base
        read_many(self.source, self.index, stretches, starts, ends, out, base + starts - start)

    def fetch_many(
        self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], out: NDArray[np.uint8]
    ) -> None:
        """Write the bases of many stretches, one after the other; a `gsynth.plugins.ManyFetcher`.

        Raises
        ------
        FormatError
            As `fetch`.
        """
        places = places_of(ends - starts)
        # Contigs of one stretch, as nearly all are; ragged ones are fetched one by one.
        regular = (self.index.first[ids + 1] - self.index.first[ids] == 1) & (ends > starts)
        rows = np.flatnonzero(regular)
        read_many(
            self.source, self.index, self.index.first[ids[rows]], starts[rows], ends[rows], out, places[:-1][rows]
        )
        for row in np.flatnonzero(~regular & (ends > starts)).tolist():
            bases = self.fetch(self.index.names[int(ids[row])], int(starts[row]), int(ends[row]))
            out[int(places[row]) : int(places[row + 1])] = bases
        if out.size and out.min() < FIRST_LETTER:
            # The first stretch that holds it, asked for by itself, names the place.
            at = int(np.flatnonzero(out < FIRST_LETTER)[0])
            row = int(np.searchsorted(places, at, side="right")) - 1
            self.fetch(self.index.names[int(ids[row])], int(starts[row]), int(ends[row]))

    def close(self) -> None:
        """Close the file."""
        self.source.close()

    def __reduce__(self) -> tuple[object, ...]:
        # Descriptors and views of the source cannot be pickled.
        return by_address(self, open_fasta, FileAddress.of(self.path))


def open_fasta(path: Path) -> FastaGenome:
    """Open a FASTA file.

    Plain and bgzip files are read in place, through their ``.fai`` (and ``.gzi``) where these agree with the file.
    Missing ones are made and written beside the file, or kept in memory where the folder cannot be written to; one
    that does not agree is ignored with a warning. A gzip file that is not bgzip allows no reading by position: it
    is inflated once, into an unnamed temporary file in the folder that TMPDIR names, of about one byte a base.

    Raises
    ------
    MissingFileError, FormatError
    """
    kind = sniff(path)
    if kind == "gzip":
        return FastaGenome(path, *_inflated(path))
    file = FileBytes.open(path)
    if kind not in ("fasta", "bgzip"):
        raise FormatError(f"{path} is not a FASTA file: expected '>' as its first character; it {described(path)}")
    if kind == "fasta":
        return FastaGenome(path, *_indexed(file, path))
    whole = not lacks_end(file)
    try:
        blocks = blocks_of(file, path, write=whole)
    except NotBgzipError:
        # Plain gzip after the blocks, or bytes that are neither: reading from front to back knows what to do.
        return FastaGenome(path, *_inflated(path))
    if not whole:
        warnings.warn(
            f"{path}: its last bgzip block is not the empty one that marks the end: the file may be cut short; no "
            "index is written for it",
            UserWarning,
            stacklevel=2,
        )
    return FastaGenome(path, *_indexed(BgzipBytes(file, blocks), path, write=whole))


def _indexed(source: ByteSource, path: Path, write: bool = True) -> tuple[ByteSource, FastaIndex]:
    if has_returns(source):
        # No other program reads such a file, so no index is left for one.
        turned = ReturnBytes(source)
        return turned, scan(turned)
    return source, index_of(source, path, write=write)


def _inflated(path: Path) -> tuple[ByteSource, FastaIndex]:
    scanner = FastaScanner(os.fspath(path))
    with tempfile.TemporaryFile(buffering=0) as plain, path.open("rb") as packed:
        for chunk in in_newlines(inflated(packed.read, path)):
            scanner.feed(np.frombuffer(chunk, dtype=np.uint8))
            _write_all(plain.fileno(), chunk)
        # Duplicated: the block closes its own descriptor, and the file has no name to open it by.
        return FileBytes(os.dup(plain.fileno()), os.fspath(path)), scanner.finish()


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


class FastaOpener:
    """Opens FASTA files: plain, bgzip, gzip."""

    def open(self, source: object) -> FastaGenome:
        return open_fasta(path_in(source, "the path of a FASTA file"))
