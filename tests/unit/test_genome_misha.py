"""Misha databases: the two layouts, and pymisha's own example."""

from __future__ import annotations

import pickle
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from gsynth.errors import FormatError
from gsynth.genomes import resolve_genome
from gsynth.genomes.misha import MishaGenome

CONTIGS = {"1": b"ACGTNNacgt", "chrX": b"AC" * 50, "scaffold": b""}


def database(root: Path, indexed: bool) -> Path:
    (root / "seq").mkdir(parents=True)
    (root / "chrom_sizes.txt").write_text("".join(f"{name}\t{len(bases)}\n" for name, bases in CONTIGS.items()))
    if not indexed:
        for name, bases in zip(("chr1", "X", "scaffold"), CONTIGS.values(), strict=True):
            (root / "seq" / f"{name}.seq").write_bytes(bases)
        return root
    index, sequence = struct.pack("<8sIIQ", b"MISHAIDX", 1, len(CONTIGS), 0), b""
    for number, (name, bases) in enumerate(reversed(CONTIGS.items())):
        index += struct.pack("<IH", number, len(name)) + name.encode()
        index += struct.pack("<QQQ", len(sequence), len(bases), 0)
        sequence += bases
    (root / "seq" / "genome.idx").write_bytes(index)
    (root / "seq" / "genome.seq").write_bytes(sequence)
    return root


@pytest.mark.parametrize("indexed", [False, True])
def test_layouts(tmp_path: Path, indexed: bool) -> None:
    genome = resolve_genome(database(tmp_path / "db", indexed))
    assert isinstance(genome, MishaGenome)
    assert list(genome.contigs.items()) == [(name, len(bases)) for name, bases in CONTIGS.items()]
    for copy in (genome, pickle.loads(pickle.dumps(genome))):
        for name, bases in CONTIGS.items():
            assert copy.fetch(name, 0, len(bases)).tobytes() == bases
        assert copy.fetch("chrX", 3, 8).tobytes() == b"CACAC"


def shorten(name: str) -> Callable[[Path], object]:
    return lambda seq: (seq / name).write_bytes((seq / name).read_bytes()[:-1])


@pytest.mark.parametrize(
    ("indexed", "damage", "says"),
    [
        (False, shorten("chr1.seq"), "holds 9 bases, chrom_sizes.txt says 10"),
        (False, lambda seq: (seq / "X.seq").unlink(), "no sequence of contig 'chrX'"),
        (False, lambda seq: (seq.parent / "chrom_sizes.txt").write_text("../x\t1\n"), "cannot be the name"),
        (False, lambda seq: (seq.parent / "chrom_sizes.txt").write_text(""), "no contig sizes"),
        (True, shorten("genome.seq"), "ends at byte 110 of 109"),
        (True, shorten("genome.idx"), "damaged or cut short"),
        (True, lambda seq: (seq / "genome.idx").write_bytes(b"MISHAIDX\2" + bytes(30)), "not an index of version 1"),
        (True, lambda seq: (seq.parent / "chrom_sizes.txt").write_text("1\t11\n"), "10 bases for '1'"),
        (True, lambda seq: (seq.parent / "chrom_sizes.txt").write_text("7\t11\n"), "no such contig for '7'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_damage(tmp_path: Path, indexed: bool, damage: Callable[[Path], object], says: str) -> None:
    root = database(tmp_path / "db", indexed)
    damage(root / "seq")
    with pytest.raises(FormatError, match=re.escape(says)):
        resolve_genome(root)


def test_example_of_pymisha() -> None:
    pymisha = pytest.importorskip("pymisha", reason="pymisha is the reference")
    root = Path(pymisha.__file__).parent / "examples" / "trackdb" / "test"
    genome = resolve_genome(root)
    pymisha.gdb_init(str(root))
    sizes = pymisha.gintervals_all()
    assert dict(genome.contigs) == dict(zip(sizes["chrom"], sizes["end"], strict=True))
    for contig, size in genome.contigs.items():
        (bases,) = pymisha.gseq_extract(pymisha.gintervals([contig], [0], [size]))
        assert genome.fetch(contig, 0, size).tobytes().upper() == bases.encode().upper()
