"""What a call sends to other processes: every kind of genome and track, by its address and never by its content."""

from __future__ import annotations

import gzip
import multiprocessing
import os
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from operator import attrgetter, methodcaller
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gsynth.errors import FormatError, MissingFileError
from gsynth.files.addressing import FileAddress
from gsynth.files.bgzip import BgzipWriter
from gsynth.genomes import open_genome
from gsynth.intervals.masks import resolve_mask
from gsynth.outputs.bigwig import BigWigSink
from gsynth.tracks import open_tracks

try:
    import cloudpickle
except ImportError:
    cloudpickle = None

# Of a process with threads, which other tests may have left.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

SIZE = 300_000
SMALL = 2_000
"""Bytes of a pickle; the sequence is a hundred times as large."""

GENOMES = ["plain", "bgzip", "gzip", "crlf", "2bit", "misha", "sizes"]
DUMPS = [pickle.dumps] if cloudpickle is None else [pickle.dumps, cloudpickle.dumps]
EDGES = np.arange(0, 3_001, 300)


def sequence() -> bytes:
    return np.frombuffer(b"ACGTacgtN", dtype=np.uint8)[np.random.default_rng(1).integers(0, 9, SIZE)].tobytes()


def fasta(newline: bytes = b"\n") -> bytes:
    bases = sequence()
    lines = [bases[i : i + 60] for i in range(0, SIZE, 60)]
    return newline.join([b">a", *lines, b">b", b"ACGT", b""])


def bgzipped(text: bytes, path: Path) -> None:
    with path.open("wb") as file:
        writer = BgzipWriter(file)
        writer.write(text)
        writer.finish()


