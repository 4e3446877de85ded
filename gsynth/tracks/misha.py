"""Tracks of a misha database, evaluated by pymisha.

pymisha keeps one open database for the whole process and is not thread-safe: every call goes through `SESSION`, a lock.
pymisha is only asked for single tracks, by names that the database holds, so that an expression from a model file never
reaches pymisha's own evaluator.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.plugins import ArgumentTypeError, Genome, Track, TrackError

SESSION: Final = threading.RLock()
"""Held while pymisha is used."""

_FOLDER: Final = ".track"


def database_of(genome: object) -> Path | None:
    """The folder of the misha database that a genome is, by its name, or None."""
    name = genome.name if isinstance(genome, Genome) else None
    return Path(name) if isinstance(name, str) and _is_database(Path(name)) else None


def _is_database(folder: Path) -> bool:
    try:
        return (folder / "chrom_sizes.txt").is_file() and (folder / "tracks").is_dir()
    except (OSError, ValueError):
        return False


def is_misha_track(source: object) -> bool:
    """True for ``{"genome": genome, "name": name}`` where the genome is a misha database."""
    if not isinstance(source, Mapping) or set(source) != {"genome", "name"}:
        return False
    return database_of(source["genome"]) is not None


def stored_tracks(root: Path) -> list[str]:
    """The names of the tracks in the database's folder, sorted."""
    tracks = root / "tracks"
    found = []
    for folder, folders, _ in os.walk(tracks):
        words = Path(folder).relative_to(tracks).parts
        found += [".".join((*words, name.removesuffix(_FOLDER))) for name in folders if name.endswith(_FOLDER)]
        # In place, which keeps `os.walk` out of the folders of tracks: they hold data, no further tracks.
        folders[:] = [name for name in folders if not name.endswith(_FOLDER)]
    return sorted(found)


def virtual_tracks(root: Path) -> list[str]:
    """The virtual tracks of the database, if pymisha has it open in this process."""
    pymisha = sys.modules.get("pymisha")
    with SESSION:
        if pymisha is None or _open_database(pymisha) != root.resolve():
            return []
        return sorted(pymisha.gvtrack_ls())


def _open_database(pymisha: Any) -> Path | None:
    try:
        return Path(pymisha.gdb_info()["path"]).resolve()
    except Exception:
        # pymisha has no way to ask: it raises errors of its own kind where no database is open.
        return None


@contextmanager
def opened(root: Path) -> Iterator[Any]:
    """pymisha with the database open, undisturbed by other threads; what was open before is opened again.

    Raises
    ------
    TrackError
        If another database is open whose virtual tracks would be lost.
    """
    import pymisha

    with SESSION:
        before = _open_database(pymisha)
        if before == root.resolve():
            yield pymisha
            return
        # Virtual tracks live in the session alone, and `gdb_init` starts a new one.
        if before is not None and pymisha.gvtrack_ls():
            raise TrackError(
                f"pymisha has {before} open, with virtual tracks that opening {root} would drop: "
                f"call pymisha.gdb_init({str(root)!r}) first"
            )
        pymisha.gdb_init(str(root))
        try:
            yield pymisha
        finally:
            if before is not None:
                pymisha.gdb_init(str(before))


@frozen
class MishaTrack:
    """One track or virtual track of a misha database (see `gsynth.plugins.Track`).

    Attributes
    ----------
    root : Path
        The database.
    name : str
    """

    root: Path
    name: str
    uses_sequence: bool = False
    flank: int = 0

    def window_values(
        self, contig: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8] | None
    ) -> NDArray[np.float64]:
        """What ``gextract`` gives for each window."""
        if edges[-1] <= edges[0]:
            return np.full(edges.size - 1, np.nan)
        filled = np.flatnonzero(np.diff(edges))
        cuts = np.append(edges[filled], edges[-1])
        result = np.full(edges.size - 1, np.nan)
        with opened(self.root) as pymisha, _alone(pymisha):
            try:
                result[filled] = self._extracted(pymisha, contig, cuts)
            except (pymisha.error, ValueError) as error:
                raise TrackError(f"track {self.name!r} of {self.root}: {error}") from error
        return result

    def _extracted(self, pymisha: Any, contig: str, edges: NDArray[np.int64]) -> NDArray[np.float64]:
        width = _iterator(edges)
        whole = pymisha.gintervals([contig], [int(edges[0])], [int(edges[-1])])
        if width is None:
            windows = pymisha.gintervals([contig] * (edges.size - 1), edges[:-1].tolist(), edges[1:].tolist())
            table = pymisha.gextract([self.name], windows, iterator=windows, progress=False)
        else:
            table = pymisha.gextract([self.name], whole, iterator=width, progress=False)
        if table is None or not np.array_equal(table["start"].to_numpy(), edges[:-1]):
            raise TrackError(f"track {self.name!r} of {self.root}: pymisha gave other windows than it was asked for")
        values: NDArray[np.float64] = table[self.name].to_numpy(dtype=np.float64)
        return values


def _iterator(edges: NDArray[np.int64]) -> int | None:
    """The width of which all inner edges are the multiples, or None: pymisha is much faster on such windows."""
    if edges.size < 4:
        return None
    width = int(edges[2] - edges[1])
    first = int(edges[0]) // width * width
    expected = np.arange(first + width, edges[-1], width)
    return width if np.array_equal(expected, edges[1:-1]) else None


@contextmanager
def _alone(pymisha: Any) -> Iterator[None]:
    """Without processes of pymisha's own: a fork while other threads run may hang."""
    before = pymisha.CONFIG["multitasking"]
    pymisha.CONFIG["multitasking"] = False
    try:
        yield
    finally:
        pymisha.CONFIG["multitasking"] = before


class MishaOpener:
    """Opens a track of the misha database that the genome is."""

    def names(self, genome: Genome) -> list[str]:
        """The tracks that the genome brings."""
        root = database_of(genome)
        return [] if root is None else [*stored_tracks(root), *virtual_tracks(root)]

    def open(self, source: object, genome: Genome) -> Track:
        root = database_of(genome)
        if root is None or not isinstance(source, Mapping) or not isinstance(source.get("name"), str):
            raise ArgumentTypeError("a track of a misha database needs {'name': track} and a misha database as genome")
        name: str = source["name"]
        if name not in self.names(genome):
            raise TrackError(f"{root} has no track {name!r}; it has {', '.join(self.names(genome)) or 'none'}")
        import pymisha  # noqa: F401  # the error belongs here, not in a worker thread

        return MishaTrack(root, name)
