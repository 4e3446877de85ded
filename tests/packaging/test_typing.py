"""What a type checker sees of the package: every public name, what calls take and return, and nothing that is not."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
import typing
from importlib.util import find_spec
from pathlib import Path

import pytest

import gsynth
import gsynth.typing
from gsynth import demo

pytest.importorskip("mypy")

HEAD = """
from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import gsynth
from gsynth.typing import DimLike, GenomeLike, IntervalsLike, OutputFormat, OutputLike, SampleOptions

model = gsynth.load("model.gsm")
maybe: OutputLike | None
some: OutputFormat
options: SampleOptions = {"n_samples": 2, "init": "stationary"}
dims = [dict(expr="gc", breaks=[0, 0.5, 1]), gsynth.DimSpec("cpg", np.linspace(0, 1, 5))]
merges = [{"from": 0.5, "to": (0, 0.5)}]


def track(contig: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    return ends - starts


def mine(genome: GenomeLike, where: IntervalsLike, dims: Sequence[DimLike]) -> gsynth.GsynthModel:
    return gsynth.train(*dims, genome=genome, intervals=where)


"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def checked(cache: Path, lines: list[str]) -> list[str]:
    """What mypy says of each line of code that follows `HEAD`."""
    (cache / "code.py").write_text(HEAD + "\n".join(lines) + "\n")
    root = Path(gsynth.__file__).parents[1]
    # mypy does not follow the hooks of an editable install; what is installed otherwise it finds by itself.
    where = {} if root.name == "site-packages" else {"MYPYPATH": str(root)}
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(cache / "cache"), "code.py"],
        cwd=cache,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **where},
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    said = [""] * len(lines)
    for found in re.finditer(r"^code\.py:(\d+): (error: .*|note: Revealed type .*)$", done.stdout, re.MULTILINE):
        said[int(found[1]) - 1 - HEAD.count("\n")] += found[2]
    return said


def test_a_type_checker_knows_the_public_names_and_no_others(cache: Path) -> None:
    names = [*gsynth.__all__, *(name.removeprefix("gsynth_") for name in gsynth.__all__ if name.startswith("gsynth_"))]
    for name in names:
        assert hasattr(gsynth, name)
    *known, misspelt = checked(cache, [*(f"reveal_type(gsynth.{name})" for name in names), "gsynth.trian"])
    assert 'has no attribute "trian"' in misspelt
    assert all("Revealed type" in said and 'is "Any"' not in said and "error:" not in said for said in known)


RETURNED = {
    'gsynth.sample(model, genome="a.fa")': "list[str]",
    'gsynth.sample(model, None, output_format="seq")': "list[str]",
    'gsynth.sample(model, "out.fa", output_format="vector")': "list[str]",
    'gsynth.sample(model, "out.fa", n_samples=3, mask_copy=["soft", ("chr1", 0, 5)])': "None",
    'gsynth.sample(model, io.BytesIO(), output_format="seq", init="stationary")': "None",
    'gsynth.sample(model, output=Path("out.fa"), bin_merge="auto", cell_merge=[{"from": [1], "to": [0]}])': "None",
    'gsynth.sample(model, output_format="onehot", dtype="float32").shape': "tuple[Any, ...]",
    'gsynth.sample(model, "out.2bit", output_format="2bit", n_samples=2)': "None",
    "gsynth.random(genome={'chr1': 10}, nuc_probs={'A': 1, 'C': 1, 'G': 1, 'T': 1})": "list[str]",
    "gsynth.random(output='out.fa', output_format='vector')": "list[str]",
    "gsynth.random(output='out.fa', seed=np.random.default_rng(1))": "None",
    "gsynth.random(output=maybe)": "None | list[str]",
    "gsynth.replace_kmer('CG', 'GC', genome={'chr1': 'ACGT'})": "list[str]",
    "gsynth.replace_kmer('CG', 'GC', output='out.fa', output_format='vector')": "list[str]",
    "gsynth.replace_kmer('CG', 'GC', output='out.fa', check_composition=False)": "None",
    "gsynth.replace_kmer('CG', 'GC', output=maybe)": "None | list[str]",
    'gsynth.score(model, "out.bw", resolution=1, against=model)': "None",
    'gsynth.score(model, io.BytesIO(), output_format="npz")': "None",
    "gsynth.train(genome='a.fa')": "gsynth.model.model.GsynthModel",
    "gsynth.merge(model, model.marginal('gc'), model.with_order(1))": "gsynth.model.model.GsynthModel",
}


