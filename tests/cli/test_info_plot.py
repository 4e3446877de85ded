from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.mark.parametrize(("suffix", "begins"), [("png", b"\x89PNG"), ("svg", b"<?xml")])
def test_a_picture_of_a_model(run: Run, model: Path, suffix: str, begins: bytes) -> None:
    path = model.with_name(f"m.{suffix}")
    run("info", model, "--plot", path.name, "--stratum", 2)
    first = path.read_bytes()
    assert first.startswith(begins)
    assert "exists" in run("info", model, "--plot", path.name, code=1).stderr
    if suffix == "png":
        run("info", model, "--plot", path.name, "--stratum", 2, "--force")
        assert path.read_bytes() == first


def test_what_is_refused(run: Run, model: Path) -> None:
    assert "known are" in run("info", model, "--plot", "m.txt", code=1).stderr
    assert "from 0 to 3" in run("info", model, "--plot", "m.png", "--stratum", 4, code=1).stderr
