"""FASTA genomes: plain, bgzip and gzip, read by position."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentTypeError, FormatError
from gsynth.files.bytesource import ByteSource, FileBytes
from gsynth.files.inflate import INFLATE_ERRORS, open_gzip
from gsynth.files.segments import places_of
from gsynth.genomes.bgzip import BgzipBytes
from gsynth.genomes.bounds import check_range
from gsynth.genomes.faidx import index_of
from gsynth.genomes.faindex import FastaIndex
from gsynth.genomes.gzi import blocks_of
from gsynth.genomes.lines import read_lines
from gsynth.genomes.many_lines import read_many
from gsynth.genomes.scanning import FastaScanner
from gsynth.genomes.sniffing import sniff

_CHUNK: Final = 1 << 20


def is_fasta_source(source: object) -> bool:
    """True for the path of a FASTA file: plain, gzip or bgzip, by its content."""
    return isinstance(source, str | os.PathLike) and sniff(Path(source)) in ("fasta", "bgzip", "gzip")


@frozen(eq=False)
class FastaGenome:
    """The contigs of a FASTA file. Reading takes no lock: any number of threads may fetch at once.

    A contig's name is the first word of its header. Bases are given as they stand in the file: case, IUPAC letters,
    ``*`` and ``-`` kept. Line ends may be LF or CRLF, lines of any length, regular or not, with blank ones between.
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
        index = self.index
        row = index.rows[contig]
        low, high = int(index.first[row]), int(index.first[row + 1])
        stretch = low + int(np.searchsorted(index.base[low:high], start, side="right")) - 1
        done = 0
        while done < out.size:
            base = int(index.base[stretch])
            after = int(index.base[stretch + 1]) if stretch + 1 < high else end
            part = out[done : after - start]
            shape = int(index.line_bases[stretch]), int(index.line_width[stretch])
            read_lines(self.source, int(index.offset[stretch]), *shape, start + done - base, part)
            done += part.size
            stretch += 1
        return out

    def fetch_many(
        self, ids: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64], out: NDArray[np.uint8]
    ) -> None:
        """Write the bases of many stretches, one behind the other; a `gsynth.plugins.ManyFetcher`.

        Raises
        ------
        FormatError
            As `fetch`.
        """
        places = places_of(ends - starts)
        regular = (self.index.first[ids + 1] - self.index.first[ids] == 1) & (ends > starts)
        rows = np.flatnonzero(regular)
        read_many(
            self.source, self.index, self.index.first[ids[rows]], starts[rows], ends[rows], out, places[:-1][rows]
        )
        for row in np.flatnonzero(~regular & (ends > starts)).tolist():
            bases = self.fetch(self.index.names[int(ids[row])], int(starts[row]), int(ends[row]))
            out[int(places[row]) : int(places[row + 1])] = bases

    def __reduce__(self) -> tuple[object, ...]:
        return open_fasta, (self.path,)


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
        raise FormatError(f"{path} is not a FASTA file: expected '>' as its first character")
    source: ByteSource = BgzipBytes(file, blocks_of(file, path)) if kind == "bgzip" else file
    return FastaGenome(path, source, index_of(source, path))


def _inflated(path: Path) -> tuple[ByteSource, FastaIndex]:
    scanner = FastaScanner(os.fspath(path))
    with tempfile.TemporaryFile(buffering=0) as plain, open_gzip(path) as packed:
        try:
            while chunk := packed.read(_CHUNK):
                scanner.feed(np.frombuffer(chunk, dtype=np.uint8))
                _write_all(plain.fileno(), chunk)
        except INFLATE_ERRORS as error:
            raise FormatError(f"{path}: damaged or cut short gzip file ({error})") from error
        return FileBytes(os.dup(plain.fileno()), os.fspath(path)), scanner.finish()


def _write_all(descriptor: int, chunk: bytes) -> None:
    view = memoryview(chunk)
    while view:
        view = view[os.write(descriptor, view) :]


class FastaOpener:
    """Opens FASTA files: plain, bgzip, gzip."""

    def open(self, source: object) -> FastaGenome:
        if not isinstance(source, str | os.PathLike):
            raise ArgumentTypeError(f"genome: expected the path of a FASTA file, found {type(source).__name__}")
        return open_fasta(Path(source))
