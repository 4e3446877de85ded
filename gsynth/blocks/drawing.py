"""Drawing chains into an output: what sampling from a model and from a composition have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from gsynth.blocks.batches import batches
from gsynth.blocks.compute import Compute
from gsynth.blocks.drawn import Drawn
from gsynth.blocks.effects import warn_unused
from gsynth.blocks.inputs import Inputs
from gsynth.blocks.reference import Reference
from gsynth.blocks.sampling import BatchSampler, JoinedSampler, transcoder_of
from gsynth.blocks.writing import write_records
from gsynth.errors import ArgumentError
from gsynth.intervals import contig_sizes
from gsynth.intervals.masks import MaskLike, copied_outside
from gsynth.outputs import Layout, Records, open_sink
from gsynth.outputs.kinds import OutputFormat
from gsynth.outputs.opening import OutputLike, Written
from gsynth.plugins.contracts import Sampler


def draw(
    sample_batch: BatchSampler,
    output: OutputLike | None,
    output_format: OutputFormat | None,
    layout: Layout,
    compute: Compute,
    what: str,
    report: Callable[[Drawn], object] | None,
) -> Written:
    """Draw every chain into the output, and report what was drawn."""
    draws, strata = sample_batch.draws, sample_batch.strata
    records = Records(draws.intervals, contig_sizes(sample_batch.genome), draws.n_samples)
    block = compute.block_for(draws.bases, strata.step)
    # Cut where windows begin: a base at p belongs to the window at p - k.
    jobs = batches(draws.intervals, block, n_samples=draws.n_samples, shift=sample_batch.order)
    joined = JoinedSampler(sample_batch)
    opens, bar = partial(open_sink, output, output_format, records, layout), compute.bar(records.bases, what)
    with compute.opened() as running:
        written = write_records(joined, jobs, opens, running, bar)
    joined.drawn.warn(strata.dims, wanted=sample_batch.reference.only)
    copies = sample_batch.reference.mask_copy is not None
    warn_unused(mask_copy=copies and not joined.drawn.copied and "it holds no A, C, G or T of the intervals")
    if report is not None:
        report(joined.drawn)
    return written


def kept_reference(
    inputs: Inputs,
    mask_copy: MaskLike | None,
    sampler: Sampler,
    preserve_n: bool,
    keep_case: bool = False,
    only: MaskLike | None = None,
) -> Reference:
    """What is kept of the reference; ArgumentError if it has no sequence to keep."""
    genome, mask = inputs.genome, inputs.mask(mask_copy, "mask_copy")
    if only is not None:
        if not genome.has_sequence:
            raise ArgumentError(f"only copies the reference elsewhere, but {genome.name} has only contig sizes")
        mask = copied_outside(inputs.mask(only, "only"), mask)
    if mask is not None and not genome.has_sequence:
        raise ArgumentError(f"mask_copy copies the reference, but {genome.name} has only contig sizes")
    if keep_case and not genome.has_sequence:
        raise ArgumentError(f"keep_case copies the case of the reference, but {genome.name} has only contig sizes")
    return Reference(genome, mask, preserve_n, keep_case, transcoder_of(sampler), only=only is not None)
