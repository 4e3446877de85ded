"""A last check of the letters of a block, before those that are not A, C, G or T are read as N."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gsynth.files.segments import places_of
from gsynth.genomes.letters import SHOWN, first_wrong, holds_only_n, letter_error
from gsynth.intervals.pieces import Pieces
from gsynth.plugins.contracts import Genome


def check_letters(genome: Genome, pieces: Pieces, bases: NDArray[np.uint8], unknown: int) -> None:
    """FormatError if a base of the pieces, which lie one after the other in `bases`, is not a nucleotide.

    `unknown` is how many of them are not A, C, G or T.

    A file that already has an index is not read completely when it is opened, and a genome of another kind may hold
    anything. So blocks with letters other than A, C, G and T, which are few, are checked here.
    """
    if holds_only_n(bases, unknown):
        return
    at = first_wrong(bases)
    if at is None:
        return
    places = places_of(pieces.sizes)
    piece = int(np.searchsorted(places, at, side="right")) - 1
    position = int(pieces.firsts[piece] + at - places[piece])
    contig = pieces.names[int(pieces.ids[piece])]
    around = bases[max(int(places[piece]), at - SHOWN) : min(int(places[piece + 1]), at + SHOWN)]
    raise letter_error(f"{genome.name}, {contig}:{position + 1}", int(bases[at]), around.tobytes())
