"""Genomes of files in a pickle: opened again in the other process, if the file is the same there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from gsynth.errors import FormatError
from gsynth.files.addressing import FileAddress
from gsynth.plugins.contracts import Genome

Open = Callable[[Path], Genome]


def by_address(genome: Genome, open_again: Open, address: FileAddress) -> tuple[object, ...]:
    """What ``__reduce__`` of an open genome returns; never a handle, an index or a table of contigs."""
    return reopened, (open_again, address, contigs_digest(genome))


def reopened(open_again: Open, address: FileAddress, contigs: str) -> Genome:
    """The genome at an address.

    Raises
    ------
    MissingFileError, FormatError
        There is no such file where this process runs, or it is another one.
    """
    genome = address.reopened(open_again)
    if contigs_digest(genome) != contigs:
        raise FormatError(f"{address.path} has other contigs than when the call began: it has changed since")
    return genome


def contigs_digest(genome: Genome) -> str:
    """By which the names and lengths of a genome's contigs are recognised."""
    text = "".join(f"{name}\t{size}\n" for name, size in genome.contigs.items())
    return hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16).hexdigest()
