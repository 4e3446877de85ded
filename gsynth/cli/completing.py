"""What a shell may complete in the values of options. Nothing is imported before a shell asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import click
from click.shell_completion import CompletionItem

TRACK_FUNCTIONS: Final = ("gc", "cpg", "kmer_frac", "kmer_count", "masked_frac", "n_frac")
"""The functions of the sequence that ``--dim`` knows, for completion and help."""

Completer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def among(names: Callable[[], Iterable[str]]) -> Completer:
    """Completes to one of the names."""

    def complete(context: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        return [CompletionItem(name) for name in names() if name.startswith(incomplete)]

    return complete


def _registered(role: str) -> Callable[[], list[str]]:
    def names() -> list[str]:
        from gsynth.plugins.registry import registry

        return sorted({status.name for status in registry().statuses() if status.role == role})

    return names


backends: Final = among(_registered("counter"))
formats: Final = among(_registered("serializer"))
dimensions: Final = among(lambda: [f"{name}=" for name in TRACK_FUNCTIONS if not name.startswith("kmer")])
