"""What a reader finds with ``gsynth.`` and a tab."""

from __future__ import annotations

import subprocess
import sys

import pytest

import gsynth


def test_dir_lists_what_is_public_and_nothing_else() -> None:
    # In a process of its own: here, other tests have loaded modules.
    code = (
        "import gsynth; before = dir(gsynth); gsynth.train, gsynth.random; assert dir(gsynth) == before; print(*before)"
    )
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    names = ran.stdout.split()
    assert [name for name in names if name.startswith("_")] == ["__version__"]
    short = {name.removeprefix("gsynth_") for name in gsynth.__all__}
    assert set(names) == {*gsynth.__all__, *short, "errors", "plot", "plugins", "typing"}
    assert {"train", "gsynth_train", "open_genome", "use_genome", "GsynthModel"} <= set(names)


@pytest.mark.parametrize("name", ["errors", "plugins", "typing"])
def test_public_modules_need_no_import_of_their_own(name: str) -> None:
    code = f"import gsynth; print(gsynth.{name}.__name__)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == f"gsynth.{name}"


def test_a_star_brings_no_name_of_the_standard_library() -> None:
    names: dict[str, object] = {}
    exec("from gsynth import *", names)
    assert not {"typing", "random", "errors", "annotations", "Any"} & set(names)
    assert {"gsynth_train", "open_genome"} <= set(names)
