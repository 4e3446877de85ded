"""The two search trees of a bigWig: from names to contigs, and from places to sections."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

_CONTIGS_MAGIC: Final = 0x78CA8C91
_PLACES_MAGIC: Final = 0x2468ACE0
_CHILDREN: Final = 256
_NODE: Final = struct.Struct("<BBH")

SECTION: Final = np.dtype(
    [("first_id", "<u4"), ("first", "<u4"), ("last_id", "<u4"), ("last", "<u4"), ("offset", "<u8"), ("size", "<u8")]
)
"""An entry of the tree: from which base of which contig to which a section reaches, and where in the file it lies."""

_INNER: Final = np.dtype(SECTION.descr[:5])


def contig_tree(names: Sequence[str], sizes: NDArray[np.int64], offset: int) -> bytes:
    """The B+ tree of contigs, numbered in their order; it lies at `offset` in the file."""
    keys = [name.encode() for name in names]
    width = max(map(len, keys), default=1)
    # Readers search the keys by their bytes, whatever the order of the genome; the numbers stay those of the genome.
    order = sorted(range(len(keys)), key=keys.__getitem__)
    rows = np.zeros(len(keys), dtype=[("key", f"S{width}"), ("id", "<u4"), ("size", "<u4")])
    rows["key"] = [keys[i] for i in order]
    rows["id"], rows["size"] = order, sizes[order]
    inner = np.dtype([("key", f"S{width}"), ("offset", "<u8")])

    def parents(children: NDArray[Any]) -> NDArray[Any]:
        found = np.zeros(-(-children.size // _CHILDREN), dtype=inner)
        found["key"] = children["key"][::_CHILDREN]
        return found

    header = struct.pack("<IIIIQQ", _CONTIGS_MAGIC, _CHILDREN, width, 8, len(keys), 0)
    return header + _tree(rows, parents, offset + len(header))


def section_tree(sections: NDArray[Any], offset: int, per_section: int) -> bytes:
    """The R-tree of sections (`SECTION`, in the order of their positions); it lies at `offset` in the file."""

    def parents(children: NDArray[Any]) -> NDArray[Any]:
        firsts = np.arange(0, children.size, _CHILDREN)
        lasts = np.minimum(firsts + _CHILDREN, children.size) - 1
        found = np.zeros(firsts.size, dtype=_INNER)
        for name in ("first_id", "first"):
            found[name] = children[name][firsts]
        # Sections are sorted and do not overlap, so the last one reaches farthest.
        for name in ("last_id", "last"):
            found[name] = children[name][lasts]
        return found

    ends = (sections[0], sections[-1]) if sections.size else (np.zeros(1, dtype=SECTION)[0],) * 2
    span = ends[0]["first_id"], ends[0]["first"], ends[1]["last_id"], ends[1]["last"]
    header = struct.pack("<IIQIIIIQII", _PLACES_MAGIC, _CHILDREN, sections.size, *span, offset, per_section, 0)
    return header + _tree(sections, parents, offset + len(header))


def _tree(leaves: NDArray[Any], parents: Callable[[NDArray[Any]], NDArray[Any]], offset: int) -> bytes:
    """The nodes of a tree, the root first, then level by level; `offset` is where they lie in the file."""
    levels = [leaves]
    while levels[0].size > _CHILDREN:
        levels.insert(0, parents(levels[0]))
    for level, below in enumerate(levels[1:]):
        offset += _size_of(levels[level])
        # All nodes of a level but the last are full, so where a child lies follows from its number.
        nodes = np.arange(levels[level].size)
        levels[level]["offset"] = offset + nodes * (_NODE.size + _CHILDREN * below.itemsize)
    return b"".join(_nodes(level, is_leaf=level is leaves) for level in levels)


def _size_of(level: NDArray[Any]) -> int:
    # Without leaves there is still a root.
    return int(max(1, -(-level.size // _CHILDREN)) * _NODE.size + level.nbytes)


def _nodes(level: NDArray[Any], *, is_leaf: bool) -> bytes:
    parts = [level[start : start + _CHILDREN] for start in range(0, max(1, level.size), _CHILDREN)]
    return b"".join(_NODE.pack(is_leaf, 0, part.size) + part.tobytes() for part in parts)
