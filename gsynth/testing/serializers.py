"""What every model file format must do."""

from __future__ import annotations

import copy
import gc
import os
import pickle
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings

from gsynth.plugins import CONTRACT, FormatError, GsynthModel, NotAModelError, Serializer
from gsynth.testing.clauses import SUITE_CONTRACT, asking, broken, raised, require
from gsynth.testing.damage import CHANGED, Trap, bombs, claims, contents, damaged, foreign_files, write_contents
from gsynth.testing.differences import differences
from gsynth.testing.elsewhere import carried_out, order_of
from gsynth.testing.model_cases import CASES, trained
from gsynth.testing.processes import kept_process, open_files
from gsynth.testing.strategies import deterministic, models
from gsynth.testing.work import peak_of

Sniff = Callable[[Path], bool]
GoldenModel = tuple[Path, GsynthModel]

REFUSALS: Final = (FormatError, NotAModelError)

_ROOM: Final = 100 << 20
"""Bytes that loading a small file may take: far more than it needs, far less than a false claim takes."""

_LOOKS_ALIKE: Final = ("pickle", "zip", "zip_magic", "json", "json_list", "deep", "yaml_list", "yaml_mapping")
"""Foreign files that may look like a format's own from outside; its `load` decides."""


def load_again(serializer: Serializer, path: Path, clause: str, what: str) -> GsynthModel:
    """What the format loads from a file that it must be able to load; fails with `clause` if it refuses."""
    __tracebackhide__ = True
    with asking(clause, lambda: f"load of {what}"):
        return serializer.load(path)


def saved(serializer: Serializer, model: GsynthModel, path: Path, what: str, clause: str = "round-trip") -> Path:
    """Save a model that the format must be able to hold."""
    __tracebackhide__ = True
    with asking(clause, lambda: f"save of {what}"):
        serializer.save(model, path)
    require(path.exists(), "save-pure", f"nothing at the path that save was given, for {what}")
    return path


def require_same(found: object, expected: GsynthModel, what: str) -> None:
    """Fail with the first clause that a loaded model breaks."""
    __tracebackhide__ = True
    if not isinstance(found, GsynthModel):
        broken("round-trip", f"load gave a {type(found).__name__}, not a GsynthModel, for {what}")
    for clause, difference in differences(found, expected):
        broken(clause, f"{difference}, for {what}")
    require(found == expected, "round-trip", f"the models are not equal, for {what}")


