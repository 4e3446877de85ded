"""A healthy counter and its sick twins, each with one fault of a kind that real kernels have had."""

import time

import numpy as np


class Healthy:
    """Vectorised, in a few lines; the hooks are where the faults go in."""

    def windows(self, codes, order):
        return codes.size - order

    def strata(self, edges, strata, order, codes):
        return np.repeat(strata, np.diff(edges))

    def index(self, codes, n, order):
        index = np.zeros(n, dtype=np.int64)
        for j in range(order + 1):
            index = index * 4 + (codes[j : j + n] & 3)
        return index

    def bad(self, codes, n, order, edges):
        bad = np.zeros(n, dtype=bool)
        for j in range(order + 1):
            bad |= codes[j : j + n] == 4
        return bad

    def unknown(self, bad, stratum):
        return int((bad & (stratum >= -1)).sum())

    def add(self, out, flat):
        np.add.at(out.reshape(-1), flat, np.uint64(1))

    def count(self, codes, edges, strata, *, order, out):
        n = self.windows(codes, order)
        stratum = self.strata(edges, strata, order, codes)[:n].astype(np.int64)
        bad = self.bad(codes, n, order, edges)
        good = (stratum >= 0) & ~bad
        self.add(out, (stratum * 4 ** (order + 1) + self.index(codes, n, order))[good])
        return self.unknown(bad, stratum)


class StratumOffByOne(Healthy):
    """Takes the stratum of the next window."""

    def strata(self, edges, strata, order, codes):
        right = super().strata(edges, strata, order, codes)
        return np.concatenate([right[1:], right[-1:]])


class StratumOfEmittedBase(Healthy):
    """Looks the stratum up at the emitted base, k further on."""

    def strata(self, edges, strata, order, codes):
        right = super().strata(edges, strata, order, codes)
        return np.concatenate([right[order:], np.repeat(right[-1:], min(order, right.size))])


class EmittedNCounted(Healthy):
    """Looks for N in the context alone."""

    def bad(self, codes, n, order, edges):
        return super().bad(codes, n, order - 1, edges)


class MaskedNReturned(Healthy):
    """Returns the N of masked runs too."""

    def unknown(self, bad, stratum):
        return int(bad.sum())


class UnbinnedNLost(Healthy):
    """Returns the N of binned runs only."""

    def unknown(self, bad, stratum):
        return int((bad & (stratum >= 0)).sum())


class RunsAreWorlds(Healthy):
    """Starts a new context at every run, so windows across an edge are lost."""

    def bad(self, codes, n, order, edges):
        bad = super().bad(codes, n, order, edges)
        for edge in edges[1:-1]:
            bad[max(0, edge - order) : edge] = True
        return bad


class EmptyRunsHoldOne(Healthy):
    """Gives an empty run a window."""

    def strata(self, edges, strata, order, codes):
        n = codes.size - order
        return np.repeat(strata, np.maximum(np.diff(edges), 1))[:n]


class LastWindowLost(Healthy):
    """Stops one window early."""

    def windows(self, codes, order):
        return max(0, super().windows(codes, order) - 1)


class OrderOneSwapped(Healthy):
    """A short cut for order 1 that mixes up context and base."""

    def index(self, codes, n, order):
        index = super().index(codes, n, order)
        return index if order > 1 else index % 4 * 4 + index // 4


class OrderTenOverflows(Healthy):
    """Keeps the rolling index in 20 bits: enough for order 9."""

    def index(self, codes, n, order):
        return super().index(codes, n, order) & 0xFFFFF


class EmptyBlockCrashes(Healthy):
    """Looks at the largest code first."""

    def windows(self, codes, order):
        if codes[order:].max() > 4:
            raise ValueError("not a code")
        return super().windows(codes, order)


class OutCleared(Healthy):
    """Starts from zeros."""

    def add(self, out, flat):
        out[:] = 0
        super().add(out, flat)


class NarrowTable(Healthy):
    """Counts in 16 bits, then adds the table up."""

    def add(self, out, flat):
        out += np.bincount(flat, minlength=out.size).astype(np.uint16).reshape(out.shape)


class StrataOfAPartMixedUp(Healthy):
    """Sorts a large table's counts by its parts, and forgets which stratum of the part each was in."""

    def add(self, out, flat):
        if out.size > 2**21:
            flat = flat // 2**15 * 2**15 + flat % out[0].size
        super().add(out, flat)


class LeftmostLeast(Healthy):
    """The context index the wrong way round."""

    def index(self, codes, n, order):
        index = np.zeros(n, dtype=np.int64)
        for j in reversed(range(order)):
            index = index * 4 + (codes[j : j + n] & 3)
        return index * 4 + (codes[order : order + n] & 3)


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
    """Remembers the strata by the block's length."""

    def strata(self, edges, strata, order, codes):
        cache = self.__dict__.setdefault("cache", {})
        return cache.setdefault(codes.size - order, super().strata(edges, strata, order, codes))


class ReturnsNothing(Healthy):
    """Forgets to return."""

    def count(self, codes, edges, strata, *, order, out):
        super().count(codes, edges, strata, order=order, out=out)


class NarrowStrata(Healthy):
    """Keeps strata in 16 bits."""

    def strata(self, edges, strata, order, codes):
        return super().strata(edges, strata.astype(np.int16), order, codes)


class SeedsTheGenerator(Healthy):
    """Seeds NumPy's global generator to shuffle its work."""

    def add(self, out, flat):
        np.random.seed(1)
        super().add(out, np.random.permutation(flat))


class SilencesNumPy(Healthy):
    """Silences NumPy's warnings for good."""

    def unknown(self, bad, stratum):
        np.seterr(all="ignore")
        return super().unknown(bad, stratum)


class CopiesTheTable(Healthy):
    """Counts into a table of its own, and adds that."""

    def add(self, out, flat):
        out += np.bincount(flat, minlength=out.size).astype(np.uint64).reshape(out.shape)


class SumsTheTable(Healthy):
    """Looks at the whole table after each block."""

    def add(self, out, flat):
        super().add(out, flat)
        if out.sum() == 0:
            out[0] = 0


class RunByRun(Healthy):
    """Looks at the whole block for each run."""

    def strata(self, edges, strata, order, codes):
        places = np.arange(codes.size - order) + 0 * codes[order:].astype(np.int64)
        found = np.zeros(places.size, dtype=np.int32)
        for j, stratum in enumerate(strata.tolist()):
            found = np.where((places >= edges[j]) & (places < edges[j + 1]), stratum, found)
        return found


class CacheByIdentity(Healthy):
    """Remembers the strata of an array, not of its contents."""

    def strata(self, edges, strata, order, codes):
        cache = self.__dict__.setdefault("cache", {})
        found = cache.setdefault(id(strata), super().strata(edges, strata, order, codes))
        return np.resize(found, codes.size)


class KeepsTheBlock(Healthy):
    """Keeps the last block for its messages."""

    def strata(self, edges, strata, order, codes):
        self.last = codes
        return super().strata(edges, strata, order, codes)


class StratumByName(Healthy):
    """Looks strata up in a table of those that it has seen in tests."""

    def strata(self, edges, strata, order, codes):
        known = {-2: -2, -1: -1, 0: 0, 1: 1}
        return super().strata(edges, np.array([known[s] for s in strata.tolist()], dtype=np.int32), order, codes)


FAULTS = [Healthy, *Healthy.__subclasses__()]
