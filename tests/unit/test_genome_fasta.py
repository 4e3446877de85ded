"""FASTA genomes: against a naive reader, pysam and samtools; shapes, indexes, damage, threads."""

from __future__ import annotations

import gzip
import os
import pickle
import random
import re
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.errors import ArgumentError, ContigError, FormatError, MissingFileError
from gsynth.genomes import lines, open_genome, scanning
from gsynth.genomes.faidx import encode_fai
from gsynth.genomes.fasta import FastaGenome, open_fasta

DATA = Path(os.environ.get("GSYNTH_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))


def naive(text: bytes) -> dict[str, bytes]:
    """The obvious reader: every line, one by one."""
    contigs: dict[str, bytes] = {}
    for line in (line.rstrip(b" \t\r") for line in text.removeprefix(b"\xef\xbb\xbf").split(b"\n")):
        if line.startswith(b">"):
            name = line[1:].split()[0].decode()
            contigs[name] = b""
        elif line:
            contigs[name] += line
    return contigs


def assert_holds(genome: FastaGenome, expected: dict[str, bytes], ranges: int = 20) -> None:
    assert dict(genome.contigs) == {name: len(bases) for name, bases in expected.items()}
    assert list(genome.contigs) == list(expected)
    rng = random.Random(1)
    for name, bases in expected.items():
        assert genome.fetch(name, 0, len(bases)).tobytes() == bases
        for _ in range(ranges):
            start = rng.randint(0, len(bases))
            end = rng.randint(start, len(bases))
            assert genome.fetch(name, start, end).tobytes() == bases[start:end]


def wrapped(bases: bytes, width: int, end: bytes = b"\n") -> bytes:
    return b"".join(bases[i : i + width] + end for i in range(0, len(bases), width))


def random_bases(size: int, seed: int = 0) -> bytes:
    return bytes(random.Random(seed).choices(b"ACGTacgtN", k=size))


LONG = random_bases(1000)
SHAPES = {
    "regular": b">a x y\n" + wrapped(LONG, 60) + b">b\n" + wrapped(LONG[:120], 60),
    "no newline at the end": b">a\n" + wrapped(LONG, 60)[:-1],
    "one line": b">a\n" + LONG + b"\n>b\nACGT",
    "crlf": b">a desc\r\n" + wrapped(LONG, 50, b"\r\n") + b">b\r\nAC\r\n",
    "crlf, no newline at the end": b">a\r\nACGT\r\nAC\r\n>b\r\nACGT\r\nACGT",
    "carriage return last": b">a\r\nACGT\r\nAC\r",
    "blank lines at the end": b">a\nACGT\nAC\n\n\n>b\nAC\n\n",
    "blank lines within": b"\n>a\nACGT\n\nACGT\nAC\n>b\n\nACGT\n",
    "empty records": b">e1\n>a\nACGT\n>e2 x\n\n>b\nACGT\nA\n>e3",
    "only empty records": b">a\n>b\n",
    "ragged": b">a\nACGT\nAC\nACGTACGT\nA\n>b\nACGT\nACGT\nAC\nAC\n",
    "growing": b">a\nA\nAC\nACG\nACGT\n",
    "other letters": b">a\nACRYKMSWBDHVN\nacgtnrykmswbdhv\n",
    "long header": b">gi|1|ref|NC_1.1| " + b"x" * 5000 + b"\nACGT\nAC\n",
    "blanks at line ends": b">a \nACGT \nACGT\t \nAC\n>b\r\nACGT \r\nAC\n",
    "blank behind the sign": b"> a x\nACGT\n>\tb\nAC\n",
    "byte order mark": b"\xef\xbb\xbf>a\nACGT\n>b\nAC\n",
    "greater sign within": b">a > b\nAC\n",
}


@pytest.mark.filterwarnings("ignore:.* IUPAC code:UserWarning")
@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
@pytest.mark.parametrize("shape", SHAPES)
def test_shapes(tmp_path: Path, shape: str, packing: str) -> None:
    text = SHAPES[shape]
    path = write(tmp_path, text, packing)
    assert_holds(open_fasta(path), naive(text))
    assert_holds(open_fasta(path), naive(text))  # through the index that the first one left
    if packing == "gzip":
        assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def write(folder: Path, text: bytes, packing: str = "plain") -> Path:
    path = folder / {"plain": "g.fa", "gzip": "g.gz", "bgzip": "g.bgz"}[packing]
    if packing == "plain":
        path.write_bytes(text)
    elif packing == "gzip":
        half = len(text) // 2
        path.write_bytes(gzip.compress(text[:half]) + gzip.compress(text[half:]))
    else:
        pysam = pytest.importorskip("pysam", reason="pysam writes the bgzip files")
        with pysam.BGZFile(str(path), "wb") as file:
            file.write(text)
    return path


_line = st.binary(min_size=0, max_size=9).map(lambda raw: bytes(b"ACGTacgtNnYkR"[byte % 13] for byte in raw))
_lines = st.one_of(
    st.lists(_line, max_size=6),
    st.tuples(st.integers(1, 9), st.integers(0, 40)).map(
        lambda shape: [LONG[i : i + shape[0]][: shape[1] - i] for i in range(0, shape[1], shape[0])]
    ),
)


@pytest.mark.filterwarnings("ignore:.* IUPAC code:UserWarning")
@given(
    records=st.lists(_lines, min_size=1, max_size=5),
    end=st.sampled_from([b"\n", b"\r\n"]),
    header=st.sampled_from([b"", b" text", b"\ttext > more \t"]),
    last=st.booleans(),
    block=st.sampled_from([1, 2, 3, 7, 1 << 18]),
    piece=st.sampled_from([(16, 5), (64, 32), (64, 1)]),
)
@settings(max_examples=300, deadline=None)
def test_any_shape_in_any_block(
    tmp_path_factory: pytest.TempPathFactory,
    records: list[list[bytes]],
    end: bytes,
    header: bytes,
    last: bool,
    block: int,
    piece: tuple[int, int],
) -> None:
    text = b"".join(
        b">r%d" % i + header + end + b"".join(line + end for line in record) for i, record in enumerate(records)
    )
    text = text if last else text.removesuffix(end)
    path = tmp_path_factory.mktemp("fasta") / "g.fa"
    path.write_bytes(text)
    with (
        mock.patch.object(scanning, "BLOCK", block),
        mock.patch.object(lines, "PIECE", piece[0]),
        mock.patch.object(lines, "LONG_LINE", piece[1]),
    ):
        for _ in range(2):
            assert_holds(open_fasta(path), naive(text), ranges=4)


@pytest.mark.filterwarnings("ignore:.* IUPAC code:UserWarning")
@pytest.mark.parametrize("shape", SHAPES)
def test_index_equals_that_of_samtools(tmp_path: Path, shape: str) -> None:
    pysam = pytest.importorskip("pysam", reason="pysam is the reference")
    path = tmp_path / "g.fa"
    path.write_bytes(SHAPES[shape])
    try:
        pysam.faidx(str(path))
    except pysam.SamtoolsError:
        pytest.skip("samtools refuses this shape")
    theirs = (tmp_path / "g.fa.fai").read_bytes()
    if not theirs:
        pytest.skip("samtools indexes no record here")
    (tmp_path / "g.fa.fai").unlink()
    genome = open_fasta(path)
    assert (tmp_path / "g.fa.fai").read_bytes() == theirs
    assert encode_fai(genome.index) == theirs


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"ACGT\n", "not a FASTA"),
        (b"", "empty file"),
        (b">a\nAC GT\n", "record 1 (a), line 2: found a blank, expected bases"),
        (b">a\nAC\0T\n", "line 2: found byte 0x00"),
        (b">a\nAC\rGT\n", "line 2: found byte 0x0d"),
        (b">a x\nAC\n\n>b\nACGT\nACGT>c\nAC\n", "record 2 (b), line 6: found '>', expected bases"),
        (b">a\n;made by hand\nAC\n", "line 2: found ';', expected bases"),
        (b">a\nACGUUAC\n", "it looks like RNA"),
        (b">a\nMKLVINGKTLKGE\n", "it looks like protein"),
        (b">a\nAC--GT\n", "it looks like an alignment"),
        (b">a\nAC\n>a\nAC\n", "'a' appears twice"),
        (b">a\nAC\n>\nAC\n", "record 2 has no name"),
        (b">a\nAC\n> \nAC\n", "record 2 has no name"),
        (b">a\xff\nAC\n", "not UTF-8"),
        (b">" + b"x" * (2 << 20) + b"\nAC\n", "header at byte 0"),
        (b"@read\nACGT\n+\nIIII\n", "looks like FASTQ"),
    ],
)
def test_refused(tmp_path: Path, text: bytes, says: str) -> None:
    path = tmp_path / "g.fa"
    path.write_bytes(text)
    with pytest.raises(FormatError, match=re.escape(says)):
        open_fasta(path) if says == "not a FASTA" else open_genome(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no file"):
        open_genome(tmp_path / "none.fa")


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (3, 2), (0, 1001), (1001, 1001)])
def test_range_outside(tmp_path: Path, start: int, end: int) -> None:
    genome = open_fasta(write(tmp_path, SHAPES["regular"]))
    with pytest.raises(ArgumentError, match="does not lie within"):
        genome.fetch("a", start, end)
    with pytest.raises(ContigError, match="the genome has: a, b"):
        genome.fetch("chra", 0, 1)


