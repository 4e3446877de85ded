"""The codes of stretches of a genome, one after the other with a gap between, as evaluation reads them."""

from __future__ import annotations

import numpy as np
from attrs import field, frozen
from numpy.typing import NDArray

from gsynth.alphabet import NOT_ACGT, NumpyTranscoder
from gsynth.files.segments import copy_segments, places_of
from gsynth.genomes.fetching import fetch
from gsynth.intervals.masks import Mask
from gsynth.intervals.pieces import Pieces
from gsynth.plugins import checking
from gsynth.plugins.contracts import Encoder, Genome


@frozen(eq=False)
class Codes:
    """Codes of pieces, each followed by one code of 4.

    Attributes
    ----------
    codes : uint8[sum of sizes + p]
    bases : uint8[sum of sizes]
        ASCII, without the gaps.
    places : int64[p]
        Where in `codes` each piece begins.
    lows, highs : int64[p]
        The stretch of its contig that each piece shows, 0-based half-open.
    """

    codes: NDArray[np.uint8]
    bases: NDArray[np.uint8]
    places: NDArray[np.int64]
    lows: NDArray[np.int64]
    highs: NDArray[np.int64]


@frozen(eq=False)
class Reader:
    """Reads the pieces of a genome; the bases of a mask become 4, as N does.

    Parameters
    ----------
    genome : Genome
    mask : Mask or None
    encoder : object
        What encodes if it can, a counter for example.
    """

    genome: Genome
    mask: Mask | None = None
    encoder: object = None
    _encoder: Encoder = field(init=False)

    @_encoder.default
    def _own_encoder(self) -> Encoder:
        return self.encoder if isinstance(self.encoder, Encoder) else NumpyTranscoder()

    def read(self, pieces: Pieces, behind: int = 0, ahead: int = 0) -> Codes:
        """The pieces, with up to so many bases of their contigs before and after each."""
        sizes = np.array([self.genome.contigs[pieces.names[row]] for row in pieces.ids.tolist()], dtype=np.int64)
        lows, highs = np.maximum(pieces.firsts - behind, 0), np.minimum(pieces.lasts + ahead, sizes)
        bases = fetch(self.genome, pieces.names, pieces.ids, lows, highs).of(lows, highs)
        dense = np.empty(bases.size, dtype=np.uint8)
        checking.encode(self._encoder, "counter", bases, dense)
        within = places_of(highs - lows)
        if self.mask is not None:
            for first, last in self.mask.block_runs(pieces.covering(lows, highs), within[:-1], bases).tolist():
                dense[first:last] = NOT_ACGT
        places = within[:-1] + np.arange(len(pieces))
        codes = np.full(bases.size + len(pieces), NOT_ACGT, dtype=np.uint8)
        copy_segments(dense, within[:-1], codes, places, highs - lows)
        return Codes(codes, bases, places, lows, highs)
