"""Synthetic genomes from stratified Markov models.

The public names load on first use, so ``import gsynth`` is cheap and imports no backend and no format. The modules
`gsynth.errors`, `gsynth.plot`, `gsynth.plugins` and `gsynth.typing` do so too.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gsynth import errors as errors
    from gsynth import plot as plot
    from gsynth import plugins as plugins
    from gsynth import typing as typing
    from gsynth.comparison import gsynth_compare as gsynth_compare
    from gsynth.errors import GsynthError as GsynthError
    from gsynth.forbidding import gsynth_forbid_kmer as gsynth_forbid_kmer
    from gsynth.genomes import open_genome as open_genome
    from gsynth.genomes import use_genome as use_genome
    from gsynth.merging import gsynth_merge as gsynth_merge
    from gsynth.model import DimSpec as DimSpec
    from gsynth.model import GsynthModel as GsynthModel
    from gsynth.model.binning import gsynth_bin_map as gsynth_bin_map
    from gsynth.model.merging import gsynth_cell_merge as gsynth_cell_merge
    from gsynth.randomising import gsynth_random as gsynth_random
    from gsynth.replacement import gsynth_replace_kmer as gsynth_replace_kmer
    from gsynth.sampling import gsynth_sample as gsynth_sample
    from gsynth.scoring import gsynth_score as gsynth_score
    from gsynth.selection import gsynth_select_order as gsynth_select_order
    from gsynth.shuffling import gsynth_shuffle as gsynth_shuffle
    from gsynth.storage import gsynth_convert as gsynth_convert
    from gsynth.storage import gsynth_load as gsynth_load
    from gsynth.storage import gsynth_save as gsynth_save
    from gsynth.training import gsynth_train as gsynth_train

    bin_map = gsynth_bin_map
    cell_merge = gsynth_cell_merge
    compare = gsynth_compare
    convert = gsynth_convert
    forbid_kmer = gsynth_forbid_kmer
    load = gsynth_load
    merge = gsynth_merge
    random = gsynth_random
    replace_kmer = gsynth_replace_kmer
    sample = gsynth_sample
    save = gsynth_save
    score = gsynth_score
    select_order = gsynth_select_order
    shuffle = gsynth_shuffle
    train = gsynth_train

__version__ = "0.1.0"

_HOME = {
    "DimSpec": "gsynth.model",
    "GsynthModel": "gsynth.model",
    "GsynthError": "gsynth.errors",
    "gsynth_bin_map": "gsynth.model.binning",
    "gsynth_train": "gsynth.training",
    "gsynth_sample": "gsynth.sampling",
    "gsynth_random": "gsynth.randomising",
    "gsynth_replace_kmer": "gsynth.replacement",
    "gsynth_score": "gsynth.scoring",
    "gsynth_shuffle": "gsynth.shuffling",
    "gsynth_compare": "gsynth.comparison",
    "gsynth_select_order": "gsynth.selection",
    "gsynth_merge": "gsynth.merging",
    "gsynth_forbid_kmer": "gsynth.forbidding",
    "gsynth_save": "gsynth.storage",
    "gsynth_load": "gsynth.storage",
    "gsynth_convert": "gsynth.storage",
    "gsynth_cell_merge": "gsynth.model.merging",
    "open_genome": "gsynth.genomes",
    "use_genome": "gsynth.genomes",
}
_MODULES = ("errors", "plot", "plugins", "typing")

__all__ = ["__version__", *_HOME]


if not TYPE_CHECKING:
    # Hidden from type checkers, so that they find names that do not exist.

    def __getattr__(name: str) -> Any:
        # ``gsynth.train`` is ``gsynth.gsynth_train``, as in R's ``gsynth.train``.
        if name in _MODULES:
            return importlib.import_module(f"gsynth.{name}")
        full = name if name in _HOME else f"gsynth_{name}"
        if full not in _HOME:
            raise AttributeError(f"module 'gsynth' has no attribute {name!r}")
        value = getattr(importlib.import_module(_HOME[full]), full)
        # Kept, so that the next access does not come here.
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    # What a reader may use: not the modules that happen to be loaded, nor what this file imports.
    return sorted({*__all__, *_MODULES, *(name.removeprefix("gsynth_") for name in _HOME)})
