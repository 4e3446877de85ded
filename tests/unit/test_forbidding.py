"""Models that never make some words: their laws, their files, and every way in which a word might come back."""

from __future__ import annotations

import itertools
import math
import re
import warnings
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import yaml

import gsynth
from gsynth import DimSpec, GsynthModel
from gsynth.blocks.drawn import Drawn
from gsynth.errors import ArgumentError, ArgumentTypeError, FormatError
from gsynth.model import Forbidden, Outside
from gsynth.model import forbid as forbid_room
from gsynth.model.forbid import first_words
from gsynth.model.words import checked_words, on_both_strands, places

RNG = np.random.default_rng(13)
LETTERS = {"H": "ACT", "D": "AGT", "N": "ACGT", "W": "AT", "Y": "CT"}
SEQUENCE = "".join(RNG.choice(list("ACGT"), 20_000, p=[0.3, 0.2, 0.25, 0.25]))
SEQUENCE = SEQUENCE.replace("TTA", "TTT").replace("GGA", "GCG")


def holds(words: tuple[str, ...], text: str) -> bool:
    """Whether `text` holds one of `words`."""
    return any(re.search("".join(f"[{LETTERS.get(c, c)}]" for c in word), text) for word in words)


def model_of(k: int, **settings: Any) -> GsynthModel:
    return gsynth.train(genome={"a": SEQUENCE}, k=k, **settings)


def forbidding(model: GsynthModel, words: Any, **settings: Any) -> GsynthModel:
    return gsynth.forbid_kmer(model, words, **{"check": False, "method": "exact", **settings})


def index(word: str) -> int:
    return sum("ACGT".index(base) * 4**i for i, base in enumerate(reversed(word)))


CASES = {
    "CpG": (1, ["CG"], 3),
    "CpG of order 2": (2, ["CG"], 3),
    "overlapping": (1, ["CC", "CG"], 3),
    "overlapping itself": (2, ["ACA", "CAC"], 4),
    "longer than k + 1": (1, ["ACA"], 3),
    "of different lengths": (1, ["GATC", "CG"], 4),
    "runs": (2, ["AAAA", "TTTT"], 4),
    "ambiguous": (2, ["CHG"], 3),
    "a letter": (1, ["A"], 3),
}


def chances(model: GsynthModel) -> dict[str, list[float]]:
    rows = np.diff(model.cdf[0], axis=1, prepend=0)
    return {"".join(word): rows[i].tolist() for i, word in enumerate(itertools.product("ACGT", repeat=model.k))}


def law_of_rejection(model: GsynthModel, words: tuple[str, ...], length: int, further: int) -> dict[str, float]:
    """The law of the first `length` bases of sequences with `further` ones behind that hold no word, by brute force."""
    probabilities, k = chances(model), model.k
    reach = max(k, *(len(word) - 1 for word in words))

    @cache
    def clean(before: str, steps: int) -> float:
        """The probability that `steps` further bases make no word."""
        if not steps:
            return 1.0
        total = 0.0
        for base, chance in zip("ACGT", probabilities[before[-k:]], strict=True):
            if not holds(words, before[-reach:] + base):
                total += chance * clean((before + base)[-reach:], steps - 1)
        return total

    total = int(model.counts.sum())
    law = {}
    for text in map("".join, itertools.product("ACGT", repeat=length)):
        chance = int(model.counts[0, index(text[:k])].sum()) / total
        for i in range(k, length):
            chance *= probabilities[text[i - k : i]]["ACGT".index(text[i])]
        law[text] = 0.0 if holds(words, text) else chance * clean(text[-reach:], further)
    norm = sum(law.values())
    return {text: chance / norm for text, chance in law.items()}


def law_of(model: GsynthModel, length: int) -> dict[str, float]:
    """The law of `length` bases that a model with forbidden words samples."""
    probabilities, k = chances(model), model.k
    start = first_words(model, "learned")(0, model.counts[0].sum(axis=1))
    law: defaultdict[str, float] = defaultdict(float)
    for text in map("".join, itertools.product("ACGT", repeat=max(length, k))):
        chance = float(start[index(text[:k])] / start.sum())
        for i in range(k, length):
            chance *= probabilities[text[i - k : i]]["ACGT".index(text[i])]
        law[text[:length]] += chance
    return dict(law)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("pseudocount", [0, 1])
