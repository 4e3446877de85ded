"""What every track must do."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from gsynth.plugins import (
    CONTRACT,
    BasesTrack,
    Categorical,
    CompositionTrack,
    Elsewhere,
    Genome,
    GenomeTracks,
    ManyWindows,
    NamedContigs,
    PerContig,
    Track,
    TrackOpener,
)
from gsynth.testing.bases import codes_of_bases
from gsynth.testing.clauses import SUITE_CONTRACT, asking, broken, require, require_equal
from gsynth.testing.processes import kept_process
from gsynth.testing.threads import at_once

Positions = NDArray[np.int64]
Values = NDArray[np.float64]
Windows = tuple[str, Positions]
"""A contig, and the edges of windows that touch, int64[m + 1]."""

KnownValues = Sequence[tuple[str, ArrayLike, ArrayLike]]
"""Contig, edges of windows, and their values."""

_MANY: Final = 65_536
_DIGITS: Final = 1e-12


class TrackConformance:
    """Subclass it, override `track` and `genome`, and pytest tests your track on the genome's contigs.

    Override `expected` too: without values that are known, a sum may pass for a mean.
    """

    @pytest.fixture
    def track(self, genome: Genome) -> Track:
        """The track under test, opened against `genome`."""
        raise NotImplementedError("override the fixture `track`")

    @pytest.fixture
    def genome(self) -> Genome:
        """The genome on whose contigs the track is tested; with sequence, if the track uses it.

        Let it have a contig of more than 65,536 bases.
        """
        raise NotImplementedError("override the fixture `genome`")

    @pytest.fixture
    def expected(self) -> KnownValues | None:
        """Windows and their values, worked out without the track's code: (contig, edges, values), NaN for none.

        Let some windows be uneven, begin inside a value of the source, and have none. None if they are not known.
        """
        return None

    @pytest.fixture
    def opener(self) -> TrackOpener | None:
        """What opens the track, if it may also find tracks in a genome (`GenomeTracks`); None leaves that out."""
        return None

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_attributes(self, track: Track) -> None:
        require(isinstance(track, Track), "registration", f"{type(track).__name__} lacks a part of Track")
        uses, flank = track.uses_sequence, track.flank
        require(isinstance(uses, bool), "registration", f"uses_sequence is {uses!r}, expected True or False")
        whole = isinstance(flank, int) and not isinstance(flank, bool) and flank >= 0
        require(whole, "registration", f"flank is {flank!r}, expected a whole number, not negative")

    def test_expected_values(self, track: Track, genome: Genome, expected: KnownValues | None) -> None:
        if expected is None:
            pytest.skip("no values are known: override the fixture expected with windows and their values")
        for contig, given_edges, given_values in expected:
            edges, values = np.asarray(given_edges, dtype=np.int64), np.asarray(given_values, dtype=np.float64)
            found = checked_values(track, genome, contig, edges)
            # A mean may differ in its last digit, by the order of its sums.
            right = np.isclose(found, values, rtol=_DIGITS, atol=0, equal_nan=True)
            if not right.all():
                at = int(np.argmin(right))
                window = f"{contig} [{edges[at]}, {edges[at + 1]})"
                wrong = int((~right).sum())
                broken(
                    "track-values", f"{found[at]!r}, expected {values[at]!r}, for window {at}, {window}; {wrong} differ"
                )

    def test_there_are_values(self, track: Track, genome: Genome) -> None:
        work = [*_windows(track, genome, 20), *_windows(track, genome, 1)]
        count = sum(int((~np.isnan(checked_values(track, genome, *one))).sum()) for one in work)
        contigs = ", ".join(sorted({contig for contig, _ in work}))
        require(count > 0, "track-values", f"NaN in every window of {contigs}, expected some values: test the track on "
                "a genome for which it has some")  # fmt: skip

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_one_value_a_window(self, track: Track, genome: Genome, width: int) -> None:
        for contig, edges in _windows(track, genome, width):
            checked_values(track, genome, contig, edges)

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_blocks_do_not_matter(self, track: Track, genome: Genome, width: int) -> None:
        for contig, edges in _windows(track, genome, width):
            whole = checked_values(track, genome, contig, edges)
            windows = edges.size - 1
            for low, high in [(0, windows // 2), (windows // 2, windows), (windows // 3, windows // 3 + 1)]:
                if 0 <= low < high <= windows:
                    part = checked_values(track, genome, contig, edges[low : high + 1])
                    require_equal(part, whole[low:high], "track-blocks", f"{contig}, windows {low} to {high}")

    def test_many_windows(self, track: Track, genome: Genome) -> None:
        contig, length = max(_contigs(track, genome).items(), key=lambda item: item[1])
        if length <= _MANY:
            pytest.skip(f"no contig of the genome has more than {_MANY:,} bases, as many as windows are wanted")
        edges = np.arange(min(length, _MANY + 3000) + 1, dtype=np.int64)
        whole = checked_values(track, genome, contig, edges)
        for low in (0, _MANY // 2, _MANY - 500, whole.size - 1000):
            part = checked_values(track, genome, contig, edges[low : low + 1001])
            case = f"{contig}, windows {low:,} to {low + 1000:,} of {whole.size:,} at once"
            require_equal(whole[low : low + 1000], part, "track-blocks", case)

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_composition(self, track: Track, genome: Genome, width: int) -> None:
        if not isinstance(track, CompositionTrack):
            pytest.skip("the track does not have the optional ability CompositionTrack (composition_values)")
        for contig, edges in _windows(track, genome, width):
            codes = np.array(codes_of_bases(genome.fetch(contig, int(edges[0]), int(edges[-1])).tobytes()))
            window = np.searchsorted(edges, np.arange(edges[0], edges[-1]), side="right") - 1
            # A fifth column for what is no base, which the track does not get.
            composition = np.zeros((edges.size - 1, 5), dtype=np.int64)
            np.add.at(composition, (window, codes), 1)
            with asking("track-composition", lambda contig=contig: f"windows of {width} of {contig}"):  # type: ignore[misc]  # a default
                found = track.composition_values(np.ascontiguousarray(composition[:, :4]), np.diff(edges))
            require_equal(found, checked_values(track, genome, contig, edges), "track-composition", contig)

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_bases_alone(self, track: Track, genome: Genome, width: int) -> None:
        if not isinstance(track, BasesTrack):
            pytest.skip("the track does not have the optional ability BasesTrack (bases_values)")
        work = _windows(track, genome, width)
        bases = [np.array(genome.fetch(contig, int(edges[0]), int(edges[-1]))) for contig, edges in work]
        widths = np.concatenate([np.diff(edges) for _, edges in work])
        places_in_bases = np.append(0, np.cumsum(widths))
        truth = [checked_values(track, genome, contig, edges) for contig, edges in work]
        case = f"windows of {width} of {len(work)} stretches"
        with asking("track-bases", lambda: case):
            found = track.bases_values(np.concatenate(bases), places_in_bases)
        require_equal(found, np.concatenate(truth), "track-bases", case)

    @pytest.mark.parametrize("width", [1, 20, 200])
    def test_windows_anywhere(self, track: Track, genome: Genome, width: int) -> None:
        if not isinstance(track, ManyWindows):
            pytest.skip("the track does not have the optional ability ManyWindows (many_values)")
        names, work = list(genome.contigs), _windows(track, genome, width)
        ids = np.concatenate([np.full(edges.size - 1, names.index(contig)) for contig, edges in work])
        starts = np.concatenate([edges[:-1] for _, edges in work])
        ends = np.concatenate([edges[1:] for _, edges in work])
        truth = np.concatenate([checked_values(track, genome, contig, edges) for contig, edges in work])
        for order in (np.arange(ids.size), np.random.default_rng(width).permutation(ids.size)):
            with asking("track-anywhere", lambda: f"{ids.size} windows of {width}"):
                found = track.many_values(names, ids[order], starts[order], ends[order])
            require_equal(found, truth[order], "track-anywhere", f"{ids.size} windows of {width}")

    def test_no_windows(self, track: Track, genome: Genome) -> None:
        contig = next(iter(_contigs(track, genome)))
        checked_values(track, genome, contig, np.array([0], dtype=np.int64))

    def test_contigs(self, track: Track) -> None:
        if not isinstance(track, NamedContigs):
            pytest.skip("the track does not have the optional ability NamedContigs (contigs)")
        found = track.contigs
        require(isinstance(found, Mapping), "track-contigs", f"contigs is a {type(found).__name__}, expected a mapping")
        for name, length in found.items():
            right = isinstance(name, str) and isinstance(length, int | np.integer) and length >= 0
            require(right, "track-contigs", f"{name!r}: {length!r}, expected a name and a whole length")
        again = track.contigs
        require(list(again.items()) == list(found.items()), "track-contigs", f"{dict(again)}, expected {dict(found)}")
        if isinstance(track, Elsewhere):
            number = isinstance(track.elsewhere, int | float | np.number) and not isinstance(track.elsewhere, bool)
            require(number, "track-contigs", f"elsewhere is {track.elsewhere!r}, expected a number or NaN")

    def test_categories(self, track: Track, genome: Genome, expected: KnownValues | None) -> None:
        if not isinstance(track, Categorical):
            pytest.skip("the track does not have the optional ability Categorical (categories)")
        names = track.categories
        words = isinstance(names, tuple) and all(isinstance(name, str) for name in names)
        require(words, "track-categories", f"categories is {names!r}, expected a tuple of str")
        require(list(names) == sorted(set(names)), "track-categories", f"{names!r}, expected them sorted, none twice")
        known = [(contig, np.asarray(edges, dtype=np.int64)) for contig, edges, _ in expected or ()]
        for contig, edges in [*known, *_windows(track, genome, 20), *_windows(track, genome, 200)]:
            values = checked_values(track, genome, contig, edges)
            values = values[~np.isnan(values)]
            wrong = values[(values < 0) | (values >= len(names)) | (values != np.floor(values))]
            found = f"{wrong[:3].tolist()} on {contig}, expected numbers from 0 to {len(names) - 1}"
            require(not wrong.size, "track-categories", found)

    def test_values_of_whole_contigs(self, track: Track) -> None:
        if not isinstance(track, PerContig):
            pytest.skip("the track does not have the optional ability PerContig (width, counts)")
        width, counts = track.width, dict(track.counts)
        right = isinstance(width, int | np.integer) and not isinstance(width, bool) and width > 0
        require(right, "track-per-contig", f"width is {width!r}, expected a positive whole number")
        named = isinstance(track, NamedContigs)
        require(named, "track-per-contig", "counts without contigs: expected NamedContigs as well")
        wanted = list(track.contigs) if isinstance(track, NamedContigs) else []
        require(list(counts) == wanted, "track-per-contig", f"counts of {list(counts)[:5]}, contigs {wanted[:5]}")

    def test_tracks_of_the_genome(self, opener: TrackOpener | None, genome: Genome) -> None:
        if not isinstance(opener, GenomeTracks):
            pytest.skip("no opener with the optional ability GenomeTracks (names): see the fixture opener")
        with asking("genome-tracks", lambda: "names"):
            names: Any = opener.names(genome)
        words = isinstance(names, list) and all(isinstance(name, str) for name in names)
        require(words, "genome-tracks", f"names gave {names!r}, expected a list of str")
        for name in names:
            with asking("genome-tracks", lambda name=name: f"open of {name!r}"):
                found: object = opener.open({"genome": genome, "name": name}, genome)
            require(isinstance(found, Track), "genome-tracks", f"open of {name!r} gave {found!r}, expected a Track")

    def test_earlier_calls_do_not_matter(self, track: Track, genome: Genome) -> None:
        work = [(contig, edges) for width in (7, 50) for contig, edges in _windows(track, genome, width)]
        first = [checked_values(track, genome, *one) for one in work]
        for one, truth in list(zip(work, first, strict=True))[::-1]:
            require_equal(checked_values(track, genome, *one), truth, "stateless", f"{one[0]} again, in another order")

    def test_process_is_left_alone(self, track: Track, genome: Genome) -> None:
        work = _windows(track, genome, 50)
        for one in work:
            checked_values(track, genome, *one)
        with kept_process(lambda: "window_values"):
            for one in work:
                checked_values(track, genome, *one)

    def test_threads_do_not_matter(self, track: Track, genome: Genome) -> None:
        work = [(contig, edges) for width in (7, 50) for contig, edges in _windows(track, genome, width)]
        alone = [checked_values(track, genome, *one) for one in work]

        def all_of_them(shift: int) -> list[Values]:
            # Each thread begins elsewhere, so that they use what is shared differently.
            order = work[shift:] + work[:shift]
            found = [np.array(window_values(track, genome, *one)) for one in order]
            return found[len(found) - shift :] + found[: len(found) - shift]

        for _ in range(4):
            for together in at_once([functools.partial(all_of_them, shift) for shift in range(min(4, len(work)))]):
                for one, found, truth in zip(work, together, alone, strict=True):
                    require_equal(found, truth, "stateless", f"4 threads at once, {one[0]}")


def _contigs(track: Track, genome: Genome) -> dict[str, int]:
    """The contigs of the genome by which the track may be asked."""
    __tracebackhide__ = True
    sizes = {name: size for name, size in genome.contigs.items() if size}
    if not isinstance(track, NamedContigs):
        return sizes
    own = track.contigs
    shared = {name: size for name, size in sizes.items() if name in own}
    found = f"contigs {list(own)[:5]}, the genome has {list(sizes)[:5]}: test it on a genome that shares some"
    require(bool(shared), "track-contigs", found)
    return shared


def _windows(track: Track, genome: Genome, width: int) -> list[Windows]:
    """Windows over the first bases of a few contigs, and unaligned ones at a contig's end."""
    found = []
    for contig, length in itertools.islice(_contigs(track, genome).items(), 3):
        head = np.arange(0, min(length, 5000) + 1, width, dtype=np.int64)
        tail = np.unique(np.array([max(0, length - 333), max(0, length - 100), length], dtype=np.int64))
        found += [(contig, edges) for edges in (head, tail) if edges.size > 1]
    return found


def window_values(track: Track, genome: Genome, contig: str, edges: Positions) -> Values:
    """Call a track as the core does: read-only edges, and the bases that it needs."""
    edges = edges.copy()
    edges.flags.writeable = False
    sequence = None
    if track.uses_sequence:
        end = min(genome.contigs[contig], int(edges[-1]) + track.flank)
        sequence = np.array(genome.fetch(contig, int(edges[0]), end))
        sequence.flags.writeable = False
    return track.window_values(contig, edges, sequence)


def checked_values(track: Track, genome: Genome, contig: str, edges: Positions) -> Values:
    """A copy of the values of windows, of the right type and number."""
    __tracebackhide__ = True
    case = f"{edges.size - 1} windows of {contig} [{edges[0]}, {edges[-1]})"
    with asking("track-values", lambda: case):
        found: Any = window_values(track, genome, contig, edges)
    if not isinstance(found, np.ndarray) or found.dtype != np.float64 or found.shape != (edges.size - 1,):
        what = f"{found.dtype}{list(found.shape)}" if isinstance(found, np.ndarray) else f"{type(found).__name__}"
        broken("track-values", f"{what} {found!r:.100}, expected float64[{edges.size - 1}], for {case}")
    return found.copy()
