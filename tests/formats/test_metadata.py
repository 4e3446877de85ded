"""The metadata of a .gsm: their checksum, their limits, and what is too large for them."""

from __future__ import annotations

import hashlib
import json
import resource
import struct
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from gsynth import DimSpec, GsynthModel, gsynth_load, gsynth_save
from gsynth.errors import ArgumentError, FormatError


@pytest.fixture
def folder(tmp_path: Path, model: GsynthModel) -> Path:
    gsynth_save(model, tmp_path / "model.gsm")
    return tmp_path / "model.gsm"


def metadata_of(folder: Path) -> dict[str, Any]:
    return dict(yaml.safe_load((folder / "metadata.yaml").read_text()))


def respell(folder: Path, metadata: dict[str, Any]) -> None:
    # By way of JSON, because a value that occurs twice would become an alias.
    (folder / "metadata.yaml").write_text(yaml.safe_dump(json.loads(json.dumps(metadata))))


def test_no_bit_flip_makes_another_model(folder: Path, model: GsynthModel) -> None:
    path = folder / "metadata.yaml"
    good = path.read_bytes()
    noticed = 0
    # 31 and 8 have no common divisor, so that every bit of a byte has its turn.
    for place in range(0, 8 * len(good), 31):
        data = bytearray(good)
        data[place // 8] ^= 1 << place % 8
        path.write_bytes(data)
        try:
            assert gsynth_load(folder, format="gsm") == model, data[max(0, place // 8 - 30) : place // 8 + 30]
        except FormatError:
            noticed += 1
    assert noticed > 200


def test_a_changed_value_is_named_and_what_to_do(folder: Path, model: GsynthModel) -> None:
    metadata = metadata_of(folder)
    metadata["min_obs"] = 1
    respell(folder, metadata)
    with pytest.raises(FormatError, match=r"damaged, or was edited.*delete the key 'checksum'"):
        gsynth_load(folder)
    del metadata["checksum"]
    respell(folder, metadata)
    assert gsynth_load(folder).min_obs == 1


def test_another_spelling_and_added_keys_change_nothing(folder: Path, model: GsynthModel) -> None:
    metadata = metadata_of(folder)
    metadata["note"] = "mine"
    respell(folder, dict(sorted(metadata.items())))
    loaded = gsynth_load(folder)
    assert loaded == model
    assert loaded.metadata["note"] == "mine"
    assert "checksum" not in loaded.metadata


def test_a_file_without_a_checksum_and_one_that_another_program_wrote_are_read(folder: Path) -> None:
    metadata = metadata_of(folder)
    for change in ({"checksum": None}, {"writer": "another 1.0", "min_obs": 3}):
        respell(folder, {**metadata, **change})
        assert gsynth_load(folder).k == 2


def test_the_checksum_is_the_one_that_the_document_describes(folder: Path) -> None:
    metadata = metadata_of(folder)
    told = metadata["checksum"]
    covered = {key: metadata[key] for key in told["keys"]}
    covered["data"] = {
        name: {k: v for k, v in entry.items() if k != "sha256"} for name, entry in covered["data"].items()
    }
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == told["sha256"]
    assert set(told["keys"]) == set(metadata) - {"checksum"}


@pytest.mark.parametrize("key", ["2024", "true", "~", "2001-01-01", "0x1f"])
def test_keys_that_are_not_text_are_kept_as_text(folder: Path, tmp_path: Path, key: str) -> None:
    text = (folder / "metadata.yaml").read_text()
    (folder / "metadata.yaml").write_text(f"{key}: note\n{text}")
    loaded = gsynth_load(folder)
    gsynth_save(loaded, tmp_path / "again.gsm")
    assert gsynth_load(tmp_path / "again.gsm").metadata[key] == "note"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("min_obs: 1", "gives the key 'min_obs' twice"),
        ("<<: {min_obs: 1}", "merge key"),
        ("? [1, 2]\n: 3", "a key that is a list"),
        ("a: !!python/none x", "uses the YAML tag"),
        ("a: !!set {b, c}", "uses the YAML tag"),
        ("a: !!int '" + "1:" * 600 + "1'", "a number of more than 1,024"),
        ("a: " + "1: 1 " * 300, "not valid YAML"),
        ("a: !!int '" + " 1 :" * 600 + "1'", "a number of more than 1,024"),
        ("a: 1.0e+400", "too large for a float"),
        ("b: &p 1\na: *p", "aliases"),
        ("--- {}", "more than one YAML document"),
        ("a: {" + ", ".join(f"{(2**61 - 1) * i}: 0" for i in range(1, 20_000)) + ", 0: 0, 0: 0}", "twice"),
        ("a: [" + "[], " * 600_000 + "]", "more than 1,000,000 entries"),
    ],
)
def test_yaml_that_no_model_needs(folder: Path, line: str, message: str) -> None:
    text = (folder / "metadata.yaml").read_text()
    (folder / "metadata.yaml").write_text(f"{text}{line}\n")
    with pytest.raises(FormatError, match=message) as caught:
        gsynth_load(folder)
    assert len(str(caught.value)) < 1000


def test_messages_about_large_values_stay_short(folder: Path) -> None:
    metadata = metadata_of(folder)
    del metadata["checksum"]
    for change in ({"min_obs": ["x" * 10**4] * 3}, {"prior_mode": {"a": list(range(10**4))}}, {"version": "y" * 10**4}):
        respell(folder, {**metadata, **change})
        with pytest.raises(FormatError) as caught:
            gsynth_load(folder)
        assert len(str(caught.value)) < 1000


def test_smoothing_that_contradicts_the_prior(folder: Path) -> None:
    metadata = metadata_of(folder)
    del metadata["checksum"]
    respell(folder, {**metadata, "smoothing": "additive", "prior_mode": "global"})
    with pytest.raises(FormatError, match="smoothing is 'additive', which has no prior, but prior_mode is 'global'"):
        gsynth_load(folder)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_metadata_of_another_packing_are_not_unpacked(tmp_path: Path, method: int) -> None:
    path = tmp_path / "bomb.gsm"
    with zipfile.ZipFile(path, "w", method) as archive, archive.open("metadata.yaml", "w") as file:
        for _ in range(8):
            file.write(b"#" * 10**7)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(FormatError, match="expected deflate"):
        gsynth_load(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 40_000


@pytest.mark.parametrize("compress", [False, True])
def test_sizes_of_very_many_contigs_lie_in_a_file_of_their_own(tmp_path: Path, compress: bool) -> None:
    sizes = {f"scaffold_{i:09d}": i for i in range(30_000)}
    model = GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64), metadata={"chrom_sizes": sizes, "note": 1})
    path = tmp_path / "m.gsm"
    gsynth_save(model, path, compress=compress)
    loaded = gsynth_load(path)
    assert loaded == model
    assert loaded.metadata["chrom_sizes"] == sizes
    assert list(loaded.metadata["chrom_sizes"]) == list(sizes)
    # A smaller model takes its place, and nothing of it stays.
    gsynth_save(GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64)), path, compress=compress, overwrite=True)
    assert "chrom_sizes" not in gsynth_load(path).metadata


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"a\t1\n", "SHA-256"),
        (b"a 1\n", "lines of a name"),
        (b"a\t-1\n", "lines of a name"),
        (b"a\t1", "lines of a name"),
        (b"a\t1\na\t2\n", "twice"),
        (b"\xff\t1\n", "UTF-8"),
        (b"a\t" + b"9" * 5000 + b"\n", "lines of a name"),
    ],
)
def test_what_are_no_sizes(tmp_path: Path, text: bytes, message: str) -> None:
    sizes = {f"c{i}": i for i in range(10_001)}
    model = GsynthModel(k=1, counts=np.ones((1, 4, 4), np.uint64), metadata={"chrom_sizes": sizes})
    gsynth_save(model, tmp_path / "m.gsm")
    (tmp_path / "m.gsm" / "chrom_sizes.txt").write_bytes(text)
    if message != "SHA-256":
        metadata = metadata_of(tmp_path / "m.gsm")
        del metadata["data"]["chrom_sizes"]["sha256"]
        respell(tmp_path / "m.gsm", metadata)
    with pytest.raises(FormatError, match=message) as caught:
        gsynth_load(tmp_path / "m.gsm")
    assert str(tmp_path) in str(caught.value)