@contextmanager
def _under_umask(umask: int) -> Iterator[None]:
    before = os.umask(umask)
    try:
        yield
    finally:
        os.umask(before)


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
        path = saved(writer, make(), tmp_path / f"model{suffix}", name, clause)
        require_same(load_again(writer, path, clause, name), make(), name)

    @settings(deterministic, max_examples=25)
    @given(model=models(max_order=3))
    def test_any_model(self, writer: Serializer, suffix: str, tmp_path: Path, model: GsynthModel) -> None:
        path = Path(tempfile.mkdtemp(dir=tmp_path)) / f"model{suffix}"
        saved(writer, model, path, repr(model))
        require_same(load_again(writer, path, "round-trip", repr(model)), model, repr(model))

    def test_saved_again_after_loading(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        # Three times: a bin map written from 1 and read from 0 moves at every step.
        model = CASES["three_dimensions"][1]()
        for step in range(3):
            path = saved(writer, model, tmp_path / f"model{step}{suffix}", f"a model loaded {step} times")
            model = load_again(writer, path, "round-trip", f"a model saved and loaded {step} times")
        require_same(model, CASES["three_dimensions"][1](), "a model saved and loaded three times")

    def test_golden_models(self, serializer: Serializer, golden_models: list[GoldenModel]) -> None:
        if not golden_models:
            pytest.skip("no golden files: override the fixture golden_models to test the bytes on disk")
        for path, model in golden_models:
            what = f"golden file {path.name} (clause byte-order, among others)"
            require_same(load_again(serializer, path, "round-trip", what), model, what)

    def test_save_writes_at_its_path_only(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        saved(writer, trained(2), tmp_path / f"model{suffix}", "a model")
        found = sorted(path.name for path in tmp_path.iterdir())
        require(found == [f"model{suffix}"], "save-pure", f"in the folder afterwards: {found}")

    @pytest.mark.parametrize("name", ["three_dimensions", "foreign_keys", "stored_nan_rows"])
    def test_save_leaves_the_model(self, writer: Serializer, suffix: str, tmp_path: Path, name: str) -> None:
        model = CASES[name][1]()
        # A copy and not the same object: a change of the model would change both.
        before = copy.deepcopy(model)
        saved(writer, model, tmp_path / f"model{suffix}", name)
        changed = [text for _, text in (*differences(model, before), *differences(before, model))]
        require(not changed, "save-pure", f"the model changed: {'; '.join(changed)}")

    def test_save_obeys_the_umask(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        for umask in (0o022, 0o027):
            with _under_umask(umask):
                path = saved(writer, trained(1), tmp_path / f"{umask}{suffix}", "a model")
            for made in (path, *path.rglob("*")):
                found, expected = made.stat().st_mode & 0o777, (0o777 if made.is_dir() else 0o666) & ~umask
                where = made.relative_to(tmp_path)
                require(found == expected, "save-modes", f"{found:o} of {where}, expected {expected:o} for {umask:o}")

    def test_same_bytes_elsewhere(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        names = ("three_dimensions", "foreign_keys", "forbidden_words")
        folders = [tmp_path / "here", tmp_path / "far"]
        for folder in folders:
            folder.mkdir()
        orders = [
            order_of(writer, [CASES[name][1]() for name in names], [folder / f"{name}{suffix}" for name in names],
                     away=folder is folders[1])
            for folder in folders
        ]  # fmt: skip
        for found in carried_out(orders):
            require(not found.error, "save-repeats", f"{found.error}, in another process")
        for name in names:
            first, second = (contents(folder / f"{name}{suffix}") for folder in folders)
            differing = [f for f in sorted({*first, *second}) if first.get(f) != second.get(f)]
            where = "in another process, with another hash seed, path, host, user and date"
            require(not differing, "save-repeats", f"other bytes {where}: {differing}, for {name}")

    def test_load_leaves_the_file(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        path = saved(writer, trained(2), tmp_path / f"model{suffix}", "a model")
        before = contents(path)
        load_again(writer, path, "round-trip", "a model")
        require(contents(path) == before, "save-pure", "load changed the file")
        found = sorted(entry.name for entry in tmp_path.iterdir())
        require(found == [path.name], "save-pure", f"in the folder after load: {found}")

    def test_process_is_left_alone(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        path = saved(writer, trained(2), tmp_path / f"a{suffix}", "a model")
        load_again(writer, path, "round-trip", "a model")
        (tmp_path / "other").mkdir()
        with kept_process(lambda: "save"):
            writer.save(trained(2), tmp_path / "other" / f"b{suffix}")
        with kept_process(lambda: "load"):
            writer.load(path)

    def test_files_are_closed(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        whole = saved(writer, trained(2), tmp_path / f"a{suffix}", "a model")
        members = contents(whole)
        cut = {name: data[: len(data) // 2] for name, data in members.items()}
        write_contents(tmp_path / f"cut{suffix}", cut)
        for doing, call in {
            "save": lambda: writer.save(trained(2), tmp_path / f"b{suffix}"),
            "load": lambda: writer.load(whole),
            "load of half a file": lambda: writer.load(tmp_path / f"cut{suffix}"),
        }.items():
            _require_closed(doing, call)

    def test_foreign_files_are_refused(self, serializer: Serializer, suffix: str, tmp_path: Path) -> None:
        for path in foreign_files(tmp_path, suffix):
            try:
                found = serializer.load(path)
            except REFUSALS:
                continue
            except Exception as error:
                broken("garbage", f"{raised(error)} for {path.name}")
            broken("garbage", f"{path.name} loaded as {found!r}")

    def test_no_code_from_a_file_runs(self, serializer: Serializer, suffix: str, tmp_path: Path) -> None:
        marker, path = tmp_path / "marker", tmp_path / f"trap{suffix}"
        # Loading this with the interpreter's unpickler makes the marker.
        path.write_bytes(pickle.dumps(Trap(marker)))
        try:
            serializer.load(path)
        except REFUSALS:
            require(not marker.exists(), "no-code", "unpickling a file ran code from it")
            return
        except Exception as error:
            require(not marker.exists(), "no-code", "unpickling a file ran code from it")
            broken("garbage", f"{raised(error)} for a pickle")
        broken("garbage", "a pickle loaded as a model")

    def test_load_evaluates_nothing(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        path = saved(writer, CASES["three_dimensions"][1](), tmp_path / f"model{suffix}", "a model")
        (found,) = carried_out([order_of(writer, (), [path])])
        require(not found.error, "round-trip", f"{found.error}, for a load in another process")
        require(not found.ran, "no-code", f"load ran {', '.join(sorted(set(found.ran))[:3])}")

    def test_damaged_files_are_refused(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        model = trained(1, (CASES["one_dimension"][1]().dims[0],))
        whole = saved(writer, model, tmp_path / f"whole{suffix}", "a model")
        for number, (members, damage) in enumerate(damaged(contents(whole))):
            path = tmp_path / f"damaged{number}{suffix}"
            write_contents(path, members)
            _refused_or_right(writer, path, damage, model)

    def test_claims_are_checked_before_memory_is_taken(self, writer: Serializer, suffix: str, tmp_path: Path) -> None:
        model = trained(1, (CASES["one_dimension"][1]().dims[0],))
        members = contents(saved(writer, model, tmp_path / f"whole{suffix}", "a model"))
        for number, (changed, claim) in enumerate((*claims(members), *bombs(members))):
            path = tmp_path / f"claim{number}{suffix}"
            write_contents(path, changed)
            peak = peak_of(lambda path=path, claim=claim: _tried(writer, path, claim))  # type: ignore[misc]  # a lambda with defaults
            require(peak < _ROOM, "sizes", f"load took {peak:,} bytes, for a small file with {claim}")

    def test_sniff(
        self, serializer: Serializer, can_save: bool, sniff: Sniff | None, suffix: str, tmp_path: Path
    ) -> None:
        if sniff is None:
            pytest.skip("no sniff given: override the fixture sniff")
        for path in foreign_files(tmp_path, suffix):
            with asking("sniff", lambda path=path: f"sniff of {path.name}"):  # type: ignore[misc]  # a default
                answer = sniff(path)
            require(isinstance(answer, bool), "sniff", f"{answer!r}, expected True or False, for {path.name}")
            if path.stem not in _LOOKS_ALIKE:
                require(not answer, "sniff", f"True, expected False, for {path.name}")
        if can_save:
            path = saved(serializer, trained(2), tmp_path / f"model{suffix}", "a model")
            require(sniff(path) is True, "sniff", f"{sniff(path)!r}, expected True, for what the format wrote")


def _tried(serializer: Serializer, path: Path, damage: str) -> None:
    __tracebackhide__ = True
    try:
        serializer.load(path)
    except REFUSALS:
        return
    except MemoryError as error:
        broken("sizes", f"{raised(error)} for a small file with {damage}")
    except Exception as error:
        broken("garbage", f"{raised(error)} for {damage}")


def _refused_or_right(serializer: Serializer, path: Path, damage: str, model: GsynthModel) -> None:
    __tracebackhide__ = True
    try:
        found = serializer.load(path)
    except REFUSALS:
        return
    except Exception as error:
        broken("garbage", f"{raised(error)} for {damage}")
    # A format need not notice a changed byte; but an incomplete file could hold the model only by luck.
    if CHANGED not in damage and found != model:
        words = "; ".join(text for _, text in differences(found, model))
        broken("garbage", f"with {damage} it loaded as another model: {words}")


def _require_closed(doing: str, call: Callable[[], object]) -> None:
    __tracebackhide__ = True
    gc.collect()
    before = open_files()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        with suppress(*REFUSALS):
            call()
        # Before the collection: a file that is closed only because nothing refers to it any more was left open.
        after = open_files()
        gc.collect()
    left = [str(warning.message) for warning in caught if issubclass(warning.category, ResourceWarning)]
    require(not left, "handles", f"left open by {doing}: {left[:3]}")
    require(before == after, "handles", f"{before} open files before {doing}, {after} after it")
