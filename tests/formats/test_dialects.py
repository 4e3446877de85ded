"""Bin maps from 0 and from 1, and the habits by which R's files are known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gsynth import DimSpec, GsynthModel, gsynth_load, gsynth_save
from gsynth.errors import FormatError

OWN = ("writer", "index_base", "smoothing", "checksums")


def foreign(path: Path, *, keep: tuple[str, ...] = (), **changes: Any) -> Path:
    """Rewrite the metadata at `path` as another program would: without our keys, with these ones."""
    metadata = yaml.safe_load((path / "metadata.yaml").read_text())
    for key in OWN:
        metadata.pop(key, None)
    if "prior" not in keep:
        del metadata["prior"]
    for entry in metadata["data"].values():
        del entry["sha256"]
    for key, value in changes.items():
        metadata.pop(key, None) if value is ... else metadata.update({key: value})
    # By way of JSON, because a value that occurs twice would become an alias.
    (path / "metadata.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(metadata)), sort_keys=False))
    return path


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A model with a bin map that is valid from 0 and from 1: 1 2 2."""
    counts = np.ones((3, 4, 4), np.uint64)
    gsynth_save(GsynthModel(k=1, dims=[DimSpec("gc", [0, 1, 2, 3], [1, 2, 2])], counts=counts), tmp_path / "model")
    return tmp_path / "model"


def merged(path: Path) -> list[int]:
    model: GsynthModel = gsynth_load(path)
    return list(model.dims[0].merged())


def test_ours_and_pymishas_count_from_0(saved: Path) -> None:
    assert merged(saved) == [1, 2, 2]
    assert merged(foreign(saved)) == [1, 2, 2]
    assert gsynth_load(saved).metadata["writer"] == "pymisha"


@pytest.mark.parametrize(
    "habit",
    [
        {"total_kmers": 48.0},
        {"total_n": 0.0},
        {"per_bin_kmers": [16.0, 16.0, 16.0]},
        {"total_kmers": "4.8e+01"},
        {"dim_sizes": 3},
        {"prior": [[0.25] * 4] * 3, "prior_mode": "uniform"},
    ],
)
def test_rs_count_from_1(saved: Path, habit: dict[str, Any]) -> None:
    foreign(saved, iterator=..., **habit)
    assert merged(saved) == [0, 1, 1]
    assert gsynth_load(saved).metadata["writer"] == "R misha"


def test_a_bin_map_from_0_in_a_file_of_r_is_refused(saved: Path) -> None:
    metadata = yaml.safe_load((saved / "metadata.yaml").read_text())
    metadata["dim_specs"][0]["bin_map"] = [0, 1, 1]
    foreign(saved, dim_specs=metadata["dim_specs"], total_kmers=48.0)
    with pytest.raises(FormatError, match="written by R misha, so it counts from 1"):
        gsynth_load(saved)


def test_rs_numbers_and_scalars(tmp_path: Path) -> None:
    counts = np.full((1, 4, 4), 6250, np.uint64)
    model = GsynthModel(k=1, dims=[DimSpec("gc", [0.0001, 1.0])], counts=counts, total_masked=0)
    gsynth_save(model, tmp_path / "model")
    specs = [{"expr": "gc", "breaks": ["1e-04", 1.0], "num_bins": 1, "bin_map": 1}]
    foreign(
        tmp_path / "model", keep=("prior",), iterator=..., dim_sizes=1, dim_specs=specs, total_kmers="1e+05",
        per_bin_kmers="1e+05", prior_mode="uniform", pseudocount="1e+00",
    )  # fmt: skip
    loaded = gsynth_load(tmp_path / "model")
    assert loaded.dims == model.dims
    assert (loaded.total_kmers, loaded.pseudocount, loaded.prior_mode) == (100_000, 1.0, "uniform")


def test_sparse_bins_of_r_are_nan(tmp_path: Path, make_model: Any) -> None:
    model = make_model(min_obs=5000)
    gsynth_save(model, tmp_path / "model", format="gsm-r")
    cdf = np.fromfile(tmp_path / "model/cdf.bin").reshape(6, 16, 4)
    assert np.isnan(cdf).all(axis=(1, 2)).tolist() == (model.per_bin_kmers < 5000).tolist()
    assert gsynth_load(tmp_path / "model").sparse_bins.tolist() == model.sparse_bins.tolist()


def test_the_file_for_r(tmp_path: Path, make_model: Any) -> None:
    gsynth_save(make_model(), tmp_path / "model", format="gsm-r")
    metadata = yaml.safe_load((tmp_path / "model/metadata.yaml").read_text())
    assert [spec["bin_map"] for spec in metadata["dim_specs"]] == [[1, 2, 2], None]
    assert metadata["prior"] == [[0.25] * 4] * 6
    assert (metadata["prior_mode"], metadata["index_base"]) == ("uniform", 1)
    assert isinstance(metadata["total_n"], float)
    gsynth_save(GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64)), tmp_path / "flat", format="gsm-r")
    assert yaml.safe_load((tmp_path / "flat/metadata.yaml").read_text())["dim_sizes"] == []


@pytest.mark.parametrize(
    ("keys", "mode"),
    [
        ({"prior_mode": ...}, "explicit"),
        ({"prior_mode": "uniform"}, "uniform"),
        ({"prior_mode": "global"}, "global"),
        ({"smoothing": "additive", "prior_mode": "uniform"}, "none"),
    ],
)
def test_prior_modes_with_a_prior(saved: Path, keys: dict[str, Any], mode: str) -> None:
    foreign(saved, **keys)
    assert gsynth_load(saved).prior_mode == mode


@pytest.mark.parametrize(("mode", "expected"), [(..., "none"), ("uniform", "none"), ("global", None)])
def test_prior_modes_without_a_prior(saved: Path, mode: Any, expected: str | None) -> None:
    data = yaml.safe_load((saved / "metadata.yaml").read_text())["data"]
    foreign(saved)
    metadata = yaml.safe_load((saved / "metadata.yaml").read_text())
    metadata["data"] = {name: data[name] for name in ("counts", "cdf")}
    metadata.pop("prior_mode") if mode is ... else metadata.update(prior_mode=mode)
    (saved / "metadata.yaml").write_text(yaml.safe_dump(metadata))
    if expected is None:
        with pytest.raises(FormatError, match="the file has no prior"):
            gsynth_load(saved)
    else:
        assert gsynth_load(saved).prior_mode == expected


def test_a_version_1_file_without_an_order_has_order_5(tmp_path: Path) -> None:
    model = GsynthModel(k=5, counts=np.ones((1, 1024, 4), np.uint64))
    gsynth_save(model, tmp_path / "model")
    assert yaml.safe_load((tmp_path / "model/metadata.yaml").read_text())["version"] == 1
    foreign(tmp_path / "model", markov_order=...)
    assert gsynth_load(tmp_path / "model").k == 5
