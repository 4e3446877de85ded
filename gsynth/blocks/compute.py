"""How a call runs: which backend, on how many threads, in blocks of what size. No result depends on these."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final, TypeVar

import attrs
from attrs import field, frozen

from gsynth.blocks.batches import MIN_BLOCK, Batch, Batches, Share, fitting_block
from gsynth.blocks.choosing import ExecutorLike, resolve_executor
from gsynth.blocks.cores import resolve_cores
from gsynth.blocks.executors import Executor, Threads
from gsynth.blocks.progress import progress_bar
from gsynth.model.values import whole

log = logging.getLogger("gsynth")

Job = TypeVar("Job")
Result = TypeVar("Result")

_LEAST_SHARE: Final = 1 << 22
_MOST_SHARE: Final = 1 << 26
"""Bases of a share: enough that sending its job costs nothing, and few enough that a worker that dies loses little."""

_SHARES_PER_WORKER: Final = 4


@frozen
class Compute:
    """How a call runs.

    Parameters
    ----------
    backend : str or None
        The name of the backend; None: that of GSYNTH_BACKEND, or the best.
    cores : int
        Worker threads.
    block : int or None
        Bases per block, as asked for; None: chosen to suit the work.
    progress : bool or None
        Whether to show a bar; None: on a terminal and in a notebook.
    executor : Executor
        What runs the jobs.
    """

    backend: str | None = None
    cores: int = 1
    block: int | None = None
    progress: bool | None = None
    executor: Executor = field(factory=Threads)

    @classmethod
    def of(
        cls,
        *,
        backend: str | None,
        num_cores: int | None,
        progress: bool | None,
        allow_parallel: bool = True,
        max_chunk_size: int | None = None,
        executor: ExecutorLike | None = None,
    ) -> Compute:
        """From the parameters of a call, as `gsynth.gsynth_train` documents them."""
        cores = resolve_cores(num_cores, allow_parallel=allow_parallel)
        log.debug("threads: %d", cores)
        block = None if max_chunk_size is None else whole(max_chunk_size, "max_chunk_size (bases per block)", low=1)
        return cls(backend, cores, block, progress, resolve_executor(executor))

    def at_most(self, cores: int) -> Compute:
        """The same on at most `cores` threads."""
        return attrs.evolve(self, cores=max(1, min(self.cores, cores)))

    def block_for(self, bases: int, iterator: int | None = None, *, default: int | None = None) -> int:
        """Bases per block for work on `bases` bases; if no size was asked for, `default` or what suits their number.

        A multiple of the iterator, so that most windows are evaluated only once.
        """
        suited = fitting_block(bases, self.cores) if default is None else default
        # Never below the length of a context, whatever was asked for: no result depends on the size.
        size = max(suited if self.block is None else self.block, MIN_BLOCK)
        return size if iterator is None else -(-size // iterator) * iterator

    def run(self, work: Callable[[Job], Result], jobs: Iterable[Job], take: Callable[[Result], object]) -> None:
        """Do the jobs: `work` on any thread or in any process, `take` here with its results in their order."""
        if not (self.executor.elsewhere and isinstance(jobs, Batches)):
            self.executor.run(work, jobs, take, self.cores)
            return

        def take_all(results: list[Result]) -> None:
            for result in results:
                take(result)

        # Jobs of a few bytes each, instead of columns of positions and the names of all contigs.
        self.executor.run(ShareWork(work, jobs), jobs.shares(self.share_for(jobs.bases)), take_all, self.cores)

    def share_for(self, bases: int, *, most: int = 0) -> int:
        """Bases per share for work on `bases` bases; up to `most`, if that is more than what is usual."""
        suited = bases // (_SHARES_PER_WORKER * self.executor.slots(self.cores))
        return max(_LEAST_SHARE if self.block is None else self.block, min(suited, max(most, _MOST_SHARE)))

    @contextmanager
    def opened(self) -> Iterator[Compute]:
        """The same with its executor ready to run jobs, until the block ends."""
        with self.executor.opened() as executor:
            yield attrs.evolve(self, executor=executor)

    def bar(self, total: int, what: str) -> AbstractContextManager[Any]:
        """A progress bar over `total` bases."""
        return progress_bar(total, what, self.progress)


@frozen
class ShareWork:
    """The work on each batch of a share."""

    work: Callable[[Batch], Any]
    batches: Batches

    def __call__(self, share: Share) -> list[Any]:
        return [self.work(batch) for batch in self.batches.of(share)]
