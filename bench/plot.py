"""A plot of a few lines over two logarithmic axes, as SVG that reads well on light and on dark ground."""

import math
from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 760, 440
LEFT, RIGHT, TOP, BOTTOM = 76, 170, 48, 60
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f; }
  .title { font-size: 16px; font-weight: 600; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; stroke-linejoin: round; }
  .c0 { stroke: #b35900; } .c1 { stroke: #0a66c2; } .c2 { stroke: #1a7f37; } .c3 { stroke: #1a7f37; }
  .ground { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .grid { stroke: #3d444d; }
    .c0 { stroke: #f0883e; } .c1 { stroke: #58a6ff; } .c2 { stroke: #3fb950; } .c3 { stroke: #3fb950; }
    .ground { fill: #0d1117; }
  }
"""


class Line(NamedTuple):
    """A line with its name, one value at each place of the axis below."""

    name: str
    values: Sequence[float]
    dashed: bool = False


class _Axis(NamedTuple):
    """A logarithmic axis from one power of ten to another, drawn between two points."""

    low: int
    high: int
    begin: float
    end: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.begin + share * (self.end - self.begin), 1)

    def powers(self) -> range:
        return range(self.low, self.high + 1)


def _axis(values: Sequence[float], begin: float, end: float) -> _Axis:
    low = math.floor(math.log10(min(values)) + 1e-9)
    return _Axis(low, max(math.ceil(math.log10(max(values)) - 1e-9), low + 1), begin, end)


def log_plot(title: str, below: str, beside: str, places: Sequence[float], lines: Sequence[Line]) -> str:
    """An SVG document.

    Args:
        title: stands above.
        below: what the axis below counts.
        beside: what the axis on the left counts.
        places: on the axis below, all above 0.
        lines: at most four, all values above 0.
    """
    across = _axis(places, LEFT, WIDTH - RIGHT)
    up = _axis([value for line in lines for value in line.values], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f"<title>{escape(title)}</title><style>{STYLE}</style>",
        f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="26">{escape(title)}</text>',
    ]
    for power in across.powers():
        x = across.at(10.0**power)
        parts.append(f'<line class="grid" x1="{x}" y1="{TOP}" x2="{x}" y2="{HEIGHT - BOTTOM}"/>')
        parts.append(f'<text x="{x}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{_power(power)}</text>')
    for power in up.powers():
        y = up.at(10.0**power)
        parts.append(f'<line class="grid" x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{_power(power)}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    parts.append(
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle">{escape(below)}</text>'
        f'<text transform="translate(18 {middle}) rotate(-90)" text-anchor="middle">{escape(beside)}</text>'
    )
    beneath = float("-inf")
    for number, line in sorted(enumerate(lines), key=lambda one: -one[1].values[-1]):
        points = [(across.at(place), up.at(value)) for place, value in zip(places, line.values, strict=True)]
        dashes = ' stroke-dasharray="6 5"' if line.dashed else ""
        drawn = " ".join(f"{x},{y}" for x, y in points)
        parts.append(f'<polyline class="line c{number}"{dashes} points="{drawn}"/>')
        x, y = points[-1]
        beneath = max(y + 4, beneath + 16)  # names of lines that end close together do not overlap
        parts.append(f'<text x="{x + 8}" y="{beneath}">{escape(line.name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _power(power: int) -> str:
    return f"{10**power:,}" if power >= 0 else f"{10.0**power:.{-power}f}"
