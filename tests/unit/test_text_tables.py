"""Text tables: columns of numbers and words against Python's own reading of each line, whatever the blocks."""

from __future__ import annotations

import gzip
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gsynth.errors import FormatError, MissingFileError
from gsynth.files import textblocks
from gsynth.files.columns import Codes, NotANumber, codes_of, numbers_of
from gsynth.files.decimals import decimals, integers
from gsynth.files.intervaltables import read_intervals
from gsynth.files.likeness import likeness, unpacked_head
from gsynth.files.linefields import PADDING, Lines
from gsynth.files.tables import rows
from gsynth.files.textblocks import TextFile

Places = NDArray[np.int64]


def placed(words: list[str]) -> tuple[NDArray[np.uint8], Places, Places]:
    """Words side by side with tabs between, in padding, and where each begins and ends."""
    encoded = [word.encode() for word in words]
    data = bytes(PADDING) + b"\t".join(encoded) + bytes(PADDING)
    sizes = np.array([len(word) for word in encoded], dtype=np.int64)
    begins = PADDING + np.cumsum(sizes + 1) - sizes - 1
    return np.frombuffer(data, dtype=np.uint8), begins, begins + sizes


_digits = st.text("0123456789", min_size=1, max_size=20)
_behind = st.sampled_from(["", ".", ".0", ".05", ".123456789", ".9999999"])
_decimal = st.one_of(
    st.tuples(st.sampled_from(["", "-"]), _digits, _behind).map("".join),
    st.floats(allow_nan=False).map(repr),
    st.sampled_from([".5", "-.25", "5.", "0", "-0", "00012", "1e5", "-1E-300", "inf", "-Infinity", "+3"]),
)


@given(words=st.lists(_decimal, min_size=1, max_size=40))
@settings(max_examples=300, deadline=None)
@example(words=["9007199254740993", "0.1", "123456789.1234567", "4503599627370497.5"])
def test_numbers_are_those_that_python_reads(words: list[str]) -> None:
    values = numbers_of(*placed(words))
    expected = np.array([float(word) for word in words])
    np.testing.assert_array_equal(values.view(np.int64), expected.view(np.int64))


@given(words=st.lists(st.one_of(_decimal, st.sampled_from(["", ".", "-", "1.2.3", "a", "1a", "5-", "é"])), max_size=20))
@settings(max_examples=300, deadline=None)
def test_what_is_done_at_once_is_done_right(words: list[str]) -> None:
    if not words:
        return
    values, fine = decimals(*placed(words))
    whole, plain = integers(*placed(words))
    for word, value, is_fine, number, is_plain in zip(words, values, fine, whole, plain, strict=True):
        if is_fine:
            assert value == float(word)
        assert is_plain == (word.isascii() and word.isdecimal() and len(word) <= 16)
        assert number == (int(word) if is_plain else 0)


@pytest.mark.parametrize("word", [".", "NA", "na", "NaN", "nan"])
def test_what_stands_for_no_value_is_none(word: str) -> None:
    np.testing.assert_array_equal(numbers_of(*placed(["1", word])), [1, np.nan])


@pytest.mark.parametrize("word", ["", "-", "1_0", "0x1", "1,5", "1.2.3", "x", "1e", "e5", "nan(1)", "N/A", "--1", "é"])
def test_what_is_no_number_is_refused_with_its_row(word: str) -> None:
    with pytest.raises(NotANumber) as caught:
        numbers_of(*placed(["1", word, "3"]))
    assert caught.value.row == 1


@given(words=st.lists(st.one_of(st.sampled_from(["chr1", "chr2", "chr10"]), st.text("ab", max_size=40)), max_size=30))
@settings(max_examples=200, deadline=None)
def test_words_have_the_codes_of_their_first_appearance(words: list[str]) -> None:
    table = Codes()
    codes = codes_of(*placed(words), table).tolist() if words else []
    assert [table.texts()[code] for code in codes] == words
    assert list(table.texts()) == list(dict.fromkeys(words))


_line = st.one_of(
    st.tuples(st.sampled_from(["chr1", "tr", "b", "é"]), st.integers(0, 99), st.integers(100, 999)).map(
        lambda row: "\t".join(map(str, row))
    ),
    st.sampled_from(["", "# x", "track x", "browser y", "  ", "\t", " #", "trackless 1 2", "chr1\t1\t2\tx"]),
)