def test_exact_is_the_law_of_sequences_that_go_on_without_the_words(case: str, pseudocount: float) -> None:
    k, words, length = CASES[case]
    model = model_of(k, pseudocount=pseudocount)
    expected = law_of_rejection(model, tuple(words), length, 120)
    found = law_of(forbidding(model, words), length)
    for text, chance in expected.items():
        assert found[text] == pytest.approx(chance, abs=1e-9), text


def apart(one: Counter[str], other: Counter[str]) -> float:
    """By how many standard deviations chi-square of two samples exceeds its mean."""
    weight = math.sqrt(other.total() / one.total())
    texts = set(one) | set(other)
    found = sum((one[text] * weight - other[text] / weight) ** 2 / (one[text] + other[text]) for text in texts)
    return (found - len(texts) + 1) / math.sqrt(2 * (len(texts) - 1))


@pytest.mark.parametrize("case", [name for name in CASES if name != "a letter"])
def test_samples_are_those_of_rejection_sampling(case: str) -> None:
    k, words, _ = CASES[case]
    length, behind, draws = 5, 14, 60_000
    model = model_of(k)
    rejected: Counter[str] = Counter()
    genome: dict[str, Any] = {"genome": {"a": length + behind}, "n_samples": 4 * draws}
    for seed in range(1, 40):
        whole = [text for text in gsynth.sample(model, seed=seed, **genome) if not holds(tuple(words), text)]
        rejected.update(text[:length] for text in whole)
        if rejected.total() >= draws:
            break
    assert rejected.total() >= draws
    sampled = Counter(gsynth.sample(forbidding(model, words), genome={"a": length}, n_samples=draws, seed=99))
    assert apart(sampled, rejected) < 4.5
    # What the peers do is another law, and the test can tell.
    local = forbidding(model, words, method="local")
    assert local.forbidden is not None
    if case == "CpG":
        assert apart(Counter(gsynth.sample(local, genome={"a": length}, n_samples=draws, seed=99)), rejected) > 20


@pytest.mark.parametrize("words", [["CG"]])
def test_a_finite_interval_differs_from_rejection_in_its_last_bases_alone(words: list[str]) -> None:
    model = model_of(1)
    made = forbidding(model, words)
    distances = []
    for length in (4, 6):
        finite = law_of_rejection(model, tuple(words), length, 0)
        found = law_of(made, length)
        distances.append(sum(abs(found[text] - chance) for text, chance in finite.items()) / 2)
        # Without the last few bases nothing is left of it.
        begin: defaultdict[str, float] = defaultdict(float)
        for text, chance in finite.items():
            begin[text[:2]] += chance
        for text, chance in law_of(made, 2).items():
            assert begin[text] == pytest.approx(chance, abs=0.2 ** (length - 2))
    assert distances[0] == pytest.approx(distances[1], rel=0.05)
    assert 0.01 < distances[1] < 0.1


DIMS: list[dict[str, Any]] = [{"expr": "gc", "breaks": [0.2, 0.4, 0.5, 0.6]}]


def stratified(k: int, **settings: Any) -> GsynthModel:
    mixed = "".join(SEQUENCE[i : i + 100].replace("AG" if i % 300 else "CT", "GC") for i in range(0, 20_000, 100))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gsynth.train(*DIMS, genome={"a": mixed}, iterator=50, k=k, **settings)


