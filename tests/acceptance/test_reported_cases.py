"""Files as people have them: situations reported in public for other tools, with the right value or the right message.

Each is tried from Python and from the command line. A test is named by what happens; its docstring names the thread
that it comes from.
"""

from __future__ import annotations

import gzip
import inspect
import os
import random
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from click.testing import CliRunner

import gsynth
from gsynth.cli import main
from gsynth.errors import GsynthError
from gsynth.genomes import open_genome
from gsynth.model import GsynthModel

BOM = "\ufeff"
END = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
"""The empty block at the end of a bgzip file."""


def bases(size: int, seed: int) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=size))


CHR1, CHR2 = bases(2000, 1), bases(1000, 2)
FASTA = f">chr1\n{CHR1}\n>chr2\n{CHR2}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a test, with the genome in it: chr1 of 2,000 bases and chr2 of 1,000."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.fa").write_text(FASTA)
    return tmp_path


class Refused(Exception):
    """What was asked for was refused, in these words."""


@define
class Door:
    """One of the two ways in: Python or the command line."""

    kind: str
    said: list[str] = field(factory=list)
    """The warnings of the last call."""

    def train(self, genome: object = "g.fa", dim: str = "", **options: Any) -> GsynthModel:
        """A model of order 2; `options` by their names in Python, `tracks` as NAME -> text."""
        self.said = []
        return self._python(genome, dim, options) if self.kind == "python" else self._typed(genome, dim, options)

    def refused(self, genome: object = "g.fa", dim: str = "", **options: Any) -> str:
        """The error of `train`."""
        with pytest.raises(Refused) as caught:
            self.train(genome, dim, **options)
        text = str(caught.value)
        assert not re.search(r"\bb'", text)
        assert "defect of gsynth" not in text
        return text

    def _python(self, genome: object, dim: str, options: dict[str, Any]) -> GsynthModel:
        expr, _, breaks = dim.partition("=")
        dims = [{"expr": expr, "breaks": [float(text) for text in breaks.split(",")]}] if dim else []
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                return gsynth.train(*dims, genome=genome, k=2, **options)
            except GsynthError as error:
                raise Refused(str(error)) from error
            finally:
                self.said = [str(warning.message) for warning in caught]

    def _typed(self, genome: object, dim: str, options: dict[str, Any]) -> GsynthModel:
        words = [*(("--dim", dim) if dim else ())]
        for name, value in options.items():
            option = {"tracks": "--track"}.get(name, "--" + name.replace("_", "-"))
            values = [f"{key}={text}" for key, text in value.items()] if isinstance(value, dict) else value
            for text in values if isinstance(values, list) else [values]:
                words += [option, str(text)]
        result = typed("train", str(genome), "-k", "2", "-t", "1", "-o", "model.gsm", "--force", *words)
        lines = result.splitlines()
        self.said = [line.removeprefix("gsynth: warning: ") for line in lines if "warning: " in line]
        return gsynth.load("model.gsm")


def typed(*words: str) -> str:
    """What a command line says on standard error; `Refused` where it ends in an error."""
    apart: dict[str, Any] = {"mix_stderr": False} if "mix_stderr" in inspect.signature(CliRunner).parameters else {}
    result = CliRunner(**apart).invoke(main, list(words))
    assert "Traceback" not in result.stderr
    if result.exit_code:
        assert result.exit_code in (1, 2)
        raise Refused(result.stderr)
    return result.stderr


@pytest.fixture(params=["python", "command line"])
def door(request: pytest.FixtureRequest, folder: Path) -> Door:
    return Door(request.param)


def write(name: str, content: str | bytes) -> str:
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def masked(door: Door, mask: object, **options: Any) -> int:
    return int(door.train(mask=mask, **options).total_masked)


def binned(door: Door, source: str, dim: str, iterator: int = 100, **options: Any) -> list[int]:
    """Observations in each bin of the track at `source`."""
    found: list[int] = door.train(dim=dim, tracks={"t": source}, iterator=iterator, **options).per_bin_kmers.tolist()
    return found


