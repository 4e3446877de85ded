"""The genome that everything is measured on: from a fixed seed, in blocks, so that its size costs no memory.

Five contigs of different lengths; GC that goes up and down in waves of different lengths, CpG depleted as in
vertebrates, runs of lower case, gaps of N. Gaps lie on multiples of the iterator, so that the fraction of G + C in a
window is the same whether it is taken of the width (misha) or of the known bases (gsynth).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

Bases = NDArray[np.uint8]

SEED: Final = 20240229
VERSION: Final = 1
SHARES: Final = {"chr1": 0.36, "chr2": 0.27, "chr3": 0.19, "chr4": 0.13, "chr5": 0.05}
COLUMNS: Final = 60
BLOCK: Final = COLUMNS << 15
"""Bases made at once: whole lines, and whole steps of the wave of GC."""

GRID: Final = 60
"""The wave of GC is evaluated once for so many bases."""

ALIGNMENT: Final = 200
GAP_EVERY: Final = 5_000_000


@frozen
class Contig:
    """A contig to be made: its name, its length in bases and its gaps of N, int64[m, 2], 0-based half-open."""

    number: int
    name: str
    length: int
    gaps: NDArray[np.int64]


def contigs_of(bases: int) -> list[Contig]:
    """The five contigs of a genome of about `bases` bases; the lengths are no multiples of anything."""
    lengths = [int(bases * share) - 7 * i - 1 for i, share in enumerate(SHARES.values())]
    return [
        Contig(i, name, length, _gaps(i, length)) for i, (name, length) in enumerate(zip(SHARES, lengths, strict=True))
    ]


def _gaps(number: int, length: int) -> NDArray[np.int64]:
    """Both ends, and in between a gap of up to 50 kb for every 5 Mb."""
    rng = np.random.default_rng([SEED, VERSION, number])
    end = min(10_000, length // 50) // ALIGNMENT * ALIGNMENT
    tail = (length - end) // ALIGNMENT * ALIGNMENT
    starts = rng.integers(0, max(1, length // ALIGNMENT), size=length // GAP_EVERY) * ALIGNMENT
    widths = rng.integers(1, 251, size=starts.size) * ALIGNMENT
    inner = np.stack([starts, np.minimum(starts + widths, tail)], axis=1)
    return np.concatenate([[[0, end]], inner, [[tail, length]]]).astype(np.int64)


def _gc(first: int, cells: int) -> NDArray[np.float64]:
    """The probability of a G or C along a contig: three waves, between 0.25 and 0.63."""
    at = first + GRID * np.arange(cells, dtype=np.float64)
    return 0.44 + 0.09 * np.sin(at / 29_000) + 0.06 * np.sin(at / 3_700) + 0.04 * np.sin(at / 410_000)


def bases_of(contig: Contig, first: int, n: int) -> Bases:
    """`n` letters of a contig from `first` on, which is a multiple of `BLOCK`: uint8[n]."""
    rng = np.random.default_rng([SEED, VERSION, contig.number, first // BLOCK])
    drawn = rng.integers(0, 1 << 16, size=n, dtype=np.uint16)
    limits = np.repeat((_gc(first, -(-n // GRID)) * (1 << 16)).astype(np.uint16), GRID)[:n]
    strong = drawn < limits
    second = (drawn & 1).astype(np.bool_)
    letters = np.where(strong, np.where(second, ord("C"), ord("G")), np.where(second, ord("A"), ord("T")))
    made: Bases = letters.astype(np.uint8)
    _deplete(made, rng)
    _soften(made, rng)
    for start, end in contig.gaps.tolist():
        made[max(0, start - first) : max(0, end - first)] = ord("N")
    return made


def _deplete(bases: Bases, rng: np.random.Generator) -> None:
    """Turn four CpG of five into TpG or CpA."""
    pairs = np.flatnonzero((bases[:-1] == ord("C")) & (bases[1:] == ord("G")))
    fate = rng.integers(0, 10, size=pairs.size, dtype=np.uint8)
    bases[pairs[fate < 4]] = ord("T")
    bases[pairs[(fate >= 4) & (fate < 8)] + 1] = ord("A")


def _soften(bases: Bases, rng: np.random.Generator) -> None:
    """Put about half of the bases, in runs of 50 to 600, into lower case."""
    lengths = rng.integers(50, 600, size=bases.size // 300 + 8)
    case = np.resize(np.array([0x20, 0], dtype=np.uint8), lengths.size)
    laid = np.repeat(case, lengths)[: bases.size]
    bases[: laid.size] |= laid


def blocks_of(contig: Contig) -> Iterator[Bases]:
    """The contig's letters, block by block."""
    for first in range(0, contig.length, BLOCK):
        yield bases_of(contig, first, min(BLOCK, contig.length - first))


