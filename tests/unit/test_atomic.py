"""Files take their names whole: links, modes, long names, what killed runs leave, and outputs that are inputs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import gsynth
from gsynth.errors import ArgumentError, GsynthError
from gsynth.files.atomic import replacing
from gsynth.files.inputs import check_not_an_input
from gsynth.files.locks import try_lock
from gsynth.files.placement import workspace
from gsynth.genomes import faidx
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
        gsynth.gsynth_save(model, saved, compress=compress, overwrite=True)
        assert gsynth.gsynth_load(saved) == model
    output = tmp_path / ("o" * 247 + ".fa")
    gsynth.gsynth_random(genome=genome, output=output, seed=1, overwrite=True)
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
        # Locks belong to open files, so a second opening in this process is as strange as another process.
        with replacing(target) as (second,):
            second.write(b"second")
        assert target.read_bytes() == b"second"
    assert target.read_bytes() == b"first"
    assert names(tmp_path) == ["out"]


def test_what_is_not_ours_stays(tmp_path: Path) -> None:
    """Hidden names that look like a temporary one, and a link to a file elsewhere under such a name."""
    others = [".out.download.part", ".out.0123456789abcde.part", ".out.0123456789abcdefg.part", ".outer.txt"]
    for name in others:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".out.0123456789abcdef.part").symlink_to(".outer.txt")
    with replacing(tmp_path / "out") as (file,):
        file.write(b"1")
    assert names(tmp_path) == sorted([*others, "out", ".out.0123456789abcdef.part"])


def test_a_temporary_that_another_process_took_for_a_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its making and its locking it can be deleted: then there is another one."""
    made: list[int] = []

    def late(descriptor: int) -> bool | None:
        made.append(descriptor)
        if len(made) == 1:
            (gone,) = tmp_path.iterdir()
            gone.unlink()
        return try_lock(descriptor)

    monkeypatch.setattr("gsynth.files.siblings.try_lock", late)
    with replacing(tmp_path / "out") as (file,):
        file.write(b"whole")
    assert len(made) == 2
    assert (tmp_path / "out").read_bytes() == b"whole"
    assert names(tmp_path) == ["out"]


def test_a_folder_that_another_process_took_for_a_leftover(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same of a folder, which is made and opened in two steps."""
    mkdir, made = Path.mkdir, []

    def lost(path: Path, mode: int = 0o777) -> None:
        mkdir(path, mode)
        made.append(path)
        if len(made) == 1:
            path.rmdir()

    monkeypatch.setattr(Path, "mkdir", lost)
    with workspace(tmp_path / "m") as new:
        new.write_bytes(b"model")
    assert made[0] == made[1]
    assert not names(tmp_path)


def test_a_folder_that_is_locked_by_whoever_started_the_process(tmp_path: Path) -> None:
    """As by ``flock FOLDER gsynth ...``: writing there does not wait for ever."""
    fcntl = pytest.importorskip("fcntl")
    descriptor = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        code = f"import gsynth; gsynth.gsynth_random(genome={{'c': 9}}, output={str(tmp_path / 'out.fa')!r}, seed=1)"
        subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    finally:
        os.close(descriptor)
    assert names(tmp_path) == ["out.fa", "out.fa.fai"]


@pytest.mark.parametrize("before", ["unlink", "os.replace"])
def test_a_process_killed_between_its_steps_leaves_no_foreign_index(tmp_path: Path, before: str) -> None:
    """Killed with the temporaries written, before or after the old index went: never the new index on the old file."""
    output = tmp_path / "out.fa"
    gsynth.gsynth_random(genome={"c": 100}, output=output, seed=1, overwrite=True)
    old = output.read_bytes()
    place = "Path.unlink" if before == "unlink" else "os.replace"
    code = f"""
import os, signal, gsynth
from pathlib import Path
def killed(*args, **named):
    os.kill(os.getpid(), signal.SIGKILL)
{place} = killed
gsynth.gsynth_random(genome={{"c": 900}}, output={str(output)!r}, seed=1, overwrite=True)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert output.read_bytes() == old
    index = tmp_path / "out.fa.fai"
    assert index.exists() == (before == "unlink")
    assert len([name for name in names(tmp_path) if name.endswith(".part")]) == 2
    gsynth.gsynth_random(genome={"c": 900}, output=output, seed=1, overwrite=True)
    assert index.read_text().startswith("c\t900\t")
    assert names(tmp_path) == ["out.fa", "out.fa.fai"]


def test_chains_and_circles_of_links(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("there")
    with replacing(tmp_path / "a") as (file,):
        file.write(b"1")
    assert (tmp_path / "there").read_bytes() == b"1"
    assert (tmp_path / "b").is_symlink()
    (tmp_path / "there").unlink()
    (tmp_path / "there").symlink_to("a")
    with pytest.raises(ArgumentError, match="leads back"):
        gsynth.gsynth_random(genome={"c": 9}, output=tmp_path / "a", seed=1, overwrite=True)
    with pytest.raises(ArgumentError, match="leads back"):
        gsynth.gsynth_save(gsynth.gsynth_train(genome={"c": "ACGTACGT"}, k=1), tmp_path / "a", overwrite=True)
    assert names(tmp_path) == ["a", "b", "there"]


def limited(call: str) -> subprocess.CompletedProcess[str]:
    """Run `call` where no file may grow beyond 1 kB."""
    code = f"""
import resource, gsynth
model = gsynth.gsynth_train(genome={{"c": "ACGT" * 500}}, k=4)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
{call}
"""
    return subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("out.fa", "gsynth.gsynth_sample(model, {path!r}, genome={{'c': 5000}}, overwrite=True)"),
        ("m.gsm", "gsynth.gsynth_save(model, {path!r}, overwrite=True)"),
        ("m.zip", "gsynth.gsynth_save(model, {path!r}, overwrite=True)"),
    ],
)
def test_a_disk_that_takes_no_more(tmp_path: Path, name: str, call: str) -> None:
    done = limited(call.format(path=str(tmp_path / name)))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == f"OSError: [Errno 27] File too large: '{tmp_path / name}'"
    assert not names(tmp_path)


