"""Expressions over tracks: a small language, read with Python's parser and never evaluated by it.

Model files come from anywhere and hold expressions: only what is listed here is accepted, and both the length and the
depth of an expression are limited.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Callable, Mapping
from typing import Final, NoReturn

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.tracks.functions import CONSTANTS, FUNCTIONS, Operation, Values, passing_nan

# `ast.parse` can crash the interpreter on long, deeply nested text, and the reader below recurses.
MAX_LENGTH: Final = 4000
MAX_DEPTH: Final = 60
MODULES: Final = ("np", "numpy")
"""Prefixes that a function may carry, as in pymisha's expressions."""

BINARY: Final[dict[type[ast.operator], Operation]] = {
    ast.Add: np.add,
    ast.Sub: np.subtract,
    ast.Mult: np.multiply,
    ast.Div: np.true_divide,
    ast.FloorDiv: np.floor_divide,
    ast.Mod: np.remainder,
    ast.Pow: np.power,
}
COMPARISONS: Final[dict[type[ast.cmpop], Operation]] = {
    ast.Lt: passing_nan(np.less),
    ast.LtE: passing_nan(np.less_equal),
    ast.Gt: passing_nan(np.greater),
    ast.GtE: passing_nan(np.greater_equal),
    ast.Eq: passing_nan(np.equal),
    ast.NotEq: passing_nan(np.not_equal),
}
AND: Final = passing_nan(np.logical_and)
OR: Final = passing_nan(np.logical_or)
NOT: Final = passing_nan(np.logical_not)
LOGICAL_BITS: Final[dict[type[ast.operator], Operation]] = {ast.BitAnd: AND, ast.BitOr: OR}

Evaluate = Callable[[Mapping[str, Values]], Values]


@frozen
class Leaf:
    """A track as an expression names it.

    Attributes
    ----------
    name : str
        The name, maybe with dots.
    text : str
        The canonical text, arguments included: ``gc``, ``kmer_frac('CG')``.
    called : bool
        Whether it has arguments.
    """

    name: str
    text: str
    called: bool = False


