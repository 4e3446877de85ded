"""Hypothesis strategies for the arguments of plugins: blocks, thresholds, models.

They deliberately draw awkward cases: empty blocks, empty runs, N anywhere, thresholds that are equal, 0 or 2**31.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gsynth.model.priors import PriorLike, resolve_prior
from gsynth.plugins import FREE, IMPOSSIBLE, DimSpec, GsynthModel, Outside
from gsynth.testing.blocks import QUARTERS, Block, SamplingBlock, ScoringBlock

deterministic: Final = settings(
    # A plugin must fail on every run or on none; no folder of examples is left in the author's project.
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=60,
    # Examples are small as drawn; shrinking them can take minutes for each fault of a broken plugin.
    phases=[Phase.explicit, Phase.generate],
    # The plugin is a fixture and its test inherited; both are intended, and safe because a plugin keeps no state.
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.differing_executors,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
"""The settings of every property in the suite: the same examples on every run."""

LARGE_ORDER: Final = 6
"""From this order on blocks are short, because the tables take the time."""


def orders(max_order: int = 10) -> st.SearchStrategy[int]:
    """Markov orders from 1 up."""
    return st.integers(1, max_order)


@st.composite
def sequences(draw: st.DrawFn, size: int) -> list[int]:
    """`size` codes 0..4, in repeats and random stretches, with runs of N."""
    codes: list[int] = []
    while len(codes) < size:
        piece = st.lists(st.integers(0, 3), min_size=1, max_size=12)
        repeat = st.builds(lambda code, n: [code] * n, st.integers(0, 4), st.integers(1, 6))
        codes += draw(st.one_of(piece, repeat))
    return codes[:size]


@st.composite
def runs(draw: st.DrawFn, size: int, bins: int) -> tuple[list[int], list[int]]:
    """Edges and strata over `size` windows: empty runs, -1 and -2 among them; none at all for an empty block."""
    inner = sorted(draw(st.lists(st.integers(0, size), max_size=6)))
    edges = [0, *inner, size]
    if size == 0 and draw(st.booleans()):
        edges = [0]
    strata = st.lists(st.integers(-2, bins - 1), min_size=len(edges) - 1, max_size=len(edges) - 1)
    return edges, draw(strata)


@st.composite
def blocks(draw: st.DrawFn, max_order: int = 10, max_bins: int = 3, max_size: int = 40) -> Block:
    """Blocks for a counter."""
    order = draw(orders(max_order))
    size = draw(st.integers(0, max_size if order < LARGE_ORDER else max_size // 2))
    edges, strata = draw(runs(size, draw(st.integers(1, max_bins))))
    return Block(order, draw(sequences(size + order)), edges, strata)


Replacing = tuple[bytes, bytes, bytes]
"""Bases, target, replacement."""


@st.composite
def replacings(draw: st.DrawFn, max_size: int = 48) -> Replacing:
    """Arguments of a replacer: words over few letters, bases with the words, or parts of them, and other bytes."""
    # Few letters, because targets that a replacement creates need overlaps, which are rare over four.
    letters = draw(st.sampled_from([b"AC", b"CG", b"ACG", b"ACGT"]))
    words = st.lists(st.sampled_from(list(letters)), min_size=1, max_size=5).map(bytes)
    target = draw(words)
    same_letters = st.permutations(target).map(bytes)
    same_size = st.lists(st.sampled_from(b"ACGT"), min_size=len(target), max_size=len(target)).map(bytes)
    replacement = draw(st.one_of(same_letters, same_size).filter(lambda word: word != target) | st.just(b""))
    if not replacement:  # a word of one letter has no other order
        replacement = bytes(ord("ACGT"["CGTA".index(chr(letter))]) for letter in target)
    other = st.sampled_from([b"N", b"\x00", b"\xff", b"@", b"R"])
    pieces = st.one_of(words, words, st.just(target), st.just(replacement), other)
    bases = b"".join(draw(st.lists(pieces, max_size=max_size // 3)))
    return bases[:max_size], target, replacement


def threshold_rows() -> st.SearchStrategy[list[int]]:
    """Three thresholds in ascending order: any, certain, impossible, equal neighbours."""
    value = st.one_of(st.sampled_from([0, 1, 2**29, 2**31 - 1, 2**31]), st.integers(0, 2**31))
    return st.lists(value, min_size=3, max_size=3).map(sorted)


@st.composite
def thresholds(draw: st.DrawFn, order: int, bins: int) -> NDArray[np.uint32]:
    """uint32[bins + 1, 4**order, 3]: a few distinct rows over all contexts; the last table often uniform."""
    # Drawing every row of a large table would use up what Hypothesis allows for one example.
    rows = np.array(draw(st.lists(threshold_rows(), min_size=1, max_size=8)), dtype=np.uint32)
    dealt = np.random.default_rng(draw(st.integers(0, 2**32 - 1))).integers(0, len(rows), (bins + 1, 4**order))
    tables = rows[dealt]
    tables[-1] = draw(st.one_of(st.just(list(QUARTERS)), threshold_rows()))
    return tables


@st.composite
def sampling_blocks(draw: st.DrawFn, max_order: int = 10, max_bins: int = 3, max_size: int = 40) -> SamplingBlock:
    """Blocks for a sampler: free and fixed cells, the left context among 0..4."""
    plain = draw(blocks(max_order, max_bins, max_size))
    free = draw(st.lists(st.booleans(), min_size=plain.size, max_size=plain.size))
    codes = plain.codes.copy()
    codes[plain.order :][np.array(free, dtype=bool)] = FREE
    tables = draw(thresholds(plain.order, plain.bins))
    # Numbers that equal a threshold decide between two bases, and would hardly ever come up.
    edge_numbers = [0, 2**31 - 1, *(int(t) for t in np.unique(tables)[:20] if t < 2**31)]
    number = st.one_of(st.integers(0, 2**31 - 1), st.sampled_from(edge_numbers))
    numbers = draw(st.lists(number, min_size=plain.size, max_size=plain.size))
    return SamplingBlock(Block(plain.order, codes, plain.edges, plain.strata), numbers, tables)


@st.composite
def scoring_blocks(draw: st.DrawFn, max_order: int = 10, max_bins: int = 3, max_size: int = 40) -> ScoringBlock:
    """Blocks for a scorer: empty cells among others; logarithms that are 0, impossible, or any."""
    block = draw(blocks(max_order, max_bins, max_size))
    inner = sorted(draw(st.lists(st.integers(0, block.size), max_size=8)))
    value = st.one_of(st.sampled_from([IMPOSSIBLE, IMPOSSIBLE + 1, -1, 0]), st.integers(IMPOSSIBLE, 0))
    rows = np.array(draw(st.lists(st.lists(value, min_size=4, max_size=4), min_size=1, max_size=8)), dtype=np.int32)
    seed = draw(st.integers(0, 2**32 - 1))
    dealt = np.random.default_rng(seed).integers(0, len(rows), (block.bins, 4**block.order))
    return ScoringBlock(block, [0, *inner, block.size], rows[dealt])


@st.composite
def dimensions(draw: st.DrawFn, max_bins: int = 4) -> DimSpec:
    """Dimensions with any ascending breaks, with and without merged bins."""
    finite = st.floats(-1e6, 1e6, allow_nan=False)
    breaks = sorted(draw(st.sets(finite, min_size=2, max_size=max_bins + 1)))
    bins = len(breaks) - 1
    bin_map = draw(st.none() | st.lists(st.integers(0, bins - 1), min_size=bins, max_size=bins))
    expr = draw(st.sampled_from(["gc", "atac + 1", "kmer_frac('CG') * 2 > 0.5", 'where(x < 1, "a", "b")  # note: z']))
    return DimSpec(expr, breaks, bin_map, closed=draw(st.sampled_from(["left", "right"])))


@st.composite
def count_tables(draw: st.DrawFn, bins: int, order: int) -> NDArray[np.uint64]:
    """uint64[bins, 4**order, 4]: small, with empty bins and rows, now and then a cell close to 2**53."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    counts = rng.integers(0, 50, (bins, 4**order, 4)).astype(np.uint64)
    counts[rng.random(bins) < 0.2] = 0
    counts[:, rng.random(4**order) < 0.2] = 0
    if draw(st.booleans()):
        # The sum, too, must stay below 2**53, which totals in float64 hold exactly.
        counts[-1, -1, -1] = 2**53 - 1 - int(counts.sum())
    return counts


