"""A .fai taken in as columns: the same index as record by record, and never one that record by record would refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gsynth.errors import FormatError
from gsynth.files.bytesource import FileBytes
from gsynth.genomes.faidx import checked, encode_fai, index_from, read_fai
from gsynth.genomes.faindex import FastaIndex
from gsynth.genomes.plain_fai import plain_index
from gsynth.genomes.scanning import scan

COLUMNS = ("lengths", "first", "base", "offset", "line_bases", "line_width")
ODD = (b"\n", b"\r", b"\t", b" ", b">", b"0", b"1", b"9", b"a", b"\x0b", b"\x1c", b"\xff", b"-", b"+", b"A")


def assert_same(one: FastaIndex, other: FastaIndex) -> None:
    assert one.names == other.names
    for name in COLUMNS:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def slow_index(fai: Path, source: FileBytes) -> FastaIndex | None:
    try:
        return index_from(checked(read_fai(fai.read_bytes()), source))
    except FormatError:
        return None


def fasta(sizes: list[int], width: int, end: bytes, last: bytes) -> bytes:
    records = []
    for number, size in enumerate(sizes):
        bases = b"ACGT" * (size // 4 + 1)
        lines = [bases[i : min(i + width, size)] for i in range(0, size, width)]
        records.append(b">s%d" % number + (b" of a draft" if number % 3 else b"") + end + end.join(lines))
    return end.join(records) + last


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("last", [b"", b"\n"])
def test_a_draft_assembly_is_taken_in_at_once(tmp_path: Path, end: bytes, last: bytes) -> None:
    path, fai = tmp_path / "g.fa", tmp_path / "g.fa.fai"
    rng = np.random.default_rng(3)
    # Apart by more than is read along, and close together.
    path.write_bytes(fasta([*rng.integers(1, 400, 3000).tolist(), 40_000, 7, 90_000, 60, 61], 60, end, last))
    source = FileBytes.open(path)
    scanned = scan(source)
    fai.write_bytes(encode_fai(scanned))
    found = plain_index(fai.read_bytes(), source)
    assert found is not None
    assert_same(found, scanned)


@st.composite
def changed(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A FASTA, and a .fai for it, of which one or both are changed at a few places."""
    sizes = draw(st.lists(st.integers(1, 9), min_size=1, max_size=5))
    text = fasta(
        sizes, draw(st.integers(1, 4)), draw(st.sampled_from([b"\n", b"\r\n"])), draw(st.sampled_from([b"", b"\n"]))
    )
    lines = []
    at, width, end = 0, 0, 0
    for record in text.split(b">")[1:]:
        at += 1
        header, _, body = record.partition(b"\n")
        first = body.partition(b"\n")[0]
        end = 1 + header.endswith(b"\r")
        width = len(first.rstrip(b"\r"))
        length = len(body.replace(b"\n", b"").replace(b"\r", b""))
        lines.append(b"%s\t%d\t%d\t%d\t%d\n" % (header.split()[0], length, at + len(header) + 1, width, width + end))
        at += len(record)
    fai = b"".join(lines)
    return draw(mutated(text)), draw(mutated(fai))


@st.composite
def mutated(draw: st.DrawFn, text: bytes) -> bytes:
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 2))
        text = text[:at] + draw(st.sampled_from((b"", *ODD))) + text[at + cut :]
    return text


@settings(max_examples=600, deadline=None)
@given(files=changed())
def test_what_is_taken_in_at_once_is_what_a_closer_look_finds(
    tmp_path_factory: pytest.TempPathFactory, files: tuple[bytes, bytes]
) -> None:
    folder = tmp_path_factory.mktemp("fai")
    path, fai = folder / "g.fa", folder / "g.fa.fai"
    path.write_bytes(files[0])
    fai.write_bytes(files[1])
    source = FileBytes.open(path)
    slow = slow_index(fai, source)
    try:
        found = plain_index(files[1], source)
    except FormatError:
        found = None
        assert slow is None
    if found is not None:
        assert slow is not None
        assert_same(found, slow)


def test_unchanged_files_need_no_closer_look(tmp_path: Path) -> None:
    path = tmp_path / "g.fa"
    path.write_bytes(b">a x\nACGT\nAC\n>b\nAC\n")
    source = FileBytes.open(path)
    assert plain_index(b"a\t6\t5\t4\t5\nb\t2\t16\t4\t5\n", source) is not None
    assert plain_index(b"b\t2\t16\t4\t5\na\t6\t5\t4\t5\n", source) is not None
    # Another name, a length too many, a line too short, a record left out.
    for wrong in (b"a\t6\t5\t4\t5\nc\t2\t16\t4\t5\n", b"a\t7\t5\t4\t5\nb\t2\t16\t4\t5\n", b"a\t6\t5\t4\t5\n"):
        assert plain_index(wrong, source) is None
    assert plain_index(b"a\t6\t5\t3\t4\nb\t2\t16\t4\t5\n", source) is None