def bgzip(text: bytes, end: bool = True, size: int = 700) -> bytes:
    """Text in bgzip blocks of `size`."""
    out = b""
    for start in range(0, len(text), size):
        part = text[start : start + size]
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        squeezed = packer.compress(part) + packer.flush()
        out += b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + struct.pack("<H", len(squeezed) + 25)
        out += squeezed + struct.pack("<II", zlib.crc32(part), len(part))
    return out + END * end


def packed(text: str, how: str) -> bytes:
    """Text, plain, gzip or bgzip."""
    raw = text.encode()
    return gzip.compress(raw) if how == "gzip" else bgzip(raw) if how == "bgzip" else raw


INTERVALS = "chr1\t100\t300\t5\nchr1\t500\t700\t7\nchr2\t0\t400\t7\n"
"""800 bases; 200 have the value 5, 600 the value 7."""

SPELLINGS = {
    "LF": INTERVALS,
    "CRLF": INTERVALS.replace("\n", "\r\n"),
    "CR": INTERVALS.replace("\n", "\r"),
    "CR without a last one": INTERVALS.replace("\n", "\r").removesuffix("\r"),
    "no last newline": INTERVALS.removesuffix("\n"),
    "a byte order mark": BOM + INTERVALS,
    "a byte order mark and CRLF": BOM + INTERVALS.replace("\n", "\r\n"),
    "blanks around columns": INTERVALS.replace("chr1\t100", "chr1 \t 100 ").replace("\t7\nchr2", " \t7 \nchr2"),
    "spaces between columns": INTERVALS.replace("\t", " "),
    "several spaces": INTERVALS.replace("\t", "  "),
    "comments": "# made by hand\n" + INTERVALS.replace("chr2", "  # in between\n\nchr2") + "#end",
    "track and browser lines": "browser position chr1:1-9\ntrack name=x description='y'\n" + INTERVALS,
    "a header line": "chrom\tchromStart\tchromEnd\tvalue\n" + INTERVALS,
    "gzip": INTERVALS,
    "bgzip": INTERVALS,
}


@pytest.fixture(params=SPELLINGS)
def spelled(request: pytest.FixtureRequest, folder: Path) -> str:
    """The file of `INTERVALS`, written in one of many ways."""
    return write("x.bed", packed(SPELLINGS[request.param], request.param))


def test_a_table_says_the_same_as_mask_interval_file_and_track_however_it_is_written(door: Door, spelled: str) -> None:
    """pybedtools#297 (CR), MaveDB#192 (byte order mark), LDblocks#9 (a blank behind a name), FASTX.jl#52."""
    assert masked(door, spelled) == 800
    # Of an interval of n bases n - 2 windows lie wholly in it, and each counts for both strands.
    assert door.train(intervals=spelled).total_kmers == 2 * (198 + 198 + 398)
    assert binned(door, f"{spelled}:4", "t=0,6,9", iterator=50) == [400, 1200]
    assert binned(door, f"{spelled}:format=bed", "t=0,0.5,1", iterator=50) == [2 * (1998 + 998 - 800), 1600]


def test_carriage_returns_alone_do_not_hide_all_lines_but_the_first(door: Door) -> None:
    """pybedtools#297: 200 of 800 bases were masked."""
    text = "chr1\t100\t300\tp1\rchr1\t500\t700\tp2\rchr2\t0\t400\tp3\r"
    assert masked(door, write("mac.bed", text)) == 800


def test_a_bedgraph_named_wig_holds_values_not_coverage(door: Door) -> None:
    """bedops#227: bigWigToWig writes bedGraph sections."""
    text = "#bedGraph section chr1:0-2000\nchr1\t0\t1000\t0.1\nchr1\t1000\t2000\t7\n"
    for name in ("x.wig", "x.txt", "x.bg"):
        assert binned(door, write(name, text), "t=0,0.5,5,10") == [2000, 0, 1996]


def test_numbers_in_a_file_named_bed_are_not_taken_for_coverage_without_a_word(door: Door) -> None:
    """bedops#227, under another name."""
    text = "chr1\t0\t1000\t0.1\nchr1\t1000\t2000\t7\n"
    said = door.refused(dim="t=0,0.5,5,10", tracks={"t": write("x.bed", text)}, iterator=100)
    assert "x.bed:4" in said
    assert "x.bed:format=bed" in said
    assert binned(door, "x.bed:4", "t=0,0.5,5,10") == [2000, 0, 1996]
    # Without a fourth column coverage is all that there can be.
    assert binned(door, write("y.bed", "chr1\t0\t1000\n"), "t=0,0.5,1") == [2 * 1996, 2000]


