"""Which format is chosen, what is refused, and that a save is all or nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gsynth.files.placement
import gsynth.storage
from gsynth import GsynthModel, gsynth_convert, gsynth_load, gsynth_save
from gsynth.errors import (
    ArgumentError,
    ArgumentTypeError,
    BrokenPluginError,
    FormatError,
    MissingFileError,
    OutputExistsError,
    UnavailablePluginError,
    UnknownPluginError,
)
from gsynth.plugins import SerializerPlugin, hookimpl
from gsynth.plugins.registry import ENTRY_POINT_GROUP, Registry
from gsynth.plugins.roles import SERIALIZER


class NpzSerializer:
    """A third party's format: one file of counts."""

    def save(self, model: GsynthModel, path: Path) -> None:
        np.savez(path, counts=model.counts)

    def load(self, path: Path) -> GsynthModel:
        return GsynthModel(k=2, counts=np.load(path)["counts"])


class Raising:
    """Writes something and then fails."""

    error: BaseException = KeyError("boom")

    def save(self, model: GsynthModel, path: Path) -> None:
        path.mkdir()
        (path / "half").write_bytes(b"half a model")
        raise self.error

    def load(self, path: Path) -> GsynthModel:
        raise self.error


class Silent:
    """Neither writes nor reads a model."""

    def save(self, model: GsynthModel, path: Path) -> None:
        pass

    def load(self, path: Path) -> object:
        return {"counts": 1}


def is_npz(path: Path) -> bool:
    return path.is_file() and zipfile.is_zipfile(path) and "counts.npy" in zipfile.ZipFile(path).namelist()


def refuse(_: Path) -> bool:
    return False


