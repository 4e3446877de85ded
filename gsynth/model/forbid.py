"""Probabilities under which words never come: rows without them ("local"), or the chain conditioned on it ("exact").

With P(c, b) the probabilities before and c' the context that b makes of c, "exact" gives

    Q(c, b) = P(c, b) r(c') / sum over b of the same,

over the bases that complete no word and lead to a context that survives; r is the right Perron eigenvector of what is
left of P: r(c) is in the limit proportional to the probability that m further bases hold no word, as m grows. That is
Doob's h-transform, the chain conditioned never to be absorbed (Darroch and Seneta 1965, J. Appl. Probab. 2:88).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, get_args

import attrs
import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError
from gsynth.model.algebra import check_counts_decide
from gsynth.model.freezing import freeze
from gsynth.model.outside import UNIFORM, Outside, outside_counts, outside_prior
from gsynth.model.probabilities import learned
from gsynth.model.values import shown, whole
from gsynth.model.words import Contexts, checked_words, contexts, followers, longest

if TYPE_CHECKING:
    from gsynth.model.model import GsynthModel

ForbidMethod = Literal["local", "exact"]
"""How words are forbidden: row by row, or in the whole chain."""
LOCAL: Final = "local"
EXACT: Final = "exact"
METHODS: Final = get_args(ForbidMethod)

MOST_BYTES: Final = 4 << 30
"""Counts and probabilities of a model of a higher order, which long words need."""

_MAX_ORDER: Final = 10
_ROUNDS: Final = 2000
"""Far more than a chain needs that mixes; what does not (two parts that never meet) is cut off."""

_SETTLED: Final = 1e-14


def check_method(method: object) -> str:
    """`method` if it is one of `METHODS`."""
    if not isinstance(method, str) or method not in METHODS:
        raise ArgumentError(f"method must be one of {', '.join(METHODS)}, found {shown(method)}")
    return method


def _order(value: int) -> int:
    return whole(value, "the order of the probabilities before", low=1, high=_MAX_ORDER)


@frozen
class Forbidden:
    """The words that a model never makes, and how it was kept from it.

    Attributes
    ----------
    words : tuple of str
        IUPAC letters in upper case; those of the other strand too, where they are forbidden.
    method : {"local", "exact"}
    order : int
        The order of the probabilities before; that of the model is higher where a word has more than ``order + 1``
        letters.
    """

    words: tuple[str, ...] = field(converter=checked_words)
    method: str = field(converter=check_method)
    order: int = field(converter=_order)

    def check_order(self, k: int) -> None:
        """ArgumentError unless a model of order `k` can forbid the words."""
        if longest(self.words) > k + 1 or self.order > k:
            raise ArgumentError(
                f"forbidden words of {longest(self.words)} letters, in probabilities of order {self.order}, need a "
                f"model of order {max(self.order, longest(self.words) - 1)}, found {k}"
            )

    def contexts(self, k: int) -> Contexts:
        """What the words leave of the contexts of order `k`."""
        return contexts(self.words, k)


def without_words(model: GsynthModel, words: tuple[str, ...], method: str) -> GsynthModel:
    """`model` with words forbidden beside those that it forbids already; see `gsynth.gsynth_forbid_kmer`."""
    if model.forbidden is None:
        check_counts_decide(model, "words cannot be forbidden in this model")
        forbidden = Forbidden(words, method, model.k)
    else:
        forbidden = Forbidden(tuple(dict.fromkeys([*model.forbidden.words, *words])), method, model.forbidden.order)
    order = max(model.k, longest(forbidden.words) - 1)
    _check_size(model, forbidden, order)
    if not forbidden.contexts(order).surviving.any():
        raise ArgumentError(f"every long sequence holds one of {', '.join(forbidden.words)}: nothing would be left")
    enlarged = attrs.evolve(_of_higher_order(model, order), stored_cdf=None, forbidden=None)
    cdf = np.empty(enlarged.counts.shape, dtype=np.float64)
    for i in range(model.total_bins):
        cdf[i] = _cumulative(_avoiding(_before(enlarged, forbidden, i), forbidden, order)[0])
    return attrs.evolve(enlarged, stored_cdf=freeze(cdf), forbidden=forbidden)


def check_never(model: GsynthModel) -> None:
    """ArgumentError where a model's probabilities allow what its record says is forbidden."""
    forbidden = model.forbidden
    assert forbidden is not None
    forbidden.check_order(model.k)
    if model.stored_cdf is None:
        raise ArgumentError("a model with forbidden words has probabilities of its own (stored_cdf)")
    left = forbidden.contexts(model.k)
    # With "local" a context may come from which only words can: a surviving one does not, but leads there.
    barred = (left.holding if forbidden.method == LOCAL else ~left.allowed) & left.surviving[:, None]
    for i, table in enumerate(model.stored_cdf):
        drawn = np.diff(table, axis=1, prepend=0.0) > 0
        if (drawn & barred).any():
            raise ArgumentError(f"stored_cdf allows a forbidden word ({', '.join(forbidden.words)}) in bin {i}")


