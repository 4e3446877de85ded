"""The report: one HTML page about a comparison, that opens offline."""

from __future__ import annotations

import importlib.resources
import math
from html import escape
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from gsynth.evaluation.autocorrelation import DISTANCES
from gsynth.evaluation.svg import Chart, Series
from gsynth.evaluation.windows import WIDTH

if TYPE_CHECKING:
    from gsynth.evaluation.comparing import Comparison

_TEMPLATE: Final = "report.html"
_POINTS: Final = 400
"""Most points of the lines along the genome."""


def rendered(comparison: Comparison) -> str:
    """The page."""
    from jinja2 import Environment, StrictUndefined

    import gsynth

    # Autoescape: names of contigs and files may come from anyone, and the page runs in a browser.
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(value=shown, expected=shown_expected)
    source = importlib.resources.files("gsynth.evaluation").joinpath(_TEMPLATE).read_text("utf-8")
    return environment.from_string(source).render(
        found=comparison,
        facts=_facts(comparison),
        charts=[(chart.title, note, chart.svg(), chart.series) for chart, note in charts(comparison)],
        strata=_strata(comparison),
        version=gsynth.__version__,
    )


def fragment(comparison: Comparison) -> str:
    """The verdict and the checks, as HTML without styles, for notebooks."""
    rows = "".join(
        f"<tr><td>{check.verdict}</td><td>{escape(check.name)}</td><td>{shown(check.value)}</td>"
        f"<td>{shown_expected(check.expected)}</td><td>{escape(check.text)}</td></tr>"
        for check in comparison.checks
    )
    head = "".join(f"<th>{name}</th>" for name in ("verdict", "check", "found", "expected", ""))
    return f"<div><strong>Comparison: {escape(comparison.summary)}</strong><table><tr>{head}</tr>{rows}</table></div>"


def shown(value: float | None) -> str:
    """A number for people.

    Examples
    --------
    >>> shown(0.000123456), shown(None), shown(1234567.0)
    ('0.0001235', '-', '1,234,567')
    """
    if value is None or math.isnan(value):
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def shown_expected(expected: float | tuple[float, float] | None) -> str:
    """A number or a range for people."""
    if isinstance(expected, tuple):
        return f"{shown(expected[0])} to {shown(expected[1])}"
    return shown(expected)


def charts(comparison: Comparison) -> list[tuple[Chart, str]]:
    """The charts, each with what to look for."""
    made = [_words(comparison), _gc_along(comparison), _identity(comparison), _windows(comparison)]
    return [chart for chart in made if chart is not None]


def words_chart(comparison: Comparison) -> Chart:
    """Divergence by length, found and expected."""
    return _words(comparison)[0]


def _words(comparison: Comparison) -> tuple[Chart, str]:
    letters = [float(words.letters) for words in comparison.words]
    series = [
        Series("found", letters, [words.divergence for words in comparison.words], "dots", "synthetic"),
        Series(
            "a right sampler", letters, [words.expected_divergence for words in comparison.words], "dashes", "expected"
        ),
    ]
    note = (
        f"How much the words of the sample differ from the real genome's. Dots on the dashed line are right; up to "
        f"{comparison.k + 1} letters the order says what they must be, longer words differ by nature."
    )
    return Chart("Words of 1 to 8 letters", "letters", "Jensen-Shannon divergence (bits)", series, log=True), note


def _gc_along(comparison: Comparison) -> tuple[Chart, str] | None:
    real, synthetic = (profile.gc for profile in comparison.profiles)
    if real.size < 2 or synthetic.size < 2:
        return None
    series = [
        Series("real", *_thinned(real), "line", "real"),
        Series("synthetic", *_thinned(synthetic), "line", "synthetic"),
    ]
    note = "With strata of GC the sample follows the real genome; without them it is flat."
    return Chart("GC along the genome", "position (bases)", "GC content", series), note


def _thinned(values: NDArray[np.float64]) -> tuple[list[float], list[float]]:
    """Means of neighbours, so that at most `_POINTS` remain."""
    width = -(-values.size // _POINTS)
    padded = np.append(values, np.full(-values.size % width, np.nan)).reshape(-1, width)
    known = ~np.isnan(padded)
    sums, counts = np.where(known, padded, 0.0).sum(axis=1), known.sum(axis=1)
    means = np.divide(sums, counts, out=np.full(counts.size, np.nan), where=counts > 0)
    return ((np.arange(counts.size) + 0.5) * width * WIDTH).tolist(), means.tolist()


def _identity(comparison: Comparison) -> tuple[Chart, str]:
    distances = np.arange(1.0, DISTANCES + 1).tolist()
    real, synthetic = comparison.identities
    series = [
        Series("real", distances, real.share.tolist(), "line", "real"),
        Series("synthetic", distances, synthetic.share.tolist(), "line", "synthetic"),
        Series("a right sampler", distances, synthetic.expected_share.tolist(), "dashes", "expected"),
    ]
    note = (
        "Real genomes have periods and repeats that no model of short words keeps; the sample must follow the dashes."
    )
    return Chart("Equal bases at a distance", "distance (bases)", "share of equal bases", series), note


def _windows(comparison: Comparison) -> tuple[Chart, str] | None:
    z = comparison.surprise.z
    if z.size < 2:
        return None
    edges = np.linspace(-8, 8, 65)
    counts, _ = np.histogram(np.clip(z, -7.99, 7.99), edges)
    centres = (edges[1:] + edges[:-1]) / 2
    normal = np.exp(-(centres**2) / 2) / math.sqrt(2 * math.pi) * (edges[1] - edges[0])
    series = [
        Series("synthetic windows", centres.tolist(), (counts / z.size).tolist(), "bars", "synthetic"),
        Series("a right sampler", centres.tolist(), normal.tolist(), "dashes", "expected"),
    ]
    note = f"The likelihood of each window of {WIDTH:,} bases under the law; a second hump is sequence of another law."
    return Chart("Windows", "standard errors from what is expected", "share of windows", series), note


def _facts(comparison: Comparison) -> list[tuple[str, str, str]]:
    real, synthetic = comparison.profiles
    one, other = comparison.overall.real, comparison.overall.synthetic
    return [
        ("bases", f"{real.bases:,}", f"{synthetic.bases:,}"),
        ("N and other letters", f"{real.unknown:,}", f"{synthetic.unknown:,}"),
        ("lowercase", f"{real.lower:,}", f"{synthetic.lower:,}"),
        *(
            (base, f"{one.composition[i]:.4f}", f"{other.composition[i]:.4f}")
            for i, base in enumerate("ACGT")
        ),
        ("CpG observed / expected", shown(one.cpg), shown(other.cpg)),
        ("longest run of A, C, G, T", _listed(real.longest_runs), _listed(synthetic.longest_runs)),
        ("short windows of low complexity", f"{real.low_share:.3%}", f"{synthetic.low_share:.3%}"),
    ]  # fmt: skip


def _listed(values: list[int]) -> str:
    return ", ".join(map(str, values))


def _strata(comparison: Comparison) -> list[dict[str, Any]]:
    return [
        {
            "label": stratum.label,
            "windows": f"{stratum.synthetic.total:,}",
            "correlation": shown(stratum.correlation),
            "z": shown(stratum.z),
        }
        for stratum in comparison.strata
    ]
