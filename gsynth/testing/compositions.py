"""What a counter, sampler or scorer with the optional ability `Composer` must do."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gsynth.plugins import Composer
from gsynth.testing.bases import bytes_of, codes_of_bases
from gsynth.testing.clauses import asking, require, require_equal
from gsynth.testing.strategies import deterministic

# Around the widths of vectors and of bit planes, and beyond the counts that fit a byte.
WIDTHS = [1, 15, 16, 17, 63, 64, 65, 127, 128, 129, 191, 192, 200, 255, 256, 257, 1000]


class ComposerChecks:
    """The tests of `Composer`, a part of the suites of counters, samplers and scorers."""

    @pytest.fixture
    def composer(self) -> Composer:
        """The plugin under test, if it has the ability."""
        raise NotImplementedError("override the fixture `composer`")

    @deterministic
    @given(
        text=st.binary(max_size=300) | st.text("ACGTacgtN", max_size=300).map(str.encode),
        cuts=st.lists(st.integers(0, 300), max_size=8),
        first=st.integers(0, 1 << 40),
    )
    def test_compose_any_windows(self, composer: Composer, text: bytes, cuts: list[int], first: int) -> None:
        inner = sorted(min(cut, len(text)) for cut in cuts)
        # Edges are positions on the contig, not places in the bases, and go beyond 32 bits.
        check_compose(composer, bytes_of(text), np.array([0, *inner, len(text)], dtype=np.int64) + first)

    @pytest.mark.parametrize("width", WIDTHS)
    def test_compose_any_width(self, composer: Composer, width: int) -> None:
        letters = bytes_of(b"ACGTacgtN-")
        for bases in (
            letters[np.random.default_rng(width).integers(0, letters.size, 3 * width + 7)],
            np.full(3 * width + 7, ord("G"), dtype=np.uint8),
        ):
            edges = np.append(np.arange(0, bases.size, width), bases.size)
            check_compose(composer, bases, edges.astype(np.int64))

    def test_compose_every_byte(self, composer: Composer) -> None:
        check_compose(composer, np.arange(256, dtype=np.uint8), np.arange(257, dtype=np.int64))

    def test_compose_no_windows(self, composer: Composer) -> None:
        check_compose(composer, bytes_of(b""), np.array([5], dtype=np.int64))


def check_compose(composer: Composer, bases: NDArray[np.uint8], edges: NDArray[np.int64]) -> None:
    """Compare with plain counting; the output lies between rows that must stay as they are."""
    __tracebackhide__ = True
    given_bases, given_edges = bases.copy(), edges.copy()
    given_bases.flags.writeable = given_edges.flags.writeable = False
    # Not zeros: a composer must write its counts, not add them to what was there.
    guarded = np.full((edges.size + 1, 4), 99, dtype=np.int64)
    case = f"{bases.tobytes()[:200]!r}, edges {edges[:20].tolist()}"
    with asking("compose", lambda: f"compose of {case}"):
        returned: object = composer.compose(given_bases, given_edges, guarded[1:-1])  # type: ignore[func-returns-value]  # looked at
    codes, offsets = codes_of_bases(bases.tobytes()), (edges - edges[0]).tolist()
    windows = [codes[start:end] for start, end in itertools.pairwise(offsets)]
    expected = np.array([[window.count(base) for base in range(4)] for window in windows], dtype=np.int64)
    require_equal(guarded[1:-1], expected.reshape(-1, 4), "compose", case)
    require(returned is None, "compose", f"{returned!r} was returned, expected None")
    require((guarded[[0, -1]] == 99).all().item(), "inputs", f"cells outside out were written to, for {case}")
