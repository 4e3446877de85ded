"""From counts to probabilities, some contexts at a time.

Additive: with N(c, b) for how often base b followed context c, N(c) for the sum over b, and a the pseudocount,
P(b | c) = (N(c, b) + a) / (N(c) + 4 a), or with a prior pi (N(c, b) + a pi(b)) / (N(c) + a).

Interpolated (Witten-Bell): with T(c) for how many different bases followed c, c' for c without its first base, and
N(c', b) for the sum over the contexts that end in c',

    P(b | c) = (N(c, b) + T(c) P(b | c')) / (N(c) + T(c)),

which is P(b | c') where c was never seen. P without any context is additive. (Witten and Bell 1991, IEEE Transactions
on Information Theory 37:1085, method C; as an interpolation in Chen and Goodman 1998, Harvard TR-10-98, section 2.5.)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

_ROWS: Final = 1 << 14
"""Contexts that are computed at once: intermediate arrays stay in the cache, and their memory is used again."""


# Column by column: along an axis of 4, NumPy takes several times as long.


@frozen(eq=False)
class Rows:
    """Some contexts of a bin, and what smooths their counts.

    Attributes
    ----------
    counts : uint64[rows, 4]
    pseudocount : float
        Of additive smoothing.
    prior : float64[4] or None
        By which the pseudocount is shared out; None: every cell gets all of it.
    shorter : float64[rows, 4] or None
        The probabilities after each context without its first base, where counts are interpolated with them; None:
        additive.
    """

    counts: NDArray[np.uint64]
    pseudocount: float
    prior: NDArray[np.float64] | None = None
    shorter: NDArray[np.float64] | None = None

    def probabilities(self, bases: int = 4) -> Iterator[NDArray[np.float64]]:
        """The probabilities of A, C and so on, float64[rows] each, the caller's own."""
        part = self.counts
        # Summed as whole numbers and converted once, so that the sum is exact below 2**53.
        totals = (part[:, 0] + part[:, 1] + part[:, 2] + part[:, 3]).astype(np.float64)
        if self.shorter is None:
            yield from self._additive(totals, bases)
            return
        weights = np.zeros(totals.size)
        for j in range(4):
            weights += part[:, j] > 0
        # Never seen: the quotient below is that of the shorter context, to the bit.
        weights[weights == 0] = 1.0
        totals += weights
        for j in range(bases):
            column = part[:, j].astype(np.float64)
            column += weights * self.shorter[:, j]
            column /= totals
            yield column

    def _additive(self, totals: NDArray[np.float64], bases: int) -> Iterator[NDArray[np.float64]]:
        totals += 4 * self.pseudocount if self.prior is None else self.pseudocount
        # 0/0, with a pseudocount of 0: each base becomes 1 of 4.
        empty = np.flatnonzero(totals <= 0)
        totals[empty] = 4.0
        for j in range(bases):
            column = self.counts[:, j].astype(np.float64)
            column += self.pseudocount if self.prior is None else self.pseudocount * self.prior[j]
            column[empty] = 1.0
            column /= totals
            yield column

    def cumulative(self) -> list[NDArray[np.float64]]:
        """The cumulative probabilities A, AC and ACG, float64[rows] each."""
        columns: list[NDArray[np.float64]] = []
        for column in self.probabilities(bases=3):
            columns.append(column + columns[-1] if columns else column)
        certain = np.ones(columns[0].size, dtype=np.bool_)
        # Where nothing is left for the last bases, a sum of quotients may miss 1 by a rounding, which a sampler would
        # draw.
        for j in (3, 2):
            certain &= self._impossible(j)
            if not certain.any():
                break
            columns[j - 1][certain] = 1.0
        return columns

    def _impossible(self, j: int) -> NDArray[np.bool_]:
        """Which rows never have base `j`: bool[rows]."""
        part = self.counts
        if self.shorter is not None:
            return np.asarray((part[:, j] == 0) & (self.shorter[:, j] == 0))
        if self.pseudocount > 0 and (self.prior is None or self.prior[j] > 0):
            return np.zeros(len(part), dtype=np.bool_)
        never = np.asarray(part[:, j] == 0)
        if self.pseudocount == 0:
            # Without any observation the row is uniform.
            never &= (part[:, 0] | part[:, 1] | part[:, 2] | part[:, 3]) > 0
        return never


def learned(
    counts: NDArray[np.uint64],
    pseudocount: float,
    prior_matrix: NDArray[np.float64] | None,
    sparse: NDArray[np.bool_],
    interpolated: bool,
) -> Iterator[tuple[int, slice, Rows]]:
    """The bins that are not sparse, each in slices of contexts; for each the bin, the slice and its rows."""
    for i in np.flatnonzero(~sparse).tolist():
        prior = None if prior_matrix is None else prior_matrix[i]
        shorter = shorter_probabilities(counts[i], pseudocount, prior) if interpolated else None
        for rows in slices(counts.shape[1]):
            # A context without its first base is its number modulo that of the shorter ones.
            below = None if shorter is None else shorter[np.arange(rows.start, rows.stop) % len(shorter)]
            yield i, rows, Rows(counts[i, rows], pseudocount, prior, below)


def slices(contexts: int) -> Iterator[slice]:
    """Slices of contexts that are computed at once."""
    for start in range(0, contexts, _ROWS):
        yield slice(start, min(start + _ROWS, contexts))


def shorter_probabilities(
    counts: NDArray[np.uint64], pseudocount: float, prior: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    """The interpolated probabilities after contexts of one base less: float64[4**(k-1), 4] of uint64[4**k, 4].

    Examples
    --------
    >>> counts = np.zeros((4, 4), dtype=np.uint64)
    >>> counts[0] = [1, 2, 0, 0]
    >>> shorter_probabilities(counts, 1.0, None).round(3).tolist()  # (1 + 1) / (3 + 4) and so on
    [[0.286, 0.429, 0.143, 0.143]]
    """
    tables = [last_letters(counts)]
    while len(tables[-1]) > 1:
        tables.append(last_letters(tables[-1]))
    found = np.stack(list(Rows(tables.pop(), pseudocount, prior).probabilities()), axis=1)
    while tables:
        table = tables.pop()
        longer = Rows(table, pseudocount, prior, shorter=np.tile(found, (4, 1)))
        found = np.stack(list(longer.probabilities()), axis=1)
    return found


def last_letters(counts: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Counts after contexts without their first base: uint64[4**(k-1), 4] of uint64[4**k, 4]."""
    summed: NDArray[np.uint64] = counts.reshape(4, -1, 4).sum(axis=0, dtype=np.uint64)
    return summed