GOOD = "a\t1000\t7\t60\t61\nb\t120\t1027\t60\t61\n"


@pytest.mark.parametrize(
    "index",
    [
        "",
        "nonsense",
        "a\t1000\t7\t60\nb\t120\t1027\t60\t61\n",
        "a\t-5\t7\t60\t61\n",
        "a\t1000\t7\t60\t60\nb\t120\t1027\t60\t61\n",
        "a\t1000\t7\t0\t61\nb\t120\t1027\t60\t61\n",
        "a\t1000\t8\t60\t61\nb\t120\t1027\t60\t61\n",
        "a\t1000\t7\t70\t71\nb\t120\t1027\t60\t61\n",
        "a\t999\t7\t60\t61\nb\t120\t1027\t60\t61\n",
        "b\t1000\t7\t60\t61\na\t120\t1027\t60\t61\n",
        "a\t1000\t7\t60\t61\n",
        "a\t1000\t7\t60\t61\na\t120\t1027\t60\t61\n",
        "a\t1000\t7\t60\t61\nb\t120\t1027\t60\t61\nc\t120\t1027\t60\t61\n",
        "a\t1000\t7\t60\t61\nb\t120\t99999999\t60\t61\n",
        "a\t4611686018427387000\t7\t60\t61\n",
        "a\t99999999999999999999999\t7\t60\t61\n",
        "a\t1000\t7\t60\t4611686018427387000\n",
        "\xff\xfe",
    ],
)
def test_wrong_index_is_passed_over_with_a_warning(tmp_path: Path, index: str) -> None:
    path = write(tmp_path, SHAPES["regular"])
    beside = tmp_path / "g.fa.fai"
    beside.write_bytes(index.encode("latin-1"))
    with pytest.warns(UserWarning, match=r"g\.fa\.fai does not match g\.fa .*delete it"):
        genome = open_fasta(path)
    assert_holds(genome, naive(SHAPES["regular"]))
    assert beside.read_bytes() == index.encode("latin-1")
    # The right one, older than the file, is used without a word.
    beside.write_text(GOOD)
    os.utime(beside, (1, 1))
    assert_holds(open_fasta(path), naive(SHAPES["regular"]))


