"""Windows that no stratum takes keep the statistics of the genome, too: as a new user would type the commands."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import gsynth
from gsynth.genomes import open_genome
from gsynth.plugins import Genome
from gsynth.tracks import open_tracks

pytestmark = pytest.mark.slow

Find = Callable[[str], Path]
WIDTH = 200


def statistics(bases: NDArray[np.uint8], here: NDArray[np.bool_]) -> NDArray[np.float64]:
    """GC content, and CpG observed over expected, of upper-case bases where `here` is True."""
    a, c, g, t = (int((here & (bases == ord(base))).sum()) for base in "ACGT")
    cpg = int((here[:-1] & here[1:] & (bases[:-1] == ord("C")) & (bases[1:] == ord("G"))).sum())
    return np.array([(c + g) / (a + c + g + t), cpg * (a + c + g + t) / (c * g)])


def upper(genome: Genome, contig: str) -> NDArray[np.uint8]:
    return genome.fetch(contig, 0, genome.contigs[contig]) & np.uint8(0xDF)


def outside_of(genome: Genome, contig: str, width: int, tracks: dict[str, Any], **breaks: list[float]) -> Any:
    """Where a dimension has no bin, base by base: bool[size]. The values are the tracks' own, the bins NumPy's."""
    size = genome.contigs[contig]
    edges = np.append(np.arange(0, size, width), size)
    where = np.zeros(edges.size - 1, dtype=np.bool_)
    for expr, ends in breaks.items():
        (track,) = open_tracks([expr], tracks, genome)
        values = track.window_values(contig, edges, genome.fetch(contig, 0, size) if track.uses_sequence else None)
        where |= ~((values >= ends[0]) & (values <= ends[-1]))
    return np.repeat(where, np.diff(edges))


def test_human_x_with_strata_that_leave_windows_out(linked: Find, command: Any, tmp_path: Path) -> None:
    """A tenth of chromosome X lies outside of GC 0.3 to 0.7 and these CpG breaks."""
    for index in (".fai", ".gzi"):
        linked(f"hs37.chrX_0-70M.bgz.fa.gz{index}")
    human = linked("hs37.chrX_0-70M.bgz.fa.gz")
    trained = command(
        "train", human, "-k", 5, "--dim", "gc=0.3:0.7:0.05", "--dim", "cpg=0,0.1,0.2,0.3,0.5,1,2", "--iterator", WIDTH,
        "-o", "x.gsm", "--json", folder=tmp_path,
    )  # fmt: skip
    assert "warning: 9.6% of the counted windows lie outside of the strata (gc 6,173,803 below 0.3" in trained.stderr
    sampled = command("sample", "x.gsm", "-g", human, "--seed", 1, "-o", "x.fa", "--json", folder=tmp_path)
    assert "warning: 9.6% of the drawn bases lie outside of the model's strata" in sampled.stderr
    told = json.loads(trained.stdout)["outside"]
    model = gsynth.gsynth_load(tmp_path / "x.gsm")
    assert told["observations"] == model.outside.kmers
    assert told["dimensions"][0] == {"expr": "gc", "nan": 0, "below": 6_173_803, "above": 176_800}

    real, synthetic = open_genome(human), open_genome(tmp_path / "x.fa")
    outside = outside_of(real, "X", WIDTH, {}, gc=[0.3, 0.7], cpg=[0, 2])
    bases = upper(real, "X")
    known = bases != ord("N")
    assert json.loads(sampled.stdout)["outside"]["bases"] == pytest.approx((outside & known).sum(), rel=1e-4)
    for here in (outside & known, ~outside & known):
        found = statistics(upper(synthetic, "X"), here) / statistics(bases, here)
        assert found == pytest.approx(np.ones(2), abs=0.01)


@pytest.fixture
def fly(data: Find) -> Genome:
    return open_genome(data("dm3.chr2R.2bit"))


def check_sample_of(fly: Genome, tmp_path: Path, outside: NDArray[np.bool_], share: float, **call: Any) -> None:
    """Train and sample with the defaults; both warn, and the statistics agree on both sides of the strata."""
    dim = call.pop("dim")
    with pytest.warns(UserWarning, match="of the counted windows lie outside of the strata"):
        model = gsynth.gsynth_train(dim, genome=fly, k=5, **call)
    assert model.outside_share == pytest.approx(share, abs=0.01)
    with pytest.warns(UserWarning, match="of the drawn bases lie outside of the model's strata"):
        gsynth.gsynth_sample(model, tmp_path / "s.fa", genome=fly, tracks=call["tracks"], seed=3)
    real, synthetic = upper(fly, "chr2R"), upper(open_genome(tmp_path / "s.fa"), "chr2R")
    for here in (outside, ~outside):
        ratio = statistics(synthetic, here & (real != ord("N"))) / statistics(real, here & (real != ord("N")))
        assert ratio == pytest.approx(np.ones(2), abs=0.01)


def test_chromatin_states_that_leave_windows_out(fly: Genome, data: Find, tmp_path: Path) -> None:
    tracks = {"states": {"path": data("dm3.chromatinStates_kc.bed.gz"), "column": "name", "pattern": "[A-Z]+"}}
    (track,) = open_tracks(["states"], tracks, fly)
    size = fly.contigs["chr2R"]
    edges = np.append(np.arange(0, size, WIDTH), size)
    values = track.window_values("chr2R", edges, None)
    check_sample_of(
        fly, tmp_path, np.repeat(np.isnan(values), np.diff(edges)), float(np.isnan(values).mean()), tracks=tracks,
        dim={"expr": "states", "breaks": "categories"}, iterator=WIDTH,
    )  # fmt: skip


def test_a_bigwig_of_which_half_is_nan(fly: Genome, tmp_path: Path) -> None:
    """The track has values where GC is high, and none elsewhere, so what is outside differs from what is inside."""
    pybigtools = pytest.importorskip("pybigtools", reason="pybigtools writes the bigWig")
    size = fly.contigs["chr2R"]
    (track,) = open_tracks(["gc"], {}, fly)
    edges = np.append(np.arange(0, size, WIDTH), size)
    values = track.window_values("chr2R", edges, fly.fetch("chr2R", 0, size))
    half = np.nan_to_num(values) > np.nanmedian(values)
    path = tmp_path / "half.bw"
    rows = ((int(edges[i]), int(edges[i + 1]), float(values[i])) for i in np.flatnonzero(half).tolist())
    pybigtools.open(str(path), "w").write({"chr2R": size}, (("chr2R", *row) for row in rows))
    check_sample_of(
        fly, tmp_path, np.repeat(~half, np.diff(edges)), 0.5, tracks={"t": path},
        dim={"expr": "t", "breaks": [0, 0.45, 0.5, 1]}, iterator=WIDTH,
    )  # fmt: skip


def test_the_peers_defaults_are_still_there() -> None:
    """``outside="uniform", init="uniform"``: each base alike there, whatever was counted."""
    rng = np.random.default_rng(4)
    genome = {"c": "".join(rng.choice(list("ACGT"), 2_000_000, p=[0.4, 0.1, 0.1, 0.4]))}
    tracks = {"t": {"arrays": {"c": np.tile([0.5, np.nan], 1000)}, "width": 1000}}
    call: dict[str, Any] = {"genome": genome, "tracks": tracks}
    with pytest.warns(UserWarning, match="50.0% of the counted windows"):
        model = gsynth.gsynth_train({"expr": "t", "breaks": [0, 1]}, k=3, iterator=1000, **call)
    with pytest.warns(UserWarning, match="50.0% of the drawn bases"):
        drawn = gsynth.gsynth_sample(model, seed=1, outside="uniform", init="uniform", **call)
    bases = np.frombuffer(drawn[0].encode(), np.uint8).reshape(-1, 1000)
    for part, expected in ((bases[::2], [0.4, 0.1, 0.1, 0.4]), (bases[1::2], [0.25] * 4)):
        # The first k bases of a part are drawn by the windows of the one before.
        found = np.array([(part[:, 3:] == ord(base)).mean() for base in "ACGT"])
        assert found == pytest.approx(np.array(expected), abs=0.003)
