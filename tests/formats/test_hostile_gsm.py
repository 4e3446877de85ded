"""A .gsm from a stranger: whatever is wrong with it ends in a FormatError, before anything large is done."""

from __future__ import annotations

import contextlib
import json
import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gsynth import GsynthModel, gsynth_load, gsynth_save
from gsynth.errors import FormatError, GsynthError

Change = Callable[[dict[str, Any]], object]


@pytest.fixture
def folder(tmp_path: Path, model: GsynthModel) -> Path:
    """A good model, to be spoilt."""
    gsynth_save(model, tmp_path / "model.gsm")
    return tmp_path / "model.gsm"


@pytest.fixture
def packed(tmp_path: Path, model: GsynthModel) -> Path:
    gsynth_save(model, tmp_path / "packed.gsm", compress=True)
    return tmp_path / "packed.gsm"


def respell(folder: Path, change: Change) -> None:
    """Change the metadata of the model in `folder`, without its checksums."""
    metadata = yaml.safe_load((folder / "metadata.yaml").read_text())
    for entry in metadata["data"].values():
        del entry["sha256"]
    change(metadata)
    # By way of JSON, because a value that occurs twice would become an alias.
    (folder / "metadata.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(metadata))))


def put(**values: object) -> Change:
    return lambda meta: meta.update(values)


def put_array(name: str, **values: object) -> Change:
    return lambda meta: meta["data"][name].update(values)


def put_dim(**values: object) -> Change:
    return lambda meta: meta["dim_specs"][0].update(values)


def drop(key: str) -> Change:
    return lambda meta: meta.pop(key)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put(format="gsynth_model_of_another_kind"), "unknown format 'gsynth_model_of"),
        (put(version=3), "unknown version 3"),
        (put(version=None), "unknown version None"),
        (put(version=True), "unknown version True"),
        (put(markov_order=11), "markov_order must be from 1 to 10"),
        (put(markov_order=3), "shape"),
        (put(n_dims=1), "n_dims is 1"),
        (put(dim_sizes=[3, 3]), "dim_sizes is"),
        (put(total_bins=10**12), "total_bins is 1000000000000"),
        (put(total_bins=-1), "total_bins must be"),
        (put(total_bins="six"), "total_bins must be a number"),
        (put(total_kmers=7), "total_kmers is 7"),
        (put(per_bin_kmers=[2016, 6112, 10208, 14304, 18400, 1]), "per_bin_kmers says 1 for bin 5"),
        (put(per_bin_kmers=[1]), "per_bin_kmers must have 6"),
        (put(pseudocount=-1), "pseudocount"),
        (put(pseudocount=float("inf")), "pseudocount"),
        (put(pseudocount=[1]), "pseudocount must be a number"),
        (put(iterator=0), "iterator must be"),
        (put(min_obs=1.5), "min_obs must be a whole number"),
        (put(total_n=True), "total_n must be a number"),
        (put(smoothing="kneser-ney"), "smoothing is 'kneser-ney'"),
        (put(smoothing=None), "smoothing is None"),
        (drop("smoothing"), "smoothing is None"),
        (put(smoothing="dirichlet", prior_mode=7), "prior_mode must be text"),
        (put(prior=[[1, 0, 0]] * 6), "prior must have 6 rows"),
        (put(prior=[[1, 0, 0, 0]]), "prior must have 6 rows"),
        (put(index_base=2), "index_base"),
        (put(dim_specs=[{"expr": "gc"}] * 100), "limit is 64"),
        (put(dim_specs=["gc", "atac"]), "must be a mapping"),
        (put_dim(breaks=[0, 1, 0.5, 2]), "breaks must be strictly increasing"),
        (put_dim(breaks=[0, 0.1, float("nan"), 2]), "NaN"),
        (put_dim(breaks=0.5), "at least 2"),
        (put_dim(breaks=[0, 1]), "num_bins"),
        (put_dim(num_bins=4), "num_bins of 'gc' is 4"),
        (put_dim(bin_map=[0, 1], bin_merge=None), "bin_map must hold 3"),
        (put_dim(bin_map=[0, 1, 2]), "makes the bin_map"),
        (put_dim(bin_map=[0, 1, 3]), "counts from 0"),
        (put_dim(bin_map=[0, -1, 2]), "counts from 0"),
        (put_dim(bin_map=[0, 0.5, 2]), "whole number"),
        (put_dim(bin_merge=[[0.6, 0.5]]), "bin_merge"),
        (put_dim(bin_merge=[{"from": 0.4, "to": [0, 0.4]}]), "bin_merge of 'gc' makes the bin_map"),
        (put_dim(bin_map=None), "bin_merge of 'gc' makes the bin_map"),
        (put(total_n=2**63), "total_n must be"),
        (put(iterator=2**62), "iterator must be"),
        (put(min_obs=2**63), "min_obs must be"),
        (put(pseudocount=1e308), "pseudocount"),
        (put(smoothing="dirichlet", prior_mode="beta"), "prior_mode must be one of"),
        (put(smoothing="dirichlet", prior_mode="none"), "prior_mode"),
        (put_dim(expr=None), "expr must be text"),
        (drop("data"), "lacks the key 'data'"),
        (put(data=[]), "data must be a mapping"),
        (put(data={}), "data.counts must be a mapping"),
        (put_array("counts", dtype=">f8"), "dtype is '>f8'"),
        (put_array("counts", dtype="float32"), "dtype is 'float32'"),
        (put_array("cdf", order="F"), "order is 'F'"),
        (put_array("cdf", shape=[10**9, 16, 4]), "shape is"),
        (put_array("prior", shape=[6, 5]), "shape is"),
        (put_array("counts", sha256="0" * 64), "SHA-256"),
        (put_array("counts", sha256=5), "must be text"),
        (put_array("counts", file="/etc/passwd"), "without any folder"),
        (put_array("counts", file="../model.gsm/counts.bin"), "without any folder"),
        (put_array("counts", file=".."), "without any folder"),
        (put_array("counts", file="a\\b"), "without any folder"),
        (put_array("counts", file=None), "must be text"),
        (put_array("counts", file="lost.bin"), "lost.bin is missing"),
    ],
)
def test_wrong_metadata(folder: Path, change: Change, message: str) -> None:
    respell(folder, change)
    with pytest.raises(FormatError, match=message) as caught:
        gsynth_load(folder)
    assert str(folder) in str(caught.value)