def test_lines_that_change_shape_behind_a_plausible_index(tmp_path: Path) -> None:
    text = b">a\n" + b"ACGT\n" * 2 + b"AC\nACGTAC\n" + b"ACGT\n" * 2
    path = write(tmp_path, text)
    (tmp_path / "g.fa.fai").write_text("a\t24\t3\t4\t5\n")
    genome = open_fasta(path)
    assert genome.fetch("a", 0, 8).tobytes() == b"ACGTACGT"
    with pytest.raises(FormatError, match="delete the index"):
        genome.fetch("a", 0, 24)


def test_file_cut_short_while_open(tmp_path: Path) -> None:
    path = write(tmp_path, SHAPES["regular"])
    genome = open_fasta(path)
    os.truncate(path, 500)
    with pytest.raises(FormatError, match="ends at byte 500"):
        genome.fetch("a", 0, 1000)


@pytest.mark.parametrize("packing", ["plain", "bgzip"])
def test_folder_that_cannot_be_written(tmp_path: Path, packing: str) -> None:
    path = write(tmp_path, SHAPES["regular"], packing)
    with mock.patch("gsynth.genomes.sidecar.replacing", side_effect=PermissionError("read-only")):
        assert_holds(open_fasta(path), naive(SHAPES["regular"]))
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