@pytest.mark.parametrize("method", ["local", "exact"])
@pytest.mark.parametrize("words", [["CG"], ["CHG", "AATT"], ["TTTTTT"]])
@pytest.mark.parametrize("init", ["stationary", "uniform"])
@pytest.mark.parametrize("outside", ["learned", "pooled", "uniform"])
def test_no_way_of_sampling_brings_a_word_back(method: Any, words: list[str], init: Any, outside: Any) -> None:
    # Some bins are sparse, some merged, some windows outside, some bins without any observation.
    model = stratified(3, min_obs=3000, prior="marginal")
    assert model.sparse_bins.size
    assert model.outside_share > 0.02
    made = forbidding(model, words, method=method)
    genome = {"a": SEQUENCE, "b": "CG" * 500, "c": "AT" * 500}
    found: list[Drawn] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        texts = gsynth.sample(
            made, genome=genome, seed=4, init=init, outside=outside, n_samples=20, bin_merge="auto", report=found.append
        )
        texts += gsynth.sample(
            made, genome=genome, intervals=[("b", i, i + 9) for i in range(900)], seed=5, init=init, outside=outside
        )
        texts += gsynth.sample(made, genome=genome, seed=6, init=init, outside=outside, max_chunk_size=100)
    assert not any(holds(tuple(words), text) for text in texts)
    assert (found[0].words, found[0].copied_words) == (0, 0)


def test_bins_without_a_way_out_still_make_no_word() -> None:
    # What one bin leads to, the other knows no way on from: only A after A here, only C after C there.
    counts = np.zeros((2, 4, 4))
    counts[0, 0, 0] = counts[1, 1, 1] = counts[1, 1, 2] = 50
    model = GsynthModel(k=1, dims=[DimSpec("gc", [0, 0.5, 1])], counts=counts, pseudocount=0, iterator=10)
    made = forbidding(model, ["AA", "CG"])
    reference = ("A" * 10 + "G" * 10) * 100
    text = gsynth.sample(made, genome={"a": reference}, seed=1)[0]
    assert not holds(("AA", "CG"), text)


def counted(model: GsynthModel, **settings: Any) -> tuple[list[str], Drawn]:
    found: list[Drawn] = []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        texts = gsynth.sample(model, report=found.append, seed=3, **settings)
    assert any("words that the model forbids" in str(one.message) for one in said) == bool(
        found[0].words or found[0].copied_words
    )
    return texts, found[0]


@pytest.mark.parametrize("block", [None, 64, 97])
def test_words_that_kept_bases_complete_are_counted(block: int | None) -> None:
    words = ("CG", "TTTT")
    made = forbidding(model_of(3), words)
    reference = "".join(RNG.choice(list("ACGTN"), 30_000, p=[0.2, 0.2, 0.2, 0.2, 0.2])) + "N" * 70 + SEQUENCE
    mask = [("a", int(p), int(p) + 30) for p in range(100, 40_000, 700)]
    genome = {"a": reference}
    texts, drawn = counted(made, genome=genome, mask_copy=mask, max_chunk_size=block, n_samples=3)
    copied = np.zeros(len(reference), dtype=bool)
    for _, low, high in mask:
        copied[low:high] = True
    expected = [0, 0]
    for text, word in itertools.product(texts, words):
        for found in re.finditer(f"(?={word})", text):
            expected[int(copied[found.start() : found.start() + len(word)].all())] += 1
    assert [drawn.words, drawn.copied_words] == expected
    assert min(expected) > 20


def test_words_do_not_reach_over_the_ends_of_intervals() -> None:
    made = forbidding(model_of(1), ["CG"])
    # Every base is copied: each ends with a C that the next one follows with a G.
    where = [("a", i, i + 2) for i in range(0, 40, 2)]
    texts, drawn = counted(made, genome={"a": "GC" * 20}, intervals=where, mask_copy=["a"])
    assert texts == ["GC"] * 20
    assert (drawn.words, drawn.copied_words) == (0, 0)
    _, drawn = counted(made, genome={"a": "GC" * 20}, mask_copy=["a"])
    assert (drawn.words, drawn.copied_words) == (0, 19)


def test_without_a_record_sampling_looks_for_no_words() -> None:
    assert counted(model_of(1), genome={"a": SEQUENCE})[1].words == 0


