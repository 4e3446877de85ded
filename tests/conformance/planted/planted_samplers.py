"""A healthy sampler and its sick twins."""

import time

import numpy as np
from planted_shuffling import Shuffling

from gsynth.randomness import uniforms as stream_numbers

FREE = 255


class Healthy(Shuffling):
    """One cell at a time; the hooks are where the faults go in."""

    def strata(self, edges, strata, order):
        return np.repeat(strata, np.diff(edges)).tolist()

    def start(self, codes, order):
        return codes[:order]

    def row(self, context, stratum, tables, order):
        if stratum < 0 or 4 in context:
            return tables[-1][0]
        index = 0
        for code in context:
            index = index * 4 + code
        return tables[stratum][self.narrow(index, order)]

    def narrow(self, index, order):
        return index

    def base(self, number, row):
        return int(number >= row[0]) + int(number >= row[1]) + int(number >= row[2])

    def keeps(self, code):
        return code != FREE

    def rolled(self, context, code, fixed):
        return [*context[1:], code]

    def numbers(self, uniforms, free):
        return uniforms

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        cells = codes.tolist()
        tables = _Rows(thresholds)
        numbers = self.numbers(uniforms.tolist(), codes[order:] == FREE)
        context = list(self.start(cells, order))
        for i, stratum in enumerate(self.strata(edges, strata, order)):
            fixed = self.keeps(cells[i + order])
            if not fixed:
                cells[i + order] = self.base(numbers[i], self.row(context, stratum, tables, order))
            context = self.rolled(context, cells[i + order], fixed)
        codes[:] = cells

    def stream(self, stream_edges, keys, gammas, positions):
        sizes = np.diff(stream_edges).tolist()
        parts = [
            stream_numbers(key, gamma, int(position), int(position) + size)
            for key, gamma, position, size in zip(keys, gammas, positions, sizes, strict=True)
        ]
        return np.concatenate(parts)

    def sample_stream(self, codes, edges, strata, stream_edges, keys, gammas, positions, *, order, thresholds):
        numbers = self.stream(stream_edges, keys, gammas, positions)
        self.sample(codes, edges, strata, numbers, order=order, thresholds=thresholds)

    def code(self, base):
        return b"ACGT".find(bytes([base]).upper()) % 5

    def unknown(self, bases, codes):
        return codes.count(4)

    def encode(self, bases, out):
        codes = [self.code(base) for base in bases.tolist()]
        out[:] = codes
        return self.unknown(bases, codes)

    def decode(self, codes, out):
        out[:] = [b"ACGTN"[code] for code in codes.tolist()]

    def offsets(self, edges):
        return (edges - edges[0]).tolist()

    def put(self, row, counts):
        row[:] = counts

    def compose(self, bases, edges, out):
        codes, offsets = [self.code(base) for base in bases.tolist()], self.offsets(edges)
        for row, start, end in zip(out, offsets[:-1], offsets[1:], strict=True):
            self.put(row, [codes[start:end].count(base) for base in range(4)])

    def looked_at(self, hits, width):
        return sorted({place for hit in hits for place in range(hit - width + 1, hit) if place >= 0})

    def one_pass(self, cells, target, replacement, places):
        """Go on at `places`, and behind each replacement; the hits."""
        width, hits, end = len(target), [], 0
        waiting = list(places)
        at = 0
        while waiting or at < end:
            at = at if at < end else max(at, waiting.pop(0))
            if cells[at : at + width] == target:
                cells[at : at + width] = replacement
                hits.append(at)
                end = self.behind(at, width)
            at += 1
        return hits

    def behind(self, hit, width):
        return hit + width

    def replace(self, bases, target, replacement):
        cells, target, replacement = bytearray(bases), bytes(target), bytes(replacement)
        hits = self.one_pass(cells, target, replacement, range(len(cells)))
        while hits:
            hits = self.one_pass(cells, target, replacement, self.looked_at(hits, len(target)))
        bases[:] = cells


class _Rows:
    """The tables as lists, each turned into one when first used."""

    def __init__(self, thresholds):
        self.thresholds = thresholds
        self.small = thresholds.tolist() if thresholds.size < 5000 else None

    def __getitem__(self, stratum):
        return self.thresholds[stratum] if self.small is None else self.small[stratum]


class FixedDoNotRoll(Healthy):
    """The draw at a mask's edge uses the context from before the mask."""

    def rolled(self, context, code, fixed):
        return context if fixed else super().rolled(context, code, fixed)


