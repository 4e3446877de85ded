"""From the files to the model."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from gsynth.plugins import ArgumentError, FormatError, GsynthModel, Outside
from gsynth_gsm import sizes
from gsynth_gsm.arrays import read_counts, read_prior
from gsynth_gsm.checksum import verify
from gsynth_gsm.container import Source, read_whole
from gsynth_gsm.dialect import PYMISHA, R_MISHA, WRITER
from gsynth_gsm.document import parse
from gsynth_gsm.header import UNSMOOTHED_MODE, Header, read_header
from gsynth_gsm.probabilities import stored_cdf
from gsynth_gsm.signature import MAX_METADATA_BYTES, METADATA

log = logging.getLogger("gsynth")


def read_model(source: Source) -> GsynthModel:
    """The model that the files hold, whoever wrote them."""
    meta = parse(read_whole(source, METADATA, MAX_METADATA_BYTES), source.where)
    model = _model(read_header(meta, source.where), meta, source)
    # After all that a message can name more exactly.
    verify(meta, source.where)
    return model


def _model(header: Header, meta: Mapping[str, Any], source: Source) -> GsynthModel:
    counts = read_counts(source, header.arrays["counts"])
    try:
        model = GsynthModel(
            k=header.k,
            dims=header.dims,
            counts=counts,
            outside=_outside(header, source),
            strands=header.strands,
            smoothing_mode=header.smoothing_mode,
            total_masked=header.total_masked,
            total_n=header.total_n,
            pseudocount=header.pseudocount,
            min_obs=header.min_obs,
            iterator=header.iterator,
            prior_mode=header.prior_mode,
            prior_matrix=_prior(header, counts, source),
            marginal_fallbacks=header.marginal_fallbacks,
            metadata=_with_sizes(header.metadata, meta, source),
        )
        _check_totals(header, model, source.where)
        cdf = stored_cdf(source, header.arrays["cdf"], model)
        if header.forbidden is not None:
            # Words that never came have probability 0 by the counts too: then the file's cdf is what they give.
            return attrs.evolve(model, stored_cdf=model.cdf if cdf is None else cdf, forbidden=header.forbidden)
        return model if cdf is None else attrs.evolve(model, stored_cdf=cdf)
    except ArgumentError as error:
        raise FormatError(f"{source.where}: {error}") from error


def _with_sizes(metadata: dict[str, Any], meta: Mapping[str, Any], source: Source) -> dict[str, Any]:
    entry = meta["data"].get(sizes.KEY)
    if entry is None:
        return metadata
    try:
        return {**metadata, sizes.KEY: sizes.read_sizes(entry, source)}
    except FormatError as error:
        message = str(error)
        raise error if message.startswith(source.where) else FormatError(f"{source.where}: {message}") from error


def _outside(header: Header, source: Source) -> Outside | None:
    if header.causes is None:
        return None
    return Outside(counts=read_counts(source, header.arrays["outside"]), causes=header.causes)


def _prior(header: Header, counts: NDArray[np.uint64], source: Source) -> NDArray[np.float64] | None:
    if header.prior_mode == UNSMOOTHED_MODE:
        return None
    entry = header.arrays.get("prior")
    prior = header.inline_prior if entry is None else read_prior(source, entry)
    if prior is None or entry is not None:
        return prior
    return _with_all_digits(prior, header.prior_mode, counts)


def _with_all_digits(prior: NDArray[np.float64], mode: str, counts: NDArray[np.uint64]) -> NDArray[np.float64]:
    """The prior with all its digits: an inline one has 15, and one computed from the counts can be computed again."""
    bases = counts.sum(axis=1)
    if mode == "global":
        bases = np.tile(bases.sum(axis=0), (len(bases), 1))
    elif mode != "marginal":
        return prior
    exact = np.full(prior.shape, 0.25)
    sums = bases.sum(axis=1, keepdims=True)
    np.divide(bases, sums, out=exact, where=sums > 0)
    return exact if np.allclose(prior, exact, rtol=0, atol=1e-14) else prior


def _check_totals(header: Header, model: GsynthModel, where: str) -> None:
    problem = _wrong_total(header, model.per_bin_kmers.tolist())
    if problem and header.metadata.get(WRITER) in (R_MISHA, PYMISHA):
        # Their forbid_kmer leaves the sums as they were before.
        log.info("%s: %s: the totals are older than the counts, which decide", where, problem)
    elif problem:
        raise FormatError(f"{where}: {problem}")


def _wrong_total(header: Header, found: list[int]) -> str:
    if header.per_bin_kmers is not None and header.per_bin_kmers != found:
        wrong = next(i for i, total in enumerate(found) if total != header.per_bin_kmers[i])
        return f"per_bin_kmers says {header.per_bin_kmers[wrong]:,} for bin {wrong}, its counts sum to {found[wrong]:,}"
    if header.total_kmers is not None and header.total_kmers != sum(found):
        return f"total_kmers is {header.total_kmers:,}, the counts sum to {sum(found):,}"
    return ""
