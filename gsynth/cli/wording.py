"""Messages of the calls in words of the command line: ``--no-check-composition``, not ``check_composition=False``."""

from __future__ import annotations

import re
from typing import Final

OPTIONS: Final = {
    "allow_parallel": "--parallel",
    "bin_merge": "--bin-merge",
    "cell_merge": "--cell-merge",
    "check_composition": "--check-composition",
    "chrom_alias": "--chrom-alias",
    "keep_case": "--keep-case",
    "mask_copy": "--mask-copy",
    "mask_overlap": "--mask-overlap",
    "max_chunk_size": "--max-chunk-size",
    "min_obs": "--min-obs",
    "n_policy": "--n-policy",
    "n_samples": "--n-samples",
    "nuc_probs": "--nuc-probs",
    "num_cores": "--threads",
    "output_format": "--output-format",
    "overwrite": "--force",
    "line_width": "--line-width",
    "preserve_n": "--preserve-n",
    "sparse_policy": "--sparse-policy",
}
"""Parameters that have another name than their option."""

_WORDS: Final = {
    **OPTIONS,
    **{
        name: f"--{name}"
        for name in (
            "backend",
            "dtype",
            "init",
            "iterator",
            "names",
            "outside",
            "pad",
            "prior",
            "seed",
            "smoothing",
            "strands",
        )
    },
}

_VALUE: Final = r"(?:\{(?:[^{}]|\{[^{}]*\})*\}|'[^']*'|[\w.-]+)"
_BOTH_WAYS: Final = re.compile(rf"\b[a-z_]+={_VALUE} \((--[^()]+)\)")
_GIVEN: Final = re.compile(rf"(?<![\w./'\"-])({'|'.join(_WORDS)})=({_VALUE})")
_NAMED: Final = re.compile(rf"(?<![\w./'\"-])({'|'.join(OPTIONS)})(?![\w./'\"=-])")


def in_options(text: str) -> str:
    """`text` with parameters of Python as options; what is no parameter, such as the name of a file, stays.

    Examples
    --------
    >>> in_options("differ in composition; check_composition=False allows that")
    'differ in composition; --no-check-composition allows that'
    >>> in_options("pass chrom_alias='ucsc-ensembl' (--chrom-alias ucsc-ensembl)")
    'pass --chrom-alias ucsc-ensembl'
    >>> in_options("chrom_alias: no file 'chrom_alias.txt'")
    "--chrom-alias: no file 'chrom_alias.txt'"
    """
    text = _BOTH_WAYS.sub(r"\1", text)
    text = _GIVEN.sub(lambda found: _given(found[1], found[2]), text)
    return _NAMED.sub(lambda found: OPTIONS[found[1]], text)


def _given(name: str, value: str) -> str:
    option = _WORDS[name]
    if value in ("True", "False"):
        return option if value == "True" else option.replace("--", "--no-", 1)
    if value.startswith("{"):
        return f"{option} OLD=NEW" if name == "chrom_alias" else option
    word = value.strip("'")
    return f"{option} {word}"
