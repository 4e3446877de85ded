"""``gsynth shuffle``."""

import json

import gsynth


def test_shuffle_is_the_call(run, genome, tmp_path):
    run("shuffle", "--genome", genome, "-k", 3, "--window", 500, "--seed", 5, "--n-samples", 2, "-o", "s.fa")
    records = (tmp_path / "s.fa").read_text().split(">")[1:]
    expected = gsynth.shuffle(k=3, window=500, genome=genome, seed=5, n_samples=2)
    assert ["".join(record.split("\n")[1:]) for record in records] == expected


def test_json_says_how_many_equal_their_input(run, genome, tmp_path):
    (tmp_path / "r.fa").write_text(f">a\n{'CA' * 50}\n>b\n{'ACGTTGCATGCAAC' * 9}\n")
    done = run("shuffle", "--genome", "r.fa", "--seed", 5, "-o", "s.fa", "--json")
    result = json.loads(done.stdout)
    assert result["records"] == 2
    assert (result["sequences"], result["equal"]) == (2, 1)
    assert (result["copied"], result["kept_n"], result["filled"], result["short"], result["seed"]) == (0, 0, 0, 0, 5)
    assert "1 of 2 shuffled sequences equal their input" in done.stderr


def test_standard_output(run, genome):
    found = run("shuffle", "--genome", genome, "--intervals", "chr2:1-50", "--seed", 1, "-o", "-").stdout
    assert found.startswith(">chr2:0-50\n")
    assert len(found.split("\n")[1]) == 50


def test_a_k_out_of_range(run, genome):
    assert "9 is not in the range 1<=x<=8" in run("shuffle", "--genome", genome, "-k", 9, "-o", "s.fa", code=2).stderr
