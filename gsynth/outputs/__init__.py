"""Where results go; what is written to a path appears there whole or not at all."""

from __future__ import annotations

from gsynth.outputs.opening import OUTPUT_FORMATS, check_output, open_sink
from gsynth.outputs.sinks import Sink

__all__ = ["OUTPUT_FORMATS", "Sink", "check_output", "open_sink"]
