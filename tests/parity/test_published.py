"""What the peers' published tests of score and forbid_kmer ask for, asked of gsynth.

Of pymisha ``tests/test_gsynth_forbid.py`` and ``tests/test_gsynth_0d_unaligned.py``, of R misha
``test-gsynth-forbid.R`` and ``test-gsynth-score.R``: each behaviour that is public, in tests of our own, on the same
database, intervals and settings. The adapter below is all that lies between: their frames of intervals and tracks.

Not asked, because gsynth means to differ:

- counts of forbidden transitions are 0 (pymisha): here the counts stay what was counted, the probabilities are 0;
- a word of more than k + 1 letters is refused (both): here it makes a model of a higher order;
- "N" and "CN" are no patterns, nor are two words (both): here N is an IUPAC letter, and several words are forbidden at
  once; "N" alone is refused because every sequence holds it;
- the texts of errors and of the summary (both): asked is that they come, as which kind, and what they are about;
- a sample is equal to a pinned file of another generator's bytes (pymisha);
- a score without a track is an error (R): here it returns a table;
- ``.gsynth_build_log_p`` (R) is private; its values are those of `test_logarithms_are_those_of_the_cdf`.
"""

import math
import shutil

import numpy as np
import pytest

import gsynth
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model.logs import log_tables

pm = pytest.importorskip("pymisha")
pd = pytest.importorskip("pandas")

# It empties its trash in a process that it does not wait for.
pytestmark = pytest.mark.filterwarnings(
    "ignore:subprocess .* is still running:ResourceWarning",
    "ignore:.*outside of the strata:UserWarning",
    # The peers take it with models without strata, as the width of the scored windows.
    "ignore:iterator has no effect:UserWarning",
)


def intervals(*rows):
    return pd.DataFrame(rows, columns=["chrom", "start", "end"])


class Adapter:
    """The peers' calls, on gsynth."""

    def __init__(self, root):
        self.root = str(root)

    def train(self, *dims, where=("1", 0, 50_000), **settings):
        return gsynth.train(*dims, genome=self.root, intervals=intervals(where), iterator=200, **settings)

    def sample(self, model, *rows, seed=60427):
        return gsynth.sample(model, genome=self.root, intervals=intervals(*rows), seed=seed)

    def scored(self, model, *rows, read=None, **settings):
        """The track of the scores, read back by pymisha window by window: starts, values."""
        gsynth.score(
            model, "published.scores", output_format="misha", genome=self.root, intervals=intervals(*rows), **settings
        )
        try:
            table = pm.gextract(
                "published.scores", intervals=intervals(*(read or rows)), iterator=settings["resolution"],
                colnames=["v"], progress=False,
            )  # fmt: skip
        finally:
            pm.gtrack_rm("published.scores", force=True)
        return table["start"].to_numpy(), table["v"].to_numpy()

    def sequence(self, chrom, start, end):
        return pm.gseq_extract(intervals((chrom, start, end)))[0].upper()


@pytest.fixture(scope="module")
def peer(tmp_path_factory):
    """A fresh copy of pymisha's example database, which is open."""
    target = tmp_path_factory.mktemp("misha") / "db"
    shutil.copytree(pm.gdb_examples_path(), target)
    found = next(path.parent for path in target.rglob("chrom_sizes.txt"))
    pm.CONFIG["progress"] = False
    pm.gdb_init(str(found))
    yield Adapter(found)
    pm.gdb_unload()


@pytest.fixture(scope="module")
def model(peer):
    return peer.train(k=2)


DENSE = [{"expr": "dense_track", "breaks": [0, 0.2, 0.4, 0.6, 0.8, 1.0]}]


@pytest.fixture(scope="module")
def stratified(peer):
    return peer.train(*DENSE, k=5)


def forbid(model, pattern, **settings):
    return gsynth.forbid_kmer(model, pattern, **{"check": False, **settings})


# forbid_kmer, both peers.


