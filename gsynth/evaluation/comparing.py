"""A comparison of a synthetic genome with the real one: everything that was measured, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from gsynth.evaluation.autocorrelation import Identity
from gsynth.evaluation.checks import Check, Verdict, worst
from gsynth.evaluation.matches import Leak
from gsynth.evaluation.places import InPlace
from gsynth.evaluation.spectra import Spectrum, StrataComparison, StratumComparison
from gsynth.evaluation.surprise import Surprise
from gsynth.evaluation.windows import Profile
from gsynth.evaluation.words import WordComparison
from gsynth.files import PathLike

SCHEMA: Final = 1
"""Version of the dict; it rises if a name goes or changes its meaning, not if one is added."""


@frozen(eq=False, repr=False)
class Comparison:
    """A synthetic genome compared with the real one.

    Attributes
    ----------
    real, synthetic : str
        The names of the genomes.
    k : int
        The Markov order that the sample must keep.
    exact : bool
        Whether the law of the sample is known, because a model was given.
    checks : list of Check
        Each with its ``name``, ``verdict``, ``value``, ``expected`` and ``text``.
    words : list of WordComparison
        Words of 1 to 8 letters.
    strata : list of StratumComparison
        Of each stratum of the model; empty without a model.
    overall : StratumComparison
        Of all strata together.
    """

    real: str
    synthetic: str
    k: int
    exact: bool
    checks: Sequence[Check]
    words: Sequence[WordComparison]
    by_stratum: StrataComparison
    identities: tuple[Identity, Identity]
    profiles: tuple[Profile, Profile]
    surprise: Surprise
    leak: Leak
    in_place: InPlace | None = field(default=None)

    @property
    def strata(self) -> Sequence[StratumComparison]:
        """The strata, if a model was given."""
        return self.by_stratum.strata if self.exact else []

    @property
    def overall(self) -> StratumComparison:
        """All strata together."""
        return self.by_stratum.overall

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of the checks: "pass", "warn" or "fail"."""
        return worst(check.verdict for check in self.checks)

    @property
    def summary(self) -> str:
        """The verdict in words, with what led to it."""
        noted = [check for check in self.checks if check.verdict != "pass"]
        judged = "the model's sampler" if self.exact else f"a right sampler of order {self.k}"
        if not noted:
            return f"pass: within what {judged} gives, in all {len(self.checks)} checks"
        worse = [check for check in noted if check.verdict == self.verdict]
        more = f" (and {len(noted) - 1} more)" if len(noted) > 1 else ""
        return f"{self.verdict}: {_headline(worse).text}{more}"

    def check(self, name: str) -> Check:
        """The check of that name; KeyError if there is none."""
        for check in self.checks:
            if check.name == name:
                return check
        raise KeyError(f"no check {name!r}; there are: {', '.join(check.name for check in self.checks)}")

    def as_dict(self) -> dict[str, Any]:
        """Everything but the windows, in plain types; see "The JSON of compare" in the docs."""
        real, synthetic = self.profiles
        return {
            "schema": SCHEMA,
            "verdict": self.verdict,
            "summary": self.summary,
            "k": self.k,
            "model_given": self.exact,
            "real": {"name": self.real, **_facts(real, self.overall.real)},
            "synthetic": {"name": self.synthetic, **_facts(synthetic, self.overall.synthetic)},
            "checks": [check.as_dict() for check in self.checks],
            "spectra": [words.as_dict() for words in self.words],
            "autocorrelation": {
                "real": self.identities[0].share.tolist(),
                "synthetic": self.identities[1].share.tolist(),
                "expected": self.identities[1].expected_share.tolist(),
            },
            "leak": self.leak.as_dict(),
            "kmer": self.by_stratum.k + 1,
            "strata": [stratum.as_dict() for stratum in self.strata],
            "overall": self.overall.as_dict(),
        }

    def to_html(self, path: PathLike | None = None) -> str:
        """One HTML page that needs nothing else; written to `path` as well, if given."""
        from gsynth.evaluation.report import rendered
        from gsynth.evaluation.writing import written

        page = rendered(self)
        if path is not None:
            written(Path(path), page)
        return page

    def __repr__(self) -> str:
        lines = [f"Comparison: {self.summary}", f"  real {self.real}, synthetic {self.synthetic}, order {self.k}"]
        lines += [f"  {check.verdict}  {check.name}: {check.text}" for check in self.checks if check.verdict != "pass"]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from gsynth.evaluation.report import fragment

        return fragment(self)


_CAUSES: Final = ("leak", "copied", "mask_copy", "transitions", "windows")
"""What explains other checks comes first in the summary."""


def _headline(checks: Sequence[Check]) -> Check:
    named = {check.name: check for check in checks}
    return next((named[name] for name in _CAUSES if name in named), checks[0])


def _facts(profile: Profile, spectrum: Spectrum) -> dict[str, Any]:
    composition = dict(zip("ACGT", spectrum.composition.tolist(), strict=True))
    return {
        "bases": profile.bases,
        "n": profile.unknown,
        "lowercase": profile.lower,
        "composition": composition,
        "cpg": None if math.isnan(spectrum.cpg) else spectrum.cpg,
        "longest_runs": dict(zip("ACGT", profile.longest_runs, strict=True)),
        "low_complexity": None if math.isnan(profile.low_share) else profile.low_share,
    }