def twobit(path: Path) -> None:
    """Without N and lower case."""
    packed = np.random.default_rng(2).integers(0, 256, SIZE // 4, dtype=np.uint8).tobytes()
    head = np.array([0x1A412743, 0, 1, 0], dtype="<u4").tobytes() + b"\x01a" + np.array([22], dtype="<u4").tobytes()
    path.write_bytes(head + np.array([SIZE, 0, 0, 0], dtype="<u4").tobytes() + packed)


def genome_path(kind: str, folder: Path) -> Path:
    path = folder / f"genome.{kind}"
    if kind in ("plain", "crlf"):
        path.write_bytes(fasta(b"\r\n" if kind == "crlf" else b"\n"))
    elif kind == "bgzip":
        bgzipped(fasta(), path)
    elif kind == "gzip":
        path.write_bytes(gzip.compress(fasta(), 1))
    elif kind == "2bit":
        twobit(path)
    elif kind == "misha":
        (path / "seq").mkdir(parents=True)
        (path / "chrom_sizes.txt").write_text(f"a\t{SIZE}\n")
        (path / "seq" / "a.seq").write_bytes(sequence())
    else:
        path.write_text(f"a\t{SIZE}\nb\t4\n")
    return path


@pytest.fixture(scope="module", params=["fork", "spawn"])
def pool(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessPoolExecutor]:
    """Another process, which runs in a folder of its own."""
    context, folder = multiprocessing.get_context(request.param), tmp_path_factory.mktemp("elsewhere")
    with ProcessPoolExecutor(1, mp_context=context, initializer=os.chdir, initargs=(folder,)) as pool:
        yield pool


def asked(thing: Any, track: bool) -> Callable[[Any], Any]:
    """What is asked of a genome or a track, for an array."""
    if not track:
        return methodcaller("fetch", "a", 1_000, SIZE - 7) if thing.has_sequence else attrgetter("has_sequence")
    bases = np.frombuffer(sequence(), dtype=np.uint8)[: EDGES[-1] + thing.flank] if thing.uses_sequence else None
    return methodcaller("window_values", "a", EDGES, bases)


def check(thing: Any, small: int, pool: ProcessPoolExecutor, *, track: bool = False) -> None:
    """The thing and its pickles are the same, here and in a process that runs in another folder."""
    ask = asked(thing, track)
    for dumps in DUMPS:
        packed = dumps(thing)
        assert len(packed) < small
        found = pickle.loads(packed)
        np.testing.assert_array_equal(ask(found), ask(thing))
        assert track or dict(found.contigs) == dict(thing.contigs)
        # A pickle of what came from one: the address is that of the file, not of the first process's folder.
        np.testing.assert_array_equal(ask(pickle.loads(dumps(found))), ask(thing))
    np.testing.assert_array_equal(pool.submit(ask, thing).result(), ask(thing))


@pytest.mark.parametrize("kind", GENOMES)
def test_genomes(kind, tmp_path, monkeypatch, pool):
    path = genome_path(kind, tmp_path)
    monkeypatch.chdir(tmp_path)
    check(open_genome(path.name), SMALL, pool)


def test_genomes_in_memory(pool):
    check(open_genome({"a": sequence()}), 2 * SIZE, pool)
    check(open_genome({"a": SIZE}), SMALL, pool)
    aliased: Any = open_genome({"a": sequence()}, chrom_alias={"1": "a"})
    assert pickle.loads(pickle.dumps(aliased)).chrom_alias == aliased.chrom_alias


@pytest.mark.parametrize("kind", GENOMES[:6])
def test_a_genome_that_has_changed(kind, tmp_path):
    path = genome_path(kind, tmp_path)
    packed = pickle.dumps(open_genome(path))
    file = path / "seq" / "a.seq" if kind == "misha" else path
    content = bytearray(file.read_bytes())
    # One base, in the middle, and the time of change as before.
    content[len(content) // 2] = content[len(content) // 2] ^ 1
    state = file.stat()
    file.write_bytes(content)
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    with pytest.raises(FormatError, match="is another file than the one with which the call began"):
        pickle.loads(packed)


def test_a_genome_that_is_not_there(tmp_path):
    path = genome_path("plain", tmp_path)
    packed = pickle.dumps(open_genome(path))
    path.unlink()
    with pytest.raises(MissingFileError, match="every machine that takes part needs it under the same path"):
        pickle.loads(packed)


def test_large_files_are_recognised_by_stretches_and_time(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(1 << 28)
    address = FileAddress.of(path)
    assert address.checked() == path
    state = path.stat()
    for place in (0, (1 << 28) - 1):
        with path.open("r+b") as file:
            file.seek(place)
            file.write(b"x")
        os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
        with pytest.raises(FormatError):
            address.checked()
        address = FileAddress.of(path)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 1))
    with pytest.raises(FormatError):
        address.checked()


def bigwig(path: Path) -> None:
    from gsynth.outputs.scores import Scores

    with path.open("wb") as file:
        sink = BigWigSink(file, ("a", "b"), np.array([SIZE, 4]), 300)
        starts = np.arange(0, SIZE - 300, 300)
        numbers = np.zeros_like(starts)
        scores = Scores(numbers, starts, starts + 300, starts << 20, numbers.astype(np.uint8))
        sink.take(sink.made(scores))
        sink.finish()


def rows(last: Callable[[int], str]) -> str:
    return "".join(f"a\t{i}\t{i + 7}\t{last(i)}\n" for i in range(0, SIZE - 10, 20))


def fixed_step() -> str:
    return "fixedStep chrom=a start=1 step=10 span=10\n" + "".join(f"{i % 17}\n" for i in range(SIZE // 10))


TRACKS: dict[str, Callable[[Path], Any]] = {
    "bigwig": bigwig,
    "bedgraph": lambda path: path.write_text(rows(lambda i: f"{i % 13}.5")),
    "wig": lambda path: path.write_text(fixed_step()),
    "bed": lambda path: path.write_text(rows(lambda i: f"name{i % 3}")),
    "numbers": lambda path: path.write_text(rows(lambda i: f"{i % 5}")),
    "categories": lambda path: path.write_text(rows(lambda i: f"kind_{i % 4}")),
}
OPTIONS: dict[str, dict[str, Any]] = {
    "numbers": {"column": 4}, "categories": {"column": "name", "pattern": "[a-z]+_[0-2]?"}, "bed": {"format": "bed"},
}  # fmt: skip


@pytest.mark.parametrize("kind", TRACKS)
def test_tracks_of_files(kind, tmp_path, monkeypatch, pool):
    path = tmp_path / f"track.{kind}"
    TRACKS[kind](path)
    monkeypatch.chdir(tmp_path)
    source = {"path": path.name, **OPTIONS[kind]} if kind in OPTIONS else path.name
    genome = open_genome({"a": SIZE, "b": 4})
    (track,) = open_tracks(["own"], {"own": source}, genome)
    check(track, SMALL, pool, track=True)
    assert getattr(pickle.loads(pickle.dumps(track)), "categories", None) == getattr(track, "categories", None)
    (combined,) = open_tracks(["log2(own + 1) * 2"], {"own": source}, genome)
    check(combined, SMALL, pool, track=True)
    packed = pickle.dumps(track)
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(FormatError, match="is another file"):
        pickle.loads(packed)


@pytest.mark.parametrize(
    "text",
    ["gc", "cpg", 'kmer_frac("CG")', 'kmer_count("ACG", strand=0)', "masked_frac", "n_frac", "(gc > 0.5) + n_frac"],
)
def test_tracks_of_the_sequence(text, pool):
    (track,) = open_tracks([text], None, open_genome({"a": sequence()}))
    check(track, SMALL, pool, track=True)


def length(contig: str, starts: Any, ends: Any) -> Any:
    return ends - starts + len(contig)


def test_tracks_of_arrays_and_functions(pool):
    genome = open_genome({"a": SIZE})
    arrays, own = open_tracks(["own", "f"], {"own": {"a": np.arange(SIZE, dtype=np.int16)}, "f": length}, genome)
    check(arrays, 3 * SIZE, pool, track=True)
    # Not in the pool: a function of this file has no name by which another process could import it.
    for dumps in DUMPS:
        np.testing.assert_array_equal(asked(own, True)(pickle.loads(dumps(own))), asked(own, True)(own))


def test_masks(tmp_path):
    path = tmp_path / "mask.bed"
    path.write_text(rows(lambda i: "x"))
    genome = open_genome({"a": SIZE, "b": 4})
    mask = resolve_mask(os.fspath(path), genome)
    packed = pickle.dumps(mask)
    assert len(packed) < SMALL
    assert np.array_equal(pickle.loads(packed).table, mask.table)
    for other in [[os.fspath(path), ("a", 1, 5)], ("a", 5, 9), "a:1-100"]:
        mask = resolve_mask(other, genome)
        assert np.array_equal(pickle.loads(pickle.dumps(mask)).table, mask.table)
    path.unlink()
    with pytest.raises(MissingFileError):
        pickle.loads(packed)
