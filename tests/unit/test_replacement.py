import numpy as np
import pytest

import gsynth
from gsynth.blocks.batches import batches
from gsynth.blocks.replacing import BatchReplacer, PlainReplacer
from gsynth.genomes import open_genome
from gsynth.intervals import resolve_intervals
from gsynth.plugins import Replacer
from gsynth.plugins.registry import registry
from gsynth.plugins.roles import SAMPLER
from gsynth.testing import oracle

REPLACERS = [PlainReplacer()]
REPLACERS += [
    registry().load(SAMPLER, status.name)
    for status in registry().statuses()
    if status.role == "sampler" and status.usable and isinstance(registry().load(SAMPLER, status.name), Replacer)
]
PAIRS = ["CG GC", "GC CG", "AAC ACA", "ACA AAC", "TGA ATG", "AC CC", "A C", "ACGT TGCA", "AAAC CAAA", "CCG GCC"]


def word(letters):
    return np.frombuffer(letters.encode(), dtype=np.uint8)


@pytest.mark.parametrize("replacer", REPLACERS, ids=lambda r: type(r).__name__)
@pytest.mark.parametrize("pair", PAIRS)
@pytest.mark.parametrize("block", [64, 100, 5000])
def test_blocks_join_to_the_passes_over_the_whole(replacer, pair, block):
    target, replacement = pair.split()
    rng = np.random.default_rng(len(pair))
    # Few walls: stretches of the target's own letters are long, and cross many blocks.
    letters = [*target * 9, *"acgtN"]
    genome = {"c": "".join(rng.choice(letters, 3000)), "walls": "N" * 700, "none": target * 100}
    opened = open_genome(genome)
    work = BatchReplacer(opened, word(target), word(replacement), replacer)
    found = [""] * len(genome)
    for batch in batches(resolve_intervals(None, opened), block):
        part = work(batch)
        drawn = part.letters.tobytes().decode()
        for number, length in zip(part.numbers.tolist(), part.lengths.tolist(), strict=True):
            assert part.done == len(found[number]) or len(part.numbers) > 1
            found[number] += drawn[:length]
            drawn = drawn[length:]
        assert not drawn
    assert found == [oracle.replace_kmer(sequence, target, replacement).upper() for sequence in genome.values()]


@pytest.mark.parametrize("replacer", REPLACERS, ids=lambda r: type(r).__name__)
def test_the_cost_is_that_of_the_replacements(replacer):
    # Literal passes would read this 10**5 times over, 10**10 bases.
    bases = word("C" * 100_000 + "G").copy()
    replacer.replace(bases, word("CG"), word("GC"))
    assert bases.tobytes().decode() == "G" + "C" * 100_000


def test_upper_case_and_everything_else_untouched():
    with pytest.warns(UserWarning, match=r"genome: 2 bases are IUPAC codes and count as N \(R 1, Y 1\)"):
        assert gsynth.replace_kmer("cg", "gc", genome={"c": "acgNnryCgCG"}) == ["AGCNNRYGGCC"]
    assert gsynth.replace_kmer("A", "A", genome={"c": "acgt"}) == ["ACGT"]


@pytest.mark.parametrize(
    ("target", "replacement", "error"),
    [
        ("", "", ValueError),
        ("CG", "", ValueError),
        ("CG", "G", ValueError),
        ("CG", "CC", ValueError),
        ("CN", "NC", ValueError),
        (b"CG", b"GC", TypeError),
    ],
)
def test_refuses_what_cannot_be_replaced(target, replacement, error):
    with pytest.raises(error):
        gsynth.replace_kmer(target, replacement, genome={"c": "ACGT"})


def test_needs_the_sequence():
    with pytest.raises(ValueError, match="only contig sizes"):
        gsynth.replace_kmer("CG", "GC", genome={"c": 100})
