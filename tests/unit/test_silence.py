"""What is given and cannot be meant is refused, and what is given and not used is told: nothing passes in silence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, FormatError, MissingFileError
from gsynth.genomes import open_genome
from gsynth.genomes.memory import DictGenome
from gsynth.intervals import resolve_intervals
from gsynth.typing import Drawn

GENOME = {"chr1": "ACGTTGCAGG" * 60}


@pytest.mark.parametrize("codes", [[0, 1, 2, 3], [4, 4], [0], [3, 4, 1]])
def test_codes_are_not_letters(codes: list[int]) -> None:
    for sequence in (np.array(codes, np.uint8), bytes(codes)):
        with pytest.raises(ArgumentError, match=r"'a' looks like codes 0 to \d; expected letters in ASCII"):
            gsynth.gsynth_train(genome={"a": sequence}, k=1)


@pytest.mark.parametrize(
    ("sequence", "place"),
    [("ACGT\nACGT", 4), (b"AC GT", 2), ("\tA", 0), ("A" * 5 + "\r", 5), ("ACGU", 3), ("AC-GT", 2)],
)
def test_a_sequence_in_memory_holds_letters_alone(sequence: str | bytes, place: int) -> None:
    with pytest.raises(ArgumentError, match=f"'a' at position {place}: found .*, expected bases"):
        DictGenome({"a": sequence})


def test_a_name_that_no_file_can_hold_is_refused() -> None:
    for genome in ({"chr\udcff1": "ACGT"}, {"chr\udcff1": 9}):
        with pytest.raises(ArgumentError, match=r"the contig name 'chr\\udcff1' holds half of a surrogate pair"):
            open_genome(genome)


def test_an_empty_sequence_is_one() -> None:
    assert DictGenome({"a": "", "b": b"ACTNg"}).contigs == {"a": 0, "b": 5}


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
    with pytest.warns(UserWarning, match="iterator has no effect: there are no strata"):
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


PLAIN = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4)))
TWO = {"a": "ACGTTGCAGGCTA" * 20, "b": "NNNNACGT" * 4}


@pytest.mark.parametrize(
    ("says", "call"),
    [
        ("mask has no effect", lambda: gsynth.train(genome=TWO, k=1, mask=("b", 0, 9), intervals=("a", 0, 90))),
        ("prior has no effect", lambda: gsynth.train(genome=TWO, k=1, prior="uniform", pseudocount=0)),
        ("iterator has no effect", lambda: gsynth.sample(PLAIN, genome=TWO, iterator=5, seed=1)),
        ("bin_merge has no effect", lambda: gsynth.sample(PLAIN, genome=TWO, bin_merge="auto", seed=1)),
        ("outside has no effect", lambda: gsynth.sample(PLAIN, genome=TWO, outside="pooled", seed=1)),
        ("mask_copy has no effect", lambda: gsynth.sample(PLAIN, genome=TWO, mask_copy=("b", 0, 4), seed=1)),
        ("mask_copy has no effect", lambda: gsynth.random(genome=TWO, intervals="a", mask_copy=("b", 0, 9), seed=1)),
    ],
)
def test_what_was_given_and_had_no_effect_is_reported(says: str, call: Callable[[], object]) -> None:
    with pytest.warns(UserWarning, match=says):
        call()


def test_a_sample_that_is_mostly_copied_is_reported() -> None:
    lower = {"a": "acgttgcaggcta" * 20}
    found: list[Drawn] = []
    with pytest.warns(UserWarning, match="100% of the bases are the reference's own .260 copied by mask_copy, 0 N"):
        assert gsynth.sample(PLAIN, genome=lower, mask_copy="soft", seed=1, report=found.append) == [lower["a"]]
    assert (found[0].bases, found[0].copied, found[0].unknown, found[0].outside) == (260, 260, 0, 0)
    # Half is not more than half.
    gsynth.sample(PLAIN, genome={"a": "acgt" + "ACGT"}, mask_copy="soft", seed=1, report=found.append)
    assert (found[1].bases, found[1].copied) == (8, 4)


def test_each_sample_of_an_interval_is_reported() -> None:
    found: list[Drawn] = []
    model = gsynth.train({"expr": "gc", "breaks": [0, 0.5, 1]}, genome=TWO, iterator=13, k=2)
    with pytest.warns(UserWarning, match="lie outside"):
        gsynth.sample(
            model, genome=TWO, n_samples=3, seed=1, preserve_n=False, report=found.append, max_chunk_size=64,
            tracks=None, iterator=4, mask_copy=[("a", 10, 20), ("b", 2, 6)],
        )  # fmt: skip
    # In b windows of NNNN and ACGT alternate, each emitting two bases on; the last two bases have no window behind.
    drawn = found[0]
    assert (drawn.bases, drawn.copied, drawn.unknown) == (3 * (260 + 32), 3 * (10 + 2), 3 * 2)
    assert drawn.causes.tolist() == [[drawn.outside, 0, 0]]
    # Of the 16 bases that windows of NNNN emit, those at 2 and 3 (N, copied), 4 and 5 (copied) are not drawn.
    assert drawn.outside == 3 * (16 - 4)


def test_an_alias_is_applied_once_and_reported_where_it_has_no_effect() -> None:
    swapped = {"a": "b", "b": "a"}
    where = resolve_intervals([("a", 0, 3)], open_genome(TWO), alias=swapped)
    assert gsynth.random(genome=TWO, intervals=("a", 0, 3), chrom_alias=swapped, seed=1, preserve_n=False) == (
        gsynth.random(genome=TWO, intervals=("b", 0, 3), seed=1, preserve_n=False)
    )
    with pytest.warns(UserWarning, match="chrom_alias has no effect"):
        # Resolved already: not renamed back.
        assert gsynth.replace_kmer("CG", "GC", genome=TWO, intervals=where, chrom_alias=swapped) == ["NNN"]
    for call in (gsynth.train, gsynth.random):
        with pytest.warns(UserWarning, match="chrom_alias has no effect"):
            call(genome=TWO, chrom_alias={"chrA": "a"})
        with pytest.raises(ArgumentError, match=r"maps to chrA, but the genome .* the other way round it would fit"):
            call(genome=TWO, chrom_alias={"a": "chrA"})
