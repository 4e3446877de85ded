from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


def test_json_has_the_documented_keys(run: Run, genome: Path) -> None:
    result = run("select-order", genome, "--dim", "gc=0,0.5,1", "--iterator", 100, "--max-order", 4, "--json")
    found = json.loads(result.stdout)
    assert found["recommended"]["dims"][0]["expr"] == "gc"
    assert [dim["breaks"] for dim in found["recommended"]["dims"]] == [[0.0, 0.5, 1.0]]
    assert len(found["table"]) == 10
    page = (Path(__file__).parents[2] / "docs/howto/choosing-k.md").read_text()
    names = [*found, *found["recommended"], *found["table"][0]]
    assert not [name for name in names if f"`{name}`" not in page]


def test_text_and_page(run: Run, genome: Path) -> None:
    said = run("select-order", genome, "--max-order", 3, "--html", "order.html").stdout.splitlines()
    assert said[0].startswith("recommended: k = ")
    assert [line.replace("*", "").split()[:2] for line in said[3:7]] == [["none", str(k)] for k in range(4)]
    assert sum("*" in line for line in said[3:7]) == 1
    assert "<svg" in genome.with_name("order.html").read_text()
    assert "exists" in run("select-order", genome, "--html", "order.html", code=1).stderr