def test_a_folder_that_takes_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the output, not the temporary file."""
    real_open = os.open

    def refusing(path: object, flags: int, *args: object, **named: object) -> int:
        if flags & os.O_CREAT:
            raise PermissionError(13, "Permission denied", path)
        return real_open(path, flags, *args, **named)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(os, "open", refusing)
    with pytest.raises(PermissionError) as caught:
        gsynth.gsynth_random(genome={"c": 9}, output=tmp_path / "out.fa", seed=1, overwrite=True)
    assert caught.value.filename == str(tmp_path / "out.fa")
    assert not names(tmp_path)


def test_two_processes_that_write_the_same_fasta(tmp_path: Path) -> None:
    code = """
import sys, gsynth
for seed in range(12):
    gsynth.gsynth_random(genome={"chr1": "ACGT" * int(sys.argv[2])}, output=sys.argv[1], seed=seed, overwrite=True)
"""
    output = tmp_path / "out.fa"
    started = [subprocess.Popen([sys.executable, "-c", code, str(output), length]) for length in ("90", "3000")]
    assert [process.wait() for process in started] == [0, 0]
    # The index belongs to the sequence, whoever came last.
    length = len("".join(output.read_text().split("\n")[1:]))
    assert (tmp_path / "out.fa.fai").read_text().split("\t")[1] == str(length)
    assert names(tmp_path) == ["out.fa", "out.fa.fai"]


@pytest.mark.parametrize("when", ["while it is read", "while its index is written"])
def test_a_fasta_that_is_replaced_while_it_is_indexed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Its index is not left beside the new one."""
    output = tmp_path / "x.fa"
    output.write_text(">old\nACGT\nAC\n")
    name = "scan" if when == "while it is read" else "encode_fai"
    made = getattr(faidx, name)

    def late(given: object) -> object:
        result = made(given)
        gsynth.gsynth_random(genome={"new": 70}, output=output, seed=1, overwrite=True)
        return result

    monkeypatch.setattr(faidx, name, late)
    assert list(open_fasta(output).contigs) == ["old"]
    assert (tmp_path / "x.fa.fai").read_text() == "new\t70\t5\t60\t61\n"
    monkeypatch.undo()
    assert list(open_fasta(output).contigs) == ["new"]


