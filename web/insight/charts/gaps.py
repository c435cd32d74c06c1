"""Pairs of points with the gap between them."""

from collections.abc import Sequence

from csi_model import Figure
from web.digits import texts
from web.insight.charts.look import (
    GREY,
    SERIES,
    Json,
    Number,
    cells,
    wrap,
    written,
)

TICKS = tuple(range(0, 101, 10))  # the room for numbers goes beyond the scale, its ticks do not


def gaps(names: Sequence[str], hoped_for: Figure, met_with: Figure, labels: tuple[str, str]) -> str:
    """Draw what was expected and what was perceived as two marks joined by a line."""
    expected, perceived = ([value for value, _, _ in cells(side)] for side in (hoped_for, met_with))
    rows = [wrap(name) for name in names]
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
            "text": said,
            "textposition": sides,
            "marker": {"size": 14, "color": colour, "symbol": symbol},
            "hovertemplate": "%{y}<br>" + label + " %{text}<extra></extra>",
        }
        for values, said, label, sides, (colour, _, symbol) in (
            (expected, texts(hoped_for), labels[0], _outward(expected, perceived, "right"), SERIES[1]),
            (perceived, texts(met_with), labels[1], _outward(perceived, expected, "left"), SERIES[0]),
        )
    ]
    seen = [value for value in (*expected, *perceived) if value is not None] or [0.0, 100.0]
    room = max(8.0, 0.6 * (max(seen) - min(seen)))  # for the numbers, on a phone too
    axis = {"range": [min(seen) - room, max(seen) + room], "tickvals": TICKS}
    rows_axis = {"range": [len(names) - 0.5, -0.7], "automargin": True}  # room for the numbers on top
    return written(traces, x=axis, y=rows_axis, height=110 + 62 * len(names), legend=True)


def _outward(values: Sequence[Number], others: Sequence[Number], alike: str) -> list[str]:
    """Give the side of each mark where its number stands: away from the other mark, however near it is."""
    return [
        "top "
        + (alike if one is None or other is None or one == other else "left" if one < other else "right")
        for one, other in zip(values, others, strict=True)
    ]
