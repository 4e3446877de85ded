"""The checksum of the metadata: of their values, so that spelling them in another way changes nothing.

It says whether what stands in the file is what was written, not who wrote it: it protects from damage, not from malice.
Keys that were added later are not covered, and other programs ignore it as one more key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from gsynth.plugins import FormatError
from gsynth_gsm import fields
from gsynth_gsm.dialect import GSYNTH, WRITER
from gsynth_gsm.signature import METADATA

CHECKSUM: Final = "checksum"
_DATA: Final = "data"
_OWN: Final = "sha256"


def checksum_of(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The value of the key `CHECKSUM` for these metadata, as they are read."""
    keys = sorted(key for key in metadata if key != CHECKSUM)
    return {"keys": keys, _OWN: _digest(metadata, keys)}


def verify(metadata: Mapping[str, Any], where: str) -> None:
    """FormatError if the metadata hold other values than they were written with; files of other programs do not say."""
    writer = metadata.get(WRITER)
    # What another program has written since, though it kept the key, is no longer what gsynth wrote.
    if metadata.get(CHECKSUM) is None or not (isinstance(writer, str) and writer.startswith(GSYNTH)):
        return
    told = fields.mapping(metadata[CHECKSUM], CHECKSUM)
    keys = [fields.text(key, f"{CHECKSUM}.keys") for key in fields.listed(told.get("keys"))]
    digest = fields.text(told.get(_OWN), f"{CHECKSUM}.{_OWN}")
    if all(key in metadata for key in keys) and _digest(metadata, keys) == digest.lower():
        return
    raise FormatError(
        f"{where}: {METADATA} is damaged, or was edited: its values do not have the checksum with which they were "
        f"written; if you changed them on purpose, delete the key {CHECKSUM!r} from it"
    )


def _digest(metadata: Mapping[str, Any], keys: list[str]) -> str:
    covered = {key: metadata[key] for key in keys}
    if isinstance(covered.get(_DATA), dict):
        covered[_DATA] = {name: _without_own(entry) for name, entry in covered[_DATA].items()}
    # Dates, which YAML has and JSON lacks, as text.
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _without_own(entry: Any) -> Any:
    """The checksums of arrays need no other one: a wrong one is noticed, and without one the array is not checked."""
    return {key: value for key, value in entry.items() if key != _OWN} if isinstance(entry, dict) else entry
