"""Files of scores, as other programs read them."""

import gzip
import io
import math

import numpy as np
import pytest

import gsynth
from gsynth.genomes import open_genome
from gsynth.outputs import npz
from gsynth.outputs.bedgraph import BedGraphSink
from gsynth.outputs.bigwig import BigWigSink
from gsynth.outputs.scores import AGAINST_IMPOSSIBLE, IMPOSSIBLE, MISSING, Scores
from gsynth.tracks import open_tracks

RNG = np.random.default_rng(2)
SIZES = {"chr2": 310_007, "chr10": 80_001, "tiny": 3, "empty": 0, "chr1": 120_500}
GENOME = {
    name: "".join(RNG.choice(list("ACGTN"), size, p=[0.3, 0.2, 0.2, 0.299, 0.001])) for name, size in SIZES.items()
}
MODEL = gsynth.gsynth_train(genome=GENOME, k=2)


def written(folder, name, **settings):
    path = folder / name
    assert gsynth.gsynth_score(MODEL, path, genome=GENOME, **settings, overwrite=True) is None
    return path


def loaded(path):
    with np.load(path) as archive:
        return dict(archive)


def scored(**settings):
    table = gsynth.gsynth_score(MODEL, genome=GENOME, **settings)
    return table[~np.isnan(table["score"])]


@pytest.mark.parametrize("resolution", [1_000, 37])
def test_bedgraph(tmp_path, resolution):
    lines = [
        line.split("\t") for line in written(tmp_path, "a.bedGraph", resolution=resolution).read_text().splitlines()
    ]
    table = scored(resolution=resolution)
    assert [line[:3] for line in lines] == [
        [chrom, str(start), str(end)]
        for chrom, start, end in zip(table["chrom"], table["start"], table["end"], strict=True)
    ]
    assert [line[3] for line in lines] == [f"{score:.6f}" for score in table["score"]]