@pytest.mark.parametrize("name", ["failed.bw", "failed.bed", "failed.bg", "failed.wig", "failed.txt"])
def test_a_track_of_no_bytes_is_refused(door: Door, name: str) -> None:
    """deepTools#25: what should have made the bigWig had failed."""
    said = door.refused(dim="t=-1,0.5,100", tracks={"t": write(name, b"")}, iterator=100)
    assert name in said
    assert "0 bytes" in said


def test_an_empty_interval_file_is_refused_and_an_empty_mask_reported(door: Door) -> None:
    for text, why in (
        (b"", "0 bytes"),
        (b"# none\n", "no line with an interval"),
        (b"chr1\t5\t5\n", "at least one base"),
    ):
        said = door.refused(intervals=write("e.bed", text))
        assert "e.bed holds no intervals" in said
        assert why in said
        assert masked(door, "e.bed") == 0
        assert any("e.bed holds no intervals" in line and why in line for line in door.said)


@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
def test_a_fasta_of_carriage_returns_has_all_its_contigs(door: Door, packing: str) -> None:
    """Biostrings#37."""
    path = write("mac.fa", packed(FASTA.replace("\n", "\r"), packing))
    assert door.train(path) == door.train()
    assert dict(open_genome(path).contigs) == {"chr1": 2000, "chr2": 1000}
    assert open_genome(path).fetch("chr2", 10, 30).tobytes().decode() == CHR2[10:30]
    assert not Path("mac.fa.fai").exists()


def test_a_bgzip_cut_between_blocks_is_reported_and_gets_no_index(door: Door) -> None:
    """htslib#1880."""
    path = write("cut.fa.gz", bgzip(FASTA.encode(), end=False)[: len(bgzip(FASTA.encode()[:700], end=False))])
    for _ in range(2):
        assert door.train(path).total_kmers == 2 * (700 - 6 - 2)
        assert any("marks the end" in line and "may be cut short" in line for line in door.said)
    assert sorted(path.name for path in Path().glob("cut.fa.gz*")) == ["cut.fa.gz"]


def test_bytes_behind_gzip_are_reported_and_the_rest_is_read(door: Door) -> None:
    """biokepi#117."""
    for how in ("gzip", "bgzip"):
        path = write("trash.fa.gz", packed(FASTA, how) + b"trash\n")
        assert door.train(path) == door.train()
        door.train(path)
        assert [line for line in door.said if "6 bytes after its last gzip member are not gzip" in line]
        assert not any("cut short" in line for line in door.said)
    assert masked(door, write("trash.bed.gz", gzip.compress(INTERVALS.encode()) + b"trash\n")) == 800
    assert [line for line in door.said if "6 bytes after" in line]


def test_zeros_behind_gzip_are_padding(door: Door) -> None:
    assert masked(door, write("x.bed.gz", gzip.compress(INTERVALS.encode()) + bytes(512))) == 800
    assert not door.said


def test_bgzip_followed_by_gzip_is_read(door: Door) -> None:
    """clean#40: files of different tools, one behind the other."""
    half = FASTA.index(">chr2")
    path = write("mixed.fa.gz", bgzip(FASTA[:half].encode()) + gzip.compress(FASTA[half:].encode()))
    assert door.train(path) == door.train()
    assert (
        masked(door, write("m.bed.gz", bgzip(INTERVALS[:20].encode()) + gzip.compress(INTERVALS[20:].encode()))) == 800
    )


def test_an_empty_bgzip_block_may_come_first(door: Door) -> None:
    """Our own index of such a file was refused at the second run."""
    path = write("first.fa.gz", END + bgzip(FASTA.encode()))
    first = door.train(path)
    assert first == door.train(path) == door.train()
    assert not door.said
    assert Path("first.fa.gz.gzi").exists()


