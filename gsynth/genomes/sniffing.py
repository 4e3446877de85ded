"""What kind of file a genome is, by its content, never by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from gsynth.files.likeness import HEAD, likeness, unpacked_head
from gsynth.files.textblocks import is_pipe
from gsynth.files.words import columns_of
from gsynth.genomes.sizes_lines import is_header, is_sizes_line

Kind = Literal["fasta", "bgzip", "gzip", "2bit", "sizes", "empty", "unknown", "missing", "folder", "pipe"]

_BOM = b"\xef\xbb\xbf"


def sniff(path: Path) -> Kind:
    """The kind of the file at `path`; "gzip" and "bgzip" only where a FASTA is inside.

    Never raises for what it finds: what is no file, or cannot be read at all, is "missing". A pipe is not read, as that
    can be done only once.
    """
    if path.is_dir():
        return "folder"
    if is_pipe(path):
        return "pipe"
    raw = _head(path)
    if raw is None:
        return "missing"
    if not raw:
        return "empty"
    text = unpacked_head(raw)
    found = likeness(text)
    if found is not None and found.kind == "2bit" and text is raw:
        return "2bit"
    if _is_fasta(text):
        return "fasta" if text is raw else "bgzip" if is_bgzip(raw) else "gzip"
    return "sizes" if found is None and _is_sizes(text) else "unknown"


def described(path: Path) -> str:
    """What a message says of a file that is no genome: "looks like FASTQ, that is reads"."""
    raw = _head(path)
    if raw is None:
        return "cannot be read, or is no file"
    found = likeness(unpacked_head(raw))
    packed = ", inside gzip: decompress it (gunzip)" if raw[:2] == b"\x1f\x8b" else ""
    return "looks like no kind of genome" if found is None else f"looks like {found}{packed}"


def _head(path: Path) -> bytes | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return file.read(HEAD)
    except (OSError, ValueError):
        return None


def is_bgzip(head: bytes) -> bool:
    """True if `head` begins a BGZF block: gzip with an extra subfield ``BC`` of two bytes."""
    return (
        len(head) >= 18
        and head[:4] == b"\x1f\x8b\x08\x04"
        and int.from_bytes(head[10:12], "little") == 6
        and head[12:16] == b"BC\x02\x00"
    )


def _is_fasta(head: bytes) -> bool:
    return head.removeprefix(_BOM).lstrip(b"\r\n")[:1] == b">"


def _is_sizes(head: bytes) -> bool:
    """True if the first line with data is a name and a size, or column names of such; the reader sees to the rest."""
    for line in head.removeprefix(_BOM).decode("utf-8", "replace").splitlines():
        if line.strip() and not line.startswith("#"):
            columns = columns_of(line)
            # A size that is written in another way (1e6) gets an error with its line.
            return is_header(columns) or is_sizes_line(columns) or (len(columns) == 2 and columns[1][0].isdecimal())
    return False
