"""Random sequence: every base drawn independently from one composition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, Unpack, overload

import numpy as np

from gsynth.blocks.compute import Compute
from gsynth.blocks.drawing import draw, kept_reference
from gsynth.blocks.drawn import Drawn
from gsynth.blocks.draws import Draws
from gsynth.blocks.effects import warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.sampling import BatchSampler
from gsynth.genomes import resolve_genome
from gsynth.model.composition import composition
from gsynth.model.thresholds import thresholds_from_cdf
from gsynth.outputs import Layout, check_output
from gsynth.outputs.layout import LINE
from gsynth.plugins.backends import load_sampler
from gsynth.typing import (
    AliasLike,
    Codes,
    ExecutorLike,
    FileFormat,
    GenomeLike,
    IntervalsLike,
    MaskLike,
    Names,
    OneHot,
    OneHotDtype,
    OutputFormat,
    OutputLike,
    Pad,
    RandomOptions,
    SeedLike,
    TextFormat,
    Written,
)


@overload
def gsynth_random(
    *,
    output: None = None,
    output_format: TextFormat | None = None,
    **options: Unpack[RandomOptions],
) -> list[str]: ...


@overload
def gsynth_random(
    *,
    output: OutputLike | None = None,
    output_format: Literal["vector"],
    **options: Unpack[RandomOptions],
) -> list[str]: ...


@overload
def gsynth_random(
    *,
    output: None = None,
    output_format: Literal["codes"],
    **options: Unpack[RandomOptions],
) -> Codes: ...


@overload
def gsynth_random(
    *,
    output: None = None,
    output_format: Literal["onehot"],
    **options: Unpack[RandomOptions],
) -> OneHot: ...


@overload
def gsynth_random(
    *,
    output: OutputLike,
    output_format: FileFormat | None = None,
    **options: Unpack[RandomOptions],
) -> None: ...


@overload
def gsynth_random(
    *,
    output: OutputLike | None = None,
    output_format: OutputFormat | None = None,
    **options: Unpack[RandomOptions],
) -> Written: ...


def gsynth_random(
    *,
    intervals: IntervalsLike | None = None,
    nuc_probs: Mapping[str, float] | None = None,
    output: OutputLike | None = None,
    output_format: OutputFormat | None = None,
    line_width: int = LINE,
    dtype: OneHotDtype = "uint8",
    pad: Pad | None = None,
    mask_copy: MaskLike | None = None,
    n_samples: int = 1,
    seed: SeedLike | None = None,
    genome: GenomeLike | None = None,
    preserve_n: bool = True,
    num_cores: int | None = None,
    backend: str | None = None,
    progress: bool | None = None,
    executor: ExecutorLike | None = None,
    chrom_alias: AliasLike | None = None,
    names: Names = "coordinates",
    overwrite: bool = False,
    report: Callable[[Drawn], object] | None = None,
) -> Written:
    """Draw every base independently from one composition.

    Parameters
    ----------
    intervals
        As in `gsynth_sample`.
    nuc_probs : mapping, optional
        Weights of exactly A, C, G and T (any case), not negative; normalised. Equal by default.
    output, output_format, line_width, dtype, pad, mask_copy, n_samples, seed, genome, preserve_n
        As in `gsynth_sample`.
    num_cores, backend, progress, executor, chrom_alias, names, overwrite
        As in `gsynth_sample`.
    report : callable, optional
        As in `gsynth_sample`.

    Returns
    -------
    list of str, array or None
        As in `gsynth_sample`.

    Raises
    ------
    ValueError
        Bad `nuc_probs`.

    Examples
    --------
    >>> gsynth_random(genome={"chr1": 10}, nuc_probs={"A": 0, "C": 0, "G": 1, "T": 0}, seed=1)
    ['GGGGGGGGGG']
    """
    compute = Compute.of(backend=backend, num_cores=num_cores, progress=progress, executor=executor)
    sampler = load_sampler(compute.backend)
    thresholds = thresholds_from_cdf(np.broadcast_to(np.cumsum(composition(nuc_probs)), (1, 4, 4)))
    # Every table, also the uniform one: an independent base does not depend on its context, not even on an N.
    thresholds[:] = thresholds[0]
    source = resolve_genome(genome)
    layout = Layout.of(line_width, dtype, pad)
    read = [genome, source, intervals, mask_copy, chrom_alias]
    check_output(output, output_format, read, overwrite=overwrite, n_samples=n_samples, layout=layout)
    inputs = Inputs.of(source, intervals, chrom_alias, names=names)
    sample_batch = BatchSampler(
        genome=source,
        strata=inputs.strata((), None, outside_bin=1),
        reference=kept_reference(inputs, mask_copy, sampler, preserve_n),
        sampler=sampler,
        order=1,
        thresholds=thresholds,
        start=None,
        unlearned=np.zeros(2, dtype=np.bool_),
        draws=Draws.of(inputs.intervals, n_samples, seed),
    )
    warn_unused(chrom_alias=inputs.idle_alias)
    return draw(sample_batch, output, output_format, layout, compute, "random", report)
