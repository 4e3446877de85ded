"""Coordinates of 64 bits from end to end: the last bases of contigs of gigabases, against the slow oracle.

The contigs are real files with a hole in them: they take the space of their last bases.
"""

from __future__ import annotations

import shutil
from typing import Any

import numpy as np
import pytest
from attrs import frozen

import gsynth
from gsynth.testing import oracle

NEAR = 4_000
"""Bases at the end of each contig that are no hole."""

SIZES = {"past31": 3_000_000_000, "past32": 2**32 + 2**20 + 7}
"""Contigs that end beyond 2**31 and beyond 2**32."""

K = 4
WIDTH = 30
BREAKS = [0, 0.45, 0.55, 1]

rng = np.random.default_rng(31)
TAILS = {name: "".join(rng.choice(list("ACGTacgN"), NEAR, p=[0.24] * 4 + [0.01] * 4)) for name in SIZES}


@frozen
class Sparse:
    """The sequence of a contig, of which only the last bases can be looked at: for the oracle."""

    size: int
    tail: str

    def __len__(self):
        return self.size

    def __getitem__(self, at):
        hole = self.size - NEAR
        if isinstance(at, slice):
            assert at.start >= hole
            return self.tail[at.start - hole : at.stop - hole]
        return self.tail[at - hole]


SEQUENCES = {name: Sparse(SIZES[name], TAILS[name]) for name in SIZES}


def at(name, start, end):
    """An interval by its distance from the contig's hole."""
    hole = SIZES[name] - NEAR
    return name, hole + start, hole + end


INTERVALS = [at("past31", 0, NEAR), at("past32", 11, 3_000), at("past32", 2_900, NEAR), at("past31", 17, 40)]
MASK = [at("past32", 500, 620), at("past31", 3_990, NEAR), at("past31", 100, 101)]


def write_bed(path, intervals):
    path.write_text("".join(f"{name}\t{start}\t{end}\n" for name, start, end in intervals))
    return str(path)


@pytest.fixture(scope="module")
def fasta(tmp_path_factory):
    """A FASTA with a line a record, 7 Gb by its length and a few kilobytes on the disk, and its index."""
    folder = tmp_path_factory.mktemp("far")
    path, index = folder / "far.fa", []
    with path.open("wb") as file:
        for name, size in SIZES.items():
            file.write(f">{name}\n".encode())
            begin = file.tell()
            index.append(f"{name}\t{size}\t{begin}\t{size}\t{size + 1}\n")
            file.seek(begin + size - NEAR)
            file.write(TAILS[name].encode() + b"\n")
        file.flush()
        sparse = path.stat().st_blocks * 512 < 2**24
    if not sparse:
        shutil.rmtree(folder)
        pytest.skip("the file system fills the holes of files")
    path.with_name("far.fa.fai").write_text("".join(index))
    return path


@pytest.fixture
def beds(tmp_path):
    return write_bed(tmp_path / "intervals.bed", INTERVALS), write_bed(tmp_path / "mask.bed", MASK)


def stratum(contig, start, end):
    bases = SEQUENCES[contig][start:end].upper()
    known = [bases.count(base) for base in "ACGT"]
    return int(np.searchsorted(BREAKS, (known[1] + known[2]) / sum(known), side="right")) - 1


def strata_of(contig, start, end):
    windows = oracle.iterator_windows(start, end, WIDTH)
    return [stratum(contig, low, high) for low, high in windows for _ in range(low, high)]


def trained(genome, beds, **more):
    return gsynth.train(
        {"expr": "gc", "breaks": BREAKS}, genome=genome, intervals=beds[0], mask=beds[1], iterator=WIDTH, k=K, **more
    )


@pytest.mark.parametrize("block", [150, None])
def test_training(backend, block, fasta, beds):
    model = trained(fasta, beds, backend=backend, max_chunk_size=block)
    truth = oracle.train(SEQUENCES, INTERVALS, K, bins=3, stratum=stratum, iterator=WIDTH, mask=MASK)
    assert np.array_equal(model.counts, truth.counts)
    assert (model.total_masked, model.total_n) == (truth.total_masked, truth.total_n)
    assert truth.counts.sum() > 10_000


def expected_samples(model, copied, n_samples, seed):
    """The samples of INTERVALS, each by its stream, strata and copied bases."""
    thresholds = oracle.thresholds(model.cdf)
    for i, (contig, start, end) in enumerate(INTERVALS):
        strata = strata_of(contig, start, end)
        fixed = {
            position: base
            for position, base in enumerate(SEQUENCES[contig][start:end], start)
            if base == "N" or any(name == contig and low <= position < high for name, low, high in copied)
        }
        repeat = sum(name == contig and low < end and start < high for name, low, high in INTERVALS[:i])
        for sample in range(n_samples):
            yield oracle.sample_interval(
                start, end, K, thresholds, oracle.stream(seed, contig, sample, repeat),
                stratum_at=lambda p, strata=strata, start=start: strata[p - start], fixed=fixed,
            )  # fmt: skip


