"""Charts as Plotly figures: few colours, direct labels, an interval wherever there is one.

Colours are those of Okabe & Ito (2008), which people with any colour vision tell apart; lines differ in dash
and marker as well. A figure carries no text of its own: titles stand in the page.
"""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

import plotly.graph_objects as go

BLUE, ORANGE, GREEN, GREY, INK = "#0b5cad", "#b45309", "#0f766e", "#8a97a5", "#16202c"
SERIES = ((BLUE, "solid", "circle"), (ORANGE, "dash", "square"), (GREEN, "dot", "diamond"))
FAINT = "rgba(11, 92, 173, 0.14)"
FONT = 'system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif'
WRAP = 14

AXIS = {"gridcolor": "#e6ebf0", "zeroline": False, "fixedrange": True}
FIRST_ON_TOP = {"autorange": "reversed", "automargin": True}

Number = float | None
Point = tuple[Number, Number, Number]  # value, and the ends of its interval
Json = dict[str, Any]


def over_waves(
    waves: Sequence[str],
    lines: Sequence[tuple[str, Sequence[Point]]],
    *,
    cut: Sequence[int] = (),
    height: int = 320,
) -> str:
    """Draw figures over waves; the first line has its interval as a band.

    Parameters
    ----------
    lines
        Name and, for each wave, value, low and high on 0–100 (None where there is none).
    cut
        Positions of waves that are not comparable with the wave before: lines end and begin anew there, and
        an upright dashed line stands between.
    """
    pieces = [slice(*ends) for ends in pairwise([0, *cut, len(waves)])]
    traces: list[Json] = []
    for place, (name, points) in enumerate(lines):
        colour, dash, symbol = SERIES[place % len(SERIES)]
        values = [value for value, _, _ in points]
        first = place == 0
        if first:
            traces += [band for piece in pieces for band in _band(waves[piece], points[piece])]
        traces.append(
            {
                "type": "scatter",
                "x": _pieced(waves, pieces, waves),
                "y": _pieced(values, pieces),
                "name": name,
                "mode": "lines+markers+text" if first else "lines+markers",
                "text": _pieced([_short(value) for value in values], pieces),
                "textposition": "top center",
                "line": {"color": colour, "dash": dash, "width": 3 if first else 2},
                "marker": {"symbol": symbol, "size": 8 if first else 6, "color": colour},
                "hovertemplate": "%{x}<br>" + escape(name) + " %{y:.1f}<extra></extra>",
            }
        )
    seen = [end for _, points in lines for ends in points for end in ends if end is not None] or [0.0, 100.0]
    room = max(3.0, 0.25 * (max(seen) - min(seen)))
    axis = {"range": [max(0.0, min(seen) - room), min(100.0, max(seen) + room)], "automargin": True}
    between = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": GREY, "dash": "dash"}}
    return _written(
        traces,
        x={"type": "category", "automargin": True},
        y=axis,
        height=height,
        legend=len(lines) > 1,
        more={"shapes": [between | {"x0": at - 0.5, "x1": at - 0.5} for at in cut]},
    )


def _pieced(values: Sequence[Any], pieces: Sequence[slice], fill: Sequence[Any] = ()) -> list[Any]:
    """Put a gap between pieces, which ends a line: nothing, or the `fill` at the end of the piece."""
    found: list[Any] = []
    for piece in pieces:
        if found:
            found.append(fill[piece.start - 1] if fill else None)
        found += values[piece]
    return found


def _band(waves: Sequence[str], points: Sequence[Point]) -> list[Json]:
    known = [(wave, low, high) for wave, (_, low, high) in zip(waves, points, strict=True) if low is not None]
    if not known:
        return []
    return [
        {
            "type": "scatter",
            "x": [wave for wave, _, _ in known] + [wave for wave, _, _ in reversed(known)],
            "y": [high for _, _, high in known] + [low for _, low, _ in reversed(known)],
            "fill": "toself",
            "fillcolor": FAINT,
            # The band of a single wave has no width of its own.
            "line": {"width": 0} if len(known) > 1 else {"width": 14, "color": FAINT},
            "mode": "lines",
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]


def bars(
    names: Sequence[str],
    points: Sequence[Point],
    *,
    ends: tuple[float, float] | None = (0.0, 100.0),
    unit: str = "",
) -> str:
    """Draw one bar a name, the first on top, with its interval as a whisker and its number behind it.

    Parameters
    ----------
    ends
        Range of the axis; None lets it follow the bars.
    """
    traces: list[Json] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": [_wrap(name) for name in names],
            "x": [value for value, _, _ in points],
            "marker": {"color": BLUE},
            "error_x": _whiskers(points) | {"width": 4},
            "hovertemplate": "%{y}<br>%{x:.1f}" + unit + "<extra></extra>",
            "showlegend": False,
        }
    ]
    numbers = [
        {
            "y": _wrap(name),
            "x": value if high is None else high,
            "text": _short(value) + unit,
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
        }
        for name, (value, _, high) in zip(names, points, strict=True)
        if value is not None
    ]
    if ends is None:
        ends = (0.0, 1.3 * max((number["x"] for number in numbers), default=1.0))
    else:
        ends = (ends[0], ends[1] + 0.14 * (ends[1] - ends[0]))  # for the number behind the longest bar
    more = {"annotations": numbers}
    return _written(traces, x={"range": list(ends)}, y=FIRST_ON_TOP, height=90 + 44 * len(names), more=more)


