"""Pickles are read as data: nothing that they name is imported, called or allocated."""

from __future__ import annotations

import os
import pickle
import pickletools
import random
import struct
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsynth import gsynth_load, gsynth_save
from gsynth.errors import ArgumentError, FormatError, GsynthError, NotAModelError

P = b"\x80\x04"
MODEL = b"\x8c\x0epymisha.gsynth\x8c\x0bGsynthModel\x93"
ARRAY = b"\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct\x93\x8c\x05numpy\x8c\x07ndarray\x93K\x00\x85C\x01b\x87R"


@pytest.fixture
def legacy(monkeypatch: pytest.MonkeyPatch) -> type:
    """A class that pickles as pymisha's model does."""

    class GsynthModel:
        pass

    GsynthModel.__module__ = "pymisha.gsynth"
    GsynthModel.__qualname__ = "GsynthModel"
    module = types.ModuleType("pymisha.gsynth")
    module.GsynthModel = GsynthModel  # type: ignore[attr-defined]  # made here
    monkeypatch.setitem(sys.modules, "pymisha", types.ModuleType("pymisha"))
    monkeypatch.setitem(sys.modules, "pymisha.gsynth", module)
    return GsynthModel


def fields(**changes: Any) -> dict[str, Any]:
    rng = np.random.default_rng(3)
    counts = [rng.integers(0, 99, (4, 4)).astype(np.uint64) for _ in range(2)]
    good: dict[str, Any] = {
        "k": 1,
        "dim_specs": [{"expr": "gc", "breaks": np.array([0, 0.5, 1]), "num_bins": 2, "bin_map": np.array([1, 1])}],
        "model_data": {"counts": counts, "cdf": [np.tile([0.25, 0.5, 0.75, 1.0], (4, 1)) for _ in counts]},
        "per_bin_kmers": np.array([c.sum() for c in counts], np.int64),
        "total_kmers": np.int64(sum(c.sum() for c in counts)),
    }
    return {**good, **changes}


GOOD = fields()


def dump(legacy: type, path: Path, state: dict[str, Any], protocol: int = 4) -> Path:
    instance = legacy()
    instance.__dict__.update(state)
    path.write_bytes(pickle.dumps(instance, protocol))
    return path


@pytest.mark.parametrize("protocol", [3, 4, 5])
def test_a_model_that_lacks_the_fields_of_later_versions(legacy: type, tmp_path: Path, protocol: int) -> None:
    model = gsynth_load(dump(legacy, tmp_path / "m", fields(), protocol))
    assert (model.k, model.min_obs, model.iterator, model.prior_mode, model.pseudocount) == (1, 0, None, "none", 1.0)
    assert model.dims[0].merged().tolist() == [1, 1]
    assert model.cdf[1, 2].tolist() == [0.25, 0.5, 0.75, 1.0]
    assert model.total_kmers == fields()["total_kmers"]


def test_arrays_of_other_layouts(legacy: type, tmp_path: Path) -> None:
    model = gsynth_load(dump(legacy, tmp_path / "one", fields()))
    data = fields()["model_data"]
    data["counts"] = [np.asfortranarray(c.astype(">i4")) for c in data["counts"]]
    assert gsynth_load(dump(legacy, tmp_path / "two", fields(model_data=data))) == model


def test_names_of_old_numpy(oracle: Path, tmp_path: Path) -> None:
    new = (oracle / "pymisha/0.14.0/1d.pkl").read_bytes()
    # One byte less in a short string, and in the frame that holds it.
    old = new.replace(b"\x8c\x16numpy._core.multiarray", b"\x8c\x15numpy.core.multiarray")
    old = old[:3] + struct.pack("<Q", struct.unpack("<Q", old[3:11])[0] - 1) + old[11:]
    (tmp_path / "old").write_bytes(old)
    assert len(old) == len(new) - 1
    assert gsynth_load(tmp_path / "old") == gsynth_load(oracle / "pymisha/0.14.0/1d.pkl")


class Attack:
    def __init__(self, *call: Any) -> None:
        self.call = call

    def __reduce__(self) -> Any:
        return self.call


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    "value",
    [
        {"a": 1},
        [1, 2],
        "text",
        None,
        3.5,
        {1, 2},
        {1: 2},
        Attack(os.system, ("echo",)),
        Attack(eval, ("1/0",)),
        Attack(getattr, ("text", "upper")),
        np.arange(3),
        np.dtype("f8"),
        Path("x"),
    ],
)
def test_a_pickle_of_something_else(tmp_path: Path, value: object, protocol: int) -> None:
    (tmp_path / "other.pkl").write_bytes(pickle.dumps(value, protocol))
    with pytest.raises(NotAModelError, match=r"other\.pkl"):
        gsynth_load(tmp_path / "other.pkl")


