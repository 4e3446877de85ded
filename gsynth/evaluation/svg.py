"""Small charts as SVG, drawn with the colours of the page: readable in light and dark, on a phone and on paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Final

from attrs import field, frozen

WIDTH: Final = 640
HEIGHT: Final = 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 12, 12, 40


@frozen
class Series:
    """A line, or bars, with a name.

    Attributes
    ----------
    name : str
    x, y : sequence of float
        Where a value is not finite the line is broken.
    kind : {"line", "dots", "bars", "dashes"}
    style : {"real", "synthetic", "expected"}
        Which of the page's colours.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    kind: str = "line"
    style: str = "synthetic"


@frozen
class Chart:
    """Axes with series.

    Attributes
    ----------
    title, x_label, y_label : str
    series : sequence of Series
    log : bool
        A logarithmic y axis; values of 0 and less are not drawn.
    """

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series] = field()
    log: bool = False

    def svg(self) -> str:
        """The chart, as an ``<svg>`` element."""
        frame = _Frame.of(self)
        drawn = "".join(_drawn(series, frame) for series in self.series)
        return (
            f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(self.title)}">'
            f"<title>{escape(self.title)}</title>{frame.axes(self.x_label, self.y_label)}{drawn}</svg>"
        )


@frozen
class _Frame:
    """From values to places in the picture."""

    x0: float
    x1: float
    y0: float
    y1: float
    log: bool

    @classmethod
    def of(cls, chart: Chart) -> _Frame:
        xs = [x for series in chart.series for x in series.x if math.isfinite(x)]
        ys = [y for series in chart.series for y in series.y if math.isfinite(y) and (y > 0 or not chart.log)]
        x0, x1 = _span(xs)
        if any(series.kind == "bars" for series in chart.series):
            ys.append(0.0 if not chart.log else min(ys, default=1.0))
        if chart.log:
            low, high = _span([math.log10(y) for y in ys])
            return cls(x0, x1, math.floor(low), math.ceil(high) if high > math.floor(low) else low + 1, True)
        y0, y1 = _span(ys)
        room = 0.05 * (y1 - y0)
        return cls(x0, x1, y0 if y0 == 0 else y0 - room, y1 + room, False)

    def x(self, value: float) -> float:
        return _LEFT + (value - self.x0) / (self.x1 - self.x0) * (WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        value = math.log10(value) if self.log else value
        return HEIGHT - _BOTTOM - (value - self.y0) / (self.y1 - self.y0) * (HEIGHT - _TOP - _BOTTOM)

    def shows(self, x: float, y: float) -> bool:
        return math.isfinite(x) and math.isfinite(y) and (y > 0 or not self.log)

    def axes(self, x_label: str, y_label: str) -> str:
        bottom, right = HEIGHT - _BOTTOM, WIDTH - _RIGHT
        parts = [f'<path class="axis" d="M{_LEFT} {_TOP}V{bottom}H{right}"/>']
        for value in ticks(self.x0, self.x1, 7):
            at = self.x(value)
            parts.append(
                f'<text class="tick" x="{at:.1f}" y="{bottom + 15}" text-anchor="middle">{number(value)}</text>'
            )
        powers = range(int(self.y0), int(self.y1) + 1)
        values = [10.0**power for power in powers] if self.log else ticks(self.y0, self.y1, 5)
        for value in values:
            at = self.y(value)
            parts.append(f'<path class="grid" d="M{_LEFT} {at:.1f}H{right}"/>')
            parts.append(
                f'<text class="tick" x="{_LEFT - 5}" y="{at + 3.5:.1f}" text-anchor="end">{number(value)}</text>'
            )
        middle = (_TOP + bottom) / 2
        parts.append(
            f'<text class="label" x="{(_LEFT + right) / 2}" y="{HEIGHT - 6}" text-anchor="middle">'
            f"{escape(x_label)}</text>"
        )
        turned = f'transform="rotate(-90 12 {middle})"'
        parts.append(f'<text class="label" x="12" y="{middle}" text-anchor="middle" {turned}>{escape(y_label)}</text>')
        return "".join(parts)


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values, default=0.0), max(values, default=1.0)
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _drawn(series: Series, frame: _Frame) -> str:
    points = [(x, y) for x, y in zip(series.x, series.y, strict=True)]
    if series.kind == "bars":
        return _bars(series, frame)
    if series.kind == "dots":
        shown = [(frame.x(x), frame.y(y)) for x, y in points if frame.shows(x, y)]
        return "".join(f'<circle class="{series.style}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in shown)
    path, pen = [], "M"
    for x, y in points:
        if not frame.shows(x, y):
            pen = "M"
            continue
        path.append(f"{pen}{frame.x(x):.1f} {frame.y(y):.1f}")
        pen = "L"
    dashes = ' stroke-dasharray="6 4"' if series.kind == "dashes" else ""
    return f'<path class="{series.style} line" d="{"".join(path)}"{dashes}/>'


def _bars(series: Series, frame: _Frame) -> str:
    step = (frame.x1 - frame.x0) / max(len(series.x) - 1, 1)
    width = max((frame.x(frame.x0 + step) - frame.x(frame.x0)) * 0.8, 1.0)
    bottom = HEIGHT - _BOTTOM
    parts = []
    for x, y in zip(series.x, series.y, strict=True):
        if frame.shows(x, y) and y > 0:
            top = frame.y(y)
            parts.append(
                f'<rect class="{series.style}" x="{frame.x(x) - width / 2:.1f}" y="{top:.1f}" width="{width:.1f}" '
                f'height="{max(bottom - top, 0):.1f}"/>'
            )
    return "".join(parts)


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers between two ends, at most so many.

    Examples
    --------
    >>> ticks(0, 10, 6)
    [0.0, 2.0, 4.0, 6.0, 8.0, 10.0]
    """
    rough = (high - low) / max(most - 1, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 12) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def number(value: float) -> str:
    """A tick's number, short.

    Examples
    --------
    >>> number(0.30000000000000004), number(1500000.0), number(0.0001)
    ('0.3', '1.5M', '1e-4')
    """
    if value != 0 and (abs(value) < 0.001):
        return f"{value:.0e}".replace("e-0", "e-")
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.4g}{letter}"
    return f"{value:.4g}"
