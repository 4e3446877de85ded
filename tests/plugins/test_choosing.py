"""Which plugin is asked and used: one that fails stops nobody, and what is chosen is said."""

from __future__ import annotations

import logging
import warnings

import numpy as np
import pytest

import gsynth
from gsynth.errors import BrokenPluginError, UnavailablePluginError
from gsynth.genomes import open_genome
from gsynth.plugins import CounterPlugin, GenomePlugin, SerializerPlugin, TrackPlugin
from gsynth.plugins import backends as choice
from gsynth.plugins.roles import COUNTER

BASES = b"ACGTTGCAGG" * 3000
GC = {"expr": "gc", "breaks": [0, 0.5, 1]}


def no_idea(source):
    raise RuntimeError("no idea")


def missing():
    raise ImportError("no compiler")


def test_a_plugin_whose_accepts_raises_stops_nobody(beside, caplog):
    with caplog.at_level(logging.WARNING, logger="gsynth.plugins"):
        beside(
            gsynth_genomes=GenomePlugin(name="bad", load=missing, priority=99, accepts=no_idea),
            gsynth_tracks=TrackPlugin(name="bad", load=missing, priority=99, accepts=no_idea),
        )
        model = gsynth.train(GC, genome={"c": BASES}, k=2, iterator=100)
    assert model.total_kmers
    assert "accepts of genome 'bad' (from elsewhere) failed: RuntimeError: no idea" in caplog.text
    for source in (__file__, "nowhere.fa", {"c": None}, 7):
        with pytest.raises(gsynth.GsynthError, match=r"problem: accepts of genome 'bad' \(from elsewhere\) failed"):
            open_genome(source)
    with pytest.raises(LookupError, match=r"problem: accepts of track 'bad' \(from elsewhere\) failed"):
        gsynth.train({"expr": "unknown", "breaks": [0, 1]}, genome={"c": BASES}, k=2, iterator=100)


@pytest.mark.parametrize("answer", [None, "yes", 1])
def test_an_answer_that_is_no_answer_is_a_no(beside, answer):
    beside(gsynth_genomes=GenomePlugin(name="vague", load=missing, priority=99, accepts=lambda source: answer))
    with pytest.raises(ValueError, match=r"accepts of genome 'vague' .* gave .*, expected True or False"):
        open_genome(__file__)


def test_a_plugin_that_accepts_and_cannot_be_used_makes_way(beside, caplog):
    beside(
        gsynth_genomes=GenomePlugin(name="greedy", load=missing, priority=99, accepts=lambda source: True),
        gsynth_tracks=TrackPlugin(name="greedy", load=missing, priority=99, accepts=lambda source: True),
    )
    values = {"mine": {"c": np.zeros(len(BASES))}}
    model = gsynth.train({"expr": "mine", "breaks": [0, 1]}, GC, genome={"c": BASES}, tracks=values, k=2, iterator=100)
    assert model.total_kmers
    assert "genome 'greedy' (from elsewhere) cannot be used here: no compiler" in caplog.text
    # Where no other takes it, the reason is the error.
    with pytest.raises(UnavailablePluginError, match=r"genome 'greedy' \(from elsewhere\).*no compiler"):
        open_genome(__file__)


def test_the_names_of_tracks_are_checked(beside):
    class Finds:
        def open(self, source, genome):
            raise AssertionError

        def names(self, genome):
            return {"a": 1}

    beside(gsynth_tracks=TrackPlugin(name="finds", load=Finds, accepts=lambda source: isinstance(source, dict)))
    with pytest.raises(BrokenPluginError, match=r"track 'finds' \(from elsewhere\): names .* expected a list of str"):
        gsynth.train(GC, genome={"c": BASES}, k=2, iterator=100)


def test_an_opener_that_gives_something_else(beside):
    class Opens:
        def open(self, *source):
            return source

    beside(
        gsynth_genomes=GenomePlugin(name="odd", load=Opens, accepts=lambda source: source == "odd:"),
        gsynth_tracks=TrackPlugin(name="odd", load=Opens, accepts=lambda source: source == "odd"),
    )
    with pytest.raises(BrokenPluginError, match=r"genome 'odd' \(from elsewhere\): opening 'odd:' gave tuple"):
        open_genome("odd:")
    with pytest.raises(BrokenPluginError, match=r"track 'odd' \(from elsewhere\): opening track 'odd' gave tuple"):
        gsynth.train({"expr": "odd", "breaks": [0, 1]}, genome={"c": BASES}, k=2, iterator=100)


def test_a_serializer_whose_sniff_raises_stops_nobody(beside, tmp_path):
    model = gsynth.train(genome={"c": BASES}, k=2)
    beside(gsynth_serializers=SerializerPlugin(name="bad", load=missing, priority=99, sniff=no_idea))
    gsynth.save(model, tmp_path / "m.gsm")
    assert gsynth.load(tmp_path / "m.gsm") == model
    (tmp_path / "other").write_bytes(b"?")
    with pytest.raises(ValueError, match=r"problem: sniff of serializer 'bad' \(from elsewhere\) failed: RuntimeError"):
        gsynth.load(tmp_path / "other")


def test_a_serializer_that_gives_something_else(beside, tmp_path):
    class Odd:
        def save(self, model, path):
            path.write_bytes(b"?")

        def load(self, path):
            return [1]

    beside(gsynth_serializers=SerializerPlugin(name="odd", load=Odd, sniff=lambda path: True, priority=99))
    (tmp_path / "m").write_bytes(b"?")
    with pytest.raises(BrokenPluginError, match=r"serializer 'odd' \(from elsewhere\): load of .*m gave list \[1\]"):
        gsynth.load(tmp_path / "m")


def test_what_auto_chose_is_logged(caplog):
    with caplog.at_level(logging.DEBUG, logger="gsynth"), warnings.catch_warnings():
        # Of a backend that this environment is to lack.
        warnings.simplefilter("ignore")
        choice.load_counter("auto")
    (record,) = [record for record in caplog.records if record.name == "gsynth"]
    assert record.getMessage().startswith("backend: counter ")


def test_a_fall_of_auto_is_warned_about_once(beside):
    beside(gsynth_counters=CounterPlugin(name="fast", load=missing, priority=1000, contract=2))
    choice._warn.cache_clear()
    with pytest.warns(UserWarning, match="'auto' takes the counter .*\n.*'fast' \\(from elsewhere\\).*no compiler"):
        choice.load_counter("auto")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        choice.load_counter(None)
    choice._warn.cache_clear()


def test_a_plugin_of_less_priority_that_fails_is_no_fall(beside):
    found = beside(gsynth_counters=CounterPlugin(name="slow", load=missing, priority=-1000, contract=2))
    _, problems = found.auto(COUNTER)
    assert not [problem for problem in problems if "'slow'" in problem]
