"""Files that are not models: of other kinds, damaged, or claiming sizes that they do not have."""

from __future__ import annotations

import contextlib
import copy
import functools
import gzip
import io
import pickle
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

_T = TypeVar("_T")

CHANGED: Final = "another byte at"
"""In the description of damage that a format need not notice."""

LARGE: Final = (2**20, 2**27)
"""Claims that cost a hundred megabytes if they are believed, of one length among several and of a length by itself:
enough to be seen, too little to stop the machine."""

_MOST_CLAIMS: Final = 8
_HEAD: Final = 4096


class Trap:
    """Unpickling it would create a file."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.marker,)


def foreign_files(folder: Path, suffix: str) -> Iterator[Path]:
    """Files and folders with the suffix of the format that are not models."""
    noise = np.random.default_rng(3).integers(0, 256, 4000).astype(np.uint8).tobytes()
    files = {
        "empty": b"",
        "text": b">chr1\nACGT\n",
        "noise": b"\x01" + noise,
        "yaml_list": b"- 1\n- 2\n",
        "yaml_mapping": b"format: something_else\nversion: 1\n",
        "json": b'{"format": "gsynth_model"}',
        "json_list": b"[1, 2]",
        "deep": b"[" * 5000,
        "pickle": pickle.dumps({"k": 3}),
        "zip_magic": b"PK\x03\x04" + noise[:100],
    }
    for name, data in files.items():
        path = folder / f"{name}{suffix}"
        path.write_bytes(data)
        yield path
    with zipfile.ZipFile(folder / f"zip{suffix}", "w") as archive:
        archive.writestr("readme.txt", "not a model")
    yield folder / f"zip{suffix}"
    (folder / f"folder{suffix}").mkdir()
    yield folder / f"folder{suffix}"


def contents(path: Path) -> dict[str, bytes]:
    """The bytes of every file at `path`, by relative name; '.' for a plain file."""
    if path.is_file():
        return {".": path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


def write_contents(path: Path, members: dict[str, bytes]) -> None:
    """Write what `contents` read."""
    if set(members) == {"."}:
        path.write_bytes(members["."])
        return
    path.mkdir()
    for name, data in members.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)


def damaged(members: dict[str, bytes]) -> Iterator[tuple[dict[str, bytes], str]]:
    """Copies of a file with a member truncated, lengthened, lost, or with a byte changed; and what was done."""
    for name, data in members.items():
        for size in sorted({0, 1, len(data) // 2, len(data) - 9, len(data) - 1} & set(range(len(data)))):
            yield {**members, name: data[:size]}, f"{name} cut from {len(data)} to {size} bytes"
        yield {**members, name: data + b"\0" * 8}, f"{name} lengthened by 8 zero bytes"
        if len(members) > 1:
            yield {other: kept for other, kept in members.items() if other != name}, f"{name} lost"
        for place in range(0, len(data), max(1, len(data) // 12)):
            changed = data[:place] + bytes([data[place] ^ 0x55]) + data[place + 1 :]
            yield {**members, name: changed}, f"{name} with {CHANGED} {place}"


def claims(members: dict[str, bytes]) -> Iterator[tuple[dict[str, bytes], str]]:
    """Copies of a file in which one number, of those that may be a size, is large; and which."""
    for name, data in members.items():
        for changed, what in _larger(data):
            yield {**members, name: changed}, f"{name}: {what}"
        for inner, whole, place in _inner(data):
            for changed, what in _larger(inner):
                yield {**members, name: whole(changed)}, f"{name}, {place}: {what}"


def _larger(data: bytes) -> Iterator[tuple[bytes, str]]:
    """`data` with one number of its head replaced: written in digits, or as an integer of 4 or 8 bytes."""
    head = data[:_HEAD]
    # Lengths of 4 and 8 bytes stand at multiples of 4 in nearly every format.
    offsets = range(0, min(len(head), 256), 4)
    places = [(at, form) for at in offsets for form in ("<Q", ">Q", "<I", ">I") if _is_size(head, at, form)]
    numbers = [found.span() for found in re.finditer(rb"(?<![\d.eE-])\d{1,7}(?![\d.])", head)]
    for start, end in _some(numbers):
        for large in LARGE:
            digits, what = b"%d" % large, f"{large} for {data[start:end].decode()}, byte {start}"
            yield data[:start] + digits + data[end:], what
            for at, length in _lengths_of(data, places, start):
                # The length of the text in which the number stands is right again.
                longer = struct.pack(length, struct.unpack_from(length, data, at)[0] + len(digits) - (end - start))
                yield data[:at] + longer + data[at + len(longer) : start] + digits + data[end:], what
    for at, form in _some(places):
        for large in LARGE:
            packed = struct.pack(form, large)
            yield data[:at] + packed + data[at + len(packed) :], f"{large} as {form} at byte {at}"


def _lengths_of(data: bytes, places: list[tuple[int, str]], at: int) -> list[tuple[int, str]]:
    """The integers that may be the length of what follows them, if that holds the byte `at` and ends in the file."""
    ends = [(place, form, place + struct.calcsize(form)) for place, form in places]
    return [
        (place, form)
        for place, form, begin in ends
        if begin <= at < begin + struct.unpack_from(form, data, place)[0] <= len(data)
    ][-2:]


def _is_size(data: bytes, at: int, form: str) -> bool:
    with contextlib.suppress(struct.error):
        return bool(0 < struct.unpack_from(form, data, at)[0] < 2**24)
    return False


def _some(found: list[_T]) -> list[_T]:
    step = -(-len(found) // _MOST_CLAIMS)
    return found[:: max(step, 1)]


def _inner(data: bytes) -> Iterator[tuple[bytes, Callable[[bytes], bytes], str]]:
    """What is packed in a file, and what packs something else in its place, with checksums that are right."""
    if data[:4] == b"PK\x03\x04" and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist() if not info.is_dir()]
        for name, inner in members:
            yield inner, functools.partial(_zip_with, data, name), name
    elif data[:2] == b"\x1f\x8b":
        with contextlib.suppress(zlib.error, OSError, EOFError):
            yield gzip.decompress(data), functools.partial(gzip.compress, mtime=0), "inflated"


def _zip_with(data: bytes, name: str, new: bytes) -> bytes:
    """A zip with other contents of one member."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as archive:
        for info in old.infolist():
            # A copy, because writing sets the sizes of what was written in it.
            archive.writestr(copy.copy(info), new if info.filename == name else old.read(info))
    return made.getvalue()


def bombs(members: dict[str, bytes]) -> Iterator[tuple[dict[str, bytes], str]]:
    """Copies of a compressed file of which one part inflates to very much; and which."""
    zeros = bytes(max(LARGE))
    for name, data in members.items():
        parts = list(_inner(data))
        packed = sum(len(inner) for inner, _, _ in parts) > len(data)
        # What is stored as it is cannot grow.
        for _, whole, place in parts[-1:] if packed else []:
            yield {**members, name: whole(zeros)}, f"{name}, {place}: {len(zeros):,} zeros, packed"
