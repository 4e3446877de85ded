"""Healthy tracks, of numbers and of categories, and their sick twins."""

import time

import numpy as np

SIZES = {"chr1": 70_001, "chr2": 500, "X": 333}
NAMES = ("active", "bivalent", "silent")


def values_of(contig):
    """A value for each base, some without; small whole numbers, so that sums of them are exact."""
    rng = np.random.default_rng([len(contig), SIZES[contig]])
    values = rng.integers(0, 9, SIZES[contig]).astype(np.float64)
    values[rng.random(values.size) < 0.1] = np.nan
    values[40:77] = np.nan
    return values


class Healthy:
    """Means of values, one for each base; the hooks are where the faults go in."""

    uses_sequence = False
    flank = 0
    width = 1
    elsewhere = float("nan")

    def __init__(self):
        self.arrays = {name: values_of(name) for name in SIZES}

    @property
    def contigs(self):
        return {name: values.size for name, values in self.arrays.items()}

    @property
    def counts(self):
        return self.contigs

    def array(self, contig):
        return self.arrays[contig]

    def value(self, values):
        known = values[values == values]
        return known.sum() / known.size if known.size else np.nan

    def values(self, array, starts, ends):
        return [self.value(array[start:end]) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def made(self, found):
        return np.array(found, dtype=np.float64)

    def window_values(self, contig, edges, sequence):
        return self.made(self.values(self.array(contig), edges[:-1], edges[1:]))

    def rows(self, ids):
        return range(ids.size)

    def many_values(self, contigs, ids, starts, ends):
        found = [
            self.values(self.array(contigs[int(ids[i])]), starts[i : i + 1], ends[i : i + 1])[0] for i in self.rows(ids)
        ]
        return np.array(found, dtype=np.float64)


class AlwaysNaN(Healthy):
    """Never finds its values, and says so with NaN."""

    def value(self, values):
        return np.nan


class OffByOne(Healthy):
    """Takes its values for those of the base before."""

    def array(self, contig):
        return np.roll(super().array(contig), 1)


class SumForMean(Healthy):
    """Sums up where it should take the mean."""

    def value(self, values):
        return np.nansum(values) if (~np.isnan(values)).any() else np.nan


class NaNIsZero(Healthy):
    """Takes a base without a value for one of 0."""

    def value(self, values):
        return np.nan_to_num(values).mean() if (~np.isnan(values)).any() else np.nan


class WholeMeans(Healthy):
    """Divides as whole numbers are divided."""

    def value(self, values):
        known = values[~np.isnan(values)]
        return float(known.sum() // known.size) if known.size else np.nan


class WindowsIn16Bits(Healthy):
    """Numbers windows in 16 bits."""

    def made(self, found):
        values = super().made(found)
        return values[np.arange(values.size).astype(np.uint16)]


class ScratchOnSelf(Healthy):
    """Keeps the values of a call on the object, where another thread finds them."""

    def values(self, array, starts, ends):
        self.scratch = super().values(array, starts, ends)
        time.sleep(0)
        return self.scratch[: starts.size] + [np.nan] * (starts.size - len(self.scratch))


class StaleCache(Healthy):
    """Remembers values by where windows begin, whatever the contig."""

    def values(self, array, starts, ends):
        cache = self.__dict__.setdefault("cache", {})
        return cache.setdefault(
            (int(starts[0]) if starts.size else -1, starts.size), super().values(array, starts, ends)
        )


class LooksAside(Healthy):
    """Smooths over the windows that it is asked for."""

    def made(self, found):
        values = super().made(found)
        return np.convolve(values, [0.25, 0.5, 0.25], "same") if values.size > 2 else values


class SinglePrecision(Healthy):
    """Returns float32."""

    def made(self, found):
        return np.array(found, dtype=np.float32)


class OneForAll(Healthy):
    """Returns a number where windows have the same value, or there are none."""

    def made(self, found):
        return super().made(found) if len(found) else np.nan


class UnknownContig(Healthy):
    """Knows its contigs by other names than it says."""

    def array(self, contig):
        return {name.removeprefix("chr"): values for name, values in self.arrays.items()}[contig]


class WritesTheEdges(Healthy):
    """Uses the caller's edges as scratch."""

    def window_values(self, contig, edges, sequence):
        edges -= 0
        return super().window_values(contig, edges, sequence)


class ManyInOrder(Healthy):
    """Goes through many windows in the order of their contigs."""

    def rows(self, ids):
        return np.argsort(ids, kind="stable").tolist()


class ManyOnOneContig(Healthy):
    """Takes many windows for those of one contig."""

    def many_values(self, contigs, ids, starts, ends):
        return super().many_values(contigs, np.zeros_like(ids), starts, ends)


class ContigsTurn(Healthy):
    """Lists the contigs in another order each time."""

    @property
    def contigs(self):
        self.step = -self.__dict__.get("step", 1)
        return dict(list(super().contigs.items())[:: self.step])


class LengthsAsText(Healthy):
    """Gives lengths as they stand in its file."""

    @property
    def contigs(self):
        return {name: str(values.size) for name, values in self.arrays.items()}


class ElsewhereMissing(Healthy):
    """Says None for the value elsewhere."""

    elsewhere = None


class CountsOfTheGenome(Healthy):
    """Counts values of a contig that it does not name."""

    @property
    def counts(self):
        return {**self.contigs, "chrM": 16_569}


class NoWidth(Healthy):
    """Has no bases for each value."""

    width = 0


class SeedsTheGenerator(Healthy):
    """Seeds NumPy's global generator to break ties."""

    def made(self, found):
        np.random.seed(1)
        return super().made(found)


class CompositionOfSomethingElse(Healthy):
    """Offers GC content from the composition of windows, and is another track."""

    def composition_values(self, composition, widths):
        return composition[:, 1:3].sum(axis=1) / widths


class BasesOfSomethingElse(Healthy):
    """Offers the share of A in the bases of windows, and is another track."""

    def bases_values(self, bases, edges):
        sums = np.append(0, np.cumsum((bases | 32) == ord("a")))
        return (sums[edges[1:]] - sums[edges[:-1]]) / np.diff(edges)


FAULTS = [Healthy, *Healthy.__subclasses__()]


class HealthyStates:
    """The state that most bases of a window have; the hooks are where the faults go in."""

    uses_sequence = False
    flank = 0

    def __init__(self):
        self.arrays = {name: np.minimum(values_of(name) // 3, 2) for name in SIZES}

    @property
    def categories(self):
        return NAMES

    def number(self, votes):
        return float(np.argmax(votes))

    def window_values(self, contig, edges, sequence):
        found = np.full(edges.size - 1, np.nan)
        for j, (start, end) in enumerate(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)):
            states = self.arrays[contig][start:end]
            states = states[~np.isnan(states)].astype(np.int64)
            if states.size:
                found[j] = self.number(np.bincount(states, minlength=3))
        return found


class NamesInOrderOfAppearance(HealthyStates):
    """Lists the names as its file does."""

    @property
    def categories(self):
        return NAMES[::-1]


class NamesTwice(HealthyStates):
    """Lists a name once for each strand."""

    @property
    def categories(self):
        return tuple(sorted(NAMES + NAMES))


class NamesInAList(HealthyStates):
    """Gives a list."""

    @property
    def categories(self):
        return list(NAMES)


class NumbersFromOne(HealthyStates):
    """Numbers the states from 1."""

    def number(self, votes):
        return super().number(votes) + 1


class MeanOfStates(HealthyStates):
    """Takes the mean of the numbers of the states."""

    def number(self, votes):
        return float((votes * np.arange(3)).sum() / votes.sum())


class NoStateIsMinusOne(HealthyStates):
    """Says -1 where there is no state."""

    def window_values(self, contig, edges, sequence):
        return np.nan_to_num(super().window_values(contig, edges, sequence), nan=-1.0)


class LastOfEquals(HealthyStates):
    """Takes the last of two states that are equally frequent."""

    def number(self, votes):
        return float(2 - np.argmax(votes[::-1]))


STATE_FAULTS = [HealthyStates, *HealthyStates.__subclasses__()]


class HealthyOpener:
    """Finds two tracks in any genome."""

    def names(self, genome):
        return ["one", "two"]

    def open(self, source, genome):
        return {"one": Healthy, "two": Healthy}[source["name"]]()


class NamesAsKeys(HealthyOpener):
    """Gives the keys of a dict."""

    def names(self, genome):
        return {"one": 1, "two": 2}.keys()


class NamesWhatItCannotOpen(HealthyOpener):
    """Names a track that has been deleted."""

    def names(self, genome):
        return ["one", "two", "three"]


OPENER_FAULTS = [HealthyOpener, *HealthyOpener.__subclasses__()]
