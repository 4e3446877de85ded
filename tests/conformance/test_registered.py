"""The shipped suite on every plugin that is registered here, with golden files for the built-in format."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from gsynth.plugins import DimSpec, GsynthModel
from gsynth.testing import oracle
from gsynth.testing.serializers import GoldenModel
from gsynth.testing.suite import TestCounter as TestCounter
from gsynth.testing.suite import TestGenome as TestGenome
from gsynth.testing.suite import TestRegistration as TestRegistration
from gsynth.testing.suite import TestSampler as TestSampler
from gsynth.testing.suite import TestScorer as TestScorer
from gsynth.testing.suite import TestSerializer as _TestSerializer
from gsynth.testing.suite import TestTrack as TestTrack
from gsynth.testing.suite import pytest_generate_tests as pytest_generate_tests

# Every row sums to a power of two less 2, so that with a pseudocount of 2 all probabilities are exact in binary.
COUNTS = [
    [[5, 0, 0, 9], [0, 0, 0, 0], [1, 2, 3, 8], [0, 2**40 - 2, 0, 0]],
    [[0, 0, 0, 0], [1, 1, 2, 2], [2, 2, 1, 1], [9, 8, 7, 6]],
]
METADATA = """\
format: gsynth_model
version: 2
markov_order: 1
n_dims: 1
dim_sizes: {dim_sizes}
total_bins: 2
pseudocount: 2.0
min_obs: 0
{iterator}prior_mode: uniform
total_kmers: {total}
total_masked: {masked}
total_n: {with_n}
per_bin_kmers: [{bins[0]}, {bins[1]}]
marginal_fallbacks: 0
dim_specs:
- expr: dense_track
  breaks: [0.0, 0.25, 1.0]
  num_bins: 2
  bin_map: {bin_map}
data:
  counts: {{dtype: float64, shape: [2, 4, 4], order: C, file: counts.bin}}
  cdf: {{dtype: float64, shape: [2, 4, 4], order: C, file: cdf.bin}}
"""
INLINE_PRIOR = "prior:\n- [0.25, 0.25, 0.25, 0.25]\n- [0.25, 0.25, 0.25, 0.25]\n"
PRIOR_ENTRY = "  prior: {dtype: float64, shape: [2, 4], order: C, file: prior.bin}\n"


def write_gsm(folder: Path, *, by_r: bool) -> GoldenModel:
    """A .gsm folder as pymisha or R misha writes it, byte by byte from the format's document."""
    folder.mkdir()
    flat = [n for table in COUNTS for row in table for n in row]
    bins = [sum(sum(row) for row in table) for table in COUNTS]
    quarter = [0.25] * 4
    cdf = [float(p) for table in COUNTS for row in table for p in oracle.cumulative(row, 2, quarter)]
    (folder / "counts.bin").write_bytes(struct.pack("<32d", *flat))
    (folder / "cdf.bin").write_bytes(struct.pack("<32d", *cdf))
    number = float if by_r else int
    text = METADATA.format(
        dim_sizes=2 if by_r else [2],
        iterator="" if by_r else "iterator: 200\n",
        total=number(sum(bins)),
        masked=number(3),
        with_n=number(4),
        bins=[number(n) for n in bins],
        bin_map=[2, 2] if by_r else [1, 1],
    )
    if by_r:
        text = text.replace("total_kmers:", INLINE_PRIOR + "total_kmers:")
    else:
        text += PRIOR_ENTRY
        (folder / "prior.bin").write_bytes(struct.pack("<8d", *quarter * 2))
    (folder / "metadata.yaml").write_text(text)
    model = GsynthModel(
        k=1,
        dims=[DimSpec("dense_track", [0, 0.25, 1], [1, 1], closed="left" if by_r else "right")],
        counts=np.array(COUNTS, dtype=np.uint64),
        pseudocount=2,
        total_masked=3,
        total_n=4,
        iterator=None if by_r else 200,
        prior_mode="uniform",
        prior_matrix=np.full((2, 4), 0.25),
    )
    return folder, model


class TestSerializer(_TestSerializer):
    @pytest.fixture
    def golden_models(self, serializer_asked: str, tmp_path: Path) -> list[GoldenModel]:
        if serializer_asked != "gsm":
            return []
        return [write_gsm(tmp_path / "pymisha.gsm", by_r=False), write_gsm(tmp_path / "r.gsm", by_r=True)]
