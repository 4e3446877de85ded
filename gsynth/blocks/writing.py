"""Writing the records of a call: made batch by batch on any thread, taken in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

from gsynth.blocks.batches import Batch
from gsynth.blocks.compute import Compute
from gsynth.outputs import Part, Sink

State = TypeVar("State")


class Producer(Protocol[State]):
    """Makes records."""

    def make(self, batch: Batch, place: int) -> tuple[State, Part]:
        """The part of a batch, and what `settle` needs to know about it. On any thread, in any order."""
        ...

    def settle(self, state: State) -> int:
        """Correct the part in place, now that all parts before it are known; how many of its first bases changed.

        In the order of the batches, one at a time.
        """
        ...


def write_records(
    producer: Producer[State],
    jobs: Iterable[Batch],
    opened: AbstractContextManager[Sink],
    compute: Compute,
    bar: AbstractContextManager[Any],
) -> list[str] | None:
    """Make every batch, write it to the sink, and show the bases written on the bar; returns the sink's result."""
    with opened as sink, bar as shown:

        def made(job: tuple[Batch, int]) -> tuple[State, Part, Any]:
            state, part = producer.make(*job)
            # On the worker: formatting, and writing to a file, is a large part of the work.
            return state, part, sink.made(part)

        def write(done: tuple[State, Part, Any]) -> None:
            state, part, text = done
            changed = producer.settle(state)
            if changed:
                sink.corrected(part, text, changed)
            sink.take(part, text)
            shown.update(part.letters.size)

        # `write` runs in the order of the batches, so each part is settled when its left neighbour is final.
        compute.run(made, _placed(jobs, sink), write)
    return sink.result()


def _placed(jobs: Iterable[Batch], sink: Sink) -> Iterator[tuple[Batch, int]]:
    """The batches, each with the place that the sink has reserved for its records."""
    # In the thread that hands out the jobs, so that places are reserved in the order of the records.
    place = 0
    for batch in jobs:
        if not batch.continues:
            place = sink.reserve(batch.chains)
        yield batch, place
