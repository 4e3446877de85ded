"""What is fuzzed: every parser of bytes from outside, and files with which to begin.

A parser keeps its promise on any bytes if it returns, or raises a `GsynthError`.
"""

from __future__ import annotations

import gzip
import io
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

import gsynth
from gsynth.errors import GsynthError
from gsynth.files.bgzip import BgzipWriter
from gsynth.genomes import open_genome
from gsynth.intervals import resolve_intervals

GENOME = {"a": "ACGTTGCAAC" * 20, "b": "GGGTTN"}
FASTA = b">a some\nACGTTGCAAC\nACGTTGCAAC\nACG\n>b\nGGGTTN\n"
MOST = 1 << 16


def _genome(path: Path) -> None:
    genome = open_genome(path)
    for contig, size in genome.contigs.items():
        if genome.has_sequence:
            genome.fetch(contig, 0, min(size, MOST))


def _index(suffix: str) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        packed = suffix == ".gzi"
        genome = path.with_name("g.fa.gz" if packed else "g.fa")
        genome.write_bytes(bgzip(FASTA) if packed else FASTA)
        path.rename(genome.with_name(genome.name + suffix))
        opened = open_genome(genome)
        for contig, size in opened.contigs.items():
            found = opened.fetch(contig, 0, size)
            # Whatever the index says, these are letters of sequence.
            assert not set(found.tobytes()) - set(b"ACGTN"), found.tobytes()

    return read


def _track(name: str) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        named = path.rename(path.with_name(name))
        gsynth.train(
            {"expr": "t", "breaks": [-np.inf, 1, np.inf]}, tracks={"t": named}, iterator=10, genome=GENOME, k=1,
            progress=False,
        )  # fmt: skip

    return read


def _intervals(path: Path) -> None:
    resolve_intervals(path.rename(path.with_name("x.bed")), open_genome(GENOME))


def _trained() -> gsynth.GsynthModel:
    return gsynth.train({"expr": "gc", "breaks": [0, 0.5, 1]}, iterator=10, genome=GENOME, k=1, progress=False)


def _model(path: Path) -> None:
    model = gsynth.load(path)
    repr(model), model.cdf, model.thresholds()


def _metadata(path: Path) -> None:
    folder = path.with_name("m.gsm")
    gsynth.save(_trained(), folder)
    path.rename(folder / "metadata.yaml")
    _model(folder)


def bgzip(text: bytes) -> bytes:
    """The text as bgzip."""
    file = io.BytesIO()
    writer = BgzipWriter(file)
    writer.write(text)
    writer.finish()
    return file.getvalue()


def _files(folder: Path) -> dict[str, list[bytes]]:
    model = _trained()
    gsynth.save(model, folder / "m.gsm")
    gsynth.save(model, folder / "m.zip", compress=True)
    plain = io.BytesIO()
    with zipfile.ZipFile(folder / "m.zip") as packed, zipfile.ZipFile(plain, "w") as archive:
        for name in packed.namelist():
            archive.writestr(name, packed.read(name))
    twobit = struct.pack("<IIII", 0x1A412743, 0, 1, 0) + b"\1a" + struct.pack("<I", 22)
    twobit += struct.pack("<IIIII", 8, 1, 2, 1, 0) + struct.pack("<I", 0) + b"\x1b\x1b"
    table = b"#comment\ntrack name=x\na\t0\t50\t0.5\na\t50\t90\t-1e3\nb\t1\t4\t2\n"
    oracle = Path(__file__).parents[1] / "formats" / "oracle"
    return {
        "fasta": [FASTA, FASTA.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + FASTA, bgzip(FASTA), gzip.compress(FASTA)],
        "fai": [b"a\t23\t8\t10\t11\nb\t6\t37\t6\t7\n"],
        "gzi": [struct.pack("<Q", 0), struct.pack("<QQQ", 1, 60, 20)],
        "twobit": [twobit],
        "bed": [table, table.replace(b"\t", b" "), gzip.compress(table)],
        "bedgraph": [table],
        "wig": [b"fixedStep chrom=a start=1 step=10 span=10\n1\n2\n3\nvariableStep chrom=b\n1 5\n3 6\n"],
        "metadata": [(folder / "m.gsm" / "metadata.yaml").read_bytes()],
        "zip": [(folder / "m.zip").read_bytes(), plain.getvalue()],
        "pickle": [file.read_bytes() for file in sorted((oracle / "pymisha").glob("*/*.pkl"))] or [b"\x80\4N."],
        "rds": [gzip.decompress(file.read_bytes()) for file in sorted(oracle.glob("*.rds"))],
    }


READERS: dict[str, Callable[[Path], None]] = {
    "fasta": _genome,
    "fai": _index(".fai"),
    "gzi": _index(".gzi"),
    "twobit": _genome,
    "bed": _intervals,
    "bedgraph": _track("x.bedgraph"),
    "wig": _track("x.wig"),
    "metadata": _metadata,
    "zip": _model,
    "pickle": _model,
    "rds": _model,
}


def seeds(folder: Path) -> dict[str, list[bytes]]:
    """For each parser, files that it reads; `folder` is for what is made on the way."""
    return _files(folder)


def try_bytes(target: str, data: bytes, folder: Path) -> bool:
    """Whether the parser took the bytes; any exception but a GsynthError is a finding, and goes on."""
    path = folder / "input"
    path.write_bytes(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            READERS[target](path)
        except (GsynthError, OSError):
            return False
    return True
