"""The error tree: every class is also the built-in exception that a caller would expect to catch."""

from __future__ import annotations

import re
from typing import Final

_MOST: Final = 4000
"""Letters of a message: no more than a screen of it, whatever it quotes."""

# Controls (tabs and line ends aside), halves of surrogate pairs, and what turns or hides the text around it.
UNPRINTABLE: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


def printable(text: str, *, lines: bool = True) -> str:
    """`text` as it may be shown on a terminal, whoever wrote it; with `lines`, tabs and line ends stay as they are.

    What a terminal would obey (escape sequences, marks that turn the direction of writing) becomes Python's escapes.

    Examples
    --------
    >>> print(printable("a\x1b[31m"))
    a\\x1b[31m
    """
    text = UNPRINTABLE.sub(_escaped, text)
    return text if lines else text.replace("\n", "\\n").replace("\t", "\\t")


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


class GsynthError(Exception):
    """Base of every error that gsynth raises on purpose.

    Its message is one that can be shown: `printable`, and not longer than a screen.
    """

    def __str__(self) -> str:
        text = printable(super().__str__())
        return text if len(text) <= _MOST else f"{text[: _MOST - 500]} ... {text[-400:]}"


class ArgumentError(GsynthError, ValueError):
    """An argument has the right type but a value that cannot be used."""


class ArgumentTypeError(GsynthError, TypeError):
    """An argument has the wrong type."""


class FormatError(GsynthError, ValueError):
    """A file is not what it claims to be, or of an unknown format or version."""


class NotAModelError(GsynthError, TypeError):
    """A readable file does not hold a model."""


class MissingFileError(GsynthError, FileNotFoundError):
    """A file or folder that was named does not exist."""


class OutputExistsError(GsynthError, FileExistsError):
    """The output exists, and overwriting was not requested."""


class InsufficientMemoryError(GsynthError, MemoryError):
    """The work needs more memory than the process may still take; nothing was begun."""


class ContigError(GsynthError, LookupError):
    """A contig name is not in the genome."""


class TrackError(GsynthError, LookupError):
    """A track name is not known."""


class PluginError(GsynthError):
    """Base of the four ways in which selecting a plugin can fail."""


class UnknownPluginError(PluginError, LookupError):
    """No plugin of that name is installed."""


class UnavailablePluginError(PluginError, ImportError):
    """The plugin is installed but cannot be used here."""


class PluginConflictError(PluginError, ValueError):
    """Two distributions provide a plugin of the same name."""


class BrokenPluginError(PluginError, RuntimeError):
    """The plugin's own code failed, or does not keep the contract."""


class ExecutorError(GsynthError, RuntimeError):
    """Other processes cannot do the jobs of a call, or were lost."""
