"""The source of a track as one text, as a user writes it on the command line."""

from __future__ import annotations

import os
import re
from typing import Final

from gsynth.errors import ArgumentError
from gsynth.files.addresses import address_error, is_address

_OPTION: Final = re.compile(r"(?:^|,)\s*([A-Za-z_]\w*)\s*=")
_FORMS: Final = "FILE, FILE:COLUMN, FILE:COLUMN:PATTERN or FILE:KEY=VALUE,..."


def parse_track_option(text: str) -> tuple[str, str | dict[str, str]]:
    """The name and source in ``NAME=SOURCE``, as the command line takes it; see `parse_source`.

    Examples
    --------
    >>> parse_track_option("atac=atac.bw")
    ('atac', 'atac.bw')
    >>> parse_track_option("state=states.bed.gz:name")
    ('state', {'path': 'states.bed.gz', 'column': 'name'})
    >>> parse_track_option('cgs=kmer_frac("CG")')
    ('cgs', 'kmer_frac("CG")')
    """
    name, equals, source = text.partition("=")
    if not (equals and name.strip() and source.strip()):
        raise ArgumentError(f"{text!r}: a track is given as NAME=SOURCE, the source {_FORMS}; for example atac=atac.bw")
    return name.strip(), parse_source(source.strip())


def parse_source(text: str) -> str | dict[str, str]:
    """A source as one text: a path as it is, and what follows its colon as options.

    ``FILE``, ``FILE:COLUMN``, ``FILE:COLUMN:PATTERN`` or ``FILE:KEY=VALUE,...``; or a named track with arguments. Where
    a path holds colons itself, the longest one that exists is meant.

    Raises
    ------
    ArgumentError
        An address on the network; a colon with nothing after it.

    Examples
    --------
    >>> parse_source("states.bed:name:[A-Z]+")
    {'path': 'states.bed', 'column': 'name', 'pattern': '[A-Z]+'}
    >>> parse_source("signal.txt:format=bedgraph")
    {'path': 'signal.txt', 'format': 'bedgraph'}
    """
    if is_address(text):
        raise address_error("track", text)
    words = text.split(":")
    ends = [end for end in range(len(words), 0, -1) if os.path.exists(":".join(words[:end]))]
    # Without such a file the first colon ends the path; in a call, kmer_frac("A:B"), it does not.
    end = ends[0] if ends else (1 if "(" not in words[0] else len(words))
    if end == len(words):
        return text
    path, rest = ":".join(words[:end]), ":".join(words[end:])
    return {"path": path, **_options(text, rest)}


def _options(text: str, rest: str) -> dict[str, str]:
    keys = list(_OPTION.finditer(rest))
    if keys and keys[0].start() == 0:
        # A value goes on up to the next key, so that a pattern may hold commas.
        ends = [key.start() for key in keys[1:]] + [len(rest)]
        found = {key[1]: rest[key.end() : end].strip() for key, end in zip(keys, ends, strict=True)}
    else:
        column, colon, pattern = rest.partition(":")
        found = {"column": column.strip(), **({"pattern": pattern} if colon else {})}
    if not all(found.values()):
        raise ArgumentError(f"{text!r}: expected {_FORMS}; for example x.bed:name")
    return found
