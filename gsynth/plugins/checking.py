"""Where the core asks plugins, and checks what comes back against the contract; it asks them nowhere else.

What a plugin hands back is looked at once: its type, dtype, shape and order, and where that costs next to nothing its
range. An error names the plugin, its distribution, the contig and the block. What a plugin raises is named too; errors
of gsynth's own kinds, of the system and of memory pass as they are.
"""

from __future__ import annotations

import functools
import importlib.metadata
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from gsynth.alphabet import FREE, NOT_ACGT
from gsynth.errors import BrokenPluginError, GsynthError
from gsynth.plugins.contracts import (
    BasesTrack,
    Composer,
    CompositionTrack,
    Counter,
    Encoder,
    Genome,
    ManyFetcher,
    ManyWindows,
    Replacer,
    Sampler,
    StreamSampler,
    Track,
    Transcoder,
)
from gsynth.plugins.descriptors import GenomePlugin, TrackPlugin
from gsynth.plugins.registry import Registered, registry
from gsynth.plugins.roles import ROLES

log = logging.getLogger("gsynth.plugins")

Codes = NDArray[np.uint8]
Positions = NDArray[np.int64]
Strata = NDArray[np.int32]


def described(plugin: object, role: str) -> str:
    """What an error calls a plugin's object: by the name under which it is registered, else by its class."""
    package = type(plugin).__module__.partition(".")[0]
    entries = registry().ranked(ROLES[role])
    names = {
        entry.name: entry.distribution for entry in entries if entry.descriptor.load.__module__.startswith(package)
    }
    if len(names) == 1:
        (name, distribution), *_ = names.items()
        return f"{role} {name!r} (from {distribution})"
    owners = _distributions().get(package)
    where = f"from {', '.join(sorted(set(owners)))}" if owners else "not from an installed distribution"
    return f"{role} of class {type(plugin).__module__}.{type(plugin).__qualname__} ({where})"


@functools.cache
def _distributions() -> Mapping[str, list[str]]:
    return importlib.metadata.packages_distributions()


@contextmanager
def named(plugin: object, role: str, doing: Callable[[], str]) -> Iterator[None]:
    """Errors within the block name the plugin and what it was asked for."""
    try:
        yield
    except (GsynthError, OSError, MemoryError):
        raise
    except Exception as error:
        raise BrokenPluginError(
            f"{described(plugin, role)} failed in {doing()}: {type(error).__name__}: {error}"
        ) from error


def _refuse(plugin: object, role: str, doing: str, found: str, expected: str) -> NoReturn:
    raise BrokenPluginError(f"{described(plugin, role)}: {doing} gave {found}, expected {expected}")


def _kind(value: object) -> str:
    if isinstance(value, np.ndarray):
        strided = "" if value.flags.c_contiguous else " (strided)"
        return f"{value.dtype}{list(value.shape)}{strided}"
    return f"{type(value).__name__} {value!r:.60}"


# Genomes.


def check_genome(genome: Genome) -> None:
    """BrokenPluginError unless a genome's names and sizes are such."""
    contigs = genome.contigs
    if not isinstance(contigs, Mapping):
        _refuse(genome, "genome", "contigs", _kind(contigs), "a mapping of names to sizes")
    if set(map(type, contigs)) - {str}:
        wrong = next(name for name in contigs if type(name) is not str)
        _refuse(genome, "genome", "contigs", f"the name {wrong!r}", "a str")
    sizes = list(contigs.values())
    if any(isinstance(size, bool) or not isinstance(size, int | np.integer) or not 0 <= size < 2**62 for size in sizes):
        bad = next(name for name, size in contigs.items() if isinstance(size, bool) or not _is_size(size))
        _refuse(genome, "genome", f"the size of {bad!r}", f"{contigs[bad]!r}", "a whole number from 0 to 2**62")


def check_opened(genome: object, opener: object) -> None:
    """BrokenPluginError unless what an opener gave is a genome."""
    if not isinstance(genome, Genome):
        _refuse(opener, "genome", "open", _kind(genome), "a Genome (name, contigs, has_sequence, fetch)")
    check_genome(genome)


