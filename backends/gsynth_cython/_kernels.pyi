import numpy as np
from numpy.typing import NDArray

def build() -> tuple[str, bool]: ...
def count(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    order: int,
    out: NDArray[np.uint64],
) -> int: ...
def sample(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    uniforms: NDArray[np.uint32],
    order: int,
    thresholds: NDArray[np.uint32],
) -> None: ...
def sample_stream(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    stream_edges: NDArray[np.int64],
    keys: NDArray[np.uint64],
    gammas: NDArray[np.uint64],
    positions: NDArray[np.int64],
    order: int,
    thresholds: NDArray[np.uint32],
) -> None: ...
def score(
    codes: NDArray[np.uint8],
    edges: NDArray[np.int64],
    strata: NDArray[np.int32],
    cuts: NDArray[np.int64],
    order: int,
    logs: NDArray[np.int32],
    sums: NDArray[np.int64],
    left_out: NDArray[np.int32],
) -> None: ...
def shuffle(
    codes: NDArray[np.uint8],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    keys: NDArray[np.uint64],
    gammas: NDArray[np.uint64],
    positions: NDArray[np.int64],
    order: int,
) -> None: ...
def encode(bases: NDArray[np.uint8], out: NDArray[np.uint8]) -> int: ...
def compose(bases: NDArray[np.uint8], edges: NDArray[np.int64], out: NDArray[np.int64]) -> None: ...
def decode(codes: NDArray[np.uint8], out: NDArray[np.uint8]) -> None: ...
def replace(bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None: ...
