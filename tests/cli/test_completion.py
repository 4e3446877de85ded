"""What real shells complete: each is asked as when the user presses the tabulator."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gsynth.cli.completion import SHELLS
from tests.cli.conftest import Run

CASES = [
    ("gsynth sam", "sample"),
    ("gsynth train --backend nump", "numpy"),
    ("gsynth convert a b --format gsm-", "gsm-zip"),
    ("gsynth train --dim mask", "masked_frac="),
    ("gsynth info mod", "model.gsm"),
    ("gsynth train genome.fa --mask rep", "repeats.bed"),
]

# Each line completed as bash would, then by bash's own completion of files where that is what it was told to use.
BASH = """
eval "$(gsynth completion bash)"
compopt() { [[ $2 == default ]] && files=1; }
for line in "$@"; do
    files=
    COMP_WORDS=($line); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMP_LINE=$line
    _gsynth_completion gsynth "${COMP_WORDS[COMP_CWORD]}" x
    [[ $files ]] && COMPREPLY+=($(compgen -f -- "${COMP_WORDS[COMP_CWORD]}"))
    echo "${COMPREPLY[@]}"
done
"""
FISH = """
gsynth completion fish | source
for line in $argv
    echo (complete -C "$line" | string replace -r '\\t.*' '')
end
"""
# Without a terminal zsh has no menu, so the function is asked, and what it would offer is printed.
ZSH = """
autoload -U compinit && compinit -u -D
eval "$(gsynth completion zsh)"
_describe() { offered+=(${(P)argv[-2]}) }
_path_files() { offered+=($words[-1]*(N)) }
compadd() { offered+=(${(P)argv[-1]}) }
for line in "$@"; do
    offered=(); words=(${(z)line}); CURRENT=$#words
    _gsynth_completion
    print -- ${offered//:*/}
done
"""
SHELL_SCRIPTS = {
    "bash": ("bash", "--norc", "-c", BASH, "bash"),
    "fish": ("fish", "--no-config", "-c", FISH),
    "zsh": ("zsh", "-f", "-c", ZSH, "zsh"),
}


@pytest.mark.parametrize("shell", SHELLS)
def test_a_real_shell_completes(shell: str, tmp_path: Path) -> None:
    found, *script = SHELL_SCRIPTS[shell]
    if shutil.which(found) is None:
        pytest.skip(f"no {shell} here")
    for name in ("model.gsm", "genome.fa", "repeats.bed"):
        (tmp_path / name).touch()
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    ran = subprocess.run(
        [found, *script, *(line for line, _ in CASES)],
        cwd=tmp_path, env={**os.environ, "PATH": path, "HOME": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    offered = [line.split() for line in ran.stdout.splitlines()]
    assert len(offered) == len(CASES), ran.stderr
    for (line, expected), names in zip(CASES, offered, strict=True):
        assert expected in names, f"{line}: {names}\n{ran.stderr}"


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_for_each_shell(shell: str, run: Run) -> None:
    assert "_GSYNTH_COMPLETE" in run("completion", shell).stdout


def test_an_unknown_shell_is_refused(run: Run) -> None:
    assert "fish" in run("completion", "tcsh", code=2).stderr