def _is_size(size: object) -> bool:
    return isinstance(size, int | np.integer) and bool(0 <= size < 2**62)


def fetch(genome: Genome, contig: str, start: int, end: int) -> Codes:
    """`Genome.fetch`, checked."""
    with named(genome, "genome", lambda: f"fetch of {contig}:{start}-{end}"):
        bases = genome.fetch(contig, start, end)
    sound = type(bases) is np.ndarray and bases.dtype == np.uint8 and bases.shape == (end - start,)
    if not (sound and bases.flags.c_contiguous):
        _refuse(
            genome, "genome", f"fetch of {contig}:{start}-{end}", _kind(bases), f"a contiguous uint8[{end - start}]"
        )
    return bases


def fetch_many(genome: ManyFetcher, ids: Positions, starts: Positions, ends: Positions, out: Codes) -> None:
    """`ManyFetcher.fetch_many`, named."""
    with named(genome, "genome", lambda: f"fetch_many of {ids.size} stretches"):
        genome.fetch_many(ids, starts, ends, out)


# Tracks.


def check_track(track: object, opener: object, name: str) -> None:
    """BrokenPluginError unless what an opener gave is a track."""
    if not isinstance(track, Track):
        _refuse(opener, "track", f"opening {name}", _kind(track), "a Track (uses_sequence, flank, window_values)")
    if isinstance(track.flank, bool) or not isinstance(track.flank, int) or track.flank < 0:
        _refuse(track, "track", f"flank of {name}", repr(track.flank), "a whole number, not negative")


def _values(track: object, values: object, windows: int, where: Callable[[], str]) -> NDArray[np.float64]:
    if type(values) is np.ndarray and values.dtype == np.float64 and values.shape == (windows,):
        return values
    _refuse(track, "track", where(), _kind(values), f"float64[{windows}], a value for each window")


def window_values(track: Track, contig: str, edges: Positions, sequence: Codes | None) -> NDArray[np.float64]:
    """`Track.window_values`, checked."""

    def where() -> str:
        return f"window_values of {contig}:{edges[0]}-{edges[-1]}"

    with named(track, "track", where):
        values = track.window_values(contig, edges, sequence)
    return _values(track, values, edges.size - 1, where)


def composition_values(track: CompositionTrack, composition: Positions, widths: Positions) -> NDArray[np.float64]:
    """`CompositionTrack.composition_values`, checked."""

    def where() -> str:
        return f"composition_values of {widths.size} windows"

    with named(track, "track", where):
        values = track.composition_values(composition, widths)
    return _values(track, values, widths.size, where)


def bases_values(track: BasesTrack, bases: Codes, edges: Positions) -> NDArray[np.float64]:
    """`BasesTrack.bases_values`, checked."""

    def where() -> str:
        return f"bases_values of {edges.size - 1} windows"

    with named(track, "track", where):
        values = track.bases_values(bases, edges)
    return _values(track, values, edges.size - 1, where)


def many_values(
    track: ManyWindows, contigs: Sequence[str], ids: Positions, starts: Positions, ends: Positions
) -> NDArray[np.float64]:
    """`ManyWindows.many_values`, checked."""

    def where() -> str:
        return f"many_values of {ids.size} windows"

    with named(track, "track", where):
        values = track.many_values(contigs, ids, starts, ends)
    return _values(track, values, ids.size, where)


# Counters and samplers.


def _check_encoded(plugin: object, role: str, codes: Codes, unknown: object) -> int:
    if isinstance(unknown, bool) or not isinstance(unknown, int | np.integer) or not 0 <= unknown <= codes.size:
        _refuse(plugin, role, f"encode of {codes.size} bases", _kind(unknown), "how many of the codes are 4")
    if codes.size and codes.max() > NOT_ACGT:
        _refuse(plugin, role, f"encode of {codes.size} bases", f"the code {codes.max()}", "codes from 0 to 4")
    return int(unknown)


def encode(encoder: Encoder, role: str, bases: Codes, out: Codes) -> int:
    """`Encoder.encode`, checked."""
    with named(encoder, role, lambda: f"encode of {bases.size} bases"):
        unknown = encoder.encode(bases, out)
    return _check_encoded(encoder, role, out, unknown)


