"""How much memory this process may still take, and the refusal of work that needs more: before it begins.

A process that takes more than its control group allows is killed without a word, so what is about to be allocated is
compared with what there is.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from gsynth.errors import ArgumentError, InsufficientMemoryError

try:
    import resource
except ImportError:  # not on every system
    resource = None  # type: ignore[assignment]  # then there are no such limits

VARIABLE: Final = "GSYNTH_MAX_MEMORY"
"""The environment variable that limits the memory of a process as `limit_memory` does."""

_PROC: Final = Path("/proc")
_GROUPS: Final = Path("/sys/fs/cgroup")
_UNLIMITED: Final = 1 << 60
"""Control groups of version 1 say that there is no limit by a number near 2**63."""
_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_UNITS: Final = {"": 0, "k": 10, "m": 20, "g": 30, "t": 40}

_SMALL: Final = 1 << 20
"""Below this, looking would take longer than it is worth."""

_limit: int | None = None


@frozen(order=True)
class Room:
    """Bytes that may still be taken, and what sets that limit."""

    size: int
    limit: str


def parse_size(text: str) -> int:
    """Bytes from text such as ``4G``, ``512M`` or ``2.5 GiB`` (units of 1,024); ArgumentError for anything else.

    Examples
    --------
    >>> parse_size("1.5k"), parse_size("2GiB")
    (1536, 2147483648)
    """
    found = _SIZE.fullmatch(text.strip()) if len(text) < 40 else None
    size = 0 if found is None else int(float(found[1]) * (1 << _UNITS[found[2].lower()]))
    if not 0 < size < _UNLIMITED:
        raise ArgumentError(f"{text[:40]!r} is not a size of memory: expected a number with a unit, such as 4G or 512M")
    return size


def limit_memory(size: int | None) -> None:
    """Let this process take at most `size` bytes from now on, as far as gsynth asks; None: no limit of its own."""
    global _limit  # noqa: PLW0603  # the setting is of the process
    _limit = size


def check_room(needed: int, what: str, instead: str) -> None:
    """InsufficientMemoryError if `needed` bytes are more than this process may still take.

    Parameters
    ----------
    needed : int
        Bytes that are about to be allocated.
    what : str
        The work that needs them: "training".
    instead : str
        What to do about it.
    """
    room = None if needed < _SMALL else available()
    if room is not None and needed > room.size:
        raise InsufficientMemoryError(
            f"{what} needs about {readable(needed)} of memory, but {readable(max(0, room.size))} is available "
            f"({room.limit}): {instead}"
        )


def available() -> Room | None:
    """The tightest limit; None if nothing on this system says."""
    rooms = [*_own_limit(), *_address_space(), *_machine(), *_control_groups()]
    return min(rooms, default=None)


def readable(size: int) -> str:
    """Bytes as ``3.4 GB``, in units of 1,000.

    Examples
    --------
    >>> readable(3_400_000_000), readable(12)
    ('3.4 GB', '12 bytes')
    """
    for unit, power in (("TB", 12), ("GB", 9), ("MB", 6), ("kB", 3)):
        if size >= 10**power:
            return f"{size / 10**power:,.1f} {unit}"
    return f"{size:,} bytes"


def _own_limit() -> Iterator[Room]:
    limit, name = _limit, "--max-memory"
    if limit is None and os.environ.get(VARIABLE):
        limit, name = parse_size(os.environ[VARIABLE]), VARIABLE
    if limit is not None:
        yield Room(limit - _pages(1), f"{name} {readable(limit)}")


def _address_space() -> Iterator[Room]:
    if resource is None:
        return
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft not in (resource.RLIM_INFINITY, -1):
        yield Room(soft - _pages(0), f"RLIMIT_AS (ulimit -v) {readable(soft)}")


def _machine() -> Iterator[Room]:
    found = re.search(r"^MemAvailable:\s+([0-9]+) kB$", _read(_PROC / "meminfo"), re.MULTILINE)
    if found is not None:
        yield Room(int(found[1]) << 10, "what the machine has left")


def _pages(column: int) -> int:
    """Bytes of this process: all that it has mapped (column 0), or what is in memory (1)."""
    numbers = _read(_PROC / "self" / "statm").split()
    return int(numbers[column]) * os.sysconf("SC_PAGE_SIZE") if len(numbers) > column else 0


def _control_groups() -> Iterator[Room]:
    """The room in each control group of this process: a limit of a group holds for those inside it."""
    # Pages of files that nobody uses are given up before anything is killed.
    for version, limit, usage, unused in (
        (2, "memory.max", "memory.current", "inactive_file"),
        (1, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        for folder in control_groups("memory", version):
            most, used = _number(folder / limit), _number(folder / usage)
            if most is None or used is None or most >= _UNLIMITED:
                continue
            found = re.search(rf"^{unused} ([0-9]+)$", _read(folder / "memory.stat"), re.MULTILINE)
            free = most - used + (0 if found is None else min(int(found[1]), used))
            yield Room(free, f"the control group's {limit} {readable(most)}")


def control_groups(controller: str, version: int) -> Iterator[Path]:
    """The folders of this process's control groups that may limit it, innermost first, the mount itself last.

    In a container the path that the kernel gives may lie outside of what is mounted; then only the mount counts.
    """
    top = _GROUPS if version == 2 else _GROUPS / controller
    for line in _read(_PROC / "self" / "cgroup").splitlines():
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if (number == "0") != (version == 2) or (version == 1 and controller not in controllers.split(",")):
            continue
        inner = Path(os.path.normpath(f"{top}/{path}"))
        yield from (folder for folder in (inner, *inner.parents) if folder != top and folder.is_relative_to(top))
    yield top


def _number(path: Path) -> int | None:
    text = _read(path).strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
