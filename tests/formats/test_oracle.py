"""What pymisha and R misha wrote is read right, and pymisha reads what we write."""

from __future__ import annotations

import json
import zipfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsynth import GsynthModel, gsynth_convert, gsynth_load, gsynth_save

PYMISHA_OLD = {"0d": 722_444, "1d": 1_565_034}
GSM = [
    "pymisha/0.1.30/0d_zip.gsm",
    "pymisha/0.1.30/1d.gsm",
    "pymisha/0.14.0/0d_zip.gsm",
    "pymisha/0.14.0/1d.gsm",
    "r_0d_k3.gsm",
    "r_1d_k5.gsm",
]
ALL = [*GSM, *(f"pymisha/{version}/{dims}.pkl" for version in ("0.1.30", "0.14.0") for dims in ("0d", "1d"))]


def raw(path: Path, name: str) -> np.ndarray[Any, Any]:
    """An array of a .gsm, read without gsynth."""
    data = zipfile.ZipFile(path).read(name) if path.is_file() else (path / name).read_bytes()
    return np.frombuffer(data, "<f8")


def test_the_oracle_files_are_there(oracle: Path) -> None:
    assert all((oracle / name).exists() for name in ALL)
    assert len(json.loads((oracle / "pymisha/0.14.0/golden.json").read_text())) == 3


@pytest.mark.parametrize("name", GSM)
def test_counts_and_cdf_are_the_files(oracle: Path, name: str) -> None:
    model = gsynth_load(oracle / name)
    assert model.counts.ravel().tolist() == raw(oracle / name, "counts.bin").tolist()
    np.testing.assert_allclose(model.cdf.ravel(), raw(oracle / name, "cdf.bin"), rtol=0, atol=1e-12)
    # pymisha and R round to single precision on the way; the formula is the same.
    np.testing.assert_allclose(model.computed_cdf(), model.cdf, rtol=0, atol=4e-8)


@pytest.mark.parametrize("suffix", [".pkl", ".gsm"])
@pytest.mark.parametrize("dims", ["0d", "1d"])
def test_pymisha_reports_these_totals(oracle: Path, dims: str, suffix: str) -> None:
    golden = json.loads((oracle / "pymisha/0.14.0/golden.json").read_text())[dims]
    name = "0d_zip.gsm" if (dims, suffix) == ("0d", ".gsm") else dims + suffix
    model = gsynth_load(oracle / "pymisha/0.14.0" / name)
    assert model.total_kmers == golden["total_kmers"]
    assert (model.total_masked, model.total_n) == (golden["total_masked"], golden["total_n"])
    assert (model.per_bin_kmers.tolist(), model.dim_sizes) == (golden["per_bin"], golden["dim_sizes"])
    assert model.prior_mode == "marginal"
    assert model.marginal_fallbacks == {"0d": 0, "1d": 2}[dims]


@pytest.mark.parametrize("version", ["0.1.30", "0.14.0"])
@pytest.mark.parametrize(("pickled", "gsm"), [("0d.pkl", "0d_zip.gsm"), ("1d.pkl", "1d.gsm")])
def test_a_pickle_equals_its_gsm(oracle: Path, version: str, pickled: str, gsm: str) -> None:
    folder = oracle / "pymisha" / version
    assert gsynth_load(folder / pickled) == gsynth_load(folder / gsm)


@pytest.mark.parametrize("dims", ["0d", "1d"])
def test_models_without_priors_smooth_additively(oracle: Path, dims: str) -> None:
    model = gsynth_load(oracle / f"pymisha/0.1.30/{dims}.pkl")
    assert (model.prior_mode, model.prior_matrix, model.iterator) == ("none", None, None)
    assert model.total_kmers == PYMISHA_OLD[dims]


def test_merged_bins_of_pymisha_count_from_0(oracle: Path) -> None:
    model = gsynth_load(oracle / "pymisha/0.1.30/1d.gsm")
    assert model.dims[0].merged().tolist() == [0, 1, 2, 3, 3, 3]
    assert model.dims[0].expr == "dense_track"


