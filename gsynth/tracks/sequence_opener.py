"""Opens functions of the sequence by the text that names them."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from typing import Any, Final

from gsynth.plugins import ArgumentError, Genome, Track
from gsynth.tracks import sequence

FUNCTIONS: Final[dict[str, Callable[..., Track]]] = {
    "gc": sequence.gc,
    "cpg": sequence.cpg,
    "kmer_frac": sequence.kmer_frac,
    "kmer_count": sequence.kmer_count,
    "masked_frac": sequence.masked_frac,
    "n_frac": sequence.n_frac,
}


class SequenceOpener:
    """Opens a named function of the sequence (see `gsynth.plugins.TrackOpener`)."""

    def open(self, source: object, genome: Genome) -> Track:
        """The track that the text `source` names: ``gc``, ``kmer_frac('CG', strand=0)``."""
        if not genome.has_sequence:
            raise ArgumentError(f"track {source!r} needs the sequence, and {genome.name} has sizes only")
        name, args, kwargs = _call(str(source))
        try:
            bound = inspect.signature(FUNCTIONS[name]).bind(*args, **kwargs)
        except TypeError as error:
            raise ArgumentError(f"track {source}: {error}; it is written {_usage(name)}") from None
        return FUNCTIONS[name](*bound.args, **bound.kwargs)


def _usage(name: str) -> str:
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    words = ['"CG"' if p.default is p.empty else f"{p.name}={p.default!r}" for p in parameters]
    return f"{name}({', '.join(words)})" if words else name


def _call(text: str) -> tuple[str, list[Any], dict[str, Any]]:
    """The name, arguments and named arguments of a bare name or a call with literals."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
        if isinstance(node, ast.Name):
            return node.id, [], {}
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            args = [ast.literal_eval(arg) for arg in node.args]
            return node.func.id, args, {str(k.arg): ast.literal_eval(k.value) for k in node.keywords}
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        pass
    raise ArgumentError(f"a function of the sequence is a name, or a name with literals in brackets, found {text!r}")