def test_a_genome_of_no_bases_trains_no_model(door: Door) -> None:
    """htslib#1507, augur#945."""
    assert "nothing was counted" in door.refused(write("foo.fa", ">foo\n"))
    assert "begin in the mask" in door.refused(mask=["chr1", "chr2"])
    assert "begin in the mask" in door.refused(write("low.fa", FASTA.lower()), mask="soft")


BAD_LETTERS = {
    "a glued header": (">a\nACGT\nACGT>b\nACGT\n", "record 1 (a), line 3: found '>'", "a header line"),
    "a comment": (">a\n;made by hand\nACGT\n", "record 1 (a), line 2: found ';'", "a comment"),
    "RNA": (">a\nACGT\n>b\nACGTACGU\n", "record 2 (b), line 4: found 'U'", "RNA"),
    "protein": (">a\nMKVLAAGEFQW\n", "record 1 (a), line 2: found 'L'", "protein"),
    "an alignment": (">a\nAC--GT\n", "record 1 (a), line 2: found '-'", "an alignment"),
    "a stop": (">a\nACGT*\n", "record 1 (a), line 2: found '*'", "an alignment"),
    "X": (">a\nACGXXT\n", "record 1 (a), line 2: found 'X'", "N"),
    "positions": (">a\nACGT\n1234\n", "record 1 (a), line 3: found '1'", "positions"),
    "a blank": (">a\nAC GT\n", "record 1 (a), line 2: found a blank", ""),
    "a byte": (">a\nAC\x00GT\n", "record 1 (a), line 2: found byte 0x00", ""),
}


@pytest.mark.parametrize("packing", ["plain", "gzip", "bgzip"])
@pytest.mark.parametrize("kind", BAD_LETTERS)
def test_what_is_no_nucleotide_is_refused_with_its_record_and_line(door: Door, kind: str, packing: str) -> None:
    """clean#52, dnaio#34, nanoQC#10, abricate#211."""
    text, where, looks = BAD_LETTERS[kind]
    path = write("bad.fa", packed(text, packing))
    said = door.refused(path)
    assert f"bad.fa, {where}" in said
    assert looks in said
    assert not Path("bad.fa.fai").exists()


def test_what_is_no_nucleotide_is_refused_where_another_program_left_an_index(door: Door) -> None:
    path = write("bad.fa", ">a\nACGTACGTACGTELV\n")
    write("bad.fa.fai", "a\t15\t3\t15\t16\n")
    assert "bad.fa, a:13: found 'E'" in door.refused(path)


def test_what_is_no_nucleotide_is_refused_in_memory(folder: Path) -> None:
    for sequence, found in (("ACGU", "'U'"), ("MKVL", "'L'"), ("AC-GT", "'-'"), (b"AC\xffGT", "byte 0xff")):
        with pytest.raises(GsynthError, match=f"'a' at position .: found {found}, expected bases"):
            gsynth.train(genome={"a": sequence}, k=2)


def test_comments_before_the_first_record_are_named(door: Door) -> None:
    assert "FASTA with comment lines (;): take those lines out" in door.refused(write("c.fa", ";c\n>a\nACGT\n"))


def test_codes_of_several_bases_count_as_n_and_are_reported_by_kind(door: Door) -> None:
    text = ">a\nACGTRACGTYYACGTnN\nACGT\n"
    model = door.train(write("iupac.fa", text))
    letters = "ACGTRACGTYYACGTNNACGT"
    assert model.total_n == sum(not set(letters[i : i + 3]) <= set("ACGT") for i in range(len(letters) - 2))
    assert [line for line in door.said if "3 bases are IUPAC codes and count as N (R 1, Y 2)" in line]


