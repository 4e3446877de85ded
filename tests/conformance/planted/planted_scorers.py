"""A healthy scorer and its sick twins."""

import time

import numpy as np

IMPOSSIBLE = -(2**31)


class Healthy:
    """Vectorised, in a few lines; the hooks are where the faults go in."""

    def strata(self, edges, strata, order, codes):
        return np.repeat(strata, np.diff(edges))

    def index(self, codes, n, order):
        index = np.zeros(n, dtype=np.int64)
        for j in range(order + 1):
            index = index * 4 + (codes[j : j + n] & 3)
        return index

    def context_holds_4(self, codes, n, order, edges):
        found = np.zeros(n, dtype=bool)
        for j in range(order):
            found |= codes[j : j + n] == 4
        return found

    def reasons(self, base_is_4, context_holds_4, stratum, impossible):
        return np.select([base_is_4, context_holds_4, stratum == -1, impossible], [0, 1, 2, 3], -1)

    def masked(self, stratum):
        return stratum < -1

    def is_impossible(self, values):
        return values == IMPOSSIBLE

    def cells(self, cuts, n):
        return np.repeat(np.arange(cuts.size - 1), np.diff(cuts))

    def add(self, sums, cells, values):
        np.add.at(sums, cells, values)

    def score(self, codes, edges, strata, cuts, *, order, logs, sums, left_out):
        n = codes.size - order
        stratum = self.strata(edges, strata, order, codes)[:n].astype(np.int64)
        places = np.maximum(stratum, 0) * 4 ** (order + 1) + self.index(codes, n, order)
        values = logs.reshape(-1)[places].astype(np.int64)
        context = self.context_holds_4(codes, n, order, edges)
        reasons = self.reasons(codes[order:] == 4, context, stratum, self.is_impossible(values))
        kept, cells = ~self.masked(stratum), self.cells(cuts, n)
        scored, left = kept & (reasons < 0), kept & (reasons >= 0)
        self.add(sums, cells[scored], values[scored])
        np.add.at(left_out, (cells[left], reasons[left]), 1)


class StratumOfScoredBase(Healthy):
    """Looks the stratum up at the base that is scored, k further on."""

    def strata(self, edges, strata, order, codes):
        right = super().strata(edges, strata, order, codes)
        return np.concatenate([right[order:], np.repeat(right[-1:], min(order, right.size))])


class EmptyRunsHoldOne(Healthy):
    """Gives an empty run a window."""

    def strata(self, edges, strata, order, codes):
        n = codes.size - order
        return np.repeat(strata, np.maximum(np.diff(edges), 1))[:n]


class RunsAreWorlds(Healthy):
    """Starts a new context at every run, so windows across an edge have none."""

    def context_holds_4(self, codes, n, order, edges):
        found = super().context_holds_4(codes, n, order, edges)
        for edge in edges[1:-1]:
            found[max(0, edge - order) : edge] = True
        return found


class LeftmostLeast(Healthy):
    """The context index the wrong way round."""

    def index(self, codes, n, order):
        index = np.zeros(n, dtype=np.int64)
        for j in reversed(range(order)):
            index = index * 4 + (codes[j : j + n] & 3)
        return index * 4 + (codes[order : order + n] & 3)


class OrderTenOverflows(Healthy):
    """Keeps the rolling index in 20 bits: enough for order 9."""

    def index(self, codes, n, order):
        return super().index(codes, n, order) & 0xFFFFF


class ContextBeforeBase(Healthy):
    """Looks at the context first, then at the base."""

    def reasons(self, base_is_4, context_holds_4, stratum, impossible):
        right = super().reasons(base_is_4, context_holds_4, stratum, impossible)
        return np.where(context_holds_4, 1, right)


class StratumBeforeN(Healthy):
    """Looks whether there is a stratum first, then for N."""

    def reasons(self, base_is_4, context_holds_4, stratum, impossible):
        right = super().reasons(base_is_4, context_holds_4, stratum, impossible)
        return np.where(stratum == -1, 2, right)


class MaskedCounted(Healthy):
    """Counts what is masked with what has no stratum."""

    def reasons(self, base_is_4, context_holds_4, stratum, impossible):
        return super().reasons(base_is_4, context_holds_4, np.minimum(stratum, -1) + (stratum >= 0), impossible)

    def masked(self, stratum):
        return np.zeros(stratum.size, dtype=bool)


class ImpossibleAdded(Healthy):
    """Adds the mark of an impossible base as if it were its logarithm."""

    def is_impossible(self, values):
        return np.zeros(values.size, dtype=bool)