def test_bgzip(tmp_path):
    plain, packed = (written(tmp_path, name, resolution=20).read_bytes() for name in ("a.bg", "a.bg.gz"))
    assert gzip.decompress(packed) == plain
    assert packed.endswith(bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000"))
    pysam = pytest.importorskip("pysam")
    lines = plain.splitlines()
    with pysam.BGZFile(tmp_path / "a.bg.gz") as file:
        assert [file.readline() for _ in range(len(lines))] == lines
    index = pysam.tabix_index(str(tmp_path / "a.bg.gz"), seq_col=0, start_col=1, end_col=2, zerobased=True, force=True)
    with pysam.TabixFile(index) as file:
        found = [row.encode() for row in file.fetch("chr10", 40_000, 60_000)]
    own = [line for line in lines if line.startswith(b"chr10\t")]
    places = [[int(field) for field in line.split(b"\t")[1:3]] for line in own]
    near = [line for line, (start, end) in zip(own, places, strict=True) if end > 40_000 and start < 60_000]
    assert found == near


def test_an_index_of_what_was_there_is_removed(tmp_path):
    (tmp_path / "a.bg.gz").write_bytes(b"old")
    (tmp_path / "a.bg.gz.tbi").write_bytes(b"old")
    written(tmp_path, "a.bg.gz", resolution=1_000)
    assert [path.name for path in tmp_path.iterdir()] == ["a.bg.gz"]


def test_numbers_to_the_last_decimal():
    unit = 2**24
    sums = np.array(
        [0, -1, -8, -9, -unit // 2, -unit, -(10**6) * unit - unit // 3, 5 * unit + 1, -unit + 1, -(2**52) - 1]
    )
    flags = np.zeros(sums.size + 3, dtype=np.uint8)
    flags[-3:] = IMPOSSIBLE, AGAINST_IMPOSSIBLE, MISSING
    places = np.arange(flags.size)
    file = io.BytesIO()
    sink = BedGraphSink(file, ["c"], False)
    sink.take(sink.made(Scores(np.zeros_like(places), places, places + 1, np.append(sums, [7, 7, 7]), flags)))
    found = [line.split(b"\t")[3].decode() for line in file.getvalue().splitlines()]
    expected = [f"{value / unit:.6f}".replace("-0.000000", "0.000000") for value in sums.tolist()]
    assert found == [*expected, "-inf", "inf"]


@pytest.mark.parametrize("resolution", [1, 37, 500, 1_000_000])
def test_bigwig_as_others_read_it(tmp_path, resolution):
    pybigtools = pytest.importorskip("pybigtools")
    path = written(tmp_path, "a.bw", resolution=resolution, intervals="chr10" if resolution == 1 else None)
    table = scored(resolution=resolution, intervals="chr10" if resolution == 1 else None)
    with pybigtools.open(str(path)) as file:
        assert file.chroms() == SIZES
        for name in SIZES:
            own = table[table["chrom"] == name]
            expected = list(zip(own["start"], own["end"], own["score"].astype(np.float32), strict=True))
            assert list(file.records(name)) == expected
        summary = file.info()["summary"]
    widths = (table["end"] - table["start"]).to_numpy()
    values = table["score"].astype(np.float32).astype(float).to_numpy()
    assert summary["basesCovered"] == widths.sum()
    if len(table):
        assert summary["sum"] == pytest.approx((widths * values).sum(), rel=1e-12)
        assert (summary["min"], summary["max"]) == (values.min(), values.max())


def test_bigwig_zooms(tmp_path):
    pybigtools = pytest.importorskip("pybigtools")
    path = written(tmp_path, "a.bw", resolution=100)
    table = scored(resolution=100)
    own = table[table["chrom"] == "chr2"]
    with pybigtools.open(str(path)) as file:
        zooms = file.zooms() if callable(file.zooms) else file.zooms
        assert min(zooms) == 1_000
        for width in list(zooms):
            for start, end, held in file.zoom_records(width, "chr2"):
                inside = own[(own["start"] >= start) & (own["end"] <= end)]
                widths = (inside["end"] - inside["start"]).to_numpy()
                values = inside["score"].astype(np.float32).to_numpy()
                assert held["bases_covered"] == widths.sum()
                assert held["sum"] == pytest.approx((widths * values).sum(), rel=1e-6)
                assert (held["min_val"], held["max_val"]) == (values.min(), values.max())


def test_bigwig_of_many_contigs():
    """More than a node of a tree holds, and more than two levels hold."""
    pybigtools = pytest.importorskip("pybigtools")
    names = [f"scaffold_{i * 7919 % 70_001}" for i in range(70_001)]
    sizes = np.full(70_001, 200)
    file = io.BytesIO()
    sink = BigWigSink(file, names, sizes, 100)
    ids, starts = np.repeat(np.arange(70_001), 2), np.tile([0, 100], 70_001)
    sums = -(np.arange(ids.size) * 2**20)
    scores = Scores(ids, starts, starts + 100, sums, np.zeros(ids.size, dtype=np.uint8))
    sink.take(sink.made(scores))
    sink.finish()
    file.seek(0)
    with pybigtools.open(file) as opened:
        assert opened.chroms() == dict.fromkeys(names, 200)
        for i in (0, 1, 255, 256, 35_000, 65_536, 70_000):
            expected = [(0, 100, -(2 * i) / 16), (100, 200, -(2 * i + 1) / 16)]
            assert list(opened.records(names[i])) == [(s, e, np.float32(value)) for s, e, value in expected]


@pytest.mark.parametrize("kind", ["bw", "bedGraph"])
def test_a_file_of_scores_is_a_track(tmp_path, kind):
    """What is written can be read: windows of their own size have their score."""
    path = written(tmp_path, f"a.{kind}", resolution=50)
    genome = open_genome(GENOME)
    track = open_tracks(["score"], {"score": str(path)}, genome)[0]
    table = gsynth.gsynth_score(MODEL, genome=GENOME, resolution=50, intervals="chr1")
    edges = np.append(table["start"], table["end"].iloc[-1])
    found = track.window_values("chr1", edges, None)
    np.testing.assert_allclose(found, table["score"], atol=1e-5)


def test_npz(tmp_path):
    where = [("chr10", 5, 100), ("chr2", 0, 999), ("chr10", 50, 70)]
    found = loaded(written(tmp_path, "a.npz", resolution=33, intervals=where))
    table = gsynth.gsynth_score(MODEL, genome=GENOME, resolution=33, intervals=where)
    assert found["contigs"].tolist() == list(SIZES)
    assert found["contigs"][found["contig"]].tolist() == table["chrom"].tolist()
    for name in ("start", "end", "score"):
        np.testing.assert_array_equal(found[name], table[name])


@pytest.mark.parametrize("name", ["a.bedGraph", "a.bedGraph.gz", "a.bw", "a.npz"])
def test_the_same_bytes_whatever_threads_and_blocks(tmp_path, name):
    expected = written(tmp_path, name, resolution=100, num_cores=1).read_bytes()
    for cores, block in ((2, None), (5, 64), (1, 70_001), (2, 100_000)):
        settings = {"num_cores": cores, "max_chunk_size": block, "resolution": 100}
        assert written(tmp_path, name, **settings).read_bytes() == expected


@pytest.mark.parametrize("output_format", ["bedgraph", "bigwig", "npz"])
def test_an_open_file(tmp_path, output_format):
    file = io.BytesIO()
    gsynth.gsynth_score(MODEL, file, output_format=output_format, genome=GENOME, resolution=500)
    suffix = {"bedgraph": "bedGraph", "bigwig": "bw", "npz": "npz"}[output_format]
    assert file.getvalue() == written(tmp_path, f"a.{suffix}", resolution=500).read_bytes()


def test_a_bigwig_needs_a_file_that_can_be_gone_back_in():
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

    with pytest.raises(gsynth.GsynthError, match="a bigWig cannot be written to a stream: name a file"):
        gsynth.gsynth_score(MODEL, Pipe(), output_format="bigwig", genome=GENOME, resolution=500)
    with pytest.raises(gsynth.GsynthError, match="an open file has no suffix"):
        gsynth.gsynth_score(MODEL, io.BytesIO(), genome=GENOME, resolution=500)


def test_infinite_scores_are_written(tmp_path):
    never = gsynth.GsynthModel(k=1, counts=[[[1, 1, 0, 1]] * 4], pseudocount=0)
    genome = {"c": "AACATGACA"}
    for name in ("a.bedGraph", "a.bw", "a.npz"):
        with pytest.warns(UserWarning, match="infinite"):
            gsynth.gsynth_score(never, tmp_path / name, genome=genome, resolution=3)
    assert [line.split("\t")[3] for line in (tmp_path / "a.bedGraph").read_text().splitlines()] == [
        "-inf", f"{3 * math.log(1 / 3):.6f}",
    ]  # fmt: skip
    assert np.isneginf(loaded(tmp_path / "a.npz")["score"][1])
    pybigtools = pytest.importorskip("pybigtools")
    with pybigtools.open(str(tmp_path / "a.bw")) as file:
        assert [value for _, _, value in file.records("c")] == [-math.inf, pytest.approx(3 * math.log(1 / 3))]


def test_contigs_that_cannot_be_written(tmp_path):
    for name, output in (("a b", "x.bw"), ("#1", "x.bg"), ("track", "x.bg"), ("a\tb", "x.bg")):
        with pytest.raises(gsynth.GsynthError, match="rename it"):
            gsynth.gsynth_score(MODEL, tmp_path / output, genome={name: "ACGT" * 9}, resolution=5)


def test_windows_of_an_npz_are_made_in_parts(tmp_path, monkeypatch):
    monkeypatch.setattr(npz, "_AT_ONCE", 7)
    found = loaded(written(tmp_path, "a.npz", resolution=777))
    table = gsynth.gsynth_score(MODEL, genome=GENOME, resolution=777)
    np.testing.assert_array_equal(found["start"], table["start"])
    np.testing.assert_array_equal(found["end"], table["end"])
