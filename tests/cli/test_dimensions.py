from __future__ import annotations

import click
import numpy as np
import pytest

from gsynth.cli.dimensions import merges_by_dimension, merges_for_sampling, parse_breaks, parse_dimension, parse_merge


@pytest.mark.parametrize(
    ("text", "breaks"),
    [
        ("0:1:0.05", [i / 20 for i in range(21)]),
        ("0:0.3:0.1", [0.0, 0.1, 0.2, 0.3]),
        ("-1:1:0.5", [-1.0, -0.5, 0.0, 0.5, 1.0]),
        ("0:1:1/3", [0.0, 1 / 3, 2 / 3, 1.0]),
        ("1e3:3e3:1e3", [1000.0, 2000.0, 3000.0]),
        ("0,0.3,0.4,1", [0.0, 0.3, 0.4, 1.0]),
        ("-inf,0,inf", [-np.inf, 0.0, np.inf]),
    ],
)
def test_breaks_are_exact(text: str, breaks: list[float]) -> None:
    assert parse_breaks(text) == breaks


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0:1:0.3", "does not divide"),
        ("0:1:0", "above"),
        ("1:0:0.1", "above"),
        ("0:1", "not START:STOP:STEP"),
        ("0:1:x", "not START:STOP:STEP"),
        ("0:inf:1", "not START:STOP:STEP"),
        ("0:1:1e-9", "the limit is"),
        ("0:1e400:1", "the limit is"),
        ("0,x", "not a number"),
        ("0,nan", "NaN"),
        ("q0", "not a number"),
        ("q", "not a number"),
    ],
)
def test_bad_breaks_are_refused(text: str, says: str) -> None:
    with pytest.raises(click.BadParameter, match=says):
        parse_breaks(text)


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("gc=0,1", "gc"),
        ("gc>=0.5=0,1", "gc>=0.5"),
        ("where(gc == 0.5, 1, cpg)=0,1", "where(gc == 0.5, 1, cpg)"),
        (" gc <= 0.5 = 0,1", "gc <= 0.5"),
        ("a!=1=0,1", "a!=1"),
    ],
)
def test_last_equals_sign_ends_the_expression(text: str, expr: str) -> None:
    assert parse_dimension(text) == {"expr": expr, "breaks": [0.0, 1.0]}


@pytest.mark.parametrize("text", ["gc", "gc=", "=0,1", "gc==1", "gc<=1", "gc >=1", "gc!=1"])
def test_a_dimension_without_breaks_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no breaks"):
        parse_dimension(text)


@pytest.mark.parametrize("text", ["0.7 into 0.65", "gc=0.7", "gc=0.7 to 0.6", "gc=0:1:2 into 0", "gc=x into 1", "gc="])
def test_bad_merges_are_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        parse_merge(text)


def test_merges_find_their_dimension() -> None:
    merges = [parse_merge(text) for text in ("a + b=1 into 0", "2=3 into 2", "a+b=5 into 4")]
    assert merges_by_dimension(merges, ["a+b", "gc", "cpg"]) == [
        [{"from": 1.0, "to": 0.0}, {"from": 5.0, "to": 4.0}],
        [{"from": 3.0, "to": 2.0}],
        None,
    ]
    with pytest.raises(click.BadParameter, match=r"1 \(gc\)"):
        merges_by_dimension(merges, ["gc"])


def test_breaks_to_be_measured_stay_text() -> None:
    assert [parse_dimension(f"gc={text}")["breaks"] for text in ("q10", " categories ")] == ["q10", "categories"]


def test_automatic_merges() -> None:
    everywhere, one, ranges = (parse_merge(text) for text in ("auto", "cpg=auto", "gc=1 into 0"))
    assert merges_by_dimension([everywhere], ["gc", "cpg"]) == ["auto", "auto"]
    assert merges_by_dimension([one, ranges], ["gc", "cpg"]) == [ranges[1], "auto"]
    assert merges_for_sampling([], ["gc"]) is None
    assert merges_for_sampling([everywhere], ["gc"]) == "auto"
    assert merges_for_sampling([ranges], ["gc", "cpg"]) == [ranges[1], None]
    for mixed in ([everywhere, ranges], [one]):
        with pytest.raises(click.BadParameter, match="auto"):
            merges_for_sampling(mixed, ["gc", "cpg"])
    with pytest.raises(click.BadParameter, match="not both"):
        merges_by_dimension([everywhere, ranges], ["gc"])