@given(
    lines=st.lists(_line, max_size=15),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    last=st.booleans(),
    mark=st.booleans(),
    chunk=st.sampled_from([2, 3, 7, 1 << 19]),
    packed=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_lines_are_those_of_the_text_in_any_block(
    tmp_path_factory: pytest.TempPathFactory,
    lines: list[str],
    end: str,
    last: bool,
    mark: bool,
    chunk: int,
    packed: bool,
) -> None:
    text = end.join(lines) + (end if last and lines else "")
    raw = ("\ufeff" * mark + text).encode()
    path = tmp_path_factory.mktemp("t") / "x"
    path.write_bytes(gzip.compress(raw) if packed else raw)
    found = []
    with mock.patch.object(textblocks, "CHUNK", chunk):
        for block in TextFile(str(path), "table").blocks():
            data = Lines.of(block.text, block.first)
            found += [(int(data.numbers[row]), data.text(row)) for row in range(len(data))]
    expected = [
        (number, line)
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#") and line not in ("track x", "browser y")
    ]
    assert found == expected


def test_text_of_another_encoding_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "latin.bed"
    path.write_bytes("chr1\t1\t2\nchré\t1\t2\n".encode("latin-1"))
    with pytest.raises(FormatError, match=r"latin\.bed, line 2: not UTF-8 text \(byte 0xe9\): save it as UTF-8"):
        read_intervals(path)


def test_what_has_no_end_or_no_bytes_is_refused(tmp_path: Path) -> None:
    for path, said in ((Path("/dev/zero"), "a device"), (tmp_path, "is a folder")):
        with pytest.raises(FormatError, match=said):
            read_intervals(path, role="mask")
    with pytest.raises(MissingFileError, match="mask: no file"):
        read_intervals(tmp_path / "none", role="mask")


def test_gzip_inside_gzip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.bed.gz"
    path.write_bytes(gzip.compress(gzip.compress(b"chr1\t1\t2\n")))
    with pytest.raises(FormatError, match="gzip inside gzip"):
        read_intervals(path)


def test_gzip_between_other_bytes_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "x.bed.gz"
    member = gzip.compress(b"chr1\t1\t2\n")
    path.write_bytes(member + b"trash" + member)
    with pytest.raises(FormatError, match="bytes between its members are not gzip"):
        read_intervals(path)


def test_rows_name_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("a\tb c\n\n# x\n d  e \n")
    assert list(rows(TextFile(str(path), "table"))) == [(1, ["a", "b c"]), (4, ["d", "e"])]
    path.write_text("a\tb\n\tc\n")
    with pytest.raises(FormatError, match="line 2: column 1 is empty"):
        list(rows(TextFile(str(path), "table")))


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"", "empty"),
        (b"chr1\t1\t2\n", None),
        (b"chr1\t2000\n", None),
        (b"\xef\xbb\xbf<html>", "html"),
        (b"<?xml version='1.0'?><Error>AccessDenied</Error>", "xml"),
        (b"@r\nACGT\n+\nIIII\n", "fastq"),
        (b"ACGT" * 20 + b"\n", "bases"),
        (b"MKVLAAGE" * 10 + b"\n", "protein"),
        (b"m" * (1 << 17), None),
        (b"BZh91AY&SYxxx", "bzip2"),
        (b"585\tchr1\t10000\t10468\tx\n", "table dump"),
        (b"track type=wiggle_0\nfixedStep chrom=a start=1 step=1\n", "wig"),
        (b"track type=bedGraph\nchr1\t1\t2\t3\n", None),
    ],
)
def test_what_a_file_looks_like(head: bytes, kind: str | None) -> None:
    found = likeness(head)
    assert (found and found.kind) == kind


def test_a_damaged_gzip_shows_what_can_be_read_of_it() -> None:
    packed = gzip.compress(b"chr1\t1\t2\n" * 10_000)
    assert unpacked_head(packed[: len(packed) // 2]).startswith(b"chr1\t1\t2\n")
    assert unpacked_head(b"\x1f\x8bxx") == b""
