"""The random stream as raw bits, for a battery of tests.

``python -m benchmarks.stream_bits one|many | dieharder -g 200 -a``

"one" writes the words of one stream. "many" writes the first word of each of 25 contigs x 1,000 samples, then the
second of each, and so on: what two streams had in common would stand side by side. The words are whole (64 bits, of
which sampling takes the upper 31 of each half).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from gsynth.randomness import Streams, _mix, seed_sequence, streams

_CHUNK: Final = 1 << 17
CONTIGS: Final = [f"chr{number}" for number in range(1, 26)]
SAMPLES: Final = 1000


def words_of_one(stream: Streams) -> Iterator[NDArray[np.uint64]]:
    """The words of the first stream, without end."""
    start = 0
    while True:
        counters = np.arange(start + 1, start + _CHUNK + 1, dtype=np.uint64)
        yield _mix(stream.keys[0] + counters * stream.gammas[0])
        start += _CHUNK


def words_of_many(every: Streams) -> Iterator[NDArray[np.uint64]]:
    """A word of each stream, then the next one of each, without end."""
    counter = np.uint64(0)
    while True:
        counter += np.uint64(1)
        yield _mix(every.keys + counter * every.gammas)


def main() -> None:
    """Write until nobody reads."""
    ids, samples = np.divmod(np.arange(len(CONTIGS) * SAMPLES), SAMPLES)
    found = streams(seed_sequence(20_261_125), CONTIGS, ids, samples, np.zeros_like(ids))
    words = words_of_one(found) if sys.argv[1:] == ["one"] else words_of_many(found)
    try:
        for chunk in words:
            sys.stdout.buffer.write(chunk.astype("<u8").data)
    except BrokenPipeError:
        sys.stderr.close()


if __name__ == "__main__":
    main()
