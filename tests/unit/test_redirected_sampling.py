"""``bin_merge="auto"`` when sampling: what was hardly seen is drawn as its nearest neighbour that was."""

import numpy as np
import pytest

import gsynth

# Windows of 10 with 0, 5 and 10 of G and C, in that order, again and again.
GENOME = {"c": ("A" * 10 + "AC" * 5 + "G" * 10) * 20}
DRAWN = "ACG"
"""What each of the three bins draws for sure."""


def model(observations, min_obs):
    """Three bins of GC, each certain of a base of its own, with so many observations."""
    counts = np.zeros((3, 4, 4))
    for base, n in enumerate(observations):
        counts[base, :, base] = n / 4
    return gsynth.GsynthModel(
        k=1, dims=[gsynth.DimSpec("gc", [0, 0.4, 0.6, 1])], counts=counts, iterator=10, min_obs=min_obs, pseudocount=0
    )


def drawn(bin_merge, observations, min_obs=100, **more):
    """The bases of the three bins' windows, without the first base, which is drawn uniformly."""
    (sequence,) = gsynth.sample(
        model(observations, min_obs), genome=GENOME, bin_merge=bin_merge, seed=3, max_chunk_size=90, **more
    )
    windows = [sequence[1:][i : i + 10] for i in range(0, len(sequence) - 10, 10)]
    return ["".join(sorted(set("".join(windows[i::3])))) for i in range(3)]


@pytest.mark.parametrize(
    ("observations", "bins"),
    [
        ((400, 400, 400), "ACG"),
        ((400, 40, 400), "AAG"),  # of two equally near the lower one
        ((400, 400, 40), "ACC"),
        ((40, 0, 400), "GGG"),
        ((0, 400, 0), "CCC"),
    ],
)
def test_poor_bins_are_drawn_as_the_nearest_learned_one(observations, bins):
    assert drawn("auto", observations) == list(bins)


def test_without_it_they_are_drawn_uniformly():
    with pytest.warns(UserWarning, match="33.3% of the drawn bases lie in bins in which nothing was learned"):
        with_uniform = drawn(None, (400, 40, 400))
    assert with_uniform == ["A", "ACGT", "G"]


def test_a_redirect_of_a_cell_goes_on_from_there():
    cells = [{"from": [0.1], "to": [0.5]}]
    assert drawn("auto", (400, 40, 400), cell_merge=[{"from": [0.9], "to": [0.1]}]) == ["A", "A", "A"]
    with pytest.warns(UserWarning, match="sparse cells"):
        # The bin that it points to is itself drawn as its neighbour.
        assert drawn("auto", (40, 40, 400), cell_merge=cells) == ["G", "G", "G"]