def test_blanks_in_a_fasta_belong_to_no_sequence(door: Door) -> None:
    """samtools#449 (a blank behind the >), FASTX.jl#52 (blanks at line ends)."""
    lines = [CHR1[i : i + 50] + " \t"[: i // 50 % 3] for i in range(0, 2000, 50)]
    path = write("blank.fa", "> chr1 x\n" + "\n".join(lines) + f"\n>\tchr2\n{CHR2} \n")
    assert door.train(path) == door.train(path) == door.train()


def test_names_of_hundreds_of_letters_are_read(door: Door) -> None:
    """pyfastx#93."""
    long, longer = "n" * 230, "m" * 70_000
    path = write("long.fa", f">{long} x\n{CHR1}\n>{longer}\n{CHR2}\n")
    assert door.train(path) == door.train(path) == door.train()
    assert door.train(path, intervals=write("l.bed", f"{longer}\t0\t100\n")).total_kmers == 2 * 98


@pytest.mark.parametrize("line", ["chr1\t100\t\t400", "\t100\t400", "chr1\t\t400", "chr1\t100\t"])
def test_an_empty_column_is_refused(door: Door, line: str) -> None:
    """sambamba#187: the columns behind it moved up."""
    path = write("shift.bed", f"chr2\t0\t4\n{line}\n")
    for said in (
        door.refused(mask=path),
        door.refused(intervals=path),
        door.refused(dim="t=0,1", iterator=100, tracks={"t": path}),
        door.refused(mask="1", chrom_alias=write("a.txt", "1\tchr1\n\tchr2\n2\t\n")),
    ):
        assert "line 2: " in said
    assert "shift.bed, line 2: " in door.refused(mask=path)


@pytest.mark.parametrize(
    "number", ["1e2", "1,000", "0x10", "1_0", "+5", "1.5", "5.0", "\u0665", "NaN", "--5", "9" * 5000]
)
def test_positions_are_whole_numbers_in_plain_digits(door: Door, number: str) -> None:
    path = write("n.bed", f"chr2\t0\t4\nchr1\t{number}\t2000\n")
    for said in (
        door.refused(mask=path),
        door.refused(intervals=path),
        door.refused(dim="t=0,1", iterator=100, tracks={"t": path}),
    ):
        assert "n.bed, line 2: " in said


def test_intervals_without_bases_are_skipped_and_reported(door: Door) -> None:
    """picard#1914."""
    path = write("z.bed", "chr1\t5\t5\nchr1\t100\t300\nchr1\t9\t9\n")
    assert masked(door, path) == 200
    assert [line for line in door.said if "skipped 2 lines (the first is line 1), where start == end" in line]
    assert door.train(intervals=path).total_kmers == 2 * 198
    assert binned(door, path, "t=0,0.5,1", iterator=100) == [2 * (2996 - 200), 400]


@contextmanager
def piped(text: str, name: str = "pipe") -> Iterator[str]:
    """A pipe that hands out `text` once."""
    os.mkfifo(name)
    thread = threading.Thread(target=Path(name).write_text, args=(text,))
    thread.start()
    yield name
    thread.join()
    Path(name).unlink()


def test_pipes_are_read_by_every_reader(door: Door) -> None:
    """bedtools2#857: ``<(...)`` of a shell."""
    with piped(INTERVALS) as pipe:
        assert masked(door, pipe) == 800
    with piped(INTERVALS) as pipe:
        assert door.train(intervals=pipe).total_kmers == 2 * (198 + 198 + 398)
    with piped(INTERVALS) as pipe:
        assert binned(door, f"{pipe}:4", "t=0,6,9", iterator=50) == [400, 1200]
    with piped("1\tchr1\n2\tchr2\n") as pipe:
        assert masked(door, "1", chrom_alias=pipe) == 1998
    with piped(FASTA) as pipe:
        assert door.train(pipe) == door.train()


def test_a_prior_and_redirects_are_read_from_pipes(folder: Path) -> None:
    with piped("A C G T\n0.1 0.2 0.3 0.4\n") as pipe:
        typed("train", "g.fa", "-k", "2", "-o", "m.gsm", "--prior", pipe)
    assert gsynth.load("m.gsm").prior_matrix.tolist() == [[0.1, 0.2, 0.3, 0.4]]


def test_tables_of_sizes_are_read_as_they_are_found(folder: Path) -> None:
    """big#11 (chromInfo.txt), MaveDB#192 (byte order mark)."""
    gsynth.save(gsynth.train(genome="g.fa", k=2), "m.gsm")
    tables = {
        "plain": "chr1\t2000\nchr2\t1000\n",
        "chromInfo": "chr1\t2000\t/gbdb/x/x.2bit\nchr2\t1000\t/gbdb/x/x.2bit\n",
        "fai": "chr1\t2000\t6\t2000\t2001\nchr2\t1000\t2013\t1000\t1001\n",
        "byte order mark": f"{BOM}chr1\t2000\r\nchr2\t1000\r\n",
        "CR": "chr1\t2000\rchr2\t1000\r",
        "blanks": "chr1 \t2000 \nchr2 1000\n",
        "header": "chrom\tsize\nchr1\t2000\nchr2\t1000\n",
    }
    for text in tables.values():
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            assert dict(open_genome(write("x.sizes", text)).contigs) == {"chr1": 2000, "chr2": 1000}
        assert [str(w.message) for w in caught] == (
            ["genome: x.sizes, line 1: skipped, a header line (chrom size)"] if "size" in text else []
        )
        typed("sample", "m.gsm", "--genome", "x.sizes", "-o", "o.fa", "--force", "--seed", "1")
        assert dict(open_genome("o.fa").contigs) == {"chr1": 2000, "chr2": 1000}


@pytest.mark.parametrize("text", [f"{BOM}1\tchr1\r\n2\tchr2\r\n", "1 chr1\r2 chr2", "#x\n1 \tchr1 \n\n2\tchr2\n"])
def test_tables_of_names_are_read_as_they_are_found(door: Door, text: str) -> None:
    assert masked(door, write("m.bed", "1\t0\t100\n2\t0\t50\n"), chrom_alias=write("a.txt", text)) == 150


OTHERS: dict[str, tuple[bytes, str]] = {
    "HTML": (b"<!DOCTYPE html>\n<html><body>404</body></html>\n", "an HTML page"),
    "git-LFS": (b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2\nsize 12345\n", "a git-LFS pointer"),
    "FASTQ": (b"@r1\nACGT\n+\nIIII\n", "FASTQ"),
    "zstd": (b"\x28\xb5\x2f\xfd\x04\x00abc", "zstd"),
    "xz": (b"\xfd7zXZ\x00\x00\x04", "xz"),
    "bigBed": (b"\xeb\xf2\x89\x87" + bytes(60), "a bigBed"),
    "BAM": (bgzip(b"BAM\x01" + bytes(50)), "a BAM"),
    "VCF": (b"##fileformat=VCFv4.2\n#CHROM\tPOS\nchr1\t5\t.\tA\tC\t.\t.\t.\n", "a VCF"),
    "GFF": (b"##gff-version 3\nchr1\tx\tgene\t5\t9\t.\t+\t.\tID=1\n", "GFF"),
    "GTF": (b'chr1\tx\tgene\t5\t9\t.\t+\t.\tgene_id "a";\n', "GFF or GTF"),
    "SAM": (b"@HD\tVN:1.6\n", "SAM"),
    "UTF-16": ("chr1\t5\t9\n".encode("utf-16"), "text in UTF-16"),
    "a spreadsheet": (b"PK\x03\x04" + bytes(30), "a spreadsheet"),
    "JSON": (b'{"a": 1}\n', "JSON"),
    "2bit in gzip": (gzip.compress(struct.pack("<4I", 0x1A412743, 0, 0, 0)), "a .2bit genome"),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_another_kind_is_named_by_every_reader(door: Door, kind: str) -> None:
    content, looks = OTHERS[kind]
    path = write("other.x", content)
    said = {
        "genome": door.refused(path),
        "mask": door.refused(mask=path),
        "intervals": door.refused(intervals=path),
        "alias": door.refused(mask="1", chrom_alias=path),
        "track": door.refused(dim="t=0,1", iterator=100, tracks={"t": path}),
    }
    assert {reader: text for reader, text in said.items() if looks not in text or "other.x" not in text} == {}


@pytest.mark.parametrize("kind", OTHERS)
def test_a_file_of_another_kind_is_named_by_prior_and_redirects(folder: Path, kind: str) -> None:
    content, looks = OTHERS[kind]
    path = write("other.x", content)
    gsynth.save(gsynth.train(genome="g.fa", k=2), "m.gsm")
    for words in (
        ("train", "g.fa", "-o", "x.gsm", "--prior", path),
        ("sample", "m.gsm", "--genome", "g.fa", "-o", "o.fa", "--cell-merge", path),
    ):
        with pytest.raises(Refused) as caught:
            typed(*words)
        assert looks in str(caught.value)
        assert "b'" not in str(caught.value)


def test_text_of_no_kind_names_its_line(door: Door) -> None:
    path = write("prose.bed", "chr1\t5\t9\nand so on\n")
    for said in (
        door.refused(mask=path),
        door.refused(intervals=path),
        door.refused(dim="t=0,1", iterator=100, tracks={"t": path}),
    ):
        assert "prose.bed, line 2: expected contig, start and end" in said
        assert "'and so on'" in said


def test_a_word_in_place_of_a_number_names_its_line(door: Door) -> None:
    path = write("na.bg", "chr1\t0\t10\t1\nchr1\t10\t20\tN/A\n")
    assert "na.bg, line 2: expected a number in column 4" in door.refused(dim="t=0,1", iterator=100, tracks={"t": path})


def test_missing_values_are_no_values_and_reported(door: Door) -> None:
    path = write("na.bg", "chr1\t0\t1000\t1\nchr1\t1000\t2000\tNA\nchr2\t0\t1000\tnan\n")
    assert binned(door, path, "t=0,2") == [2000]
    assert [line for line in door.said if "no value in 2 lines (the first is line 2)" in line]


@pytest.mark.parametrize("address", ["https://host/x", "http://host/x", "ftp://host/x", "s3://bucket/x"])
def test_addresses_are_refused_in_words(door: Door, address: str) -> None:
    for said in (
        door.refused(f"{address}.fa"),
        door.refused(mask=f"{address}.bed"),
        door.refused(intervals=f"{address}.bed"),
        door.refused(dim="t=0,1", iterator=100, tracks={"t": f"{address}.bw"}),
    ):
        assert f"{address}." in said
        assert "is an address, but gsynth reads local files: download it first" in said


@pytest.mark.parametrize("region", ["chr1:1M-2M", "chr1:1k", "chr1:5-9x", "chr1:x-y", "chr1:1..5", "chr1:-5", "chr1:"])
def test_a_region_that_is_none_is_called_so(door: Door, region: str) -> None:
    """samtools#1461."""
    for said in (door.refused(mask=region), door.refused(intervals=region)):
        assert f"'{region}' is not a region: expected START-END in whole numbers" in said


def test_regions_stay_as_they_were_typed(door: Door) -> None:
    assert "'chr1:20-10' must start before its end; regions are 1-based" in door.refused(intervals="chr1:20-10")
    assert "'chr1:0-10' starts before 1; regions are 1-based" in door.refused(mask="chr1:0-10")
    assert masked(door, "chr1:1,991-2,009") == 8
    assert door.said == [
        "mask: 1 interval reaches beyond the end of the contig: clipped (mask: region 'chr1:1,991-2,009')"
    ]


def test_a_region_on_a_contig_without_bases_is_called_so(door: Door) -> None:
    path = write("e.fa", f">e\n>f\n{CHR1}\n")
    assert "'e:1-5': contig 'e' has no bases" in door.refused(path, intervals="e:1-5")


def test_one_clipped_interval_is_not_taken_for_another_assembly(door: Door) -> None:
    assert masked(door, write("c.bed", "chr1\t100\t2001\n")) == 1898
    assert door.said == [
        "mask: 1 interval reaches beyond the end of the contig: clipped (c.bed, line 1: chr1 100 2001)"
    ]
    text = "".join(f"chr1\t{start}\t{start + 50}\n" for start in range(1900, 3000, 100))
    assert masked(door, write("many.bed", text)) == 50
    assert any("another assembly" in line for line in door.said)


def test_near_words_are_suggested(door: Door) -> None:
    assert "did you mean 'soft'?" in door.refused(mask="softt")
    assert "did you mean 'chr1'?" in door.refused(mask="chrr1")
    assert "did you mean 'ucsc-ensembl'?" in door.refused(mask="1", chrom_alias="ucsc-ensmbl")


WIG = (
    "track type=wiggle_0 name=x\n"
    "fixedStep chrom=chr1 start=1 step=100 span=100\n1\n2\n# a comment\n3\n"
    "variableStep chrom=chr2 span=50\n1 5\n101 6\n"
    "fixedStep chrom=chr1 start=1001 step=10\n7\n8\n"
)


def test_wig_values_lie_at_their_steps(door: Door) -> None:
    for text in (WIG, WIG.replace("\n", "\r\n"), BOM + WIG, WIG.replace("\n", "\r")):
        path = write("x.wig", text)
        # chr1 0-300 has 1, 2, 3; chr2 0-50 and 100-150 have 5 and 6; chr1 1000 and 1010 have 7 and 8.
        breaks = "t=0.5,1.5,2.5,3.5,5.5,6.5,7.5,8.5"
        assert binned(door, path, breaks, iterator=10) == [200, 200, 200, 100, 100, 20, 20]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fixedStep chrom=chr1 start=0 step=1\n1\n", "line 1: expected whole numbers from 1 on"),
        ("fixedStep start=1 step=1\n1\n", "line 1: expected fixedStep chrom= start= step="),
        ("fixedStep chrom=chr1 start=1 step=5 span=9\n1\n", "line 1: expected a start, and a span of at most the step"),
        ("fixedStep chrom=chr1 start=1 step=1\n1\nx\n", "line 3: expected a number"),
        ("fixedStep chrom=chr1 start=1 step=1\n1 2\n", "line 2: expected a value alone"),
        ("variableStep chrom=chr1\n1\n", "line 2: expected a position and a value"),
        ("variableStep chrom=chr1\n0 1\n", "line 2: expected a position and a value, positions from 1 on"),
    ],
)
def test_wig_lines_that_mean_nothing_are_refused(door: Door, text: str, said: str) -> None:
    found = door.refused(dim="t=0,1", iterator=100, tracks={"t": write("bad.wig", text)})
    assert f"bad.wig, {said}" in found


def test_what_a_call_reads_is_not_overwritten(folder: Path) -> None:
    """Rascaf#15, nf-core/modules#7961."""
    model = gsynth.train(genome="g.fa", k=2)
    gsynth.save(model, "m.gsm", overwrite=True)
    write("k.bed", "chr1\t0\t100\n")
    write("a.txt", "1\tchr1\n2\tchr2\n")
    for keyword in ({}, {"mask_copy": "k.bed"}, {"intervals": "k.bed"}, {"chrom_alias": "a.txt"}):
        output = next(iter(keyword.values()), "g.fa")
        before = Path(output).read_bytes()
        with pytest.raises(GsynthError, match="is also an input"):
            gsynth.sample(model, output, genome="g.fa", seed=1, **keyword, overwrite=True)
        words = [word for name, text in keyword.items() for word in ("--" + name.replace("_", "-"), text)]
        with pytest.raises(Refused, match="is also an input"):
            typed("sample", "m.gsm", "--genome", "g.fa", *words, "-o", output, "--force", "--seed", "1")
        assert Path(output).read_bytes() == before


def test_a_link_is_written_through(folder: Path) -> None:
    """NGS_DNA#63."""
    gsynth.save(gsynth.train(genome="g.fa", k=2), "m.gsm")
    Path("out.fa").touch()
    Path("link.fa").symlink_to("out.fa")
    typed("sample", "m.gsm", "--genome", "g.fa", "-o", "link.fa", "--force", "--seed", "1")
    assert Path("link.fa").is_symlink()
    assert dict(open_genome("out.fa").contigs) == {"chr1": 2000, "chr2": 1000}


def test_records_of_one_interval_twice_have_two_names(folder: Path) -> None:
    """pyfasta#2."""
    model = gsynth.train(genome="g.fa", k=2)
    gsynth.sample(model, "o.fa", genome="g.fa", seed=1, intervals=["chr1:1-9", "chr1:1-9"])
    assert len(open_genome("o.fa").contigs) == 2


@pytest.mark.parametrize("name", ["x.fa.zst", "x.zst", "x.fq", "x.bam"])
def test_an_output_is_not_written_in_another_form_than_its_name_says(folder: Path, name: str) -> None:
    """polyester#22."""
    model = gsynth.train(genome="g.fa", k=2)
    gsynth.save(model, "m.gsm")
    with pytest.raises(GsynthError, match="asks for"):
        gsynth.sample(model, name, genome="g.fa", seed=1)
    with pytest.raises(Refused, match="asks for"):
        typed("sample", "m.gsm", "--genome", "g.fa", "-o", name, "--seed", "1")
    assert not Path(name).exists()
