"""The rules: from what was measured to checks.

Two kinds. Where the law of a right sampler is known (a model was given), a check asks how often chance gives what was
found: warn below 1e-4, fail below 1e-7. Where it is not, or where a right sampler differs from the real genome by
nature, a difference must also be large: the bounds are constants below, with what they were calibrated on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from gsynth.evaluation.autocorrelation import Identity
from gsynth.evaluation.checks import Check, Verdict, by_chance, by_size, worst
from gsynth.evaluation.matches import Leak
from gsynth.evaluation.places import InPlace
from gsynth.evaluation.spectra import StrataComparison
from gsynth.evaluation.statistics import log_tail, log_tail_of_most
from gsynth.evaluation.surprise import Surprise
from gsynth.evaluation.windows import LONGEST_RUN, Profile
from gsynth.evaluation.words import WordComparison

DIVERGENCE: Final = (0.001, 0.004)
"""Bits by which the words of a sample may differ from the real genome's beyond what its order and chance explain."""

CPG: Final = (0.05, 0.15)
"""By how much observed-to-expected CpG may differ if no model is given."""

IDENTITY: Final = (0.005, 0.02)
"""By how much the share of equal bases at a distance may leave the range from chance to the real genome."""

DISPERSION: Final = (1.1, 1.5)
"""How many times the larger of chance and the real genome the dispersion of windows may be, if no model is given."""

SPREAD: Final = (1.1, 1.3)
"""How many times the real genome's spread of GC between windows the sample's may be."""

LOW_COMPLEXITY: Final = (0.002, 0.02)
"""By how much the share of windows of low complexity may exceed the real genome's."""

COPIED: Final = (0.01, 0.05)
"""Share of positions that are the real genome's own beyond those equal by chance."""

LEAK_SLACK: Final = math.log(1e-4)
"""The law of chance ignores strata, which can make a word more probable: a match must be so much less likely."""


def transitions(strata: StrataComparison) -> Check:
    """Whether the bases were drawn with the model's probabilities, all strata together and the worst one."""
    scores = [stratum.z for stratum in strata.strata if not math.isnan(stratum.z)]
    most = max(scores, key=abs, default=0.0)
    overall = 0.0 if math.isnan(strata.overall.z) else strata.overall.z
    verdict = worst([by_chance(log_tail_of_most(overall, 1)), by_chance(log_tail_of_most(most, len(scores)))])
    found = max(overall, most, key=abs)
    label = next((stratum.label for stratum in strata.strata if stratum.z == most), "all")
    text = f"bases follow their contexts as the model says (z {overall:.1f} over all strata)"
    if verdict != "pass":
        text = f"bases do not follow their contexts as the model says (z {overall:.1f}; {most:.1f} in {label})"
        if found < 0:
            text = f"bases follow the model more closely than chance allows (z {overall:.1f}): not drawn, but copied?"
    details = {"overall": overall, "worst": most, "stratum": label}
    return Check(
        "transitions", verdict, found, 0.0, "chi-square of bases given contexts, as a normal score", text, details
    )


def words(found: WordComparison, order: int, exact: bool) -> Check:
    """Whether words of one length are as frequent as a right sampler makes them."""
    excess = found.divergence - found.expected_divergence
    large: Verdict = "pass"
    # A lower order is no fault of the sampler; beyond its words only the law can tell.
    if found.letters <= order + 1:
        large = by_size(excess, *DIVERGENCE, log_tail(excess / found.divergence_error))
    rare: Verdict = by_chance(log_tail_of_most(found.largest_z, found.tested)) if exact else "pass"
    verdict = worst([large, rare])
    name = f"{found.letters}-mers" if found.letters > 1 else "bases"
    text = f"{name} are as frequent as they must be"
    if large != "pass":
        bits = f"{found.divergence:.4f} bits ({found.expected_divergence:.4f} expected)"
        text = f"{name} differ from the real genome's by {bits}"
    elif rare != "pass":
        text = f"{name} are not written as the model says: {found.word} by {found.largest_z:.1f} standard errors"
    return Check(
        f"spectrum_{found.letters}",
        verdict,
        found.divergence,
        found.expected_divergence,
        "Jensen-Shannon divergence in bits",
        text,
        {**found.as_dict(), "excess": excess},
    )


def cpg(real: float, synthetic: float, expected: float, z: float, exact: bool) -> Check:
    """Whether CpG is as frequent as it must be, relative to C and G; `z` is the word CG's."""
    difference = abs(synthetic - (expected if exact else real))
    rare = by_chance(log_tail_of_most(z, 1)) if exact else by_size(difference, *CPG, log_tail_of_most(z, 1))
    if math.isnan(synthetic):
        rare = "pass"
    text = f"CpG is {synthetic:.3f} of what C and G give; {expected:.3f} expected, {real:.3f} in the real genome"
    details = {"real": real, "z": z}
    return Check("cpg", rare, _plain(synthetic), _plain(expected), "observed over expected CpG", text, details)


