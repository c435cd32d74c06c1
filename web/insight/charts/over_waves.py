"""A line over waves, with a band for its interval, broken where waves cannot be compared."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise
from typing import Any

from csi_model import Figure
from web.digits import texts
from web.insight.charts.look import (
    FAINT,
    GREY,
    SERIES,
    Json,
    Number,
    Point,
    cells,
    folded,
    written,
)

HEIGHT = 320  # pixels


def over_waves(
    waves: Sequence[str],
    lines: Sequence[tuple[str, Figure]],
    *,
    cut: Sequence[int] = (),
) -> str:
    """Draw figures over waves; the first line has its interval as a band.

    Parameters
    ----------
    lines
        Name and, for each wave, a figure on 0–100.
    cut
        Positions of waves that are not comparable with the wave before: lines end and begin anew there, and
        an upright dashed line stands between.
    """
    # Waves stand by their places: two of one title are two.
    places = list(range(len(waves)))
    pieces = [slice(*ends) for ends in pairwise([0, *cut, len(waves)])]
    traces: list[Json] = []
    drawn = [(name, cells(figure), texts(figure)) for name, figure in lines]
    for place, (name, points, said) in enumerate(drawn):
        colour, dash, symbol = SERIES[place % len(SERIES)]
        values = [value for value, _, _ in points]
        sides = _free(values)
        first = place == 0
        if first:
            traces += [band for piece in pieces for band in _band(places[piece], points[piece])]
        traces.append(
            {
                "type": "scatter",
                "x": _pieced(places, pieces, places),
                "customdata": _pieced(waves, pieces, waves),
                "y": _pieced(values, pieces),
                "name": name,
                "mode": "lines+markers+text" if first else "lines+markers",
                "text": _pieced(said, pieces),
                "textposition": _pieced(sides, pieces, sides),
                "line": {"color": colour, "dash": dash, "width": 3 if first else 2},
                "marker": {"symbol": symbol, "size": 8 if first else 6, "color": colour},
                "hovertemplate": "%{customdata}<br>" + escape(name) + " %{text}<extra></extra>",
            }
        )
    seen = [end for _, points, _ in drawn for ends in points for end in ends if end is not None] or [
        0.0,
        100.0,
    ]
    room = max(3.0, 0.25 * (max(seen) - min(seen)))
    axis = {"range": [max(0.0, min(seen) - room), min(100.0, max(seen) + room)], "automargin": True}
    between = {"type": "line", "yref": "paper", "y0": 0, "y1": 1, "line": {"color": GREY, "dash": "dash"}}
    return written(
        traces,
        x={
            "automargin": True,
            "tickangle": 0,
            "range": [-0.5, len(waves) - 0.5],
            "tickvals": places,
            "ticktext": [folded(wave) for wave in waves],
        },
        y=axis,
        height=HEIGHT,
        legend=len(lines) > 1,
        more={"shapes": [between | {"x0": at - 0.5, "x1": at - 0.5} for at in cut]},
    )


def _free(values: Sequence[Number]) -> list[str]:
    """Give the side of each point where its number stands: below the low ones, where no line runs."""
    sides = []
    for at, value in enumerate(values):
        beside = [
            each for each in (*values[max(at - 1, 0) : at], *values[at + 1 : at + 2]) if each is not None
        ]
        is_low = value is not None and bool(beside) and all(value < each for each in beside)
        sides.append("bottom center" if is_low else "top center")
    return sides


def _pieced(values: Sequence[Any], pieces: Sequence[slice], fill: Sequence[Any] = ()) -> list[Any]:
    """Put a gap between pieces, which ends a line: nothing, or the `fill` at the end of the piece."""
    found: list[Any] = []
    for piece in pieces:
        if found:
            found.append(fill[piece.start - 1] if fill else None)
        found += values[piece]
    return found


def _band(places: Sequence[int], points: Sequence[Point]) -> list[Json]:
    ends = zip(places, points, strict=True)
    known = [(place, low, high) for place, (_, low, high) in ends if low is not None]
    if not known:
        return []
    return [
        {
            "type": "scatter",
            "x": [place for place, _, _ in known] + [place for place, _, _ in reversed(known)],
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
