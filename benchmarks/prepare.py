"""Makes what a run needs beside the genome: ``python -m benchmarks.prepare SPEC``, in a process of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from benchmarks.jobs import Job
from benchmarks.ours import make_model
from benchmarks.theirs import make_database


def make(spec: dict[str, Any]) -> None:
    """A model or a database; under its final name only when it is whole."""
    path, genome = Path(spec["path"]), Path(spec["genome"])
    partial = path.with_name("partial-" + path.name)
    if spec["what"] == "database":
        make_database(genome, partial)
    else:
        make_model(Job(**spec["job"]), genome, partial)
    partial.rename(path)


if __name__ == "__main__":
    make(json.loads(sys.argv[1]))
