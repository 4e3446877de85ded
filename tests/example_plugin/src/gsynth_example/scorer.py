"""A scorer that goes base by base, in plain Python."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_NOT_ACGT = 4
_IMPOSSIBLE = -(2**31)


class SteppingScorer:
    """See `gsynth.plugins.Scorer`."""

    def score(
        self,
        codes: NDArray[np.uint8],
        edges: NDArray[np.int64],
        strata: NDArray[np.int32],
        cuts: NDArray[np.int64],
        *,
        order: int,
        logs: NDArray[np.int32],
        sums: NDArray[np.int64],
        left_out: NDArray[np.int32],
    ) -> None:
        cells = np.repeat(np.arange(sums.size), np.diff(cuts)).tolist()
        stratum = np.repeat(strata, np.diff(edges)).tolist()
        context, since_n = 0, 0
        for i, code in enumerate(codes.tolist(), -order):
            if i >= 0 and stratum[i] >= -1:
                reason = 0 if code == _NOT_ACGT else 1 if since_n < order else 2 if stratum[i] < 0 else -1
                log = int(logs[stratum[i], context, code]) if reason < 0 else 0
                if reason < 0 and log != _IMPOSSIBLE:
                    sums[cells[i]] += log
                else:
                    left_out[cells[i], 3 if reason < 0 else reason] += 1
            context, since_n = (context << 2 | code & 3) % 4**order, 0 if code == _NOT_ACGT else since_n + 1
