"""Fuzzes parsers for some seconds each: ``python run.py SECONDS [TARGET...]``; with atheris where it is installed.

Without it, seeds are changed at random. What breaks a parser is written to ``findings/TARGET/`` and becomes a test.
"""

from __future__ import annotations

import hashlib
import importlib
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
# By name: this folder is no package, and the line above must come first.
_targets = importlib.import_module("targets")
READERS, seeds, try_bytes = _targets.READERS, _targets.seeds, _targets.try_bytes

FINDINGS = Path(__file__).parent / "findings"


def mutated(data: bytes, rng: random.Random) -> bytes:
    """`data` with a few bytes changed, cut out, doubled or put elsewhere."""
    changed = bytearray(data)
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(len(changed) + 1)
        kind = rng.randrange(5)
        if kind == 0 and changed:
            changed[at % len(changed)] ^= 1 << rng.randrange(8)
        elif kind == 1 and changed:
            changed[at % len(changed)] = rng.choice([0, 1, 9, 10, 13, 32, 45, 48, 57, 62, 127, 128, 254, 255])
        elif kind == 2:
            del changed[at : at + rng.randrange(1, 9)]
        elif kind == 3:
            changed[at:at] = changed[at : at + rng.randrange(1, 33)]
        else:
            changed[at:at] = rng.choice([b"\xff" * 4, b"\x7f\xff\xff\xff", b"1e400", b"-1", b"9" * 25, b"\n\n", b"\t"])
    return bytes(changed)


def fuzz(target: str, start: list[bytes], seconds: float) -> tuple[int, int]:
    """Executions and findings of one parser."""
    rng = random.Random(target)
    executions = findings = 0
    corpus = list(start)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        data = mutated(rng.choice(corpus), rng)
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        executions += 1
        try:
            if try_bytes(target, data, folder) and len(corpus) < 1000:
                corpus.append(data)
        except Exception as error:  # this is what is looked for
            findings += 1
            kept = FINDINGS / target / hashlib.sha256(data).hexdigest()[:16]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
            print(f"{target}: {type(error).__name__}: {str(error)[:200]} ({kept})", flush=True)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return executions, findings


def with_atheris(target: str, start: list[bytes], seconds: int) -> None:
    """Coverage decides what is changed next; libFuzzer ends the process at the first finding."""
    # Not a plain import: nothing else needs it, and it is not there on every system.
    atheris = importlib.import_module("atheris")
    corpus = Path(tempfile.mkdtemp(prefix="corpus-"))
    for number, data in enumerate(start):
        (corpus / str(number)).write_bytes(data)

    def one(data: bytes) -> None:
        folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
        try:
            try_bytes(target, data, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    kept = FINDINGS / target
    kept.mkdir(parents=True, exist_ok=True)
    atheris.instrument_all()
    atheris.Setup(["run", str(corpus), f"-max_total_time={seconds}", f"-artifact_prefix={kept}/", "-timeout=25"], one)
    atheris.Fuzz()


def main() -> int:
    """Fuzz all targets, or those that are named, each for its share of the time."""
    seconds, names = float(sys.argv[1]), sys.argv[2:] or list(READERS)
    start = seeds(Path(tempfile.mkdtemp(prefix="seeds-")))
    if len(names) == 2 and names[0] == "--atheris":
        with_atheris(names[1], start[names[1]], int(seconds))
        return 0
    found = 0
    for name in names:
        executions, findings = fuzz(name, start[name], seconds / len(names))
        print(f"{name}: {executions:,} executions, {findings} findings", flush=True)
        found += findings
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