def test_calls_return_what_their_output_says(cache: Path) -> None:
    found = checked(cache, [f"reveal_type({call})" for call in RETURNED])
    types = [re.sub(r"builtins\.", "", said.partition('Revealed type is "')[2].rstrip('"')) for said in found]
    assert dict(zip(RETURNED, types, strict=True)) == RETURNED


RIGHT = [
    'gsynth.train({"expr": "gc", "breaks": [0, 0.5, 1]}, gsynth.DimSpec("cpg", np.linspace(0, 1, 5)), iterator=200)',
    'gsynth.train(dict(expr="gc", breaks="q10", bin_merge="auto"), iterator=200, prior="marginal", backend="auto")',
    'gsynth.train(prior=[1, 2, 2.5, 1], intervals=[("chr1", 0, np.int64(5)), "chr2:1-9", Path("a.bed")], mask="soft")',
    'gsynth.train(prior={"A": 1, "C": [1, 2], "G": np.ones(2), "T": 1}, intervals=["chr1", ["chr2", ["chr3"]]])',
    'gsynth.train(genome={"chr1": b"ACGT", "chr2": "ACGT", "chr3": np.zeros(4, np.uint8)}, prior=np.ones((3, 4)))',
    'gsynth.train(tracks={"a": "a.bw", "b": {"path": "b.bed", "column": 5}, "c": {"chr1": np.ones(9)}, "d": track})',
    'gsynth.train(genome=gsynth.use_genome({"chr1": 10}).genome, chrom_alias={"1": "chr1"})',
    'gsynth.sample(model, seed=np.random.SeedSequence(1), chrom_alias="ucsc-ensembl", bin_merge=[None, merges])',
    'gsynth.sample(model, seed=np.int64(1), genome={"chr1": 100}, intervals=np.array(["chr1"]), tracks=None)',
    "gsynth.sample(model, **options)",
    "gsynth.sample(model, outside='pooled', report=lambda drawn: print(drawn.copied))",
    'gsynth.bin_map([0, 0.5, 1], [{"from": 0.5, "to": (0, 0.5)}], closed="right")',
    'gsynth.GsynthModel(k=np.int64(1), dims=[{"expr": "gc", "breaks": [0, 1]}], counts=np.ones((1, 4, 4), np.uint64))',
    'gsynth.cell_merge(model, [{"from": [1, 2], "to": [1, 3]}])["source_flat"]',
    'gsynth.score(model, output_format="arrays", mask="soft", outside="pooled")["chr1"][2].mean()',
    'gsynth.compare("a.fa", {"c": "ACGT"}, model=model, mask="soft", k=np.int64(5)).check("leak").verdict.upper()',
    'gsynth.select_order([{"expr": "gc", "breaks": [0, 1]}], gsynth.DimSpec("gc", [0, 1])).recommended.k.bit_length()',
    'gsynth.save(model, Path("m.gsm"), compress=True)',
    'gsynth.forbid_kmer(gsynth.forbid_kmer(model, "CG"), ["AAAA", "GATC"], False, method="exact", both_strands=True)',
    'gsynth.merge(*[model, model]).marginal([0, "gc"]).with_order(np.int64(2))',
    'mine({"chr1": "ACGT"}, "chr1:1-4", [{"expr": "gc", "breaks": [0, 1]}])',
]

