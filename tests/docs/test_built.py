"""What the built documentation holds; ``tox -e docs`` builds it and names its folder in GSYNTH_DOCS."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

import gsynth
import gsynth.errors
import gsynth.plugins
import gsynth.typing
from gsynth.cli.commands import main

DOCS = os.environ.get("GSYNTH_DOCS")
pytestmark = pytest.mark.skipif(DOCS is None, reason="GSYNTH_DOCS names no folder with built pages: tox -e docs")
BUILT = Path(DOCS or ".")
COMMANDS = {"gsynth": main, **{f"gsynth {name}": command for name, command in main.commands.items()}}


def pages() -> list[Path]:
    found = [path for path in (BUILT / "html").rglob("*.html") if "_modules" not in path.parts]
    return [path for path in found if path.name not in ("genindex.html", "search.html", "py-modindex.html")]


def text(path: Path) -> str:
    """What a reader sees of a page."""
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", body))


def options(command: click.Command) -> set[str]:
    declared = [param for param in command.params if isinstance(param, click.Option)]
    return {name for param in declared for name in (*param.opts, *param.secondary_opts)}


def documented() -> set[str]:
    """The full names in the inventory that other projects link by."""
    inventory = pytest.importorskip("sphinx.util.inventory")
    with (BUILT / "html/objects.inv").open("rb") as file:
        read = inventory.InventoryFile.load(file, "", lambda base, uri: uri)
    kinds = getattr(read, "data", read)
    return {name for kind, names in kinds.items() if kind.startswith("py:") for name in names}


def test_there_are_pages() -> None:
    assert len(pages()) > 25


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_options_read_as_they_are_typed(name: str) -> None:
    """Sphinx would make one dash of the two hyphens of an option."""
    page = text(BUILT / "html/reference/command-line.html")
    missing = [option for option in options(COMMANDS[name]) if not re.search(rf"(?<![\w-]){option}(?![\w-])", page)]
    assert not missing


def test_no_dash_stands_before_a_letter() -> None:
    found = {path.name: re.findall(r".{0,20}[–—]\w.{0,20}", text(path)) for path in pages()}  # noqa: RUF001  # it looks for these
    assert not {name: lines for name, lines in found.items() if lines}


def test_examples_of_commands_are_blocks_of_their_own() -> None:
    source = (BUILT / "html/reference/command-line.html").read_text(encoding="utf-8")
    blocks = [text_of(block) for block in re.findall(r"<pre>(.*?)</pre>", source, re.DOTALL)]
    helps = "\n".join(command.help or "" for command in COMMANDS.values())
    examples = re.findall(r"^ *(gsynth .*)$", helps, re.MULTILINE)
    assert len(examples) > 8
    assert not [line for line in examples if not any(line in block for block in blocks)]


def text_of(source: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", source))


def test_every_public_name_is_described() -> None:
    names = documented()
    last = {name.rpartition(".")[2] for name in names}
    assert not [name for name in gsynth.__all__ if name != "__version__" and name not in last]
    assert not [name for name in gsynth.typing.__all__ if f"gsynth.typing.{name}" not in names]
    assert not [name for name in gsynth.plugins.__all__ if name not in last]
    errors = [name for name, thing in vars(gsynth.errors).items() if isinstance(thing, type)]
    assert len(errors) > 10
    assert not [name for name in errors if f"gsynth.errors.{name}" not in names]


def test_pages_fit_a_phone_can_be_searched_and_copied_from() -> None:
    for path in pages():
        source = path.read_text(encoding="utf-8")
        assert 'name="viewport"' in source, path
        if "<pre>" in source:
            assert "copybutton" in source, path
    index = (BUILT / "html/searchindex.js").read_text(encoding="utf-8").lower()
    for word in ("gsynthmodel", "use_genome", "open_genome", "bigwig", "completion"):
        assert word in index, word


def test_pictures_say_what_they_show() -> None:
    for path in pages():
        for image in re.findall(r"<img\b[^>]*>", path.read_text(encoding="utf-8")):
            assert re.search(r'alt="[^"]{20,}"', image), f"{path.name}: {image}"


def manual() -> str:
    return (BUILT / "man/gsynth.1").read_text(encoding="utf-8").replace("\\-", "-")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_manual_page_has_every_command_and_option(name: str) -> None:
    page = manual()
    assert name.removeprefix("gsynth ") in page
    assert not [option for option in options(COMMANDS[name]) if option not in page]


def test_the_manual_page_can_be_shown() -> None:
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    shown = subprocess.run(
        ["man", "--warnings", "--encoding", "UTF-8", "-l", str(BUILT / "man/gsynth.1")],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "MANWIDTH": "100", "LC_ALL": "C.UTF-8", "MANPAGER": "cat", "MAN_KEEP_FORMATTING": ""},
    )
    assert not shown.stderr
    assert re.search(r"gsynth\s+train\s+[^\n]*--dim", shown.stdout)
    assert "ENVIRONMENT" in shown.stdout
