"""One seed, one answer: whatever the backend, the threads, the blocks, and the company of a contig."""

import hashlib
import itertools

import numpy as np
import pytest

import gsynth


def contig(n, seed):
    rng = np.random.default_rng(seed)
    # Waves of GC, so that the strata change along the contig; a gap at each end and one inside.
    gc = 0.4 + 0.2 * np.sin(np.arange(n) / 3000)
    bases = np.where(rng.random(n) < gc, rng.choice([67, 71], n), rng.choice([65, 84], n)).astype(np.uint8)
    bases[: n // 50] = bases[n // 2 : n // 2 + 300] = bases[-n // 80 :] = ord("N")
    bases[n // 3 : n // 3 + 5000] |= 0x20
    return bases.tobytes().decode()


GENOME = {"chr1": contig(300_000, 1), "chr2": contig(40_000, 2), "tiny": "ACG", "chr3": contig(90_000, 3)}
MASK = [("chr1", 1000, 9000), ("chr1", 150_000, 150_700), ("chr3", 0, 3), ("chr3", 60_000, 61_111)]


ELSEWHERE = pytest.mark.filterwarnings("ignore:mask_copy has no effect:UserWarning")
"""The mask lies on other contigs than those that are sampled."""


def train(k, **changes):
    bins = {"expr": "gc", "breaks": np.linspace(0, 1, 11)}
    return gsynth.train(bins, **({"genome": GENOME, "iterator": 200, "k": k, "pseudocount": 0.01} | changes))


@pytest.fixture(scope="module", params=[2, 5, 8])
def model(request):
    return train(request.param)


def test_training_on_backends_threads_and_blocks(model, large_backends, monkeypatch):
    # A table for each thread, though these intervals are not worth it.
    monkeypatch.setattr("gsynth.blocks.counting._WINDOWS_PER_CELL", 1e-9)
    expected = train(model.k, mask=MASK, backend="numpy", num_cores=1, max_chunk_size=10_000_000)
    assert expected != model
    for backend, threads, block in itertools.product(large_backends, (1, 2, 5), (1000, 50_001, 10_000_000)):
        found = train(model.k, mask=MASK, backend=backend, num_cores=threads, max_chunk_size=block)
        assert found == expected, (backend, threads, block)


def digest(sequences):
    return [hashlib.sha256(s.encode()).hexdigest() for s in sequences]


def sample(model, **changes):
    return digest(gsynth.sample(model, **({"genome": GENOME, "seed": 7, "mask_copy": MASK} | changes)))


def test_backends_threads_and_blocks(model, large_backends):
    expected = sample(model, backend="numpy", num_cores=1, max_chunk_size=10_000_000)
    for backend, threads, block in itertools.product(large_backends, (1, 2, 5), (1000, 50_001, 10_000_000)):
        if backend == "numpy" and block == 1000 and threads != 2:
            continue  # thousands of small vector steps: slow, and no path that threads 2 does not take
        found = sample(model, backend=backend, num_cores=threads, max_chunk_size=block)
        assert found == expected, (backend, threads, block)


@ELSEWHERE
def test_a_contig_alone_equals_itself_in_the_genome(model):
    whole = sample(model)
    for i, name in enumerate(GENOME):
        assert sample(model, intervals=name) == [whole[i]]
    assert sample(model, intervals=["chr3", "chr1"]) == [whole[3], whole[0]]


@ELSEWHERE
def test_samples_and_repeats_differ(model):
    ten = [("chr1", 20_000, 30_000)]
    drawn = sample(model, intervals=ten * 3, n_samples=2)
    assert len(set(drawn)) == 6
    assert drawn[:2] == sample(model, intervals=ten, n_samples=2)
    assert drawn[0] != sample(model, intervals=ten, seed=8)[0]


@pytest.mark.parametrize("init", ["uniform", "stationary"])
def test_output_forms_agree(model, init, tmp_path):
    strings = gsynth.sample(model, genome=GENOME, seed=7, init=init)
    gsynth.sample(model, tmp_path / "x.fa", genome=GENOME, seed=7, init=init, max_chunk_size=7777)
    gsynth.sample(model, tmp_path / "x.seq", output_format="seq", genome=GENOME, seed=7, init=init)
    assert digest([(tmp_path / "x.seq").read_text()]) == digest(["".join(strings)])
    records = (tmp_path / "x.fa").read_text().split(">")[1:]
    assert [record.split("\n")[0] for record in records] == list(GENOME)
    assert digest("".join(record.split("\n")[1:]) for record in records) == digest(strings)


def test_masks_and_gaps_are_kept(model):
    sequences = gsynth.sample(model, genome=GENOME, seed=7, mask_copy=MASK)
    for name, start, end in MASK:
        assert sequences[list(GENOME).index(name)][start:end] == GENOME[name][start:end]
    for synthetic, real in zip(sequences, GENOME.values(), strict=True):
        gaps = np.frombuffer(real.upper().encode(), np.uint8) == ord("N")
        assert np.array_equal(np.frombuffer(synthetic.upper().encode(), np.uint8) == ord("N"), gaps)
    with pytest.warns(UserWarning, match="of the drawn bases lie outside of the model's strata .gc [0-9,]* NaN"):
        filled = gsynth.sample(model, genome=GENOME, seed=7, preserve_n=False)
    assert not any("N" in s for s in filled)


@pytest.mark.parametrize("k", [3, 10])
@pytest.mark.parametrize("kind", ["cycle", "forbidden", "sticky"])
def test_chains_that_meet_late_or_never(k, kind, large_backends):
    rng = np.random.default_rng(k)
    counts = rng.integers(1, 9, (1, 4**k, 4)).astype(np.uint64)
    context = np.arange(4**k)
    if kind == "cycle":  # the next base is the first of the context: two chains never meet
        counts[:] = 0
        counts[0, context, context // 4 ** (k - 1)] = 1
    elif kind == "forbidden":
        counts[0, context, rng.integers(0, 4, 4**k)] = 0
        counts[0, 1::4, 2] = 0
    else:
        counts[0, context, context % 4] = 100_000
    model = gsynth.GsynthModel(k=k, counts=counts, pseudocount=0)
    genome = {"c": 20_000}
    expected = sample(model, genome=genome, mask_copy=None, num_cores=1, max_chunk_size=10**6)
    for backend, threads, block in [*itertools.product(large_backends, (1, 4), (5000,)), (None, 3, 64)]:
        found = sample(model, genome=genome, mask_copy=None, backend=backend, num_cores=threads, max_chunk_size=block)
        assert found == expected, (backend, threads, block)