def windows(found: Surprise, real: Surprise, exact: bool) -> Check:
    """Whether all windows look drawn from the law: none too likely, none too unlikely."""
    n = found.z.size
    if not n:
        return Check("windows", "pass", None, None, "mean squared z of windows", "no whole window to look at")
    dispersion, limit = found.dispersion, max(1.0, real.dispersion)
    if exact:
        verdict = worst([by_chance(log_tail_of_most(found.score, 1)), by_chance(log_tail_of_most(found.shift, 1))])
        expected: float | tuple[float, float] = 1.0
    else:
        verdict = by_size(dispersion / limit, *DISPERSION, log_tail(found.score))
        expected = (1.0, limit)
    text = f"windows are drawn alike (mean squared z {dispersion:.2f})"
    if verdict != "pass":
        far = f"{found.beyond:.1%} are beyond 4 standard errors"
        text = f"windows are not drawn alike: {far} (mean squared z {dispersion:.2f})"
    details = {
        "windows": n,
        "beyond_4": found.beyond,
        "score": found.score,
        "shift": found.shift,
        "real": _plain(real.dispersion),
    }
    return Check("windows", verdict, dispersion, expected, "mean squared z of windows of 1,024 bp", text, details)


def gc_windows(real: Profile, synthetic: Profile, correlation: float, chance_sd: float) -> Check:
    """How GC varies between windows: between what independent bases give and the real genome."""
    there, here = _spread(real), _spread(synthetic)
    low, high = min(chance_sd, there), max(chance_sd, there)
    verdict: Verdict = "pass"
    if here > high > 0:
        # The logarithm of a standard deviation of n windows has the variance 1 / 2n.
        verdict = by_size(here / high, *SPREAD, log_tail(math.log(here / high) * math.sqrt(len(synthetic.starts))))
    text = f"GC varies by {here:.3f} between windows; {there:.3f} in the real genome, {chance_sd:.3f} without strata"
    if verdict != "pass":
        text = f"GC varies more between windows ({here:.3f}) than in the real genome ({there:.3f})"
    details = {"real": _plain(there), "without_strata": _plain(chance_sd), "correlation": _plain(correlation)}
    about = "standard deviation of GC in windows of 1,024 bp"
    return Check("gc_windows", verdict, _plain(here), _range(low, high), about, text, details)


def _spread(profile: Profile) -> float:
    known = profile.gc[~np.isnan(profile.gc)]
    return float(known.std()) if known.size > 1 else float("nan")


def autocorrelation(real: Identity, synthetic: Identity, exact: bool) -> Check:
    """Whether bases at distances 1 to 200 are equal as often as they must be."""
    scores, n = synthetic.z, int((synthetic.pairs > 0).sum())
    share, chance, there = synthetic.share, synthetic.expected_share, real.share
    about = "share of equal bases, at the distance that deviates most"
    if not n:
        return Check("autocorrelation", "pass", None, None, about, "too short to have pairs of bases")
    if exact:
        at = int(np.argmax(np.abs(scores)))
        verdict = by_chance(log_tail_of_most(float(scores[at]), n))
        low = high = float(chance[at])
    else:
        slack = np.maximum(np.minimum(chance, there) - share, share - np.maximum(chance, there))
        at = int(np.nanargmax(slack))
        verdict = by_size(float(slack[at]), *IDENTITY, log_tail_of_most(float(scores[at]), n))
        low, high = sorted((float(chance[at]), float(there[at])))
    text = f"bases at distances up to 200 are as alike as they must be (most different at {at + 1}: z {scores[at]:.1f})"
    if verdict != "pass":
        text = f"bases {at + 1} apart are equal in {share[at]:.2%}, expected {low:.2%}" + (
            f" to {high:.2%}" if high > low else ""
        )
    details = {"distance": at + 1, "z": float(scores[at]), "real": _plain(float(there[at]))}
    return Check("autocorrelation", verdict, float(share[at]), _range(low, high), about, text, details)


def runs(real: Profile, synthetic: Profile, log_chances: Sequence[float]) -> Check:
    """Whether the longest runs of one letter are what a right sampler writes; `log_chances` by letter."""
    rare = min(range(4), key=lambda base: log_chances[base])
    length = synthetic.longest_runs[rare]
    there = max(real.longest_runs)
    log_chance = min(log_chances[rare] + math.log(4), 0.0)
    # A run that the real genome has as well is no fault of the sampler's law; the leak check says whether it is a copy.
    verdict = by_chance(log_chance) if length < LONGEST_RUN else "fail"
    text = f"the longest run of one letter is {max(synthetic.longest_runs)}; {there} in the real genome"
    if verdict != "pass":
        text = f"a run of {length} {'ACGT'[rare]} is longer than a right sampler writes"
    details = {
        "real": dict(zip("ACGT", real.longest_runs, strict=True)),
        "synthetic": dict(zip("ACGT", synthetic.longest_runs, strict=True)),
        "log10_chance": log_chance / math.log(10),
    }
    return Check("runs", verdict, float(max(synthetic.longest_runs)), None, "longest run of one letter", text, details)