def metadata() -> st.SearchStrategy[dict[str, Any]]:
    """Keys that gsynth does not know, with plain values."""
    value = st.one_of(st.booleans(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False), st.just("text: # 1"))
    values = st.one_of(value, st.lists(value, max_size=3), st.dictionaries(st.sampled_from("abc"), value, max_size=2))
    return st.dictionaries(st.sampled_from(["x_lab", "x_note", "x_run_3"]), values, max_size=3)


@st.composite
def models(draw: st.DrawFn, max_order: int = 4, max_dims: int = 3) -> GsynthModel:
    """Models of 0 to 3 dimensions, with priors, sparse bins, merged bins and foreign metadata."""
    order = draw(orders(max_order))
    dims = tuple(draw(st.lists(dimensions(), max_size=max_dims)))
    has_outside = bool(dims) and draw(st.booleans())
    bins = int(np.prod([dim.num_bins for dim in dims], dtype=np.int64))
    counts = draw(count_tables(bins, order))
    vector = st.lists(st.floats(0.01, 1), min_size=4, max_size=4)
    prior: PriorLike | None = draw(st.one_of(st.sampled_from([None, "uniform", "marginal", "global"]), vector))
    mode, matrix, fallbacks = resolve_prior(prior, counts)
    fields: dict[str, Any] = {"dims": dims}
    if has_outside:
        causes = draw(st.lists(st.tuples(*[st.integers(0, 2**40)] * 3), min_size=len(dims), max_size=len(dims)))
        fields["outside"] = Outside(counts=draw(count_tables(1, order))[0], causes=causes)
    return GsynthModel(
        k=order,
        counts=counts,
        total_masked=draw(st.integers(0, 2**53)),
        total_n=draw(st.integers(0, 2**53)),
        pseudocount=draw(st.sampled_from([0.0, 0.1, 1.0, 3.5])),
        min_obs=draw(st.sampled_from([0, 0, 1, 500])),
        strands=draw(st.sampled_from(["both", "forward"])),
        smoothing_mode=draw(st.sampled_from(["additive", "interpolated"])),
        iterator=draw(st.none() | st.integers(1, 10_000)),
        prior_mode=mode,
        prior_matrix=matrix,
        marginal_fallbacks=fallbacks,
        metadata=draw(metadata()),
        **fields,
    )
