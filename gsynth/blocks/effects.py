"""Parameters that were given and had no effect: each is reported, for whoever gave it expected one."""

from __future__ import annotations

import warnings
from typing import Final, Literal

NO_STRATA: Final = "there are no strata"


def warn_unused(**reasons: str | Literal[False]) -> None:
    """Warn of each parameter for which there is a reason why it had no effect.

    Called by the function that a user calls.
    """
    for name, reason in reasons.items():
        if reason:
            warnings.warn(f"{name} has no effect: {reason}", stacklevel=3)