@pytest.mark.parametrize("locks", [True, False])
def test_two_first_saves_at_once(tmp_path: Path, locks: bool) -> None:
    code = f"""
import sys, numpy as np, gsynth, gsynth.files.locks
if not {locks}:
    gsynth.files.locks.fcntl = None
model = gsynth.GsynthModel(k=2, counts=np.full((1, 16, 4), int(sys.argv[2]), np.uint64))
for number in range(20):
    gsynth.gsynth_save(model, f"{{sys.argv[1]}}{{number}}", overwrite=True)
"""
    started = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path / "m.gsm"), number]) for number in ("1", "2")]
    assert [process.wait() for process in started] == [0, 0]
    for number in range(20):
        model = gsynth.gsynth_load(tmp_path / f"m.gsm{number}")
        assert len(set(model.counts.ravel().tolist())) == 1
    assert len(names(tmp_path)) == 20


@pytest.mark.parametrize("compress", [False, True])
def test_a_replaced_model_keeps_its_mode(tmp_path: Path, compress: bool) -> None:
    model = gsynth.gsynth_train(genome={"c": "ACGTACGT"}, k=1)
    path = tmp_path / "m.gsm"
    gsynth.gsynth_save(model, path, compress=compress, overwrite=True)
    files = [path, *path.iterdir()] if path.is_dir() else [path]
    for file in files:
        file.chmod(0o750)
    gsynth.gsynth_save(model, path, compress=compress, overwrite=True)
    assert [file.stat().st_mode & 0o777 for file in files] == [0o750] * len(files)


def test_the_umask_decides_of_all_that_is_written(tmp_path: Path) -> None:
    genome = tmp_path / "g.fa"
    genome.write_text(GENOME)
    code = f"""
import os, gsynth
os.umask(0o027)
os.chdir({str(tmp_path)!r})
model = gsynth.gsynth_train(genome="g.fa", k=1)
gsynth.gsynth_save(model, "m.gsm", overwrite=True)
gsynth.gsynth_save(model, "m.zip", overwrite=True)
gsynth.gsynth_sample(model, "out.fa", genome="g.fa", seed=1, overwrite=True)
"""
    subprocess.run([sys.executable, "-c", code], check=True)
    modes = {str(path.relative_to(tmp_path)): path.stat().st_mode & 0o777 for path in tmp_path.rglob("*")}
    del modes["g.fa"]
    assert modes.pop("m.gsm") == 0o750
    assert set(modes.values()) == {0o640}
    assert {"g.fa.fai", "m.zip", "out.fa", "out.fa.fai", "m.gsm/counts.bin"} < set(modes)


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize("at", ["os.fsync", "gsynth.files.placement._take_name", "gsynth.files.placement._exchange"])
def test_a_killed_save_leaves_the_old_model(tmp_path: Path, at: str, compress: bool) -> None:
    """While it is written, and before and after it could take its name; the next save clears up."""
    path = tmp_path / "m.gsm"
    old = gsynth.gsynth_train(genome={"c": "ACGTACGT"}, k=1)
    gsynth.gsynth_save(old, path, overwrite=True)
    code = f"""
import os, signal, gsynth, gsynth.files.placement
model = gsynth.gsynth_train(genome={{"c": "ACGTACGT"}}, k=2)
def killed(*args):
    os.kill(os.getpid(), signal.SIGKILL)
{at} = killed
gsynth.gsynth_save(model, {str(path)!r}, compress={compress}, overwrite=True)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    assert gsynth.gsynth_load(path) == old
    assert any(name.endswith(".saving") for name in names(tmp_path))
    gsynth.gsynth_save(old, path, overwrite=True)
    assert names(tmp_path) == ["m.gsm"]


@pytest.mark.parametrize("length", [120, 250, 255])
def test_a_killed_save_of_a_long_name_is_found_and_its_leftovers_deleted(tmp_path: Path, length: int) -> None:
    path = tmp_path / ("m" * length)
    model = gsynth.gsynth_train(genome={"c": "ACGTACGT"}, k=1)
    gsynth.gsynth_save(model, path, overwrite=True)
    code = f"""
import os, signal, gsynth, gsynth.files.placement
model = gsynth.gsynth_load({str(path)!r})
gsynth.files.placement._exchange = lambda new, target: False
rename = os.rename
def killed(source, target):
    rename(source, target)
    os.kill(os.getpid(), signal.SIGKILL)