def outside_cdf(model: GsynthModel, how: str) -> NDArray[np.float64]:
    """The cumulative probabilities of windows without a bin, without the words: float64[4**k, 4]."""
    assert model.forbidden is not None
    return _cumulative(_avoiding(_before_outside(model, model.forbidden, how), model.forbidden, model.k)[0])


def first_words(model: GsynthModel, how: str) -> Callable[[int, NDArray[np.uint64]], NDArray[np.float64]]:
    """Of a stratum and how often each k-mer was a context, uint64[4**k]: how likely each begins an interval.

    Those that hold a word are left out; with "exact" each is as likely as, besides, what comes then holds none. `how`
    is what windows without a bin (stratum ``total_bins``) are sampled from. K-mers that were never seen are uniform.
    """
    forbidden = model.forbidden
    assert forbidden is not None

    def weigh(stratum: int, words: NDArray[np.uint64]) -> NDArray[np.float64]:
        outside = not 0 <= stratum < model.total_bins
        before = _before_outside(model, forbidden, how) if outside else _before(model, forbidden, stratum)
        weights = words.reshape(-1, 4**forbidden.order).sum(axis=0).astype(np.float64)
        if not weights.any():
            weights[:] = 1.0
        for _ in range(forbidden.order, model.k):
            # The probabilities depend on the last letters alone.
            weights = (weights.reshape(-1, 4**forbidden.order, 1) * before[: 4**forbidden.order]).reshape(-1)
        onward = _avoiding(before, forbidden, model.k)[1]
        kept: NDArray[np.float64] = weights * onward * forbidden.contexts(model.k).surviving
        return kept if kept.any() else forbidden.contexts(model.k).surviving.astype(np.float64)

    return weigh


def _check_size(model: GsynthModel, forbidden: Forbidden, order: int) -> None:
    needed = 64 * model.total_bins * 4**order
    if order > model.k and (order > _MAX_ORDER or needed > MOST_BYTES):
        raise ArgumentError(
            f"a word of {longest(forbidden.words)} letters needs contexts of {order}, and {model.total_bins:,} bins of "
            f"4**{order} contexts take {needed / 2**30:,.1f} GiB: at most order {_MAX_ORDER} and "
            f"{MOST_BYTES >> 30} GiB can be; forbid shorter words, or sum dimensions away (model.marginal)"
        )


def _of_higher_order(model: GsynthModel, order: int) -> GsynthModel:
    """`model` with contexts of more bases, its counts those that it would expect of the longer words."""
    counts, outside = model.counts, None if model.outside is None else model.outside.counts[None]
    for _ in range(model.k, order):
        counts = np.stack([_lengthened(table) for table in counts])
        outside = None if outside is None else _lengthened(outside[0])[None]
    if order == model.k:
        return model
    own = None if model.outside is None or outside is None else Outside(outside[0], model.outside.causes)
    return attrs.evolve(model, k=order, counts=freeze(counts), outside=own, stored_cdf=None, forbidden=None)


