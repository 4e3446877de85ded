"""What is given and cannot be meant is refused, and what is given and not used is told: nothing passes in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, FormatError, MissingFileError
from gsynth.genomes.memory import DictGenome

GENOME = {"chr1": "ACGTTGCAGG" * 60}


@pytest.mark.parametrize("codes", [[0, 1, 2, 3], [4, 4], [0], [3, 4, 1]])
def test_codes_are_not_letters(codes: list[int]) -> None:
    for sequence in (np.array(codes, np.uint8), bytes(codes)):
        with pytest.raises(ArgumentError, match=r"'a' looks like codes 0 to \d; expected letters in ASCII"):
            gsynth.gsynth_train(genome={"a": sequence}, k=1)


@pytest.mark.parametrize(("sequence", "place"), [("ACGT\nACGT", 4), (b"AC GT", 2), ("\tA", 0), ("A" * 5 + "\r", 5)])
def test_a_sequence_in_memory_holds_letters_alone(sequence: str | bytes, place: int) -> None:
    with pytest.raises(ArgumentError, match=f"at position {place}; expected letters"):
        DictGenome({"a": sequence})


def test_an_empty_sequence_is_one() -> None:
    assert DictGenome({"a": "", "b": b"AC-N*"}).contigs == {"a": 0, "b": 5}


@pytest.mark.parametrize("cores", ["2", 1.5, -1, float("nan"), True, [2]])
def test_a_number_of_cores_is_a_whole_number(cores: Any) -> None:
    with pytest.raises(ArgumentError, match="num_cores"):
        gsynth.gsynth_train(genome=GENOME, k=1, num_cores=cores)
    with pytest.raises(ArgumentError, match="num_cores"):
        gsynth.gsynth_random(genome=GENOME, seed=1, num_cores=cores)


@pytest.mark.parametrize("call", ["train", "sample", "random", "replace"])
def test_an_alias_that_does_not_exist_is_an_error_where_nothing_uses_it(call: str, tmp_path: Path) -> None:
    calls = {
        "train": lambda alias: gsynth.gsynth_train(genome=GENOME, k=1, chrom_alias=alias),
        "sample": lambda alias: gsynth.gsynth_sample(
            gsynth.gsynth_train(genome=GENOME, k=1), genome=GENOME, seed=1, chrom_alias=alias
        ),
        "random": lambda alias: gsynth.gsynth_random(genome=GENOME, seed=1, chrom_alias=alias),
        "replace": lambda alias: gsynth.gsynth_replace_kmer("CG", "GC", genome=GENOME, chrom_alias=alias),
    }
    for alias in ("ucsc-ensembel", str(tmp_path / "none.tsv")):
        with pytest.raises(MissingFileError, match="chrom_alias: no file"):
            calls[call](alias)


def test_tracks_that_no_expression_names() -> None:
    used, unused = np.linspace(0, 1, 600), np.zeros(600)
    dim = {"expr": "meth", "breaks": [0, 0.5, 1]}
    with pytest.warns(UserWarning, match="no expression names the tracks 'gcp'"):
        model = gsynth.gsynth_train(
            dim, genome=GENOME, k=1, iterator=20, tracks={"meth": {"chr1": used}, "gcp": {"chr1": unused}}
        )
    with pytest.warns(UserWarning, match="'other'"):
        gsynth.gsynth_sample(model, genome=GENOME, seed=1, tracks={"meth": {"chr1": used}, "other": {"chr1": unused}})
    with pytest.warns(UserWarning, match="no strata: the tracks 'gcp' are not used"):
        gsynth.gsynth_train(genome=GENOME, k=1, tracks={"gcp": {"chr1": unused}})


def test_an_iterator_without_strata() -> None:
    with pytest.warns(UserWarning, match="no strata: iterator=20 has no effect"):
        gsynth.gsynth_train(genome=GENOME, k=1, iterator=20)


DIGITS = "9" * 5000
"""Python refuses to turn so many into a number, or a number of so many into text."""


@pytest.mark.parametrize("name", ["s.sizes", "g.fa"])
def test_numbers_in_files_that_python_refuses_to_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "s.sizes").write_text(f"chr1\t{DIGITS}\n")
    (tmp_path / "g.fa").write_text(">chr1\nACGTACGTAC\n")
    (tmp_path / "g.fa.fai").write_text(f"chr1\t{DIGITS}\t6\t10\t11\n")
    if name == "s.sizes":
        with pytest.raises(FormatError, match="line 1: expected a name and a size"):
            gsynth.gsynth_random(genome=tmp_path / name, seed=1)
    else:
        with pytest.warns(UserWarning, match=r"g\.fa\.fai"):
            assert len(gsynth.gsynth_random(genome=tmp_path / name, seed=1)[0]) == 10


@pytest.mark.parametrize("argument", ["n_samples", "max_chunk_size", "num_cores", "size", "region"])
def test_numbers_in_arguments_that_python_refuses_to_write(argument: str) -> None:
    large = 10**5000
    model = gsynth.gsynth_train(genome=GENOME, k=1)
    others: dict[str, dict[str, Any]] = {
        "size": {"genome": {"chr1": large}},
        "region": {"intervals": f"chr1:1-{DIGITS}"},
    }
    given = others.get(argument, {argument: large})
    with pytest.raises(ArgumentError, match=r"too many digits|5,000 digits"):
        gsynth.gsynth_sample(model, seed=1, **{"genome": GENOME, **given})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("n_samples", 1.5),
        ("n_samples", "2"),
        ("n_samples", 0),
        ("max_chunk_size", 0),
        ("max_chunk_size", "1e6"),
        ("max_chunk_size", float("nan")),
    ],
)
def test_whole_numbers(argument: str, value: Any) -> None:
    model = gsynth.gsynth_train(genome=GENOME, k=1)
    with pytest.raises(ArgumentError, match=f"{argument}.* must be a whole number from 1"):
        gsynth.gsynth_sample(model, genome=GENOME, seed=1, **{argument: value})
