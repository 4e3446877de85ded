"""Models made of models: added, with dimensions summed away, of a lower order."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest

import gsynth
from gsynth import DimSpec, GsynthModel
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model import Outside

RNG = np.random.default_rng(4)
GENOME = {
    name: "".join(RNG.choice(list("ACGTN"), size, p=[0.3, 0.2, 0.2, 0.29, 0.01]))
    for name, size in (("a", 3000), ("b", 1234), ("c", 777), ("tiny", 2))
}
DIMS: list[dict[str, Any]] = [
    {"expr": "gc", "breaks": [0.3, 0.4, 0.5], "bin_merge": [{"from": [0.3, 0.4], "to": [0.4, 0.5]}]},
    {"expr": "cpg", "breaks": [0, 0.5, 1.0, 1.5]},
]
SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "marginal": {"prior": "marginal", "pseudocount": 7.5, "min_obs": 40},
    "global": {"prior": "global"},
    "uniform": {"prior": "uniform"},
    "explicit": {"prior": [1, 2, 3, 4]},
    "masked": {"mask": [("a", 100, 900), ("b", 0, 50)]},
}


def trained(dims: int, **settings: Any) -> GsynthModel:
    with warnings.catch_warnings():
        # Small genomes make sparse bins, and windows outside of the strata are wanted here.
        warnings.simplefilter("ignore")
        return gsynth.gsynth_train(*DIMS[:dims], **{"genome": GENOME, "iterator": 50 if dims else None, **settings})


@pytest.mark.parametrize("dims", [0, 1, 2])
@pytest.mark.parametrize("name", SETTINGS)
def test_models_of_contigs_add_up_to_that_of_the_genome(dims: int, name: str) -> None:
    settings = {"k": 2, **SETTINGS[name]}
    mask = settings.pop("mask", None)
    parts = []
    for contig in ("a", "b", "c"):
        own = [row for row in mask or () if row[0] == contig] or None
        parts.append(trained(dims, intervals=contig, mask=own, **settings))
    whole = trained(dims, mask=mask, **settings)
    merged = gsynth.gsynth_merge(*parts)
    assert whole.total_n > 0
    assert not dims or (whole.outside is not None and whole.outside.kmers > 0)
    assert merged == whole
    assert merged.marginal_fallbacks == whole.marginal_fallbacks
    assert merged.metadata == whole.metadata
    assert gsynth.merge(gsynth.merge(parts[2], parts[0]), parts[1]) == whole


def test_contigs_of_several_genomes_are_joined(caplog: pytest.LogCaptureFixture) -> None:
    one = gsynth.train(genome={"x": "ACGT" * 9}, k=1)
    two = gsynth.train(genome={"y": "GATTACA" * 9}, k=1)
    three = gsynth.train(genome={"x": "ACGGT" * 9}, k=1)
    assert gsynth.merge(one, two).metadata == {"chrom_sizes": {"x": 36, "y": 63}}
    assert not caplog.records
    noted = [
        attrs.evolve(model, metadata={**model.metadata, "by": "me", "writer": i})
        for i, model in enumerate([one, three])
    ]
    # Two genomes have an x, and which size it has depends on the genome.
    assert gsynth.merge(*noted).metadata == {"by": "me"}
    assert "chrom_sizes" in caplog.text
    assert "writer" not in caplog.text


BASE = {
    "k": 1,
    "dims": [DimSpec("gc", [0, 0.5, 1])],
    "counts": np.ones((2, 4, 4)),
    "iterator": 100,
    "prior_mode": "none",
}
OTHERS: dict[str, dict[str, Any]] = {
    "k": {"k": 2, "counts": np.ones((2, 16, 4))},
    "iterator": {"iterator": 200},
    "pseudocount": {"pseudocount": 2},
    "min_obs": {"min_obs": 5},
    "prior_mode": {"prior_mode": "uniform", "prior_matrix": np.full((2, 4), 0.25)},
    "dimensions": {"dims": [], "counts": np.ones((1, 4, 4))},
    "expr": {"dims": [DimSpec("cpg", [0, 0.5, 1])]},
    "breaks": {"dims": [DimSpec("gc", [0, 0.4, 1])]},
    "closed": {"dims": [DimSpec("gc", [0, 0.5, 1], closed="right")]},
    "bin_map": {"dims": [DimSpec("gc", [0, 0.5, 1], bin_map=[0, 0])]},
    "categories": {"dims": [DimSpec("gc", [0, 0.5, 1], categories=("low", "high"))]},
    "outside": {"outside": Outside(counts=np.ones((4, 4)), causes=[[1, 0, 0]])},
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_differs_is_refused_and_named(what: str) -> None:
    one = GsynthModel(**BASE)
    other = GsynthModel(**{**BASE, **OTHERS[what]})
    for models in ((one, one, other), (other, other, one)):
        with warnings.catch_warnings():
            # Of the first two, which are one.
            warnings.simplefilter("ignore")
            with pytest.raises(ArgumentError, match=rf"model 3 of 3 cannot be added to model 1: .*{what}"):
                gsynth.merge(*models)


def test_explicit_priors_and_long_breaks_that_differ_are_named() -> None:
    long = [DimSpec("gc", [*np.linspace(0, 1, 300), last]) for last in (2, 3)]
    models = [GsynthModel(**{**BASE, "dims": [dim], "counts": np.ones((300, 4, 4))}) for dim in long]
    with pytest.raises(ArgumentError, match=r"break 300 of dimension 1: .*3\.0.* there, .*2\.0.* in model 1"):
        gsynth.merge(*models)
    rows = [np.full((2, 4), 0.25), np.array([[0.25] * 4, [0.4, 0.1, 0.1, 0.4]])]
    models = [GsynthModel(**{**BASE, "prior_mode": "explicit", "prior_matrix": matrix}) for matrix in rows]
    with pytest.raises(ArgumentError, match="prior_matrix"):
        gsynth.merge(*models)


def test_arguments_that_make_no_sum() -> None:
    model = GsynthModel(**BASE)
    assert gsynth.merge(model) == model
    with pytest.raises(ArgumentError, match="no model"):
        gsynth.merge()
    with pytest.raises(ArgumentTypeError, match="found str"):
        gsynth.merge(model, "model.gsm")  # type: ignore[arg-type]  # on purpose
    with pytest.warns(UserWarning, match="model 2 has exactly the counts of model 1"):
        assert gsynth.merge(model, model).total_kmers == 2 * model.total_kmers


@pytest.mark.parametrize("where", ["counts", "outside"])
def test_sums_that_no_int64_holds_are_refused(where: str) -> None:
    large = np.zeros((1, 4, 4), dtype=np.uint64)
    large[0, 0, 0] = 2**62
    outside = Outside(counts=large[0], causes=[[0, 0, 2**61]])
    table = {"counts": large} if where == "counts" else {"counts": np.ones((1, 4, 4)), "outside": outside}
    models = [
        GsynthModel(k=1, dims=[DimSpec("gc", [0, 1])], total_n=i, **table)  # type: ignore[arg-type]  # arrays and a table
        for i in range(2)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ArgumentError, match=r"sum to 9,223,372,036,854,775,808"):
            gsynth.merge(*models)


def single_precision(model: GsynthModel) -> GsynthModel:
    return attrs.evolve(model, stored_cdf=model.cdf.astype(np.float32).astype(np.float64))


def forbidding(model: GsynthModel) -> GsynthModel:
    cdf = model.cdf.copy()
    cdf[0, 1, 2] = cdf[0, 1, 1]
    return attrs.evolve(model, stored_cdf=cdf)


def test_probabilities_in_single_precision_are_those_of_the_counts() -> None:
    models = [single_precision(trained(1, k=2, intervals=name)) for name in ("a", "b", "c")]
    assert models[0].stored_cdf is not None
    assert gsynth.merge(*models) == trained(1, k=2)
    assert models[0].marginal("gc").stored_cdf is None


def test_other_probabilities_than_those_of_the_counts_are_refused() -> None:
    plain = trained(2, k=2)
    other = forbidding(plain)
    for call in (lambda: gsynth.merge(plain, other), lambda: other.marginal(0), lambda: other.with_order(1)):
        with pytest.raises(ArgumentError, match=r"in bin 0, gc 0\.3-0\.4, cpg 0-0\.5"):
            call()
    with pytest.raises(ArgumentError, match="model 2 cannot be added"):
        gsynth.merge(plain, other)


OPEN = [{**dim, "breaks": [-np.inf, *dim["breaks"][1:-1], np.inf], "bin_merge": None} for dim in DIMS]
THREE = [*OPEN, {"expr": "n_frac", "breaks": [-np.inf, 0.01, np.inf]}]


@pytest.mark.parametrize("gone", [n for size in range(4) for n in itertools.combinations(range(3), size)])
@pytest.mark.parametrize("prior", [None, "marginal", "global", [1, 2, 3, 4]])
def test_a_marginal_is_what_training_without_the_dimensions_gives(gone: tuple[int, ...], prior: Any) -> None:
    fixed: dict[str, Any] = {"genome": GENOME, "k": 2, "prior": prior}
    left = [dim for i, dim in enumerate(THREE) if i not in gone]
    model = gsynth.train(*THREE, iterator=50, **fixed)
    for named in (list(gone), [THREE[i]["expr"] for i in gone]):
        found = model.marginal(named)
        assert found == gsynth.train(*left, iterator=50 if left else None, **fixed)
        assert (
            found.marginal_fallbacks == gsynth.train(*left, iterator=50 if left else None, **fixed).marginal_fallbacks
        )


def test_windows_outside_of_what_is_summed_away_stay_outside_with_a_warning() -> None:
    model = trained(2, k=2)
    assert model.outside is not None
    with pytest.warns(UserWarning, match=r"\(gc .*\) may have a bin in what is left"):
        left = model.marginal("gc")
    assert left.outside is not None
    assert np.array_equal(left.outside.counts, model.outside.counts)
    assert left.outside.causes.tolist() == model.outside.causes[1:].tolist()
    assert left.total_kmers == model.total_kmers
    # Without any strata they have a place again, and nothing is lost.
    assert model.marginal([0, 1]) == trained(0, k=2)


def test_a_marginal_keeps_what_was_noted_of_the_dimensions_that_are_left() -> None:
    model = attrs.evolve(trained(2, k=1), outside=None, metadata={"dim_specs": [{"of": "gc"}, {"of": "cpg"}]})
    assert model.marginal(0).metadata == {"dim_specs": [{"of": "cpg"}]}


def test_dimensions_that_cannot_be_summed_away() -> None:
    model = attrs.evolve(trained(2, k=1), outside=None)
    for wrong, message in (("at", "no dimension has"), (2, "from 0 to 1"), (-1, "from 0 to 1"), ([0, "gc"], "twice")):
        with pytest.raises(ArgumentError, match=message):
            model.marginal(wrong)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ArgumentError, match="no strata"):
        trained(0, k=1).marginal(0)
    twice = GsynthModel(k=1, dims=[DimSpec("gc", [0, 1]), DimSpec("gc", [0, 1])], counts=np.ones((1, 4, 4)))
    assert twice.marginal(0).dims == twice.dims[1:]
    with pytest.raises(ArgumentError, match="several dimensions"):
        twice.marginal("gc")
    prior = np.full((6, 4), 0.25)
    prior[1] = [0.4, 0.1, 0.1, 0.4]
    rows = attrs.evolve(model, prior_mode="explicit", prior_matrix=prior)
    with pytest.raises(ArgumentError, match="explicit prior"):
        rows.marginal("gc")
    # Bins of one cpg have one row each when the other dimension is the one that says it.
    by_gc = attrs.evolve(model, prior_mode="explicit", prior_matrix=np.tile(prior[:2], (3, 1)))
    assert by_gc.marginal("cpg").prior_matrix.tolist() == prior[:2].tolist()  # type: ignore[union-attr]  # it has one


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_a_lower_order_sums_over_the_last_letters(order: int) -> None:
    model = trained(1, k=4, prior="marginal")
    expected = np.zeros((model.total_bins, 4**order, 4), dtype=np.uint64)
    for word in itertools.product(range(4), repeat=5):
        context, long = [sum(c * 4**i for i, c in enumerate(reversed(word[:n]))) for n in (order, 4)]
        expected[:, context, word[order]] += model.counts[:, long, word[4]]
    lower = model.with_order(order)
    assert np.array_equal(lower.counts, expected)
    assert lower.k == order
    assert lower.per_bin_kmers.tolist() == model.per_bin_kmers.tolist()
    assert lower.outside is not None
    assert model.outside is not None
    assert lower.outside.kmers == model.outside.kmers
    seen = expected.any(axis=(1, 2))
    bases = expected[seen].sum(axis=1) / expected[seen].sum(axis=(1, 2))[:, None]
    assert lower.prior_matrix is not None
    assert lower.prior_matrix[seen] == pytest.approx(bases, abs=1e-15)


def test_a_lower_order_lacks_the_ends_of_the_sequence_alone() -> None:
    sequence = "".join(RNG.choice(list("ACGT"), 500))
    for order in (1, 2, 3):
        lower = gsynth.train(genome={"a": sequence}, k=4).with_order(order)
        direct = gsynth.train(genome={"a": sequence}, k=order)
        apart = direct.counts.astype(np.int64) - lower.counts.astype(np.int64)
        assert apart.min() >= 0
        assert apart.sum() == 2 * (4 - order)


def test_orders_that_a_model_cannot_have() -> None:
    model = trained(0, k=3)
    assert model.with_order(3) == model
    for wrong in (0, 4, 1.5):
        with pytest.raises(ArgumentError, match="from 1 to 3"):
            model.with_order(wrong)  # type: ignore[arg-type]  # on purpose


def test_what_is_added_is_saved_and_loaded(tmp_path: Path) -> None:
    merged = gsynth.merge(*(trained(2, k=2, intervals=name) for name in ("a", "b")))
    gsynth.save(merged, tmp_path / "m.gsm")
    assert gsynth.load(tmp_path / "m.gsm") == merged