def missing() -> Any:
    raise ImportError("No module named 'parquetry'")


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts further serializers beside the installed ones, for one test."""
    extended = Registry.from_entry_points(entry_points(group=ENTRY_POINT_GROUP))
    monkeypatch.setattr(gsynth.storage, "registry", lambda: extended)

    def add(name: str, load: Callable[[], Any], sniff: Callable[[Path], bool] = refuse, **more: Any) -> None:
        class Plugin:
            @hookimpl
            def gsynth_serializers(self) -> Iterator[SerializerPlugin]:
                yield SerializerPlugin(name=name, load=load, sniff=sniff, **more)

        extended.add(Plugin(), name, "elsewhere")
        assert name in extended.names(SERIALIZER)

    return add


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize(
    ("name", "compress", "is_zip"),
    [
        ("m.gsm", False, False),
        ("m.gsm", True, True),
        ("m", False, False),
        ("m", True, True),
        ("m.other", False, False),
        ("m.other", True, True),
        ("M.ZIP", False, True),
    ],
)
def test_the_format_follows_suffix_and_compress(
    tmp_path: Path, model: GsynthModel, name: str, compress: bool, is_zip: bool
) -> None:
    gsynth_save(model, tmp_path / name, compress=compress)
    assert zipfile.is_zipfile(tmp_path / name) == is_zip
    assert (tmp_path / name).is_dir() != is_zip
    assert gsynth_load(str(tmp_path / name)) == model


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("name", ["m.rds", "m.pkl", "M.PKL"])
def test_a_suffix_of_a_format_that_is_only_read_is_refused(
    tmp_path: Path, model: GsynthModel, name: str, compress: bool
) -> None:
    with pytest.raises(ArgumentError, match="read"):
        gsynth_save(model, tmp_path / name, compress=compress)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("name", ["m.gsm.gz", "m.ZST", "m.fa", "m.2bit"])
def test_a_suffix_that_promises_no_model_is_refused(tmp_path: Path, model: GsynthModel, name: str) -> None:
    with pytest.raises(ArgumentError, match="not a format of models"):
        gsynth_save(model, tmp_path / name)
    assert not os.listdir(tmp_path)
    gsynth_save(model, tmp_path / name, format="gsm")
    assert gsynth_load(tmp_path / name) == model


def test_a_third_party_format_is_chosen_by_its_suffix(tmp_path: Path, install: Any) -> None:
    install("npz", NpzSerializer, is_npz, suffixes=(".npz",))
    model = GsynthModel(k=2, counts=np.ones((1, 16, 4), np.uint64))
    for _ in range(2):
        gsynth_save(model, tmp_path / "m.npz", overwrite=True)
        assert is_npz(tmp_path / "m.npz")
        assert gsynth_load(tmp_path / "m.npz") == model
    gsynth_convert(tmp_path / "m.npz", tmp_path / "m.gsm")
    assert gsynth_load(tmp_path / "m.gsm", format="gsm") == model
    assert sorted(os.listdir(tmp_path)) == ["m.gsm", "m.npz"]


def test_a_format_is_written_only_on_request(tmp_path: Path, model: GsynthModel, install: Any) -> None:
    install("odd", NpzSerializer, suffixes=(".gsm",), priority=1000, on_request=True)
    gsynth_save(model, tmp_path / "m.gsm")
    assert (tmp_path / "m.gsm").is_dir()
    gsynth_save(
        GsynthModel(k=2, counts=np.ones((1, 16, 4), np.uint64)), tmp_path / "m.npz", format="odd", overwrite=True
    )
    assert is_npz(tmp_path / "m.npz")


@pytest.mark.parametrize("call", [partial(gsynth_save, overwrite=True), lambda _, path, **kw: gsynth_load(path, **kw)])
def test_an_unknown_format_lists_the_installed(tmp_path: Path, model: GsynthModel, call: Any) -> None:
    gsynth_save(model, tmp_path / "m.gsm")
    with pytest.raises(UnknownPluginError, match=r"'gms'.*installed: gsm, gsm-zip(.|\n)*did you mean 'gsm'"):
        call(model, tmp_path / "m.gsm", format="gms")


def test_an_unavailable_format_says_what_to_install(tmp_path: Path, model: GsynthModel, install: Any) -> None:
    install("rare", missing, lambda path: path.suffix == ".rare", suffixes=(".rare",), install_hint="pip install rare")
    for act in (lambda: gsynth_save(model, tmp_path / "m.rare"), lambda: gsynth_load(tmp_path / "there.rare")):
        (tmp_path / "there.rare").write_bytes(b"?")
        with pytest.raises(UnavailablePluginError, match=r"parquetry.*; pip install rare"):
            act()


def test_what_nothing_recognises(tmp_path: Path, install: Any) -> None:
    install("rude", NpzSerializer, lambda _: 1 / 0 > 1)
    (tmp_path / "x").write_bytes(b"neither this nor that")
    with pytest.raises(FormatError, match=r"no known model format\n(.|\n)*gsm:(.|\n)*'rude'.*ZeroDivisionError"):
        gsynth_load(tmp_path / "x")
    with pytest.raises(FormatError, match="the folder"):
        gsynth_load(tmp_path)


@pytest.mark.parametrize("format", ["gsm", "gsm-zip", "pickle", "rds"])
@pytest.mark.parametrize("make", ["folder", "file"])
def test_a_named_format_is_obeyed_or_refused(tmp_path: Path, format: str, make: str) -> None:
    if format == "rds":
        pytest.importorskip("rdata", reason="rdata is an extra")
    path = tmp_path / "x"
    path.mkdir() if make == "folder" else path.write_bytes(b"neither this nor that")
    with pytest.raises(FormatError, match=str(path)):
        gsynth_load(path, format=format)


def test_arguments(tmp_path: Path, model: GsynthModel) -> None:
    with pytest.raises(ArgumentTypeError, match="found dict"):
        gsynth_save({}, tmp_path / "m")
    with pytest.raises(MissingFileError, match="nowhere"):
        gsynth_save(model, tmp_path / "nowhere" / "m.gsm")
    with pytest.raises(MissingFileError, match="no model"):
        gsynth_load(tmp_path / "m.gsm")
    with pytest.raises(ArgumentTypeError, match="found int"):
        gsynth_load(3)
    with pytest.raises(ArgumentTypeError, match="found b'm'"):
        gsynth_load(b"m")
    with pytest.raises(ArgumentError, match="not a path"):
        gsynth_load("")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=["exchange", "two renames"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both ways of replacing a folder."""
    if request.param == "two renames":
        monkeypatch.setattr(gsynth.files.placement, "_exchange", lambda new, target: False)
    return str(request.param)


