"""Ten million bases without a word, from the first one on."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import gsynth

WORDS: dict[str, tuple[list[str], str]] = {
    "CpG": (["CG"], "CG"),
    "GATC": (["GATC"], "GATC"),
    "runs of six": (["AAAAAA"], "AAAAAA|TTTTTT"),
    "CHG": (["CHG"], "C[ACT]G|C[AGT]G"),
}
DIMS: list[dict[str, Any]] = [{"expr": "gc", "breaks": [0.2, 0.35, 0.4, 0.6]}]


@pytest.mark.filterwarnings("ignore:.*outside of the")
@pytest.mark.parametrize("method", ["local", "exact"])
@pytest.mark.parametrize("case", WORDS)
@pytest.mark.parametrize(("k", "dims"), [(5, 0), (5, 1), (2, 0)])
def test_ten_megabases_without_a_word(linked: Callable[[str], Path], method: Any, case: str, k: int, dims: int) -> None:
    words, pattern = WORDS[case]
    genome = linked("sacCer3.fa.gz")
    model = gsynth.train(*DIMS[:dims], genome=genome, k=k, iterator=200 if dims else None)
    made = gsynth.forbid_kmer(model, words, check=False, method=method, both_strands=True)
    texts = gsynth.sample(made, genome=genome, seed=7)
    assert sum(map(len, texts)) > 10_000_000
    found = [match.span() for text in texts for match in re.finditer(pattern, text)]
    assert not found


def test_human_gaps_and_copies_are_reported(linked: Callable[[str], Path]) -> None:
    genome = linked("hs37.chrX_0-70M.bgz.fa.gz")
    where, copies = "X:1-3,000,000", [("X", start, start + 300) for start in range(0, 3_000_000, 3000)]
    made = gsynth.forbid_kmer(gsynth.train(genome=genome, intervals=where, k=5), "CG", check=False, method="exact")
    found: list[Any] = []
    with pytest.warns(UserWarning, match="words that the model forbids"):
        text = gsynth.sample(made, genome=genome, intervals=where, mask_copy=copies, seed=1, report=found.append)[0]
    assert found[0].words + found[0].copied_words == text.upper().count("CG")
    assert found[0].copied_words > 100
