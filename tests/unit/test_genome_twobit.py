"""The .2bit reader: against sequences packed here, py2bit and the FASTA of the same genome; hostile files."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import re
import struct
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.errors import ArgumentError, FormatError, MissingFileError
from gsynth.genomes import resolve_genome
from gsynth.genomes.twobit import TwoBitGenome, open_twobit

DATA = Path(os.environ.get("GSYNTH_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the data folder is absent (GSYNTH_TEST_DATA)")


def runs(bases: bytes, pattern: bytes) -> tuple[list[int], list[int]]:
    found = list(re.finditer(pattern, bases))
    return [run.start() for run in found], [run.end() - run.start() for run in found]


def pack_contig(bases: bytes, order: str) -> bytes:
    digits = [b"TCAG".find(bytes([byte])) for byte in bases.upper()] + [0] * (-len(bases) % 4)
    digits = [max(0, digit) for digit in digits]
    packed = bytes(
        digits[i] << 6 | digits[i + 1] << 4 | digits[i + 2] << 2 | digits[i + 3] for i in range(0, len(digits), 4)
    )
    fields = [len(bases)]
    for pattern in (rb"[Nn]+", rb"[a-z]+"):
        starts, sizes = runs(bases, pattern)
        fields += [len(starts), *starts, *sizes]
    return struct.pack(f"{order}{len(fields) + 1}I", *fields, 0) + packed


def pack(contigs: dict[str, bytes], order: str = "<", version: int = 0) -> bytes:
    """The obvious .2bit writer."""
    width, letter = (8, "Q") if version else (4, "I")
    records = [pack_contig(bases, order) for bases in contigs.values()]
    offset = 16 + sum(1 + len(name.encode()) + width for name in contigs)
    index = b""
    for name, record in zip(contigs, records, strict=True):
        raw = name.encode()
        index += bytes([len(raw)]) + raw + struct.pack(order + letter, offset)
        offset += len(record)
    return struct.pack(order + "4I", 0x1A412743, version, len(contigs), 0) + index + b"".join(records)


def opened(folder: Path, raw: bytes) -> TwoBitGenome:
    path = folder / "genome.data"
    path.write_bytes(raw)
    genome = resolve_genome(path)
    assert isinstance(genome, TwoBitGenome)
    return genome


@given(
    contigs=st.dictionaries(
        st.text("abcXYZ_1", min_size=1, max_size=5),
        st.lists(st.tuples(st.sampled_from(list(b"ACGTacgtNn")), st.integers(1, 9)), max_size=12).map(
            lambda parts: b"".join(bytes([letter]) * size for letter, size in parts)
        ),
        min_size=1,
        max_size=4,
    ),
    order=st.sampled_from("<>"),
    version=st.sampled_from([0, 1]),
)
@settings(max_examples=100, deadline=None)
def test_any_contigs(
    tmp_path_factory: pytest.TempPathFactory, contigs: dict[str, bytes], order: str, version: int
) -> None:
    genome = opened(tmp_path_factory.mktemp("twobit"), pack(contigs, order, version))
    assert list(genome.contigs.items()) == [(name, len(bases)) for name, bases in contigs.items()]
    rng = random.Random(0)
    for name, bases in contigs.items():
        for _ in range(20):
            start = rng.randint(0, len(bases))
            end = rng.randint(start, len(bases))
            assert genome.fetch(name, start, end).tobytes() == bases[start:end]


def test_pieces_and_threads(tmp_path: Path) -> None:
    bases = bytes(random.Random(3).choices(b"ACGTacgtN", k=300_001))
    # One half with a run every other base, one with few.
    bases += re.sub(rb"[acgtN]", b"A", bases[:-40]) + b"acgNNNNNacgtACGTacgtNNacgTACGTacgTNNACGT"
    genome = opened(tmp_path, pack({"a": bases}))

    def one(seed: int) -> bool:
        rng = random.Random(seed)
        start = rng.randint(0, len(bases))
        end = rng.randint(start, len(bases))
        return genome.fetch("a", start, end).tobytes() == bases[start:end]

    assert genome.fetch("a", 0, len(bases)).tobytes() == bases
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(60)))
    assert pickle.loads(pickle.dumps(genome)).fetch("a", 5, 9).tobytes() == bases[5:9]
    with pytest.raises(ArgumentError, match="does not lie within"):
        genome.fetch("a", 5, len(bases) + 1)


SOUND = pack({"a": b"ACGTNNNNacgtAC", "b": b"AAnnCC"})
A = SOUND.index(struct.pack("<I", 14), 16)  # the record of a: size, N block count, start, size, mask count, ...


def patched(offset: int, value: int) -> bytes:
    return SOUND[:offset] + struct.pack("<I", value) + SOUND[offset + 4 :]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (patched(4, 2), "version 2"),
        (patched(8, 0), "no contig"),
        (patched(8, 2**31), "claims 2147483648 contigs"),
        (patched(8, 9), "the name of contig 4"),
        (patched(18, 10**6), "beyond the file"),
        (patched(A, 10**9), "bases reach beyond"),
        (patched(A, 7), "block ends at 8 of 7"),
        (patched(A + 4, 2**31), "numbers at byte"),
        (patched(A + 8, 12), "block ends at 16 of 14"),
        (patched(A + 12, 2**32 - 1), "block ends at"),
        (pack({"a": b"NNANN"}).replace(struct.pack("<II", 0, 3), struct.pack("<II", 1, 0), 1), "overlap"),
        (SOUND[:-1], "reach beyond the file's"),
        (SOUND[:17], "claims 2 contigs"),
        (SOUND[:16] + b"\xc8" + SOUND[17:], "index ends within contig 1 of 2"),
        (SOUND[:12], "numbers at byte 0"),
        (SOUND.replace(b"\x01b", b"\x01a"), "'a' appears twice"),
        (SOUND.replace(b"\x01b", b"\x01\xff"), "the name of contig 2"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile(tmp_path: Path, raw: bytes, says: str) -> None:
    path = tmp_path / "g.2bit"
    path.write_bytes(raw)
    with pytest.raises(FormatError, match=re.escape(says)):
        open_twobit(path)


@given(cut=st.integers(0, len(SOUND)), at=st.integers(0, len(SOUND) - 1), byte=st.integers(0, 255))
@settings(max_examples=300, deadline=None)
def test_damage_is_refused_or_harmless(tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int) -> None:
    raw = bytearray(SOUND)
    raw[at] = byte
    path = tmp_path_factory.mktemp("twobit") / "g.2bit"
    path.write_bytes(raw[:cut] if cut > at else raw)
    try:
        genome = open_twobit(path)
    except FormatError:
        return
    for name, size in genome.contigs.items():
        assert set(np.unique(genome.fetch(name, 0, size)).tolist()) <= set(b"ACGTNacgtn")


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        open_twobit(tmp_path / "none.2bit")


@pytest.mark.slow
@needs_data
@pytest.mark.parametrize("name", ["dm3.chr2R.2bit", "sacCer_R64_ensembl94.2bit"])
def test_real_files_equal_py2bit(name: str) -> None:
    py2bit = pytest.importorskip("py2bit", reason="py2bit is the reference")
    genome = resolve_genome(DATA / name)
    reference = py2bit.open(str(DATA / name), True)
    assert dict(genome.contigs) == reference.chroms()
    for contig, size in genome.contigs.items():
        bases = reference.sequence(contig).encode()
        assert genome.fetch(contig, 0, size).tobytes() == bases
        rng = random.Random(size)
        for _ in range(200):
            start = rng.randrange(size)
            end = min(size, start + int(10 ** rng.uniform(0, 5)))
            assert genome.fetch(contig, start, end).tobytes() == bases[start:end]


@pytest.mark.slow
@needs_data
def test_real_twobit_equals_fasta() -> None:
    from gsynth.genomes.aliases import resolve_alias

    fasta, twobit = resolve_genome(DATA / "sacCer3.fa.gz"), resolve_genome(DATA / "sacCer_R64_ensembl94.2bit")
    alias = resolve_alias("ucsc-ensembl")
    for contig, size in fasta.contigs.items():
        theirs = alias.rename(contig, twobit.contigs)
        if contig != "chrM":
            ours = fasta.fetch(contig, 0, size).tobytes().upper()
            assert twobit.fetch(theirs, 0, twobit.contigs[theirs]).tobytes().upper() == ours


@pytest.mark.slow
@needs_data
def test_real_soft_masks() -> None:
    from gsynth.intervals import Intervals
    from gsynth.intervals.masks import resolve_mask
    from gsynth.intervals.pieces import Pieces

    genome = resolve_genome(DATA / "dm3.chr2R.2bit")
    size = genome.contigs["chr2R"]
    soft, bed = resolve_mask("soft", genome), resolve_mask(DATA / "dm3.chr2R.softmask.bed", genome)
    assert soft is not None
    assert bed is not None
    whole = Intervals.whole(genome)
    pieces = Pieces(whole.names, whole.ids, whole.starts, whole.ends, whole.starts, whole.ends)
    place = np.zeros(1, dtype=np.int64)
    found = soft.block_runs(pieces, place, genome.fetch("chr2R", 0, size))
    assert found.shape == (11_989, 2)
    np.testing.assert_array_equal(found, bed.block_runs(pieces, place, np.empty(0, dtype=np.uint8)))
    with gzip.open(DATA / "example" / "fly300k.fa.gz", "rt") as lines:
        piece = "".join(line.strip() for line in lines.read().split(">")[2].splitlines()[1:])
    assert piece.encode() in genome.fetch("chr2R", 0, size).tobytes()
