"""What a file looks like, judged by its first bytes: one place for every message that refuses a file."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Final

from attrs import frozen

HEAD: Final = 1 << 16
"""Bytes that are looked at."""

_LINES: Final = 50


@frozen
class Likeness:
    """A kind of file.

    Attributes
    ----------
    kind : str
        A short word: "fasta", "bigwig", "html".
    phrase : str
        The words in a message: "an HTML page".
    advice : str
        What to do with it; empty if that is obvious.
    """

    kind: str
    phrase: str
    advice: str = ""

    def __str__(self) -> str:
        return self.phrase + (f": {self.advice}" if self.advice else "")


_DECOMPRESS: Final = "decompress it first"
_TO_TEXT: Final = "save it as text, with tabs between the columns"

EMPTY: Final = Likeness("empty", "an empty file (0 bytes)", "what should have written it failed, or found nothing")
FASTA: Final = Likeness("fasta", "FASTA, that is sequence")
TWOBIT: Final = Likeness("2bit", "a .2bit genome")
BIGWIG: Final = Likeness("bigwig", "a bigWig")
BIGBED: Final = Likeness("bigbed", "a bigBed", "convert it with bigBedToBed")
GZIP: Final = Likeness("gzip", "a gzip file")
WIG: Final = Likeness("wig", "a UCSC wig (fixedStep or variableStep): values, not intervals")
UTF16: Final = Likeness("utf-16", "text in UTF-16", "save it as UTF-8")
_UTF32: Final = Likeness("utf-32", "text in UTF-32", "save it as UTF-8")

_MAGIC: Final[tuple[tuple[bytes, Likeness], ...]] = (
    (b"\x1a\x41\x27\x43", TWOBIT),
    (b"\x43\x27\x41\x1a", TWOBIT),
    (b"\x26\xfc\x8f\x88", BIGWIG),
    (b"\x88\x8f\xfc\x26", BIGWIG),
    (b"\xeb\xf2\x89\x87", BIGBED),
    (b"\x87\x89\xf2\xeb", BIGBED),
    (b"\x28\xb5\x2f\xfd", Likeness("zstd", "zstd-compressed data", _DECOMPRESS)),
    (b"\xfd7zXZ\x00", Likeness("xz", "xz-compressed data", _DECOMPRESS)),
    (b"\x04\x22\x4d\x18", Likeness("lz4", "lz4-compressed data", _DECOMPRESS)),
    (b"7z\xbc\xaf\x27\x1c", Likeness("7z", "a 7-Zip archive", "unpack it first")),
    (b"PK\x03\x04", Likeness("zip", "a zip archive, or a spreadsheet (.xlsx)", f"unpack it first, or {_TO_TEXT}")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Likeness("xls", "a spreadsheet (.xls)", _TO_TEXT)),
    (b"BAM\x01", Likeness("bam", "a BAM of alignments")),
    (b"CRAM\x02", Likeness("cram", "a CRAM of alignments")),
    (b"CRAM\x03", Likeness("cram", "a CRAM of alignments")),
    (b"BCF\x02", Likeness("bcf", "a BCF of variants")),
    (b"TBI\x01", Likeness("tbi", "a tabix index", "give the file that it belongs to")),
    (b"BAI\x01", Likeness("bai", "a BAM index")),
    (b"\x89HDF\r\n\x1a\n", Likeness("hdf5", "an HDF5 file")),
    (b"PAR1\x15", Likeness("parquet", "a Parquet file", "read it into a DataFrame and pass that")),
    (b"ARROW1\x00", Likeness("arrow", "an Arrow file", "read it into a DataFrame and pass that")),
    (b"SQLite format 3\x00", Likeness("sqlite", "an SQLite database")),
    (b"\x93NUMPY", Likeness("npy", "a NumPy array", "load it and pass {contig: array}")),
    (b"%PDF", Likeness("pdf", "a PDF")),
    (b"\x89PNG", Likeness("png", "a picture")),
    (b"RDX3\n", Likeness("rdata", "an R workspace")),
    (b"RDX2\n", Likeness("rdata", "an R workspace")),
    (b"X\n\x00\x00\x00", Likeness("rds", "an R object (.rds)")),
    (b"\x7fELF", Likeness("program", "a program")),
    # Before UTF-16, whose mark is the beginning of this one.
    (b"\xff\xfe\x00\x00", _UTF32),
    (b"\x00\x00\xfe\xff", _UTF32),
    (b"\xff\xfe", UTF16),
    (b"\xfe\xff", UTF16),
    (b"\x1f\x8b", GZIP),
)
_BZIP2: Final = re.compile(rb"BZh[1-9]1AY&SY")
_PICKLE: Final = re.compile(rb"\x80[\x02-\x05][\x95\x63\x7d\x5d\x28\x8c\x71\x58]")


def unpacked_head(raw: bytes, size: int = HEAD) -> bytes:
    """The first bytes of the content of gzip, as far as `raw` goes; `raw` itself if it is not gzip, or damaged."""
    if raw[:2] != b"\x1f\x8b":
        return raw
    text = b""
    # bgzip files are chains of small members, and the first may be empty.
    while raw[:2] == b"\x1f\x8b" and len(text) < size:
        stream = zlib.decompressobj(31)
        try:
            text += stream.decompress(raw, size - len(text))
        except zlib.error:
            break
        raw = stream.unused_data
    return text


def likeness(head: bytes) -> Likeness | None:
    """The kind of file that begins with these decompressed bytes; None if it is not recognised.

    Plain tables of names and numbers are not a kind of their own: None.

    Examples
    --------
    >>> str(likeness(b"<!DOCTYPE html><html>"))
    'an HTML page: the download failed'
    >>> likeness(b"chr1\\t100\\t200\\n") is None
    True
    """
    if not head:
        return EMPTY
    for magic, found in _MAGIC:
        if head.startswith(magic):
            return found
    if _PICKLE.match(head):
        return Likeness("pickle", "a Python pickle")
    if _BZIP2.match(head):
        return Likeness("bzip2", "bzip2-compressed data", _DECOMPRESS)
    if b"\x00" in head[:HEAD]:
        return Likeness("binary", "not text")
    return _text(head.removeprefix(b"\xef\xbb\xbf"))


def _text(head: bytes) -> Likeness | None:
    text = head[:HEAD].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    # In a longer file the last line need not end here.
    text += "" if len(head) < HEAD else "..."
    stripped = text.lstrip()
    for pattern, found in _OPENINGS:
        if pattern.match(stripped):
            return found
    rows = [line.split("\t") for line in stripped.split("\n")[:_LINES] if line.strip() and line[0] not in "#@"]
    for test, found in _ROWS:
        if rows and test(rows[0]):
            return found
    return None


_OPENINGS: Final[tuple[tuple[re.Pattern[str], Likeness], ...]] = tuple(
    (re.compile(pattern, re.IGNORECASE), found)
    for pattern, found in (
        (r"<(!doctype\s+html|html|head|body)\b", Likeness("html", "an HTML page", "the download failed")),
        (r"<\?xml|<[a-z]+[ >]", Likeness("xml", "XML, or an error page in place of the download")),
        (r"version https://git-lfs", Likeness("git-lfs", "a git-LFS pointer", "fetch the file itself: git lfs pull")),
        (r"##fileformat=VCF", Likeness("vcf", "a VCF (1-based positions of variants)", "make it BED first")),
        (r"##gff-version", Likeness("gff", "GFF (1-based, both ends included)", "make it BED first")),
        (r"@HD\tVN|@SQ\tSN", Likeness("sam", "SAM, or an interval list (1-based)", "make it BED first")),
        (r"@[^\n]*\n[A-Za-z.*-]+\n\+", Likeness("fastq", "FASTQ, that is reads")),
        (r"(track[^\n]*\n\s*|browser[^\n]*\n\s*|#[^\n]*\n\s*)*(fixedStep|variableStep)\b", WIG),
        (r"\{\s*[\"}]|\[\s*[\[{\"\d]", Likeness("json", "JSON")),
        (r">", FASTA),
        (r";", Likeness("fasta", "FASTA with comment lines (;)", "take those lines out")),
        (r"LOCUS {3,}\S", Likeness("genbank", "GenBank", "convert it to FASTA")),
        (r"ID {3}\S", Likeness("embl", "EMBL", "convert it to FASTA")),
        (r"CLUSTAL[ \t(]|#NEXUS|# STOCKHOLM", Likeness("alignment", "an alignment")),
        (r"[ACGTUN]{30,}[ \t]*(\n|$)", Likeness("bases", "bare bases", "FASTA has a header line: >name")),
        (r"[ARNDCQEGHILKMFPSTWYV]{40,}[ \t]*(\n|$)", Likeness("protein", "protein")),
        (r"\s*SW\s+perc\s+perc", Likeness("repeatmasker", "a RepeatMasker table (1-based)", "make it BED first")),
    )
)


def _is_gff(row: list[str]) -> bool:
    return len(row) in (8, 9) and row[3].isdecimal() and row[4].isdecimal() and row[6] in ("+", "-", ".", "?")


def _is_sam(row: list[str]) -> bool:
    return (
        len(row) >= 11 and row[1].isdecimal() and row[3].isdecimal() and row[4].isdecimal() and not row[2].isdecimal()
    )


def _is_vcf(row: list[str]) -> bool:
    return len(row) >= 8 and row[1].isdecimal() and not row[2].isdecimal() and bool(re.fullmatch("[ACGTN]+", row[3]))


def _is_table_dump(row: list[str]) -> bool:
    return len(row) >= 4 and row[0].isdecimal() and not row[1].isdecimal() and row[2].isdecimal() and row[3].isdecimal()


_ROWS: Final[tuple[tuple[Callable[[list[str]], bool], Likeness], ...]] = (
    (_is_gff, Likeness("gff", "GFF or GTF (1-based, both ends included)", "make it BED first")),
    (_is_sam, Likeness("sam", "SAM, that is alignments", "make it BED first")),
    (_is_vcf, Likeness("vcf", "a VCF (1-based positions of variants)", "make it BED first")),
    (_is_table_dump, Likeness("table dump", "a UCSC table whose first column is a bin", "cut it off: cut -f2-")),
)
