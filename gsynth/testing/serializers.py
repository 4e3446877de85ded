"""What every model file format must do."""

from __future__ import annotations

import copy
import pickle
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from gsynth.plugins import CONTRACT, FormatError, GsynthModel, NotAModelError, Serializer
from gsynth.testing.clauses import SUITE_CONTRACT, broken, require
from gsynth.testing.model_cases import CASES, trained
from gsynth.testing.strategies import deterministic, models

Sniff = Callable[[Path], bool]
GoldenModel = tuple[Path, GsynthModel]

_PLAIN = ("k", "total_masked", "total_n", "pseudocount", "min_obs", "iterator", "prior_mode", "marginal_fallbacks")


def differences(found: GsynthModel, expected: GsynthModel) -> Iterator[tuple[str, str]]:
    """For each thing that did not come back, the clause and what to say about it."""
    for name in _PLAIN:
        if getattr(found, name) != getattr(expected, name):
            yield "round-trip", f"{name} is {getattr(found, name)!r}, was {getattr(expected, name)!r}"
    if len(found.dims) != len(expected.dims):
        yield "round-trip", f"{len(found.dims)} dimensions, were {len(expected.dims)}"
    for one, other in zip(found.dims, expected.dims, strict=False):
        if one.expr != other.expr or not np.array_equal(one.breaks, other.breaks):
            yield "round-trip", f"dimension {one.as_dict()}, was {other.as_dict()}"
        elif not np.array_equal(one.merged(), other.merged()):
            yield "bin-map", f"bin_map {one.merged().tolist()} of {one.expr!r}, was {other.merged().tolist()}"
        for name in ("closed", "categories", "bin_merge"):
            if (own := plain(getattr(one, name))) != (was := plain(getattr(other, name))):
                yield "dimension", f"{name} of {one.expr!r} is {own!r}, was {was!r}"
    if found.outside != expected.outside:
        yield "outside", f"outside is {_outside(found)}, was {_outside(expected)}"
    if found.forbidden != expected.forbidden:
        yield "forbidden", f"forbidden is {found.forbidden}, was {expected.forbidden}"
    if not np.array_equal(found.counts, expected.counts):
        # The clause that most likely explains it: formats that keep counts in 32 or 24 bits fail only for large ones.
        yield "big-counts" if expected.counts.max() > 2**50 else "round-trip", "other counts"
    for name in ("prior_matrix", "stored_cdf", "cdf"):
        yield from _array_difference(name, getattr(found, name), getattr(expected, name))
    for key, value in expected.metadata.items():
        if key not in found.metadata or found.metadata[key] != value:
            yield "unknown-keys", f"metadata[{key!r}] is {found.metadata.get(key, 'lost')!r}, was {value!r}"


def plain(value: Any) -> Any:
    """`value` with tuples as lists: a file need not distinguish them."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list | tuple) else value


def _outside(model: GsynthModel) -> str:
    if model.outside is None:
        return "None"
    return f"of {model.outside.kmers} observations, causes {model.outside.causes.tolist()}"


def _array_difference(name: str, found: object, expected: object) -> Iterator[tuple[str, str]]:
    clause = "round-trip" if name == "prior_matrix" else "stored-cdf"
    if found is None or expected is None:
        if found is not expected:
            kinds = ["None" if array is None else "an array" for array in (found, expected)]
            yield clause, f"{name} is {kinds[0]}, was {kinds[1]}"
        return
    one, other = np.asarray(found), np.asarray(expected)
    if one.shape != other.shape:
        yield clause, f"{name} has shape {one.shape}, was {other.shape}"
    elif not np.array_equal(np.isnan(one), np.isnan(other)):
        yield "nan-rows", f"{name} has {int(np.isnan(one).sum())} NaN cells, had {int(np.isnan(other).sum())}"
    elif not np.array_equal(one, other, equal_nan=True):
        yield clause, f"{name} differs by up to {np.nanmax(np.abs(one - other))}"


def load_again(serializer: Serializer, path: Path, clause: str, what: str) -> GsynthModel:
    """What the format loads from a file that it must be able to load; fails with `clause` if it refuses."""
    __tracebackhide__ = True
    try:
        return serializer.load(path)
    except Exception as error:
        broken(clause, f"load raised {error!r}, for {what}")


def require_same(found: object, expected: GsynthModel, what: str) -> None:
    """Fail with the first clause that a loaded model breaks."""
    __tracebackhide__ = True
    if not isinstance(found, GsynthModel):
        broken("round-trip", f"load gave a {type(found).__name__}, not a GsynthModel, for {what}")
    for clause, difference in differences(found, expected):
        broken(clause, f"{difference}, for {what}")
    require(found == expected, "round-trip", f"the models are not equal, for {what}")


def contents(path: Path) -> dict[str, bytes]:
    """The bytes of every file at `path`, by relative name; '.' for a plain file."""
    if path.is_file():
        return {".": path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def write_contents(path: Path, members: dict[str, bytes]) -> None:
    """Write what `contents` read."""
    if set(members) == {"."}:
        path.write_bytes(members["."])
        return
    path.mkdir()
    for name, data in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


class _Trap:
    """Unpickling it would create a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.marker,)