def make_genome(folder: Path, bases: int) -> Path:
    """Write the genome and its ``.fai`` into `folder`, unless they are there; the path of the FASTA."""
    path = folder / f"genome-{bases}-v{VERSION}.fa"
    index = path.with_name(path.name + ".fai")
    if path.exists() and index.exists():
        return path
    partial = path.with_name(path.name + ".partial")
    with partial.open("wb") as file:
        lines = [_write_contig(file, contig) for contig in contigs_of(bases)]
    index.write_text("".join(lines))
    os.replace(partial, path)
    # The index is older than the file it describes only on paper: the file was renamed, not written.
    os.utime(index)
    return path


@frozen
class Scaffolds:
    """The contigs of a draft assembly, all of one length."""

    count: int
    length: int = 400

    @property
    def size(self) -> int:
        """Bases in all."""
        return self.count * self.length


def scaffolds_in(bases: int) -> Scaffolds:
    """The draft that goes with a genome of about `bases` bases: 50,000 scaffolds with one of 100 Mb."""
    return Scaffolds(bases // 2000)


def make_scaffolds(folder: Path, bases: int) -> Path:
    """Write the draft's FASTA and ``.fai`` into `folder`, unless they are there; the path of the FASTA."""
    draft = scaffolds_in(bases)
    path = folder / f"scaffolds-{bases}-v{VERSION}.fa"
    index = path.with_name(path.name + ".fai")
    if not (path.exists() and index.exists()):
        # Cut from a contig of its own, of which no other genome has a number. The names are in the order of the
        # alphabet, in which the peer's database keeps its contigs.
        whole = Contig(len(SHARES), "", draft.size, np.empty((0, 2), dtype=np.int64))
        letters = np.concatenate([np.empty(0, dtype=np.uint8), *blocks_of(whole)]).reshape(draft.count, draft.length)
        _write_records(path, index, [f"scaffold{i + 1:06}" for i in range(draft.count)], letters)
    return path


def _write_records(path: Path, index: Path, names: list[str], records: Bases) -> None:
    """Records of one length (uint8[records, length]), and their lines of the index."""
    partial = path.with_name(path.name + ".partial")
    lines = []
    with partial.open("wb") as file:
        for name, letters in zip(names, records, strict=True):
            file.write(f">{name}\n".encode())
            lines.append(f"{name}\t{letters.size}\t{file.tell()}\t{COLUMNS}\t{COLUMNS + 1}\n")
            text = letters.tobytes()
            file.write(b"".join(text[i : i + COLUMNS] + b"\n" for i in range(0, len(text), COLUMNS)))
    index.write_text("".join(lines))
    os.replace(partial, path)
    os.utime(index)


def _write_contig(file: BinaryIO, contig: Contig) -> str:
    """Write one record; its line of the index."""
    file.write(f">{contig.name}\n".encode())
    offset = file.tell()
    for letters in blocks_of(contig):
        whole = letters.size // COLUMNS * COLUMNS
        lines = np.full((whole // COLUMNS, COLUMNS + 1), ord("\n"), dtype=np.uint8)
        lines[:, :COLUMNS] = letters[:whole].reshape(-1, COLUMNS)
        file.write(lines.data)
        if whole < letters.size:
            file.write(letters[whole:].tobytes() + b"\n")
    return f"{contig.name}\t{contig.length}\t{offset}\t{COLUMNS}\t{COLUMNS + 1}\n"