def decode(transcoder: Transcoder, codes: Codes, out: Codes) -> None:
    """`Transcoder.decode`, named."""
    with named(transcoder, "sampler", lambda: f"decode of {codes.size} codes"):
        transcoder.decode(codes, out)


def compose(composer: Composer, bases: Codes, edges: Positions) -> Positions:
    """What `Composer.compose` writes, checked: int64[m, 4]."""
    out = np.empty((edges.size - 1, 4), dtype=np.int64)
    role = "counter" if isinstance(composer, Counter) else "sampler"
    with named(composer, role, lambda: f"compose of {edges.size - 1} windows"):
        composer.compose(bases, edges, out)
    if out.size and (out.min() < 0 or (out.sum(axis=1) > np.diff(edges)).any()):
        expected = "counts that are not negative and no more than the bases of their window"
        _refuse(composer, role, f"compose of {edges.size - 1} windows", "other counts", expected)
    return out


def count(
    counter: Counter, codes: Codes, edges: Positions, strata: Strata, *, order: int, out: NDArray[np.uint64]
) -> int:
    """`Counter.count`, checked."""
    windows = int(edges[-1])
    with named(counter, "counter", lambda: f"count of {windows} windows, order {order}"):
        unknown = counter.count(codes, edges, strata, order=order, out=out)
    if isinstance(unknown, bool) or not isinstance(unknown, int | np.integer) or not 0 <= unknown <= windows:
        expected = f"how many windows hold a 4: an int from 0 to {windows}"
        _refuse(counter, "counter", f"count of {windows} windows, order {order}", _kind(unknown), expected)
    return int(unknown)


def sample(sampler: Sampler, codes: Codes, *arrays: Any, order: int, thresholds: NDArray[np.uint32]) -> None:
    """`Sampler.sample`, checked; `arrays` are edges, strata and uniforms."""
    with named(sampler, "sampler", lambda: f"sample of {codes.size - order} bases, order {order}"):
        sampler.sample(codes, *arrays, order=order, thresholds=thresholds)
    _check_sampled(sampler, codes, order)


def sample_stream(
    sampler: StreamSampler, codes: Codes, *arrays: Any, order: int, thresholds: NDArray[np.uint32]
) -> None:
    """`StreamSampler.sample_stream`, checked; `arrays` are edges, strata, and edges, words, positions of streams."""
    with named(sampler, "sampler", lambda: f"sample_stream of {codes.size - order} bases, order {order}"):
        sampler.sample_stream(codes, *arrays, order=order, thresholds=thresholds)
    _check_sampled(sampler, codes, order)


def _check_sampled(sampler: object, codes: Codes, order: int) -> None:
    if codes.size and codes.max() > NOT_ACGT:
        place = int(np.argmax(codes > NOT_ACGT))
        found = "left a cell free" if codes[place] == FREE else f"wrote the code {codes[place]}"
        raise BrokenPluginError(
            f"{described(sampler, 'sampler')}: sampling {codes.size - order} bases, order {order}, {found} "
            f"(cell {place - order}); expected every free cell to be filled with 0 to 3"
        )


def replace(replacer: Replacer, bases: Codes, target: Codes, replacement: Codes) -> None:
    """`Replacer.replace`, named."""
    with named(replacer, "sampler", lambda: f"replace in {bases.size} bases"):
        replacer.replace(bases, target, replacement)


# Choosing by the source.


def accepts(
    entry: Registered[GenomePlugin] | Registered[TrackPlugin], role: str, source: object, problems: list[str]
) -> bool:
    """What `accepts` of a descriptor says; one that fails says no, is logged, and is noted in `problems`."""
    try:
        answer = entry.descriptor.accepts(source)
    except Exception as error:
        found = f"failed: {type(error).__name__}: {error}"
    else:
        if isinstance(answer, bool):
            return answer
        found = f"gave {_kind(answer)}, expected True or False"
    problem = f"accepts of {role} {entry.name!r} (from {entry.distribution}) {found}"
    if problem not in problems:
        log.warning("skipped a plugin: %s", problem)
        problems.append(problem)
    return False
