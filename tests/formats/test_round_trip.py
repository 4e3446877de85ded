"""What is saved comes back, in every format that can be written."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gsynth import DimSpec, GsynthModel, gsynth_load, gsynth_save
from gsynth_gsm.header import KNOWN

FORMATS = ["gsm", "gsm-zip", "gsm-r"]
# Hypothesis tries words of the code as texts, so any key of the format may come up.
RESERVED = KNOWN

texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3))
breaks = (
    st.lists(st.floats(width=32), min_size=2, max_size=4, unique=True)
    .map(lambda edges: sorted(edge + 0.0 for edge in edges))
    .filter(lambda edges: bool((np.diff(edges) > 0).all()))
)


@st.composite
def dims(draw: st.DrawFn) -> DimSpec:
    edges = draw(breaks)
    bins = len(edges) - 1
    bin_map = draw(st.none() | st.lists(st.integers(0, bins - 1), min_size=bins, max_size=bins))
    return DimSpec(draw(texts.filter(str.strip)), edges, bin_map)


@st.composite
def models(draw: st.DrawFn) -> GsynthModel:
    specs = draw(st.lists(dims(), max_size=3))
    k = draw(st.integers(1, 2))
    bins = int(np.prod([spec.num_bins for spec in specs], dtype=int))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    counts = rng.integers(0, draw(st.sampled_from([1, 2, 1000, 2**44])), (bins, 4**k, 4), dtype=np.uint64)
    prior = draw(st.sampled_from(["none", "uniform", "marginal", "explicit"]))
    matrix = np.full((bins, 4), 0.25) if prior == "uniform" else rng.dirichlet([1, 1, 1, 1], bins)
    cdf = np.cumsum(rng.dirichlet([1, 1, 1, 1], (bins, 4**k)), axis=2)
    min_obs = draw(st.sampled_from([0, 1, 5000, 2**40]))
    sparse = counts.sum(axis=(1, 2), dtype=object) < max(min_obs, 1)
    cdf[sparse & (rng.random(bins) < 0.5)] = np.nan
    metadata = draw(st.dictionaries(texts.filter(lambda key: key not in RESERVED), values, max_size=3))
    return GsynthModel(
        k=k,
        dims=specs,
        counts=counts,
        total_masked=draw(st.integers(0, 2**53)),
        total_n=draw(st.integers(0, 2**53)),
        pseudocount=draw(st.floats(0, 1e6, allow_subnormal=False)),
        min_obs=min_obs,
        iterator=draw(st.none() | st.integers(1, 2**40)),
        prior_mode=prior,
        prior_matrix=None if prior == "none" else matrix,
        marginal_fallbacks=draw(st.integers(0, bins)),
        stored_cdf=draw(st.sampled_from([None, cdf])),
        metadata=metadata,
    )


@given(models(), st.sampled_from(FORMATS))
@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_every_model_comes_back(model: GsynthModel, format: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.gsm"
        gsynth_save(model, path, format=format)
        loaded = gsynth_load(path)
    if np.array_equal(model.cdf, model.computed_cdf(), equal_nan=True):
        model = attrs.evolve(model, stored_cdf=None)
    assert loaded == model
    assert [dim.breaks.tolist() for dim in loaded.dims] == [dim.breaks.tolist() for dim in model.dims]
    kept = {key: value for key, value in loaded.metadata.items() if key != "writer"}
    assert kept == model.metadata


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_model_gives_the_same_bytes(tmp_path: Path, model: GsynthModel, format: str) -> None:
    contents = []
    for name in ("one", "two"):
        gsynth_save(model, tmp_path / name, format=format)
        files = [tmp_path / name] if (tmp_path / name).is_file() else sorted((tmp_path / name).iterdir())
        contents.append([file.read_bytes() for file in files])
    assert contents[0] == contents[1]


@pytest.mark.parametrize("format", FORMATS)
def test_a_computed_cdf_is_not_stored(tmp_path: Path, make_model: Any, format: str) -> None:
    model = make_model(min_obs=5000)
    assert model.sparse_bins.size
    gsynth_save(model, tmp_path / "model", format=format)
    assert gsynth_load(tmp_path / "model").stored_cdf is None


@pytest.mark.parametrize("format", FORMATS)
def test_bin_merge_and_unknown_keys_of_a_dimension_are_kept(tmp_path: Path, make_model: Any, format: str) -> None:
    model = make_model(metadata={"dim_specs": [{"unit": "fraction"}, {}], "chrom_sizes": {"1": 5, "Y": np.int64(7)}})
    gsynth_save(model, tmp_path / "model", format=format)
    loaded = gsynth_load(tmp_path / "model")
    assert loaded.dims[0].bin_merge == [{"from": 0.6, "to": [0.4, 0.6]}]
    assert loaded.metadata["dim_specs"] == [{"unit": "fraction"}, {}]
    assert loaded.metadata["chrom_sizes"] == {"1": 5, "Y": 7}


def test_many_bins_are_read_in_several_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counts = np.random.default_rng(1).integers(0, 1000, (50, 4, 4), dtype=np.uint64)
    cdf = GsynthModel(k=1, dims=[DimSpec("gc", np.arange(51))], counts=counts).cdf.copy()
    counts[37] = 0
    cdf[37] = np.nan
    model = GsynthModel(k=1, dims=[DimSpec("gc", np.arange(51))], counts=counts, stored_cdf=cdf)
    monkeypatch.setattr("gsynth_gsm.arrays._BUFFER_BYTES", 1000)
    gsynth_save(model, tmp_path / "model.gsm", compress=True)
    assert gsynth_load(tmp_path / "model.gsm") == model
    monkeypatch.setattr("gsynth_gsm.arrays._BUFFER_BYTES", 2**20)
    assert gsynth_load(tmp_path / "model.gsm") == model


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metadata": {"format": "mine"}}, "format gives a meaning: format"),
        ({"metadata": {"lab": object()}}, "YAML cannot"),
        ({"metadata": {"lab": "\ud800"}}, "Unicode"),
        ({"metadata": {"long": "x" * 2**24}}, "at most"),
        ({"counts": np.full((6, 16, 4), 2**53, np.uint64)}, r"below 2\*\*53"),
    ],
)
def test_what_a_gsm_cannot_hold_is_refused(tmp_path: Path, make_model: Any, changes: Any, message: str) -> None:
    with pytest.raises((ValueError, TypeError), match=message):
        gsynth_save(make_model(**changes), tmp_path / "model.gsm")
    assert list(tmp_path.iterdir()) == []
