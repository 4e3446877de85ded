import io

import numpy as np
import pytest

from gsynth.outputs import check_output, open_sink
from gsynth.outputs.fasta import wrapped


def letters(n):
    return np.random.default_rng(n).choice(np.frombuffer(b"ACGT", np.uint8), n)


@pytest.mark.parametrize("sizes", [[0], [1], [59, 1], [60], [61], [30, 29, 1, 60, 120, 7], [1] * 130])
def test_lines_do_not_depend_on_the_stretches(sizes):
    parts = [letters(n) for n in sizes]
    text, column = b"", 0
    for part in parts:
        text += wrapped(part, column % 60).tobytes()
        column += part.size
    whole = b"".join(part.tobytes() for part in parts)
    assert text == b"".join(whole[i : i + 60] + b"\n" * (len(whole) >= i + 60) for i in range(0, len(whole), 60))


def write(sink, records):
    for name, bases in records:
        sink.begin(name)
        sink.write(bases[: len(bases) // 2])
        sink.write(bases[len(bases) // 2 :])
        sink.end()


def test_fasta_and_index(tmp_path):
    pysam = pytest.importorskip("pysam")
    records = [("a", letters(150)), ("b:1-121", letters(120)), ("c", letters(7)), ("a", letters(80))]
    path = tmp_path / "x.fa"
    with open_sink(path, "fasta") as sink:
        write(sink, records)
    ours = (tmp_path / "x.fa.fai").read_text()
    (tmp_path / "y.fa").write_bytes(path.read_bytes())
    pysam.faidx(str(tmp_path / "y.fa"))
    assert ours == (tmp_path / "y.fa.fai").read_text()
    with pysam.FastaFile(str(path)) as fasta:
        assert fasta.fetch("c") == records[2][1].tobytes().decode()


def test_raw_and_strings(tmp_path):
    records = [("a", letters(9)), ("b", letters(4))]
    with open_sink(tmp_path / "x.seq", "seq") as sink:
        write(sink, records)
    assert (tmp_path / "x.seq").read_bytes() == records[0][1].tobytes() + records[1][1].tobytes()
    with open_sink(tmp_path / "ignored", "vector") as sink:
        write(sink, records)
    assert sink.result() == [bases.tobytes().decode() for _, bases in records]
    assert not (tmp_path / "ignored").exists()


def test_binary_file():
    file = io.BytesIO()
    with open_sink(file, "fasta") as sink:
        write(sink, [("a", letters(3))])
    assert file.getvalue() == b">a\n" + letters(3).tobytes() + b"\n"


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "x.fa"
    path.write_text("old")

    def interrupted():
        with open_sink(path, "fasta") as sink:
            write(sink, [("a", letters(100))])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["x.fa"]


@pytest.mark.parametrize(
    ("output", "output_format", "error"),
    [
        ("x.fa", "genbank", ValueError),
        ("nowhere/x.fa", "fasta", FileNotFoundError),
        (".", "fasta", ValueError),
        ("x.fa.gz", "fasta", ValueError),
        ("/dev/null", "fasta", ValueError),
        (7, "fasta", TypeError),
    ],
)
def test_refuses_early(tmp_path, monkeypatch, output, output_format, error):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        check_output(output, output_format)
