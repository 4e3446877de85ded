"""Merging: the observations of several models in a single one."""

from __future__ import annotations

from gsynth.errors import ArgumentError, ArgumentTypeError
from gsynth.model import GsynthModel
from gsynth.model.algebra import added


def gsynth_merge(*models: GsynthModel) -> GsynthModel:
    """Add the counts of models, as if all had been counted at once.

    Train contig by contig, species by species or on many machines, and add the results: counts, windows outside of the
    strata and their causes, masked windows and windows with N are sums of whole numbers, so the result equals a model
    that is trained on everything in one call. The priors "marginal" and "global" are computed from the sums, as in
    training.

    Parameters
    ----------
    *models : GsynthModel
        One or more, of the same order, with equal dimensions (expressions, breaks, merges), iterator, strands,
        smoothing, pseudocount, prior and min_obs. For a model from another program whose probabilities are those of its
        counts in single precision, the counts are used.

    Returns
    -------
    GsynthModel
        Their sum. Its metadata is what all models agree on, with the contigs of all in ``chrom_sizes``.

    Raises
    ------
    TypeError
        An argument that is not a model.
    ValueError
        No model; models that differ (the message says how); a model with other probabilities than its counts give,
        such as one with forbidden words (forbid them in the sum instead); sums beyond 2**63 - 1.

    Warns
    -----
    UserWarning
        Two models have the same counts.

    See Also
    --------
    GsynthModel.marginal : Sums dimensions away.
    GsynthModel.with_order : Lowers the order.

    Examples
    --------
    >>> from gsynth.training import gsynth_train
    >>> genome = {"chr1": "ACGTTGCA" * 100, "chr2": "GATTACA" * 30}
    >>> parts = [gsynth_train(genome=genome, intervals=name, k=2) for name in genome]
    >>> gsynth_merge(*parts) == gsynth_train(genome=genome, k=2)
    True
    """
    if not models:
        raise ArgumentError("there is no model to merge: give one or more")
    for model in models:
        if not isinstance(model, GsynthModel):
            raise ArgumentTypeError(f"every model must be a GsynthModel, found {type(model).__name__}")
    # Whether the models agree is checked there, for all of them before anything is added.
    return added(models)
