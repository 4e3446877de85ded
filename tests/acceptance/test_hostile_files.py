"""Files that were made to harm: refused, or read as what they are, in bounded time and memory."""

from __future__ import annotations

import gzip
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, FormatError, GsynthError, InsufficientMemoryError, printable
from gsynth.files import memory
from gsynth.genomes import open_genome
from gsynth.intervals import resolve_intervals

BASES = "".join(np.random.default_rng(5).choice(list("ACGT"), 300_000))
END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")


def block(data: bytes, claims: int | None = None) -> bytes:
    """A bgzip block, whose size may be a false one."""
    deflated = zlib.compress(data, 6, wbits=-15)
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\6\0BC\2\0" + struct.pack("<H", 18 + len(deflated) + 8 - 1)
    return head + deflated + struct.pack("<II", zlib.crc32(data), len(data) if claims is None else claims)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """A bgzip FASTA of many small blocks, with its indexes."""
    text = f">a\n{BASES}\n".encode()
    path = tmp_path / "g.fa.gz"
    path.write_bytes(b"".join(block(text[i : i + 1000]) for i in range(0, len(text), 1000)) + END)
    assert open_genome(path).fetch("a", 0, 300_000).tobytes() == BASES.encode()
    return path


@pytest.mark.parametrize("left_out", [1, 100, 250])
def test_a_gzi_that_leaves_out_a_block_is_not_used(packed: Path, left_out: int) -> None:
    """Wherever it is, and with the offsets after it moved or not."""
    index = packed.with_name("g.fa.gz.gzi")
    pairs = np.frombuffer(index.read_bytes()[8:], "<u8").reshape(-1, 2).copy()
    for moved in (0, 1000):
        kept = np.delete(pairs, left_out, axis=0)
        kept[left_out:, 1] -= np.uint64(moved)
        index.write_bytes(struct.pack("<Q", len(kept)) + kept.tobytes())
        with pytest.warns(UserWarning, match="does not match"):
            genome = open_genome(packed)
        assert genome.fetch("a", 290_000, 300_000).tobytes() == BASES[290_000:].encode()


def test_a_block_that_claims_to_hold_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "g.fa.gz"
    path.write_bytes(block(b">a\nACGT") + block(b"GGGG", claims=0) + block(b"TTTT\n") + END)
    with pytest.raises(FormatError, match=r"holds 4 bytes|damaged bgzip block"):
        open_genome(path)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        (">a\nACGTACGT\nACG\n", "a\t12\t3\t8\t9\n"),
        (">a\nACGTACGT\n>b     \nACGTACGT\n", "a\t24\t3\t8\t9\n"),
        (">a\nACGTACGT\nACG\nACGT\nACGTACGT\n", "a\t24\t3\t8\t9\n"),
    ],
)
def test_no_index_makes_bases_of_what_are_no_letters(tmp_path: Path, text: str, index: str) -> None:
    (tmp_path / "g.fa").write_text(text)
    (tmp_path / "g.fa.fai").write_text(index)
    try:
        genome = open_genome(tmp_path / "g.fa")
        found = genome.fetch("a", 0, genome.contigs["a"]).tobytes()
    except GsynthError:
        return
    except UserWarning:
        return
    assert found == b"ACGTACGTACG"


@pytest.mark.parametrize("suffix", [".fai", ".gzi"])
@pytest.mark.parametrize("make", [os.mkfifo, lambda path: path.symlink_to("/dev/zero"), os.mkdir])
def test_what_is_no_file_beside_a_genome(packed: Path, suffix: str, make: Callable[[Path], None]) -> None:
    index = packed.with_name(packed.name + suffix)
    index.unlink()
    make(index)
    with pytest.warns(UserWarning, match="does not match"):
        assert open_genome(packed).fetch("a", 5, 9).tobytes() == BASES[5:9].encode()


def test_an_index_of_millions_of_lines_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "g.fa").write_text(">a\nACGT\n")
    with (tmp_path / "g.fa.fai").open("w") as file:
        file.truncate(1 << 40)
    with pytest.warns(UserWarning, match="an index of this file has at most"):
        assert dict(open_genome(tmp_path / "g.fa").contigs) == {"a": 4}


def test_ragged_lines_are_read_at_once(tmp_path: Path) -> None:
    (tmp_path / "r.fa").write_bytes(b">a\n" + b"A\nAC\n" * 30_000)
    genome = open_genome(tmp_path / "r.fa")
    assert genome.fetch("a", 0, 90_000).tobytes() == b"AAC" * 30_000
    for start, end in ((0, 0), (1, 1), (1, 50), (44_998, 45_301), (89_999, 90_000)):
        assert genome.fetch("a", start, end).tobytes() == (b"AAC" * 30_000)[start:end]


