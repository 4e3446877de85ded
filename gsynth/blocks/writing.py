"""Writing the records of a call: made batch by batch on any thread and taken in order, or share by share elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any, TypeVar

import attrs
from attrs import define, field

from gsynth.blocks.batches import Batch, Batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.producing import Divisible, MadeShare, Producer, ShareJob, ShareMaker
from gsynth.errors import ExecutorError
from gsynth.outputs import Part, Sink
from gsynth.outputs.opening import Written
from gsynth.outputs.shared import SharesFile

State = TypeVar("State")

Opens = Callable[[], AbstractContextManager[Sink]]
"""Opens the sink; more than once, if what was written is thrown away."""


def write_records(
    producer: Producer[State], jobs: Batches, opens: Opens, compute: Compute, bar: AbstractContextManager[Any]
) -> Written:
    """Make every batch, write it to the sink, and show the bases written on the bar; returns the sink's result."""
    with bar as shown:
        if compute.executor.elsewhere:
            return _write_shares(producer, jobs, opens, compute, shown)
        with opens() as sink:
            _write_batches(producer, jobs, sink, compute, shown)
        written: Written = sink.result()
        return written


def _write_batches(producer: Producer[State], jobs: Batches, sink: Sink, compute: Compute, shown: Any) -> None:
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


def _placed(jobs: Iterable[Batch], sink: Sink) -> Iterator[tuple[Batch, int]]:
    """The batches, each with the place that the sink has reserved for its records."""
    # In the thread that hands out the jobs, so that places are reserved in the order of the records.
    place = 0
    for batch in jobs:
        if not batch.continues:
            place = sink.reserve(batch.chains)
        yield batch, place


class _UncertainError(Exception):
    """What was written may still be overwritten by a worker that was taken for dead."""


def _write_shares(producer: Producer[Any], jobs: Batches, opens: Opens, compute: Compute, shown: Any) -> Written:
    if not isinstance(producer, Divisible):
        raise ExecutorError("this call runs on threads only: leave out the executor")
    try:
        return _write_once(producer, jobs, opens, compute, shown, whole=False)
    except _UncertainError:
        # To a new file, of which such a worker knows nothing; and in whole chains, so that nothing is made twice.
        return _write_once(producer, jobs, opens, compute, shown, whole=True)


def _write_once(
    producer: Divisible, jobs: Batches, opens: Opens, compute: Compute, shown: Any, *, whole: bool
) -> Written:
    lost = compute.executor.lost()
    with opens() as sink:
        taker = _ShareTaker.of(producer, jobs, sink, shown)
        shares = jobs.shares(compute.share_for(jobs.bases), whole=whole)
        compute.executor.run(taker.maker, taker.placed(shares), taker.take, compute.cores)
        # All attempts at a share write the same, but for what was redone here.
        if taker.redone and taker.maker.file is not None and compute.executor.lost() > lost:
            raise _UncertainError
    for report in taker.reports:
        producer.add(report)
    written: Written = sink.result()
    return written


@define
class _ShareTaker:
    """Takes shares in order, and redoes what was made after another end of the chain than the true one."""

    maker: ShareMaker
    sink: Sink
    shown: Any
    redone: int = 0
    reports: list[Any] = field(factory=list)
    _right: Any = None
    """The end of the chain that the next share continues."""
    _reserved: int = 0

    @classmethod
    def of(cls, producer: Divisible, jobs: Batches, sink: Sink, shown: Any) -> _ShareTaker:
        file = sink.shared() if isinstance(sink, SharesFile) else None
        return cls(ShareMaker(producer, jobs, file), sink, shown)

    def placed(self, shares: Iterable[Any]) -> Iterator[ShareJob]:
        """The jobs, each with the place that the sink has reserved for its records."""
        batches = self.maker.batches
        place = 0
        for share in shares:
            if self.maker.file is not None and not batches.continues(share):
                place = self.sink.reserve(share.chains)
            yield ShareJob(share, place)

    def take(self, made: MadeShare) -> None:
        """Write, or note as written, a share; the one before it is final."""
        left, right = made.ended.left, made.ended.right
        self.reports.append(made.ended.report)
        if left is not None and left != self._right:
            # Here: it is a few bases, unless chains do not meet; then one has to wait for the other anyway.
            again = self.maker(attrs.evolve(made.job, left=self._right, instead_of=left))
            self.redone += 1
            self.reports.append(again.ended.report)
            made.parts[: len(again.parts)] = again.parts
            right = right if again.met else again.ended.right
        self._right = right
        for part, text in made.parts:
            self._write(part, text)
        self.shown.update(self.maker.batches.bases_of(made.job.share))

    def _write(self, part: Part, text: Any) -> None:
        if self.maker.file is None:
            if part.begins:
                self._reserved = self.sink.reserve(part.numbers)
            part = attrs.evolve(part, place=self._reserved)
            text = self.sink.made(part)
        self.sink.take(part, text)