@pytest.mark.parametrize("block", [150, None])
def test_sampling(backend, block, fasta, beds, tmp_path):
    """The bases, the names of the records, and their index."""
    model = trained(fasta, beds)
    output = tmp_path / "sampled.fa"
    gsynth.sample(
        model, output, genome=fasta, intervals=beds[0], mask_copy=beds[1], n_samples=2, seed=5, backend=backend,
        init="uniform", max_chunk_size=block,
    )  # fmt: skip
    records = [record.partition("\n") for record in output.read_text().split(">")[1:]]
    assert [bases.replace("\n", "") for _, _, bases in records] == list(expected_samples(model, MASK, 2, seed=5))
    names = [f"{name}:{start}-{end}_sample{j}" for name, start, end in INTERVALS for j in (1, 2)]
    assert [name for name, _, _ in records] == names
    assert [line.split("\t")[0] for line in (tmp_path / "sampled.fa.fai").read_text().splitlines()] == names


@pytest.mark.parametrize("end", [2**31, 2**32, 2**33, 2**62 - 1])
def test_sampling_from_sizes_alone(backend, end):
    """Around the powers of two, and at the end of the longest contig that there may be."""
    model = gsynth.train(genome={"c": TAILS["past31"]}, k=K)
    start, stop = end - 150, min(end + 150, 2**62 - 1)
    sampled = gsynth.sample(
        model, genome={"c": 2**62 - 1}, intervals=[("c", start, stop), ("c", end - 20, stop)], seed=8, backend=backend,
        init="uniform", max_chunk_size=64,
    )  # fmt: skip
    thresholds = oracle.thresholds(model.cdf)
    assert sampled == [
        oracle.sample_interval(low, stop, K, thresholds, oracle.stream(8, "c", 0, repeat))
        for repeat, low in enumerate((start, end - 20))
    ]


class Formula:
    """A genome of computed bases, of any size."""

    name, has_sequence = "formula", True
    contigs: dict[str, int] = {"c": 2**40}  # noqa: RUF012  # a constant of the test

    def fetch(self, contig, start, end):
        positions = np.arange(start, end, dtype=np.uint64)
        words = (positions * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(61)
        return np.frombuffer(b"ACGTACgN", dtype=np.uint8)[words]

    def __getitem__(self, part):
        return self.fetch("c", part.start, part.stop).tobytes().decode()

    def __len__(self):
        return self.contigs["c"]


def test_a_genome_of_computed_bases(backend):
    """Terabases away; soft mask, strata of a mask's fraction, regions as text."""
    genome = Formula()
    start, end = 2**40 - 2_000, 2**40
    model = gsynth.train(
        {"expr": "masked_frac", "breaks": [0, 0.1, 0.2, 1]}, genome=genome, intervals=f"c:{start + 1:,}-{end:,}",
        mask="soft", iterator=WIDTH, k=K, backend=backend, max_chunk_size=150,
    )  # fmt: skip

    def masked(contig, low, high):
        bases = genome[low:high]
        return int(np.searchsorted([0.1, 0.2], bases.count("g") / len(bases), side="right"))

    soft = [("c", p, p + 1) for p in range(start, end) if genome[p : p + 1] == "g"]
    sequences: Any = {"c": genome}
    truth = oracle.train(sequences, [("c", start, end)], K, bins=3, stratum=masked, iterator=WIDTH, mask=soft)
    assert np.array_equal(model.counts, truth.counts)
    assert (model.total_masked, model.total_n) == (truth.total_masked, truth.total_n)


def test_a_track_of_intervals(tmp_path):
    """A bedGraph beyond what bigWig can say (2**32)."""
    start = 2**32 - 2**32 % 100 + 1_000
    rows = range(start - 50, start + 4_000, 100)
    graph = tmp_path / "t.bedGraph"
    graph.write_text("".join(f"c\t{row}\t{row + 100}\t{i % 7}\n" for i, row in enumerate(rows)))
    # A, C or G for sure: the sequence says which stratum each base was drawn in.
    model = gsynth.GsynthModel(
        k=1, dims=[gsynth.DimSpec("t", [0, 2, 4, 7])], iterator=100, pseudocount=0,
        counts=np.eye(4)[:3, None, :].repeat(4, axis=1),
    )  # fmt: skip
    (sampled,) = gsynth.sample(
        model, genome={"c": 2**33}, tracks={"t": str(graph)}, intervals=[("c", start, start + 4_000)], seed=1
    )
    # Each window lies over half of two rows.
    means = [(i % 7 + (i + 1) % 7) / 2 for i in range(40)]
    strata = "".join("ACG"[(mean >= 2) + (mean >= 4)] * 100 for mean in means)
    assert sampled[1:] == strata[:-1]


def test_command_line(fasta, beds, tmp_path):
    """The same from the command line, and an index whose file needs 64 bits."""
    from gsynth.cli import main

    arguments = ["-o", tmp_path / "m.gsm", "--dim", "gc=0,0.45,0.55,1", "--iterator", WIDTH, "-k", K]
    words = ["train", fasta, *arguments, "--intervals", beds[0], "--mask", beds[1], "--quiet"]
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    assert not left.value.code
    assert gsynth.load(tmp_path / "m.gsm") == trained(fasta, beds)
    assert dict(gsynth.load(tmp_path / "m.gsm").metadata)["chrom_sizes"] == SIZES
