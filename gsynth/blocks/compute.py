"""How a call runs: which backend, on how many threads, in blocks of what size. No result depends on these."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeVar

import attrs
from attrs import frozen

from gsynth.blocks.batches import MIN_BLOCK, fitting_block
from gsynth.blocks.cores import resolve_cores
from gsynth.blocks.executor import run_in_order
from gsynth.blocks.progress import progress_bar
from gsynth.model.values import whole

log = logging.getLogger("gsynth")

Job = TypeVar("Job")
Result = TypeVar("Result")


class Executor(Protocol):
    """Runs jobs: ``take(work(job))`` for each, `take` in their order; see `gsynth.blocks.executor.run_in_order`."""

    def __call__(
        self, work: Callable[[Job], Result], jobs: Iterable[Job], take: Callable[[Result], object], workers: int, /
    ) -> None: ...


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
    executor: Executor = run_in_order

    @classmethod
    def of(
        cls,
        *,
        backend: str | None,
        num_cores: int | None,
        progress: bool | None,
        allow_parallel: bool = True,
        max_chunk_size: int | None = None,
    ) -> Compute:
        """From the parameters of a call, as `gsynth.gsynth_train` documents them."""
        cores = resolve_cores(num_cores, allow_parallel=allow_parallel)
        log.debug("threads: %d", cores)
        block = None if max_chunk_size is None else whole(max_chunk_size, "max_chunk_size (bases per block)", low=1)
        return cls(backend, cores, block, progress)

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
        """Do the jobs: `work` on any thread, `take` with its results in their order."""
        self.executor(work, jobs, take, self.cores)

    def bar(self, total: int, what: str) -> AbstractContextManager[Any]:
        """A progress bar over `total` bases."""
        return progress_bar(total, what, self.progress)
