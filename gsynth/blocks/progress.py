"""A progress bar in bases, on stderr, and only on a terminal unless asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(total: int, what: str, progress: bool | None) -> Iterator[Any]:
    """A tqdm bar over `total` bases. `progress` None shows it on a terminal, True always, False never."""
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]  # generic in the stubs alone
        # A bar that a signal interrupts while it is made is still closed, and older versions of tqdm need this then.
        disable = True

    disable = None if progress is None else not progress
    with Bar(total=total, desc=what, unit="b", unit_scale=True, disable=disable, leave=False) as bar:
        yield bar
