"""What every genome and every track must do."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from gsynth.plugins import CONTRACT, BasesTrack, CompositionTrack, Genome, ManyFetcher, ManyWindows, Track
from gsynth.testing.bases import codes_of_bases
from gsynth.testing.clauses import SUITE_CONTRACT, require, require_equal
from gsynth.testing.threads import at_once

# IUPAC codes of either case, and what alignments use for gaps.
_NUCLEOTIDE_LETTERS = np.frombuffer(b"ABCDGHKMNRSTUVWXYabcdghkmnrstuvwxy-*.", dtype=np.uint8)
_MOST = 100_000


def places(length: int, count: int = 40) -> list[tuple[int, int]]:
    """Pieces of a contig: its ends, single bases, empty ones, and some in between, none longer than 100,000."""
    rng = np.random.default_rng(length)
    ends = [(0, min(length, _MOST)), (max(0, length - _MOST), length), (0, 0), (length, length)]
    ends += [(0, min(1, length)), (max(0, length - 1), length)]
    for _ in range(count):
        start = int(rng.integers(0, length + 1))
        ends.append((start, min(length, start + int(rng.integers(0, 300)))))
    return ends


class GenomeConformance:
    """Subclass it, override `genome` (and `expected`, if you know the bases), and pytest tests your genome.

    Examples
    --------
    >>> class TestMine(GenomeConformance):
    ...     @pytest.fixture
    ...     def genome(self):
    ...         return MyGenome(...)
    """

    @pytest.fixture
    def genome(self) -> Genome:
        """The genome under test."""
        raise NotImplementedError("override the fixture `genome`")

    @pytest.fixture
    def expected(self) -> Mapping[str, bytes] | None:
        """The bases of every contig, in the order of the source; None if they are not known."""
        return None

    @pytest.fixture
    def with_sequence(self, genome: Genome) -> Genome:
        """The genome, if it has bases."""
        if not genome.has_sequence:
            pytest.skip("the genome has only contig sizes (has_sequence is False)")
        return genome

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_attributes(self, genome: Genome) -> None:
        require(isinstance(genome, Genome), "registration", f"{type(genome).__name__} lacks a part of Genome")
        require(isinstance(genome.name, str) and bool(genome.name), "registration", f"name is {genome.name!r}")
        require(isinstance(genome.has_sequence, bool), "registration", f"has_sequence is {genome.has_sequence!r}")

    def test_contigs(self, genome: Genome, expected: Mapping[str, bytes] | None) -> None:
        for contig, length in genome.contigs.items():
            require(isinstance(contig, str) and bool(contig), "contigs", f"a contig named {contig!r}")
            require(isinstance(length, int) and length >= 0, "contigs", f"{contig} has length {length!r}")
        if expected is not None:
            lengths = {contig: len(bases) for contig, bases in expected.items()}
            found = list(genome.contigs.items())
            require(found == list(lengths.items()), "contigs", f"{found[:5]}, expected {list(lengths.items())[:5]}")

    def test_bases(self, with_sequence: Genome, expected: Mapping[str, bytes] | None) -> None:
        if expected is None:
            pytest.skip("the bases are not known: override the fixture expected")
        for contig, bases in expected.items():
            for start, end in [(0, len(bases)), *places(len(bases))]:
                found = with_sequence.fetch(contig, start, end)
                truth = np.frombuffer(bases[start:end], dtype=np.uint8)
                require_equal(found, truth, "fetch", f"{contig} [{start}, {end})")

    def test_pieces_are_of_one_sequence(self, with_sequence: Genome) -> None:
        for contig, length in itertools.islice(with_sequence.contigs.items(), 30):
            # Copied, because a genome may return the same buffer again.
            first = np.array(with_sequence.fetch(contig, 0, min(length, _MOST)))
            for start, end in places(length):
                found = with_sequence.fetch(contig, start, end)
                case = f"{contig} [{start}, {end})"
                require(found.dtype == np.uint8 and found.shape == (end - start,), "fetch", f"{found!r} for {case}")
                require(bool(np.isin(found, _NUCLEOTIDE_LETTERS).all()), "fetch", f"{bytes(found[:80])!r} for {case}")
                inside = first[start:end]
                require_equal(found[: inside.size], inside, "fetch", f"{case} against the same place of [0, {_MOST})")

    def test_ends_of_neighbouring_pieces(self, with_sequence: Genome) -> None:
        for contig, length in itertools.islice(with_sequence.contigs.items(), 30):
            start = max(0, length // 2 - 200)
            whole = np.array(with_sequence.fetch(contig, start, min(length, start + 400)))
            # 61 is a line of most FASTA files with its end: pieces begin at every column of it.
            for width in (1, 7, 61, 128):
                cuts = [*range(start, start + whole.size, width), start + whole.size]
                pieces = [np.array(with_sequence.fetch(contig, low, high)) for low, high in itertools.pairwise(cuts)]
                joined = np.concatenate([np.zeros(0, dtype=np.uint8), *pieces])
                require_equal(joined, whole, "fetch", f"{contig} from {start} in pieces of {width}")

    def test_many_at_once(self, with_sequence: Genome) -> None:
        if not isinstance(with_sequence, ManyFetcher):
            pytest.skip("the genome does not have the optional ability ManyFetcher (fetch_many)")
        contigs = list(with_sequence.contigs.items())
        rows = [(i, *place) for i, (_, length) in enumerate(contigs[:30]) for place in places(length, 20)]
        # Sorted, and in an order in which neighbours are far apart.
        for wanted in (rows, rows[::2] + rows[1::2][::-1]):
            ids, starts, ends = (np.array(column, dtype=np.int64) for column in zip(*wanted, strict=True))
            truth = [np.array(with_sequence.fetch(contigs[i][0], start, end)) for i, start, end in wanted]
            out = np.zeros(int((ends - starts).sum()), dtype=np.uint8)
            returned = with_sequence.fetch_many(ids, starts, ends, out)  # type: ignore[func-returns-value]  # a check
            require(returned is None, "fetch-many", f"fetch_many returned {returned!r}")
            require_equal(out, np.concatenate(truth), "fetch-many", f"{len(wanted)} stretches")

    def test_threads_do_not_matter(self, with_sequence: Genome) -> None:
        wanted = [
            (contig, start, end)
            for contig, length in itertools.islice(with_sequence.contigs.items(), 8)
            for start, end in places(length, 10)
        ]
        alone = [np.array(with_sequence.fetch(*place)) for place in wanted]

        def all_of_them(shift: int) -> list[NDArray[np.uint8]]:
            # Each thread begins elsewhere, so that they use a shared file position or cache differently.
            order = wanted[shift:] + wanted[:shift]
            found = [np.array(with_sequence.fetch(*place)) for place in order]
            return found[len(found) - shift :] + found[: len(found) - shift]

        for together in at_once([functools.partial(all_of_them, shift) for shift in range(8)]):
            for place, found, truth in zip(wanted, together, alone, strict=True):
                require_equal(found, truth, "stateless", f"8 threads at once, {place}")


class TrackConformance:
    """Subclass it, override `track` and `genome`, and pytest tests your track on the genome's contigs."""

    @pytest.fixture
    def track(self, genome: Genome) -> Track:
        """The track under test, opened against `genome`."""
        raise NotImplementedError("override the fixture `track`")

    @pytest.fixture
    def genome(self) -> Genome:
        """The genome on whose contigs the track is tested; with sequence, if the track uses it."""
        raise NotImplementedError("override the fixture `genome`")

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_attributes(self, track: Track) -> None:
        require(isinstance(track, Track), "registration", f"{type(track).__name__} lacks a part of Track")
        require(isinstance(track.uses_sequence, bool), "registration", f"uses_sequence is {track.uses_sequence!r}")
        require(isinstance(track.flank, int) and track.flank >= 0, "registration", f"flank is {track.flank!r}")

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_one_value_a_window(self, track: Track, genome: Genome, width: int) -> None:
        for contig, edges in _windows(genome, width):
            found = window_values(track, genome, contig, edges)
            shaped = isinstance(found, np.ndarray) and found.dtype == np.float64 and found.shape == (edges.size - 1,)
            require(shaped, "track-values", f"{found!r} for {edges.size - 1} windows of {contig}")

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_blocks_do_not_matter(self, track: Track, genome: Genome, width: int) -> None:
        for contig, edges in _windows(genome, width):
            whole = np.array(window_values(track, genome, contig, edges))
            windows = edges.size - 1
            for low, high in [(0, windows // 2), (windows // 2, windows), (windows // 3, windows // 3 + 1)]:
                if 0 <= low < high <= windows:
                    part = window_values(track, genome, contig, edges[low : high + 1])
                    require_equal(part, whole[low:high], "track-blocks", f"{contig}, windows {low} to {high}")

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_composition(self, track: Track, genome: Genome, width: int) -> None:
        if not isinstance(track, CompositionTrack):
            pytest.skip("the track does not have the optional ability CompositionTrack (composition_values)")
        for contig, edges in _windows(genome, width):
            codes = np.array(codes_of_bases(genome.fetch(contig, int(edges[0]), int(edges[-1])).tobytes()))
            window = np.searchsorted(edges, np.arange(edges[0], edges[-1]), side="right") - 1
            # A fifth column for what is no base, which the track does not get.
            composition = np.zeros((edges.size - 1, 5), dtype=np.int64)
            np.add.at(composition, (window, codes), 1)
            found = track.composition_values(np.ascontiguousarray(composition[:, :4]), np.diff(edges))
            require_equal(found, window_values(track, genome, contig, edges), "track-composition", contig)

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_bases_alone(self, track: Track, genome: Genome, width: int) -> None:
        if not isinstance(track, BasesTrack):
            pytest.skip("the track does not have the optional ability BasesTrack (bases_values)")
        work = _windows(genome, width)
        bases = [np.array(genome.fetch(contig, int(edges[0]), int(edges[-1]))) for contig, edges in work]
        widths = np.concatenate([np.diff(edges) for _, edges in work])
        places_in_bases = np.append(0, np.cumsum(widths))
        truth = [window_values(track, genome, contig, edges) for contig, edges in work]
        found = track.bases_values(np.concatenate(bases), places_in_bases)
        require_equal(found, np.concatenate(truth), "track-bases", f"windows of {width} of {len(work)} stretches")

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_windows_anywhere(self, track: Track, genome: Genome, width: int) -> None:
        if not isinstance(track, ManyWindows):
            pytest.skip("the track does not have the optional ability ManyWindows (many_values)")
        names, work = list(genome.contigs), _windows(genome, width)
        ids = np.concatenate([np.full(edges.size - 1, names.index(contig)) for contig, edges in work])
        starts = np.concatenate([edges[:-1] for _, edges in work])
        ends = np.concatenate([edges[1:] for _, edges in work])
        truth = np.concatenate([window_values(track, genome, contig, edges) for contig, edges in work])
        for order in (np.arange(ids.size), np.random.default_rng(width).permutation(ids.size)):
            found = track.many_values(names, ids[order], starts[order], ends[order])
            require_equal(found, truth[order], "track-anywhere", f"{ids.size} windows of {width}")

    def test_no_windows(self, track: Track, genome: Genome) -> None:
        contig = next(iter(genome.contigs))
        found = window_values(track, genome, contig, np.array([0], dtype=np.int64))
        require(found.dtype == np.float64 and found.shape == (0,), "track-values", f"{found!r} for no windows")

    def test_threads_do_not_matter(self, track: Track, genome: Genome) -> None:
        work = [(contig, edges) for width in (7, 50) for contig, edges in _windows(genome, width)]
        alone = [np.array(window_values(track, genome, *one)) for one in work]

        def all_of_them() -> list[NDArray[np.float64]]:
            return [np.array(window_values(track, genome, *one)) for one in work]

        for together in at_once([all_of_them] * 4):
            for one, found, truth in zip(work, together, alone, strict=True):
                require_equal(found, truth, "stateless", f"4 threads at once, {one[0]}")


def _windows(genome: Genome, width: int) -> list[tuple[str, NDArray[np.int64]]]:
    """Windows over the first bases of a few contigs, and unaligned ones at a contig's end."""
    found = []
    for contig, length in itertools.islice(genome.contigs.items(), 3):
        if length == 0:
            continue
        head = np.arange(0, min(length, 5000) + 1, width, dtype=np.int64)
        tail = np.unique(np.array([max(0, length - 333), max(0, length - 100), length], dtype=np.int64))
        found += [(contig, edges) for edges in (head, tail) if edges.size > 1]
    return found


def window_values(track: Track, genome: Genome, contig: str, edges: NDArray[np.int64]) -> NDArray[np.float64]:
    """Call a track as the core does: read-only edges, and the bases that it needs."""
    edges = edges.copy()
    edges.flags.writeable = False
    sequence = None
    if track.uses_sequence:
        end = min(genome.contigs[contig], int(edges[-1]) + track.flank)
        sequence = np.array(genome.fetch(contig, int(edges[0]), end))
        sequence.flags.writeable = False
    return track.window_values(contig, edges, sequence)
