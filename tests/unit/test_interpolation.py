"""Interpolated smoothing (Witten-Bell): the probabilities, and everything that is made of them."""

from __future__ import annotations

import itertools
import math
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import yaml
from numpy.typing import NDArray

import gsynth
from gsynth import GsynthModel
from gsynth.errors import ArgumentError, FormatError
from gsynth.model.logs import log_tables
from gsynth.model.probabilities import learned
from gsynth.model.smoothing import smoothed_cdf
from gsynth.testing import oracle, oracle_score

RNG = np.random.default_rng(21)
GENOME = {"a": "".join(RNG.choice(list("ACGTN"), 1500, p=[0.4, 0.25, 0.05, 0.29, 0.01])), "b": "ACGGATTACA" * 20}
DIM: dict[str, Any] = {"expr": "gc", "breaks": [0, 0.25, 0.35, 0.9]}


def trained(dims: int = 1, **settings: Any) -> GsynthModel:
    settings = {"genome": GENOME, "smoothing": "interpolated", "iterator": 50 if dims else None, **settings}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gsynth.train(*[DIM][:dims], **settings)


def words(k: int) -> list[str]:
    return ["".join(word) for word in itertools.product("ACGT", repeat=k)]


def expected(
    table: NDArray[np.uint64], k: int, pseudocount: float, prior: list[float] | None = None
) -> list[list[Fraction]]:
    rows = table.tolist()
    return [oracle.interpolated(rows, word, Fraction(pseudocount), prior) for word in words(k)]