def test_unspoilt_metadata_is_read(folder: Path, model: GsynthModel) -> None:
    respell(folder, put(anything=[1, 2]))
    assert gsynth_load(folder) == model


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"- gsynth_model",
        b"gsynth_model: [",
        b"\xff\xfegsynth_model",
        b"gsynth_model: &a [1]\nb: *a",
        b"gsynth_model: &a [*a]",
        b"gsynth_model: " + b"[" * 10**5,
        b"- " * 10**5 + b"gsynth_model",
        b"gsynth_model: " + b":".join([b"1"] * 10**5),
        b"gsynth_model: " + b"1" * 10**5,
        b"!!python/object/apply:os.system [gsynth_model]",
        b"gsynth_model: 2001-99-99",
        b"gsynth_model" + b" " * 2**24,
    ],
)
def test_wrong_yaml(folder: Path, text: bytes) -> None:
    (folder / "metadata.yaml").write_bytes(text)
    with pytest.raises(FormatError):
        gsynth_load(folder)
    with pytest.raises(FormatError, match=r"metadata\.yaml"):
        gsynth_load(folder, format="gsm")


@pytest.mark.parametrize("value", [np.nan, np.inf, -1.0, 0.5, 2.0**53])
def test_what_is_no_count(folder: Path, value: float) -> None:
    respell(folder, put())
    counts = np.fromfile(folder / "counts.bin")
    counts[7] = value
    counts.tofile(folder / "counts.bin")
    with pytest.raises(FormatError, match="not counts"):
        gsynth_load(folder)


BAD_ROWS = [[0.5, 0.4, 1, 1], [0.1, 0.2, 0.3, 0.4], [np.nan, 0.5, 1, 1], [-1, 0, 1, 1], [0, 0, 2, 1]]


@pytest.mark.parametrize("row", BAD_ROWS)
def test_what_is_no_cdf(folder: Path, row: list[float]) -> None:
    respell(folder, put())
    cdf = np.fromfile(folder / "cdf.bin")
    cdf[4:8] = row
    cdf.tofile(folder / "cdf.bin")
    with pytest.raises(FormatError, match="rise from 0 to 1"):
        gsynth_load(folder)


def test_nan_rows_where_something_was_learned(folder: Path) -> None:
    """All bases of a bin that was counted would be sampled uniformly."""
    respell(folder, put())
    cdf = np.fromfile(folder / "cdf.bin")
    cdf[-64:] = np.nan
    cdf.tofile(folder / "cdf.bin")
    with pytest.raises(FormatError, match="stored_cdf is NaN after AA in bin 5"):
        gsynth_load(folder)


@pytest.mark.parametrize("each", [2.0**52, 2.0**51])
def test_counts_whose_sums_do_not_fit(tmp_path: Path, each: float) -> None:
    """Each is a count, and their sum wraps to 0 or to a negative number."""
    gsynth_save(GsynthModel(k=5, counts=np.ones((1, 1024, 4), np.uint64)), tmp_path / "m.gsm")
    respell(tmp_path / "m.gsm", lambda meta: [meta.pop("total_kmers"), meta.pop("per_bin_kmers")])
    counts = np.full((1024, 4), each)
    counts[:, 1:] += each == 2.0**51
    counts.tofile(tmp_path / "m.gsm" / "counts.bin")
    with pytest.raises(FormatError, match=r"counts of bin 0 \(all\) sum to"):
        gsynth_load(tmp_path / "m.gsm")


