"""What was learned: counts by stratum; arrays in, arrays out."""

from __future__ import annotations

from gsynth.model.dimension import DimSpec
from gsynth.model.forbid import Forbidden
from gsynth.model.freezing import freeze
from gsynth.model.model import MAX_ORDER, MIN_ORDER, GsynthModel, check_iterator, check_order
from gsynth.model.outside import Outside
from gsynth.model.parts import model_of_parts, model_parts
from gsynth.model.smoothing import Smoothing

__all__ = [
    "MAX_ORDER",
    "MIN_ORDER",
    "DimSpec",
    "Forbidden",
    "GsynthModel",
    "Outside",
    "Smoothing",
    "check_iterator",
    "check_order",
    "freeze",
    "model_of_parts",
    "model_parts",
]