def test_no_code_runs_from_within_a_model(legacy: type, tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    dump(legacy, tmp_path / "evil", fields(k=Attack(os.mkdir, (str(marker),))))
    with pytest.raises(NotAModelError, match="mkdir"):
        gsynth_load(tmp_path / "evil")
    assert not marker.exists()


HUGE = b"\xff\xff\xff\xff\xff\xff\xff\x0f"
EVIL = {
    "memo far away": P + b"Nr\xff\xff\xff\xff.",
    "huge bytearray": P + b"\x96" + HUGE + b".",
    "huge bytes": P + b"\x8e" + HUGE + b".",
    "huge text": P + b"\x8d" + HUGE + b".",
    "huge integer": P + b"\x8b\xff\xff\xff\x7f.",
    "huge frame": P + b"\x95" + HUGE + b".",
    "huge shape": P + ARRAY + b"(K\x01J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86NNC\x00tb.",
    "objects in an array": P + b"\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02O8\x89\x88\x87R.",
    "fields in a dtype": P + b"\x8c\x05numpy\x8c\x05dtype\x93\x8c\x02V8\x89\x88\x87R.",
    "reconstruct with a shape": P + ARRAY.replace(b"K\x00\x85", b"J\xff\xff\xff\x7f\x85") + b".",
    "state for the class": P + MODEL + b"}\x8c\x01kK\x01sb.",
    "slots for the class": P + MODEL + b"N}\x8c\x0c__setstate__K\x01s\x86b.",
    "state for a function": P + b"\x8c\x16numpy._core.multiarray\x8c\x0c_reconstruct\x93}\x8c\x01kK\x01sb.",
    "slots for a model": P + MODEL + b")\x81N}\x8c\x09__class__K\x01s\x86b.",
    "call of the class": P + MODEL + b")R.",
    "call of an array": P + ARRAY + b")R.",
    "model with arguments": P + MODEL + b"K\x01\x85\x81.",
    "keys that take for ever": P + b"}" + b")" + b"2\x86" * 60 + b"Ns.",
    "keys that are tuples": P + b"})N" + b"s.",
    "text protocol": b"\x80\x02cos\nsystem\n(S'echo'\ntR.",
    "instance": b"\x80\x02(ios\nsystem\n.",
    "persistent": b"\x80\x02K\x01Q.",
    "extension": b"\x80\x02\x82\x01.",
    "stack underflow": P + b"R.",
    "no mark": P + b"t.",
    "mark as a value": P + b"(.",
    "memo that is not": P + b"h\x07.",
    "append to a number": P + b"K\x01K\x02a.",
    "no end": P + b"N" * 10,
    "unknown instruction": P + b"\xff.",
    "text that is no text": P + b"\x8c\x02\xff\xfe.",
    "list in itself": P + MODEL + b")\x81}\x8c\x09dim_specs]\x94h\x00asb.",
}


@pytest.mark.parametrize("name", EVIL)
def test_hostile_instructions(tmp_path: Path, name: str) -> None:
    (tmp_path / "evil").write_bytes(EVIL[name])
    with pytest.raises((FormatError, NotAModelError)):
        gsynth_load(tmp_path / "evil", format="pickle")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"k": 11}, "k must be"),
        ({"k": "five"}, "k must be"),
        ({"model_data": None}, "model_data"),
        ({"model_data": {"counts": []}}, "list of arrays"),
        ({"model_data": {"counts": [np.ones((4, 4))] * 2, "cdf": [np.ones((4, 4))]}}, "does not agree"),
        ({"model_data": {**GOOD["model_data"], "cdf": [np.ones((4, 4)) / 2] * 2}}, "rise from 0 to 1"),
        ({"model_data": {**GOOD["model_data"], "cdf": [np.ones((4, 4))]}}, "stored_cdf has shape"),
        ({"prior_matrix": np.ones((2, 4))}, "sum to 1"),
        ({"model_data": {"counts": [np.ones((4, 4)) / 2] * 2}}, "not counts"),
        ({"model_data": {"counts": [np.ones((4, 4)), [1]]}}, "list of arrays"),
        ({"model_data": {"counts": [np.array([["a"]])]}}, "dtype"),
        ({"total_kmers": 3}, "total_kmers is 3"),
        ({"per_bin_kmers": [1, 2]}, "per_bin_kmers"),
        ({"total_n": -1}, "total_n"),
        ({"total_n": 10**400}, "too large"),
        ({"pseudocount": "one"}, "pseudocount"),
        ({"dim_specs": 3}, "dim_specs"),
        ({"dim_specs": [{"expr": "gc", "breaks": [1, 0]}]}, "strictly increasing"),
        ({"dim_specs": [{"expr": "gc", "breaks": [0, 1, 2], "bin_map": [1.5, 1]}]}, "bin_map must hold"),
        ({"dim_specs": [{"expr": "gc", "breaks": [0, 1, 2], "bin_map": np.array([0, np.nan])}]}, "bin_map must hold"),
        ({"dim_specs": [{"expr": "gc", "breaks": [0, 1, 2], "bin_map": [0, 2**40]}]}, "bin_map must hold"),
        ({"model_data": {**GOOD["model_data"], "cdf": [np.full((4, 4), np.nan)] * 2}}, "stored_cdf is NaN"),
        ({"prior_matrix": np.full((5, 4), 0.25)}, "prior_matrix has shape"),
    ],
)
def test_fields_that_are_no_models(legacy: type, tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    dump(legacy, tmp_path / "odd", fields(**changes))
    with pytest.raises(FormatError, match=message):
        gsynth_load(tmp_path / "odd")


def test_random_damage(oracle: Path, tmp_path: Path) -> None:
    good = (oracle / "pymisha/0.14.0/1d.pkl").read_bytes()
    codes = [ord(code.code) for code in pickletools.opcodes]
    rng = random.Random(7)
    for _ in range(300):
        data = bytearray(good[: rng.choice([len(good), rng.randrange(3, len(good))])])
        for _ in range(rng.randrange(4)):
            data[rng.randrange(len(data))] = rng.choice(codes)
        (tmp_path / "bad").write_bytes(data)
        try:
            gsynth_load(tmp_path / "bad", format="pickle")
        except GsynthError as error:
            assert isinstance(error, FormatError | NotAModelError), error  # noqa: PT017  # most damage raises, some does not


def test_pickles_are_never_written(tmp_path: Path, model: Any) -> None:
    with pytest.raises(ArgumentError, match="read but not written"):
        gsynth_save(model, tmp_path / "m.pkl", format="pickle")


def test_an_empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(FormatError, match="empty"):
        gsynth_load(tmp_path / "empty", format="pickle")
