"""Where results go; what is written to a path appears there whole or not at all."""

from __future__ import annotations

from gsynth.outputs.layout import Layout
from gsynth.outputs.opening import OUTPUT_FORMATS, check_output, open_sink, written_files
from gsynth.outputs.records import Records
from gsynth.outputs.sinks import Part, Sink

__all__ = ["OUTPUT_FORMATS", "Layout", "Part", "Records", "Sink", "check_output", "open_sink", "written_files"]
