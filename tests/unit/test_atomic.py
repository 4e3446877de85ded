"""Files take their names whole: links, modes, long names, what killed runs leave, and outputs that are inputs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gsynth
from gsynth.errors import ArgumentError, GsynthError
from gsynth.files.atomic import remove_leftovers, replacing
from gsynth.files.inputs import check_not_an_input
from gsynth.genomes.fasta import open_fasta

GENOME = ">chr1\n" + "ACGTTGCATGCATTGACC" * 40 + "\n"


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_stays_and_its_file_is_replaced(tmp_path: Path, dangling: bool) -> None:
    (tmp_path / "there").mkdir()
    target = tmp_path / "there" / "file"
    if not dangling:
        target.write_bytes(b"old")
    link = tmp_path / "link"
    link.symlink_to(target)
    with replacing(link) as (file,):
        file.write(b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["link", "there"]
    assert names(tmp_path / "there") == ["file"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_the_umask_decides_who_may_read_a_new_file(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        with replacing(tmp_path / "new") as (file,):
            file.write(b"1")
    finally:
        os.umask(before)
    assert (tmp_path / "new").stat().st_mode & 0o777 == mode


def test_a_replaced_file_keeps_its_mode(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    target.chmod(0o640)
    with replacing(target) as (file,):
        file.write(b"new")
    assert target.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_an_error_leaves_all_as_it_was(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def write() -> None:
        with replacing(tmp_path / "a", tmp_path / "b") as (a, _):
            a.write(b"new")
            raise error

    with pytest.raises(type(error)):
        write()
    assert names(tmp_path) == ["a"]
    assert (tmp_path / "a").read_bytes() == b"old"


def test_names_as_long_as_a_file_system_takes(tmp_path: Path) -> None:
    genome = tmp_path / ("g" * 248 + ".fa")
    genome.write_text(GENOME)
    model = gsynth.gsynth_train(genome=genome, k=2)
    saved = tmp_path / ("m" * 250)
    for compress in (False, True):
        gsynth.gsynth_save(model, saved, compress=compress)
        assert gsynth.gsynth_load(saved) == model
    output = tmp_path / ("o" * 247 + ".fa")
    gsynth.gsynth_random(genome=genome, output=output, seed=1)
    assert output.read_text().startswith(">chr1")
    assert not [name for name in names(tmp_path) if name.startswith(".")]


def test_what_a_killed_run_left_the_next_one_removes(tmp_path: Path) -> None:
    target = tmp_path / "out"
    code = f"""
import os, signal
from pathlib import Path
from gsynth.files.atomic import replacing
with replacing(Path({str(target)!r})) as (file,):
    file.write(b"half")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", code], check=False)
    assert len(names(tmp_path)) == 1, "SIGKILL leaves the temporary file"
    assert not target.exists()
    with replacing(target) as (file,):
        file.write(b"whole")
    assert names(tmp_path) == ["out"]


def test_what_another_run_is_writing_stays(tmp_path: Path) -> None:
    target = tmp_path / "out"
    with replacing(target) as (file,):
        file.write(b"first")
        remove_leftovers(target)
        # Locks belong to open files, so a second opening in this process is as strange as another process.
        with replacing(target) as (second,):
            second.write(b"second")
        assert target.read_bytes() == b"second"
    assert target.read_bytes() == b"first"
    assert names(tmp_path) == ["out"]


def test_two_processes_that_write_the_same_fasta(tmp_path: Path) -> None:
    code = """
import sys, gsynth
for seed in range(12):
    gsynth.gsynth_random(genome={"chr1": "ACGT" * int(sys.argv[2])}, output=sys.argv[1], seed=seed)
"""
    output = tmp_path / "out.fa"
    started = [subprocess.Popen([sys.executable, "-c", code, str(output), length]) for length in ("90", "3000")]
    assert [process.wait() for process in started] == [0, 0]
    # The index belongs to the sequence, whoever came last.
    length = len("".join(output.read_text().split("\n")[1:]))
    assert (tmp_path / "out.fa.fai").read_text().split("\t")[1] == str(length)
    assert names(tmp_path) == ["out.fa", "out.fa.fai"]


def test_two_first_saves_at_once(tmp_path: Path) -> None:
    code = """
import sys, numpy as np, gsynth
model = gsynth.GsynthModel(k=2, counts=np.full((1, 16, 4), int(sys.argv[2]), np.uint64))
for _ in range(20):
    gsynth.gsynth_save(model, sys.argv[1])
"""
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "m.gsm"), number]) for number in ("1", "2")]
    assert [process.wait() for process in started] == [0, 0]
    model = gsynth.gsynth_load(tmp_path / "m.gsm")
    assert len(set(model.counts.ravel().tolist())) == 1
    assert names(tmp_path) == ["m.gsm"]


@pytest.mark.parametrize("by", ["path", "hard link", "symbolic link", "link to the index"])
def test_an_output_that_is_an_input_is_refused(tmp_path: Path, by: str) -> None:
    genome = tmp_path / "g.fa"
    genome.write_text(GENOME)
    open_fasta(genome)
    output = genome if by == "path" else tmp_path / "other.fa"
    if by == "hard link":
        os.link(genome, output)
    elif by != "path":
        output.symlink_to(genome if by == "symbolic link" else tmp_path / "g.fa.fai")
    before = {name: (tmp_path / name).read_bytes() for name in names(tmp_path)}
    with pytest.raises(ArgumentError, match="reads"):
        gsynth.gsynth_random(genome=genome, output=output, seed=1, output_format="fasta")
    done = subprocess.run(
        [sys.executable, "-m", "gsynth", "random", "-g", genome, "--output-format", "fasta", "--force", "-o", output],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "reads" in done.stderr
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_inputs_are_found_in_lists_mappings_and_behind_a_column(tmp_path: Path) -> None:
    file = tmp_path / "t.tsv"
    file.write_text("x")
    for given in ([file], {"t": str(file)}, f"{file}:score", (None, [str(file)])):
        with pytest.raises(ArgumentError, match="another output"):
            check_not_an_input([file], [given])
    check_not_an_input([tmp_path / "new"], [file, 3, None, "x" * 10_000, {"chr1": "ACGT"}, "\0"])


def test_a_stream_that_cannot_take_bytes_is_refused(tmp_path: Path) -> None:
    genome = {"chr1": "ACGT" * 30}
    with (tmp_path / "text").open("w") as text, pytest.raises(TypeError, match="binary"):
        gsynth.gsynth_random(genome=genome, output=text, seed=1)
    with (tmp_path / "bytes").open("wb") as closed:
        pass
    with pytest.raises(ArgumentError, match="closed"):
        gsynth.gsynth_random(genome=genome, output=closed, seed=1)


@pytest.mark.parametrize("suffix", ["fa.gz", "fasta.bgz", "2bit", "fa.zst"])
def test_a_suffix_that_promises_something_else_is_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ArgumentError, match=suffix.rpartition(".")[2]):
        gsynth.gsynth_random(genome={"chr1": "ACGT" * 30}, output=tmp_path / f"out.{suffix}", seed=1)
    assert not names(tmp_path)


@pytest.mark.parametrize("name", ["a b", "a\nb", "a\tb", "a\rb"])
def test_a_name_that_would_spoil_its_header_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GsynthError, match="name"):
        gsynth.gsynth_random(genome={name: "ACGT" * 30}, output=tmp_path / "out.fa", seed=1)
    assert not names(tmp_path)
