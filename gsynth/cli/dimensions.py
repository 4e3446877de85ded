"""The text forms of dimensions and merges: ``gc=0:1:0.05``, ``gc=0.7:1 into 0.65:0.7``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import click

from gsynth.files.words import number

# As many as a dimension may have (`gsynth.model.binning`, which loads NumPy).
MAX_BINS: Final = 250_000
_LONGEST: Final = 1_000
_MOST_DIGITS: Final = 400
"""Beyond the exponents of floats, and far below those with which exact numbers take all memory."""

Range = tuple[float, float] | float
Merges = list[dict[str, Range]] | str

AUTO: Final = "auto"
"""In place of merge ranges: sparse bins go to their nearest learned neighbour."""

_MEASURED: Final = re.compile(r"q[1-9][0-9]{0,8}|categories")
_BRACKETS: Final = {"(]": "right", "[)": "left"}
_FORMS: Final = (
    "expected EXPR=START:STOP:STEP, EXPR=BREAK,BREAK,..., EXPR=qN or EXPR=categories, for example 'gc=0:1:0.05', "
    "'gc=0,0.3,0.4,1' or 'gc=q10'; in brackets, 'cpg=(0,1,2,3]' or 'cpg=[0,1,2,3)', they say which end a bin includes"
)
_MERGE_FORMS: Final = "expected DIM=FROM into TO, for example 'gc=0.7:1 into 0.65:0.7' (several with commas), or auto"


def parse_dimension(text: str) -> dict[str, Any]:
    """A dimension ``{"expr": ..., "breaks": [...]}``.

    The last ``=`` separates the expression from the breaks, so the expression may contain ``==``, ``<=`` and ``>=``.

    Examples
    --------
    >>> parse_dimension("gc=0:1:0.25")
    {'expr': 'gc', 'breaks': [0.0, 0.25, 0.5, 0.75, 1.0]}
    >>> parse_dimension("(gc >= 0.4) + cpg=0,1,3")
    {'expr': '(gc >= 0.4) + cpg', 'breaks': [0.0, 1.0, 3.0]}
    >>> parse_dimension("cpg=(0,1,3]")
    {'expr': 'cpg', 'breaks': [0.0, 1.0, 3.0], 'closed': 'right'}
    """
    expr, equals, breaks = text.rpartition("=")
    # 'gc <= 0.4' without breaks comes apart as 'gc <' and '0.4'; no expression ends in such a sign.
    if not equals or not expr.strip() or not breaks.strip() or expr.rstrip()[-1] in "=<>!":
        raise click.BadParameter(f"{text!r}: no breaks; {_FORMS}")
    plain, closed = _without_brackets(breaks.strip(), text)
    return {"expr": expr.strip(), "breaks": parse_breaks(plain), **({} if closed is None else {"closed": closed})}


def _without_brackets(breaks: str, text: str) -> tuple[str, str | None]:
    """The breaks, and which end their bins include; None without brackets."""
    ends = breaks[0] + breaks[-1]
    if ends in _BRACKETS:
        return breaks[1:-1], _BRACKETS[ends]
    if breaks[0] in "([" or breaks[-1] in ")]":
        raise click.BadParameter(f"{text!r}: brackets around breaks are '(...]' or '[...)'")
    return breaks, None


def parse_breaks(text: str) -> list[float] | str:
    """Breaks from ``start:stop:step`` or a list of numbers with commas; ``q10`` and ``categories`` stay as they are.

    The steps are computed in exact decimals, so ``0:1:0.05`` makes 20 bins: its breaks are the floats nearest to 0,
    0.05, 0.1, ..., and the last one is exactly `stop`.

    Examples
    --------
    >>> parse_breaks("0:0.3:0.1")
    [0.0, 0.1, 0.2, 0.3]
    """
    if _MEASURED.fullmatch(text.strip()):
        return text.strip()
    if ":" not in text:
        return [_number(part) for part in text.split(",")]
    # In floats 3 * 0.1 lies above 0.3, and a bin would be missing or left over.
    from fractions import Fraction

    try:
        start, stop, step = (Fraction(_written_out(part.strip())) for part in text.split(":"))
    except (ValueError, ZeroDivisionError) as error:
        raise click.BadParameter(f"{text!r} is not START:STOP:STEP with three numbers that a float can hold") from error
    if step <= 0 or stop <= start:
        raise click.BadParameter(f"{text!r}: STOP must be above START, and STEP above 0")
    bins = (stop - start) / step
    if bins > MAX_BINS:
        raise click.BadParameter(f"{text!r} makes more bins than fit: the limit is {MAX_BINS:,}")
    if bins.denominator != 1:
        raise click.BadParameter(f"{text!r}: the step does not divide the span ({float(bins):.6g} bins)")
    return [float(start + i * step) for i in range(int(bins) + 1)]


def _written_out(text: str) -> str:
    """`text`, unless it is a number that has too many digits when it is written out."""
    exponent = re.search("e(.*)", text, re.IGNORECASE)
    if len(text) > _LONGEST or (exponent is not None and abs(int(exponent[1])) > _MOST_DIGITS):
        raise ValueError(text)
    return text


def parse_merge(text: str) -> tuple[str, Merges]:
    """The dimension that a merge names, and its merge ranges (see `gsynth.gsynth_bin_map`) or "auto".

    ``auto`` alone applies to every dimension; the name is then empty.

    Examples
    --------
    >>> parse_merge("gc=0.7:1 into 0.65:0.7, 0.1 into 0.2")
    ('gc', [{'from': (0.7, 1.0), 'to': (0.65, 0.7)}, {'from': 0.1, 'to': 0.2}])
    """
    if text.strip() == AUTO:
        return "", AUTO
    name, equals, merges = text.rpartition("=")
    if not equals or not name.strip():
        raise click.BadParameter(f"{text!r} names no dimension; {_MERGE_FORMS}")
    if merges.strip() == AUTO:
        return name.strip(), AUTO
    return name.strip(), [_merge(part, text) for part in merges.split(",")]


def _merge(part: str, text: str) -> dict[str, Range]:
    ends = re.split(r"\s+into\s+", part.strip())
    if len(ends) != 2:
        raise click.BadParameter(f"{text!r}: {_MERGE_FORMS}")
    return {"from": _range(ends[0]), "to": _range(ends[1])}


def _range(text: str) -> Range:
    values = [_number(part) for part in text.split(":")]
    if len(values) > 2:
        raise click.BadParameter(f"{text!r} is neither a number nor LOW:HIGH")
    return values[0] if len(values) == 1 else (values[0], values[1])


def _number(text: str) -> float:
    if text.strip().lower() == "nan":
        raise click.BadParameter("NaN is not a valid break")
    value = number(text.strip())
    if value is None:
        raise click.BadParameter(f"{text.strip()[:60]!r} is not a number that a float can hold")
    return value


def merges_by_dimension(merges: Sequence[tuple[str, Merges]], exprs: Sequence[str]) -> list[Merges | None]:
    """For each of the dimensions `exprs`, the merges given for it, or None.

    A merge names its dimension by the expression, regardless of spaces, or by its number, counted from 1. Several
    merges for one dimension are applied in order.
    """
    found: list[Merges | None] = [None] * len(exprs)
    for name, ranges in merges:
        for at in [_dimension(name, exprs)] if name else range(len(exprs)):
            found[at] = _joined(found[at], ranges)
    return found


def _dimension(name: str, exprs: Sequence[str]) -> int:
    wanted = "".join(name.split())
    names = ["".join(expr.split()) for expr in exprs]
    # Expressions before numbers: an expression may be a number itself.
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(exprs):
        return int(wanted) - 1
    known = ", ".join(f"{i + 1} ({expr})" for i, expr in enumerate(exprs)) or "none"
    raise click.BadParameter(f"no dimension {name!r}; there are: {known}", param_hint="'--bin-merge'")


def _joined(before: Merges | None, ranges: Merges) -> Merges:
    if before is None or before == ranges == AUTO:
        return ranges
    if isinstance(before, str) or isinstance(ranges, str):
        raise click.BadParameter("a dimension takes auto or merge ranges, not both", param_hint="'--bin-merge'")
    return [*before, *ranges]


def merges_for_sampling(merges: Sequence[tuple[str, Merges]], exprs: Sequence[str]) -> list[Merges | None] | str | None:
    """The API's `bin_merge` for sampling: None, "auto" for all joint cells, or merge ranges for each dimension."""
    if not merges:
        return None
    if all(ranges == AUTO and not name for name, ranges in merges):
        return AUTO
    # In sampling, auto looks for joint cells without enough observations; there is no such question for one dimension.
    if any(ranges == AUTO for _, ranges in merges):
        raise click.BadParameter(
            "in sampling, auto applies to all dimensions at once and must be the only merge", param_hint="'--bin-merge'"
        )
    return merges_by_dimension(merges, exprs)