def dots(
    names: Sequence[str],
    points: Sequence[Point],
    *,
    reference: Point = (None, None, None),
    muted: Sequence[int] = (),
) -> str:
    """Draw groups as dots with intervals beside the whole, whose interval is a band.

    Parameters
    ----------
    muted
        Positions drawn in grey: groups with few answers.
    """
    value, low, high = reference
    whole = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    shapes = []
    if low is not None and high is not None:
        shapes.append(
            whole | {"type": "rect", "x0": low, "x1": high, "fillcolor": FAINT, "line": {"width": 0}}
        )
    if value is not None:
        line = {"color": BLUE, "width": 1.5, "dash": "dash"}
        shapes.append(whole | {"type": "line", "x0": value, "x1": value, "line": line})
    traces: list[Json] = [
        {
            "type": "scatter",
            "mode": "markers",
            "y": [_wrap(name) for name in names],
            "x": [each for each, _, _ in points],
            "marker": {"size": 11, "color": [GREY if at in muted else BLUE for at in range(len(names))]},
            "error_x": _whiskers(points),
            "hovertemplate": "%{y}<br>%{x:.1f}<extra></extra>",
            "showlegend": False,
        }
    ]
    return _written(traces, y=FIRST_ON_TOP, height=90 + 40 * len(names), more={"shapes": shapes})


def gaps(
    names: Sequence[str], expected: Sequence[Number], perceived: Sequence[Number], labels: tuple[str, str]
) -> str:
    """Draw what was expected and what was perceived as two marks joined by a line."""
    rows = [_wrap(name) for name in names]
    traces: list[Json] = [
        {
            "type": "scatter",
            "x": [met, hoped],
            "y": [row, row],
            "mode": "lines",
            "line": {"color": GREY, "width": 4},
            "hoverinfo": "skip",
            "showlegend": False,
        }
        for row, hoped, met in zip(rows, expected, perceived, strict=True)
    ]
    traces += [
        {
            "type": "scatter",
            "x": list(values),
            "y": rows,
            "mode": "markers+text",
            "name": label,
            "text": [_short(value) for value in values],
            "textposition": "top center",
            "marker": {"size": 14, "color": colour, "symbol": symbol},
            "hovertemplate": "%{y}<br>" + label + " %{x:.1f}<extra></extra>",
        }
        for values, label, (colour, _, symbol) in (
            (expected, labels[0], SERIES[1]),
            (perceived, labels[1], SERIES[0]),
        )
    ]
    seen = [value for value in (*expected, *perceived) if value is not None] or [0.0, 100.0]
    axis = {"range": [max(0.0, min(seen) - 8), min(104.0, max(seen) + 8)]}
    rows_axis = {"range": [len(names) - 0.5, -0.7], "automargin": True}  # room for the numbers on top
    return _written(traces, x=axis, y=rows_axis, height=110 + 62 * len(names), legend=True)


def _written(
    traces: list[Json],
    *,
    height: int,
    x: Json | None = None,
    y: Json | None = None,
    legend: bool = False,
    more: Json | None = None,
) -> str:
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
    written: Any = go.Figure({"data": traces, "layout": layout | (more or {})}).to_json(engine="json")
    return str(written)


def _whiskers(points: Sequence[Point]) -> Json:
    return {
        "type": "data",
        "symmetric": False,
        "array": [_gap(high, value) for value, _, high in points],
        "arrayminus": [_gap(value, low) for value, low, _ in points],
        "color": INK,
        "thickness": 1.5,
    }


def _gap(upper: Number, lower: Number) -> float:
    return 0.0 if upper is None or lower is None else max(upper - lower, 0.0)


def _short(value: Number) -> str:
    return "" if value is None else f"{value:.1f}"


def _wrap(name: str) -> str:
    """Break a long name into lines: a phone has no room for it beside the bars. Plotly reads markup."""
    name = escape(name, quote=False)
    if name.isascii():
        lines = [""]
        for word in name.split():
            if lines[-1] and len(lines[-1]) + len(word) > WRAP:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
        return "<br>".join(lines)
    width = WRAP // 2 + 1
    return "<br>".join(name[at : at + width] for at in range(0, len(name), width))
