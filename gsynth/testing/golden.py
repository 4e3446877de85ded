"""Golden cases: small inputs with the answers of the oracle, in files small enough to check by hand.

The inputs and the reason for each case are written by hand in ``golden/*.yaml``; ``python -m gsynth.testing.golden``
fills in what the oracle expects. The expected values must never be written in any other way.
"""

from __future__ import annotations

from importlib.resources import files
from itertools import product
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml
from attrs import frozen
from numpy.typing import NDArray

from gsynth.testing import oracle, oracle_score
from gsynth.testing.blocks import QUARTERS, Block, SamplingBlock, ScoringBlock, codes_of, letters_of
from gsynth.testing.shuffling_blocks import ShufflingBlock

FILES: Final = ("counting", "sampling", "scoring", "shuffling", "random_stream", "training")
"""The golden files, without the suffix."""


class _Dumper(yaml.SafeDumper):
    # A file for readers: repeated lists are written out, not as anchors.
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _flow_list(dumper: yaml.SafeDumper, values: list[Any]) -> yaml.Node:
    # Plain lists on one line, so that codes and edges can be compared by eye.
    plain = all(not isinstance(value, list | dict) for value in values)
    return dumper.represent_sequence("tag:yaml.org,2002:seq", values, flow_style=plain)


_Dumper.add_representer(list, _flow_list)


