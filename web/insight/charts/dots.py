"""Dots with intervals around a reference."""

from collections.abc import Sequence

from csi_model import Figure
from web.digits import printed, texts
from web.insight.charts.look import (
    BLUE,
    FAINT,
    FIRST_ON_TOP,
    GREY,
    Json,
    cells,
    known,
    row_height,
    whiskers,
    wrap,
    written,
)


def dots(
    names: Sequence[str],
    figure: Figure,
    *,
    reference: Figure,
    muted: Sequence[int] = (),
) -> str:
    """Draw groups as dots with intervals beside the whole, whose interval is a band.

    Parameters
    ----------
    muted
        Positions drawn hollow and in grey: groups with few answers.
    """
    rows, points = [wrap(name) for name in names], cells(figure)
    band = printed(reference)
    value, low, high = (known(part.item()) for part in (band.value, band.low, band.high))
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
            "y": rows,
            "x": [each for each, _, _ in points],
            "marker": {
                "size": 11,
                "color": [GREY if at in muted else BLUE for at in range(len(rows))],
                "symbol": ["circle-open" if at in muted else "circle" for at in range(len(rows))],
            },
            "error_x": whiskers(points),
            "customdata": texts(figure),
            "hovertemplate": "%{y}<br>%{customdata}<extra></extra>",
            "showlegend": False,
        }
    ]
    height = 90 + row_height(rows, 40) * len(rows)
    y = FIRST_ON_TOP | {"autorange": False, "range": [len(rows) - 0.5, -0.5]}  # as much room as between rows
    return written(traces, y=y, height=height, more={"shapes": shapes})
