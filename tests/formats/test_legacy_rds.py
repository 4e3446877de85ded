"""R's .rds: bin maps from 1, the fields of old versions, and files that are something else."""

from __future__ import annotations

import bz2
import gzip
import lzma
import random
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsynth import gsynth_load, gsynth_save
from gsynth.errors import ArgumentError, FormatError, GsynthError, NotAModelError

pytest.importorskip("rdata", reason="rdata is an extra")


def integer(*values: int) -> bytes:
    return struct.pack(f">{len(values)}i", *values)


def symbol(name: str) -> bytes:
    return integer(1) + text(name)


def text(value: str) -> bytes:
    return integer(0x40009, len(value)) + value.encode()


def r_value(value: Any, r_class: str | None = None) -> bytes:
    """`value` as R serialises it (XDR, version 2): numbers, text, matrices, and dicts as named lists."""
    attributes: dict[str, bytes] = {}
    if value is None:
        return integer(254)
    if isinstance(value, str):
        kind, body = 16, integer(1) + text(value)
    elif isinstance(value, np.ndarray):
        kind, body = 14, integer(value.size) + value.astype(">f8").tobytes("F")
        if value.ndim == 2:
            attributes["dim"] = integer(13, 2, *value.shape)
    elif isinstance(value, dict):
        kind, body = 19, integer(len(value)) + b"".join(r_value(item) for item in value.values())
        attributes["names"] = integer(16, len(value)) + b"".join(text(key) for key in value)
    elif isinstance(value, list):
        kind, body = 19, integer(len(value)) + b"".join(r_value(item) for item in value)
    else:
        kind, body = 14, integer(1) + struct.pack(">d", value)
    if r_class is not None:
        attributes["class"] = integer(16, 1) + text(r_class)
    flags = kind | (0x200 if attributes else 0) | (0x100 if r_class else 0)
    pairs = b"".join(integer(0x402) + symbol(name) + item for name, item in attributes.items())
    return integer(flags) + body + (pairs + integer(254) if attributes else b"")


def r_file(value: Any, r_class: str | None = "gsynth.model") -> bytes:
    return b"X\n" + integer(2, 0x30500, 0x20300) + r_value(value, r_class)


def r_model(**changes: Any) -> dict[str, Any]:
    counts = [np.arange(16.0).reshape(4, 4) + i for i in range(3)]
    good: dict[str, Any] = {
        "k": 1.0,
        "n_dims": 1,
        "dim_specs": [{"expr": "gc", "breaks": np.array([0, 0.3, 0.6, 1]), "bin_map": np.array([1.0, 2, 2])}],
        "model_data": {"counts": counts, "cdf": [np.tile([0.25, 0.5, 0.75, 1], (4, 1)), np.full((4, 4), np.nan)] * 1},
        "per_bin_kmers": np.array([c.sum() for c in counts]),
        "iterator": 100.0,
        "min_obs": 150.0,
    }
    good["model_data"]["cdf"].append(np.tile([0.1, 0.2, 0.3, 1], (4, 1)))
    return {**good, **changes}


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_a_model(tmp_path: Path, pack: Any) -> None:
    (tmp_path / "m.rds").write_bytes(pack(r_file(r_model())))
    model = gsynth_load(tmp_path / "m.rds")
    assert model.dims[0].merged().tolist() == [0, 1, 1]
    assert (model.k, model.iterator, model.prior_mode) == (1, 100, "none")
    assert model.counts[2].tolist() == (np.arange(16).reshape(4, 4) + 2).tolist()
    assert np.isnan(model.cdf[1]).all()
    assert model.cdf[2, 3].tolist() == [0.1, 0.2, 0.3, 1]


