"""The types of the arguments of the calls, for annotations: ``def mine(genome: gsynth.typing.GenomeLike) -> None``.

`GenomeLike`
    A path that a genome plugin can read, a mapping of names to sequences or sizes, or an open genome.
`OpenGenome`
    What `gsynth.open_genome` returns.
`AliasLike`
    A mapping from the names in a file to the genome's, a text file of two columns with the same, or "ucsc-ensembl".
`IntervalsLike`
    The path of a BED file, a region such as ``chr1:1-1,000``, ``(contig, start, end)``, a DataFrame with these columns,
    or a sequence of such.
`MaskLike`
    Like `IntervalsLike`, or the word "soft"; a sequence may mix these.
`TrackLike`, `TracksLike`
    A path, a dict of a path with options, contigs with their arrays, a track, or a function of windows; and a mapping
    of names to such.
`DimLike`
    A `gsynth.DimSpec`, or a dict with its ``expr`` and ``breaks``.
`PriorLike`
    The name of a prior, or weights.
`MergeRanges`, `MergeLike`, `CellsLike`
    Merges of one dimension's bins, those of all dimensions, and redirects of joint cells.
`OutputLike`, `OutputFormat`, `TextFormat`, `FileFormat`
    The path of a file or an open binary file; and the names of formats: all, those of strings, those of files.
`OneHotDtype`, `Pad`
    The numbers of one-hot arrays, and to how many bases their rows are padded.
`Codes`, `OneHot`, `Written`
    What calls return: codes of bases, one-hot vectors, and any of what they return.
`Names`
    After what records are named.
`SmoothingMode`, `Strands`, `MaskOverlap`
    How seldom seen contexts get their probabilities, which strands are counted, and which windows a mask keeps out.
`Init`, `OutsideSource`, `Closed`, `ForbidMethod`
    How the first bases are drawn, how to draw where a window has no bin, at which end a bin includes its break, and how
    words are forbidden.
`ScoreFormat`, `ScorePolicy`, `ScoreOutside`, `Reach`
    The names of formats for scores, the scores of bases about which a model knows too little, and where contexts lie.
`Drawn`, `Shuffled`
    What a sample or a shuffle is made of, as passed to the function `report`.
`ExecutorLike`, `Executor`, `DaskClient`
    Where the jobs of a call run: the address of a Dask scheduler, ``local:4``, a ``distributed.Client``, or an object
    that runs them.
`SeedLike`
    A whole number, a SeedSequence or a Generator of NumPy.
`PathLike`
    The path of a file or folder.
`Frame`, `Series`
    A DataFrame or a column of pandas, polars, pyarrow, or anything else that narwhals reads.
`SampleOptions`, `RandomOptions`, `ShuffleOptions`, `ReplaceOptions`, `ScoreOptions`
    The parameters of `gsynth_sample`, `gsynth_random`, `gsynth_shuffle`, `gsynth_replace_kmer` and `gsynth_score`,
    except the model and the output, as dicts for ``**``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypedDict

from gsynth.blocks.choosing import DaskClient, ExecutorLike
from gsynth.blocks.drawn import Drawn
from gsynth.blocks.executors import Executor
from gsynth.blocks.scoring import Reach
from gsynth.blocks.shuffled import Shuffled
from gsynth.files import PathLike
from gsynth.files.frames import Frame, Series
from gsynth.genomes.aliases import AliasLike
from gsynth.genomes.opened import OpenGenome
from gsynth.genomes.opening import GenomeLike
from gsynth.intervals.collecting import IntervalsLike
from gsynth.intervals.masks import MaskLike, MaskOverlap
from gsynth.model import GsynthModel
from gsynth.model.binning import Closed, MergeRanges
from gsynth.model.dimension import DimLike
from gsynth.model.forbid import ForbidMethod
from gsynth.model.logs import ScoreOutside, ScorePolicy
from gsynth.model.merging import CellsLike, MergeLike
from gsynth.model.outside import OutsideSource
from gsynth.model.priors import PriorLike
from gsynth.model.smoothing import SmoothingMode
from gsynth.model.start import Init
from gsynth.model.strands import Strands
from gsynth.outputs.arrays import Codes, OneHot
from gsynth.outputs.kinds import FileFormat, OutputFormat, TextFormat
from gsynth.outputs.layout import OneHotDtype, Pad
from gsynth.outputs.opening import OutputLike, Written
from gsynth.outputs.records import Names
from gsynth.outputs.score_opening import ScoreFormat
from gsynth.randomness import SeedLike
from gsynth.tracks.sources import TrackLike, TracksLike

__all__ = [
    "AliasLike",
    "CellsLike",
    "Closed",
    "Codes",
    "DaskClient",
    "DimLike",
    "Drawn",
    "Executor",
    "ExecutorLike",
    "FileFormat",
    "ForbidMethod",
    "Frame",
    "GenomeLike",
    "Init",
    "IntervalsLike",
    "MaskLike",
    "MaskOverlap",
    "MergeLike",
    "MergeRanges",
    "Names",
    "OneHot",
    "OneHotDtype",
    "OpenGenome",
    "OutputFormat",
    "OutputLike",
    "OutsideSource",
    "Pad",
    "PathLike",
    "PriorLike",
    "RandomOptions",
    "Reach",
    "ReplaceOptions",
    "SampleOptions",
    "ScoreFormat",
    "ScoreOptions",
    "ScoreOutside",
    "ScorePolicy",
    "SeedLike",
    "Series",
    "ShuffleOptions",
    "Shuffled",
    "SmoothingMode",
    "Strands",
    "TextFormat",
    "TrackLike",
    "TracksLike",
    "Written",
]


class _Options(TypedDict, total=False):
    intervals: IntervalsLike | None
    genome: GenomeLike | None
    num_cores: int | None
    backend: str | None
    progress: bool | None
    executor: ExecutorLike | None
    chrom_alias: AliasLike | None


class _WrittenOptions(_Options, total=False):
    names: Names
    overwrite: bool
    line_width: int
    dtype: OneHotDtype
    pad: Pad | None


class _DrawOptions(_WrittenOptions, total=False):
    mask_copy: MaskLike | None
    n_samples: int
    seed: SeedLike | None
    preserve_n: bool
    report: Callable[[Drawn], object] | None


class ReplaceOptions(_WrittenOptions, total=False):
    """Parameters of `gsynth.gsynth_replace_kmer`."""

    check_composition: bool


class RandomOptions(_DrawOptions, total=False):
    """Parameters of `gsynth.gsynth_random`."""

    nuc_probs: Mapping[str, float] | None


class ShuffleOptions(_WrittenOptions, total=False):
    """Parameters of `gsynth.gsynth_shuffle`."""

    k: int
    window: int | None
    mask_copy: MaskLike | None
    n_samples: int
    seed: SeedLike | None
    allow_parallel: bool
    max_chunk_size: int | None
    preserve_n: bool
    keep_case: bool
    report: Callable[[Shuffled], object] | None


class SampleOptions(_DrawOptions, total=False):
    """Parameters of `gsynth.gsynth_sample`."""

    only: MaskLike | None
    iterator: int | None
    bin_merge: MergeLike | None
    allow_parallel: bool
    max_chunk_size: int | None
    tracks: TracksLike | None
    init: Init
    outside: OutsideSource
    cell_merge: CellsLike | None
    keep_case: bool


class ScoreOptions(_Options, total=False):
    """Parameters of `gsynth.gsynth_score`."""

    mask: MaskLike | None
    resolution: int | None
    sparse_policy: ScorePolicy
    n_policy: ScorePolicy
    outside: ScoreOutside
    context: Reach
    overwrite: bool
    against: GsynthModel | None
    iterator: int | None
    tracks: TracksLike | None
    allow_parallel: bool
    max_chunk_size: int | None