@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("pseudocount", [0, 0.25, 1])
@pytest.mark.parametrize("prior", [None, "uniform", "marginal", "global", [4, 1, 2, 3]])
def test_probabilities_are_the_oracles(k: int, pseudocount: float, prior: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = trained(k=k, pseudocount=pseudocount, prior=prior)
    assert model.smoothing_mode == "interpolated"
    for i, table in enumerate(model.counts):
        weights = None if model.prior_matrix is None else model.prior_matrix[i].tolist()
        found = np.diff(model.cdf[i], axis=1, prepend=0)
        for row, truth in zip(found, expected(table, k, pseudocount, weights), strict=True):
            assert row == pytest.approx([float(p) for p in truth], abs=1e-14)
        assert (model.cdf[i, :, 3] == 1.0).all()


def test_a_context_that_was_never_seen_is_the_shorter_one() -> None:
    counts = np.zeros((1, 64, 4), dtype=np.uint64)
    counts[0, 0b000110] = [7, 0, 2, 0]  # A C G
    counts[0, 0b010110] = [1, 1, 0, 0]  # C C G
    model = GsynthModel(k=3, counts=counts, smoothing_mode="interpolated")
    rows = np.diff(model.cdf[0], axis=1, prepend=0)
    # After CG, whatever is before it: 8 A, 1 C, 2 G, of 11; then 3 kinds in all, so the base composition is that, too.
    bases = [9 / 15, 2 / 15, 3 / 15, 1 / 15]
    first = [(n + 3 * p) / 14 for n, p in zip([8, 1, 2, 0], bases, strict=True)]
    second = [(n + 3 * p) / 14 for n, p in zip([8, 1, 2, 0], first, strict=True)]
    assert rows[0b100110] == pytest.approx(second)
    assert rows[0b110110].tolist() == rows[0b100110].tolist()
    assert rows[0] == pytest.approx(bases)
    assert rows[0b000110] == pytest.approx([(n + 2 * p) / 11 for n, p in zip([7, 0, 2, 0], second, strict=True)])


@pytest.mark.parametrize("k", [7, 8, 9])
def test_large_tables_are_computed_in_parts(k: int) -> None:
    counts = np.random.default_rng(k).poisson(0.4, (1, 4**k, 4)).astype(np.uint64)
    counts[0, :, 2] = 0
    model = GsynthModel(k=k, counts=counts, smoothing_mode="interpolated", pseudocount=0)
    # Written anew for all contexts at once, order by order.
    tables = [counts[0].astype(float)]
    while len(tables[-1]) > 1:
        tables.append(tables[-1].reshape(4, -1, 4).sum(axis=0))
    found = tables.pop() / counts.sum()
    for table in reversed(tables):
        kinds = (table > 0).sum(axis=1, keepdims=True)
        total = table.sum(axis=1, keepdims=True)
        longer = np.tile(found, (4, 1))
        found = np.where(kinds > 0, (table + kinds * longer) / np.maximum(total + kinds, 1), longer)
    assert np.diff(model.cdf[0], axis=1, prepend=0) == pytest.approx(found, abs=1e-13)
    # What never comes is impossible, however the others round: no threshold leaves a draw in 2**31 for it.
    assert (model.cdf[0, :, 1] == model.cdf[0, :, 2]).all()
    counts[0, :, 3] = 0
    without = GsynthModel(k=k, counts=counts, smoothing_mode="interpolated", pseudocount=0)
    assert (without.cdf[0, :, 1] == 1.0).all()
    assert (without.thresholds()[0, :, 1] == 2**31).all()


def test_thresholds_and_logarithms_are_those_of_the_probabilities() -> None:
    settings: dict[str, Any] = {"k": 3, "prior": "marginal", "pseudocount": 0.5}
    model = trained(min_obs=int(trained(**settings).per_bin_kmers.min()) + 1, **settings)
    assert model.sparse_bins.size == 1
    assert np.array_equal(model.thresholds()[:-1], oracle.thresholds(model.cdf)[:-1])
    logs, sparse = log_tables(model, None)
    assert np.flatnonzero(sparse).tolist() == model.sparse_bins.tolist()
    for i in np.flatnonzero(~sparse):
        assert model.prior_matrix is not None
        truth = expected(model.counts[i], 3, 0.5, model.prior_matrix[i].tolist())
        exact = [[oracle_score.logarithm(p) for p in row] for row in truth]
        # Where an exact value lies within a rounding of a half, either whole number is right.
        assert np.abs(logs[i] - np.array(exact)).max() <= 1
        assert (logs[i] == np.array(exact)).mean() > 0.999
    assert np.isnan(model.cdf[model.sparse_bins]).all()


@pytest.mark.parametrize("how", ["learned", "pooled"])
def test_windows_outside_are_interpolated_too(how: str) -> None:
    narrow = {"expr": "gc", "breaks": [0.25, 0.35]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = gsynth.train(narrow, genome=GENOME, k=2, iterator=50, smoothing="interpolated")
    assert model.outside is not None
    table = model.outside.counts if how == "learned" else model.outside.counts + model.counts.sum(axis=0)
    found = np.diff(model.outside_cdf(how), axis=1, prepend=0)
    for row, truth in zip(found, expected(table, 2, 1), strict=True):
        assert row == pytest.approx([float(p) for p in truth], abs=1e-14)


def test_samples_and_scores_use_it() -> None:
    model = trained(0, k=3, pseudocount=0.1)
    sampled = gsynth.sample(model, genome={"a": 3000}, seed=3)[0]
    tables = oracle.thresholds(model.cdf)
    assert sampled == oracle.sample_interval(0, 3000, 3, tables, oracle.stream(3, "a", 0, 0), counts=model.counts)
    plain = attrs.evolve(model, smoothing_mode="additive")
    scores = [gsynth.score(each, genome=GENOME, resolution=1)["score"] for each in (model, plain)]
    logs, _ = log_tables(model, None)
    assert set(np.unique(scores[0][~np.isnan(scores[0])])) <= set((logs.reshape(-1) * 2.0**-24).tolist())
    assert np.nansum(scores[0]) != np.nansum(scores[1])


def test_sums_marginals_and_lower_orders_are_computed_anew() -> None:
    settings: dict[str, Any] = {"k": 3, "prior": "global", "pseudocount": 2}
    whole = trained(**settings)
    parts = [trained(intervals=name, **settings) for name in GENOME]
    assert gsynth.merge(*parts) == whole
    assert np.array_equal(gsynth.merge(*parts).cdf, whole.cdf, equal_nan=True)
    with pytest.raises(ArgumentError, match="smoothing_mode: 'additive' there, 'interpolated' in model 1"):
        gsynth.merge(whole, attrs.evolve(whole, smoothing_mode="additive"))
    lower = whole.with_order(1)
    assert lower.smoothing_mode == "interpolated"
    assert lower.prior_matrix is not None
    for i, table in enumerate(lower.counts):
        truth = expected(table, 1, 2, lower.prior_matrix[i].tolist())
        assert np.diff(lower.cdf[i], axis=1, prepend=0) == pytest.approx(np.array(truth, dtype=float), abs=1e-14)
    assert whole.marginal(0) == trained(0, **settings)


@pytest.mark.parametrize("method", ["local", "exact"])
@pytest.mark.parametrize("pattern", ["CG", "CGAT"])
def test_words_are_forbidden_in_the_interpolated_probabilities(method: Any, pattern: str, tmp_path: Path) -> None:
    model = trained(0, k=2, pseudocount=0)
    made = gsynth.forbid_kmer(model, pattern, check=False, method=method)
    assert made.smoothing_mode == "interpolated"
    before = {word: [float(p) for p in oracle.interpolated(model.counts[0].tolist(), word, 0)] for word in words(2)}
    rows = np.diff(made.cdf[0], axis=1, prepend=0)
    for context, row in zip(words(made.k), rows.tolist(), strict=True):
        allowed = [
            0.0 if pattern in context + base else p for base, p in zip("ACGT", before[context[-2:]], strict=True)
        ]
        if pattern in context:
            continue
        if method == "local":
            assert row == pytest.approx([p / sum(allowed) for p in allowed], abs=1e-14)
        assert [p == 0 for p in row] == [p == 0 for p in allowed]
    text = gsynth.sample(made, genome={"a": 50_000}, seed=1)[0]
    assert pattern not in text
    gsynth.save(made, tmp_path / "m.gsm")
    assert gsynth.load(tmp_path / "m.gsm") == made


def test_exactly_forbidden_is_the_h_transform_of_the_interpolated_chain() -> None:
    model = trained(0, k=1)
    made = gsynth.forbid_kmer(model, "CG", check=False, method="exact")
    before = np.diff(model.cdf[0], axis=1, prepend=0)
    left = before.copy()
    left[1, 2] = 0
    values, vectors = np.linalg.eig(left)
    r = np.abs(vectors[:, np.argmax(values.real)].real)
    q = left * r / (values.real.max() * r[:, None])
    assert np.diff(made.cdf[0], axis=1, prepend=0) == pytest.approx(q, abs=1e-10)


@pytest.mark.parametrize("form", ["gsm", "gsm-zip", "gsm-r"])
def test_files_keep_it(form: str, tmp_path: Path) -> None:
    for prior in (None, "marginal"):
        model = trained(k=2, prior=prior, min_obs=100)
        path = tmp_path / f"{prior}.gsm"
        gsynth.save(model, path, format=form)
        loaded = gsynth.load(path)
        assert loaded == model
        assert loaded.stored_cdf is None
        assert (loaded.smoothing_mode, loaded.prior_mode) == ("interpolated", prior or "none")
    plain = attrs.evolve(model, smoothing_mode="additive")
    gsynth.save(plain, tmp_path / "plain.gsm")
    assert "interpolation" not in (tmp_path / "plain.gsm" / "metadata.yaml").read_text()
    assert gsynth.load(tmp_path / "plain.gsm") != model


@pytest.mark.parametrize("value", [None, "kneser-ney", True, 5, ["witten-bell"]])
def test_another_interpolation_is_refused(value: Any, tmp_path: Path) -> None:
    gsynth.save(trained(k=2), tmp_path / "m.gsm")
    path = tmp_path / "m.gsm" / "metadata.yaml"
    metadata = yaml.safe_load(path.read_text())
    assert metadata["interpolation"] == "witten-bell"
    metadata["interpolation"] = value
    path.write_text(yaml.safe_dump(metadata))
    with pytest.raises(FormatError, match=r"interpolation is .*, expected 'witten-bell'"):
        gsynth.load(tmp_path / "m.gsm")


def test_it_is_said_and_checked() -> None:
    model = trained(k=2)
    assert "smoothing: interpolated" in repr(model)
    assert "interpolated (Witten-Bell" in model._repr_html_()
    assert "interpolated" not in repr(attrs.evolve(model, smoothing_mode="additive"))
    assert model.smoothing != attrs.evolve(model, smoothing_mode="additive").smoothing
    for wrong in ("witten-bell", None, True, 1, b"additive"):
        with pytest.raises(ArgumentError, match="smoothing must be one of additive, interpolated"):
            gsynth.train(genome=GENOME, smoothing=wrong)  # type: ignore[arg-type]  # on purpose
        with pytest.raises(ArgumentError, match="smoothing must be one of additive, interpolated"):
            GsynthModel(k=1, counts=np.ones((1, 4, 4)), smoothing_mode=wrong)  # type: ignore[arg-type]  # on purpose
    with pytest.warns(UserWarning, match="prior has no effect"):
        gsynth.train(genome=GENOME, smoothing="interpolated", prior="uniform", pseudocount=0, k=1)


def test_empty_and_sparse_bins() -> None:
    counts = np.zeros((2, 16, 4))
    counts[0] = 3
    dims = [gsynth.DimSpec("gc", [0, 0.5, 1])]
    for pseudocount in (0, 1):
        model = GsynthModel(k=2, dims=dims, counts=counts, smoothing_mode="interpolated", pseudocount=pseudocount)
        assert (model.cdf == [0.25, 0.5, 0.75, 1.0]).all()
    sparse = attrs.evolve(model, min_obs=1)
    assert np.isnan(sparse.cdf[1]).all()
    assert not np.isnan(sparse.cdf[0]).any()
    parts = list(learned(model.counts, 1.0, None, np.array([True, True]), interpolated=True))
    assert parts == []
    assert math.isnan(smoothed_cdf(model.counts, 1.0, None, np.array([False, True]), interpolated=True)[1, 0, 0])
