import io

import numpy as np
import pytest

from gsynth.intervals import Intervals
from gsynth.outputs import Part, Records, check_output, open_sink
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


CONTIGS = {"a": 150, "b": 500, "c": 7, "none": 0, "d": 60}


def intervals(rows):
    names = tuple(CONTIGS)
    columns = ([names.index(row[0]) for row in rows], [row[1] for row in rows], [row[2] for row in rows])
    return Intervals(names, *(np.array(column, dtype=np.int64) for column in columns))


def records_of(rows, n_samples=1):
    return Records(intervals(rows), np.array(list(CONTIGS.values())), n_samples)


ROWS = [("a", 0, 150), ("b", 1, 121), ("c", 0, 7), ("none", 0, 0), ("d", 0, 60), ("a", 3, 4)]


def write(sink, records, cuts):
    """Write random letters: whole records together up to each cut, then that record in two stretches."""
    lengths = records.lengths(np.arange(len(records)))
    bases = [letters(n) for n in lengths]
    first = 0
    places = [sink.reserve(np.array([i])) for i in range(len(bases))]
    for cut in [*cuts, len(bases)]:
        if cut > first:
            numbers = np.arange(first, cut)
            part = Part(numbers, np.concatenate([bases[i] for i in numbers]), lengths[numbers], places[first])
            sink.take(part, sink.made(part))
        if cut < len(bases):
            middle = len(bases[cut]) // 2
            head = Part(np.array([cut]), bases[cut][:middle], np.array([middle]), places[cut], 0, True, False)
            wrong = bases[cut][middle:].copy()
            wrong[:5] = ord("N")
            tail = Part(np.array([cut]), wrong, np.array([wrong.size]), places[cut], middle, False, True)
            made = sink.made(head), sink.made(tail)
            sink.take(head, made[0])
            tail.letters[:5] = bases[cut][middle : middle + 5]
            sink.corrected(tail, made[1], 5)
            sink.take(tail, made[1])
        first = cut + 1
    return [b.tobytes().decode() for b in bases]


@pytest.mark.parametrize("cuts", [[], [0], [1, 4], [0, 1]])
def test_fasta_and_index(tmp_path, cuts):
    pysam = pytest.importorskip("pysam")
    path = tmp_path / "x.fa"
    records = records_of([row for row in ROWS if row[0] != "none"])
    with open_sink(path, "fasta", records) as sink:
        bases = write(sink, records, cuts)
    names = ["a", "b:1-121", "c", "d", "a:3-4"]
    expected = "".join(
        f">{name}\n" + "".join(text[i : i + 60] + "\n" for i in range(0, len(text), 60))
        for name, text in zip(names, bases, strict=True)
    )
    assert path.read_text() == expected
    ours = (tmp_path / "x.fa.fai").read_text()
    (tmp_path / "y.fa").write_bytes(path.read_bytes())
    pysam.faidx(str(tmp_path / "y.fa"))
    assert ours == (tmp_path / "y.fa.fai").read_text()
    with pysam.FastaFile(str(path)) as fasta:
        assert fasta.fetch("c") == bases[2]


@pytest.mark.parametrize("cuts", [[], [0], [1, 4], [2, 5]])
def test_raw_and_strings(tmp_path, cuts):
    records = records_of(ROWS)
    with open_sink(tmp_path / "x.seq", "seq", records) as sink:
        bases = write(sink, records, cuts)
    assert (tmp_path / "x.seq").read_text() == "".join(bases)
    with open_sink(tmp_path / "ignored", "vector", records) as sink:
        write(sink, records, cuts)
    assert sink.result() == bases
    assert not (tmp_path / "ignored").exists()


def test_names_are_those_of_places_repeats_and_samples():
    twice = [("a", 0, 150), ("b", 5, 10), ("a", 0, 150), ("b", 5, 11), ("b", 5, 10), ("b", 5, 10)]
    names = records_of(twice).names(np.arange(6)).words()
    assert names == [b"a", b"b:5-10", b"a_repeat2", b"b:5-11", b"b:5-10_repeat2", b"b:5-10_repeat3"]
    names = records_of(twice[:3], 2).names(np.arange(1, 6)).words()
    assert names == [b"a_sample2", b"b:5-10_sample1", b"b:5-10_sample2", b"a_repeat2_sample1", b"a_repeat2_sample2"]


def test_names_are_unique_though_a_contig_is_called_like_a_part():
    columns = (np.array(column) for column in ([0, 1, 0], [2, 0, 2], [4, 9, 5]))
    records = Records(Intervals(("a", "a:2-4"), *columns), np.array([9, 9]))
    assert records.names(np.arange(3)).words() == [b"a:2-4", b"a:2-4_repeat2", b"a:2-5"]


def test_binary_file():
    file = io.BytesIO()
    records = records_of(ROWS[2:4])
    with open_sink(file, "fasta", records) as sink:
        bases = write(sink, records, [])
    assert file.getvalue().decode() == f">c\n{bases[0]}\n>none\n"


def test_a_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "x.fa"
    path.write_text("old")

    def interrupted():
        with open_sink(path, "fasta", records_of(ROWS)) as sink:
            write(sink, records_of(ROWS), [])
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
