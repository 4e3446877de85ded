"""What makes the records of a call: batch by batch in order, or in shares that other processes make in any order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from attrs import frozen

from gsynth.blocks.batches import Batch, Batches, Share
from gsynth.outputs import Part, Sink
from gsynth.outputs.shared import SharedFile

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


@frozen(eq=False)
class Ended:
    """What a producer of a share leaves behind.

    Attributes
    ----------
    left, right : object with ``==`` that is a bool, or None
        What it took for the end of the chain before its first batch, and what the end of its last one is; None where
        nothing of the chain comes before, or after.
    report : object with ``+`` and ``-``, or None
        What it says about the records.
    """

    left: Any
    right: Any
    report: Any


@runtime_checkable
class Divisible(Protocol):
    """Optional ability of a producer: copies of it make shares of the batches, in any order."""

    def begun(self, batch: Batch, left: Any) -> Producer[Any]:
        """A copy that makes `batch` first, and then the batches that follow it.

        `left` is the end of the chain before it (see `Ended`), or None: what that most probably is. It has `ended`.
        """
        ...

    def ended(self) -> Ended:
        """What is left behind by the batches that were settled."""
        ...

    def add(self, report: Any) -> None:
        """Add what a copy has reported."""
        ...


@frozen(eq=False)
class ShareJob:
    """A share, the place of its first record, or of the record that it continues, and the end of the chain before.

    `instead_of` is another end, with which the share was made before: then only what differs is made.
    """

    share: Share
    place: int = 0
    left: Any = None
    instead_of: Any = None


@frozen(eq=False)
class MadeShare:
    """A share that is made: its job, what the sink needs of its parts, and how it ended.

    `met` says that from the end of its parts on it is what it was before.
    """

    job: ShareJob
    parts: list[tuple[Part, Any]]
    ended: Ended
    met: bool = False


_NOTHING = Part(np.empty(0, np.int64), np.empty(0, np.uint8), np.empty(0, np.int64))


@frozen
class ShareMaker:
    """Makes shares; they are written to the file, if there is one, else their parts are returned with their letters."""

    producer: Any
    batches: Batches
    file: SharedFile | None

    def __call__(self, job: ShareJob) -> MadeShare:
        with nullcontext() if self.file is None else self.file.opened(job.place) as sink:
            return self._redone(job, sink) if job.instead_of is not None else self._made(job, sink)

    def _made(self, job: ShareJob, sink: Sink | None) -> MadeShare:
        producer, parts = None, []
        for batch, place in self._placed(job, sink):
            producer = producer or self.producer.begun(batch, job.left)
            parts.append(_part(producer, batch, place, sink))
        assert producer is not None, "a share has a batch"
        return MadeShare(job, parts, producer.ended())

    def _redone(self, job: ShareJob, sink: Sink | None) -> MadeShare:
        """Make the batches of the share again, until it ends as before."""
        parts, met, producers = [], False, None
        for batch, place in self._placed(job, sink):
            if producers is None:
                producers = [self.producer.begun(batch, left) for left in (job.left, job.instead_of)]
            new, old = producers
            parts.append(_part(new, batch, place, sink))
            _part(old, batch, place, None)
            met = new.ended().right == old.ended().right
            if met:
                break
        assert producers is not None, "a share has a batch"
        new, old = (producer.ended() for producer in producers)
        return MadeShare(job, parts, Ended(new.left, new.right, new.report - old.report), met)

    def _placed(self, job: ShareJob, sink: Sink | None) -> Iterator[tuple[Batch, int]]:
        place = job.place
        for batch in self.batches.of(job.share):
            if sink is not None and not batch.continues:
                place = sink.reserve(batch.chains)
            yield batch, place


def _part(producer: Producer[Any], batch: Batch, place: int, sink: Sink | None) -> tuple[Part, Any]:
    state, part = producer.make(batch, place)
    producer.settle(state)
    return (part, None) if sink is None else (_NOTHING, sink.made(part))
