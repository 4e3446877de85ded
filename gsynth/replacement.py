"""Replacing a k-mer until none is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from gsynth.alphabet import to_upper
from gsynth.blocks import DEFAULT_BLOCK, Piece, cut
from gsynth.cores import resolve_cores
from gsynth.draws import Draws
from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.genomes import open_genome
from gsynth.intervals import resolve_intervals
from gsynth.output import check_output, open_sink
from gsynth.pipeline import run_in_order
from gsynth.plugins.backends import load_sampler
from gsynth.plugins.contracts import Genome, Replacer
from gsynth.progress import progress_bar
from gsynth.randomness import seed_sequence

_WALL_SEARCH: Final = 256
"""Bases that are looked through first for a wall."""


def gsynth_replace_kmer(
    target: str,
    replacement: str,
    *,
    intervals: Any = None,
    output: Any = None,
    output_format: str = "fasta",
    check_composition: bool = True,
    genome: Any = None,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    chrom_alias: Any = None,
) -> list[str] | None:
    """Replace a k-mer by another one of the same length, until none is left.

    Passes from left to right, stepping by one base, are repeated until one finds nothing. Each replacement moves the
    sequence one way in alphabetical order, so this ends. The result is in upper case.

    Parameters
    ----------
    target, replacement : str
        Case-insensitive; ``target == replacement`` changes nothing.
    intervals, output, output_format, genome, num_cores, backend, progress, chrom_alias
        As in `gsynth.gsynth_sample`. Nothing is replaced across the ends of an interval.
    check_composition : bool
        Refuse a replacement of another base composition.

    Returns
    -------
    list of str or None
        The sequences, interval by interval, if nothing was written.

    Raises
    ------
    ValueError
        Empty, of unequal length, or (with `check_composition`) of another composition.

    Examples
    --------
    >>> gsynth_replace_kmer("CG", "GC", genome={"chr1": "ACCGGT"})
    ['AGGCCT']
    """
    old, new = _check_kmers(target, replacement, check_composition)
    check_output(output, output_format)
    source = open_genome(genome)
    if not source.has_sequence:
        raise ArgumentError(f"{source.name} gives only contig sizes; replacing needs the sequence")
    draws = Draws.of(resolve_intervals(intervals, source, alias=chrom_alias), 1, seed_sequence(0), source)
    work = BlockReplacer(source, old, new, _load_replacer(backend))
    pieces = (part for piece in draws.pieces() for part in cut(piece, DEFAULT_BLOCK))
    with open_sink(output, output_format) as sink, progress_bar(draws.bases, "replace", progress) as bar:

        def write(replaced: tuple[Piece, NDArray[np.uint8]]) -> None:
            piece, letters = replaced
            draws.write(sink, piece, letters)
            bar.update(piece.size)

        run_in_order(work, pieces, write, resolve_cores(num_cores))
    return sink.result()


@frozen
class BlockReplacer:
    """Replaces in one piece, between walls: bases that are not in the target, which no replacement crosses.

    A piece owns what lies between the first wall at or after its begin and the first one at or after its end, so the
    pieces of an interval can be worked on in any order.
    """

    genome: Genome
    target: NDArray[np.uint8]
    replacement: NDArray[np.uint8]
    replacer: Replacer

    def __call__(self, piece: Piece) -> tuple[Piece, NDArray[np.uint8]]:
        first = piece.first if piece.first == piece.start else self._wall(piece, piece.first)
        last = self._wall(piece, piece.last)
        if first >= last:
            return piece, np.empty(0, dtype=np.uint8)
        letters = to_upper(self.genome.fetch(piece.contig, first, last))
        if not np.array_equal(self.target, self.replacement):
            self.replacer.replace(letters, self.target, self.replacement)
        return piece, letters

    def _wall(self, piece: Piece, position: int) -> int:
        """The first wall of the interval at or after `position`; its end if there is none."""
        step = _WALL_SEARCH
        while position < piece.end:
            last = min(position + step, piece.end)
            bases = to_upper(self.genome.fetch(piece.contig, position, last))
            walls = np.flatnonzero(~np.isin(bases, self.target))
            if walls.size:
                return position + int(walls[0])
            position, step = last, 2 * step
        return piece.end


def _load_replacer(backend: str | None) -> Replacer:
    sampler = load_sampler(backend)
    return sampler if isinstance(sampler, Replacer) else PlainReplacer()


def _check_kmers(target: Any, replacement: Any, check_composition: bool) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    if not isinstance(target, str) or not isinstance(replacement, str):
        raise ArgumentTypeError("target and replacement must be strings")
    old, new = target.upper(), replacement.upper()
    if not old or not new:
        raise ArgumentError("target and replacement must not be empty")
    if len(old) != len(new):
        raise ArgumentError(f"target {target!r} and replacement {replacement!r} must have the same length")
    if not set(old + new) <= set("ACGT"):
        raise ArgumentError(f"target {target!r} and replacement {replacement!r} must be of A, C, G and T")
    if check_composition and sorted(old) != sorted(new):
        raise ArgumentError(
            f"target {target!r} and replacement {replacement!r} differ in composition; "
            "check_composition=False allows that"
        )
    return np.frombuffer(old.encode(), dtype=np.uint8), np.frombuffer(new.encode(), dtype=np.uint8)


class PlainReplacer:
    """Replaces in plain Python: for samplers that cannot; see `gsynth.plugins.Replacer`."""

    def replace(self, bases: NDArray[np.uint8], target: NDArray[np.uint8], replacement: NDArray[np.uint8]) -> None:
        cells = bytearray(bases.tobytes())
        old, new = target.tobytes(), replacement.tobytes()
        replaced = _first_pass(cells, old, new)
        while replaced:
            replaced = _next_pass(cells, old, new, replaced)
        bases[:] = np.frombuffer(cells, dtype=np.uint8)


def _first_pass(cells: bytearray, target: bytes, replacement: bytes) -> list[int]:
    replaced = []
    at = cells.find(target)
    while at >= 0:
        cells[at : at + len(target)] = replacement
        replaced.append(at)
        at = cells.find(target, at + 1)
    return replaced


def _next_pass(cells: bytearray, target: bytes, replacement: bytes, before: Sequence[int]) -> list[int]:
    """One more pass, only where a target can have come up: before a hit of the last pass, behind one of this."""
    width = len(target)
    replaced: list[int] = []
    at = 0
    for hit in before:
        at, last = max(at, hit - width + 1), hit - 1
        while at <= last:
            if cells[at : at + width] == target:
                cells[at : at + width] = replacement
                replaced.append(at)
                last = max(last, at + width - 1)
            at += 1
    return replaced