def read(name: str) -> dict[str, Any]:
    """One golden file: a mapping with provenance, contract and cases."""
    text = files("gsynth.testing").joinpath("golden", f"{name}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


@frozen(eq=False)
class CountingCase:
    """A block and what counting it must give."""

    name: str
    why: str
    clause: str
    block: Block
    counts: NDArray[np.uint64]
    windows_with_n: int

    def __str__(self) -> str:
        return self.name


@frozen(eq=False)
class SamplingCase:
    """A block and how it must be filled."""

    name: str
    why: str
    clause: str
    work: SamplingBlock
    filled: NDArray[np.uint8]

    def __str__(self) -> str:
        return self.name


@frozen(eq=False)
class ScoringCase:
    """A block and what scoring it must give."""

    name: str
    why: str
    clause: str
    work: ScoringBlock
    sums: NDArray[np.int64]
    left_out: NDArray[np.int32]

    def __str__(self) -> str:
        return self.name


@frozen(eq=False)
class ShufflingCase:
    """A block and how it must be shuffled."""

    name: str
    why: str
    clause: str
    work: ShufflingBlock
    shuffled: NDArray[np.uint8]

    def __str__(self) -> str:
        return self.name


def contexts(order: int) -> list[str]:
    """All contexts in the order of their index.

    Examples
    --------
    >>> contexts(2)[:6]
    ['AA', 'AC', 'AG', 'AT', 'CA', 'CC']
    """
    return ["".join(letters) for letters in product("ACGT", repeat=order)]


def table_of(lines: list[str], bins: int, order: int) -> NDArray[np.uint64]:
    """uint64[bins, 4**order, 4] from lines ``bin context base count``; all other cells are 0."""
    counts = np.zeros((bins, 4**order, 4), dtype=np.uint64)
    for line in lines:
        flat, context, base, number = line.split()
        counts[int(flat), contexts(order).index(context), "ACGT".index(base)] = int(number)
    return counts


def lines_of(counts: NDArray[np.uint64]) -> list[str]:
    """The lines that `table_of` reads, of the cells that are not 0."""
    order = round(np.log2(counts.shape[1]) / 2)
    names = contexts(order)
    return [f"{flat} {names[i]} {'ACGT'[base]} {counts[flat, i, base]}" for flat, i, base in np.argwhere(counts)]


def _block(case: dict[str, Any]) -> Block:
    return Block(case["order"], codes_of(case["codes"]), case["edges"], case["strata"])


def _thresholds(case: dict[str, Any]) -> NDArray[np.uint32]:
    tables = np.empty((case["bins"] + 1, 4 ** case["order"], 3), dtype=np.uint32)
    tables[:] = case.get("last_table", QUARTERS)
    for line in case["rows"]:
        flat, context, *row = line.split()
        which = slice(None) if context == "*" else contexts(case["order"]).index(context)
        tables[int(flat), which] = [int(number) for number in row]
    return tables


def _scoring_block(case: dict[str, Any]) -> ScoringBlock:
    logs = np.zeros((case["bins"], 4 ** case["order"], 4), dtype=np.int64)
    for line in case["rows"]:
        flat, context, *row = line.split()
        which = slice(None) if context == "*" else contexts(case["order"]).index(context)
        logs[int(flat), which] = [int(number) for number in row]
    return ScoringBlock(_block(case), case["cuts"], logs)


def _shuffling_block(case: dict[str, Any]) -> ShufflingBlock:
    runs = case["runs"]
    return ShufflingBlock(
        case["order"],
        codes_of(case["codes"]),
        starts=[run["start"] for run in runs],
        ends=[run["end"] for run in runs],
        keys=[int(run["key"], 16) for run in runs],
        gammas=[int(run["gamma"], 16) for run in runs],
        positions=[run["position"] for run in runs],
    )


def counting_cases() -> list[CountingCase]:
    """The cases of ``counting.yaml``."""
    return [
        CountingCase(
            case["name"],
            case["why"],
            case["clause"],
            _block(case),
            table_of(case["expected"]["counts"], case["bins"], case["order"]),
            case["expected"]["windows_with_n"],
        )
        for case in read("counting")["cases"]
    ]


def sampling_cases() -> list[SamplingCase]:
    """The cases of ``sampling.yaml``."""
    return [
        SamplingCase(
            case["name"],
            case["why"],
            case["clause"],
            SamplingBlock(_block(case), case["uniforms"], _thresholds(case)),
            codes_of(case["expected"]),
        )
        for case in read("sampling")["cases"]
    ]


def scoring_cases() -> list[ScoringCase]:
    """The cases of ``scoring.yaml``."""
    return [
        ScoringCase(
            case["name"],
            case["why"],
            case["clause"],
            _scoring_block(case),
            np.array(case["expected"]["sums"], dtype=np.int64),
            np.array(case["expected"]["left_out"], dtype=np.int32),
        )
        for case in read("scoring")["cases"]
    ]


def shuffling_cases() -> list[ShufflingCase]:
    """The cases of ``shuffling.yaml``."""
    return [
        ShufflingCase(case["name"], case["why"], case["clause"], _shuffling_block(case), codes_of(case["expected"]))
        for case in read("shuffling")["cases"]
    ]


def _expect_counting(case: dict[str, Any]) -> Any:
    block = _block(case)
    counts, with_n = oracle.count(block.codes, block.edges, block.strata, block.order, case["bins"])
    return {"windows_with_n": with_n, "counts": lines_of(counts)}


def _expect_sampling(case: dict[str, Any]) -> Any:
    block = _block(case)
    numbers = np.array(case["uniforms"], dtype=np.uint32)
    return letters_of(oracle.sample(block.codes, block.edges, block.strata, numbers, block.order, _thresholds(case)))


def _expect_scoring(case: dict[str, Any]) -> Any:
    work, block = _scoring_block(case), _block(case)
    sums, left_out = oracle_score.score(block.codes, block.edges, block.strata, work.cuts, block.order, work.logs)
    return {"sums": sums.tolist(), "left_out": left_out.tolist()}


def _expect_shuffling(case: dict[str, Any]) -> Any:
    return letters_of(_shuffling_block(case).truth())


def _expect_random_stream(case: dict[str, Any]) -> Any:
    if "key" in case:
        stream, start = oracle.Stream(int(case["key"], 16), int(case["gamma"], 16)), case["start"]
        return [oracle.uniform(stream, position) for position in range(start, start + case["length"])]
    found = oracle.stream(case["seed"], case["contig"], case["sample"], case["repeat"])
    return [f"{word:#018x}" for word in found]


def _expect_training(case: dict[str, Any]) -> Any:
    intervals = [tuple(interval) for interval in case["intervals"]]
    mask = [tuple(interval) for interval in case["mask"]]
    iterator = case.get("iterator")
    windows = case.get("strata", {})

    def stratum(contig: str, start: int, end: int) -> int:
        return int(windows[contig][start // iterator]) if iterator else 0

    found = oracle.train(
        case["sequences"], intervals, case["k"], bins=case["bins"], stratum=stratum, iterator=iterator, mask=mask
    )
    return {
        "total_masked": found.total_masked,
        "total_n": found.total_n,
        "total_kmers": int(found.counts.sum()),
        "counts": lines_of(found.counts),
    }


_EXPECT: Final = {
    "counting": _expect_counting,
    "sampling": _expect_sampling,
    "scoring": _expect_scoring,
    "shuffling": _expect_shuffling,
    "random_stream": _expect_random_stream,
    "training": _expect_training,
}


def expected(name: str, case: dict[str, Any]) -> Any:
    """What the oracle expects of one case of a golden file."""
    return _EXPECT[name](case)


def main() -> None:
    """Fill in the expected values of every golden file, in place."""
    for name in FILES:
        content = read(name)
        for case in content["cases"]:
            case["expected"] = expected(name, case)
        path = Path(__file__).with_name("golden") / f"{name}.yaml"
        text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=116)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