def _lengthened(counts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Counts of words of one more letter in front, uint64[4**(k+1), 4] of uint64[4**k, 4], as a chain expects them.

    Each count is shared out by how often each base came before its context, to whole numbers that sum to it.
    """
    width = len(counts)
    before = counts.reshape(4, width // 4, 4).reshape(4, width).astype(np.float64)
    before[:, before.sum(axis=0) == 0] = 1.0
    quota = before[:, :, None] * (counts / before.sum(axis=0)[:, None])
    shares = np.floor(quota).astype(np.int64)
    rest = counts.astype(np.int64) - shares.sum(axis=0)
    rank = np.argsort(np.argsort(shares - quota, axis=0, kind="stable"), axis=0, kind="stable")
    shares += rank < rest
    # Beyond 2**53 the quotas are rounded by more than one.
    shares[0] += counts.astype(np.int64) - shares.sum(axis=0)
    return np.asarray(shares, dtype=np.uint64).reshape(-1, 4)


def _before(model: GsynthModel, forbidden: Forbidden, flat: int) -> NDArray[np.float64]:
    """The probabilities of a bin before words were forbidden, float64[4**k, 4]."""
    if model.per_bin_kmers[flat] < model.min_obs:
        return np.full((model.num_kmers, 4), 0.25)
    prior = None if model.prior_matrix is None else model.prior_matrix[flat]
    return _probabilities(model, forbidden, model.counts[flat], prior)


def _before_outside(model: GsynthModel, forbidden: Forbidden, how: str) -> NDArray[np.float64]:
    if how == UNIFORM:
        return np.full((model.num_kmers, 4), 0.25)
    own = outside_counts(how, model.counts, model.outside, model.min_obs)
    prior = None if model.prior_matrix is None else outside_prior(own, model.smoothing)
    return _probabilities(model, forbidden, own, prior)


def _probabilities(
    model: GsynthModel, forbidden: Forbidden, counts: NDArray[np.uint64], prior: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The probabilities of the order before, for the contexts of the model's own: float64[4**k, 4]."""
    own = counts.reshape(-1, 4**forbidden.order, 4).sum(axis=0, dtype=np.uint64)
    if model.smoothing.interpolated:
        short = _interpolated(own, model.pseudocount, prior)
    else:
        # "local" is what the peers make of the counts, whose forbidding knows no pseudocount.
        pseudocount = model.pseudocount if forbidden.method == EXACT else 0.0
        short = own + (pseudocount if prior is None else pseudocount * prior)
        short[_sums(short) <= 0] = 1.0
        short /= _sums(short)[:, None]
    return np.tile(short, (len(counts) // len(short), 1))


def _interpolated(
    counts: NDArray[np.uint64], pseudocount: float, prior: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The interpolated probabilities of a bin, which have no peer whose counts would decide: float64[4**k, 4]."""
    table, matrix = counts[None], None if prior is None else prior[None]
    parts = learned(table, pseudocount, matrix, np.zeros(1, dtype=np.bool_), interpolated=True)
    return np.concatenate([np.stack(list(part.probabilities()), axis=1) for _, _, part in parts])


def _avoiding(
    before: NDArray[np.float64], forbidden: Forbidden, order: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights of the bases in each row, float64[4**k, 4], and r, float64[4**k] (1 throughout where "local")."""
    left = forbidden.contexts(order)
    if forbidden.method == LOCAL:
        rows = before * ~left.holding
        trapped = _sums(rows) <= 0
        # Uniform, as the peers have it: but for the letters that complete a word in a context which holds none yet.
        rows[trapped] = ~left.holding[trapped]
        rows[_sums(rows) <= 0] = 1.0
        return rows, np.ones(len(before))
    onward = _onward(before * left.allowed)
    rows = before * left.allowed * followers(onward)
    # What only a kept base, or a bin in which little is possible, leads to: the next best that makes no word.
    for other in (before * left.allowed, left.allowed * 1.0, before * ~left.completing, ~left.completing * 1.0):
        poor = _sums(rows) <= 0
        rows[poor] = other[poor]
    rows[_sums(rows) <= 0] = 1.0
    return rows, onward


def _onward(allowed: NDArray[np.float64]) -> NDArray[np.float64]:
    """The right Perron eigenvector of a chain that may end, its largest value 1: float64[4**k].

    By powers of the chain that every second time stays where it is, which has the same one and no period. Only sums and
    quotients of single numbers, whose result no vector width changes.
    """
    # Where nothing is allowed, halving would take a thousand rounds to 0.
    onward = np.asarray(allowed.any(axis=1), dtype=np.float64)
    for _ in range(_ROUNDS):
        following = _sums(allowed * followers(onward))
        if not following.any():
            break
        following = onward + following / np.max(following)
        following /= np.max(following)
        if (np.abs(following - onward) <= _SETTLED * following).all():
            break
        onward = following
    return onward


def _sums(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(((rows[:, 0] + rows[:, 1]) + rows[:, 2]) + rows[:, 3])


def _cumulative(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """The cumulative probabilities of weights, in which what has no weight stays impossible: float64[4**k, 4]."""
    total = _sums(rows)
    cdf = np.empty_like(rows)
    cdf[:, 0] = rows[:, 0]
    cdf[:, 1] = rows[:, 0] + rows[:, 1]
    cdf[:, 2] = cdf[:, 1] + rows[:, 2]
    cdf[:, 3] = total
    cdf /= total[:, None]
    return cdf
