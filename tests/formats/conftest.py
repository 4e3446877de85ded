"""Models of other programs, and a small one of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gsynth import DimSpec, GsynthModel


@pytest.fixture(scope="session")
def oracle() -> Path:
    """The folder of models that other programs wrote."""
    return Path(__file__).parent / "oracle"


@pytest.fixture
def make_model() -> Callable[..., GsynthModel]:
    """Makes a 2-D model of order 2 with a merged bin; keywords replace fields."""

    def make(**changes: object) -> GsynthModel:
        counts = np.arange(6 * 16 * 4, dtype=np.uint64).reshape(6, 16, 4)
        fields: dict[str, object] = {
            "k": 2,
            "dims": (
                DimSpec("gc", [0, 0.4, 0.6, 1], bin_merge=[{"from": 0.6, "to": (0.4, 0.6)}]),
                DimSpec("log(atac + 1)", [-np.inf, 0.0001, np.inf]),
            ),
            "counts": counts,
            "total_masked": 3,
            "total_n": 2**40,
            "pseudocount": 0.5,
            "iterator": 200,
        }
        return GsynthModel(**{**fields, **changes})

    return make


@pytest.fixture
def model(make_model: Callable[..., GsynthModel]) -> GsynthModel:
    return make_model()