def test_a_model_of_very_many_bins_is_saved_and_read(tmp_path: Path) -> None:
    """The prior and the sums of each bin would be larger than metadata may be."""
    dims = [DimSpec("gc", np.arange(50_002))]
    model = GsynthModel(k=1, dims=dims, counts=np.ones((50_001, 4, 4), np.uint64), iterator=10)
    gsynth_save(model, tmp_path / "m.gsm")
    assert gsynth_load(tmp_path / "m.gsm") == model


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DimSpec("gc", np.arange(250_002)), "limit is 250,000"),
        (lambda: DimSpec("gc+" * 50_000, [0, 1]), "limit is 100,000"),
        (lambda: DimSpec("gc", np.arange(4), categories=["a" * 400_000] * 3), "at most 1,000,000 characters"),
        (lambda: GsynthModel(k=1, dims=[DimSpec("gc", [0, 1])] * 31, counts=np.ones((1, 4, 4))), "at most 30"),
    ],
)
def test_what_no_file_could_hold_is_refused_before_the_work(make: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        make()


def test_a_pickle_of_nested_tuples_is_not_printed(tmp_path: Path) -> None:
    nest = b"\x80\x04N\x94" + b"".join(
        b"j" + struct.pack("<I", i) + b"j" + struct.pack("<I", i) + b"\x86\x94" for i in range(40)
    )
    get = b"j" + struct.pack("<I", 40)
    for end in (b"\x8c\x01x\x93.", b"\x8c\x05numpy\x8c\x05dtype\x93" + get + b"\x89\x88\x87R."):
        (tmp_path / "a.pkl").write_bytes(nest + end)
        with pytest.raises(FormatError, match=r"not text|a tuple"):
            gsynth_load(tmp_path / "a.pkl")
