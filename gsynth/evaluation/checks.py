"""Checks: what was found, what a right sampler gives, and what follows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

from attrs import frozen

Verdict = Literal["pass", "warn", "fail"]
"""Within what a right sampler gives; beyond it; far beyond it."""

VERDICTS: Final[tuple[Verdict, ...]] = ("pass", "warn", "fail")
"""From good to bad."""

WARN_CHANCE: Final = 1e-4
"""A check warns of what a right sampler gives less often than this."""

FAIL_CHANCE: Final = 1e-7
"""A check fails for what a right sampler gives less often than this."""


@frozen
class Check:
    """One question about a synthetic genome, and its answer.

    Attributes
    ----------
    name : str
        Which check it is; names do not change between versions.
    verdict : {"pass", "warn", "fail"}
    value : float or None
        What was found, in the unit that `about` names.
    expected : float, (float, float) or None
        What a right sampler gives: a number, or a range.
    about : str
        What `value` is.
    text : str
        The answer in words.
    details : dict
        Further numbers, in JSON's types.
    """

    name: str
    verdict: Verdict
    value: float | None
    expected: float | tuple[float, float] | None
    about: str
    text: str
    details: Mapping[str, Any] = {}

    def as_dict(self) -> dict[str, Any]:
        """The same in plain types."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "value": self.value,
            "expected": list(self.expected) if isinstance(self.expected, tuple) else self.expected,
            "about": self.about,
            "text": self.text,
            "details": dict(self.details),
        }


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of some verdicts; "pass" if there are none.

    Examples
    --------
    >>> worst(["pass", "fail", "warn"])
    'fail'
    """
    return max(verdicts, key=VERDICTS.index, default="pass")


def above(value: float, warn: float, fail: float) -> Verdict:
    """The verdict on a value that is bad when it is large: "warn" from `warn` on, "fail" from `fail` on.

    Examples
    --------
    >>> above(0.9, 1, 2), above(1, 1, 2), above(2, 1, 2)
    ('pass', 'warn', 'fail')
    """
    if value >= fail:
        return "fail"
    return "warn" if value >= warn else "pass"


def by_chance(log_chance: float) -> Verdict:
    """The verdict on what a right sampler gives with a probability of ``exp(log_chance)``.

    Examples
    --------
    >>> by_chance(math.log(0.01)), by_chance(math.log(1e-5)), by_chance(math.log(1e-8))
    ('pass', 'warn', 'fail')
    """
    return above(-log_chance, -math.log(WARN_CHANCE), -math.log(FAIL_CHANCE))


def by_size(size: float, warn: float, fail: float, log_chance: float) -> Verdict:
    """The verdict on a difference that must be both large and no matter of chance."""
    return min(above(size, warn, fail), by_chance(log_chance), key=VERDICTS.index)
