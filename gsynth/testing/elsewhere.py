"""A model file format in processes of their own: with another hash seed, on another host, at another time.

``python -m gsynth.testing.elsewhere ORDER`` does what the pickled order says, and writes what it found beside it.
"""

from __future__ import annotations

import datetime
import getpass
import importlib.util
import inspect
import json
import os
import pickle
import platform
import socket
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import CodeType
from typing import Any, Final

from attrs import asdict, define, field, frozen

_YEAR: Final = 366 * 86_400
_EVENTS: Final = ("os.system", "subprocess.Popen", "socket.connect", "os.exec", "os.posix_spawn")
"""What nothing that reads a model has a reason to do; the names are those of Python's audit events."""


@frozen
class Order:
    """What a process must do.

    Attributes
    ----------
    plugin : bytes
        The pickled format, or its class.
    module, file : str
        Where its class is defined.
    models : tuple of bytes
        The pickled models to save at `paths`; without any, what is there is loaded, twice, and watched.
    paths : tuple of str
    away : bool
        Whether the host, the user and the time are others.
    """

    plugin: bytes
    module: str
    file: str
    models: tuple[bytes, ...]
    paths: tuple[str, ...]
    away: bool = False


@define
class Outcome:
    """What a process found: the error, if there was one, and what ran that should not have."""

    error: str = ""
    ran: list[str] = field(factory=list)


def order_of(plugin: object, models: Sequence[object], paths: Sequence[Path], *, away: bool = False) -> Order:
    """An order for another process; skips the test if the plugin cannot be made there."""
    # Not at the top, because the other process needs it not.
    import pytest

    kind = type(plugin)
    for thing in (plugin, kind):
        try:
            pickled = pickle.dumps(thing)
            # What cannot be made again here will not be there.
            pickle.loads(pickled)
        except Exception:
            continue
        saved = tuple(map(pickle.dumps, models))
        return Order(pickled, kind.__module__, inspect.getsourcefile(kind) or "", saved, tuple(map(str, paths)), away)
    pytest.skip(f"{kind.__name__} cannot be made in another process: it, or its class, must be one that pickles")


def carried_out(orders: Sequence[Order]) -> list[Outcome]:
    """What the orders found, each in a process of its own, all at once."""
    running = [(order, *_started(order, seed)) for seed, order in enumerate(orders, 1)]
    return [_ended(order, process, ordered) for order, process, ordered in running]


def _started(order: Order, seed: int) -> tuple[subprocess.Popen[str], Path]:
    ordered = Path(f"{order.paths[0]}.order")
    ordered.write_bytes(pickle.dumps((sys.path, order)))
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    if order.away:
        environment |= {"USER": "nobody", "LOGNAME": "nobody", "HOSTNAME": "far", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    command = [sys.executable, "-W", "ignore", "-m", "gsynth.testing.elsewhere", str(ordered)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True), ordered


def _ended(order: Order, process: subprocess.Popen[str], ordered: Path) -> Outcome:
    _, said = process.communicate()
    answer = Path(f"{order.paths[0]}.outcome")
    ordered.unlink()
    if not answer.exists():
        return Outcome(f"the process ended with status {process.returncode}: {said.strip()[-1000:]}")
    found = Outcome(**json.loads(answer.read_text()))
    answer.unlink()
    return found


def main() -> None:
    """Carry out the order at the path that is the one argument."""
    ordered = Path(sys.argv[1])
    paths, order = pickle.loads(ordered.read_bytes())
    sys.path[:] = paths
    if order.away:
        _go_away()
    found = Outcome()
    try:
        _carry_out(order, found)
    except Exception as error:
        place = traceback.extract_tb(error.__traceback__)[-1]
        found.error = f"{type(error).__name__}: {error} (in {place.filename}, line {place.lineno}, {place.name})"
    Path(f"{order.paths[0]}.outcome").write_text(json.dumps(asdict(found)))


def _carry_out(order: Order, found: Outcome) -> None:
    _import(order.module, order.file)
    plugin = pickle.loads(order.plugin)
    plugin = plugin() if isinstance(plugin, type) else plugin
    for model, path in zip(order.models, order.paths, strict=bool(order.models)):
        plugin.save(pickle.loads(model), Path(path))
    if order.models:
        return
    # The first time it may import what it needs.
    plugin.load(Path(order.paths[0]))
    stop = _watch(found.ran)
    try:
        plugin.load(Path(order.paths[0]))
    finally:
        stop()


def _import(name: str, file: str) -> None:
    """Import a module by its name, or from its file: a test module may have no name that can be imported."""
    try:
        importlib.import_module(name)
    except ImportError:
        spec = importlib.util.spec_from_file_location(name, file)
        if spec is None or spec.loader is None:
            raise
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)


def _watch(ran: list[str]) -> Callable[[], None]:
    """Note code that runs and was not imported, processes and connections, until the function returned is called."""
    watching = True

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if not watching:
            return
        if event == "exec" and isinstance(arguments[0], CodeType):
            code = arguments[0]
            # A module that is imported now is executed too, from a file.
            if not (code.co_name == "<module>" and os.path.isfile(code.co_filename)):
                ran.append(f"eval or exec of code from {code.co_filename}")
        elif event in _EVENTS:
            ran.append(f"{event}{arguments[:1]!r}")

    sys.addaudithook(hook)

    def stop() -> None:
        nonlocal watching
        watching = False

    return stop


def _go_away() -> None:
    """Let the host, the user and the time be others, for whatever is imported from now on."""

    class Date(datetime.date):
        @classmethod
        def today(cls) -> Any:
            return super().today() + datetime.timedelta(366)

    class DateTime(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return super().now(tz) + datetime.timedelta(366)

        @classmethod
        def utcnow(cls) -> Any:
            return cls.now(datetime.UTC).replace(tzinfo=None)

        @classmethod
        def today(cls) -> Any:
            return cls.now()

    seconds, nanoseconds = time.time, time.time_ns
    local, universal, written, named = time.localtime, time.gmtime, time.strftime, os.uname
    later = {
        (time, "time"): lambda: seconds() + _YEAR,
        (time, "time_ns"): lambda: nanoseconds() + _YEAR * 10**9,
        (time, "localtime"): lambda at=None: local(seconds() + _YEAR if at is None else at),
        (time, "gmtime"): lambda at=None: universal(seconds() + _YEAR if at is None else at),
        (time, "strftime"): lambda form, at=None: written(form, time.localtime() if at is None else at),
        (datetime, "date"): Date,
        (datetime, "datetime"): DateTime,
        (socket, "gethostname"): lambda: "far",
        (platform, "node"): lambda: "far",
        (getpass, "getuser"): lambda: "nobody",
        (os, "getlogin"): lambda: "nobody",
        (os, "uname"): lambda: os.uname_result((named()[0], "far", *named()[2:])),
    }
    for (module, name), value in later.items():
        setattr(module, name, value)


if __name__ == "__main__":
    main()
