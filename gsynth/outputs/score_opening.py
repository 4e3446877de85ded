"""Where scores go: into memory, into a file that appears whole or not at all, or into a misha database."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, Literal, get_args

import numpy as np
from attrs import frozen

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.files.atomic import real, replacing
from gsynth.files.inputs import check_not_an_input
from gsynth.files.overwriting import check_new
from gsynth.files.suffixes import kind_of
from gsynth.genomes.sidecar import sidecar
from gsynth.intervals import Intervals, contig_sizes
from gsynth.outputs.bedgraph import BedGraphSink, check_bedgraph_names
from gsynth.outputs.bigwig import BigWigSink, check_bigwig_contigs
from gsynth.outputs.npz import NpzSink
from gsynth.outputs.places import check_binary, check_path, check_place
from gsynth.outputs.score_tables import ArraysSink, FrameSink
from gsynth.outputs.scores import ScoreSink
from gsynth.plugins.contracts import Genome

FRAME: Final = "frame"
ARRAYS: Final = "arrays"
BEDGRAPH: Final = "bedgraph"
BIGWIG: Final = "bigwig"
NPZ: Final = "npz"
MISHA: Final = "misha"

ScoreFormat = Literal["frame", "arrays", "bedgraph", "bigwig", "npz", "misha"]
"""The name of a format for scores."""

SCORE_FORMATS: Final = get_args(ScoreFormat)

_IN_MEMORY: Final = (FRAME, ARRAYS)
# Readers of these search by position.
_IN_ORDER: Final = (BEDGRAPH, BIGWIG, MISHA)
_SUFFIXES: Final = {
    ".bedgraph": BEDGRAPH, ".bg": BEDGRAPH, ".bdg": BEDGRAPH, ".bw": BIGWIG, ".bigwig": BIGWIG, ".npz": NPZ,
}  # fmt: skip
_BGZIP: Final = (".gz", ".bgz")
_INDICES: Final = (".tbi", ".csi")


@frozen
class Form:
    """How scores are written: one of `SCORE_FORMATS`, in bgzip or not."""

    name: str
    compressed: bool = False

    def arranged(self, intervals: Intervals) -> Intervals:
        """The intervals in the order of the genome, if the format requires it.

        Raises
        ------
        ArgumentError
            Two of them overlap, so that a base would have two scores.
        """
        if self.name not in _IN_ORDER:
            return intervals
        order = np.lexsort((intervals.ends, intervals.starts, intervals.ids))
        ids, starts, ends = intervals.ids[order], intervals.starts[order], intervals.ends[order]
        twice = np.flatnonzero((ids[1:] == ids[:-1]) & (starts[1:] < ends[:-1]))
        if twice.size:
            i = int(twice[0])
            name = intervals.names[int(ids[i])]
            raise ArgumentError(
                f"intervals {name}:{starts[i]}-{ends[i]} and {name}:{starts[i + 1]}-{ends[i + 1]} (0-based half-open) "
                f"overlap: {self.name} holds one value per base; merge them, or use output_format='{FRAME}'"
            )
        return Intervals(intervals.names, ids, starts, ends)


def check_score_output(
    output: Any,
    output_format: str | None,
    genome: Genome,
    inputs: Sequence[object] = (),
    *,
    overwrite: bool = False,
) -> Form:
    """The form in which scores go to `output`; refuses early what could not be written."""
    if output_format is not None and output_format not in SCORE_FORMATS:
        raise ArgumentError(f"output_format must be one of {', '.join(SCORE_FORMATS)}, found {output_format!r}")
    if output is None or output_format in _IN_MEMORY:
        return _in_memory(output, output_format)
    form = _form_of(output, output_format)
    names = list(genome.contigs)
    if form.name == BEDGRAPH:
        check_bedgraph_names(names)
    elif form.name == BIGWIG:
        check_bigwig_contigs(names, contig_sizes(genome))
    elif form.name == MISHA:
        _check_track(output, genome)
    if form.name != MISHA and not hasattr(output, "write"):
        path = check_path(output)
        check_place(path)
        check_not_an_input([path, *_outdated(path)], inputs)
        check_new([path], overwrite=overwrite)
    return form


def _in_memory(output: Any, output_format: str | None) -> Form:
    if output is not None:
        raise ArgumentError(f"output_format={output_format!r} is returned, not written: leave out output")
    if output_format is not None and output_format not in _IN_MEMORY:
        raise ArgumentError(f"output_format={output_format!r} needs an output to write to")
    return Form(output_format or FRAME)


def _form_of(output: Any, output_format: str | None) -> Form:
    """The form that `output_format` and the suffix ask for."""
    if output_format == MISHA:
        return Form(MISHA)
    if hasattr(output, "write"):
        check_binary(output)
        if output_format is None:
            raise ArgumentError("an open file has no suffix: give the output_format")
        # Its header is written last.
        if output_format == BIGWIG and not (hasattr(output, "seekable") and output.seekable()):
            raise ArgumentError("a bigWig cannot be written to a stream: name a file")
        return Form(output_format)
    path = check_path(output)
    compressed = path.suffix.lower() in _BGZIP
    inner = Path(path.stem) if compressed else path
    promised = _SUFFIXES.get(inner.suffix.lower())
    found = output_format or promised
    if found is None:
        raise ArgumentError(f"output {path} has none of the suffixes {', '.join(_SUFFIXES)}: give the output_format")
    other = kind_of(inner) if promised is None else None
    if other is not None or promised not in (None, found):
        raise ArgumentError(f"output {path} asks for {other or promised}, output_format for {found}")
    if compressed and found != BEDGRAPH:
        raise ArgumentError(f"output {path} asks for bgzip, which only {BEDGRAPH} is written in")
    return Form(found, compressed)


def _check_track(output: Any, genome: Genome) -> None:
    """Refuse what cannot name a new track in the genome's database."""
    from gsynth.tracks.misha import database_of, stored_tracks

    root = database_of(genome)
    if root is None:
        raise ArgumentError(f"output_format='{MISHA}' needs a misha database as genome, found {genome.name}")
    if not isinstance(output, str):
        raise ArgumentTypeError(f"output must be the name of a track, found {type(output).__name__}")
    if output in stored_tracks(root):
        raise ArgumentError(f"{root} already has a track {output!r}: remove it, or choose another name")
    import pymisha  # noqa: F401  # the error belongs here, before the work