@pytest.mark.filterwarnings("ignore:.*outside")
@pytest.mark.parametrize("method", ["local", "exact"])
def test_files_keep_the_words(tmp_path: Path, method: Any) -> None:
    model = stratified(2, prior="global", min_obs=100)
    made = forbidding(model, ["CG", "GATC"], method=method, both_strands=True)
    assert made.k == 3
    for name, settings in (("a.gsm", {}), ("b.gsm", {"compress": True}), ("r.gsm", {"format": "gsm-r"})):
        gsynth.save(made, tmp_path / name, **settings)
        loaded = gsynth.load(tmp_path / name)
        assert loaded == made
        assert loaded.forbidden == Forbidden(("CG", "GATC"), method, 2)
    assert "forbidden: CG GATC" in repr(made)
    assert made != attrs.evolve(made, forbidden=None)
    one, other = (
        gsynth.sample(m, genome={"a": SEQUENCE}, seed=1, n_samples=2) for m in (made, gsynth.load(tmp_path / "a.gsm"))
    )
    assert one == other


def test_probabilities_that_are_those_of_the_counts_all_the_same(tmp_path: Path) -> None:
    model = gsynth.train(genome={"a": "ACTTGACA" * 50}, k=1, pseudocount=0)
    made = forbidding(model, "CG", method="local")
    gsynth.save(made, tmp_path / "m.gsm")
    assert gsynth.load(tmp_path / "m.gsm").forbidden == made.forbidden


@pytest.mark.parametrize(
    "record",
    [
        {"words": ["CG"], "method": "exact"},
        {"words": ["CG"], "method": "all", "order": 1},
        {"words": ["CX"], "method": "exact", "order": 1},
        {"words": [], "method": "exact", "order": 1},
        {"words": ["C" * 40], "method": "exact", "order": 1},
        {"words": ["CG"], "method": "exact", "order": 9},
        {"words": ["GG"], "method": "exact", "order": 1},
        ["CG"],
    ],
)
def test_records_that_lie_are_refused(tmp_path: Path, record: Any) -> None:
    gsynth.save(forbidding(model_of(1), "CG"), tmp_path / "m.gsm")
    path = tmp_path / "m.gsm" / "metadata.yaml"
    metadata = yaml.safe_load(path.read_text())
    metadata["forbidden"] = record
    path.write_text(yaml.safe_dump(metadata))
    with pytest.raises(FormatError, match=r"forbidden|pattern|method|order"):
        gsynth.load(tmp_path / "m.gsm")


def test_a_record_needs_probabilities_that_keep_it() -> None:
    model = model_of(1)
    record = Forbidden(("CG",), "exact", 1)
    with pytest.raises(ArgumentError, match="stored_cdf"):
        attrs.evolve(model, forbidden=record)
    with pytest.raises(ArgumentError, match=r"allows a forbidden word \(CG\) in bin 0"):
        attrs.evolve(model, forbidden=record, stored_cdf=model.cdf)
    with pytest.raises(ArgumentTypeError, match="must be a Forbidden"):
        attrs.evolve(model, forbidden=("CG",))
    made = forbidding(model, "CG")
    with pytest.raises(ArgumentError, match="order 2, found 1"):
        attrs.evolve(made, forbidden=Forbidden(("CGA",), "exact", 1))


def test_words_add_up_and_counts_stay() -> None:
    model = stratified(2, min_obs=100)
    once = forbidding(model, ["CG", "AATT"])
    twice = forbidding(forbidding(model, "CG"), "AATT")
    assert once == twice
    assert once.per_bin_kmers.tolist() == model.per_bin_kmers.tolist()
    # The longer words' counts sum to those of the shorter.
    assert np.array_equal(once.counts.reshape(model.total_bins, 4, 16, 4).sum(axis=1), model.counts)
    assert once.outside is not None
    assert model.outside is not None
    assert np.array_equal(once.outside.counts.reshape(4, 16, 4).sum(axis=0), model.outside.counts)
    with pytest.raises(ArgumentError, match="words were forbidden"):
        gsynth.merge(model, forbidding(model, "CG"))


def test_counts_of_longer_words_are_those_expected() -> None:
    counts = model_of(2).counts
    longer = forbid_room._lengthened(counts[0]).reshape(4, 16, 4)
    # x A B c: how often A B c was seen, times how often x came before A B.
    before = counts[0].reshape(4, 4, 4)
    for x, a, b, c in itertools.product(range(4), repeat=4):
        expected = counts[0, 4 * a + b, c] * before[x, a, b] / before[:, a, b].sum()
        assert abs(longer[x, 4 * a + b, c] - expected) < 1


