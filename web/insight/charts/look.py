"""Charts as Plotly figures: few colours, direct labels, an interval wherever there is one.

Colours are those of Okabe & Ito (2008), which people with any colour vision tell apart; lines differ in dash
and marker as well. A figure carries no text of its own: titles stand in the page.
"""

import re
from collections.abc import Sequence
from html import escape
from math import ceil, isfinite
from typing import Any

import plotly.graph_objects as go

from csi_model import Figure
from web.digits import POINTS, Grid, printed

BLUE, ORANGE, GREEN, GREY, INK = "#0b5cad", "#b45309", "#0f766e", "#8a97a5", "#16202c"
SERIES = ((BLUE, "solid", "circle"), (ORANGE, "dash", "square"), (GREEN, "dot", "diamond"))
FAINT = "rgba(11, 92, 173, 0.14)"
FONT = 'system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'
WRAP = 14
LINE = 19  # pixels from one line of a name to the next

AXIS = {"gridcolor": "#e6ebf0", "zeroline": False, "fixedrange": True}
# Ticks that nobody sees keep names away from the bars.
FIRST_ON_TOP = {
    "autorange": "reversed",
    "automargin": True,
    "ticks": "outside",
    "ticklen": 6,
    "tickcolor": "rgba(0,0,0,0)",
}

# Whatever Plotly would take for markup, but the ends of lines and of hover texts.
MARKUP = re.compile("<(?!br>|/?extra>)")

Number = float | None
Point = tuple[Number, Number, Number]  # value, and the ends of its interval
Json = dict[str, Any]


def written(
    traces: list[Json],
    *,
    height: int,
    x: Json | None = None,
    y: Json | None = None,
    legend: bool = False,
    more: Json | None = None,
) -> str:
    """Write a figure as JSON for the page, in the look that all charts share."""
    layout = {
        "template": "none",
        "height": height,
        "showlegend": legend,
        "bargap": 0.45,
        "margin": {"l": 8, "r": 12, "t": 44 if legend else 12, "b": 32},
        "font": {"family": FONT, "size": 14, "color": INK},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "hovermode": "closest",
        "dragmode": False,
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "xanchor": "left"},
        "xaxis": AXIS | (x or {}),
        "yaxis": AXIS | (y or {}),
    }
    drawn = _plain({"data": traces, "layout": layout | (more or {})})
    written: Any = go.Figure(drawn).to_json(engine="json")
    return str(written)


def _plain(part: Any) -> Any:
    """Let no text of a figure hold markup but line ends: Plotly makes links of names that people wrote."""
    if isinstance(part, str):
        return MARKUP.sub("&lt;", part)
    if isinstance(part, dict):
        return {name: _plain(value) for name, value in part.items()}
    return [_plain(value) for value in part] if isinstance(part, list | tuple) else part


def cells(figure: Figure, grid: Grid = POINTS) -> list[Point]:
    """Give value and ends of the figures along one axis as they are printed, None where there is none."""
    shown = printed(figure, grid)
    rows = zip(*(part.tolist() for part in (shown.value, shown.low, shown.high)), strict=True)
    return [(known(value), known(low), known(high)) for value, low, high in rows]


def known(value: float) -> Number:
    """Give a number, None where there is none."""
    return value if isfinite(value) else None


def whiskers(points: Sequence[Point]) -> Json:
    """Give the intervals of points as error bars."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [gap(high, value) for value, _, high in points],
        "arrayminus": [gap(value, low) for value, low, _ in points],
        "color": INK,
        "thickness": 1.5,
    }


def gap(upper: Number, lower: Number) -> float:
    """Give how far an end is from the value; nothing where either is missing."""
    return 0.0 if upper is None or lower is None else max(upper - lower, 0.0)


def wrap(name: str) -> str:
    """Break a long name into lines: a phone has no room for it beside the bars. Plotly reads markup."""
    if name.isascii():
        lines = [""]
        for word in name.split():
            if lines[-1] and len(lines[-1]) + len(word) > WRAP:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
    else:
        number = ceil(len(name) / (WRAP // 2 + 1))
        width = ceil(len(name) / number)  # lines of like length: no sign stands alone
        lines = [name[at : at + width] for at in range(0, len(name), width)]
    return "<br>".join(escape(line, quote=False) for line in lines)


def row_height(rows: Sequence[str], least: int) -> int:
    """Give the pixels that each row of wrapped names needs, so that no name touches the next."""
    lines = max((row.count("<br>") + 1 for row in rows), default=1)
    return max(least, LINE * lines + 8)


def folded(name: str) -> str:
    """Break a name in two at the blank next to its middle, so that it stands upright below an axis."""
    blanks = [at for at, sign in enumerate(name) if sign == " "]
    if not blanks or len(name) <= WRAP // 2:
        return escape(name, quote=False)
    at = min(blanks, key=lambda place: abs(place - len(name) / 2))
    return f"{escape(name[:at], quote=False)}<br>{escape(name[at + 1 :], quote=False)}"
