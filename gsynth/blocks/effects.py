"""Parameters that were given and had no effect: each is reported, because its caller expected one."""

from __future__ import annotations

import warnings
from typing import Final, Literal

NO_STRATA: Final = "there are no strata"


def warn_unused(**reasons: str | Literal[False]) -> None:
    """Warn about each parameter for which there is a reason why it had no effect.

    Called by the function that the user calls, at whose caller the warning points.
    """
    for name, reason in reasons.items():
        if reason:
            warnings.warn(f"{name} has no effect: {reason}", stacklevel=3)
