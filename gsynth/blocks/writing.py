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
        """The part of a batch, and what `settle` has to know of it. On any thread, in any order."""
        ...

    def settle(self, state: State) -> int:
        """Correct the part in place, now that all before it are known; how many of its first bases changed.

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
    """Make every batch into the sink, and say on the bar how many bases are written; what the sink returns."""
    with opened as sink, bar as shown:

        def made(job: tuple[Batch, int]) -> tuple[State, Part, Any]:
            state, part = producer.make(*job)
            return state, part, sink.made(part)

        def write(done: tuple[State, Part, Any]) -> None:
            state, part, text = done
            changed = producer.settle(state)
            if changed:
                sink.corrected(part, text, changed)
            sink.take(part, text)
            shown.update(part.letters.size)

        compute.run(made, _placed(jobs, sink), write)
    return sink.result()


def _placed(jobs: Iterable[Batch], sink: Sink) -> Iterator[tuple[Batch, int]]:
    """The batches, each with the place that the sink reserved for its records."""
    place = 0
    for batch in jobs:
        if not batch.continues:
            place = sink.reserve(batch.chains)
        yield batch, place
