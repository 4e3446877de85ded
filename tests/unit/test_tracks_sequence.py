"""Functions of the sequence against plain loops, and how expressions find tracks."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from gsynth.errors import ArgumentError, TrackError
from gsynth.tracks import open_tracks, windows

LETTERS = np.frombuffer(b"ACGTacgtCGcgNnRy", dtype=np.uint8)


class Sizes:
    """A genome as far as tracks ask for one."""

    name = "a test genome"
    has_sequence = True

    def __init__(self, **contigs: int) -> None:
        self.contigs = contigs


def track_values(expression: str, edges: NDArray[np.int64], sequence: NDArray[np.uint8]) -> NDArray[np.float64]:
    (track,) = open_tracks([expression], None, Sizes(c=int(edges[-1])))
    assert track.uses_sequence
    return track.window_values("c", edges, sequence[: edges[-1] - edges[0] + track.flank])


def count(text: str, kmer: str) -> int:
    return len(re.findall(f"(?={kmer})", text))


def slow(expression: str, text: str) -> float:
    upper = text.upper()
    a, c, g, t = (upper.count(base) for base in "ACGT")
    with np.errstate(all="ignore"):
        formulas: dict[str, Callable[[], float]] = {
            "gc": lambda: np.float64(g + c) / (a + c + g + t),
            "cpg": lambda: np.float64(count(upper, "CG") * (a + c + g + t)) / (c * g),
            "kmer_frac('CG')": lambda: count(upper, "CG") / np.float64(max(len(text) - 1, 0)),
            "kmer_frac('ACG', 0)": lambda: (
                (count(upper, "ACG") + count(upper, "CGT")) / np.float64(2 * max(len(text) - 2, 0))
            ),
            "kmer_count('CGC')": lambda: count(upper, "CGC"),
            "kmer_count('aac', strand=-1)": lambda: count(upper, "GTT"),
            "masked_frac": lambda: sum(map(str.islower, text)) / np.float64(len(text)),
            "n_frac": lambda: (len(text) - a - c - g - t) / np.float64(len(text)),
        }
        return float(formulas[expression]())


EXPRESSIONS = ["gc", "cpg", "kmer_frac('CG')", "kmer_frac('ACG', 0)", "kmer_count('CGC')",
               "kmer_count('aac', strand=-1)", "masked_frac", "n_frac"]  # fmt: skip


@pytest.mark.parametrize("expression", EXPRESSIONS)
@pytest.mark.parametrize("width", [1, 2, 7, 50, 255, 256, 1000])
def test_equals_plain_loop(expression: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "SLICE", 1000)
    rng = np.random.default_rng(width)
    sequence = LETTERS[rng.integers(0, LETTERS.size, 5003)]
    sequence[2000:2400] = ord("N")
    first = 17
    edges = np.unique(np.concatenate([[first], np.arange(width, first + 5003, width), [first + 5003]]))
    edges = edges[edges >= first]
    text = sequence.tobytes().decode()
    expected = [slow(expression, text[a - first : b - first]) for a, b in itertools.pairwise(edges)]
    np.testing.assert_array_equal(track_values(expression, edges, sequence), expected)


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_uneven_and_empty_windows(expression: str) -> None:
    sequence = LETTERS[np.random.default_rng(1).integers(0, LETTERS.size, 3000)]
    edges = np.array([5, 5, 6, 6, 900, 902, 3005, 3005])
    text = sequence.tobytes().decode()
    expected = [slow(expression, text[a - 5 : b - 5]) for a, b in itertools.pairwise(edges)]
    np.testing.assert_array_equal(track_values(expression, edges, sequence), expected)


def test_every_byte() -> None:
    sequence = np.arange(256, dtype=np.uint8)
    values = track_values("n_frac", np.arange(257), sequence)
    assert bytes(np.flatnonzero(values == 0).astype(np.uint8)) == b"ACGTacgt"
    values = track_values("gc", np.arange(257), sequence)
    assert bytes(np.flatnonzero(values == 1).astype(np.uint8)) == b"CGcg"


def test_expression_over_sequence_tracks() -> None:
    sequence = np.frombuffer(b"ACGTGGCCNN", dtype=np.uint8)
    values = track_values("where(gc > 0.5, 1, 0) + kmer_count('CG')", np.array([0, 4, 8, 10]), sequence)
    np.testing.assert_array_equal(values, [1, 1, np.nan])


def test_one_track_for_two_expressions() -> None:
    one, two = open_tracks(["gc", "gc"], None, Sizes(c=1))
    assert one is two


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("atak + 1", ["'atak'", "given: atac", "built in: cpg, gc", "did you mean 'atac'", "--track atak=FILE"]),
        ("kmer_fraction('CG')", ["did you mean 'kmer_frac'"]),
        ("logg(gc)", ["such function"]),
    ],
)
def test_unknown_name(expression: str, parts: list[str]) -> None:
    def source(contig: str, starts: Any, ends: Any) -> Any:
        return starts

    with pytest.raises((TrackError, ArgumentError)) as caught:
        open_tracks([expression], {"atac": source}, Sizes(c=1))
    assert [part for part in parts if part not in str(caught.value)] == []


@pytest.mark.parametrize("name", ["gc", "log", "nan", "np", "a b", "lambda", "1st", "", "kmer_frac", "a..b"])
def test_refused_names(name: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(repr(name))):
        open_tracks(["n_frac"], {name: lambda contig, starts, ends: starts}, Sizes(c=1))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("kmer_frac", "missing a required argument"),
        ("kmer_frac('CN')", "letters A, C, G, T"),
        ("kmer_count('')", "1 to 32"),
        ("kmer_count('A', strand=2)", "strand must be"),
        ("gc(3)", "too many"),
        ("gc(x=3)", "unexpected"),
    ],
)
def test_bad_arguments(expression: str, message: str) -> None:
    with pytest.raises(ArgumentError, match=message):
        open_tracks([expression], None, Sizes(c=1))


def test_sizes_alone_have_no_sequence() -> None:
    genome = Sizes(c=1)
    genome.has_sequence = False
    with pytest.raises(ArgumentError, match="sizes only"):
        open_tracks(["gc"], None, genome)