@pytest.mark.parametrize("old", [None, False, True, "empty folder", "empty file"])
@pytest.mark.parametrize("new", [False, True])
def test_replacing(tmp_path: Path, make_model: Any, way: str, old: Any, new: bool) -> None:
    path = tmp_path / "m.gsm"
    if old == "empty folder":
        path.mkdir()
    elif old == "empty file":
        path.touch()
    elif old is not None:
        gsynth_save(make_model(total_n=1), path, compress=old, overwrite=True)
    gsynth_save(make_model(total_n=2), path, compress=new, overwrite=True)
    assert gsynth_load(path).total_n == 2
    assert path.is_file() == new
    assert os.listdir(tmp_path) == ["m.gsm"]


@pytest.mark.parametrize("compress", [False, True])
def test_a_strangers_things_are_left_alone(tmp_path: Path, model: GsynthModel, compress: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "metadata.yaml").write_text("format: thesis\n")
    (tmp_path / "genome.fa").write_text(">chr1\nACGT\n")
    (tmp_path / "old.bin").write_bytes(b"\x80\x04N.")
    before = contents(tmp_path)
    for name in ("folder", "genome.fa", "old.bin"):
        with pytest.raises(OutputExistsError, match="left alone"):
            gsynth_save(model, tmp_path / name, compress=compress)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(("compress", "extra"), [(False, "notes.txt"), (False, "plots/a.png"), (True, "plots/a.png")])
