"""Records named after the BED file: as ``bedtools getfasta -name`` does, each name given once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, FormatError
from gsynth.genomes import open_genome

GENOME = {"chr1": "ACGTTGCAGG" * 30, "chr2": "ACCATGATCA" * 20}
MODEL = gsynth.train(genome=GENOME, k=1)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bed(text: str, name: str = "x.bed") -> str:
    Path(name).write_text(text)
    return name


def written(**options: Any) -> list[str]:
    gsynth.sample(MODEL, "o.fa", genome=GENOME, seed=1, overwrite=True, **options)
    return [line[1:] for line in Path("o.fa").read_text().splitlines() if line.startswith(">")]


def test_names_and_strands_of_a_bed_file(folder: Path) -> None:
    six = bed("chr1\t0\t300\tgene1\t0\t+\nchr1\t10\t20\tgene2\t0\t-\n\n#\nchr2\t5\t9\tgene1\t0\t.\n")
    expected = ["gene1::chr1:0-300(+)", "gene2::chr1:10-20(-)", "gene1::chr2:5-9(.)"]
    assert written(intervals=six, names="bed") == expected
    assert list(open_genome("o.fa").contigs) == expected
    assert written(intervals=six) == ["chr1", "chr1:10-20", "chr2:5-9"]
    four = bed("chr1\t0\t30\ta\nchr1\t10\t20\tb\n")
    assert written(intervals=four, names="bed") == ["a::chr1:0-30", "b::chr1:10-20"]


def test_names_do_not_change_the_bases(folder: Path) -> None:
    path = bed("chr1\t0\t30\ta\nchr1\t10\t20\ta\nchr1\t10\t20\ta\n")
    for n_samples in (1, 3):
        plain = gsynth.sample(MODEL, genome=GENOME, seed=1, intervals=path, n_samples=n_samples)
        assert plain == gsynth.sample(MODEL, genome=GENOME, seed=1, intervals=path, n_samples=n_samples, names="bed")


def test_a_name_given_again_has_the_suffix_of_repeats(folder: Path) -> None:
    path = bed("chr1\t10\t20\ta\nchr1\t10\t20\tb\nchr1\t10\t20\ta\nchr1\t10\t20\ta\n")
    names = ["a::chr1:10-20", "b::chr1:10-20", "a::chr1:10-20_repeat2", "a::chr1:10-20_repeat3"]
    assert written(intervals=path, names="bed") == names
    assert written(intervals=path, names="bed", n_samples=2) == [f"{name}_sample{j}" for name in names for j in (1, 2)]


def test_the_place_is_that_of_the_record_not_of_the_line(folder: Path) -> None:
    path = bed("chr1\t290\t400\tend\t0\t+\nchr2\t900\t999\tgone\t0\t+\n")
    with pytest.warns(UserWarning, match="beyond the end"):
        assert written(intervals=path, names="bed") == ["end::chr1:290-300(+)"]


def test_many_names_are_each_given_once(folder: Path) -> None:
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 3, (400, 2))
    tails = ["", "_repeat2", "_sample1"]
    path = bed("".join(f"chr1\t{start}\t9\tn\t0\t+{tails[tail]}\n" for start, tail in rows))
    for n_samples in (1, 2):
        names = written(intervals=path, names="bed", n_samples=n_samples)
        assert len(set(names)) == len(names) == 400 * n_samples


def test_a_data_frame_has_names_too(folder: Path) -> None:
    pandas = pytest.importorskip("pandas", reason="pandas is not installed")
    columns = {"chrom": ["chr1", "chr2"], "start": [1, 2], "end": [9, 8], "Name": ["a", "b"]}
    assert written(intervals=pandas.DataFrame(columns), names="bed") == ["a::chr1:1-9", "b::chr2:2-8"]
    columns["strand"] = ["+", "-"]
    assert written(intervals=pandas.DataFrame(columns), names="bed") == ["a::chr1:1-9(+)", "b::chr2:2-8(-)"]
    del columns["Name"]
    with pytest.raises(ArgumentError, match="the DataFrame has no column 'name'"):
        written(intervals=pandas.DataFrame(columns), names="bed")


def test_random_and_replaced_sequence_is_named_as_well(folder: Path) -> None:
    path = bed("chr1\t0\t30\ta\t0\t-\n")
    gsynth.random(genome=GENOME, seed=1, intervals=path, output="r.fa", names="bed")
    gsynth.replace_kmer("CG", "GC", genome=GENOME, intervals=path, output="k.fa", names="bed")
    for output in ("r.fa", "k.fa"):
        assert Path(output).read_text().startswith(">a::chr1:0-30(-)\n")


def test_names_that_are_not_there_or_cannot_be_written_are_refused(folder: Path) -> None:
    with pytest.raises(FormatError, match=r"x\.bed, line 2: expected a column 4, it has 3"):
        written(intervals=bed("chr1\t0\t9\ta\nchr1\t1\t5\n"), names="bed")
    with pytest.raises(FormatError, match=r"x\.bed, line 1: column 4 is empty"):
        written(intervals=bed("chr1\t0\t9\t\t0\t+\n"), names="bed")
    with pytest.raises(ArgumentError, match="interval 'my gene' has a name that"):
        written(intervals=bed("chr1\t0\t9\tmy gene\n"), names="bed")
    for intervals in ("chr1:1-9", ("chr1", 1, 9), [bed("chr1\t0\t9\ta\n"), "chr2"]):
        with pytest.raises(ArgumentError, match="names='bed' takes the names of a BED file's fourth column, and"):
            written(intervals=intervals, names="bed")
    with pytest.raises(ArgumentError, match="names='bed' takes the names of a BED file's fourth column: pass it as"):
        written(names="bed")
    with pytest.raises(ArgumentError, match="names must be one of coordinates, bed, found 'BED'"):
        written(names="BED")
