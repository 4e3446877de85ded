"""The conformance suite on the plugin: override the genome and what it must hold."""

from __future__ import annotations

import random

import pytest

from gsynth.testing.genomes import GenomeConformance
from gsynth.testing.registration import RegistrationConformance

pytest.importorskip("gsynth_seqtab", reason="gsynth-example-genome is not installed: tox -e thirdparty")


def bases():
    letters = random.Random(3)
    sizes = {"chr2": 70_123, "chr1": 900, "tiny": 1}
    return {name: "".join(letters.choices("ACGTacgtNnRYU", k=size)).encode() for name, size in sizes.items()}


@pytest.fixture
def path(tmp_path):
    (tmp_path / "genome.seqtab").write_bytes(
        b"".join(name.encode() + b"\t" + own + b"\n" for name, own in bases().items())
    )
    return tmp_path / "genome.seqtab"


class TestGenome(GenomeConformance):
    @pytest.fixture
    def genome(self, path):
        from gsynth_seqtab.opener import TableOpener

        return TableOpener().open(path)

    @pytest.fixture
    def expected(self):
        return bases()


class TestOtherColumns(GenomeConformance):
    @pytest.fixture
    def genome(self, tmp_path):
        from gsynth_seqtab.opener import TableOpener

        lines = [f"{i}\t{own.decode()}\tq\t{name}\r\n" for i, (name, own) in enumerate(bases().items())]
        (tmp_path / "other.tsv").write_bytes("".join(lines).encode())
        return TableOpener().open({"path": tmp_path / "other.tsv", "format": "seqtab", "name": 4, "sequence": "2"})

    @pytest.fixture
    def expected(self):
        return bases()


class TestRegistered(RegistrationConformance):
    @pytest.fixture
    def descriptor(self):
        from gsynth_seqtab.plugin import gsynth_genomes

        return next(gsynth_genomes())

    @pytest.fixture
    def source(self, path):
        return str(path)
