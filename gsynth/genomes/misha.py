"""The sequence of a misha database, read straight from its folder: plain bases, one file a contig or one for all."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import FormatError
from gsynth.files.addressing import FileAddress
from gsynth.files.bytesource import FileBytes, read_bytes
from gsynth.genomes.bounds import check_range
from gsynth.genomes.paths import path_in
from gsynth.genomes.reopening import by_address
from gsynth.genomes.sizes import read_sizes

_MAGIC: Final = b"MISHAIDX"
_VERSION: Final = 1
# Magic, version, number of contigs, checksum; id and length of the name; offset, length, reserved.
_HEADER: Final = struct.Struct("<8sIIQ")
_ENTRY: Final = struct.Struct("<IH")
_PLACE: Final = struct.Struct("<QQQ")


def is_misha_source(source: object) -> bool:
    """True for the folder of a misha database: ``chrom_sizes.txt`` and ``seq/``."""
    if not isinstance(source, str | os.PathLike):
        return False
    root = Path(source)
    return (root / "chrom_sizes.txt").is_file() and (root / "seq").is_dir()


@frozen(eq=False)
class MishaGenome:
    """The contigs of a misha database, by the names in its ``chrom_sizes.txt``. Reading takes no lock.

    Parameters
    ----------
    root : Path
        The database's folder.
    contigs : mapping of str to int
    places : mapping of str to (Path, int)
        The file that holds a contig, and where in it the contig begins.
    """

    root: Path
    contigs: Mapping[str, int] = field(repr=False)
    places: Mapping[str, tuple[Path, int]] = field(repr=False)
    has_sequence: bool = field(default=True, init=False)

    @property
    def name(self) -> str:
        return os.fspath(self.root)

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        """The bases of ``[start, end)``, 0-based half-open, as ASCII bytes: uint8[end - start], the caller's own."""
        check_range(self, contig, start, end)
        path, offset = self.places[contig]
        out = np.empty(end - start, dtype=np.uint8)
        # Opened for each fetch: a database may hold more contigs than a process may hold files.
        FileBytes.open(path).read_into(offset + start, out)
        return out

    def __reduce__(self) -> tuple[object, ...]:
        files = sorted({os.path.relpath(path, self.root) for path, _ in self.places.values()})
        return by_address(self, open_misha, FileAddress.of(self.root, ["chrom_sizes.txt", *files]))


def open_misha(root: Path) -> MishaGenome:
    """Open the sequence of a misha database; pymisha is not needed for it.

    Raises
    ------
    MissingFileError, FormatError
        A file is missing, or its size is not what ``chrom_sizes.txt`` says.
    """
    sizes = read_sizes(root / "chrom_sizes.txt")
    seq = root / "seq"
    indexed = (seq / "genome.idx").is_file() and (seq / "genome.seq").is_file()
    places = dict(_indexed_places(seq, sizes) if indexed else _file_places(seq, sizes))
    return MishaGenome(root, MappingProxyType(sizes), places)


def _file_places(seq: Path, sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[Path, int]]]:
    for name, size in sizes.items():
        if os.sep in name or name in (".", ".."):
            raise FormatError(f"{seq.parent / 'chrom_sizes.txt'}: {name!r} cannot be the name of a contig's file")
        path = _contig_file(seq, name)
        found = path.stat().st_size
        if found != size:
            raise FormatError(f"{path} holds {found} bases, chrom_sizes.txt says {size}")
        yield name, (path, 0)


def _contig_file(seq: Path, name: str) -> Path:
    # Databases made by R misha leave out the chr in one of the two places.
    spellings = (name, name.removeprefix("chr") if name.startswith("chr") else f"chr{name}")
    for spelling in spellings:
        path = seq / f"{spelling}.seq"
        if path.is_file():
            return path
    raise FormatError(f"{seq} holds no sequence of contig {name!r} (looked for {' and '.join(spellings)}, .seq)")


def _indexed_places(seq: Path, sizes: Mapping[str, int]) -> Iterator[tuple[str, tuple[Path, int]]]:
    path, index = seq / "genome.seq", seq / "genome.idx"
    available = path.stat().st_size
    entries = _read_index(index)
    for name, size in sizes.items():
        offset, length = entries.get(name, (0, -1))
        if length != size:
            found = "no such contig" if length < 0 else f"{length} bases"
            raise FormatError(f"{index}: {found} for {name!r}, chrom_sizes.txt says {size}")
        if offset + length > available:
            raise FormatError(f"{index}: contig {name!r} ends at byte {offset + length} of {available} of genome.seq")
        yield name, (path, offset)


def _read_index(path: Path) -> dict[str, tuple[int, int]]:
    """Contig name -> offset and length."""
    file = FileBytes.open(path)
    raw = read_bytes(file, 0, file.size)
    entries: dict[str, tuple[int, int]] = {}
    try:
        magic, version, count, _ = _HEADER.unpack_from(raw)
        if magic != _MAGIC or version != _VERSION:
            raise FormatError(f"{path} is not an index of version {_VERSION}, found {raw[:12]!r}")
        at = _HEADER.size
        for _ in range(count):
            _, length = _ENTRY.unpack_from(raw, at)
            at += _ENTRY.size + length
            offset, size, _ = _PLACE.unpack_from(raw, at)
            entries[raw[at - length : at].decode()] = offset, size
            at += _PLACE.size
    except (struct.error, UnicodeDecodeError) as error:
        raise FormatError(f"{path} is damaged or cut short ({error})") from None
    return entries


class MishaOpener:
    """Opens the folders of misha databases."""

    def open(self, source: object) -> MishaGenome:
        return open_misha(path_in(source, "the folder of a misha database"))
