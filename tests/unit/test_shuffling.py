"""What a shuffle keeps, reports and refuses."""

import warnings

import numpy as np
import pytest

import gsynth
from gsynth.blocks import shuffling
from gsynth.errors import ArgumentError, GsynthError

RNG = np.random.default_rng(5)
PLAIN = "".join(RNG.choice(list("ACGT"), 600))


def reported(**options):
    reports: list = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sequences = gsynth.shuffle(**({"seed": 1} | options), report=reports.append)
    return sequences, reports[0], [str(one.message) for one in caught]


def test_n_stay_and_their_neighbours_are_runs_of_their_own():
    text = PLAIN[:100] + "N" * 7 + PLAIN[100:180] + "n" + PLAIN[180:250]
    (found,), report, _ = reported(genome={"c": text}, k=1)
    assert found[100:107] == "N" * 7
    assert found[187].upper() == "N"
    for part in (slice(0, 100), slice(107, 187), slice(188, 258)):
        assert sorted(found[part]) == sorted(text[part])
        assert found[part] != text[part]
    assert (report.bases, report.unknown, report.copied, report.sequences) == (258, 8, 0, 1)


def test_iupac_codes_are_kept_as_n():
    with pytest.warns(UserWarning, match="IUPAC"):
        (found,) = gsynth.shuffle(genome={"c": PLAIN[:50] + "R" + PLAIN[50:90]}, seed=1)
    assert found[50] == "N"


def test_without_n_they_are_filled_and_the_whole_is_one_run():
    text = PLAIN[:100] + "N" * 50 + PLAIN[100:200]
    (found,), report, _ = reported(genome={"c": text}, k=1, preserve_n=False)
    assert set(found) == set("ACGT")
    assert report.filled == 50
    assert report.unknown == 0
    assert sorted(found[:100]) != sorted(text[:100])
    added = {base: found.count(base) - text.count(base) for base in "ACGT"}
    assert min(added.values()) >= 0
    assert sum(added.values()) == 50
    # Each N by the number of its own position, and samples differ.
    filled = gsynth.shuffle(genome={"c": "N" * 400}, k=1, preserve_n=False, seed=3, n_samples=2)
    assert filled[0] != filled[1]
    uniform = gsynth.random(genome={"c": 400}, seed=3)[0]
    assert sorted(filled[0]) == sorted(uniform)


def test_a_mask_is_copied_verbatim_and_cuts_runs():
    text = PLAIN[:60] + PLAIN[60:90].lower() + PLAIN[90:200]
    (found,), report, _ = reported(genome={"c": text}, mask_copy="soft", k=2)
    assert found[60:90] == text[60:90]
    assert found[:60] != text[:60]
    assert sorted(found[:60]) == sorted(text[:60])
    assert report.copied == 30
    masked = gsynth.shuffle(genome={"c": text}, mask_copy=[("c", 60, 90)], k=2, seed=1)
    assert masked == [found]


def test_case():
    text = PLAIN[:60] + PLAIN[60:90].lower() + PLAIN[90:200]
    upper = gsynth.shuffle(genome={"c": text}, seed=1)[0]
    assert upper == upper.upper()
    lower = gsynth.shuffle(genome={"c": text}, seed=1, keep_case=True)[0]
    assert lower.upper() == upper
    assert [base.islower() for base in lower] == [base.islower() for base in text]


def test_windows_count_from_the_start_of_an_interval():
    (found,) = gsynth.shuffle(genome={"c": PLAIN}, intervals=[("c", 130, 365)], window=50, k=1, seed=2)
    before = PLAIN[130:365]
    for start in range(0, 235, 50):
        assert sorted(found[start : start + 50]) == sorted(before[start : start + 50])
        assert found[start : start + 50] != before[start : start + 50]
    assert found != gsynth.shuffle(genome={"c": PLAIN}, intervals=[("c", 130, 365)], k=1, seed=2)[0]


@pytest.mark.parametrize("k", [1, 2, 5, 8])
def test_short_intervals_stay_as_they_are(k):
    where = [("c", 10, 10 + size) for size in range(1, k + 1)]
    found, report, messages = reported(genome={"c": PLAIN}, intervals=where, k=k)
    assert found == [PLAIN[start:end] for _, start, end in where]
    assert report.short == report.bases == sum(range(1, k + 1))
    assert report.equal == report.sequences == k
    assert f"{k} of {k} shuffled sequences equal their input" in messages[0]


