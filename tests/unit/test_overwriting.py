"""What exists is replaced only on request, from Python as from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gsynth

GENOME = {"chr1": "ACGTTGCAGG" * 30, "chr2": "TTGACCA" * 20}


@pytest.fixture(scope="module")
def model() -> gsynth.GsynthModel:
    return gsynth.gsynth_train(genome=GENOME, k=2)


def _calls(model: gsynth.GsynthModel, folder: Path) -> dict[str, tuple[Path, Callable[..., Any]]]:
    saved = folder / "other.gsm"
    gsynth.save(model, saved)
    on = {"genome": GENOME}
    return {
        "sample": (folder / "s.fa", lambda path, **how: gsynth.sample(model, path, seed=1, **on, **how)),
        "random": (folder / "r.fa", lambda path, **how: gsynth.random(output=path, seed=1, **on, **how)),
        "replace": (folder / "x.fa", lambda path, **how: gsynth.replace_kmer("CG", "GC", output=path, **on, **how)),
        "score": (folder / "s.bw", lambda path, **how: gsynth.score(model, path, resolution=10, **on, **how)),
        "save": (folder / "m.gsm", lambda path, **how: gsynth.save(model, path, **how)),
        "zip": (folder / "z.gsm", lambda path, **how: gsynth.save(model, path, compress=True, **how)),
        "convert": (folder / "c.gsm", lambda path, **how: gsynth.convert(saved, path, **how)),
    }


def _content(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


@pytest.mark.parametrize("name", ["sample", "random", "replace", "score", "save", "zip", "convert"])
def test_a_second_call_needs_overwrite(name: str, model: gsynth.GsynthModel, tmp_path: Path) -> None:
    path, call = _calls(model, tmp_path)[name]
    call(path)
    first = _content(path)
    with pytest.raises(FileExistsError, match=r"overwrite=True \(--force\)"):
        call(path)
    assert _content(path) == first
    call(path, overwrite=True)
    assert _content(path) == first


@pytest.mark.parametrize("name", ["sample", "random", "replace", "score"])
def test_what_is_no_output_of_gsynth_needs_it_too(name: str, model: gsynth.GsynthModel, tmp_path: Path) -> None:
    path, call = _calls(model, tmp_path)[name]
    path.write_text("a year of work")
    with pytest.raises(FileExistsError):
        call(path)
    assert path.read_text() == "a year of work"


def test_an_index_alone_is_not_overwritten_either(model: gsynth.GsynthModel, tmp_path: Path) -> None:
    """The .fai is not named in the call."""
    index = tmp_path / "a.fa.fai"
    index.write_text("chr9\t1\t1\t1\t2\n")
    with pytest.raises(FileExistsError, match=r"a\.fa\.fai"):
        gsynth.gsynth_sample(model, tmp_path / "a.fa", genome=GENOME, seed=1)
    assert not (tmp_path / "a.fa").exists()


@pytest.mark.parametrize("name", ["sample", "random", "replace", "score", "zip"])
def test_an_empty_file_holds_nothing_to_lose(name: str, model: gsynth.GsynthModel, tmp_path: Path) -> None:
    path, call = _calls(model, tmp_path)[name]
    path.touch()
    call(path)
    assert path.stat().st_size > 0


def test_a_model_is_not_written_over_other_things_on_request_either(model: gsynth.GsynthModel, tmp_path: Path) -> None:
    path = tmp_path / "notes.gsm"
    path.write_text("a year of work")
    with pytest.raises(FileExistsError, match="not a model"):
        gsynth.gsynth_save(model, path, overwrite=True)
    assert path.read_text() == "a year of work"