def test_arguments(caplog: pytest.LogCaptureFixture) -> None:
    model = model_of(2)
    assert forbidding(model, "cg") == forbidding(model, ["CG", "CG"])
    assert on_both_strands(checked_words(["CHG", "GATC", "AAC"])) == ("CHG", "GATC", "AAC", "CDG", "GTT")
    for wrong, message in (
        ("", "IUPAC"),
        ("CX", "found 'CX'"),
        ([], "1 to 1,000"),
        ("N", "every long sequence"),
        (list("ACGT"), "every long sequence"),
        ("C" * 12, "order 10"),
    ):
        with pytest.raises(ArgumentError, match=message):
            forbidding(model, wrong)
    for other in (5, [b"CG"]):
        with pytest.raises(ArgumentTypeError, match="a word or a list of words"):
            forbidding(model, other)
    with pytest.raises(ArgumentTypeError, match="GsynthModel"):
        gsynth.forbid_kmer("m.gsm", "CG")  # type: ignore[arg-type]  # on purpose
    with pytest.raises(ArgumentError, match="local, exact"):
        forbidding(model, "CG", method="global")
    other_cdf = model.cdf.copy()
    other_cdf[0, 1, 2] = other_cdf[0, 1, 1]
    with pytest.raises(ArgumentError, match="words cannot be forbidden"):
        forbidding(attrs.evolve(model, stored_cdf=other_cdf), "CG")
    assert not caplog.records
    gsynth.forbid_kmer(model, "CG")
    assert "4 of 64 transitions removed in each of 1 bins; 1 of 16 contexts" in caplog.text


def test_figures_of_what_would_not_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gsynth.model.forbid.MOST_BYTES", 1 << 30)
    many = GsynthModel(k=1, dims=[DimSpec("gc", np.linspace(0, 1, 101))], counts=np.ones((100, 4, 4)))
    with pytest.raises(ArgumentError, match=r"needs contexts of 10, and 100 bins of 4\*\*10 contexts take 6\.2 GiB"):
        forbidding(many, "A" * 11)


def test_places_of_words() -> None:
    codes = np.array([1, 2, 1, 4, 2, 1, 1, 2, 255], dtype=np.uint8)
    assert places("CG", codes).tolist() == [0, 6]
    assert places("CN", codes).tolist() == [0, 5, 6]
    assert places("CGCGCGCGCGCG", codes).tolist() == []


def test_outside_counts_of_a_higher_order_are_sampled_without_words() -> None:
    table = np.full((4, 4), 9)
    model = GsynthModel(
        k=1,
        dims=[DimSpec("gc", [0, 0.1])],
        counts=np.ones((1, 4, 4)),
        iterator=10,
        outside=Outside(table, [[0, 0, 72]]),
    )
    made = forbidding(model, "ACA")
    assert made.k == 2
    with pytest.warns(UserWarning, match="outside"):
        text = gsynth.sample(made, genome={"a": "GC" * 5000}, seed=2)[0]
    assert "ACA" not in text
    assert "CAC" in text


@pytest.mark.filterwarnings("ignore:.*drawn bases lie")
@pytest.mark.filterwarnings("ignore:.*hold a base that is impossible")
@pytest.mark.parametrize("outside", ["learned", "uniform"])
def test_in_scores_only_the_words_are_impossible(outside: Any) -> None:
    made = forbidding(stratified(2, min_obs=3000), ["CG", "ATTA"])
    genome = {"a": SEQUENCE, "b": "CATG" * 200 + "CG" + "GC" * 300}
    sampled = {name: gsynth.sample(made, genome=genome, intervals=name, seed=3, outside=outside)[0] for name in genome}
    settings: dict[str, Any] = {"resolution": 1, "output_format": "arrays", "sparse_policy": "uniform"}
    for texts, ends in ((sampled, False), (genome, True)):
        scores = gsynth.score(made, genome=texts, outside=outside, **settings)
        assert np.isneginf(np.concatenate([values for _, _, values in scores.values()])).any() == ends
