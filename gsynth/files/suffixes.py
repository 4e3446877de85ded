"""What the suffix of a name promises, so that no other format is written under it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_COMPRESSORS: Final = {
    ".gz": "bgzip", ".gzip": "bgzip", ".bgz": "bgzip", ".bgzf": "bgzip", ".zst": "zstd", ".zstd": "zstd",
    ".bz2": "bzip2", ".xz": "xz", ".lzma": "xz", ".lz4": "lz4", ".br": "brotli", ".z": "compress", ".zip": "zip",
    ".7z": "7z",
}  # fmt: skip

_KINDS: Final = {
    ".fa": "FASTA", ".fasta": "FASTA", ".fna": "FASTA", ".fas": "FASTA", ".ffn": "FASTA", ".faa": "FASTA",
    ".2bit": "2bit", ".nib": "nib", ".fq": "FASTQ", ".fastq": "FASTQ", ".gb": "GenBank", ".gbk": "GenBank",
    ".embl": "EMBL", ".sam": "SAM", ".bam": "BAM", ".cram": "CRAM", ".vcf": "VCF", ".bcf": "BCF", ".bed": "BED",
    ".gff": "GFF", ".gff3": "GFF", ".gtf": "GTF", ".bw": "bigWig", ".bigwig": "bigWig", ".bb": "bigBed",
    ".bedgraph": "bedGraph", ".wig": "wig", ".fai": "an index", ".gzi": "an index", ".gsm": "a model",
    ".pkl": "a pickle", ".rds": "R's data",
}  # fmt: skip


def compressor_of(path: Path) -> str | None:
    """The program that makes files with the suffix of `path` (any case); None if it is not one of compression.

    Examples
    --------
    >>> compressor_of(Path("x.fa.GZ"))
    'bgzip'
    """
    return _COMPRESSORS.get(path.suffix.lower())


def kind_of(path: Path) -> str | None:
    """The kind of file for which the suffix of `path` (any case) stands; None if it is not a known one.

    Examples
    --------
    >>> kind_of(Path("x.2bit"))
    '2bit'
    """
    return _KINDS.get(path.suffix.lower())
