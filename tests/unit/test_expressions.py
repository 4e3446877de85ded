"""The expression language: what it computes, and all that it refuses."""

import numpy as np
import pytest

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.tracks.expressions import MAX_DEPTH, MAX_LENGTH, parse_expression

NAN = np.nan
VALUES = {"a": np.array([0.5, 2.0, NAN, -3.0]), "b": np.array([1.0, 2.0, 3.0, NAN]), "x.y": np.arange(4.0)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * 2 - 1", [1.5, 5, NAN, NAN]),
        ("-a ** 2 / 4", [-0.0625, -1, NAN, -2.25]),
        ("x.y // 2 + x.y % 2", [0, 1, 1, 2]),
        ("a < b", [1, 0, NAN, NAN]),
        ("0 <= x.y < 2", [1, 1, 0, 0]),
        ("a >= 2 or x.y == 0", [1, 1, NAN, 0]),
        ("not x.y > 1 and x.y != 0", [0, 1, 0, 0]),
        ("(x.y > 0) & ~(x.y > 2) | (x.y == 3)", [0, 1, 1, 1]),
        ("where(isnan(a), -1, a)", [0.5, 2, -1, -3]),
        ("where(a > 1, 10, 20)", [20, 10, NAN, 20]),
        ("np.log2(x.y + 1) + log(1) + log10(10)", [1, 2, np.log2(3) + 1, 3]),
        ("numpy.sqrt(abs(a) * 2)", [1, 2, NAN, np.sqrt(6)]),
        ("min(a, 1, x.y)", [0, 1, NAN, -3]),
        ("max(a, b)", [1, 2, NAN, NAN]),
        ("clip(a, 0, 1)", [0.5, 1, NAN, 0]),
        ("exp(0 * x.y) + nan", [NAN] * 4),
        ("x.y / 0", [NAN, np.inf, np.inf, np.inf]),
        ("log(-x.y - 1)", [NAN] * 4),
    ],
)
def test_value(text: str, expected: list[float]) -> None:
    np.testing.assert_allclose(parse_expression(text).evaluate(VALUES), expected)


def test_leaves_are_canonical_and_listed_once() -> None:
    expression = parse_expression("kmer_frac(\"CG\") - kmer_frac( 'CG' ) + k(-1, 2.5) + gc")
    assert list(expression.leaves) == ["kmer_frac('CG')", "k(-1, 2.5)", "gc"]
    assert [leaf.called for leaf in expression.leaves.values()] == [True, True, False]


@pytest.mark.parametrize(
    ("text", "plain"),
    [("gc", True), (" a.b ", True), ("k('A')", True), ("log(gc)", False), ("gc+0", False), ("1", False)],
)
def test_plain(text: str, plain: bool) -> None:
    assert parse_expression(text).plain is plain


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("gc + __import__('os').system('true')", "__import__"),
        ("().__class__.__base__", "()"),
        ("gc.__class__", "gc"),
        ("gc[0]", "gc[0]"),
        ("gc if gc else 1", "where"),
        ("lambda: 1", "lambda"),
        ("[gc]", "[gc]"),
        ("'text'", "expected a number"),
        ("True", "expected a number"),
        ("f'{gc}'", "f'{gc}'"),
        ("1 << 62", "1 << 62"),
        ("a > 1 & b > 1", "1 & b"),
        ("~a", "~a"),
        ("a in b", "compare"),
        ("log", "brackets"),
        ("log(a, b)", "log takes 1"),
        ("min(a)", "at least 2"),
        ("clip(a, b=1, c=2)", "named"),
        ("np.load('x')", "np.load"),
        ("np.log", "np.log"),
        ("track(gc)", "'gc'"),
        ("track(**gc)", "**"),
        ("(gc", "never closed"),
        ("gc; gc", "column"),
        ("gc\0", "null"),
        ("9" * 400, "too large"),
        ("9" * 3999, "9"),
        ("-" * 3000 + "gc", "expression"),
        ("(" * 300 + "gc" + ")" * 300, "parentheses"),
        ("+".join(["gc"] * (MAX_DEPTH + 10)), "levels deep"),
        ("x" * (MAX_LENGTH + 1), str(MAX_LENGTH)),
        ("  ", "empty"),
    ],
)
def test_refused(text: str, piece: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        parse_expression(text)
    assert piece in str(caught.value)
    assert len(str(caught.value)) < 500


def test_not_a_string() -> None:
    with pytest.raises(ArgumentTypeError, match="found int"):
        parse_expression(3)