@pytest.mark.parametrize("row", [[0.5, 0.5, 0.5, 0.5], [2, -1, 0, 0], [np.nan] * 4, [np.inf, 0, 0, 0]])
def test_what_is_no_prior(folder: Path, row: list[float]) -> None:
    respell(folder, put(smoothing="dirichlet"))
    np.tile(row, (6, 1)).tofile(folder / "prior.bin")
    with pytest.raises(FormatError, match="sum to 1"):
        gsynth_load(folder)


@pytest.mark.parametrize("name", ["counts.bin", "cdf.bin"])
@pytest.mark.parametrize("size", [0, 8, 3071, 3073, 10**12])
def test_sizes_are_checked_before_anything_is_read(folder: Path, name: str, size: int) -> None:
    os.truncate(folder / name, size)
    with pytest.raises(FormatError, match=f"{name} has {size:,} bytes"):
        gsynth_load(folder)


def test_metadata_that_were_cut_short_are_refused_or_lack_nothing(folder: Path, model: GsynthModel) -> None:
    text = (folder / "metadata.yaml").read_bytes()
    for size in range(len(text)):
        (folder / "metadata.yaml").write_bytes(text[:size])
        with contextlib.suppress(FormatError):
            assert gsynth_load(folder, format="gsm") == model


def test_one_changed_bit_is_noticed(folder: Path) -> None:
    data = bytearray((folder / "cdf.bin").read_bytes())
    data[8] ^= 1
    (folder / "cdf.bin").write_bytes(data)
    with pytest.raises(FormatError, match=r"cdf\.bin is damaged"):
        gsynth_load(folder)


@pytest.mark.parametrize("name", ["counts.bin", "metadata.yaml"])
def test_links_do_not_leave_the_folder(folder: Path, name: str) -> None:
    (folder / name).rename(folder.parent / "elsewhere")
    (folder / name).symlink_to(folder.parent / "elsewhere")
    with pytest.raises(FormatError, match="outside the model's folder"):
        gsynth_load(folder, format="gsm")


def test_links_within_the_folder_and_to_it_are_followed(folder: Path, model: GsynthModel) -> None:
    (folder / "counts.bin").rename(folder / "numbers")
    (folder / "counts.bin").symlink_to("numbers")
    (folder.parent / "link").symlink_to(folder)
    assert gsynth_load(folder.parent / "link") == model


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
@pytest.mark.parametrize("name", ["counts.bin", "metadata.yaml"])
def test_what_is_no_plain_file(folder: Path, make: Callable[[Path], None], name: str) -> None:
    (folder / name).unlink()
    make(folder / name)
    with pytest.raises((FormatError, OSError)):
        gsynth_load(folder, format="gsm")
    with pytest.raises((FormatError, OSError)):
        gsynth_load(folder)


def rewrite(packed: Path, change: Callable[[zipfile.ZipFile, str, bytes], None]) -> None:
    with zipfile.ZipFile(packed) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(packed, "w") as archive:
        for name, data in files.items():
            change(archive, name, data)


def test_two_files_of_one_name(packed: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(packed, "a") as archive:
        archive.writestr("counts.bin", b"")
    with pytest.raises(FormatError, match="two files of one name"):
        gsynth_load(packed)


def test_a_zip_bomb_is_not_unpacked(packed: Path) -> None:
    def change(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
        data = bytes(2**26) if name == "counts.bin" else data
        archive.writestr(name, data, zipfile.ZIP_DEFLATED)

    rewrite(packed, change)
    with pytest.raises(FormatError, match=r"counts\.bin has 67,108,864 bytes"):
        gsynth_load(packed)


def test_a_zip_whose_directory_lies_about_sizes(packed: Path) -> None:
    def change(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
        archive.writestr(name, data + bytes(2**20) if name == "counts.bin" else data, zipfile.ZIP_DEFLATED)

    rewrite(packed, change)
    data = packed.read_bytes()
    real, told = (3072 + 2**20).to_bytes(4, "little"), (3072).to_bytes(4, "little")
    assert real in data
    packed.write_bytes(data.replace(real, told))
    with pytest.raises(FormatError, match="CRC"):
        gsynth_load(packed)


def test_other_packings_are_refused(packed: Path) -> None:
    rewrite(packed, lambda archive, name, data: archive.writestr(name, data, zipfile.ZIP_BZIP2))
    with pytest.raises(FormatError, match="expected deflate"):
        gsynth_load(packed)


def test_an_unpacked_zip_is_read(packed: Path, model: GsynthModel) -> None:
    rewrite(packed, lambda archive, name, data: archive.writestr(name, data, zipfile.ZIP_STORED))
    assert gsynth_load(packed) == model


def test_random_damage_never_gets_through(packed: Path, model: GsynthModel) -> None:
    good = packed.read_bytes()
    rng = random.Random(5)
    for _ in range(300):
        data = bytearray(good[: rng.choice([len(good), rng.randrange(len(good))])])
        for _ in range(rng.randrange(4)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        packed.write_bytes(data)
        try:
            # Damage to a file's date, or the like, changes nothing.
            assert gsynth_load(packed, format="gsm-zip") == model
        except GsynthError as error:
            assert isinstance(error, FormatError), error  # noqa: PT017  # most damage raises, some does not