@pytest.mark.parametrize("name", ["x\x85y", "x\u2028y"])
def test_names_with_line_ends_of_unicode(tmp_path: Path, name: str) -> None:
    (tmp_path / "g.fa").write_text(f">{name}\nACGT\n>b\nAC\n", encoding="utf-8")
    for _ in range(2):
        assert dict(open_genome(tmp_path / "g.fa").contigs) == {name: 4, "b": 2}


def twobit(contigs: list[tuple[bytes, int]], records: bytes) -> bytes:
    index = b"".join(bytes([len(name)]) + name + struct.pack("<I", offset) for name, offset in contigs)
    return struct.pack("<IIII", 0x1A412743, 0, len(contigs), 0) + index + records


def test_contigs_of_a_2bit_that_share_their_record(tmp_path: Path) -> None:
    record = struct.pack("<IIII", 4, 0, 0, 0) + b"\x1b"
    start = 16 + 2 * 6
    (tmp_path / "g.2bit").write_bytes(twobit([(b"a", start), (b"b", start)], record))
    with pytest.raises(FormatError, match="begins within what lies before it"):
        open_genome(tmp_path / "g.2bit")
    start = 16 + 6
    (tmp_path / "g.2bit").write_bytes(twobit([(b"a", start)], record))
    assert open_genome(tmp_path / "g.2bit").fetch("a", 0, 4).tobytes() == b"TCAG"


def bigwig(path: Path) -> bytearray:
    pytest.importorskip("pybigtools", reason="pybigtools writes the bigWig that is spoilt here")
    import pybigtools

    with_values = [("a", i * 10, i * 10 + 10, float(i)) for i in range(100)] + [("b", 0, 10, 5.0)]
    pybigtools.open(str(path), "w").write({"a": 2000, "b": 100}, iter(with_values))
    return bytearray(path.read_bytes())


def read_bigwig(path: Path) -> object:
    return gsynth.train(
        {"expr": "t", "breaks": [-1, 50, 200]}, tracks={"t": path}, iterator=10, k=1,
        genome={"a": BASES[:2000], "b": BASES[:100]},
    )  # fmt: skip


@pytest.mark.filterwarnings("ignore:.*lie outside of the strata:UserWarning")
@pytest.mark.parametrize("what", ["stream", "contigs", "index", "block"])
def test_a_bigwig_that_was_tampered_with(tmp_path: Path, what: str) -> None:
    path = tmp_path / "x.bw"
    data = bigwig(path)
    read_bigwig(path)
    tree, _, index = struct.unpack_from("<QQQ", data, 8)
    place, size = struct.unpack_from("<QQ", data, index + 52 + 16)
    if what == "stream":
        # All but the last bytes, which hold the checksum.
        struct.pack_into("<Q", data, index + 52 + 24, size - 4)
    elif what == "contigs":
        struct.pack_into("<H", data, tree + 34, 0)
    elif what == "index":
        struct.pack_into("<H", data, index + 50, 0)
    else:
        # The second item says that its block is the first one's.
        struct.pack_into("<QQ", data, index + 52 + 32 + 16, place, size)
    path.write_bytes(data)
    with pytest.raises(FormatError, match="damaged bigWig"):
        read_bigwig(path)


@pytest.mark.parametrize("line", ["a\t5\t15\t2\n", "a\t0\t10\t1\n"])
def test_a_bedgraph_with_two_values_for_a_base(tmp_path: Path, line: str) -> None:
    path = tmp_path / "x.bedgraph"
    path.write_text(f"a\t0\t10\t1\na\t10\t20\t3\n{line}")
    with pytest.raises(FormatError, match="two intervals overlap at a:"):
        read_bigwig(path)