def test_the_oldest_models_have_one_dimension_and_no_order(tmp_path: Path) -> None:
    counts = [np.ones((1024, 4))] * 2
    cdf = [np.tile([0.25, 0.5, 0.75, 1], (1024, 1))] * 2
    old = {"expr": "gc", "breaks": np.array([0, 0.5, 1]), "model_data": {"counts": counts, "cdf": cdf}}
    (tmp_path / "m.rds").write_bytes(r_file(old))
    model = gsynth_load(tmp_path / "m.rds")
    assert (model.k, model.dims[0].expr, model.dim_sizes) == (5, "gc", [2])


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        (r_file({"a": 1.0}, None), NotAModelError, "an R dict"),
        (r_file({"a": 1.0}, "data.frame.of.mine"), NotAModelError, "not a gsynth.model"),
        (r_file(np.ones(3), None), NotAModelError, "an R ndarray"),
        (r_file({"a": 1.0}), FormatError, "model_data"),
        (r_file(r_model(prior=np.ones((3, 4)))), FormatError, "sum to 1"),
        (r_file(r_model(model_data={**r_model()["model_data"], "cdf": [np.ones((4, 4)) / 2] * 3})),
         FormatError, "rise from 0 to 1"),
        (r_file(r_model(k=12)), FormatError, "k must be"),
        (r_file(r_model(k="five")), FormatError, "k must be numbers"),
        (r_file(r_model(dim_specs=[{"expr": "gc", "breaks": np.array([0, 0.3, 0.6, 1]), "bin_map": np.zeros(3)}])),
         FormatError, "bin_map must hold"),
        (r_file(r_model(dim_specs=[{"expr": "gc", "breaks": np.array([0, 0.3, 0.6, 1]),
                                    "bin_map": np.array([1, 1.5, 2])}])), FormatError, "bin_map must hold"),
        (r_file(r_model(dim_specs=[{"expr": "gc", "breaks": np.array([0, 0.3, 0.6, 1]),
                                    "bin_map": np.array([1, np.nan, 2])}])), FormatError, "bin_map must hold"),
        (r_file(r_model(min_obs=0.0)), FormatError, "stored_cdf is NaN after A in bin 1"),
        (r_file(r_model(total_n=0.5)), FormatError, "total_n"),
        (r_file(r_model(model_data={"counts": [np.full((4, 4), 0.5)]})), FormatError, "not counts"),
        (r_file(r_model(model_data={"counts": ["text"]})), FormatError, "must be numbers"),
        (r_file(r_model())[:-20], FormatError, "can be read"),
        (gzip.compress(r_file(r_model()))[:-20], FormatError, "damaged"),
        (b"X\n\0\0\0\2" + integer(0, 0, 19, 2**31 - 1), FormatError, "can be read"),
    ],
)  # fmt: skip
def test_what_is_no_model(tmp_path: Path, data: bytes, error: type[Exception], message: str) -> None:
    (tmp_path / "m.rds").write_bytes(data)
    with pytest.raises(error, match=message):
        gsynth_load(tmp_path / "m.rds")


def test_what_unpacks_to_too_much(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import gsynth_rds.unpacking as unpacking

    (tmp_path / "bomb.rds").write_bytes(gzip.compress(r_file(r_model(notes=np.zeros(2**19)))))
    monkeypatch.setattr(unpacking, "_PART", 2**16)
    with pytest.raises(FormatError, match="more than 1,048,576 bytes"):
        unpacking.unpack(tmp_path / "bomb.rds", limit=2**20)


def test_random_damage(oracle: Path, tmp_path: Path) -> None:
    good = gzip.decompress((oracle / "r_0d_k3.rds").read_bytes())
    rng = random.Random(11)
    for _ in range(60):
        data = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            data[rng.randrange(14, len(data))] = rng.randrange(256)
        (tmp_path / "bad.rds").write_bytes(data)
        try:
            gsynth_load(tmp_path / "bad.rds")
        except GsynthError as error:
            assert isinstance(error, FormatError | NotAModelError), error  # noqa: PT017  # most damage raises, some does not


def test_rds_is_never_written(tmp_path: Path, model: Any) -> None:
    with pytest.raises(ArgumentError, match="read but not written"):
        gsynth_save(model, tmp_path / "m.rds", format="rds")


@pytest.mark.parametrize("old", [{"per_bin_kmers": np.array([1.0, 2, 3])}, {"total_kmers": 7.0}])
def test_totals_that_are_older_than_the_counts_are_noted(tmp_path: Path, caplog: Any, old: Any) -> None:
    """R keeps them when it forbids a k-mer."""
    (tmp_path / "m.rds").write_bytes(r_file(r_model(**old)))
    with caplog.at_level("INFO", logger="gsynth"):
        model = gsynth_load(tmp_path / "m.rds")
    assert model.per_bin_kmers.tolist() == [120, 136, 152]
    assert "older than the counts" in caplog.text