class StrictlyAbove(Healthy):
    """Counts thresholds below the number, not those that it reaches."""

    def base(self, number, row):
        return int(number > row[0]) + int(number > row[1]) + int(number > row[2])


class NIsA(Healthy):
    """Takes a 4 in the context for an A."""

    def row(self, context, stratum, tables, order):
        return super().row([code & 3 for code in context], stratum, tables, order)


class NForgottenEarly(Healthy):
    """Trusts the context one base too soon after an N."""

    def row(self, context, stratum, tables, order):
        first = [0] if order > 1 and context[0] == 4 else context[:1]
        return super().row([*first, *context[1:]], stratum, tables, order)


class NumbersHandedOn(Healthy):
    """Takes the next number for each free cell, whatever lies between."""

    def numbers(self, uniforms, free):
        dealt = iter(uniforms)
        return [next(dealt) if is_free else 0 for is_free in free]


class NumbersOffByOne(Healthy):
    """Uses the number of the cell before."""

    def numbers(self, uniforms, free):
        return [*uniforms[-1:], *uniforms[:-1]]


class OrderOneForgets(Healthy):
    """Masks the rolling context with 4**(k-1) - 1 bits, which is nothing for order 1."""

    def narrow(self, index, order):
        return 0 if order == 1 else index


class OrderTenOverflows(Healthy):
    """Keeps the context index in 18 bits: enough for order 9."""

    def narrow(self, index, order):
        return index & 0x3FFFF


class SignedThresholds(Healthy):
    """Compares as signed 32-bit numbers: 2**31 turns negative."""

    def base(self, number, row):
        return sum(number >= (int(t) - 2**32 if t >= 2**31 else int(t)) for t in row)


class NegativeIndex(Healthy):
    """Lets Python find table -1 from the end, and so -2 as well."""

    def row(self, context, stratum, tables, order):
        if stratum < 0 and 4 not in context:
            return tables[stratum][0]
        return super().row(context, stratum, tables, order)


class QuartersBuiltIn(Healthy):
    """Draws uniformly by the top two bits, not by the last table."""

    def row(self, context, stratum, tables, order):
        if stratum < 0 or 4 in context:
            return [2**29, 2**30, 3 * 2**29]
        return super().row(context, stratum, tables, order)


class StratumOfDrawnCell(Healthy):
    """Looks the stratum up k further on, at the drawn position."""

    def strata(self, edges, strata, order):
        right = super().strata(edges, strata, order)
        return [*right[order:], *(right[-1:] * min(order, len(right)))]


class EmptyRunsHoldOne(Healthy):
    """Gives an empty run a window."""

    def strata(self, edges, strata, order):
        return np.repeat(strata, np.maximum(np.diff(edges), 1)).tolist()[: int(edges[-1])]


class KeptNOverwritten(Healthy):
    """Fills a kept N."""

    def keeps(self, code):
        return code < 4


class LeftContextIgnored(Healthy):
    """Starts as if nothing came before."""

    def start(self, codes, order):
        return [4] * order


class EmptyBlockCrashes(Healthy):
    """Looks at the first window's stratum before it knows that there is one."""

    def strata(self, edges, strata, order):
        right = super().strata(edges, strata, order)
        right[0] = max(right[0], -2)
        return right


class SharedContext(Healthy):
    """Keeps the context on the object, where another thread finds it."""

    def rolled(self, context, code, fixed):
        self.context = super().rolled(context, code, fixed)
        time.sleep(0)
        return self.context