def test_r_0d(oracle: Path) -> None:
    model = gsynth_load(oracle / "r_0d_k3.gsm")
    assert (model.k, model.n_dims, model.dim_sizes, model.total_bins) == (3, 0, [1], 1)
    assert (model.total_kmers, model.total_masked, model.total_n) == (1_565_194, 0, 217_394)
    assert model.metadata["writer"] == "R misha"


def test_r_1d(oracle: Path) -> None:
    model = gsynth_load(oracle / "r_1d_k5.gsm")
    assert (model.k, model.dim_sizes, model.pseudocount, model.prior_mode) == (5, [4], 4.0, "global")
    assert model.per_bin_kmers.tolist() == [948_962, 463_242, 151_500, 1_300]
    assert model.dims[0].breaks.tolist() == [0.0, 0.1, 0.2, 0.5, 1.0]
    assert model.prior_matrix is not None
    in_the_file = [0.279347528824207, 0.22065183219979, 0.220653749127798, 0.279346889848205]
    np.testing.assert_allclose(model.prior_matrix, [in_the_file] * 4, rtol=0, atol=1e-14)


def test_rds_equals_its_gsm(oracle: Path) -> None:
    pytest.importorskip("rdata", reason="rdata is an extra")
    assert gsynth_load(oracle / "r_0d_k3.rds") == gsynth_load(oracle / "r_0d_k3.gsm")


@pytest.mark.parametrize("format", ["gsm", "gsm-zip", "gsm-r"])
@pytest.mark.parametrize("name", ALL)
def test_conversion_keeps_everything(oracle: Path, tmp_path: Path, name: str, format: str) -> None:
    # R bins by the other rule than pymisha, so a model of pymisha's for R brings a warning.
    told = format == "gsm-r" and "1d" in name and "pymisha" in name
    with pytest.warns(UserWarning, match="R misha puts a value that is a break") if told else nullcontext():
        gsynth_convert(oracle / name, tmp_path / "new", format=format)
    assert gsynth_load(tmp_path / "new") == gsynth_load(oracle / name)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("name", ["pymisha/0.14.0/1d.gsm", "r_1d_k5.gsm", "ours"])
def test_pymisha_reads_ours(oracle: Path, tmp_path: Path, model: GsynthModel, name: str, compress: bool) -> None:
    pymisha = pytest.importorskip("pymisha", reason="pymisha is an extra")
    ours = model if name == "ours" else gsynth_load(oracle / name)
    gsynth_save(ours, tmp_path / "ours.gsm", compress=compress)
    theirs = pymisha.gsynth_load(str(tmp_path / "ours.gsm"))
    assert np.array_equal(np.stack(theirs.model_data["counts"]), ours.counts)
    assert np.array_equal(np.stack(theirs.model_data["cdf"]), ours.cdf, equal_nan=True)
    assert theirs.per_bin_kmers.tolist() == ours.per_bin_kmers.tolist()
    assert (theirs.k, theirs.dim_sizes, theirs.iterator) == (ours.k, ours.dim_sizes, ours.iterator)
    for dim, spec in zip(ours.dims, theirs.dim_specs, strict=True):
        merged = spec["bin_map"] or list(range(dim.num_bins))
        assert (spec["breaks"], merged) == (dim.breaks.tolist(), dim.merged().tolist())


@pytest.mark.parametrize("name", ["pymisha/0.14.0/1d.gsm", "pymisha/0.14.0/0d_zip.gsm"])
def test_what_pymisha_saves_again_reads_the_same(oracle: Path, tmp_path: Path, name: str) -> None:
    pymisha = pytest.importorskip("pymisha", reason="pymisha is an extra")
    gsynth_save(gsynth_load(oracle / name), tmp_path / "ours.gsm")
    pymisha.gsynth_save(pymisha.gsynth_load(str(tmp_path / "ours.gsm")), str(tmp_path / "theirs.gsm"))
    assert gsynth_load(tmp_path / "theirs.gsm") == gsynth_load(oracle / name)