os.rename = killed
gsynth.gsynth_save(model, {str(path)!r}, overwrite=True)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == -9
    with pytest.raises(GsynthError, match="interrupted save left one at"):
        gsynth.gsynth_load(path)
    # What may be the only copy stays, whatever is saved next, until it is moved back.
    gsynth.gsynth_save(model, path, overwrite=True)
    (kept,) = [name for name in names(tmp_path) if name != path.name]
    (tmp_path / kept / "old" / path.name).rename(tmp_path / "moved")
    gsynth.gsynth_save(model, path, overwrite=True)
    assert names(tmp_path) == sorted([path.name, "moved"])


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
    with pytest.raises(ArgumentError, match="also an input"):
        gsynth.gsynth_random(genome=genome, output=output, seed=1, output_format="fasta", overwrite=True)
    done = subprocess.run(
        [sys.executable, "-m", "gsynth", "random", "-g", genome, "--output-format", "fasta", "--force", "-o", output],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "also an input" in done.stderr
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == before


def test_inputs_are_found_wherever_they_are_given(tmp_path: Path) -> None:
    pd = pytest.importorskip("pandas")
    file, link = tmp_path / "t.tsv", tmp_path / "link"
    file.write_text("x")
    link.symlink_to(file)
    text = str(file)
    ways = (
        [file], {"t": text}, f"{text}:score", (None, [text]), pd.Series([text]), [("chr1", 0, 5), text], f"{link}:1",
    )  # fmt: skip
    for given in ways[:-1]:
        with pytest.raises(ArgumentError, match="another output"):
            check_not_an_input([file], [given])
        with pytest.raises(ArgumentError, match="another output"):
            check_not_an_input([tmp_path / "new", link], ["other", given])
    check_not_an_input([tmp_path / "new"], [file, 3, None, "x" * 10_000, {"chr1": "ACGT"}, "\0"])
    # A region of a contig that is called like the file.
    check_not_an_input([file], [f"{text}:1-100", f"{text}:1,000", 3, None, "x" * 10_000, {"chr1": "ACGT"}, "\0"])


@pytest.mark.parametrize("by", ["path", "hard link", "symbolic link"])
def test_an_output_in_the_folder_of_the_model_is_refused(tmp_path: Path, by: str) -> None:
    saved, genome = tmp_path / "m.gsm", tmp_path / "g.fa"
    genome.write_text(GENOME)
    gsynth.gsynth_save(gsynth.gsynth_train(genome=genome, k=1), saved, overwrite=True)
    output = saved / "counts.bin" if by == "path" else tmp_path / "counts"
    if by == "hard link":
        os.link(saved / "counts.bin", output)
    elif by == "symbolic link":
        output.symlink_to(saved / "counts.bin")
    before = output.read_bytes()
    done = subprocess.run(
        [sys.executable, "-m", "gsynth", "sample", saved, "-g", genome, "--force", "-o", output],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "is also an input" in done.stderr
    assert output.read_bytes() == before


def test_a_model_is_not_converted_onto_itself(tmp_path: Path) -> None:
    saved, link = tmp_path / "m.gsm", tmp_path / "link.gsm"
    gsynth.gsynth_save(gsynth.gsynth_train(genome={"c": "ACGTACGT"}, k=1), saved, overwrite=True)
    link.symlink_to(saved)
    with pytest.raises(ArgumentError, match="also an input"):
        gsynth.gsynth_convert(saved, link, compress=True, overwrite=True)
    assert saved.is_dir()


def test_a_stream_that_cannot_take_bytes_is_refused(tmp_path: Path) -> None:
    genome = {"chr1": "ACGT" * 30}
    with (tmp_path / "text").open("w") as text, pytest.raises(TypeError, match="binary"):
        gsynth.gsynth_random(genome=genome, output=text, seed=1, overwrite=True)
    with (tmp_path / "bytes").open("wb") as closed:
        pass
    with pytest.raises(ArgumentError, match="closed"):
        gsynth.gsynth_random(genome=genome, output=closed, seed=1, overwrite=True)


@pytest.mark.parametrize("suffix", ["fq.gz", "bgz", "bed", "fa.zst"])
def test_a_suffix_that_promises_something_else_is_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(ArgumentError, match="asks for"):
        gsynth.gsynth_random(genome={"chr1": "ACGT" * 30}, output=tmp_path / f"out.{suffix}", seed=1, overwrite=True)
    assert not names(tmp_path)


@pytest.mark.parametrize("name", ["a b", "a\nb", "a\tb", "a\rb"])
def test_a_name_that_would_spoil_its_header_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(GsynthError, match="name"):
        gsynth.gsynth_random(genome={name: "ACGT" * 30}, output=tmp_path / "out.fa", seed=1, overwrite=True)
    assert not names(tmp_path)