def _outdated(path: Path) -> list[Path]:
    """The indices of the file's present content."""
    return [found for suffix in _INDICES if (found := sidecar(real(path), suffix)).is_file()]


@contextmanager
def open_score_sink(
    output: Any, form: Form, genome: Genome, intervals: Intervals, resolution: int
) -> Iterator[ScoreSink]:
    """The sink for the scores of the intervals' windows; a path gets its content once all went well."""
    if form.name in _IN_MEMORY:
        yield FrameSink(intervals.names) if form.name == FRAME else ArraysSink(intervals.names)
    elif form.name == MISHA:
        from gsynth.outputs.misha import MishaSink
        from gsynth.tracks.misha import database_of

        root = database_of(genome)
        assert root is not None, "it was looked at before"
        misha = MishaSink(root, output, intervals.names, contig_sizes(genome), resolution)
        yield misha
        misha.finish()
    elif isinstance(output, io.RawIOBase):
        # An unbuffered file may take only a part of what it is given.
        buffered: Any = io.BufferedWriter(output)
        try:
            yield from _written(buffered, form, genome, intervals, resolution)
        finally:
            # Not closed: the file is the caller's.
            buffered.detach()
    elif hasattr(output, "write"):
        yield from _written(output, form, genome, intervals, resolution)
        output.flush()
    else:
        path = Path(output)
        with replacing(path, outdated=_outdated(path)) as (file,):
            yield from _written(file, form, genome, intervals, resolution)


def _written(file: IO[bytes], form: Form, genome: Genome, intervals: Intervals, resolution: int) -> Iterator[ScoreSink]:
    sink: BedGraphSink | BigWigSink | NpzSink
    if form.name == BEDGRAPH:
        sink = BedGraphSink(file, intervals.names, form.compressed)
    elif form.name == BIGWIG:
        sink = BigWigSink(file, intervals.names, contig_sizes(genome), resolution)
    else:
        sink = NpzSink(file, intervals, resolution)
    yield sink
    sink.finish()
