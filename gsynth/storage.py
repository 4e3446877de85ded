"""Saving, loading and converting models, in whatever formats the installed serializers provide."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from gsynth.errors import (
    ArgumentError,
    ArgumentTypeError,
    FormatError,
    GsynthError,
    MissingFileError,
    OutputExistsError,
    PluginError,
    UnavailablePluginError,
)
from gsynth.files import PathLike
from gsynth.files.atomic import real
from gsynth.files.inputs import check_not_an_input
from gsynth.files.overwriting import check_new, is_empty
from gsynth.files.placement import held, interrupted_saves, is_being_saved, place, workspace
from gsynth.files.siblings import in_turn
from gsynth.files.suffixes import compressor_of, kind_of
from gsynth.model import GsynthModel
from gsynth.plugins import checking
from gsynth.plugins.descriptors import SerializerPlugin
from gsynth.plugins.loading import Registered
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import SERIALIZER

logger = logging.getLogger(__name__)

_LOOKS: Final = 100
"""How often to look again: a reader without write permission cannot keep others from saving there."""

Seen = TypeVar("Seen")


def gsynth_save(
    model: GsynthModel,
    path: PathLike,
    *,
    compress: bool = False,
    format: str | None = None,
    overwrite: bool = False,
) -> None:
    """Save a model.

    The model is first written next to `path` and gets its name only once all of it is on the disk, so a crash leaves
    the old model or the new one. With `overwrite` an older model at `path` is replaced; anything else is left alone.

    Parameters
    ----------
    model : GsynthModel
        What to write.
    path : str or path-like
        The path to write. Its suffix chooses among the formats that can be written; with any other suffix the model is
        a ``.gsm`` folder (a zip with `compress`).
    compress : bool
        Write one compressed file.
    format : str, optional
        The name of a format (see ``gsynth plugins``); overrides the suffix and `compress`.
    overwrite : bool
        Replace a model that exists; otherwise it is an error.

    Raises
    ------
    TypeError
        `model` is not a GsynthModel.
    FileNotFoundError
        The folder in which `path` lies does not exist.
    FileExistsError
        `path` exists, and is not a model or `overwrite` is false.
    LookupError, ImportError
        No format of that name is installed, or it cannot be used here.
    ValueError
        The format cannot write, or cannot hold this model.

    Examples
    --------
    >>> import os, tempfile, numpy as np, gsynth
    >>> model = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64))
    >>> path = os.path.join(tempfile.mkdtemp(), "model.gsm")
    >>> gsynth.gsynth_save(model, path)
    >>> gsynth.gsynth_load(path) == model
    True
    """
    if not isinstance(model, GsynthModel):
        raise ArgumentTypeError(f"model must be a GsynthModel, found {type(model).__name__}")
    target, name = check_savable(path, compress=compress, format=format, overwrite=overwrite)
    serializer = registry().load(SERIALIZER, name)
    own = registry().select(SERIALIZER, name).descriptor.files
    # It has the same name in the workspace, for writers that look at the suffix.
    with workspace(target) as new:
        checking.save_model(serializer, model, new)
        place(new, target, own)


def check_savable(
    path: PathLike, *, compress: bool, format: str | None, overwrite: bool, inputs: Sequence[object] = ()
) -> tuple[Path, str]:
    """Refuse early what `gsynth_save` could not write; returns the real path and the name of the format.

    `inputs` are the sources of the model: `path` must be none of them.
    """
    target = _output_path(path)
    check_not_an_input([target], inputs)
    _settled(target, lambda: _check_replaceable(target, overwrite))
    return target, _format_to_write(target, compress) if format is None else _named_to_write(format)


def gsynth_load(path: PathLike, *, format: str | None = None) -> GsynthModel:
    """Load a model in any format: the content decides, not the name.

    Parameters
    ----------
    path : str or path-like
        A file or folder.
    format : str, optional
        The name of the format as which to read it.

    Returns
    -------
    GsynthModel
        Equal to the one that was saved.

    Raises
    ------
    FileNotFoundError
        `path` does not exist.
    ValueError
        No installed format recognises it, its version is unknown, or it is damaged.
    TypeError
        It does not hold a model.
    LookupError, ImportError
        No format of that name is installed, or it cannot be used here.

    Examples
    --------
    >>> import os, tempfile, numpy as np, gsynth
    >>> model = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64))
    >>> path = os.path.join(tempfile.mkdtemp(), "model.gsm")
    >>> gsynth.gsynth_save(model, path, compress=True)
    >>> gsynth.gsynth_load(path).total_kmers
    16
    """
    # By its real path, because that is what a save of the same model locks.
    source = _as_path(path)
    return _settled(Path(os.path.realpath(source)), lambda: _load(source, format))


def gsynth_convert(
    input_path: PathLike,
    output_path: PathLike,
    *,
    compress: bool = False,
    format: str | None = None,
    overwrite: bool = False,
) -> None:
    """Load a model and save it in another format.

    Parameters
    ----------
    input_path : str or path-like
        A model in any installed format.
    output_path : str or path-like
        The path to write, as in `gsynth_save`.
    compress : bool
        Write one compressed file.
    format : str, optional
        The name of the format to write.
    overwrite : bool
        As in `gsynth_save`.

    Raises
    ------
    GsynthError
        Whatever `gsynth_load` and `gsynth_save` raise.

    Examples
    --------
    >>> import os, tempfile, numpy as np, gsynth
    >>> model = gsynth.GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64))
    >>> folder = tempfile.mkdtemp()
    >>> gsynth.gsynth_save(model, os.path.join(folder, "model.gsm"))
    >>> gsynth.gsynth_convert(os.path.join(folder, "model.gsm"), os.path.join(folder, "small.gsm"), compress=True)
    """
    check_not_an_input([_output_path(output_path)], [_as_path(input_path)])
    gsynth_save(gsynth_load(input_path), output_path, compress=compress, format=format, overwrite=overwrite)


def _settled(target: Path, look: Callable[[], Seen]) -> Seen:
    """The result of `look`; repeated if it fails while others save `target`, finally while no save can finish."""
    for _ in range(_LOOKS):
        with held(target) as was_replaced:
            try:
                return look()
            except (GsynthError, OSError):
                # What was read is about to be deleted; or a new model came between two reads: a folder in place of a
                # file, or by two renames.
                if not was_replaced():
                    if not is_being_saved(target):
                        raise
                    break
    with in_turn(target):
        return look()


def _load(source: Path, format: str | None) -> GsynthModel:
    if not source.exists():
        raise MissingFileError(_missing(source))
    if format is not None:
        return checking.load_model(registry().load(SERIALIZER, format), source)
    failure: PluginError | None = None
    problems: list[str] = []
    # The next one if a format cannot be loaded here, such as rds without its library: another may read it as well.
    for entry in _recognising(source, problems):
        try:
            serializer = registry().load(SERIALIZER, entry.name)
        except PluginError as error:
            failure = failure or error
            logger.warning("%s: skipped a format that recognises it: %s", source, error)
            continue
        logger.debug("model: %s, format %s", source, entry.name)
        return checking.load_model(serializer, source)
    if failure is not None:
        raise failure
    raise FormatError(_unrecognised(source, problems))


def _as_path(path: object) -> Path:
    try:
        text = os.fspath(path)  # type: ignore[call-overload]  # what is no path raises
    except TypeError as error:
        raise ArgumentTypeError(f"a path must be a str or path-like, found {type(path).__name__}") from error
    if not isinstance(text, str):
        raise ArgumentTypeError(f"a path must be a str or path-like, found {text!r}")
    if not text or "\0" in text:
        raise ArgumentError(f"{text!r} is not a path")
    return Path(text)


def _output_path(path: object) -> Path:
    # Through a link, so that the link remains and its target becomes the new model.
    target = real(_as_path(path))
    if not target.parent.is_dir():
        raise MissingFileError(f"cannot save {target}: the folder {target.parent} does not exist; create it first")
    return target


def _serializers() -> list[Registered[SerializerPlugin]]:
    return registry().ranked(SERIALIZER)


def _named_to_write(name: str) -> str:
    descriptor = registry().select(SERIALIZER, name).descriptor
    if not descriptor.can_save:
        writers = [entry.name for entry in _serializers() if entry.descriptor.can_save]
        raise ArgumentError(f"the format {name!r} can be read but not written; use one of: {', '.join(writers)}")
    return name


def _format_to_write(target: Path, compress: bool) -> str:
    open_choice = [e for e in _serializers() if e.descriptor.can_save and not e.descriptor.on_request]
    asked = [entry for entry in open_choice if entry.descriptor.compressed == bool(compress)]
    if not asked:
        kind = "a compressed format" if compress else "a format"
        raise UnavailablePluginError(f"no installed serializer writes {kind}\n{_installed([])}")
    # A suffix that only a compressed format has asks for it as clearly as compress=True does.
    matching = [e for e in (asked if compress else [*asked, *open_choice]) if _has_suffix(e, target)]
    if matching:
        return matching[0].name
    owners = [entry for entry in _serializers() if _has_suffix(entry, target)]
    names = " and ".join(entry.name for entry in owners)
    instead = f"name the model .gsm, or choose a format by format= (--format), such as {asked[0].name}"
    if owners and not any(entry.descriptor.can_save for entry in owners):
        raise ArgumentError(f"{target.name} has the suffix of the format {names}, which can only be read: {instead}")
    promised = compressor_of(target) or kind_of(target)
    if not owners and promised is not None:
        raise ArgumentError(f"{target.name} has a suffix of {promised}, which is not a format of models: {instead}")
    if owners:
        logger.warning("%s has the suffix of the format %s, and is written as %s", target, names, asked[0].name)
    return asked[0].name


def _has_suffix(entry: Registered[SerializerPlugin], path: Path) -> bool:
    return path.name.lower().endswith(entry.descriptor.suffixes) if entry.descriptor.suffixes else False


def _check_replaceable(target: Path, overwrite: bool) -> None:
    # An empty folder or file has nothing to lose; mkdtemp and mkstemp leave such.
    if not target.exists() or is_empty(target):
        return None
    for entry in _recognising(target, []):
        if entry.descriptor.can_save:
            return check_new([target], overwrite=overwrite)
    kind = "folder" if target.is_dir() else "file"
    raise OutputExistsError(
        f"{target} exists and is not a model that gsynth writes: the {kind} was left alone; "
        "remove it or save under another name"
    )


def _recognising(path: Path, problems: list[str]) -> list[Registered[SerializerPlugin]]:
    """The serializers whose sniff accepts `path`, best first; what failed is noted in `problems`."""
    return [entry for entry in _serializers() if checking.sniffs(entry, path, problems)]


def _missing(path: Path) -> str:
    message = f"there is no model at {path}"
    left = interrupted_saves(Path(os.path.realpath(path)))
    if left:
        message += f"; an interrupted save left one at {left[0]}: move it to {path}"
    return message


def _unrecognised(path: Path, problems: list[str]) -> str:
    kind = "folder" if path.is_dir() else "file"
    return f"the {kind} {path} is in no known model format\n{_installed(problems)}"


def _installed(problems: list[str]) -> str:
    lines = [f"  {entry.name}: {entry.descriptor.summary}".rstrip(": ") for entry in _serializers()]
    lines += [f"  problem: {problem}" for problem in problems]
    lines += [f"  could not be loaded: {plugin}" for plugin in registry().broken]
    return "installed formats:\n" + ("\n".join(lines) or "  none")
