"""Named models that a file format must preserve, each awkward in one way."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

import attrs
import numpy as np

from gsynth.model.forbid import without_words
from gsynth.model.priors import resolve_prior
from gsynth.plugins import DimSpec, Forbidden, GsynthModel, Outside


def trained(k: int, dims: tuple[DimSpec, ...] = (), *, prior: Any = None, seed: int = 0, **fields: Any) -> GsynthModel:
    """A model with random counts; some rows and, if there are more than two, one bin are empty."""
    bins = math.prod(dim.num_bins for dim in dims)
    rng = np.random.default_rng([seed, k, bins])
    counts = fields.pop("counts", None)
    if counts is None:
        counts = rng.integers(0, 1000, (bins, 4**k, 4)).astype(np.uint64)
        # Contexts that were never seen, whose probabilities come from the pseudocount alone.
        counts[:, ::5] = 0
        if bins > 2:
            counts[1] = 0
    mode, matrix, fallbacks = resolve_prior(prior, counts)
    fields = {"total_masked": 11, "total_n": 222, "iterator": 200, "dims": dims, **fields}
    return GsynthModel(k=k, counts=counts, prior_mode=mode, prior_matrix=matrix, marginal_fallbacks=fallbacks, **fields)


def _gc(bin_map: list[int] | None = None) -> DimSpec:
    return DimSpec("gc", [0, 0.25, 0.5, 0.75, 1], bin_map)


def _three_dimensions() -> GsynthModel:
    dims = (_gc([0, 0, 2, 2]), DimSpec("atac", [-1.5, 0, 8]), DimSpec("cpg + 1", [0, 1, 2, 3], [2, 1, 2]))
    return trained(2, dims, prior="marginal", min_obs=10)


def _with_outside(seed: int | None) -> GsynthModel:
    counts = np.zeros((16, 4)) if seed is None else np.random.default_rng(seed).integers(0, 2**50, (16, 4))
    # The largest numbers that a format with float64 can hold.
    causes = [[0, 0, 0]] * 2 if seed is None else [[1, 2**52, 3], [4, 0, 2**53 - 1]]
    dims = (_gc(), DimSpec("atac", [-1.5, 0, 8], closed="right"))
    return trained(2, dims, outside=Outside(counts=counts, causes=causes))


def _big_counts() -> GsynthModel:
    counts = np.zeros((1, 4, 4), dtype=np.uint64)
    # Counts that neither single precision nor 32 bits can hold.
    counts[0, 0, 0] = 2**52 + 1
    counts[0, 3, 3] = 2**52 - 2
    counts[0, 1] = [1, 0, 0, 0]
    return trained(1, counts=counts, total_masked=2**52 + 3, total_n=2**52 + 5)


def _stored_cdf() -> GsynthModel:
    plain = trained(2, (_gc(),))
    cdf = plain.cdf.copy()
    cdf[0, 3] = [0.1, 0.1, 1.0, 1.0]
    # Floats that need all 17 digits if they are written as text.
    cdf[2, 5] = [0.1 + 0.2, 1 / 3, 0.5, 1.0]
    return trained(2, (_gc(),), stored_cdf=cdf)


def _stored_nan() -> GsynthModel:
    counts = trained(2, (_gc(),)).counts.copy()
    counts[3] //= 100
    sparse = trained(2, (_gc(),), counts=counts, min_obs=1000)
    cdf = sparse.cdf.copy()
    cdf[0, 3] = [0.1, 0.1, 1.0, 1.0]
    return trained(2, (_gc(),), counts=counts, min_obs=1000, stored_cdf=cdf)


def _forbidden() -> GsynthModel:
    plain = trained(2, (_gc(),), counts=np.full((4, 16, 4), 8))
    cdf = plain.cdf.copy()
    # No G after C; a context that holds CG keeps its row.
    cdf[:, [1, 5, 9, 13], 2] = cdf[:, [1, 5, 9, 13], 1]
    return attrs.evolve(plain, stored_cdf=cdf, forbidden=Forbidden(words=["CG"], method="exact", order=2))


def _forbidden_words() -> GsynthModel:
    plain = trained(2, (_gc(),), counts=np.full((4, 16, 4), 8))
    # Enough of them that their order is unlikely to be that of a set.
    return without_words(plain, ("AAA", "CCC", "CG", "GGG", "TAG", "TCA", "TTT"), "local")


_TO_THE_UPPER: Final = [{"from": [0, 0.5], "to": 1}]
_FOREIGN: Final = {
    "x_lab": "Institute: #1, 'quoted'",
    "x_run": {"id": 7, "notes": ["a", "b"], "ratio": 0.1},
    "x_flag": True,
    "x_whole": 3.0,
    "x_big": 2**53 - 1,
    "x_none": None,
    "x_text": "yes",
}

CASES: Final[dict[str, tuple[str, Callable[[], GsynthModel]]]] = {
    "unstratified": ("round-trip", lambda: trained(3)),
    "order_1": ("round-trip", lambda: trained(1)),
    # The version of a .gsm is 1 for order 5 and 2 for all others.
    "order_5": ("round-trip", lambda: trained(5, (_gc(),))),
    "order_6": ("round-trip", lambda: trained(6)),
    "order_8": ("round-trip", lambda: trained(8)),
    "one_dimension": ("round-trip", lambda: trained(2, (_gc(),))),
    "one_bin": ("round-trip", lambda: trained(2, (DimSpec("gc", [0, 1]),))),
    "three_dimensions": ("round-trip", _three_dimensions),
    "merged_to_first": ("bin-map", lambda: trained(1, (_gc([0, 0, 0, 0]),))),
    "merged_to_last": ("bin-map", lambda: trained(1, (_gc([3, 1, 2, 3]),))),
    # The same as no map at all, which a format may write in its place.
    "merged_identity": ("bin-map", lambda: trained(1, (_gc([0, 1, 2, 3]),))),
    "merged_upwards": ("bin-map", lambda: trained(1, (_gc([1, 1, 3, 3]),))),
    "merged_one_bin": ("bin-map", lambda: trained(1, (DimSpec("gc", [0, 1], [0]),))),
    "prior_uniform": ("round-trip", lambda: trained(2, (_gc(),), prior="uniform")),
    "prior_marginal": ("round-trip", lambda: trained(2, (_gc(),), prior="marginal")),
    "prior_global": ("round-trip", lambda: trained(2, (_gc(),), prior="global", pseudocount=0.1)),
    "prior_vector": ("round-trip", lambda: trained(2, (_gc(),), prior=[0.1, 0.2, 0.3, 0.4], pseudocount=7.25)),
    "no_pseudocount": ("round-trip", lambda: trained(2, (_gc(),), pseudocount=0.0)),
    # Digits beyond the fifteenth, and the smallest there may be.
    "exact_pseudocount": ("round-trip", lambda: trained(2, (_gc(),), pseudocount=0.1 + 0.2)),
    "tiny_pseudocount": ("round-trip", lambda: trained(2, (_gc(),), pseudocount=1.2345678901234567e-300)),
    "no_iterator": ("round-trip", lambda: trained(2, (_gc(),), iterator=None)),
    "closed_right": ("dimension", lambda: trained(1, (DimSpec("cpg", [0, 1, 2, 3], closed="right"),))),
    "categories": ("dimension", lambda: trained(1, (DimSpec("state", [-0.5, 0.5, 1.5], categories=["a b", "é"]),))),
    "merge_ranges": ("dimension", lambda: trained(1, (DimSpec("gc", [0, 0.5, 1], bin_merge=_TO_THE_UPPER),))),
    "outside": ("outside", lambda: _with_outside(seed=1)),
    "outside_empty": ("outside", lambda: _with_outside(seed=None)),
    "exact_breaks": ("round-trip", lambda: trained(1, (DimSpec("x", [-1e300, 1e-300, 0.1 + 0.2, 1 / 3, 1e300]),))),
    "infinite_breaks": ("round-trip", lambda: trained(1, (DimSpec("x", [-math.inf, 0, math.inf]),))),
    "awkward_expression": ("round-trip", lambda: trained(1, (DimSpec("where(a < 1, 'x: y', \"z\")  # µ", [0, 1]),))),
    "sparse_bins": ("nan-rows", lambda: trained(2, (_gc(),), min_obs=5)),
    "all_sparse": ("nan-rows", lambda: trained(2, min_obs=10**9)),
    "forward_strand": ("round-trip", lambda: trained(2, (_gc(),), strands="forward")),
    "interpolated": ("round-trip", lambda: trained(3, (_gc(),), smoothing_mode="interpolated", prior="marginal")),
    "interpolated_sparse": ("nan-rows", lambda: trained(2, (_gc(),), smoothing_mode="interpolated", min_obs=5)),
    "stored_cdf": ("stored-cdf", _stored_cdf),
    "stored_nan_rows": ("nan-rows", _stored_nan),
    "forbidden": ("forbidden", _forbidden),
    "forbidden_words": ("forbidden", _forbidden_words),
    "foreign_keys": ("unknown-keys", lambda: trained(1, metadata=dict(_FOREIGN))),
    "big_counts": ("big-counts", _big_counts),
}
"""Name -> the clause that it is for, and what makes it."""
