"""Sick twins of the sampler that shuffles."""

import time

from planted_samplers import Healthy
from planted_shuffling import WORD, mix


class KeepsLastExits(Healthy):
    """Draws no tree: leaves each vertex for the last time as the input does. The words are right, the odds are not."""

    def tree(self, cells, exits, root, key, gamma, position, order):
        last, at = {}, self.word(cells[:order], order)
        for base in cells[order:]:
            last[at] = base
            at = self.onward(at, base, order)
        last.pop(at, None)
        return last


class WalksByKinds(Healthy):
    """Gives each different exit the same odds, however often it occurs."""

    def elsewhere(self, counts, vertex, order):
        return [min(count, 1) for count in super().elsewhere(counts, vertex, order)]


class WalksLoop(Healthy):
    """Walks along exits that lead back to their own vertex, too."""

    def elsewhere(self, counts, vertex, order):
        return counts


class WalksFromOne(Healthy):
    """Counts the steps of walks from 1."""

    def first_step(self):
        return 1


class PositionsOfTheRun(Healthy):
    """Counts positions from the start of each run."""

    def tour_word(self, key, gamma, position, step):
        return super().tour_word(key, gamma, 0, step)


class PositionsOf32Bits(Healthy):
    """Keeps positions in 32 bits."""

    def tour_word(self, key, gamma, position, step):
        return super().tour_word(key, gamma, position % 2**32, step)


class ModuloBound(Healthy):
    """Takes the remainder of the word."""

    def below(self, word, bound, gamma):
        return word % bound


class RefusesNothing(Healthy):
    """Scales every word, also those that make some numbers more probable."""

    def refused(self, word, bound):
        return False


class OneStream(Healthy):
    """Draws for every run from the stream of the first."""

    def streams(self, keys, gammas):
        return [(int(keys[0]), int(gammas[0]))] * keys.size


class LettersFromTheEnd(Healthy):
    """Numbers exits from T to A."""

    def chosen(self, counts, number):
        return 3 - super().chosen(counts[::-1], number)


class ShufflesAcross(Healthy):
    """Takes what lies before the next run for a part of this one."""

    def runs(self, starts, ends):
        until = [*starts.tolist()[1:], *ends.tolist()[-1:]]
        return zip(starts.tolist(), until, strict=True)

    def shuffled(self, cells, key, gamma, position, order):
        return super().shuffled([base % 4 for base in cells], key, gamma, position, order)


class ShortRunsCrash(Healthy):
    """Looks at the first word of a run before it knows that there is one."""

    def too_short(self, size, order):
        if size < order:
            raise IndexError("no word of the order")
        return size <= order


class OrderSevenOverflows(Healthy):
    """Keeps vertices in 12 bits: enough for words of six letters."""

    def onward(self, vertex, base, order):
        return super().onward(vertex, base, min(order, 6))


class SharedExits(Healthy):
    """Counts exits in a table of its own, where another thread finds them."""

    def counted(self, cells, order):
        self.exits, root = super().counted(cells, order)
        time.sleep(0.0005)
        return self.exits, root


class ReturnsTheRuns(Healthy):
    """Returns what it should only write."""

    def shuffle(self, codes, starts, ends, keys, gammas, positions, *, order):
        super().shuffle(codes, starts, ends, keys, gammas, positions, order=order)
        return codes


class OverwritesColumns(Healthy):
    """Uses the caller's keys as scratch."""

    def shuffle(self, codes, starts, ends, keys, gammas, positions, *, order):
        super().shuffle(codes, starts, ends, keys, gammas, positions, order=order)
        for i, key in enumerate(keys.tolist()):
            keys[i] = mix(key % WORD)


FAULTS = [fault for fault in Healthy.__subclasses__() if fault.__module__ == __name__]
