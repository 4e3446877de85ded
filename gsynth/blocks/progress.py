"""A progress bar in bases, on stderr: on a terminal and in a notebook, unless asked for or forbidden."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def progress_bar(total: int, what: str, progress: bool | None) -> Iterator[Any]:
    """A tqdm bar over `total` bases: with `progress` None on a terminal and in a notebook, True always, False never."""
    in_notebook = _in_notebook()

    class Bar(_widget() if in_notebook and progress is not False else _text()):  # type: ignore[misc]  # chosen here
        # A bar that a signal interrupts while it is made is still closed, and older versions of tqdm need this then.
        disable = True

    # None asks tqdm whether stderr is a terminal, which a notebook's is not.
    shown = True if progress is None and in_notebook else progress
    disable = None if shown is None else not shown
    with Bar(total=total, desc=what, unit="b", unit_scale=True, disable=disable, leave=False) as bar:
        yield bar


def _in_notebook() -> bool:
    """Whether a Jupyter kernel runs this."""
    # Asked of what is loaded: importing IPython takes longer than most calls.
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    shell = get_ipython() if get_ipython is not None else None
    return "IPKernelApp" in getattr(shell, "config", ())


def _text() -> Any:
    from tqdm import tqdm

    return tqdm


def _widget() -> Any:
    """A bar of widgets, if ipywidgets is installed; else one of text, which a notebook shows as well."""
    from tqdm import notebook

    return notebook.tqdm if getattr(notebook, "IProgress", None) is not None else _text()