@frozen
class Expression:
    """A checked expression.

    Attributes
    ----------
    text : str
    leaves : dict of str to Leaf
        The tracks that it names, by their canonical text, in the order of appearance.
    plain : bool
        True if it is one track and nothing else.
    """

    text: str
    leaves: Mapping[str, Leaf]
    plain: bool
    _evaluate: Evaluate = field(repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        # What evaluates it is made of functions without names.
        return parse_expression, (self.text,)

    def evaluate(self, values: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
        """The expression's value for each window.

        Parameters
        ----------
        values : mapping of str to float64[m]
            For each of `leaves`, by its canonical text, the value in each window.

        Returns
        -------
        float64[m] or float64 scalar
            A scalar where the expression holds no track. A division by zero or the logarithm of a negative number
            is inf or NaN, as in NumPy, without a warning.
        """
        with np.errstate(all="ignore"):
            return self._evaluate(values)


def parse_expression(text: object) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text : str
        Names of tracks; calls with strings and numbers for tracks that take arguments (``kmer_frac("CG")``);
        numbers, ``nan``, ``inf``; ``+ - * / // % **``; comparisons; ``and or not`` (and ``& | ~`` between comparisons);
        ``log log2 log10 exp sqrt abs min max where clip isnan``, with or without the prefix ``np.``.
        NaN passes through every operation but ``isnan``; true is 1 and false 0.

    Raises
    ------
    ArgumentError
        Anything else, naming the offending piece; longer than 4000 characters or deeper than 60 levels.

    Examples
    --------
    >>> expression = parse_expression("log2(atac + 1) * (gc > 0.5)")
    >>> sorted(expression.leaves)
    ['atac', 'gc']
    >>> expression.evaluate({"atac": np.array([1.0, 3.0]), "gc": np.array([0.4, 0.6])}).tolist()
    [0.0, 2.0]
    """
    if not isinstance(text, str):
        raise ArgumentTypeError(f"an expression must be a string, found {type(text).__name__}")
    if not text.strip():
        raise ArgumentError("an expression must name a track, found an empty string")
    if len(text) > MAX_LENGTH:
        raise ArgumentError(f"expression of {len(text)} characters starting {text[:40]!r}: at most {MAX_LENGTH}")
    reader = _Reader(text)
    root = reader.tree()
    evaluate, _ = reader.read(root, 0)
    return Expression(text, reader.leaves, reader.is_leaf(root), evaluate)


class _Reader:
    """Turns the syntax tree of one expression into a function, refusing what is not listed."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.leaves: dict[str, Leaf] = {}

    def tree(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                # The parser's advice on style, such as "invalid decimal literal" for `1or x`, is of no use to the
                # caller.
                warnings.simplefilter("ignore", SyntaxWarning)
                return ast.parse(self.text, mode="eval").body
        except SyntaxError as error:
            where = f" at column {error.offset}" if error.offset else ""
            raise ArgumentError(f"expression {self._shown()}: {error.msg}{where}") from None
        # A null character is a ValueError; nesting too deep for the parser is a MemoryError or RecursionError.
        except (RecursionError, MemoryError, ValueError, OverflowError) as error:
            raise ArgumentError(f"expression {self._shown()} cannot be read: {type(error).__name__}") from None

    def _shown(self) -> str:
        return repr(self.text if len(self.text) <= 200 else self.text[:200] + "...")

    def refuse(self, node: ast.expr, problem: str) -> NoReturn:
        piece = ast.get_source_segment(self.text, node) or ""
        piece = piece if len(piece) <= 60 else piece[:60] + "..."
        raise ArgumentError(f"expression {self._shown()}: {problem}: {piece!r} at column {node.col_offset + 1}")

    def read(self, node: ast.expr, depth: int) -> tuple[Evaluate, bool]:
        """The function of a node, and whether it is a truth value."""
        if depth > MAX_DEPTH:
            self.refuse(node, f"nested more than {MAX_DEPTH} levels deep")
        reader = getattr(self, f"_{type(node).__name__}", None)
        if reader is None:
            self.refuse(node, _ADVICE.get(type(node), "only arithmetic, comparisons and tracks are allowed"))
        result: tuple[Evaluate, bool] = reader(node, depth + 1)
        return result

    def _Constant(self, node: ast.Constant, depth: int) -> tuple[Evaluate, bool]:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            self.refuse(node, "expected a number")
        return _constant(self._number(node)), False

    def _number(self, node: ast.Constant) -> np.float64:
        try:
            return np.float64(float(node.value))  # type: ignore[arg-type]  # a number: checked above
        except OverflowError:
            self.refuse(node, "too large a number")

    def _Name(self, node: ast.Name, depth: int) -> tuple[Evaluate, bool]:
        if node.id in CONSTANTS:
            return _constant(CONSTANTS[node.id]), False
        if node.id in FUNCTIONS:
            self.refuse(node, "a function needs its arguments in brackets")
        return self._leaf(Leaf(node.id, node.id)), False

    def _Attribute(self, node: ast.Attribute, depth: int) -> tuple[Evaluate, bool]:
        name = self._dotted(node)
        if name.split(".")[0] in MODULES:
            if name.split(".", 1)[1] in CONSTANTS:
                return _constant(CONSTANTS[name.split(".", 1)[1]]), False
            self.refuse(node, "not a function or constant that an expression may use")
        return self._leaf(Leaf(name, name)), False

    def _dotted(self, node: ast.expr) -> str:
        words: list[str] = []
        while isinstance(node, ast.Attribute):
            words.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or any(word.startswith("__") for word in words):
            self.refuse(node, "a dot may only join the words of a track's name")
        return ".".join([node.id, *reversed(words)])

    def _leaf(self, leaf: Leaf) -> Evaluate:
        key = self.leaves.setdefault(leaf.text, leaf).text
        return lambda values: values[key]

    def is_leaf(self, node: ast.expr) -> bool:
        """Whether the root, once read, is a track and nothing else."""
        if isinstance(node, ast.Call):
            return self._function(node) is None
        return isinstance(node, ast.Name | ast.Attribute) and len(self.leaves) == 1

    def _function(self, node: ast.Call) -> str | None:
        name = self._dotted(node.func)
        head, _, rest = name.partition(".")
        name = rest if head in MODULES else name
        if name in FUNCTIONS:
            return name
        if head in MODULES:
            self.refuse(node.func, f"not one of the functions {', '.join(FUNCTIONS)}")
        return None

    def _Call(self, node: ast.Call, depth: int) -> tuple[Evaluate, bool]:
        name = self._function(node)
        if name is None:
            return self._leaf(self._called(node)), False
        if node.keywords:
            self.refuse(node, "functions take no named arguments")
        function = FUNCTIONS[name]
        if len(node.args) < function.least or (function.most is not None and len(node.args) > function.most):
            count = str(function.least) if function.least == function.most else f"at least {function.least}"
            self.refuse(node, f"{name} takes {count} argument(s), found {len(node.args)}")
        return _apply(function.operation, *(self.read(arg, depth)[0] for arg in node.args)), name == "isnan"

    def _called(self, node: ast.Call) -> Leaf:
        words = [self._literal(arg) for arg in node.args]
        for keyword in node.keywords:
            if keyword.arg is None:
                self.refuse(node, "** is not allowed")
            words.append(f"{keyword.arg}={self._literal(keyword.value)}")
        name = self._dotted(node.func)
        return Leaf(name, f"{name}({', '.join(words)})", called=True)

    def _literal(self, node: ast.expr) -> str:
        sign, inner = "", node
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            sign, inner = "-", node.operand
        allowed = int | float if sign else int | float | str
        if isinstance(inner, ast.Constant) and isinstance(inner.value, allowed):
            return sign + repr(inner.value)
        self.refuse(node, "a track's arguments must be strings or numbers, and there is no such function of tracks")

    def _BinOp(self, node: ast.BinOp, depth: int) -> tuple[Evaluate, bool]:
        (left, left_true), (right, right_true) = self.read(node.left, depth), self.read(node.right, depth)
        operation = BINARY.get(type(node.op))
        if operation is not None:
            return _apply(operation, left, right), False
        logical = LOGICAL_BITS.get(type(node.op))
        if logical is None:
            self.refuse(node, "an operator that is not allowed")
        # In Python `a > 1 & b > 2` means `a > (1 & b) > 2`, which is hardly ever what is meant.
        if not (left_true and right_true):
            self.refuse(node, "& and | join comparisons, each in brackets (or write and, or)")
        return _apply(logical, left, right), True

    def _UnaryOp(self, node: ast.UnaryOp, depth: int) -> tuple[Evaluate, bool]:
        operand, truth = self.read(node.operand, depth)
        if isinstance(node.op, ast.USub):
            return _apply(np.negative, operand), False
        if isinstance(node.op, ast.UAdd):
            return operand, False
        if isinstance(node.op, ast.Invert) and not truth:
            self.refuse(node, "~ negates a comparison in brackets (or write not)")
        return _apply(NOT, operand), True

    def _BoolOp(self, node: ast.BoolOp, depth: int) -> tuple[Evaluate, bool]:
        logical = AND if isinstance(node.op, ast.And) else OR
        return _joined(logical, [self.read(value, depth)[0] for value in node.values]), True

    def _Compare(self, node: ast.Compare, depth: int) -> tuple[Evaluate, bool]:
        operands = [self.read(operand, depth)[0] for operand in (node.left, *node.comparators)]
        links = []
        for left, right, operator in zip(operands, operands[1:], node.ops, strict=False):
            comparison = COMPARISONS.get(type(operator))
            if comparison is None:
                self.refuse(node, "only < <= > >= == != compare")
            links.append(_apply(comparison, left, right))
        return _joined(AND, links), True


_ADVICE: Final[dict[type[ast.expr], str]] = {
    ast.IfExp: "write where(condition, a, b) instead of a if condition else b",
    ast.Subscript: "square brackets are not allowed",
    ast.Lambda: "lambda is not allowed",
}


def _constant(value: np.float64) -> Evaluate:
    return lambda values: value  # type: ignore[return-value]  # a scalar broadcasts


def _apply(operation: Operation, *operands: Evaluate) -> Evaluate:
    def evaluate(values: Mapping[str, Values]) -> Values:
        result: Values = operation(*(operand(values) for operand in operands))
        return result

    return evaluate


def _joined(operation: Operation, operands: list[Evaluate]) -> Evaluate:
    def evaluate(values: Mapping[str, Values]) -> Values:
        result = operands[0](values)
        for operand in operands[1:]:
            # No short cut as in Python: operands are arrays, of which each window takes its own way.
            result = operation(result, operand(values))
        return result

    return evaluate
