"""A healthy genome and its sick twins, each with one fault of a kind that real readers have had."""

import os
import threading
import time

import numpy as np

SIZES = {"chr2": 71_003, "chr1": 300, "X": 300, "tiny": 1}
FAR = {"near": 2_000, "long": 2**31 + 4_000}


def letters_of(contig, start, end):
    """The bases of a place, by a formula: a contig beyond 2**31 bases takes no memory."""
    positions = np.arange(start, end, dtype=np.uint64) + np.uint64(len(contig))
    mixed = (positions * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(40)
    return np.frombuffer(b"ACGTacgtNnRyUuSk", dtype=np.uint8)[(mixed % np.uint64(16)).astype(np.int64)]


class Healthy:
    """Contigs whose bases follow from their positions; the hooks are where the faults go in."""

    has_sequence = True

    def __init__(self, sizes=SIZES):
        self.sizes = sizes

    @property
    def name(self):
        return "planted"

    @property
    def contigs(self):
        return dict(self.sizes)

    def place(self, contig, start, end):
        return contig, start, end

    def made(self, bases):
        return bases

    def fetch(self, contig, start, end):
        return self.made(letters_of(*self.place(contig, start, end)))

    def rows(self, ids, starts, ends):
        return zip(ids.tolist(), starts.tolist(), ends.tolist(), strict=True)

    def fetch_many(self, ids, starts, ends, out):
        names, at = list(self.contigs), 0
        for i, start, end in self.rows(ids, starts, ends):
            out[at : at + end - start] = self.fetch(names[i], start, end)
            at += end - start

    def close(self):
        self.sizes = dict(self.sizes)


class CloseCrashes(Healthy):
    """Closes a file that it has not opened yet."""

    def close(self):
        self.file.close()


class CloseOpens(Healthy):
    """Opens its file once more to close it."""

    def close(self):
        self.file = os.open(os.devnull, os.O_RDONLY)


class CaseLost(Healthy):
    """Reads soft-masked bases as upper case."""

    def made(self, bases):
        return np.frombuffer(bases.tobytes().upper(), dtype=np.uint8)


class UracilTurned(Healthy):
    """Turns U into T, so that RNA passes for DNA."""

    def made(self, bases):
        return np.frombuffer(bases.tobytes().replace(b"U", b"T").replace(b"u", b"t"), dtype=np.uint8)


class AmbiguityLost(Healthy):
    """Turns IUPAC codes into N."""

    def made(self, bases):
        kept = np.isin(bases, np.frombuffer(b"ACGTacgtNnUu", dtype=np.uint8))
        return np.where(kept, bases, np.uint8(ord("N")))


class ContigsSorted(Healthy):
    """Lists the contigs by name."""

    @property
    def contigs(self):
        return dict(sorted(self.sizes.items()))


class ContigsTurn(Healthy):
    """Lists the contig that was asked for last at the head."""

    def fetch(self, contig, start, end):
        self.sizes = {contig: self.sizes[contig], **self.sizes}
        return super().fetch(contig, start, end)


class ContigsSwapped(Healthy):
    """Mixes up two contigs of the same length."""

    def place(self, contig, start, end):
        return {"X": "chr1", "chr1": "X"}.get(contig, contig), start, end


class LengthsWithNewlines(Healthy):
    """Counts the ends of lines."""

    @property
    def contigs(self):
        return {name: size + size // 60 for name, size in self.sizes.items()}


class WrongInTheMiddle(Healthy):
    """Loses a base where its buffer of 64 KiB ends."""

    def fetch(self, contig, start, end):
        found = super().fetch(contig, start, end).copy()
        if start < 65_536 < end:
            found[65_536 - start :] = np.roll(found[65_536 - start :], 1)
        return found


class WrongBeyondTheBuffer(Healthy):
    """Reads the second buffer of 64 KiB at the place of the first, wherever a piece begins."""

    def place(self, contig, start, end):
        return (contig, start, end) if start < 65_536 else (contig, start - 65_536, end - 65_536)


class PositionsOf32Bits(Healthy):
    """Keeps positions in 32 bits, the highest of which is a sign."""

    def place(self, contig, start, end):
        low = start - 2**32 if start >= 2**31 else start
        return contig, abs(low), abs(low) + end - start


class FromOne(Healthy):
    """Takes positions as samtools does, from 1."""

    def place(self, contig, start, end):
        return contig, max(start - 1, 0), max(start - 1, 0) + end - start


class EndIncluded(Healthy):
    """Includes the end."""

    def fetch(self, contig, start, end):
        return super().fetch(contig, start, end + 1)


class GivesBytes(Healthy):
    """Returns bytes, not an array."""

    def made(self, bases):
        return bases.tobytes()


class EmptyPieceCrashes(Healthy):
    """Looks at the first base of a piece that has none."""

    def made(self, bases):
        return bases.copy() if bases[0] else bases


class UnknownContig(Healthy):
    """Knows the contigs by their names in capitals."""

    def place(self, contig, start, end):
        return {name.upper(): name for name in self.sizes if name.isupper()}[contig], start, end


class SharedBuffer(Healthy):
    """Reads into one buffer, where another thread finds it."""

    def fetch(self, contig, start, end):
        self.buffer = super().fetch(contig, start, end).copy()
        time.sleep(0)
        return np.resize(self.buffer, end - start)


class StaleCache(Healthy):
    """Remembers pieces by their positions, whatever the contig."""

    def fetch(self, contig, start, end):
        cache = self.__dict__.setdefault("cache", {})
        return cache.setdefault((start, end), super().fetch(contig, start, end))


class ManyInOrder(Healthy):
    """Fills stretches in the order of the file."""

    def rows(self, ids, starts, ends):
        return sorted(super().rows(ids, starts, ends))


class ManyReturned(Healthy):
    """Returns what it should only fill."""

    def fetch_many(self, ids, starts, ends, out):
        super().fetch_many(ids, starts, ends, out)
        return out


class SeedsTheGenerator(Healthy):
    """Seeds NumPy's global generator to pick a mirror."""

    def made(self, bases):
        np.random.seed(1)
        return bases


class ThreadLocalName(Healthy):
    """Has a name in the thread that made it alone."""

    def __init__(self, sizes=SIZES):
        super().__init__(sizes)
        self.own = threading.local()
        self.own.sizes = sizes

    def place(self, contig, start, end):
        assert contig in self.own.sizes
        return contig, start, end


FAULTS = [Healthy, *Healthy.__subclasses__()]
