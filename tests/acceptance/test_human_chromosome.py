"""Human chromosome X through the command line: lengths, gaps, index, and the bases of every stratum."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth.errors import ContigError
from gsynth.genomes import open_genome

pytestmark = pytest.mark.slow

FASTA = "hs37.chrX_0-70M.bgz.fa.gz"
ISLANDS = "hg19.CpGIsland.bed.gz"
N = ord("N")


@pytest.fixture(scope="module")
def human(linked: Callable[[str], Path]) -> Path:
    for index in (".fai", ".gzi"):
        linked(FASTA + index)
    return linked(FASTA)


@pytest.fixture(scope="module")
def sampled(human: Path, command: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the model x.gsm and a sample from it, x.fa."""
    folder = tmp_path_factory.mktemp("human")
    command("train", human, "-k", 5, "--dim", "gc=0:1:0.05", "--iterator", 200, "-o", "x.gsm", folder=folder)
    command("sample", "x.gsm", "--genome", human, "--seed", 1, "-o", "x.fa", folder=folder)
    return folder


def upper(path: Path, contig: str = "X") -> NDArray[np.uint8]:
    genome = open_genome(path)
    return genome.fetch(contig, 0, genome.contigs[contig]) & np.uint8(0xDF)


def test_length_and_gaps_are_those_of_the_reference(human: Path, sampled: Path) -> None:
    real, synthetic = upper(human), upper(sampled / "x.fa")
    assert synthetic.size == real.size == 69_999_930
    gaps = np.flatnonzero(np.diff(np.concatenate([[0], synthetic == N, [0]]).astype(np.int8))).reshape(-1, 2)
    assert len(gaps) == 14
    np.testing.assert_array_equal(synthetic == N, real == N)
    # What is drawn is not what was there.
    assert 0.25 < (synthetic == real)[real != N].mean() < 0.4


def test_index_is_that_of_samtools(sampled: Path) -> None:
    samtools = shutil.which("samtools")
    if samtools is None:
        pytest.skip("needs samtools")
    subprocess.run([samtools, "faidx", "x.fa", "--fai-idx", "theirs.fai"], cwd=sampled, check=True)
    assert (sampled / "x.fa.fai").read_bytes() == (sampled / "theirs.fai").read_bytes()


def test_six_mers_and_composition_of_every_bin_agree_with_the_model(human: Path, sampled: Path) -> None:
    """Two statistics a bin, each standard normal for a right sampler; 5 is beyond 1e-6 even for all of them together.

    z of the 6-mers: Pearson's chi-square of the sixth base given the five before it, over all 1,024 contexts,
    standardised by its exact mean and variance. z of the composition: drawn A, C, G and T less what the model expects
    after the contexts that came, over the standard deviation of that sum.
    """
    model = gsynth.gsynth_load(sampled / "x.gsm")
    found = gsynth.gsynth_compare(human, sampled / "x.fa", model=model)
    chances = np.diff(model.cdf, axis=2, prepend=0.0)
    assert found.overall.real.total * 2 == model.total_kmers
    used = [i for i in range(model.total_bins) if found.strata[i].synthetic.total]
    assert len(used) > 10
    for i in used:
        stratum = found.strata[i]
        assert abs(stratum.z) < 5, stratum.label
        counts = stratum.synthetic.counts.astype(np.float64)
        draws = counts.sum(axis=1, keepdims=True)
        spread = np.sqrt((draws * chances[i] * (1 - chances[i])).sum(axis=0))
        assert (np.abs((counts - draws * chances[i]).sum(axis=0)) < 5 * spread).all(), stratum.label
    # The same statistic sees a bin that was drawn from its neighbour's table.
    crowded = max(used, key=lambda i: found.strata[i].synthetic.total)
    swapped = model.counts.copy()
    swapped[crowded] = swapped[crowded - 1]
    wrong = gsynth.GsynthModel(k=5, dims=model.dims, counts=swapped, iterator=200)
    assert gsynth.gsynth_compare(human, sampled / "x.fa", model=wrong).strata[crowded].z > 100


def observed_over_expected(bases: NDArray[np.uint8], inside: NDArray[np.bool_]) -> float:
    """CpG f(CG) / (f(C) f(G)) of the known bases of `inside`."""
    known = inside & (bases != N)
    c, g = (bases == ord("C")) & known, (bases == ord("G")) & known
    return float((c[:-1] & g[1:]).sum() * known.sum() / (c.sum() * g.sum()))


def test_islands_under_another_contig_name_fail_with_the_fix(human: Path, data: Callable[[str], Path]) -> None:
    islands = {"expr": "islands", "breaks": [0, 0.5, 1]}
    with pytest.raises(ContigError) as caught:
        gsynth.gsynth_train(islands, genome=human, tracks={"islands": data(ISLANDS)}, iterator=10)
    for part in ("has: chr1, chr2", "the genome has: X", "chrom_alias='ucsc-ensembl'", "--chrom-alias ucsc-ensembl"):
        assert part in str(caught.value)


@pytest.mark.filterwarnings("ignore:.*beyond is left out")
def test_cpg_inside_and_outside_islands(human: Path, data: Callable[[str], Path]) -> None:
    """Within 5 % of the real genome, which a model that does not know the islands misses by far.

    Windows of 10 bp, so that a stratum ends where its island does (200 bp would lose 4 % by mixing at the edges), and
    order 5, so that the islands' 370 kb fill their table (order 8 would be pseudocounts).
    """
    with gsynth.use_genome(open_genome(human)):
        real = upper(human)
        inside = np.zeros(real.size, dtype=np.bool_)
        for line in gzip.decompress(data(ISLANDS).read_bytes()).decode().splitlines():
            contig, start, end = line.split("\t")[:3]
            if contig == "chrX":
                inside[int(start) : int(end)] = True
        assert 300_000 < inside.sum() < 500_000
        more: dict[str, Any] = {"tracks": {"islands": data(ISLANDS)}, "chrom_alias": "ucsc-ensembl"}
        model = gsynth.gsynth_train({"expr": "islands", "breaks": [0, 0.5, 1]}, iterator=10, **more)
        blind = gsynth.gsynth_train()
        found, missed = (
            np.frombuffer(gsynth.gsynth_sample(m, seed=1, **given)[0].encode(), dtype=np.uint8)
            for m, given in ((model, more), (blind, {}))
        )
    for where in (inside, ~inside):
        truth = observed_over_expected(real, where)
        assert observed_over_expected(found, where) == pytest.approx(truth, rel=0.05)
    assert observed_over_expected(missed, inside) < 0.5 * observed_over_expected(real, inside)