def test_sequences_equal_to_their_input_are_counted():
    genome = {"repeat": "CA" * 200, "plain": PLAIN, "poly": "A" * 300, "gap": "N" * 9}
    _, report, messages = reported(genome=genome, k=2)
    assert (report.sequences, report.equal) == (3, 2)
    assert messages == [
        "2 of 3 shuffled sequences equal their input: few others, or none, have the same words of 2 letters; "
        "a smaller k or longer sequences admit more"
    ]
    _, report, messages = reported(genome=genome, k=2, window=100, n_samples=3)
    assert (report.sequences, report.equal) == (3 * 13, 3 * 7)
    _, report, messages = reported(genome={"plain": PLAIN}, k=2)
    assert (report.sequences, report.equal, messages) == (1, 0, [])


def test_equal_is_found_wherever_the_difference_is():
    before = np.zeros(60, dtype=np.uint8)
    starts, ends = np.array([0, 20, 21, 40]), np.array([20, 21, 40, 60])
    assert shuffling._equal(before, before, starts, ends) == 4
    for cell in range(60):
        after = before.copy()
        after[cell] = 1
        assert shuffling._equal(before, after, starts, ends) == 3


def test_mostly_copied_is_no_null():
    _, _, messages = reported(genome={"c": PLAIN}, mask_copy=[("c", 0, 400)])
    assert any("a shuffle that is mostly copied is not a null" in message for message in messages)


def test_a_mask_that_meets_nothing_is_reported():
    with pytest.warns(UserWarning, match="mask_copy has no effect"):
        gsynth.shuffle(genome={"c": PLAIN, "d": PLAIN}, intervals="c", mask_copy=[("d", 0, 9)], seed=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"k": 0}, "k must be"),
        ({"k": 9}, "k must be"),
        ({"k": 2.5}, "k must be"),
        ({"k": True}, "k must be"),
        ({"window": 0}, "window must be"),
        ({"n_samples": 0}, "n_samples must be"),
        ({"genome": {"c": 100}}, "shuffling needs the sequence"),
    ],
)
def test_refused(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        gsynth.shuffle(**({"genome": {"c": PLAIN}} | options))


def test_a_run_that_kernels_cannot_count(monkeypatch):
    monkeypatch.setattr(shuffling, "LONGEST_RUN", 500)
    with pytest.raises(ArgumentError, match=r"c:0-600 holds 600 bases without a gap, at most 500 .* name a window"):
        gsynth.shuffle(genome={"c": PLAIN}, seed=1)
    assert len(gsynth.shuffle(genome={"c": PLAIN}, seed=1, window=300)[0]) == 600


def test_outputs_and_names(tmp_path):
    genome, where = {"c": PLAIN}, [("c", 0, 100), ("c", 200, 300)]
    strings = gsynth.shuffle(genome=genome, intervals=where, seed=4, n_samples=2)
    gsynth.shuffle(tmp_path / "s.fa", genome=genome, intervals=where, seed=4, n_samples=2)
    lines = (tmp_path / "s.fa").read_text().split(">")[1:]
    assert [line.split("\n")[0] for line in lines] == [
        "c:0-100_sample1", "c:0-100_sample2", "c:200-300_sample1", "c:200-300_sample2",
    ]  # fmt: skip
    assert ["".join(line.split("\n")[1:]) for line in lines] == strings
    assert (tmp_path / "s.fa.fai").exists()
    with pytest.raises(GsynthError, match="exists"):
        gsynth.shuffle(tmp_path / "s.fa", genome=genome, seed=4)
    gsynth.shuffle(tmp_path / "s.fa", genome=genome, seed=4, overwrite=True)


def test_a_seed_is_logged(caplog):
    with caplog.at_level("INFO", logger="gsynth"):
        first = gsynth.shuffle(genome={"c": PLAIN})
    seed = next(record.args[0] for record in caplog.records if record.msg == "seed %d")
    assert gsynth.shuffle(genome={"c": PLAIN}, seed=seed) == first
