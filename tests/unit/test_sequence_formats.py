"""Every format of sequence: the same records as the strings, whatever the cuts, and as its other readers read it."""

from __future__ import annotations

import gzip
import io
import random

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, GsynthError
from gsynth.genomes import open_genome
from gsynth.intervals import Intervals
from gsynth.outputs import Layout, Part, Records, check_output, open_sink

SIZES = {"a": 150_003, "b": 61, "none": 0, "c": 3, "d": 130_560, "e": 60}


def records_of(rows, n_samples=1):
    names = tuple(SIZES)
    columns = ([names.index(row[0]) for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    intervals = Intervals(names, *(np.array(column, dtype=np.int64) for column in columns))
    return Records(intervals, np.array(list(SIZES.values())), n_samples)


def sequence(size, seed):
    """Bases in upper and lower case with runs of N in both, and other codes."""
    rng = np.random.default_rng(seed)
    bases = np.frombuffer(b"ACGTacgt", np.uint8)[np.repeat(rng.integers(0, 2, size // 7 + 1), 7)[:size] * 4]
    bases = bases + 0
    bases[:] = rng.choice(np.frombuffer(b"ACGT", np.uint8), size)
    for _ in range(size // 5000 + 1):
        first = int(rng.integers(0, size + 1))
        bases[first : first + int(rng.integers(1, 300))] = ord("N")
        first = int(rng.integers(0, size + 1))
        bases[first : first + int(rng.integers(1, 3000))] |= 0x20
    return bases


def write(sink, records, seed):
    """Write all records, cut anywhere, with some of the begins of stretches corrected later; returns the records."""
    rng = random.Random(seed)
    lengths = records.lengths(np.arange(len(records)))
    bases = [sequence(size, number) for number, size in enumerate(lengths.tolist())]
    number, made = 0, []
    while number < len(bases):
        if rng.random() < 0.5:
            last = min(number + rng.randint(1, 3), len(bases))
            numbers = np.arange(number, last)
            part = Part(numbers, np.concatenate(bases[number:last]), lengths[numbers], sink.reserve(numbers))
            made.append((part, sink.made(part), 0))
            number = last
            continue
        place = sink.reserve(np.array([number]))
        own, done = bases[number], 0
        edges = sorted({*(rng.randint(0, own.size) for _ in range(rng.randint(1, 5))), own.size} - {0}) or [0]
        for edge in edges:
            letters = own[done:edge].copy()
            count = rng.choice([0, 1, 5, letters.size]) if done else 0
            count = min(count, letters.size)
            letters[:count] = ord("A")
            part = Part(np.array([number]), letters, np.array([letters.size]), place, done, not done, edge == own.size)
            made.append((part, sink.made(part), count))
            letters[:count] = own[done : done + count]
            done = edge
        number += 1
    for part, own, count in made:
        if count:
            sink.corrected(part, own, count)
        sink.take(part, own)
    return [base.tobytes() for base in bases]


ROWS = [("a", 0, 150_003), ("b", 0, 61), ("c", 0, 3), ("d", 0, 130_560), ("a", 5, 70_000), ("e", 0, 60), ("b", 1, 2)]
NAMES = ["a", "b", "c", "d", "a:5-70000", "e", "b:1-2"]


def fasta(bases, width=60, names=NAMES):
    lines = []
    for name, text in zip(names, bases, strict=True):
        lines.append(b">%s\n" % name.encode())
        step = width or max(len(text), 1)
        lines += [text[i : i + step] + b"\n" for i in range(0, len(text), step)]
    return b"".join(lines)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("width", [60, 0, 7, 5000])
def test_fasta_of_any_width(tmp_path, seed, width):
    pysam = pytest.importorskip("pysam")
    records = records_of(ROWS)
    with open_sink(tmp_path / "x.fa", None, records, Layout.of(width)) as sink:
        bases = write(sink, records, seed)
    assert (tmp_path / "x.fa").read_bytes() == fasta(bases, width)
    (tmp_path / "y.fa").write_bytes(fasta(bases, width))
    pysam.faidx(str(tmp_path / "y.fa"))
    assert (tmp_path / "x.fa.fai").read_text() == (tmp_path / "y.fa.fai").read_text()


@pytest.mark.parametrize("seed", range(8))
def test_bgzip_is_what_bgzip_reads(tmp_path, seed):
    pysam = pytest.importorskip("pysam")
    records = records_of(ROWS)
    with open_sink(tmp_path / "x.fa.gz", None, records) as sink:
        bases = write(sink, records, seed)
    assert gzip.decompress((tmp_path / "x.fa.gz").read_bytes()) == fasta(bases)
    assert {path.name for path in tmp_path.iterdir()} == {"x.fa.gz", "x.fa.gz.fai", "x.fa.gz.gzi"}
    (tmp_path / "y.fa.gz").write_bytes((tmp_path / "x.fa.gz").read_bytes())
    # It makes both indexes of its own.
    pysam.faidx(str(tmp_path / "y.fa.gz"))
    for suffix in (".fai", ".gzi"):
        assert (tmp_path / f"x.fa.gz{suffix}").read_bytes() == (tmp_path / f"y.fa.gz{suffix}").read_bytes()
    with pysam.FastaFile(str(tmp_path / "x.fa.gz")) as opened:
        assert [opened.fetch(name).encode() for name in NAMES] == bases


def test_bgzip_does_not_depend_on_the_cuts(tmp_path):
    records, found = records_of(ROWS), set()
    for seed in range(6):
        with open_sink(tmp_path / "x.fa.gz", "bgzip", records) as sink:
            write(sink, records, seed)
        found.add((tmp_path / "x.fa.gz").read_bytes())
    assert len(found) == 1


@pytest.mark.parametrize("rows", [[], [("none", 0, 0)], [("c", 0, 3)]])
@pytest.mark.parametrize("suffix", [".fa.gz", ".2bit", ".fa"])
def test_outputs_with_little_in_them(tmp_path, rows, suffix):
    records, path = records_of(rows), tmp_path / f"x{suffix}"
    with open_sink(path, None, records) as sink:
        for number in range(len(records)):
            numbers = np.array([number])
            size = records.lengths(numbers)
            part = Part(numbers, np.full(int(size[0]), ord("G"), np.uint8), size, sink.reserve(numbers))
            sink.take(part, sink.made(part))
    if rows and rows[0][2]:
        assert open_genome(path).fetch("c", 0, 3).tobytes() == b"GGG"


@pytest.mark.parametrize("seed", range(8))
def test_twobit(tmp_path, seed):
    records, path = records_of([*ROWS, ("none", 0, 0)]), tmp_path / "x.2bit"
    with open_sink(path, None, records) as sink:
        bases = write(sink, records, seed)
    py2bit = pytest.importorskip("py2bit")
    opened = py2bit.open(str(path), True)
    assert opened.chroms() == {**dict(zip(NAMES, map(len, bases), strict=False)), "none": 0}
    for name, expected in zip(NAMES, bases, strict=False):
        # It shows N in upper case wherever it is.
        assert opened.sequence(name).encode() == expected.replace(b"n", b"N")
    opened.close()
    assert [file.name for file in tmp_path.iterdir()] == ["x.2bit"]


def test_twobit_is_the_same_however_it_is_cut_and_gsynth_reads_it(tmp_path):
    records, found = records_of(ROWS), set()
    for seed in range(8):
        with open_sink(tmp_path / "x.2bit", None, records) as sink:
            bases = write(sink, records, seed)
        found.add((tmp_path / "x.2bit").read_bytes())
    assert len(found) == 1
    genome = open_genome(tmp_path / "x.2bit")
    assert [genome.fetch(name, 0, size).tobytes() for name, size in genome.contigs.items()] == bases


def test_twobit_of_another_program_byte_by_byte(tmp_path):
    """The golden bytes are written by hand after UCSC's description."""
    genome = {"one": "NNacgTAC", "2": "G"}
    path = tmp_path / "x.2bit"
    gsynth.replace_kmer("A", "A", genome={"one": "NNACGTAC", "2": "G"}, output=path)
    one = bytes.fromhex("08000000 01000000 00000000 02000000 00000000 00000000")
    # NNAC GTAC: T T A C = 00 00 10 01, G T A C = 11 00 10 01
    one += bytes([0b00001001, 0b11001001])
    two = bytes.fromhex("01000000 00000000 00000000 00000000") + bytes([0b11000000])
    header = bytes.fromhex("4327411a 00000000 02000000 00000000")
    begin = 16 + 1 + 3 + 4 + 1 + 1 + 4
    index = b"\x03one" + begin.to_bytes(4, "little") + b"\x012" + (begin + len(one)).to_bytes(4, "little")
    assert path.read_bytes() == header + index + one + two
    assert open_genome(path).fetch("one", 0, 8).tobytes() == genome["one"].upper().encode()


@pytest.mark.parametrize("seed", range(4))
def test_arrays_in_memory_and_in_files(tmp_path, seed):
    codes = dict(zip(b"ACGTacgt", [0, 1, 2, 3] * 2, strict=True))
    records = records_of(ROWS)

    def decoded(text):
        return np.array([codes.get(letter, 4) for letter in text], np.uint8)

    with open_sink(None, "codes", records) as sink:
        bases = write(sink, records, seed)
    assert all(np.array_equal(one, decoded(two)) for one, two in zip(sink.result(), bases, strict=True))
    for dtype in ("uint8", "float32"):
        layout = Layout.of(dtype=dtype, pad="longest")
        expected = np.zeros((len(bases), 150_003, 4), dtype)
        for row, text in enumerate(bases):
            own = decoded(text)
            expected[row, np.flatnonzero(own < 4), own[own < 4]] = 1
        with open_sink(None, "onehot", records, layout) as sink:
            write(sink, records, seed)
        assert sink.result().dtype == dtype
        assert np.array_equal(sink.result(), expected)
        with open_sink(tmp_path / "x.npy", "onehot", records, layout) as sink:
            write(sink, records, seed)
        assert np.array_equal(np.load(tmp_path / "x.npy"), expected)
    with open_sink(tmp_path / "x.npy", "codes", records, Layout.of(pad=150_004)) as sink:
        write(sink, records, seed)
    found = np.load(tmp_path / "x.npy")
    assert found.shape == (len(bases), 150_004)
    assert all(np.array_equal(row[: len(text)], decoded(text)) for row, text in zip(found, bases, strict=True))
    assert all((row[len(text) :] == 4).all() for row, text in zip(found, bases, strict=True))


MODEL = gsynth.GsynthModel(k=2, counts=np.random.default_rng(5).integers(1, 99, (1, 16, 4)))
GENOME = {"one": "ACGTN" * 400, "two": "G" * 333, "three": "acgtACGTn" * 70}


@pytest.mark.parametrize("output_format", ["fasta", "bgzip", "2bit", "seq", "codes", "onehot"])
def test_a_file_for_each_sample_is_that_sample(tmp_path, output_format):
    suffix = {"bgzip": ".fa.gz", "2bit": ".2bit", "seq": ".seq", "fasta": ".fa"}.get(output_format, ".npy")
    pad = {"pad": 2000} if suffix == ".npy" else {}
    options = {"genome": GENOME, "seed": 3, "keep_case": True, "output_format": output_format, **pad}
    whole = {"num_cores": 2, "max_chunk_size": 64}
    gsynth.sample(MODEL, tmp_path / f"x.{{sample}}{suffix}", n_samples=3, **whole, **options)
    gsynth.sample(MODEL, tmp_path / f"alone{suffix}", n_samples=1, **options)
    names = {path.name for path in tmp_path.iterdir() if path.name.endswith(suffix)}
    assert names == {f"x.{number}{suffix}" for number in (1, 2, 3)} | {f"alone{suffix}"}
    assert (tmp_path / f"x.1{suffix}").read_bytes() == (tmp_path / f"alone{suffix}").read_bytes()
    strings = gsynth.sample(MODEL, genome=GENOME, seed=3, keep_case=True, n_samples=3)
    if suffix in (".fa", ".fa.gz", ".2bit"):
        for number in range(3):
            genome = open_genome(tmp_path / f"x.{number + 1}{suffix}")
            found = [genome.fetch(name, 0, size).tobytes().decode() for name, size in genome.contigs.items()]
            assert found == strings[number::3]


def test_a_failure_of_one_sample_leaves_all_files_as_they_were(tmp_path):
    (tmp_path / "x.1.fa").write_text("old")

    def interrupted():
        with open_sink(tmp_path / "x.{sample}.fa", None, records_of(ROWS, 2)):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert [path.name for path in tmp_path.iterdir()] == ["x.1.fa"]
    assert (tmp_path / "x.1.fa").read_text() == "old"


@pytest.mark.parametrize("cores", [1, 3])
@pytest.mark.parametrize("name", ["x.fa.gz", "x.2bit", "x.npy"])
def test_bytes_do_not_depend_on_threads_or_blocks(tmp_path, cores, name):
    pad = {"output_format": "onehot", "pad": "longest"} if name == "x.npy" else {}
    expected = tmp_path / f"first.{name}"
    gsynth.sample(MODEL, expected, genome=GENOME, seed=1, num_cores=1, **pad)
    for block in (64, 100, 1000):
        path = tmp_path / f"{block}.{name}"
        gsynth.sample(MODEL, path, genome=GENOME, seed=1, num_cores=cores, max_chunk_size=block, **pad)
        assert path.read_bytes() == expected.read_bytes()


def test_calls_write_what_the_suffix_says(tmp_path):
    gsynth.random(genome={"c": 100}, output=tmp_path / "r.fa.gz", seed=1, line_width=0)
    assert gzip.decompress((tmp_path / "r.fa.gz").read_bytes()).count(b"\n") == 2
    gsynth.random(genome={"c": 100}, output=tmp_path / "r.FASTA.BGZ", seed=1)
    assert (tmp_path / "r.FASTA.BGZ").read_bytes()[:2] == b"\x1f\x8b"
    gsynth.replace_kmer("CG", "GC", genome={"c": "CGCGNNN" * 10}, output=tmp_path / "x.2bit")
    assert open_genome(tmp_path / "x.2bit").fetch("c", 0, 7).tobytes() == b"GGCCNNN"
    codes = gsynth.replace_kmer("CG", "GC", genome={"c": "CGN"}, output_format="codes")
    assert codes.tolist() == [[2, 1, 4]]


@pytest.mark.parametrize("output_format", ["bgzip", "2bit", "fasta", "seq", "codes"])
def test_streams(output_format):
    file = io.BytesIO()
    gsynth.random(genome={"c": 100}, output=file, seed=1, output_format=output_format)
    text = gsynth.random(genome={"c": 100}, seed=1)[0]
    found = file.getvalue()
    if output_format == "bgzip":
        assert gzip.decompress(found).replace(b"\n", b"") == b">c" + text.encode()
    elif output_format == "codes":
        assert np.load(io.BytesIO(found)).shape == (1, 100)
    else:
        assert found


@pytest.mark.parametrize(
    ("output", "options", "message"),
    [
        ("x.txt", {}, "unknown suffix"),
        ("x.hg38", {}, "unknown suffix"),
        ("x.npy", {}, "codes or onehot"),
        ("x.fa.zst", {}, "zstd"),
        ("x.fq", {}, "FASTQ"),
        ("x.gz", {}, "bgzip"),
        ("x.seq.gz", {}, "bgzip"),
        ("x.2bit", {"output_format": "fasta"}, "asks for 2bit"),
        ("x.fa", {"output_format": "bgzip"}, "asks for fasta"),
        ("x.fa.gz", {"output_format": "seq"}, "asks for bgzip"),
        ("x.fa.gz", {"output_format": "2bit"}, "asks for bgzip"),
        ("x.2bit", {"layout": Layout.of(line_width=50)}, "line_width"),
        ("x.fa", {"layout": Layout.of(pad=5)}, "pad"),
        ("x.fa", {"layout": Layout.of(dtype="float32")}, "dtype"),
        (None, {"output_format": "2bit"}, "needs an output"),
        (None, {"layout": Layout.of(line_width=50)}, "line_width"),
        (None, {"output_format": "codes", "layout": Layout.of(dtype="float32")}, "dtype"),
    ],
)
def test_refused_early(tmp_path, monkeypatch, output, options, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ArgumentError, match=message):
        check_output(output, options.pop("output_format", None), **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"line_width": -1}, "line_width"),
        ({"line_width": 1.5}, "line_width"),
        ({"pad": 0, "output_format": "codes"}, "pad"),
        ({"pad": "x", "output_format": "codes"}, "pad"),
        ({"pad": 5, "output_format": "codes"}, "shorter than the longest"),
        ({"output_format": "onehot"}, "differ in length"),
        ({"output_format": "onehot", "dtype": "int8"}, "dtype"),
    ],
)
def test_layouts_that_cannot_be(options, message):
    with pytest.raises(GsynthError, match=message):
        gsynth.random(genome={"c": 9, "d": 8}, seed=1, **options)


def test_what_a_twobit_cannot_hold_is_refused_before_the_work(tmp_path):
    with pytest.raises(ArgumentError, match="255"):
        gsynth.random(genome={"n" * 256: 9}, output=tmp_path / "x.2bit", seed=1)
    with pytest.raises(ArgumentError, match="4,294,967,295"):
        gsynth.random(genome={"n": 2**32}, output=tmp_path / "x.2bit", seed=1)
    assert not list(tmp_path.iterdir())


def test_a_twobit_takes_the_place_of_a_fasta_s_name_without_its_index(tmp_path):
    gsynth.random(genome={"old": 70}, output=tmp_path / "x.fa.gz", seed=1)
    gsynth.random(genome={"new": 90}, output=tmp_path / "x.fa.gz", seed=1, overwrite=True)
    assert (tmp_path / "x.fa.gz.fai").read_text().startswith("new\t90\t")
    (tmp_path / "y").touch()
    (tmp_path / "y.fai").touch()
    (tmp_path / "y.gzi").touch()
    gsynth.random(genome={"new": 90}, output=tmp_path / "y", output_format="2bit", seed=1)
    assert not (tmp_path / "y.fai").exists()
    assert not (tmp_path / "y.gzi").exists()


def test_only_what_is_asked_for_is_drawn():
    """It is the complement of `mask_copy`, and what is drawn follows the copied bases."""
    outside = [("one", 0, 100), ("one", 300, 2000), ("two", 0, 333), ("three", 0, 7), ("three", 500, 630)]
    with pytest.warns(UserWarning, match="mostly copied"):
        expected = gsynth.sample(MODEL, genome=GENOME, seed=3, mask_copy=[*outside, ("one", 120, 130)])
    for block in (64, 4096):
        found = gsynth.sample(
            MODEL, genome=GENOME, seed=3, only=["one:101-300", ("three", 7, 500)], mask_copy=[("one", 120, 130)],
            num_cores=2, max_chunk_size=block,
        )  # fmt: skip
        assert found == expected
    assert found[1] == GENOME["two"]
    with pytest.raises(ArgumentError, match="only contig sizes"):
        gsynth.sample(MODEL, genome={"one": 100}, only="one:1-5", seed=1)
