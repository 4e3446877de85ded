"""What scoring refuses, and what it says of it."""

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, ArgumentTypeError, FormatError

GENOME = {"c": "ACGTTGCAGA" * 30, "d": "GGCATTACGA" * 10}
MODEL = gsynth.GsynthModel(k=1, counts=np.arange(1, 17).reshape(1, 4, 4), iterator=50)


def score(model=MODEL, output=None, **settings):
    return gsynth.gsynth_score(model, output, **{"genome": GENOME, **settings})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"resolution": 0}, "resolution must be"),
        ({"resolution": 2.5}, "resolution"),
        ({"sparse_policy": "na"}, "sparse_policy must be one of NA, uniform, found 'na'"),
        ({"n_policy": None}, "n_policy must be one of NA, uniform, found None"),
        ({"outside": "no"}, "outside must be one of"),
        ({"context": "genome"}, "context must be one of contig, interval, found 'genome'"),
        ({"output_format": "wig"}, "output_format must be one of frame, arrays, bedgraph, bigwig, npz, misha"),
        ({"output_format": "bigwig"}, "needs an output"),
        ({"genome": {"c": 300}}, "gives only contig sizes; scoring needs the sequence"),
    ],
)
def test_arguments_that_cannot_be_used(settings, message):
    with pytest.raises(ArgumentError, match=message):
        score(**settings)


def test_models_that_are_none():
    with pytest.raises(ArgumentTypeError, match=r"^model must be a GsynthModel, found str"):
        score("model.gsm")
    with pytest.raises(ArgumentTypeError, match=r"^against must be a GsynthModel, found str"):
        score(against="model.gsm")


def test_without_an_iterator_the_resolution_is_needed():
    plain = gsynth.GsynthModel(k=1, counts=MODEL.counts)
    with pytest.raises(ArgumentError, match="the model has no iterator: give the resolution"):
        score(plain)
    assert score(plain, resolution=50).equals(score())


@pytest.mark.parametrize(
    ("name", "output_format", "message"),
    [
        ("out.txt", None, "has none of the suffixes .bedgraph, .bg, .bdg, .bw, .bigwig, .npz"),
        ("out.fa", "bedgraph", "asks for FASTA, output_format for bedgraph"),
        ("out.bw", "bedgraph", "asks for bigwig, output_format for bedgraph"),
        ("out.bw.gz", None, "asks for bgzip, which only bedgraph is written in"),
        ("out.bedGraph", "frame", "is returned, not written"),
        ("no/such.bw", None, "the folder .* does not exist"),
        ("", None, "is not a path"),
        ("track", "misha", "needs a misha database as genome"),
    ],
)
def test_outputs_that_cannot_be_written(tmp_path, monkeypatch, name, output_format, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ArgumentError, FileNotFoundError), match=message):
        score(output=name, output_format=output_format)
    assert not list(tmp_path.iterdir())


def test_an_input_is_not_overwritten(tmp_path):
    mask = tmp_path / "mask.bedgraph"
    mask.write_text("c\t0\t10\n")
    with pytest.raises(ArgumentError, match="mask"):
        score(output=mask, mask=mask)
    assert mask.read_text() == "c\t0\t10\n"


@pytest.mark.parametrize("suffix", ["bedGraph", "bw"])
def test_a_base_has_one_score_in_a_file(tmp_path, suffix):
    where = [("c", 100, 200), ("d", 0, 50), ("c", 10, 101)]
    with pytest.raises(ArgumentError, match=r"c:10-101 and c:100-200 \(0-based half-open\) overlap"):
        score(output=tmp_path / f"out.{suffix}", intervals=where)
    assert len(score(intervals=where)) == 6
    assert not list(tmp_path.iterdir())


def test_a_call_that_fails_leaves_what_was_there(tmp_path):
    class Broken:
        name, has_sequence, contigs = "broken", True, {"c": 300}

        def fetch(self, contig, start, end):
            raise OSError("gone")

    path = tmp_path / "out.bw"
    path.write_text("old")
    with pytest.raises(OSError, match="gone"):
        score(output=path, genome=Broken(), overwrite=True)
    assert path.read_text() == "old"
    assert [found.name for found in tmp_path.iterdir()] == ["out.bw"]


def test_a_context_beyond_the_interval():
    inside = score(context="interval", intervals=[("c", 100, 150)], resolution=1)["score"]
    beyond = score(intervals=[("c", 100, 150)], resolution=1)["score"]
    assert np.isnan(inside[0])
    assert not np.isnan(beyond).any()
    assert inside[1:].equals(beyond[1:])


def test_tracks_of_one_of_two_models():
    track = {"signal": {"c": np.arange(300.0), "d": np.arange(100.0)}}
    dim = {"expr": "signal", "breaks": [0, 100, 300]}
    one = gsynth.gsynth_train(dim, genome=GENOME, k=1, iterator=10, tracks=track)
    for model, against in ((one, MODEL), (MODEL, one)):
        factors = score(model, against=against, tracks=track, resolution=30)["score"]
        alone = [
            score(each, tracks=track if each is one else None, resolution=30)["score"] for each in (model, against)
        ]
        np.testing.assert_array_equal(factors, alone[0] - alone[1])


def test_tracks_that_nothing_uses_are_named():
    with pytest.warns(UserWarning, match="the tracks 'signal' are not used"):
        score(tracks={"signal": {"c": np.arange(300.0), "d": np.arange(100.0)}})


def test_an_empty_genome_has_no_windows():
    assert len(score(genome={"c": ""})) == 0
    assert score(genome={"c": ""}, output_format="arrays") == {}


def test_arrays_are_the_frame_by_contig():
    where = [("d", 3, 77), ("c", 1, 299), ("d", 0, 9)]
    frame, arrays = (score(intervals=where, output_format=form) for form in ("frame", "arrays"))
    assert list(arrays) == ["c", "d"]
    for name, (starts, ends, scores) in arrays.items():
        own = frame[frame["chrom"] == name]
        np.testing.assert_array_equal(own["start"], starts)
        np.testing.assert_array_equal(own["end"], ends)
        np.testing.assert_array_equal(own["score"], scores)


@pytest.mark.parametrize("call", ["train", "sample", "score"])
def test_letters_that_are_no_bases_are_found_behind_an_index(call, tmp_path):
    """A file with an index is not read completely when it is opened."""
    path = tmp_path / "g.fa"
    path.write_text(">c\n" + "ACGTNACGTT" * 20 + "\n>d\n" + "ACGTNACGUT" * 20 + "\n")
    (tmp_path / "g.fa.fai").write_text("c\t200\t3\t200\t201\nd\t200\t207\t200\t201\n")
    calls = {
        "train": lambda: gsynth.train(genome=path, k=1),
        "sample": lambda: gsynth.sample(MODEL, genome=path, seed=1),
        "score": lambda: gsynth.score(MODEL, genome=path),
    }
    with pytest.raises(FormatError, match="d:9: found 'U', expected bases"):
        calls[call]()
