"""Opening genomes: which source is what, dicts, sizes, the genome of the process, aliases."""

from __future__ import annotations

import gzip
import os
import pickle
import re
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth.errors import ArgumentError, ArgumentTypeError, ContigError, FormatError, MissingFileError
from gsynth.genomes import OpenGenome, open_genome, resolve_genome, use_genome
from gsynth.genomes.aliases import contig_error, resolve_alias
from gsynth.genomes.sizes import SizesGenome
from gsynth.plugins.contracts import Genome
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import GENOME

CODED = np.frombuffer(b"ACGTn", dtype=np.uint8)


@pytest.mark.parametrize("value", ["ACGTn", b"ACGTn", bytearray(b"ACGTn"), memoryview(b"ACGTn"), CODED])
def test_dict(value: Any) -> None:
    genome = open_genome({"a": value, "b": "", "c": "AC"})
    assert isinstance(genome, Genome)
    assert list(genome.contigs.items()) == [("a", 5), ("b", 0), ("c", 2)]
    assert genome.fetch("a", 1, 5).tobytes() == b"CGTn"
    assert genome.fetch("b", 0, 0).size == 0
    assert genome.has_sequence
    assert pickle.loads(pickle.dumps(genome)).fetch("a", 0, 5).tobytes() == b"ACGTn"
    with pytest.raises(ValueError, match="read-only"):
        genome.fetch("a", 0, 5)[0] = 0


@pytest.mark.parametrize(
    ("source", "error", "says"),
    [
        ({}, ArgumentError, "empty"),
        ({"a": "ACé"}, ArgumentError, "not ASCII"),
        ({"a": np.zeros(3)}, ArgumentTypeError, "uint8"),
        ({"a": np.zeros((2, 2), dtype=np.uint8)}, ArgumentTypeError, "uint8"),
        ({1: "AC"}, ArgumentTypeError, "non-empty strings"),
        ({"": 5}, ArgumentTypeError, "non-empty strings"),
        ({"a": "AC", "b": 5}, ArgumentTypeError, "int, str"),
        ({"a": True}, ArgumentTypeError, "bool"),
        ({"a": 2.5}, ArgumentTypeError, "float"),
        ({"a": -1}, ArgumentError, "size of 'a' is -1"),
        (5, ArgumentTypeError, "found int"),
        ("no/such/file.fa", MissingFileError, "no file"),
    ],
)
def test_refused(source: object, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=re.escape(says)):
        open_genome(source)


@pytest.mark.parametrize(
    "text", ["a\t10\nb\t3000000000\n", "a 10\r\nb 3000000000", "# x\na\t10\t3\t60\t61\nb\t3000000000\t99\t60\t61\n"]
)
def test_sizes(tmp_path: Path, text: str) -> None:
    path = tmp_path / "chrom.sizes"
    path.write_text(text)
    for genome in (open_genome(path), open_genome(str(path)), open_genome({"a": 10, "b": np.int64(3_000_000_000)})):
        assert isinstance(genome.genome, SizesGenome)
        assert list(genome.contigs.items()) == [("a", 10), ("b", 3_000_000_000)]
        assert not genome.has_sequence
        assert pickle.loads(pickle.dumps(genome)).contigs["a"] == 10
        with pytest.raises(ArgumentError, match="holds no sequence"):
            genome.fetch("a", 0, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a\t10\na\t20\n", "appears twice"),
        ("chr1\t10\t20\n", "looks like no kind of genome"),
        ("", "an empty file"),
        ("some prose about genomes\n", "looks like no kind of genome"),
        ("a\t10\n" * 3000 + "b\tx\n", "line 3001|appears twice"),
    ],
)
def test_not_sizes(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "x.sizes"
    path.write_text(text)
    with pytest.raises(FormatError, match=says):
        open_genome(path)


def test_content_decides_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "genome.2bit"
    path.write_text(">a\nACGT\n")
    assert open_genome(path).fetch("a", 1, 3).tobytes() == b"CG"


def test_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="a folder"):
        open_genome(tmp_path)