def foreign_files(folder: Path, suffix: str) -> Iterator[Path]:
    """Files and folders with the suffix of the format that are not models."""
    noise = np.random.default_rng(3).integers(0, 256, 4000).astype(np.uint8).tobytes()
    files = {
        "empty": b"",
        "text": b">chr1\nACGT\n",
        "noise": b"\x01" + noise,
        "yaml_list": b"- 1\n- 2\n",
        "yaml_mapping": b"format: something_else\nversion: 1\n",
        "json": b'{"format": "gsynth_model"}',
        "pickle": pickle.dumps({"k": 3}),
        "zip_magic": b"PK\x03\x04" + noise[:100],
    }
    for name, data in files.items():
        path = folder / f"{name}{suffix}"
        path.write_bytes(data)
        yield path
    with zipfile.ZipFile(folder / f"zip{suffix}", "w") as archive:
        archive.writestr("readme.txt", "not a model")
    yield folder / f"zip{suffix}"
    (folder / f"folder{suffix}").mkdir()
    yield folder / f"folder{suffix}"


# A format may warn about what its other readers will understand differently.
@pytest.mark.filterwarnings("ignore::UserWarning")
class SerializerConformance:
    """Subclass it, override `serializer` (and others if the defaults do not fit), and pytest tests your format.

    Examples
    --------
    >>> class TestMine(SerializerConformance):
    ...     @pytest.fixture
    ...     def serializer(self):
    ...         return MyFormat()
    """

    @pytest.fixture
    def serializer(self) -> Serializer:
        """The format under test."""
        raise NotImplementedError("override the fixture `serializer`")

    @pytest.fixture
    def suffix(self) -> str:
        """The ending of its files."""
        return ".model"

    @pytest.fixture
    def can_save(self) -> bool:
        """False for a format that is only read."""
        return True

    @pytest.fixture
    def sniff(self) -> Sniff | None:
        """The descriptor's `sniff`; None leaves its tests out."""
        return None

    @pytest.fixture
    def golden_models(self) -> list[GoldenModel]:
        """Files that another program made, or that follow the format's specification; and the models that they hold."""
        return []

    @pytest.fixture
    def writer(self, serializer: Serializer, can_save: bool) -> Serializer:
        """The format, if it can save."""
        if not can_save:
            pytest.skip("the format is only read (can_save=False)")
        return serializer

    def test_contract_version(self) -> None:
        assert CONTRACT == SUITE_CONTRACT, "this suite is of another release than gsynth's contracts"

    def test_has_the_methods(self, serializer: Serializer) -> None:
        require(isinstance(serializer, Serializer), "registration", f"{type(serializer).__name__} lacks save or load")

    @pytest.mark.parametrize("name", list(CASES))
    def test_round_trip(self, writer: Serializer, suffix: str, tmp_path: Path, name: str) -> None:
        clause, make = CASES[name]
        model = make()
        path = tmp_path / f"model{suffix}"
        writer.save(model, path)
        require_same(load_again(writer, path, clause, name), model, name)

    @settings(deterministic, max_examples=25)
    @given(model=models(max_order=3))
    def test_any_model(self, writer: Serializer, suffix: str, tmp_path: Path, model: GsynthModel) -> None:
        path = Path(tempfile.mkdtemp(dir=tmp_path)) / f"model{suffix}"
        writer.save(model, path)
        require_same(load_again(writer, path, "round-trip", repr(model)), model, repr(model))

    def test_saved_again_after_loading(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        # Three times: a bin map written from 1 and read from 0 moves at every step.
        model = CASES["three_dimensions"][1]()
        for step in range(3):
            path = tmp_path / f"model{step}{suffix}"
            writer.save(model, path)
            model = load_again(writer, path, "round-trip", f"a model saved and loaded {step} times")
        require_same(model, CASES["three_dimensions"][1](), "a model saved and loaded three times")

    def test_golden_models(self, serializer: Serializer, golden_models: list[GoldenModel]) -> None:
        if not golden_models:
            pytest.skip("no golden files: override the fixture golden_models to test the bytes on disk")
        for path, model in golden_models:
            what = f"golden file {path.name} (clause byte-order, among others)"
            require_same(load_again(serializer, path, "round-trip", what), model, what)

    def test_save_writes_at_its_path_only(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        writer.save(trained(2), tmp_path / f"model{suffix}")
        found = sorted(path.name for path in tmp_path.iterdir())
        require(found == [f"model{suffix}"], "save-pure", f"in the folder afterwards: {found}")

    @pytest.mark.parametrize("name", ["three_dimensions", "foreign_keys", "stored_nan_rows"])
    def test_save_leaves_the_model(self, writer: Serializer, suffix: str, tmp_path: Path, name: str) -> None:
        model = CASES[name][1]()
        # A copy and not the same object: a change of the model would change both.
        before = copy.deepcopy(model)
        writer.save(model, tmp_path / f"model{suffix}")
        same = model == before and model.metadata == before.metadata and model.dim_specs == before.dim_specs
        require(same, "save-pure", f"the model changed: {model!r}, metadata {model.metadata}")

    def test_same_bytes_on_another_day(
        self, writer: Serializer, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
        writer.save(CASES["three_dimensions"][1](), first)
        # What zip files and most writers take their dates from.
        monkeypatch.setattr(time, "time", lambda: 1_000_000_000.0)
        writer.save(CASES["three_dimensions"][1](), second)
        differing = [name for name, data in contents(first).items() if contents(second).get(name) != data]
        require(not differing, "save-repeats", f"other bytes on another day in {differing}")

    def test_load_leaves_the_file(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        path = tmp_path / f"model{suffix}"
        writer.save(trained(2), path)
        before = contents(path)
        writer.load(path)
        require(contents(path) == before, "save-pure", "load changed the file")

    def test_foreign_files_are_refused(self, serializer: Serializer, suffix: str, tmp_path: Path) -> None:
        for path in foreign_files(tmp_path, suffix):
            try:
                found = serializer.load(path)
            except (FormatError, NotAModelError):
                continue
            except Exception as error:
                broken("garbage", f"{error!r} for {path.name}")
            broken("garbage", f"{path.name} loaded as {found!r}")

    def test_no_code_from_a_file_runs(self, serializer: Serializer, suffix: str, tmp_path: Path) -> None:
        marker, path = tmp_path / "marker", tmp_path / f"trap{suffix}"
        # Loading this with the interpreter's unpickler makes the marker.
        path.write_bytes(pickle.dumps(_Trap(marker)))
        with pytest.raises((FormatError, NotAModelError)):
            serializer.load(path)
        require(not marker.exists(), "garbage", "code from the file ran")

    def test_damaged_files_are_refused(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        model = trained(1, (CASES["one_dimension"][1]().dims[0],))
        whole = tmp_path / f"whole{suffix}"
        writer.save(model, whole)
        for number, (members, damage) in enumerate(_damaged(contents(whole))):
            path = tmp_path / f"damaged{number}{suffix}"
            write_contents(path, members)
            _refused_or_right(writer, path, damage, model)

    def test_sniff(
        self, serializer: Serializer, can_save: bool, sniff: Sniff | None, suffix: str, tmp_path: Path
    ) -> None:
        if sniff is None:
            pytest.skip("no sniff given: override the fixture sniff")
        for path in foreign_files(tmp_path, suffix):
            answer = sniff(path)
            if path.stem not in ("pickle", "zip", "zip_magic", "json", "yaml_list", "yaml_mapping"):
                # The others may look like a format's own files from outside; its `load` decides.
                require(answer is False, "sniff", f"{answer!r} for {path.name}")
        if can_save:
            path = tmp_path / f"model{suffix}"
            serializer.save(trained(2), path)
            require(sniff(path) is True, "sniff", "not True for what the format wrote")


def _damaged(members: dict[str, bytes]) -> Iterator[tuple[dict[str, bytes], str]]:
    """Copies of a file with a member truncated, lengthened, lost, or with a byte changed; and what was done."""
    for name, data in members.items():
        for size in sorted({0, 1, len(data) // 2, len(data) - 9, len(data) - 1} & set(range(len(data)))):
            yield {**members, name: data[:size]}, f"{name} cut from {len(data)} to {size} bytes"
        yield {**members, name: data + b"\0" * 8}, f"{name} lengthened by 8 zero bytes"
        if len(members) > 1:
            yield {other: kept for other, kept in members.items() if other != name}, f"{name} lost"
        for place in range(0, len(data), max(1, len(data) // 12)):
            changed = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
            yield {**members, name: changed}, f"{name} with {_CHANGED} {place}"


_CHANGED = "another byte at"


def _refused_or_right(serializer: Serializer, path: Path, damage: str, model: GsynthModel) -> None:
    try:
        found = serializer.load(path)
    except (FormatError, NotAModelError):
        return
    except Exception as error:
        broken("garbage", f"{error!r} for {damage}")
    # A format need not notice a changed byte; but an incomplete file could hold the model only by luck.
    if _CHANGED not in damage and found != model:
        words = "; ".join(text for _, text in differences(found, model))
        broken("garbage", f"with {damage} it loaded as another model: {words}")