WRONG = [
    "gsynth.train('gc')",
    "gsynth.train(k='5')",
    "gsynth.train(kk=5)",
    "gsynth.train(iterator=0.5)",
    "gsynth.train(mask=5)",
    "gsynth.train(intervals=[('chr1', 0.5, 2)])",
    "gsynth.train(genome=5)",
    "gsynth.train(genome={'chr1': 0.5})",
    "gsynth.train(tracks=['a.bw'])",
    "gsynth.train(tracks={'a': 5})",
    "gsynth.train(prior='dirichlet')",
    "gsynth.train(prior={'A': 'x'})",
    "gsynth.train(chrom_alias=['1'])",
    "gsynth.train(backend=1)",
    "gsynth.sample('model.gsm')",
    "gsynth.sample(model, 5)",
    "gsynth.sample(model, io.StringIO())",
    "gsynth.sample(model, output_format='fastq')",
    "gsynth.sample(model, init='random')",
    "gsynth.sample(model, outside='none')",
    "gsynth.sample(model, report=5)",
    "gsynth.sample(model, seed='1')",
    "gsynth.sample(model, bin_merge='none')",
    "gsynth.sample(model, cell_merge='cells.csv')",
    "gsynth.sample(model, mask_copies='soft')",
    "gsynth.random(nuc_probs=[1, 1, 1, 1])",
    "gsynth.random(iterator=5)",
    "gsynth.replace_kmer(b'CG', b'GC')",
    "gsynth.replace_kmer('CG', 'GC', seed=1)",
    "gsynth.score('model.gsm')",
    "gsynth.score(model, n_policy='na')",
    "gsynth.score(model, output_format='wig')",
    "gsynth.score(model, against='other.gsm')",
    "gsynth.compare('a.fa', 'b.fa', model='m.gsm')",
    "gsynth.compare('a.fa')",
    "gsynth.select_order('gc')",
    "gsynth.load(5)",
    "gsynth.merge([model, model])",
    "gsynth.forbid_kmer(model, b'CG')",
    "gsynth.forbid_kmer(model, 'CG', method='peers')",
    "model.marginal(0.5)",
    "model.with_order('1')",
    "gsynth.bin_map([0, 1], [], closed='both')",
    "gsynth.cell_merge(model, 'cells.csv')",
    "gsynth.use_genome(5)",
    "gsynth.GsynthModel(k='1', counts=np.ones((1, 4, 4), np.uint64))",
    "gsynth.DimSpec(5, [0, 1])",
]


def test_right_arguments_pass_and_each_wrong_one_is_found(cache: Path) -> None:
    said = checked(cache, [*RIGHT, *WRONG])
    assert not [(code, found) for code, found in zip(RIGHT, said, strict=False) if found]
    assert not [code for code, found in zip(WRONG, said[len(RIGHT) :], strict=True) if "error: " not in found]


FRAMES = """
import pandas as pd, polars as pl
rows = {"chrom": ["chr1"], "start": [0], "end": [9]}
gsynth.train(intervals=pd.DataFrame(rows), mask=pl.DataFrame(rows), prior=pd.Series([1.0, 2.0], index=["A", "C"]))
gsynth.train(intervals=[pl.Series(["chr1"]), pd.Series(["chr1"])], mask=pd.Series(["soft"]), prior=pl.DataFrame(rows))
reveal_type(gsynth.cell_merge(model, pl.DataFrame(rows)))
reveal_type(gsynth.cell_merge(model, pd.DataFrame(rows)))
gsynth.train(intervals=pl.LazyFrame(rows))
"""


def test_data_frames_pass_and_come_back_as_they_are(cache: Path) -> None:
    pytest.importorskip("polars")
    if not find_spec("pandas-stubs"):
        pytest.skip("pandas brings no types of its own")
    *right, polars, pandas, lazy = checked(cache, FRAMES.strip().splitlines())
    assert not any(right)
    assert "polars.dataframe.frame.DataFrame" in polars
    assert "pandas.core.frame.DataFrame" in pandas
    assert "error: " in lazy


PUBLIC = [getattr(gsynth, name) for name in gsynth.__all__ if callable(getattr(gsynth, name)) and "Error" not in name]


@pytest.mark.parametrize("public", [*PUBLIC, demo.run_demo], ids=lambda public: public.__name__)
def test_no_parameter_takes_anything(public: object) -> None:
    parameters = inspect.signature(public).parameters.values()
    assert parameters
    vague = {"Any", "object", inspect.Parameter.empty}
    # Of the metadata of a model, which hold whatever a format found, the names alone are known.
    assert not [parameter for parameter in parameters if parameter.annotation in vague]


@pytest.mark.parametrize(
    ("call", "options"),
    [
        (gsynth.gsynth_sample, gsynth.typing.SampleOptions),
        (gsynth.gsynth_random, gsynth.typing.RandomOptions),
        (gsynth.gsynth_replace_kmer, gsynth.typing.ReplaceOptions),
        (gsynth.gsynth_score, gsynth.typing.ScoreOptions),
    ],
)
def test_options_are_the_parameters_that_overloads_leave_out(call: typing.Callable[..., object], options: type) -> None:
    """Overloads list what decides on the result; all else they take by these names, of these types."""
    expected = typing.get_type_hints(call)
    for named in ("model", "target", "replacement", "output", "output_format", "return"):
        expected.pop(named, None)
    assert typing.get_type_hints(options) == expected


def test_every_type_is_there_when_code_runs_and_is_described() -> None:
    assert gsynth.typing.__all__ == sorted(gsynth.typing.__all__)
    for name in gsynth.typing.__all__:
        assert hasattr(gsynth.typing, name)
        assert f"`{name}`" in str(gsynth.typing.__doc__), name
