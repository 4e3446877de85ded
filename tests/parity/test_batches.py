"""Any intervals, many at once: what the slow oracle says of one after the other, whatever the batches."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import gsynth
from gsynth.testing import oracle

SIZES = {"one": 300, "none": 0, "two": 90, "tiny": 3, "three": 700}
BREAKS = [0.4, 0.5, 0.55, 0.6]
"""Some windows lie below them, some above."""
WIDTH = 23

pytestmark = pytest.mark.filterwarnings("ignore:.* IUPAC code:UserWarning")


def sequence(size, seed):
    rng = np.random.default_rng(seed)
    letters = rng.choice(list("ACGTacgtNnR"), size, p=[0.11] * 8 + [0.06, 0.03, 0.03])
    if size > 200:
        letters[100:140] = "N"
    return "".join(letters)


GENOME = {name: sequence(size, i) for i, (name, size) in enumerate(SIZES.items())}


@pytest.fixture(scope="module")
def fasta(tmp_path_factory):
    path = tmp_path_factory.mktemp("genome") / "g.fa"
    lines = ("".join(f"{text[i : i + 37]}\n" for i in range(0, len(text), 37)) for text in GENOME.values())
    path.write_text("".join(f">{name}\n{body}" for name, body in zip(GENOME, lines, strict=True)))
    return path


@st.composite
def places(draw, most=30):
    """Intervals in any order, overlapping, repeated, touching contig ends, some shorter than a context."""
    rows = []
    for _ in range(draw(st.integers(1, most))):
        name = draw(st.sampled_from([name for name, size in SIZES.items() if size]))
        start = draw(st.integers(0, SIZES[name] - 1))
        end = draw(st.one_of(st.integers(start + 1, SIZES[name]), st.just(min(start + 4, SIZES[name]))))
        rows += [(name, start, end)] * draw(st.sampled_from([1, 1, 1, 2]))
    return rows


def gc_bin(name, start, end):
    bases = GENOME[name][start:end].upper()
    known = sum(bases.count(base) for base in "ACGT")
    if not known:
        return -1
    value = (bases.count("G") + bases.count("C")) / known
    if not BREAKS[0] <= value <= BREAKS[-1]:
        return -1
    return min(sum(value >= edge for edge in BREAKS[1:]), 2)


def kept(name, start, end, copied):
    fixed = {}
    for position in range(start, end):
        base = GENOME[name][position]
        if base.upper() not in "ACGT":
            fixed[position] = "N" if base.isupper() else "n"
        if any(c == name and s <= position < e for c, s, e in copied):
            fixed[position] = base
    return fixed


with warnings.catch_warnings():
    warnings.filterwarnings("ignore", ".* (IUPAC code|outside of the strata)")
    MODEL = gsynth.train({"expr": "gc", "breaks": BREAKS}, genome=GENOME, iterator=WIDTH, k=3, pseudocount=0.5)
TRUTH = oracle.train(
    GENOME, [(name, 0, size) for name, size in SIZES.items()], 3, bins=3, stratum=gc_bin, iterator=WIDTH
)
COUNTS, THRESHOLDS = oracle.with_elsewhere(TRUTH.counts, TRUTH.outside, 0.5)

COMMON = settings(max_examples=25, deadline=None, derandomize=True)


def expected_samples(intervals, copied, n_samples, init, keep_case):
    found = []
    for i, (name, start, end) in enumerate(intervals):
        windows = list(oracle.iterator_windows(start, end, WIDTH))
        # Windows without a value, which the model has none of, are drawn from the last table.
        strata = [gc_bin(name, low, high) % 4 for low, high in windows for _ in range(low, high)]
        repeat = sum(c == name and s < end and start < e for c, s, e in intervals[:i])
        for sample in range(n_samples):
            drawn = oracle.sample_interval(
                start, end, 3, THRESHOLDS, oracle.stream(7, name, sample, repeat),
                stratum_at=lambda p, strata=strata, start=start: strata[p - start],
                fixed=kept(name, start, end, copied), counts=COUNTS if init == "stationary" else None,
            )  # fmt: skip
            if keep_case:
                reference = GENOME[name][start:end]
                drawn = "".join(a.lower() if b.islower() else a for a, b in zip(drawn, reference, strict=True))
            found.append(drawn)
    return found


@pytest.mark.filterwarnings("ignore:.*of the (drawn )?bases:UserWarning", "ignore:mask_copy has no:UserWarning")
@COMMON
@given(
    intervals=places(),
    copied=places(4),
    block=st.sampled_from([64, 100, 1000, None]),
    n_samples=st.sampled_from([1, 3]),
    init=st.sampled_from(["uniform", "stationary"]),
    keep_case=st.booleans(),
)
def test_sampling(backend, fasta, intervals, copied, block, n_samples, init, keep_case):
    sampled = gsynth.sample(
        MODEL, genome=fasta, intervals=intervals, mask_copy=copied, n_samples=n_samples, seed=7, backend=backend,
        max_chunk_size=block, init=init, keep_case=keep_case, num_cores=2,
    )  # fmt: skip
    assert sampled == expected_samples(intervals, copied, n_samples, init, keep_case)


@pytest.mark.filterwarnings("ignore:.*outside of the strata:UserWarning", "ignore:mask has no effect:UserWarning")
@COMMON
@given(intervals=places(), masked=places(4), block=st.sampled_from([64, 200, None]), k=st.sampled_from([1, 4]))
@example(intervals=[("one", 0, 4)], masked=[("three", 0, 396)], block=64, k=4)  # all is masked
def test_training(backend, fasta, intervals, masked, block, k):
    def train():
        return gsynth.train(
            {"expr": "gc", "breaks": BREAKS}, genome=fasta, intervals=[("three", 300, 400), *intervals], mask=masked,
            iterator=WIDTH, k=k, backend=backend, max_chunk_size=block, num_cores=2,
        )  # fmt: skip

    truth = oracle.train(
        GENOME, [("three", 300, 400), *intervals], k, bins=3, stratum=gc_bin, iterator=WIDTH, mask=masked
    )
    if not truth.counts.any():
        with pytest.raises(
            gsynth.GsynthError, match=f"nothing was counted: of .* {truth.total_masked:,} begin in the mask"
        ):
            train()
        return
    model = train()
    np.testing.assert_array_equal(model.counts, truth.counts)
    assert (model.total_masked, model.total_n) == (truth.total_masked, truth.total_n)
    np.testing.assert_array_equal(model.outside.counts, truth.outside)


@COMMON
@given(intervals=places(), pair=st.sampled_from([("CG", "GC"), ("AAC", "ACA"), ("A", "C")]))
def test_replacing(backend, fasta, intervals, pair):
    replaced = gsynth.replace_kmer(
        *pair, genome=fasta, intervals=intervals, backend=backend, num_cores=2, check_composition=False
    )
    assert replaced == [oracle.replace_kmer(GENOME[c][s:e], *pair).upper() for c, s, e in intervals]


@COMMON
@given(intervals=places(), n_samples=st.sampled_from([1, 2]))
def test_random(backend, fasta, intervals, n_samples):
    drawn = gsynth.random(genome=fasta, intervals=intervals, n_samples=n_samples, seed=3, backend=backend)
    expected = []
    for i, (name, start, end) in enumerate(intervals):
        repeat = sum(c == name and s < end and start < e for c, s, e in intervals[:i])
        fixed = kept(name, start, end, [])
        for sample in range(n_samples):
            numbers = oracle.uniforms(oracle.stream(3, name, sample, repeat), start, end)
            expected.append("".join(fixed.get(start + i, "ACGT"[int(n) >> 29]) for i, n in enumerate(numbers)))
    assert drawn == expected


def test_names_of_a_file_are_unique(tmp_path, fasta):
    intervals = [("one", 0, 300), ("two", 3, 9), ("one", 0, 300), ("two", 3, 9), ("none", 0, 0)]
    gsynth.random(genome=fasta, intervals=[*intervals[:4]], output=tmp_path / "x.fa", seed=1)
    from gsynth.genomes import open_genome

    assert list(open_genome(tmp_path / "x.fa").contigs) == ["one", "two:3-9", "one_repeat2", "two:3-9_repeat2"]


@pytest.mark.filterwarnings("ignore:.*outside of the model's strata:UserWarning")
def test_contigs_without_bases_keep_their_place():
    sampled = gsynth.sample(MODEL, genome=GENOME, seed=1)
    assert [len(text) for text in sampled] == list(SIZES.values())
    assert [len(text) for text in gsynth.replace_kmer("CG", "GC", genome=GENOME)] == list(SIZES.values())
    assert math.prod(len(text) for text in sampled) == 0
