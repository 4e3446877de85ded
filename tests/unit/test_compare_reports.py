"""Six synthetic genomes, and the verdict that each must get; with the model, and without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.evaluation.comparing import Comparison
from gsynth.genomes import open_genome

DATA = Path(gsynth.__file__).parent / "data" / "fly300k.fa.gz"
DIM = {"expr": "gc", "breaks": [0, 0.35, 0.4, 0.45, 0.5, 1]}
Genome = dict[str, str]


@pytest.fixture(scope="module")
def real() -> Genome:
    genome = open_genome(DATA)
    return {name: genome.fetch(name, 0, size).tobytes().decode() for name, size in genome.contigs.items()}


@pytest.fixture(scope="module")
def model(real: Genome) -> gsynth.GsynthModel:
    return gsynth.gsynth_train(DIM, genome=real, iterator=200, k=5)


def sampled(model: gsynth.GsynthModel, real: Genome, seed: int, **options: object) -> Genome:
    return dict(zip(real, gsynth.gsynth_sample(model, genome=real, seed=seed, **options), strict=True))


@pytest.fixture(scope="module")
def right(model: gsynth.GsynthModel, real: Genome) -> Genome:
    return sampled(model, real, 1)


def uniform_windows(sample: Genome) -> Genome:
    """Every tenth window of 1,000 bases drawn uniformly."""
    rng = np.random.default_rng(4)
    changed = {}
    for name, sequence in sample.items():
        bases = np.frombuffer(sequence.encode(), np.uint8).copy()
        for window in rng.choice(bases.size // 1000, bases.size // 10_000, replace=False):
            bases[window * 1000 : window * 1000 + 1000] = rng.choice(np.frombuffer(b"ACGT", np.uint8), 1000)
        changed[name] = bases.tobytes().decode()
    return changed


def bad(found: Comparison) -> set[str]:
    return {check.name for check in found.checks if check.verdict == "fail"}


@pytest.mark.parametrize("exact", [True, False])
def test_a_right_sample_passes(real, model, right, exact):
    found = gsynth.gsynth_compare(real, right, model=model if exact else None)
    assert found.verdict == "pass"
    assert {check.verdict for check in found.checks} == {"pass"}
    assert len(found.strata) == (5 if exact else 0)


@pytest.mark.parametrize("exact", [True, False])
def test_the_genome_itself_is_a_copy(real, model, exact):
    found = gsynth.gsynth_compare(real, real, model=model if exact else None)
    assert found.verdict == "fail"
    assert {"leak", "copied"} <= bad(found)
    assert not {f"spectrum_{k}" for k in range(1, 7)} & bad(found)
    match = found.leak.matches[0]
    # The longer half of the contig with an N gap.
    assert (match.real_contig, match.real_start, match.contig, match.start) == ("flyA", 0, "flyA", 0)
    assert found.summary.startswith("fail: 120,000 bases of the real genome")


@pytest.mark.parametrize("exact", [True, False])
def test_too_low_an_order_keeps_only_short_words(real, model, exact):
    low = sampled(gsynth.gsynth_train(genome=real, k=1), real, 2)
    found = gsynth.gsynth_compare(real, low, model=model if exact else None)
    assert found.verdict == "fail"
    assert {"spectrum_4", "spectrum_5", "spectrum_6", "windows"} <= bad(found)
    assert not {"leak", "copied", "spectrum_1", "cpg"} & bad(found)
    assert gsynth.gsynth_compare(real, low, k=1).verdict == "pass"


@pytest.mark.parametrize("exact", [True, False])
def test_independent_bases_keep_nothing(real, model, exact):
    drawn = dict(zip(real, gsynth.gsynth_random(genome=real, seed=3), strict=True))
    found = gsynth.gsynth_compare(real, drawn, model=model if exact else None)
    assert found.verdict == "fail"
    assert {f"spectrum_{k}" for k in range(1, 7)} <= bad(found)
    assert "leak" not in bad(found)


@pytest.mark.parametrize("exact", [True, False])
@pytest.mark.parametrize("size", [60, 200])
def test_a_planted_stretch_is_found_and_nothing_else(real, model, right, exact, size):
    planted = real["flyB"][30_000 : 30_000 + size].upper()
    sample = {**right, "flyA": right["flyA"][:50_000] + planted + right["flyA"][50_000 + size :]}
    found = gsynth.gsynth_compare(real, sample, model=model if exact else None)
    assert bad(found) == {"leak"}
    match = found.leak.matches[0]
    assert (match.real_contig, match.contig, match.strand) == ("flyB", "flyA", "+")
    assert match.real_start <= 30_000 < 30_000 + size <= match.real_end
    assert match.real_start - match.start == 30_000 - 50_000


def test_a_stretch_below_chance_is_no_leak(real, model, right):
    planted = real["flyB"][30_000:30_016].upper()
    sample = {**right, "flyA": right["flyA"][:50_000] + planted + right["flyA"][50_016:]}
    assert gsynth.gsynth_compare(real, sample, model=model).verdict == "pass"


def test_uniform_windows_are_found(real, model, right):
    found = gsynth.gsynth_compare(real, uniform_windows(right), model=model)
    assert {"windows", "transitions", "spectrum_1"} <= bad(found)
    assert not {"leak", "copied", "autocorrelation"} & bad(found)
    assert 0.05 < found.check("windows").details["beyond_4"] < 0.15
    without = gsynth.gsynth_compare(real, uniform_windows(right))
    assert bad(without) == {"windows"}


def test_what_was_copied_on_purpose_is_no_leak(real, model):
    sample = sampled(model, real, 5, mask_copy="soft")
    found = gsynth.gsynth_compare(real, sample, model=model, mask_copy="soft")
    assert found.verdict == "pass", found
    assert found.check("mask_copy").value == 1
    assert found.in_place is not None
    assert found.in_place.masked == sum(sum(map(str.islower, bases)) for bases in real.values())
    unnamed = gsynth.gsynth_compare(real, sample, model=model)
    assert "leak" in bad(unnamed)
    assert unnamed.check("copied").verdict == "warn"
    changed = {**sample, "flyB": sample["flyB"].upper()}
    assert "mask_copy" in bad(gsynth.gsynth_compare(real, changed, model=model, mask_copy="soft"))


def test_a_model_that_knows_the_genome_by_heart_leaks(real):
    heart = gsynth.gsynth_train(genome=real, k=10, pseudocount=1e-6)
    found = gsynth.gsynth_compare(real, sampled(heart, real, 1), model=heart)
    assert "leak" in bad(found)
    assert "transitions" not in bad(found)


def test_genomes_without_common_contigs_are_compared_without_positions(real, right):
    found = gsynth.gsynth_compare(real, {"other": right["flyB"]})
    names = {check.name for check in found.checks}
    assert found.in_place is None
    assert not names & {"copied", "n_kept", "case_kept"}
    assert "leak" in names
    leaked = gsynth.gsynth_compare(real, {"other": right["flyB"][:40_000] + real["flyA"][:100]})
    assert "leak" in bad(leaked)


def test_no_result_depends_on_blocks_threads_or_backend(real, model, right):
    plain = gsynth.gsynth_compare(real, right, model=model, num_cores=1).as_dict()
    assert gsynth.gsynth_compare(real, right, model=model, max_chunk_size=7777).as_dict() == plain
    assert gsynth.gsynth_compare(real, right, model=model, num_cores=2).as_dict() == plain


def test_what_is_refused(real, model, right):
    with pytest.raises(ArgumentTypeError, match="model must be a GsynthModel, found str"):
        gsynth.gsynth_compare(real, right, model="model.gsm")
    with pytest.raises(ArgumentError, match="the model has order 5, and k=3"):
        gsynth.gsynth_compare(real, right, model=model, k=3)
    with pytest.raises(ArgumentError, match="longest contig has 4"):
        gsynth.gsynth_compare(real, {"x": "ACGT"})
    with pytest.raises(ArgumentError, match="gives only contig sizes"):
        gsynth.gsynth_compare({"flyA": 200_000}, right)
    with pytest.raises(KeyError, match="there are: leak"):
        gsynth.gsynth_compare(real, right).check("leaks")