class NearlyImpossible(Healthy):
    """Takes the least logarithm there is for the mark below it."""

    def is_impossible(self, values):
        return values <= IMPOSSIBLE + 1


class NarrowSums(Healthy):
    """Adds up in 32 bits."""

    def add(self, sums, cells, values):
        narrow = np.zeros(sums.size, dtype=np.int32)
        np.add.at(narrow, cells, values.astype(np.int32))
        sums += narrow


class FloatSums(Healthy):
    """Adds up in floating point of single precision."""

    def add(self, sums, cells, values):
        rounded = np.zeros(sums.size, dtype=np.float32)
        np.add.at(rounded, cells, values.astype(np.float32))
        sums += rounded.astype(np.int64)


class SumsWritten(Healthy):
    """Writes the sums over what was there."""

    def add(self, sums, cells, values):
        sums[:] = 0
        super().add(sums, cells, values)


class EmptyCellsHoldOne(Healthy):
    """Gives an empty cell a window."""

    def cells(self, cuts, n):
        widths = np.maximum(np.diff(cuts), 1)
        return np.repeat(np.arange(widths.size), widths)[:n]


class ReduceAt(Healthy):
    """Leaves the sums to numpy.add.reduceat, for which an empty cell holds the window that follows."""

    def add(self, sums, cells, values):
        if values.size:
            starts = np.searchsorted(cells, np.arange(sums.size))
            sums += np.add.reduceat(values, np.minimum(starts, values.size - 1))


class CellsOfScoredBase(Healthy):
    """Puts a window in the cell that begins after it."""

    def cells(self, cuts, n):
        right = super().cells(cuts, n)
        return np.concatenate([right[1:], right[-1:]])


class EmptyBlockCrashes(Healthy):
    """Looks at the first window's stratum before it knows that there is one."""

    def score(self, codes, edges, strata, cuts, *, order, logs, sums, left_out):
        if strata[0] < -2:
            raise ValueError("no stratum")
        super().score(codes, edges, strata, cuts, order=order, logs=logs, sums=sums, left_out=left_out)


class WritesItsInput(Healthy):
    """Uses the caller's codes as scratch."""

    def index(self, codes, n, order):
        codes &= 3
        return super().index(codes, n, order)


class SharedScratch(Healthy):
    """Keeps the strata of a call on the object, where another thread finds them."""

    def strata(self, edges, strata, order, codes):
        self.scratch = np.zeros(codes.size + 1, dtype=np.int32)
        for j, stratum in enumerate(strata):
            self.scratch[edges[j] : edges[j + 1]] = stratum
            time.sleep(0)
        return np.resize(self.scratch, codes.size)


class StaleCache(Healthy):
    """Remembers the cells by the block's length."""

    def cells(self, cuts, n):
        return self.__dict__.setdefault("cache", {}).setdefault(n, super().cells(cuts, n))


class ReturnsTheSums(Healthy):
    """Returns what it should only fill."""

    def score(self, codes, edges, strata, cuts, *, order, logs, sums, left_out):
        super().score(codes, edges, strata, cuts, order=order, logs=logs, sums=sums, left_out=left_out)
        return sums


class NarrowStrata(Healthy):
    """Keeps strata in 16 bits."""

    def strata(self, edges, strata, order, codes):
        return super().strata(edges, strata.astype(np.int16), order, codes)


class SeedsTheGenerator(Healthy):
    """Seeds NumPy's global generator."""

    def masked(self, stratum):
        np.random.seed(1)
        return super().masked(stratum)


class CopiesTheTable(Healthy):
    """Widens the whole table, so that sums do not overflow."""

    def score(self, codes, edges, strata, cuts, *, order, logs, sums, left_out):
        wide = logs.astype(np.int64)
        super().score(codes, edges, strata, cuts, order=order, logs=wide, sums=sums, left_out=left_out)


class CellByCell(Healthy):
    """Looks at the whole block for each cell."""

    def add(self, sums, cells, values):
        for v in range(sums.size):
            sums[v] += np.where(cells == v, values, 0).sum()


class KeepsTheBlock(Healthy):
    """Keeps the last block for its messages."""

    def strata(self, edges, strata, order, codes):
        self.last = codes
        return super().strata(edges, strata, order, codes)


class LogsByIdentity(Healthy):
    """Remembers a table by its identity."""

    def score(self, codes, edges, strata, cuts, *, order, logs, sums, left_out):
        cache = self.__dict__.setdefault("cache", {})
        known = cache.setdefault((id(logs), logs.shape), logs.copy())
        super().score(codes, edges, strata, cuts, order=order, logs=known, sums=sums, left_out=left_out)


FAULTS = [Healthy, *Healthy.__subclasses__()]
