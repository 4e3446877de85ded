"""The error tree: every class is also the built-in exception that a caller would expect to catch."""

from __future__ import annotations


class GsynthError(Exception):
    """Base of every error that gsynth raises on purpose."""


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
