import codecs
import io
import tempfile

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, ArgumentTypeError
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


def test_a_link_to_a_fasta_leaves_no_index_of_what_it_was(tmp_path):
    """The new index is beside the link; the old one, beside the file itself, would be of other contigs."""
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "x.fa", tmp_path / "link.fa"
    gsynth.gsynth_random(genome={"old": 70}, output=target, seed=1)
    link.symlink_to(target)
    gsynth.gsynth_random(genome={"new": 90}, output=link, seed=1, overwrite=True)
    assert link.is_symlink()
    assert target.read_text().startswith(">new")
    assert (tmp_path / "link.fa.fai").read_text().startswith("new\t90\t")
    assert [path.name for path in target.parent.iterdir()] == ["x.fa"]


def test_bare_bases_in_place_of_a_fasta_leave_no_index(tmp_path):
    gsynth.gsynth_random(genome={"old": 70}, output=tmp_path / "x", seed=1, overwrite=True)
    gsynth.gsynth_random(genome={"new": 90}, output=tmp_path / "x", output_format="seq", seed=1, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_a_link_to_a_name_that_promises_something_else_is_refused(tmp_path):
    (tmp_path / "link.fa").symlink_to("x.fa.gz")
    with pytest.raises(ArgumentError, match="bgzip"):
        check_output(tmp_path / "link.fa", "fasta")


def test_an_index_that_would_replace_a_folder_or_has_no_room_for_its_name(tmp_path):
    (tmp_path / "x.fa.fai").mkdir()
    with pytest.raises(ArgumentError, match=r"x\.fa\.fai is a folder"):
        check_output(tmp_path / "x.fa", "fasta")
    check_output(tmp_path / "x.fa", "seq")
    with pytest.raises(ArgumentError, match="too long"):
        check_output(tmp_path / ("x" * 252), "fasta")
    check_output(tmp_path / ("x" * 255), "seq")


@pytest.mark.parametrize("kind", ["w", "StringIO", "codecs", "temporary", "spooled", "rb"])
def test_files_that_take_no_bytes(tmp_path, kind):
    path = tmp_path / "x"
    path.touch()
    makers = {
        "w": lambda: path.open("w"),
        "rb": lambda: path.open("rb"),
        "StringIO": io.StringIO,
        "codecs": lambda: codecs.open(str(path), "w", "utf-8"),  # noqa: SIM115  # closed below
        "temporary": lambda: tempfile.NamedTemporaryFile("w"),  # noqa: SIM115  # closed below
        "spooled": lambda: tempfile.SpooledTemporaryFile(mode="w"),  # noqa: SIM115  # closed below
    }
    with makers[kind]() as file, pytest.raises(ArgumentTypeError, match="output"):
        gsynth.gsynth_random(genome={"c": 9}, output=file, seed=1)


@pytest.mark.parametrize("maker", [tempfile.NamedTemporaryFile, tempfile.SpooledTemporaryFile, io.BytesIO])
def test_files_that_take_bytes(maker):
    with maker() as file:
        gsynth.gsynth_random(genome={"c": 9}, output=file, output_format="seq", seed=1)
        file.seek(0)
        assert len(file.read()) == 9


def test_a_file_without_a_buffer_takes_all():
    """Such a one writes as much as it can, and says how much that was."""

    class Slow(io.RawIOBase):
        def __init__(self):
            self.taken = b""

        def writable(self):
            return True

        def write(self, data):
            self.taken += bytes(data[:7])
            return min(7, len(data))

    file = Slow()
    records = records_of(ROWS)
    with open_sink(file, "seq", records) as sink:
        bases = write(sink, records, [2, 5])
    assert file.taken.decode() == "".join(bases)


def test_what_is_made_after_the_end_goes_to_no_other_file(tmp_path):
    """As by a thread that a second Ctrl-C left running: the number of the closed file is another one's by then."""
    records = records_of(ROWS)
    with open_sink(tmp_path / "x.seq", "seq", records) as sink:
        write(sink, records, [])
    with (tmp_path / "victim").open("wb") as victim:
        sink.made(Part(np.array([0]), letters(150), np.array([150])))
        victim.flush()
        assert (tmp_path / "victim").stat().st_size == 0


@pytest.mark.parametrize("name", ["a b", "a\nb", "a\tb", "a\rb", "a\x00", "a\x85b", "a\u2028b"])
def test_names_are_refused_where_they_are_written_alone(tmp_path, name):
    for output in (tmp_path / "x.fa", io.BytesIO()):
        with pytest.raises(ArgumentError, match="name"):
            gsynth.gsynth_random(genome={name: 9}, output=output, seed=1, overwrite=True)
    assert not list(tmp_path.iterdir())
    assert len(gsynth.gsynth_random(genome={name: 9}, seed=1)[0]) == 9
    gsynth.gsynth_random(genome={name: 9}, output=tmp_path / "x", output_format="seq", seed=1, overwrite=True)
    assert (tmp_path / "x").stat().st_size == 9


@pytest.mark.parametrize(
    ("output", "output_format", "error"),
    [
        ("x.fa", "genbank", ValueError),
        ("nowhere/x.fa", "fasta", FileNotFoundError),
        (".", "fasta", ArgumentError),
        ("..", "fasta", ArgumentError),
        ("/", "fasta", ArgumentError),
        ("", "fasta", ArgumentError),
        ("a\0b", "seq", ArgumentError),
        ("x.fa.zst", "fasta", ValueError),
        ("/dev/null", "fasta", ValueError),
        (7, "fasta", TypeError),
    ],
)
def test_refuses_early(tmp_path, monkeypatch, output, output_format, error):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error):
        check_output(output, output_format)
