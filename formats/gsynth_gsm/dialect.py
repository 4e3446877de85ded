"""Who wrote a file: whether its bin maps count from 0 or from 1, and at which end its bins include their break.

See docs/formats/gsm.md, section 6.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gsynth_gsm.fields import listed, whole

WRITER: Final = "writer"
INDEX_BASE: Final = "index_base"

GSYNTH: Final = "gsynth"
PYMISHA: Final = "pymisha"
R_MISHA: Final = "R misha"


def writer_of(metadata: Mapping[str, Any]) -> str:
    """The program that wrote the metadata: its writer key, else PYMISHA or R_MISHA, judged by their habits."""
    writer = metadata.get(WRITER)
    if isinstance(writer, str):
        return writer
    return R_MISHA if _has_habits_of_r(metadata) else PYMISHA


def index_base(metadata: Mapping[str, Any]) -> int:
    """0 or 1: the number of the first bin in the file's bin maps."""
    if INDEX_BASE in metadata:
        # Before the writer: gsynth's own files for R count from 1.
        return whole(metadata[INDEX_BASE], INDEX_BASE, high=1)
    return 1 if writer_of(metadata) == R_MISHA else 0


def default_closed(metadata: Mapping[str, Any]) -> str:
    """Where bins are closed, "left" or "right", if the file does not say.

    pymisha bins ``(b0,b1] ...``, R misha (and NumPy) ``[b0,b1) ...``, and neither says so in its files.
    """
    return "right" if writer_of(metadata) == PYMISHA else "left"


def _has_habits_of_r(metadata: Mapping[str, Any]) -> bool:
    # R's numeric vectors are doubles, written 1565194.0 (or 1e+06, which is text in YAML 1.1), and become a scalar if
    # they have one element; pymisha writes whole numbers and lists, and never an inline prior.
    totals = [metadata.get(key) for key in ("total_kmers", "total_masked", "total_n")]
    totals += listed(metadata.get("per_bin_kmers"))
    if any(isinstance(total, float | str) for total in totals):
        return True
    collapsed = any(isinstance(metadata.get(key), int | float) for key in ("dim_sizes", "per_bin_kmers"))
    return collapsed or "prior" in metadata