class ReturnsTheCodes(Healthy):
    """Returns what it should only fill."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        super().sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds)
        return codes


class StreamFromEven(Healthy):
    """Starts every stream at the low half of a word."""

    def stream(self, stream_edges, keys, gammas, positions):
        return super().stream(stream_edges, keys, gammas, positions // 2 * 2)


class StreamOf32Bits(Healthy):
    """Keeps positions in 32 bits."""

    def stream(self, stream_edges, keys, gammas, positions):
        return super().stream(stream_edges, keys, gammas, positions & 0xFFFFFFFF)


class StreamNotRestarted(Healthy):
    """Goes on with the first stream over all segments."""

    def stream(self, stream_edges, keys, gammas, positions):
        return super().stream(stream_edges[[0, -1]], keys[:1], gammas[:1], positions[:1])


class OneGamma(Healthy):
    """Steps every stream by the gamma of the first."""

    def stream(self, stream_edges, keys, gammas, positions):
        return super().stream(stream_edges, keys, np.repeat(gammas[:1], gammas.size), positions)


class UpperCaseOnly(Healthy):
    """Takes soft-masked bases for unknown ones."""

    def code(self, base):
        return b"ACGT".find(base) % 5


class HalfOfAscii(Healthy):
    """Drops the highest bit of a byte before it looks at it."""

    def code(self, base):
        return super().code(base & 0x7F)


class CountsTheLetterN(Healthy):
    """Returns how many bases are N, not how many are unknown."""

    def unknown(self, bases, codes):
        return bases.tolist().count(ord("N"))


class ComposesOnTop(Healthy):
    """Adds to what the output held."""

    def put(self, row, counts):
        row += counts


class ComposesInBytes(Healthy):
    """Counts modulo 256."""

    def put(self, row, counts):
        row[:] = [count % 256 for count in counts]


class ComposesFromZero(Healthy):
    """Takes edges for places in the bases, which begin at the first edge."""

    def offsets(self, edges):
        return edges.tolist()


class NDecodesToA(Healthy):
    """Writes a 4 as if it were an A."""

    def decode(self, codes, out):
        out[:] = [b"ACGT"[code & 3] for code in codes.tolist()]


class ReplacesOnce(Healthy):
    """Stops after the first pass."""

    def looked_at(self, hits, width):
        return []


class StepsOver(Healthy):
    """Goes on behind a replacement, not one base on, as bytes.replace does."""

    def one_pass(self, cells, target, replacement, places):
        found, at = [], cells.find(target)
        while at >= 0:
            found.append(at)
            at = cells.find(target, at + len(target))
        cells[:] = cells.replace(target, replacement)
        return found


class LooksTooLittle(Healthy):
    """A later pass looks at the place before a replacement alone, which is enough for two letters."""

    def looked_at(self, hits, width):
        return [hit - 1 for hit in hits if hit and width > 1]


class NarrowStrata(Healthy):
    """Keeps strata in 16 bits."""

    def strata(self, edges, strata, order):
        return super().strata(edges, strata.astype(np.int16), order)


class SeedsTheGenerator(Healthy):
    """Seeds NumPy's global generator for draws that it does not make."""

    def numbers(self, uniforms, free):
        np.random.seed(1)
        return super().numbers(uniforms, free)


class CarriesOn(Healthy):
    """Goes on with the context that the last call ended with, if it has the length."""

    def start(self, codes, order):
        last = self.__dict__.get("last", [])
        return last if len(last) == order else super().start(codes, order)

    def rolled(self, context, code, fixed):
        self.last = super().rolled(context, code, fixed)
        return self.last


class CopiesTheTable(Healthy):
    """Widens the whole table, to compare without surprises."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        super().sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds.astype(np.int64))


class CellByCell(Healthy):
    """Copies what it has drawn at each cell."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        for i in range(codes.size - order):
            part = codes[: order + i + 1].copy()
            stratum = strata[np.searchsorted(edges, i, side="right") - 1 :][:1]
            super().sample(part[i:], np.array([0, 1]), stratum, uniforms[i : i + 1], order=order, thresholds=thresholds)
            codes[: order + i + 1] = part


class RunByRun(Healthy):
    """Looks at the whole block for each run."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        for low, high in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            (codes == FREE)[low:high].any()
        super().sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds)


class KeepsTheNumbers(Healthy):
    """Keeps the random numbers for the next call."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        self.last = uniforms
        super().sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds)


class TableByIdentity(Healthy):
    """Remembers the rows of a table by its identity."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        cache = self.__dict__.setdefault("cache", {})
        known = cache.setdefault((id(thresholds), thresholds.shape), thresholds.copy())
        super().sample(codes, edges, strata, uniforms, order=order, thresholds=known)


class BaseByName(Healthy):
    """Looks letters up in a table that lacks N."""

    def decode(self, codes, out):
        names = {0: 65, 1: 67, 2: 71, 3: 84}
        out[:] = [names[code] for code in codes.tolist()]


class WritesItsContext(Healthy):
    """Leaves something of its own in front of the cells."""

    def sample(self, codes, edges, strata, uniforms, *, order, thresholds):
        super().sample(codes, edges, strata, uniforms, order=order, thresholds=thresholds)
        codes[0] = (codes[0] + 1) % 4


FAULTS = [Healthy, *Healthy.__subclasses__()]