def low_complexity(real: Profile, synthetic: Profile) -> Check:
    """Whether the sample is more repetitive than the real genome."""
    there, here = real.low_share, synthetic.low_share
    about = "share of windows of 64 bp of low complexity (DUST score of 2 or more)"
    if math.isnan(here) or math.isnan(there):
        return Check("low_complexity", "pass", None, None, about, "no whole window to look at")
    pooled = (real.low + synthetic.low) / (real.short + synthetic.short)
    error = math.sqrt(pooled * (1 - pooled) * (1 / real.short + 1 / synthetic.short))
    verdict = by_size(here - there, *LOW_COMPLEXITY, log_tail((here - there) / error if error > 0 else 0.0))
    text = f"{here:.2%} of short windows are of low complexity; {there:.2%} in the real genome"
    return Check("low_complexity", verdict, here, (0.0, there), about, text)


def leak(found: Leak) -> Check:
    """Whether the sample holds sequence of the real genome that chance does not put there."""
    log_chance = min(found.log_chance - LEAK_SLACK, 0.0)
    verdict = by_chance(log_chance)
    longest = f"{found.longest}" if found.matches else f"below {found.found_from}"
    text = f"the longest shared sequence has {longest} bases; chance gives about {found.expected:.0f}"
    match = found.unlikeliest
    if verdict != "pass" and match is not None:
        place = f"{match.real_contig}:{match.real_start:,}-{match.real_end:,}"
        there = f"{match.contig}:{match.start:,}-{match.end:,}, strand {match.strand}"
        text = (
            f"{match.length:,} bases of the real genome ({place}) are in the sample "
            f"({there}); chance gives about {found.expected:.0f}"
        )
    details = {**found.as_dict(), "log10_chance": log_chance / math.log(10)}
    value = float(match.length if match is not None and verdict != "pass" else found.longest)
    return Check(
        "leak", verdict, value, found.expected, "longest exact match on either strand, in bases", text, details
    )


def copied(found: InPlace) -> list[Check]:
    """What is identical in place: where it must be, and where it must not."""
    share = found.identical / found.both if found.both else 0.0
    expected = found.expected / found.both if found.both else 0.0
    error = math.sqrt(max(expected * (1 - expected), 1e-6) / found.both) if found.both else 1.0
    verdict = by_size(share - expected, *COPIED, log_tail((share - expected) / error))
    text = f"{share:.2%} of positions hold the real genome's base; {expected:.2%} by chance"
    if verdict != "pass":
        text += "; if they were copied on purpose, name them: mask_copy"
    details = {"positions": found.both, "identical": found.identical}
    checks = [
        Check("copied", verdict, share, expected, "share of positions with the real genome's base", text, details)
    ]
    if found.masked:
        kept = found.masked_identical / found.masked
        exact: Verdict = "pass" if found.masked_identical == found.masked else "fail"
        text = f"{found.masked_identical:,} of {found.masked:,} positions of mask_copy hold the real genome's letter"
        checks.append(Check("mask_copy", exact, kept, 1.0, "share of positions of mask_copy that are copied", text))
    return checks


def n_kept(found: InPlace) -> Check:
    """Whether N stayed where it is, or was filled everywhere."""
    kept = found.unknown_kept / found.unknown if found.unknown else 1.0
    verdict: Verdict = "pass" if not found.unknown_new and found.unknown_kept in (0, found.unknown) else "warn"
    text = "no N in either genome"
    if found.unknown and found.unknown_kept == found.unknown:
        text = f"all {found.unknown:,} N are where they were"
    elif found.unknown:
        text = f"{found.unknown_kept:,} of {found.unknown:,} N are where they were"
    if found.unknown_new:
        text += f"; {found.unknown_new:,} are new"
    details = {"real": found.unknown, "kept": found.unknown_kept, "new": found.unknown_new}
    return Check("n_kept", verdict, kept, 1.0, "share of the real genome's N that are N", text, details)


def case_kept(found: InPlace) -> Check:
    """Whether lowercase stayed where it is, everywhere or nowhere."""
    kept = found.lower_kept / found.lower if found.lower else 1.0
    verdict: Verdict = "warn" if found.lower_new else "pass"
    text = "no lowercase letter in either genome"
    if found.lower or found.lower_new:
        text = f"{found.lower_kept:,} of {found.lower:,} lowercase letters are lowercase; {found.lower_new:,} are new"
    details = {"real": found.lower, "kept": found.lower_kept, "new": found.lower_new}
    return Check(
        "case_kept", verdict, kept, (0.0, 1.0), "share of the real genome's lowercase that is kept", text, details
    )


def _plain(value: float) -> float | None:
    return None if math.isnan(value) else value


def _range(low: float, high: float) -> float | tuple[float, float] | None:
    if math.isnan(low) or math.isnan(high):
        return None
    return low if low == high else (low, high)