def test_registered_as_plugins() -> None:
    assert {"fasta", "2bit", "dict", "sizes"} <= set(registry().names(GENOME))


@pytest.fixture(params=["fa", "bgz", "gz", "cr", "2bit"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def write_genome(path: Path, kind: str) -> None:
    """A contig of 60 bases in a file of one kind."""
    bases = b"ACGT" * 15
    if kind == "2bit":
        packed = bytes(
            int("".join(f"{b'TCAG'.index(base):02b}" for base in bases[i : i + 4]), 2) for i in range(0, 60, 4)
        )
        head = struct.pack("<4I", 0x1A412743, 0, 1, 0) + b"\x04chr1" + struct.pack("<I", 25)
        path.write_bytes(head + struct.pack("<4I", 60, 0, 0, 0) + packed)
        return
    text = b">chr1\n" + bases + b"\n"
    if kind == "cr":
        text = text.replace(b"\n", b"\r")
    if kind == "bgz":
        pysam = pytest.importorskip("pysam", reason="pysam writes the bgzip files")
        with pysam.BGZFile(str(path), "wb") as file:
            file.write(text)
        return
    path.write_bytes(gzip.compress(text) if kind == "gz" else text)


def open_files(path: Path) -> list[str]:
    """Where the process's descriptors of a file are."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("descriptors are counted in /proc")
    return [link.name for link in folder.iterdir() if os.path.realpath(link) == os.path.realpath(path)]


class Fixed:
    """A stranger's genome."""

    name = "fixed"
    contigs: Mapping[str, int] = {"z": 3}
    has_sequence = True

    def fetch(self, contig: str, start: int, end: int) -> NDArray[np.uint8]:
        return np.frombuffer(b"AAA", dtype=np.uint8)[start:end]


def test_open_genome_is_given_back() -> None:
    genome = Fixed()
    assert resolve_genome(genome) is genome
    assert open_genome(genome).genome is genome


class Closing(Fixed):
    """With the ability to close."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


def test_a_with_block_closes_what_it_opened_and_nothing_else(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"genome.{kind}"
    write_genome(path, kind)
    with open_genome(path) as genome:
        assert genome.fetch("chr1", 0, 4).tobytes() == b"ACGT"
        with open_genome(genome) as inner, open_genome(genome, chrom_alias={"1": "chr1"}) as aliased:
            assert inner.fetch("chr1", 1, 3).tobytes() == b"CG"
            assert aliased.chrom_alias is not None
        for again in (inner, aliased):
            with pytest.raises(ArgumentError, match="was closed; open it again"):
                again.fetch("chr1", 0, 1)
        # The outer one was not theirs to close.
        assert gsynth.train(genome=genome, k=1).total_kmers == 2 * 59
        with use_genome(genome), open_genome():
            pass
        descriptors = open_files(path)
        assert genome.fetch("chr1", 0, 1).size == 1
    assert genome.closed
    assert dict(genome.contigs) == {"chr1": 60}
    genome.close()
    assert len(open_files(path)) == len(descriptors) - (kind != "gz")
    for use in (
        lambda: genome.fetch("chr1", 0, 1),
        lambda: genome.genome.fetch("chr1", 0, 1),
        lambda: gsynth.train(genome=genome, k=1),
        genome.__enter__,
        lambda: open_genome(genome),
    ):
        with pytest.raises(ArgumentError, match="was closed; open it again"):
            use()
    with open_genome(genome.name) as reopened:
        assert reopened.fetch("chr1", 0, 4).tobytes() == b"ACGT"


def test_plugins_genomes_are_closed_once_if_they_can_be() -> None:
    mine = Closing()
    with open_genome(mine) as genome:
        assert genome.fetch("z", 0, 2).tobytes() == b"AA"
    assert mine.closed == 0
    opener = OpenGenome(mine)
    for _ in range(2):
        opener.close()
    assert mine.closed == 1
    with OpenGenome(Fixed()):
        pass


def test_use_genome() -> None:
    with pytest.raises(ArgumentError, match="pass genome="):
        open_genome()
    outer = use_genome({"a": "ACGT"})
    try:
        assert open_genome().contigs == {"a": 4}
        with use_genome({"b": "AC"}, chrom_alias={"x": "b"}) as genome:
            assert resolve_genome(None) is genome
            assert genome is not None
            for copy in (genome, pickle.loads(pickle.dumps(genome))):
                assert resolve_alias(None, copy).rename("x", copy.contigs) == "b"
                assert copy.fetch("b", 0, 2).tobytes() == b"AC"
            with pytest.raises(RuntimeError, match="inside"), use_genome(Fixed()):
                raise RuntimeError("inside")
            assert resolve_genome(None) is genome
        assert resolve_genome(None) is outer.genome
    finally:
        use_genome(None)
    with pytest.raises(ArgumentError):
        open_genome()


@pytest.mark.parametrize(
    ("name", "contigs", "expected"),
    [
        ("chr1", ["1"], "1"),
        ("1", ["chr1"], "chr1"),
        ("chrM", ["1", "MT"], "MT"),
        ("chrM", ["1", "M"], "M"),
        ("MT", ["chr1", "chrM"], "chrM"),
        ("MT", ["chrMT"], "chrMT"),
        ("M", ["chrM"], "chrM"),
        ("chrI", ["I"], "I"),
        ("1", ["1", "chr1"], "1"),
        ("scaffold_7", ["1"], "scaffold_7"),
    ],
)
def test_ucsc_ensembl(name: str, contigs: list[str], expected: str) -> None:
    assert resolve_alias("ucsc-ensembl").rename(name, dict.fromkeys(contigs, 1)) == expected


def test_alias_file(tmp_path: Path) -> None:
    path = tmp_path / "names.txt"
    path.write_text("# file\tgenome\nNC_1.1\tchr1\n\nNC_2.1 chr2\n")
    for alias in (path, str(path), {"NC_1.1": "chr1", "NC_2.1": "chr2"}):
        resolved = resolve_alias(alias)
        assert [resolved.rename(name, {}) for name in ("NC_1.1", "NC_2.1", "other")] == ["chr1", "chr2", "other"]
        assert resolve_alias(resolved) is resolved


@pytest.mark.parametrize(
    ("alias", "error"),
    [
        ("no-such-file", MissingFileError),
        (5, ArgumentTypeError),
        ({"a": 5}, ArgumentTypeError),
        (["a\tb\tc\n"], FormatError),
        (["a\tb\n", "a\tc\n"], FormatError),
    ],
)
def test_bad_alias(tmp_path: Path, alias: object, error: type[Exception]) -> None:
    if isinstance(alias, list):
        path = tmp_path / "names.txt"
        path.write_text("".join(alias))
        alias = path
    with pytest.raises(error):
        resolve_alias(alias)


@pytest.mark.parametrize(
    ("found", "genome", "says"),
    [
        (["chrX", "chr1"], {"X": 1, "1": 1}, "chrom_alias='ucsc-ensembl'"),
        (["MT"], {"chrM": 1}, "MT is the genome's chrM: pass chrom_alias='ucsc-ensembl'"),
        (["X", "scaffold"], {"X": 1}, "chrom_alias={'name in the file'"),
        (["a", "b", "c", "d", "e"], {"X": 1}, "'a', 'b', 'c' and 2 more"),
    ],
)
def test_contig_error(found: list[str], genome: dict[str, int], says: str) -> None:
    error = contig_error(found, "file.bed", open_genome(genome))
    assert isinstance(error, ContigError)
    assert says in str(error)
    assert f"file.bed has: {found[0]}" in str(error)
    assert f"the genome has: {next(iter(genome))}" in str(error)
