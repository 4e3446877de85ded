import numpy as np
import pytest

from gsynth import gsynth_bin_map
from gsynth.model.binning import bin_indices

BREAKS = [0, 0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.parametrize(
    ("merges", "expected"),
    [
        ([], [0, 1, 2, 3, 4]),
        ([{"from": (0.4, 0.5), "to": (0.3, 0.4)}], [0, 1, 2, 3, 3]),
        ([{"from": 0.3, "to": (0.2, 0.3)}], [0, 1, 2, 2, 2]),
        ([{"from": (-np.inf, 0.2), "to": 0.25}], [2, 2, 2, 3, 4]),
        ([{"from": (0.0, 0.1), "to": (0.1, 0.2)}, {"from": (0.0, 0.1), "to": (0.4, 0.5)}], [4, 1, 2, 3, 4]),
        ([{"from": (0.05, 0.05), "to": (0.1, 0.2)}], [1, 1, 2, 3, 4]),
    ],
)
def test_merges_by_bin_centre_in_order(merges, expected):
    bins = gsynth_bin_map(BREAKS, merges)
    assert bins.tolist() == expected
    assert bins.dtype == np.int32


@pytest.mark.parametrize(
    "merge",
    [
        {"from": 0.1},
        {"to": (0.1, 0.2)},
        {"from": 0.1, "to": (0.7, 0.9)},
        {"from": 0.1, "to": (-0.3, -0.1)},
        {"from": (0.3, 0.1), "to": (0.1, 0.2)},
        {"from": "x", "to": (0.1, 0.2)},
        {"from": 0.1, "to": (0.1, 0.2), "into": 3},
    ],
)
def test_refuses_bad_merges(merge):
    with pytest.raises(ValueError, match=r"'from'|'to'|from|to"):
        gsynth_bin_map(BREAKS, [merge])


@pytest.mark.parametrize("breaks", [[], [1], [0, 0], [1, 0], [0, float("nan")], [[0, 1]], ["a", "b"]])
def test_refuses_bad_breaks(breaks):
    with pytest.raises(ValueError, match="breaks"):
        gsynth_bin_map(breaks, [])


def test_both_outer_edges_belong_to_a_bin():
    values = np.array([-0.1, 0.0, 0.1, 0.5, 0.5000001, np.nan, -np.inf, np.inf])
    assert bin_indices(values, np.array(BREAKS)).tolist() == [-1, 0, 1, 4, -1, -1, -1, -1]


def test_agrees_with_numpy_histogram():
    values = np.random.default_rng(1).normal(0.25, 0.2, 1000)
    indices = bin_indices(values, np.array(BREAKS))
    assert np.bincount(indices[indices >= 0], minlength=5).tolist() == np.histogram(values, BREAKS)[0].tolist()