def test_forbidden_transitions_have_no_probability(model):
    rows = np.diff(forbid(model, "CG").cdf[0], axis=1, prepend=0)
    for state in range(16):
        context = "ACGT"[state // 4] + "ACGT"[state % 4]
        if context == "CG":
            continue
        for base in range(4):
            assert (rows[state, base] == 0) == ("CG" in context + "ACGT"[base])


def test_the_model_is_not_changed(stratified):
    before = stratified.counts.copy(), stratified.cdf.copy()
    made = forbid(stratified, "CG")
    assert np.array_equal(stratified.counts, before[0])
    assert np.array_equal(stratified.cdf, before[1], equal_nan=True)
    assert made is not stratified
    assert len(made.model_data["cdf"]) == len(stratified.model_data["cdf"])
    assert all((np.abs(cdf[:, 3] - 1) < 1e-10).all() for cdf in made.model_data["cdf"])


@pytest.mark.parametrize("pattern", ["", "ACGX", "N"])
def test_patterns_that_are_none_are_value_errors(model, pattern):
    with pytest.raises(ValueError, match=r"pattern|every long sequence"):
        forbid(model, pattern)


def test_what_is_no_model_or_no_word_is_refused(model):
    with pytest.raises(ArgumentTypeError, match="model must be a GsynthModel"):
        gsynth.forbid_kmer("not a model", "CG")
    with pytest.raises(ArgumentTypeError, match="pattern"):
        forbid(model, math.nan)


@pytest.mark.parametrize("check", [False, True])
def test_the_summary_is_on_stderr_if_asked_for(model, check, capfd):
    import subprocess
    import sys

    # In a process of its own: pytest takes the log for itself.
    code = (
        "import gsynth\nmodel = gsynth.train(genome={'1': 'ACGTTGCACG' * 50}, k=2)\n"
        f"gsynth.forbid_kmer(model, 'CG', check={check})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""
    assert ("transitions" in done.stderr and "CG" in done.stderr) == check


def test_a_trapped_state_is_uniform(model):
    assert forbid(model, "A").cdf[0, 0].tolist() == [0.25, 0.5, 0.75, 1.0]


@pytest.mark.parametrize("pattern", ["CG", "GCGC"])
@pytest.mark.parametrize("rows", [[("1", 0, 5000)], [("1", 64, 2064), ("1", 3347, 5347)], [("1", 64, 10_064)]])
def test_samples_hold_no_word(peer, stratified, model, pattern, rows):
    made = [forbid(stratified, pattern)] + [forbid(model, pattern)] * (pattern == "CG")
    for each in made:
        texts = peer.sample(each, *rows)
        assert [len(text) for text in texts] == [end - start for _, start, end in rows]
        # The peers leave the first 2 k bases out.
        assert not any(pattern in text for text in texts)


def test_without_forbidding_the_word_is_there(peer, model):
    assert "CG" in peer.sample(model, ("1", 64, 10_064))[0]


# score, R misha; pymisha's are of the same behaviours.


def test_logarithms_are_those_of_the_cdf(model):
    logs, _ = log_tables(model, None)
    np.testing.assert_allclose(logs[0] * 2.0**-24, np.log(np.diff(model.cdf[0], axis=1, prepend=0)), atol=1e-7)


def test_arguments_are_checked(peer, model):
    with pytest.raises(ArgumentTypeError, match="model must be a GsynthModel"):
        gsynth.score("not a model", "x", genome=peer.root, output_format="misha")
    for resolution in (-1, 1.5):
        with pytest.raises(ArgumentError, match="resolution must be"):
            gsynth.score(model, "x", genome=peer.root, output_format="misha", resolution=resolution)


def test_a_track_can_be_queried(peer, model):
    starts, values = peer.scored(model, ("1", 0, 50_000), resolution=200)
    assert starts.tolist() == list(range(0, 50_000, 200))
    # The first window holds bases without k others before them.
    assert np.isnan(values[0])
    assert np.isfinite(values[1:]).all()
    assert ((values[1:] < -50) & (values[1:] > -1000)).all()


def test_windows_are_sums_of_bases(peer, model):
    where = ("1", 1000, 5000)
    _, bases = peer.scored(model, where, resolution=1)
    _, windows = peer.scored(model, where, resolution=200)
    assert bases.size == 4000
    np.testing.assert_allclose(windows, bases.reshape(-1, 200).sum(axis=1), rtol=1e-5)


def test_the_first_k_bases_of_a_contig_have_no_score(peer):
    _, values = peer.scored(peer.train(k=5), ("1", 0, 1000), resolution=1)
    assert np.isnan(values[:5]).all()
    assert np.isfinite(values[5:]).all()


def test_sparse_bins_by_policy(peer):
    with pytest.warns(UserWarning, match="sampled uniformly"):
        sparse = peer.train(
            {"expr": "kmer_frac('G') + kmer_frac('C')", "breaks": np.arange(21) / 20}, where=("1", 0, 30_000), k=2,
            min_obs=10**6,
        )  # fmt: skip
    assert sparse.sparse_bins.size
    where = ("1", 1000, 5000)
    _, without = peer.scored(sparse, where, resolution=1, sparse_policy="NA")
    _, uniform = peer.scored(sparse, where, resolution=1, sparse_policy="uniform")
    assert np.isnan(without).mean() > 0.5
    poor = np.isnan(without) & np.isfinite(uniform)
    assert poor.any()
    np.testing.assert_allclose(uniform[poor], math.log(0.25), rtol=1e-6)


def test_strata_fit_no_worse_than_none(peer):
    where = ("1", 0, 100_000)
    plain = peer.train(where=where, k=2)
    by_gc = peer.train({"expr": "kmer_frac('G') + kmer_frac('C')", "breaks": np.arange(11) / 10}, where=where, k=2)
    scores = [peer.scored(each, where, read=[("1", 1000, 100_000)], resolution=200)[1] for each in (by_gc, plain)]
    apart = scores[0] - scores[1]
    assert np.isfinite(apart).any()
    assert np.mean(apart[np.isfinite(apart)]) >= -1


def test_the_stratum_is_that_of_the_first_base_of_the_context(peer):
    breaks = [0, 0.2, 0.5, 1.0]
    by_g = peer.train({"expr": "kmer_frac('G')", "breaks": breaks}, k=5)
    _, values = peer.scored(by_g, ("1", 0, 50_000), resolution=1)
    whole = peer.sequence("1", 0, 50_000)
    bins = [
        np.searchsorted(breaks, whole[i : i + 200].count("G") / 200, side="right") - 1 for i in range(0, 50_000, 200)
    ]
    borders = [200 * (i + 1) for i in range(249) if bins[i] != bins[i + 1]]
    assert borders
    for border in borders[:20]:
        word = whole[border - 5 : border + 1]
        context = sum("ACGT".index(base) * 4**i for i, base in enumerate(reversed(word[:5])))
        row = np.diff(by_g.cdf[bins[border // 200 - 1], context], prepend=0)
        assert values[border] == pytest.approx(math.log(row["ACGT".index(word[5])]), rel=1e-5)


def test_masked_bases_have_no_score(peer, model):
    starts, values = peer.scored(model, ("1", 1000, 5000), resolution=1, mask=intervals(("1", 2000, 3000)))
    masked = (starts >= 2000) & (starts < 3000)
    assert np.isnan(values[masked]).all()
    assert np.isfinite(values[~masked]).all()


def test_gaps_between_intervals_have_no_score(peer, model):
    rows = [("1", 1000, 2000), ("1", 4000, 5000)]
    _, values = peer.scored(model, *rows, read=[("1", 2000, 4000)], resolution=1)
    assert np.isnan(values).all()


@pytest.mark.parametrize("dims", [0, 1])
def test_an_interval_within_a_contig_has_scores_from_its_first_base_on(peer, model, stratified, dims):
    _, values = peer.scored(stratified if dims else model, ("1", 1000, 1100), resolution=1, outside="pooled")
    assert values.size == 100
    assert np.isfinite(values).all()