def test_a_number_that_no_float_can_hold(tmp_path: Path) -> None:
    path = tmp_path / "x.bedgraph"
    path.write_text("a\t0\t10\t1\na\t10\t20\t1e400\n")
    with pytest.raises(FormatError, match="line 2"):
        read_bigwig(path)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (struct.pack(">ddd", 2.0**31, 1, 1), "sequences of more than 1,000,000"),
        (struct.pack(">dd", 2.0, 1), "sequences of more than 1,000,000"),
    ],
)
def test_an_rds_whose_sequence_is_larger_than_its_file(tmp_path: Path, state: bytes, message: str) -> None:
    pytest.importorskip("rdata", reason="rdata reads .rds files")
    symbol = struct.pack(">iii", 1, 9, 14) + b"compact_intseq"
    other = struct.pack(">iii", 1, 9, 4) + b"base"
    info = struct.pack(">i", 2) + symbol + struct.pack(">i", 2) + other + struct.pack(">iiii", 2, 13, 1, 13)
    info += struct.pack(">i", 254)
    vector = struct.pack(">ii", 14, len(state) // 8) + state
    text = b"X\n" + struct.pack(">iii", 3, 0x40000, 0x30500) + struct.pack(">i", 5) + b"UTF-8"
    path = tmp_path / "m.rds"
    path.write_bytes(gzip.compress(text + struct.pack(">i", 238) + info + vector + struct.pack(">i", 254)))
    with pytest.raises(FormatError, match=message):
        gsynth.load(path)


def test_an_rds_of_bytecode_and_one_within_gzip_twice(tmp_path: Path) -> None:
    pytest.importorskip("rdata", reason="rdata reads .rds files")
    head = b"X\n" + struct.pack(">iii", 2, 0x40000, 0x20300)
    (tmp_path / "m.rds").write_bytes(head + struct.pack(">ii", 21, 1))
    with pytest.raises(GsynthError, match="kind 21"):
        gsynth.load(tmp_path / "m.rds")
    (tmp_path / "m.rds").write_bytes(gzip.compress(gzip.compress(head)))
    with pytest.raises(FormatError):
        gsynth.load(tmp_path / "m.rds")


def test_what_a_terminal_would_obey_is_not_shown(tmp_path: Path) -> None:
    model = gsynth.train(genome={"a": "ACGT" * 9}, k=1)
    model.metadata["note"] = "\x1b]0;owned\a\x1b[2J\nMarkov order 9 \u202e"
    gsynth.save(model, tmp_path / "m.gsm")
    for arguments in (["info", "m.gsm"], ["info", "m.gsm", "--json"], ["info", "no\x1b[31m.gsm"]):
        done = subprocess.run(
            [sys.executable, "-m", "gsynth", *arguments], cwd=tmp_path, capture_output=True, check=False
        )
        said = (done.stdout + done.stderr).decode()
        assert not set(said) & set("\x1b\a\u202e")
        assert "\nMarkov order 9" not in said
    assert str(FormatError("a\x9bb\u2066")) == r"a\x9bb\u2066"
    assert len(str(FormatError("x" * 10**6))) < 5000
    assert printable("a\tb\n") == "a\tb\n"


def group(tmp_path: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)


@pytest.mark.parametrize(
    ("files", "free"),
    [
        ({"proc/meminfo": "MemTotal: 9 kB\nMemAvailable:    1000 kB\n"}, 1_024_000),
        (
            {
                "proc/self/cgroup": "0::/job/part\n",
                "groups/job/memory.max": "5000000\n",
                "groups/job/memory.current": "3000000\n",
                "groups/job/memory.stat": "anon 7\ninactive_file 500000\n",
                "groups/job/part/memory.max": "max\n",
                "groups/job/part/memory.current": "1\n",
            },
            2_500_000,
        ),
        (
            {
                "proc/self/cgroup": "4:memory:/job\n",
                "groups/memory/job/memory.limit_in_bytes": "4000000\n",
                "groups/memory/job/memory.usage_in_bytes": "1000000\n",
                "groups/memory/memory.limit_in_bytes": "9223372036854771712\n",
                "groups/memory/memory.usage_in_bytes": "1000000\n",
            },
            3_000_000,
        ),
    ],
)
def test_memory_that_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], free: int) -> None:
    group(tmp_path, files)
    monkeypatch.setattr(memory, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    room = memory.available()
    assert room is not None
    assert room.size == free


def test_what_does_not_fit_is_refused_with_both_figures() -> None:
    code = """
import sys, gsynth
from gsynth.files.memory import limit_memory, parse_size
limit_memory(parse_size("300M"))
gsynth.train({"expr": "gc", "breaks": list(range(30))}, iterator=10, k=10, genome={"a": "ACGT" * 9000})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "InsufficientMemoryError: counting into 30 tables of order 10 needs about 1.0 GB of memory" in done.stderr
    assert "MB is available (--max-memory 314.6 MB)" in done.stderr
    assert issubclass(InsufficientMemoryError, MemoryError)


@pytest.mark.parametrize("size", ["", "G", "-1G", "1e9", "0", "9" * 400, "4X"])
def test_sizes_of_memory_that_are_none(size: str) -> None:
    with pytest.raises(ArgumentError, match="size of memory"):
        memory.parse_size(size)


@pytest.mark.parametrize(
    "call",
    [
        lambda: resolve_intervals("chr1:" + "9" * 5000, open_genome({"chr1": "ACGT"})),
        lambda: gsynth.train({"expr": "gc", "breaks": "q" + "9" * 5000}, genome={"a": "ACGT" * 9}, k=1, iterator=5),
        lambda: gsynth.train(*[{"expr": "gc", "breaks": [0, 1]}] * 65, genome={"a": "ACGT" * 9}, k=1, iterator=5),
        lambda: gsynth.train(genome={"a": "ACGT"}, k=float("nan")),
        lambda: gsynth.load("a\0b"),
        lambda: gsynth.train(genome="\udcff\0"),
        lambda: gsynth.train(genome={"a": "ACGT"}, min_obs="x"),
    ],
)
def test_odd_arguments_are_refused_in_our_own_words(call: Callable[[], object]) -> None:
    with pytest.raises(GsynthError):
        call()
