"""What every genome must do."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import NDArray

from gsynth.plugins import CONTRACT, ClosableGenome, Genome, ManyFetcher
from gsynth.testing.clauses import SUITE_CONTRACT, asking, broken, require, require_equal
from gsynth.testing.processes import kept_process, open_files
from gsynth.testing.threads import at_once

# IUPAC codes of either case, and what alignments use for gaps.
_NUCLEOTIDE_LETTERS: Final = np.frombuffer(b"ABCDGHKMNRSTUVWXYabcdghkmnrstuvwxy-*.", dtype=np.uint8)
_MOST: Final = 100_000
_CONTIGS: Final = 30

Place = tuple[str, int, int]
"""A contig, and a stretch of it, 0-based half-open."""


def places(length: int, count: int = 40) -> list[tuple[int, int]]:
    """Pieces of a contig: its ends, single bases, empty ones, and some in between, none longer than 100,000."""
    rng = np.random.default_rng(length)
    ends = [(0, min(length, _MOST)), (max(0, length - _MOST), length), (0, 0), (length, length)]
    ends += [(0, min(1, length)), (max(0, length - 1), length)]
    for _ in range(count):
        start = int(rng.integers(0, length + 1))
        ends.append((start, min(length, start + int(rng.integers(0, 300)))))
    return ends


def fetched(genome: Genome, contig: str, start: int, end: int, clause: str = "fetch") -> NDArray[np.uint8]:
    """A copy of what `fetch` gives, which is a uint8 array of the length asked for."""
    __tracebackhide__ = True
    case = f"{contig} [{start}, {end})"
    with asking(clause, lambda: f"fetch of {case}"):
        found: Any = genome.fetch(contig, start, end)
    size = end - start
    if not isinstance(found, np.ndarray) or found.dtype != np.uint8 or found.shape != (size,):
        what = f"{found.dtype}{list(found.shape)}" if isinstance(found, np.ndarray) else f"{type(found).__name__}"
        broken(clause, f"{what} {found!r:.100}, expected uint8[{size}], for {case}")
    # Copied, because a genome may return the same buffer again.
    return np.array(found)


def require_bases(found: NDArray[np.uint8], expected: bytes, case: str, start: int, clause: str = "fetch") -> None:
    """Compare bases; the message shows the letters around the first difference, and its position."""
    __tracebackhide__ = True
    truth = np.frombuffer(expected, dtype=np.uint8)
    if found.shape != truth.shape:
        broken(clause, f"{found.size} bases, expected {truth.size}, for {case}")
    differs = np.flatnonzero(found != truth)
    if differs.size:
        at = int(differs[0])
        near = slice(max(0, at - 10), at + 10)
        shown = f"{found[near].tobytes()!r}, expected {truth[near].tobytes()!r}"
        broken(clause, f"{differs.size} bases differ, the first at {start + at:,}: {shown}, for {case}")


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
        """The bases of every contig, in the order of the source; None if they are not known.

        Let them have lower case, N, other IUPAC codes and U if the source can hold them, and a contig of more than
        70,000 bases: what gets lost in between shows only there.
        """
        return None

    @pytest.fixture
    def known_pieces(self) -> Sequence[tuple[str, int, bytes]]:
        """Contig, position and bases of places that are known; of a large genome, some beyond 2**31."""
        return ()

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
        name, has_sequence = genome.name, genome.has_sequence
        require(isinstance(name, str) and bool(name), "registration", f"name is {name!r}, expected a str, not empty")
        found = f"has_sequence is {has_sequence!r}, expected True or False"
        require(isinstance(has_sequence, bool), "registration", found)

    def test_contigs(self, genome: Genome, expected: Mapping[str, bytes] | None) -> None:
        with asking("contigs", lambda: "contigs"):
            found = list(genome.contigs.items())
        for contig, length in found:
            require(isinstance(contig, str) and bool(contig), "contigs", f"a contig named {contig!r}, expected a str")
            whole = isinstance(length, int) and not isinstance(length, bool) and length >= 0
            require(whole, "contigs", f"{contig} has length {length!r}, expected an int, not negative")
        if expected is not None:
            lengths = [(contig, len(bases)) for contig, bases in expected.items()]
            require(found == lengths, "contigs", f"{found[:5]}, expected {lengths[:5]}")

    def test_contigs_stay_the_same(self, genome: Genome) -> None:
        with asking("contigs", lambda: "contigs"):
            first = list(genome.contigs.items())
        for contig, length in first[::-1][:_CONTIGS]:
            if genome.has_sequence:
                fetched(genome, contig, 0, min(length, 10))
            found = list(genome.contigs.items())
            require(found == first, "contigs", f"{found[:5]}, expected {first[:5]} as at the first call")

    def test_bases(self, with_sequence: Genome, expected: Mapping[str, bytes] | None) -> None:
        if expected is None:
            pytest.skip("the bases are not known: override the fixture expected")
        for contig, bases in expected.items():
            for start, end in [(0, len(bases)), *places(len(bases))]:
                found = fetched(with_sequence, contig, start, end)
                require_bases(found, bases[start:end], f"{contig} [{start}, {end})", start)

    def test_known_pieces(self, with_sequence: Genome, known_pieces: Sequence[tuple[str, int, bytes]]) -> None:
        if not known_pieces:
            pytest.skip("no places are known: override the fixture known_pieces for a genome beyond 2**31 bases")
        for contig, start, bases in known_pieces:
            end = start + len(bases)
            found = fetched(with_sequence, contig, start, end, "positions")
            require_bases(found, bases, f"{contig} [{start:,}, {end:,})", start, "positions")

    def test_pieces_are_of_one_sequence(self, with_sequence: Genome) -> None:
        for contig, length in itertools.islice(with_sequence.contigs.items(), _CONTIGS):
            first = fetched(with_sequence, contig, 0, min(length, _MOST))
            for start, end in places(length):
                found = fetched(with_sequence, contig, start, end)
                case = f"{contig} [{start}, {end})"
                wrong = found[~np.isin(found, _NUCLEOTIDE_LETTERS)]
                require(not wrong.size, "fetch", f"{wrong[:20].tobytes()!r}, expected letters of bases, for {case}")
                inside = first[start:end].tobytes()
                require_bases(found[: len(inside)], inside, f"{case} against the same place of [0, {_MOST})", start)

    def test_ends_of_neighbouring_pieces(self, with_sequence: Genome) -> None:
        for contig, length in itertools.islice(with_sequence.contigs.items(), _CONTIGS):
            start = max(0, length // 2 - 200)
            whole = fetched(with_sequence, contig, start, min(length, start + 400)).tobytes()
            # 61 is a line of most FASTA files with its end: pieces begin at every column of it.
            for width in (1, 7, 61, 128):
                cuts = [*range(start, start + len(whole), width), start + len(whole)]
                pieces = [fetched(with_sequence, contig, low, high) for low, high in itertools.pairwise(cuts)]
                joined = np.concatenate([np.zeros(0, dtype=np.uint8), *pieces])
                require_bases(joined, whole, f"{contig} from {start} in pieces of {width}", start)

    def test_long_pieces(self, with_sequence: Genome) -> None:
        longest = max(with_sequence.contigs.items(), key=lambda item: item[1], default=("", 0))
        contig, length = longest[0], min(longest[1], 3 * _MOST)
        whole = fetched(with_sequence, contig, 0, length) if contig else np.zeros(0, dtype=np.uint8)
        # Buffers, blocks of compression and counters of 16 bits end within.
        for start in range(0, length, 10_007):
            found = fetched(with_sequence, contig, start, min(length, start + 10_007))
            inside = whole[start : start + 10_007].tobytes()
            require_bases(found, inside, f"{contig} [{start}, {start + found.size}) against [0, {length})", start)

    def test_many_at_once(self, with_sequence: Genome) -> None:
        if not isinstance(with_sequence, ManyFetcher):
            pytest.skip("the genome does not have the optional ability ManyFetcher (fetch_many)")
        contigs = list(with_sequence.contigs.items())
        rows = [(i, *place) for i, (_, length) in enumerate(contigs[:_CONTIGS]) for place in places(length, 20)]
        # Sorted, and in an order in which neighbours are far apart.
        for wanted in (rows, rows[::2] + rows[1::2][::-1]):
            ids, starts, ends = (np.array(column, dtype=np.int64) for column in zip(*wanted, strict=True))
            truth = [fetched(with_sequence, contigs[i][0], start, end) for i, start, end in wanted]
            out = np.zeros(int((ends - starts).sum()), dtype=np.uint8)
            with asking("fetch-many", lambda wanted=wanted: f"{len(wanted)} stretches"):  # type: ignore[misc]  # a default
                returned = with_sequence.fetch_many(ids, starts, ends, out)  # type: ignore[func-returns-value]  # a check
            require(returned is None, "fetch-many", f"fetch_many returned {returned!r}, expected None")
            require_equal(out, np.concatenate(truth), "fetch-many", f"{len(wanted)} stretches")

    def test_earlier_calls_do_not_matter(self, with_sequence: Genome) -> None:
        wanted = _wanted(with_sequence)
        first = [fetched(with_sequence, *place) for place in wanted]
        for place, truth in list(zip(wanted, first, strict=True))[::-1]:
            require_bases(fetched(with_sequence, *place), truth.tobytes(), f"{place} again", place[1], "stateless")

    def test_bases_of_another_contig(self, with_sequence: Genome) -> None:
        # The same positions on all contigs, in both orders: a cache that forgets the contig gives those of the first.
        names = [name for name, length in with_sequence.contigs.items() if length >= 40][:7]
        first, again = ({name: fetched(with_sequence, name, 7, 39) for name in own} for own in (names, names[::-1]))
        # Each from another place on, so that no two of these are asked for by the same numbers.
        alone = {name: fetched(with_sequence, name, i, 40)[7 - i : 39 - i] for i, name in enumerate(names)}
        for name in names:
            for found in (first[name], again[name]):
                require_bases(
                    found, alone[name].tobytes(), f"{name} [7, 39) after that of other contigs", 7, "stateless"
                )

    def test_process_is_left_alone(self, with_sequence: Genome) -> None:
        wanted = _wanted(with_sequence)[:20]
        for place in wanted:
            fetched(with_sequence, *place)
        with kept_process(lambda: "fetch"):
            for place in wanted:
                fetched(with_sequence, *place)

    def test_threads_do_not_matter(self, with_sequence: Genome) -> None:
        wanted = _wanted(with_sequence)
        alone = [fetched(with_sequence, *place) for place in wanted]

        def all_of_them(shift: int) -> list[NDArray[np.uint8]]:
            # Each thread begins elsewhere, so that they use a shared file position or cache differently.
            order = wanted[shift:] + wanted[:shift]
            found = [np.array(with_sequence.fetch(*place)) for place in order]
            return found[len(found) - shift :] + found[: len(found) - shift]

        for together in at_once([functools.partial(all_of_them, shift) for shift in range(8)]):
            for place, found, truth in zip(wanted, together, alone, strict=True):
                require_equal(found, truth, "stateless", f"8 threads at once, {place}")

    def test_close(self, genome: Genome) -> None:
        if not isinstance(genome, ClosableGenome):
            pytest.skip("the genome does not have the optional ability ClosableGenome (close)")
        if genome.has_sequence:
            for contig, length in itertools.islice(genome.contigs.items(), 1):
                fetched(genome, contig, 0, min(length, 10))
        before = open_files()
        with asking("closing", lambda: "close"):
            returned: object = genome.close()  # type: ignore[func-returns-value]  # a check
        after = open_files()
        require(returned is None, "closing", f"close returned {returned!r}, expected None")
        found = f"{before} open files before close, {after} after it"
        require(before is None or after is None or after <= before, "closing", found)


def _wanted(genome: Genome) -> list[Place]:
    return [
        (contig, start, end)
        for contig, length in itertools.islice(genome.contigs.items(), 8)
        for start, end in places(length, 10)
    ]
