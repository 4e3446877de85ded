"""What is counted: one strand or both, and which windows a mask keeps out."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import numpy as np
import pytest
import yaml
from click.testing import CliRunner

import gsynth
from gsynth import GsynthModel
from gsynth.cli import main
from gsynth.errors import ArgumentError, FormatError
from gsynth.testing import oracle

RNG = np.random.default_rng(5)
SIZES = {"one": 420, "tiny": 3, "two": 90, "three": 700}
GENOME = {
    name: "".join(RNG.choice(list("ACGTacgtN"), size, p=[0.2, 0.15, 0.05, 0.3, 0.1, 0.05, 0.05, 0.08, 0.02]))
    for name, size in SIZES.items()
}
GENOME["two"] = GENOME["two"][:-4] + "acgt"
WHOLE = [(name, 0, size) for name, size in SIZES.items()]
BREAKS = [0.2, 0.35, 0.5]


def trained(dims: int = 1, **settings: Any) -> GsynthModel:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        dim = {"expr": "gc", "breaks": BREAKS}
        return gsynth.train(*[dim][:dims], **{"genome": GENOME, "iterator": 30 if dims else None, **settings})


def test_no_masked_base_is_learned() -> None:
    genome = {"a": "ACACACAC" * 20 + "GTTG" + "ACACACAC" * 20}
    mask = [("a", 160, 164)]
    start = gsynth.train(genome=genome, k=3, mask=mask, strands="forward")
    whole = gsynth.train(genome=genome, k=3, mask=mask, strands="forward", mask_overlap="any")
    assert start.counts[..., 2].any()
    assert not whole.counts[..., 2].any()
    assert (start.total_masked, whole.total_masked) == (4, 7)
    # The mask of a neighbour reaches into an interval only as far as the interval's own bases.
    inside = gsynth.train(genome=genome, k=3, mask=mask, mask_overlap="any", intervals=[("a", 0, 162), ("a", 164, 200)])
    assert inside.total_masked == 2
    assert gsynth.train(genome=genome, k=3, mask=mask, mask_overlap="any", intervals=("a", 0, 161)).total_masked == 1


def test_forward_counts_are_half_of_both() -> None:
    both, forward = (trained(k=3, strands=strands) for strands in ("both", "forward"))
    assert both.total_kmers == 2 * forward.total_kmers
    assert both.outside is not None
    assert forward.outside is not None
    assert both.outside.kmers == 2 * forward.outside.kmers
    assert both.outside_share == forward.outside_share
    assert both.outside.causes.tolist() == forward.outside.causes.tolist()
    assert (both.strands, forward.strands) == ("both", "forward")
    assert both != forward


def test_a_sample_of_forward_counts_is_like_the_forward_strand() -> None:
    genome = {"a": "".join(np.random.default_rng(2).choice(list("ACGT"), 60_000, p=[0.4, 0.3, 0.2, 0.1]))}
    one, both = (gsynth.train(genome=genome, k=2, strands=strands) for strands in ("forward", "both"))  # type: ignore[call-overload]  # from a tuple
    drawn = {"a": gsynth.sample(one, genome=genome, seed=1)[0]}
    assert drawn["a"].count("A") / 60_000 == pytest.approx(0.4, abs=0.01)
    assert gsynth.sample(both, genome=genome, seed=1)[0].count("A") / 60_000 == pytest.approx(0.25, abs=0.01)
    found = gsynth.gsynth_compare(genome, drawn, model=one)
    assert abs(found.overall.z) < 4
    assert found.overall.correlation > 0.99
    frequencies = one.counts.reshape(-1) / one.total_kmers
    np.testing.assert_allclose(found.overall.real.frequencies, frequencies, atol=1e-4)
    # On both strands a sample of the reverse complement would look the same.
    turned = {"a": oracle.reverse_complement(drawn["a"])}
    assert gsynth.gsynth_compare(genome, turned, model=one).overall.correlation < 0.9
    assert gsynth.gsynth_compare(genome, turned, model=both).overall.correlation > 0.99
    scores = [np.nansum(gsynth.score(one, genome=text, resolution=1000)["score"]) for text in (genome, turned)]
    assert scores[0] > scores[1]


def test_sums_marginals_and_lower_orders_of_forward_counts() -> None:
    whole = trained(k=3, strands="forward")
    assert gsynth.merge(*(trained(k=3, strands="forward", intervals=[row]) for row in WHOLE if row[2] > 3)) == whole
    with pytest.raises(ArgumentError, match="strands: 'both' there, 'forward' in model 1"):
        gsynth.merge(whole, trained(k=3))
    assert whole.marginal(0) == trained(0, k=3, strands="forward")
    assert whole.with_order(1).strands == "forward"
    text = GENOME["one"].upper().replace("N", "A")
    for order in (1, 2):
        lower = gsynth.train(genome={"a": text}, k=4, strands="forward").with_order(order)
        direct = gsynth.train(genome={"a": text}, k=order, strands="forward")
        apart = direct.counts.astype(np.int64) - lower.counts.astype(np.int64)
        assert apart.min() >= 0
        assert apart.sum() == 4 - order


@pytest.mark.filterwarnings("ignore:.*drawn bases lie")
def test_words_are_forbidden_in_forward_counts() -> None:
    made = gsynth.forbid_kmer(trained(k=2, strands="forward"), "AC", check=False, method="exact", both_strands=True)
    assert made.strands == "forward"
    text = gsynth.sample(made, genome={"b": "AGGT" * 7500}, seed=2)
    assert "AC" not in text[0]


@pytest.mark.parametrize("form", ["gsm", "gsm-zip", "gsm-r"])
def test_files_keep_the_strands(form: str, tmp_path: Path) -> None:
    model = trained(k=2, strands="forward")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        gsynth.save(model, tmp_path / "m.gsm", format=form)
    assert [("R misha always counts both strands" in str(one.message)) for one in said] == [True] * (form == "gsm-r")
    assert gsynth.load(tmp_path / "m.gsm") == model
    gsynth.save(trained(k=2), tmp_path / "both.gsm")
    assert "strands" not in (tmp_path / "both.gsm" / "metadata.yaml").read_text()


@pytest.mark.parametrize("value", ["reverse", None, True, ["forward"]])
def test_other_strands_are_refused(value: Any, tmp_path: Path) -> None:
    gsynth.save(trained(k=1, strands="forward"), tmp_path / "m.gsm")
    path = tmp_path / "m.gsm" / "metadata.yaml"
    metadata = yaml.safe_load(path.read_text())
    assert metadata["strands"] == "forward"
    metadata["strands"] = value
    path.write_text(yaml.safe_dump(metadata))
    with pytest.raises(FormatError, match="strands must be"):
        gsynth.load(tmp_path / "m.gsm")


@pytest.mark.parametrize("name", ["strands", "mask_overlap"])
@pytest.mark.parametrize("value", ["all", None, 1, ["any"]])
def test_options_that_mean_nothing_are_refused(name: str, value: Any) -> None:
    with pytest.raises(ArgumentError, match=f"{name} must be one of"):
        gsynth.train(genome=GENOME, k=1, **{name: value})
    if name == "strands":
        with pytest.raises(ArgumentError, match="strands must be one of both, forward"):
            GsynthModel(k=1, counts=np.ones((1, 4, 4)), strands=value)


def test_what_has_no_effect_is_reported() -> None:
    with pytest.warns(UserWarning, match="mask_overlap has no effect: there is no mask"):
        gsynth.train(genome=GENOME, k=1, mask_overlap="any")
    with pytest.warns(UserWarning, match="mask has no effect: no window of the intervals holds a base of it"):
        gsynth.train(genome=GENOME, k=1, mask=("one", 0, 9), intervals="two", mask_overlap="any")
    with pytest.warns(UserWarning, match="mask has no effect: no window of the intervals begins in it"):
        gsynth.train(genome=GENOME, k=1, mask=("two", 89, 90), intervals="two")


def test_models_say_how_they_were_trained(caplog: pytest.LogCaptureFixture) -> None:
    mask = ("three", 10, 20)
    start, whole = (trained(k=1, mask=mask, mask_overlap=overlap, strands="forward") for overlap in ("start", "any"))
    assert start.metadata["mask_overlap"] == "start"
    assert whole.metadata["mask_overlap"] == "any"
    assert "mask_overlap" not in trained(k=1).metadata
    assert "on the forward strand" in repr(whole)
    assert "forward" not in repr(trained(k=1))
    assert "(forward strand)" in whole._repr_html_()
    assert not caplog.records
    both = gsynth.merge(start, whole)
    assert "the models disagree on mask_overlap" in caplog.text
    assert "mask_overlap" not in both.metadata


def test_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.fa").write_text("".join(f">{name}\n{text}\n" for name, text in GENOME.items()))

    def run(*args: object, code: int = 0) -> str:
        result = CliRunner().invoke(main, [str(arg) for arg in args])
        assert result.exit_code == code, result.output
        return result.output

    run("train", "g.fa", "-k", 2, "--mask", "soft", "--mask-overlap", "any", "--strands", "forward",
        "--smoothing", "interpolated", "-o", "m.gsm", "-q")  # fmt: skip
    model = gsynth.load(tmp_path / "m.gsm")
    assert model == trained(
        0, k=2, mask="soft", mask_overlap="any", strands="forward", smoothing="interpolated", genome=tmp_path / "g.fa"
    )
    text = run("info", "m.gsm")
    for line in ("(forward strand)", "interpolated (Witten-Bell", "mask overlap"):
        assert line in text
    told = json.loads(run("info", "m.gsm", "--json"))
    assert (told["strands"], told["smoothing_mode"], told["metadata"]["mask_overlap"]) == (
        "forward", "interpolated", "any",
    )  # fmt: skip
    assert "--mask-overlap has no effect" in run("train", "g.fa", "--mask-overlap", "any", "-o", "n.gsm", "-k", 1)
    run("train", "g.fa", "--strands", "reverse", "-o", "o.gsm", code=2)


def test_a_model_of_forward_counts_is_pickled_and_copied() -> None:
    import copy
    import pickle

    model = attrs.evolve(trained(k=1, strands="forward"), smoothing_mode="interpolated")
    maker: Callable[[GsynthModel], GsynthModel]
    for maker in (copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))):
        assert maker(model) == model
