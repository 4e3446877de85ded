"""What is given and cannot be meant is refused, and what is given and not used is told: nothing passes in silence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, MissingFileError
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
