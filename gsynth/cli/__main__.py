"""``python -m gsynth.cli``."""

from __future__ import annotations

from gsynth.cli import main

if __name__ == "__main__":
    main(prog_name="gsynth")
