"""Fails unless ``gsynth plugins`` lists the backends as expected.

Usage: ``python .ci/backends.py numpy numba !cython``: the named ones can be used, those with a ``!`` are listed and
cannot, with a reason.
"""

from __future__ import annotations

import json
import subprocess
import sys


def problems(listed: list[dict[str, object]], expected: list[str]) -> list[str]:
    """What differs between the plugins that are listed and the words that say what is expected."""
    found = []
    for word in expected:
        name, usable = word.removeprefix("!"), not word.startswith("!")
        for role in ("counter", "sampler", "scorer"):
            entries = [entry for entry in listed if (entry["role"], entry["name"]) == (role, name)]
            if len(entries) != 1:
                found.append(f"{role} {name} is listed {len(entries)} times, expected once")
            elif entries[0]["usable"] is not usable:
                found.append(f"{role} {name}: usable is {entries[0]['usable']}, expected {usable}: {entries[0]}")
            elif not usable and not entries[0]["reason"]:
                found.append(f"{role} {name} cannot be used and no reason is given")
    return found


if __name__ == "__main__":
    output = subprocess.run(["gsynth", "plugins", "--json"], check=True, capture_output=True, text=True).stdout
    sys.exit("\n".join(problems(json.loads(output)["plugins"], sys.argv[1:])) or None)