def test_a_model_folder_that_holds_more_is_left_alone(
    tmp_path: Path, model: GsynthModel, compress: bool, extra: str
) -> None:
    gsynth_save(model, tmp_path / "m.gsm", overwrite=True)
    (tmp_path / "m.gsm" / extra).parent.mkdir(exist_ok=True)
    (tmp_path / "m.gsm" / extra).write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(OutputExistsError, match=extra.split("/")[0]):
        gsynth_save(model, tmp_path / "m.gsm", compress=compress, overwrite=True)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    ("error", "seen"),
    [(KeyError("boom"), BrokenPluginError), (OSError(28, "No space left"), OSError), (KeyboardInterrupt(), None)],
)
@pytest.mark.parametrize("old", [None, False, True])
def test_a_save_that_fails_midway_changes_nothing(
    tmp_path: Path, model: GsynthModel, install: Any, old: Any, error: BaseException, seen: Any
) -> None:
    raising = Raising()
    raising.error = error
    install("raising", lambda: raising)
    if old is not None:
        gsynth_save(model, tmp_path / "m.gsm", compress=old, overwrite=True)
    before = contents(tmp_path)
    with pytest.raises(seen or KeyboardInterrupt):
        gsynth_save(model, tmp_path / "m.gsm", format="raising", overwrite=True)
    assert contents(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == (old is not None)


def test_a_plugin_that_does_not_keep_its_contract(tmp_path: Path, model: GsynthModel, install: Any) -> None:
    install("silent", Silent)
    install("raising", Raising)
    (tmp_path / "m").write_bytes(b"?")
    with pytest.raises(BrokenPluginError, match=r"serializer 'silent' \(from .*\): save to new gave nothing"):
        gsynth_save(model, tmp_path / "new", format="silent")
    with pytest.raises(BrokenPluginError, match=r"serializer 'silent' .*gave dict .*, expected a GsynthModel"):
        gsynth_load(tmp_path / "m", format="silent")
    with pytest.raises(BrokenPluginError, match="KeyError: 'boom'"):
        gsynth_load(tmp_path / "m", format="raising")


@pytest.mark.parametrize("fails", [1, 2])
def test_a_rename_that_fails_leaves_the_old_model(
    tmp_path: Path, make_model: Any, monkeypatch: pytest.MonkeyPatch, fails: int
) -> None:
    gsynth_save(make_model(total_n=1), tmp_path / "m.gsm", overwrite=True)
    before = contents(tmp_path)
    rename, calls = os.rename, []

    def flaky(source: Any, target: Any) -> None:
        calls.append(source)
        if len(calls) == fails:
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(gsynth.files.placement, "_exchange", lambda new, target: False)
    monkeypatch.setattr(os, "rename", flaky)
    with pytest.raises(OSError, match="Input/output"):
        gsynth_save(make_model(total_n=2), tmp_path / "m.gsm", overwrite=True)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", ["m.gsm", "m[1]*.gsm", "x" * 120])
def test_a_killed_save_leaves_the_old_model_and_says_where(
    tmp_path: Path, make_model: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    path = tmp_path / name
    gsynth_save(make_model(total_n=1), path, overwrite=True)
    script = f"""
import os, signal, gsynth.files.placement, gsynth.storage
model = gsynth.storage.gsynth_load({str(path)!r})
gsynth.files.placement._exchange = lambda new, target: False
rename = os.rename
def killed(source, target):
    rename(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
os.rename = killed
gsynth.storage.gsynth_save(model, {str(path)!r}, overwrite=True)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == -9
    with pytest.raises(MissingFileError, match="interrupted save left one at") as caught:
        gsynth_load(path)
    left = str(caught.value).split("left one at ")[1].split(": move")[0]
    assert gsynth_load(left).total_n == 1


def test_all_is_on_the_disk_before_it_gets_its_name(
    tmp_path: Path, model: GsynthModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    fsync, replace = os.fsync, os.replace

    def note(descriptor: int) -> None:
        synced.append(Path(os.readlink(f"/proc/self/fd/{descriptor}")).name)
        fsync(descriptor)

    def placed(source: Any, target: Any) -> None:
        assert sorted(synced) == ["cdf.bin", "counts.bin", "m.gsm", "metadata.yaml", "prior.bin"]
        replace(source, target)

    monkeypatch.setattr(os, "fsync", note)
    monkeypatch.setattr(os, "replace", placed)
    gsynth_save(model, tmp_path / "m.gsm", overwrite=True)
    assert synced[-1] == tmp_path.name


def test_a_link_stays_a_link(tmp_path: Path, make_model: Any) -> None:
    gsynth_save(make_model(total_n=1), tmp_path / "real.gsm", overwrite=True)
    (tmp_path / "link.gsm").symlink_to("real.gsm")
    gsynth_save(make_model(total_n=2), tmp_path / "link.gsm", overwrite=True)
    assert (tmp_path / "link.gsm").is_symlink()
    assert gsynth_load(tmp_path / "real.gsm").total_n == 2


@pytest.mark.parametrize("how", ["exchanged", "with a zip", "in two renames"])
def test_a_model_that_is_replaced_while_it_is_read_is_the_old_or_the_new_one(tmp_path: Path, how: str) -> None:
    """Another process saves to the same name again and again; no load sees half of each, or nothing."""
    code = """
import sys, numpy as np, gsynth, gsynth.files.placement
if sys.argv[2] == "in two renames":
    gsynth.files.placement._exchange = lambda new, target: False
models = [gsynth.GsynthModel(k=k, counts=np.full((1, 4**k, 4), k, np.uint64), pseudocount=k) for k in (2, 6)]
gsynth.gsynth_save(models[0], sys.argv[1], overwrite=True)
print("ready", flush=True)
while True:
    for model in models:
        packed = sys.argv[2] == "with a zip" and model is models[1]
        gsynth.gsynth_save(model, sys.argv[1], compress=packed, overwrite=True)
"""
    target = tmp_path / "m.gsm"
    with subprocess.Popen([sys.executable, "-c", code, str(target), how], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        try:
            writer.stdout.readline()
            found = [gsynth_load(target) for _ in range(400)]
        finally:
            writer.kill()
    assert {model.k for model in found} == {2, 6}
    assert all(model.counts.min() == model.counts.max() == model.pseudocount == model.k for model in found)
