"""bigWigs that other readers were reported to refuse: they hold no values, which is no fault of theirs."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest

import gsynth
from gsynth.errors import FormatError
from gsynth.genomes import open_genome
from gsynth.tracks import open_tracks

SIZE = 2000
EDGES = np.arange(0, SIZE + 1, 500)


def values(path: Path) -> list[float]:
    (track,) = open_tracks(["x"], {"x": path}, open_genome({"chr1": SIZE}))
    found: list[float] = track.window_values("chr1", EDGES, None).tolist()
    return found


def with_a_section_of_no_records(path: Path, kind: int) -> None:
    """A real bigWig whose only section is replaced by one of `kind` (1 bedGraph, 2 variable, 3 fixed) and 0 records."""
    pybigtools = pytest.importorskip("pybigtools", reason="pybigtools writes the bigWig")
    pybigtools.open(str(path), "w").write({"chr1": SIZE}, [("chr1", 10 * i, 10 * i + 10, 1.5) for i in range(100)])
    data = bytearray(path.read_bytes())
    (index,) = struct.unpack_from("<Q", data, 24)
    # Behind the 48 bytes of the index and the 4 of its root, which is a leaf: contig, start, contig, end, place, size.
    place, size = struct.unpack_from("<QQ", data, index + 52 + 16)
    section = zlib.decompress(data[place : place + size])
    empty = zlib.compress(section[:20] + struct.pack("<BBH", kind, 0, 0))
    data[place : place + len(empty)] = empty
    struct.pack_into("<Q", data, index + 52 + 24, len(empty))
    path.write_bytes(data)


@pytest.mark.parametrize("kind", [1, 2, 3])
def test_bigtools_18_a_section_of_no_records_holds_no_values(tmp_path: Path, kind: int) -> None:
    with_a_section_of_no_records(tmp_path / "x.bw", kind)
    assert np.isnan(values(tmp_path / "x.bw")).all()


def test_bigtools_95_a_header_without_data_holds_no_values(tmp_path: Path) -> None:
    pybigwig = pytest.importorskip("pyBigWig", reason="pyBigWig writes a bigWig without data")
    file = pybigwig.open(str(tmp_path / "x.bw"), "w")
    file.addHeader([("chr1", SIZE)])
    file.close()
    assert np.isnan(values(tmp_path / "x.bw")).all()
    # The same header over data means that a writer was stopped before it wrote the index.
    data = bytearray((tmp_path / "x.bw").read_bytes())
    (begins,) = struct.unpack_from("<Q", data, 16)
    struct.pack_into("<Q", data, begins, 1)
    (tmp_path / "x.bw").write_bytes(data)
    with pytest.raises(FormatError, match="it has no index"):
        values(tmp_path / "x.bw")


def test_pybigwig_132_quantiles_are_those_of_the_finite_values(tmp_path: Path) -> None:
    pybigtools = pytest.importorskip("pybigtools", reason="pybigtools writes the bigWig")
    rows = [("chr1", 100 * i, 100 * i + 100, float("inf") if i % 4 == 0 else float(i)) for i in range(SIZE // 100)]
    pybigtools.open(str(tmp_path / "x.bw"), "w").write({"chr1": SIZE}, rows)
    finite = [i for i in range(SIZE // 100) if i % 4]
    genome = {"chr1": "ACGTTGCAGG" * (SIZE // 10)}
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        with pytest.warns(UserWarning, match="5 values of 't' are infinite: the breaks are those of the others"):
            model = gsynth.gsynth_train(
                {"expr": "t", "breaks": "q2"}, genome=genome, tracks={"t": tmp_path / "x.bw"}, iterator=100, k=1
            )
    assert model.dims[0].breaks.tolist() == [-np.inf, np.median(finite), np.inf]
    assert model.outside.kmers == 0


@pytest.mark.parametrize("letters", [23, 24, 25])
def test_contig_names_of_any_length_in_a_tree_with_inner_nodes(tmp_path: Path, letters: int) -> None:
    """Items of 32 bytes, which 24 letters make, are those of the index's leaves, too."""
    pybigtools = pytest.importorskip("pybigtools", reason="pybigtools writes the bigWig")
    name, path = "c" * letters, tmp_path / "x.bw"
    pybigtools.open(str(path), "w").write({name: SIZE}, [(name, 0, 1000, 2.5)])
    data = bytearray(path.read_bytes())
    # The tree of contigs again at the end, its leaf below an inner node that leads to it.
    (tree,) = struct.unpack_from("<Q", data, 8)
    key_size = struct.unpack_from("<I", data, tree + 8)[0]
    header, leaf = data[tree : tree + 32], data[tree + 32 : tree + 36 + key_size + 8]
    assert (key_size, struct.unpack_from("<BBH", leaf)) == (letters, (1, 0, 1))
    struct.pack_into("<Q", data, 8, len(data))
    below = len(data) + 32 + 4 + key_size + 8
    data += header + struct.pack("<BBH", 0, 0, 1) + name.encode() + struct.pack("<Q", below) + leaf
    path.write_bytes(data)
    (track,) = open_tracks(["x"], {"x": path}, open_genome({name: SIZE}))
    assert track.window_values(name, EDGES, None).tolist()[:2] == [2.5, 2.5]
