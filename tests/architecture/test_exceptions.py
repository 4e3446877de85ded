"""Every exception from a rule says why: ``# noqa: CODE  # reason``, and a comment above what pyproject.toml lists."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("gsynth", "backends", "formats", "tests", "benchmarks", "docs", ".ci")
SOURCES = sorted(
    path for folder in FOLDERS for pattern in ("*.py", "*.pyi") for path in (ROOT / folder).rglob(pattern)
)  # fmt: skip

EXCEPTION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:\s*no)", re.IGNORECASE)
WITH_REASON = re.compile(
    r"# (?:noqa: [A-Z]+\d+(?:, [A-Z]+\d+)*|type: ignore\[[a-z-]+(?:, ?[a-z-]+)*\]|pragma: no (?:cover|branch))"
    r"  # \S+ \S+.*"
)


def unexplained(text: str) -> Iterator[str]:
    """The comments that make an exception and do not say from which rule and why."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and EXCEPTION.search(token.string):
            comment = token.string[EXCEPTION.search(token.string).start() :]
            if not WITH_REASON.fullmatch(comment):
                yield f"{token.start[0]}: {comment}"


def test_every_exception_in_the_code_has_its_reason():
    assert len(SOURCES) > 200
    found = [f"{path.relative_to(ROOT)}:{line}" for path in SOURCES for line in unexplained(path.read_text())]
    assert not found, "write the rule and, behind another #, why it does not hold here"


@pytest.mark.parametrize(
    "comment",
    [
        "# noqa",
        "# noqa: E501",
        "# noqa  # long",
        "# type: ignore",
        "# type: ignore[misc]",
        "# pragma: no cover",
        "#noqa",
    ],
)
def test_one_without_is_found(comment):
    assert list(unexplained(f"x = 1  {comment}\n"))
    assert not list(unexplained(f"x = 1\ny = {comment!r}\n"))


@pytest.mark.parametrize(
    "comment",
    ["# noqa: E501  # an address", "# noqa: E501, B006  # so it is", "# type: ignore[misc, arg-type]  # the stubs err"],
)
def test_one_with_is_not(comment):
    assert not list(unexplained(f"x = 1  {comment}\n"))


def bare_settings(text: str) -> Iterator[str]:
    """The settings of ruff and mypy that allow something, with no comment on the line above."""
    table = key = before = ""
    for line in text.splitlines():
        word = line.strip()
        table = word if word.startswith("[") else table
        key = word.split(" = ")[0] if " = " in word else key
        allows = {
            "[tool.ruff.lint]": key == "ignore" and word.startswith('"'),
            "[tool.ruff.lint.per-file-ignores]": "=" in word,
            "[tool.mypy]": word.startswith("exclude"),
            "[[tool.mypy.overrides]]": word.startswith("disable_error_code"),
        }
        if allows.get(table) and not before.startswith("#"):
            yield word
        before = word


def test_every_exception_in_the_settings_has_its_reason():
    assert not list(bare_settings((ROOT / "pyproject.toml").read_text()))
    assert list(bare_settings('[tool.ruff.lint]\nignore = [\n    "E501",\n]\n')) == ['"E501",']
    assert list(bare_settings('[tool.ruff.lint.per-file-ignores]\n"a.py" = ["E501"]\n'))