def test_ragged_file_gets_no_index(tmp_path: Path) -> None:
    path = write(tmp_path, SHAPES["ragged"])
    open_fasta(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["g.fa"]


def test_index_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = write(tmp_path, SHAPES["regular"])
    with mock.patch("gsynth.files.atomic.os.replace", side_effect=OSError("no space left")):
        open_fasta(path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["g.fa"]


BIG = b">a\n" + wrapped(random_bases(400_000), 60) + b">b\n" + wrapped(random_bases(90_000, 1), 60)


@pytest.mark.parametrize("damage", ["cut", "flipped", "not a block"])
def test_damaged_bgzip(tmp_path: Path, damage: str) -> None:
    path = write(tmp_path, BIG, "bgzip")
    open_fasta(path)
    packed = bytearray(path.read_bytes())
    if damage == "cut":
        del packed[-100:]
    elif damage == "flipped":
        packed[len(packed) // 2] ^= 0xFF
    else:
        second = int.from_bytes(packed[16:18], "little") + 1
        packed[second : second + 4] = b"XXXX"
    path.write_bytes(packed)
    with warnings.catch_warnings(), pytest.raises(FormatError, match=r"bgzip block|damaged|not gzip"):  # noqa: PT012  # opening or reading may raise
        # The indexes do not match any more, which is warned about before.
        warnings.simplefilter("ignore")
        genome = open_fasta(path)
        for name, size in genome.contigs.items():
            genome.fetch(name, 0, size)


@pytest.mark.parametrize(
    "edit",
    [
        lambda raw: raw[:-3],
        lambda raw: b"",
        lambda raw: (2**60).to_bytes(8, "little") + raw[8:],
        lambda raw: raw[:8] + (10**12).to_bytes(8, "little") + raw[16:],
        lambda raw: raw[:8] + (7).to_bytes(8, "little") + raw[16:],
        lambda raw: raw[:16] + (5).to_bytes(8, "little") + raw[24:],
    ],
)
def test_wrong_gzi(tmp_path: Path, edit: object) -> None:
    path = write(tmp_path, BIG, "bgzip")
    open_fasta(path)
    beside = tmp_path / "g.bgz.gzi"
    beside.write_bytes(edit(beside.read_bytes()))  # type: ignore[operator]  # a lambda of the parameters
    with pytest.warns(UserWarning, match=r"\.gzi does not match"):
        genome = open_fasta(path)
    assert_holds(genome, naive(BIG))


def test_gzi_equals_that_of_bgzip(tmp_path: Path) -> None:
    pysam = pytest.importorskip("pysam", reason="pysam is the reference")
    path = write(tmp_path, BIG, "bgzip")
    open_fasta(path)
    ours = {name: (tmp_path / name).read_bytes() for name in ("g.bgz.gzi", "g.bgz.fai")}
    for name in ours:
        (tmp_path / name).unlink()
    pysam.faidx(str(path))
    assert ours == {name: (tmp_path / name).read_bytes() for name in ours}


@pytest.mark.parametrize("cut", [5, 100, 20_000])
def test_damaged_gzip(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "g.gz"
    path.write_bytes(gzip.compress(BIG)[:-cut])
    with pytest.raises(FormatError, match="cut short"):
        open_fasta(path)


@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
def test_many_threads(tmp_path: Path, packing: str) -> None:
    genome = open_fasta(write(tmp_path, BIG, packing))
    expected = naive(BIG)

    def one(seed: int) -> bool:
        rng = random.Random(seed)
        name = rng.choice(["a", "b"])
        start = rng.randrange(len(expected[name]))
        end = min(len(expected[name]), start + rng.randrange(100_000))
        return genome.fetch(name, start, end).tobytes() == expected[name][start:end]

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(400)))


@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
def test_pickles_as_its_path(tmp_path: Path, packing: str) -> None:
    genome = open_fasta(write(tmp_path, SHAPES["ragged"], packing))
    raw = pickle.dumps(genome)
    assert len(raw) < 1000
    assert_holds(pickle.loads(raw), naive(SHAPES["ragged"]))


def test_thousands_of_records(tmp_path: Path) -> None:
    contigs = {f"scaffold_{i}": random_bases(i % 97, i) for i in range(11_000)}
    text = b"".join(b">%s len\n" % name.encode() + wrapped(bases, 30) for name, bases in contigs.items())
    path = write(tmp_path, text)
    for _ in range(2):
        genome = open_fasta(path)
        assert dict(genome.contigs) == {name: len(bases) for name, bases in contigs.items()}
    for name in list(contigs)[::500]:
        assert genome.fetch(name, 0, len(contigs[name])).tobytes() == contigs[name]


def test_contig_beyond_two_gigabases_on_disk(tmp_path: Path) -> None:
    size = 2**32 + 1000
    path = tmp_path / "big.fa"
    with path.open("wb") as file:
        file.write(b">big\n")
        file.seek(5 + size - 8)
        file.write(b"ACGTacgt\n>next\nGATTACA\n")
    path.with_name("big.fa.fai").write_text(f"big\t{size}\t5\t{size}\t{size + 1}\nnext\t7\t{size + 12}\t7\t8\n")
    genome = open_fasta(path)
    assert genome.contigs["big"] == size
    assert genome.fetch("big", size - 8, size).tobytes() == b"ACGTacgt"
    with pytest.raises(FormatError, match=f"big:{size - 8}: found byte 0x00, expected bases"):
        genome.fetch("big", size - 9, size)
    assert genome.fetch("next", 0, 7).tobytes() == b"GATTACA"


class Periodic:
    """Lines of 60 bases without end: base i is ``b"ACGTT"[i % 5]``."""

    name = "periodic"
    size = 2**40

    def read_into(self, offset: int, out: np.ndarray) -> None:
        line, column = np.divmod(np.arange(offset, offset + out.size), 61)
        bases = np.frombuffer(b"ACGTT", dtype=np.uint8)[(line * 60 + column) % 5]
        out[:] = np.where(column == 60, ord("\n"), bases)


def test_lines_beyond_two_gigabytes() -> None:
    start = 5 * 2**33 + 7
    out = np.empty(300_000, dtype=np.uint8)
    lines.read_lines(Periodic(), 0, 60, 61, start, out)
    assert out.tobytes() == (b"ACGTT" * 60_002)[start % 5 :][: out.size]


@pytest.mark.slow
def test_scan_beyond_two_gigabytes() -> None:
    scanner = scanning.FastaScanner("large")
    scanner.feed(np.frombuffer(b">a\nAC\n>b\n", dtype=np.uint8))
    block = np.full(1 << 18, ord("A"), dtype=np.uint8)
    for _ in range(2**31 // block.size + 1):
        scanner.feed(block)
    scanner.feed(np.frombuffer(b"\n>c\nACG", dtype=np.uint8))
    index = scanner.finish()
    size = (2**31 // block.size + 1) * block.size
    assert index.lengths.tolist() == [2, size, 3]
    assert index.offset.tolist() == [3, 9, 9 + size + 4]


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="the data folder is absent (GSYNTH_TEST_DATA)")
@pytest.mark.parametrize(
    "name", ["example/fly300k.fa.gz", "sacCer3.fa.gz", "ecoli_536.NC_008253.fna.gz", "hs37.chrX_0-70M.bgz.fa.gz"]
)
@pytest.mark.parametrize("form", ["as it is", "plain"])
def test_real_files(tmp_path: Path, name: str, form: str) -> None:
    pysam = pytest.importorskip("pysam", reason="pysam is the reference")
    plain = tmp_path / "plain.fa"
    with gzip.open(DATA / name) as packed, plain.open("wb") as file:
        while chunk := packed.read(1 << 20):
            file.write(chunk)
    path = plain
    if form == "as it is":
        path = tmp_path / "genome.gz"
        path.symlink_to(DATA / name)
    genome = open_genome(path)
    ours = plain.with_name("plain.fa.fai").read_bytes() if form == "plain" else None
    plain.with_name("plain.fa.fai").unlink(missing_ok=True)
    with pysam.FastaFile(str(plain)) as reference:
        assert dict(genome.contigs) == dict(zip(reference.references, reference.lengths, strict=True))
        for contig, size in genome.contigs.items():
            bases = reference.fetch(contig).encode()
            assert genome.fetch(contig, 0, size).tobytes() == bases
            rng = random.Random(size)
            for _ in range(200):
                start = rng.randrange(size)
                end = min(size, start + int(10 ** rng.uniform(0, 5)))
                assert genome.fetch(contig, start, end).tobytes() == bases[start:end]
    assert ours is None or ours == plain.with_name("plain.fa.fai").read_bytes()
