"""Bars with intervals, one a name."""

from collections.abc import Sequence

from csi_model import Figure
from web.digits import POINTS, Grid, texts
from web.insight.charts.look import (
    BLUE,
    FIRST_ON_TOP,
    Json,
    cells,
    row_height,
    whiskers,
    wrap,
    written,
)


def bars(
    names: Sequence[str],
    figure: Figure,
    *,
    ends: tuple[float, float] | None = (0.0, 100.0),
    unit: str = "",
    grid: Grid = POINTS,
) -> str:
    """Draw one bar a name, the first on top, with its interval as a whisker and its number behind it.

    Parameters
    ----------
    ends
        Range of the axis; None lets it follow the bars.
    grid
        The steps in which the figures are printed.
    """
    rows = [wrap(name) for name in names]
    points, said = cells(figure, grid), texts(figure, grid)
    traces: list[Json] = [
        {
            "type": "bar",
            "orientation": "h",
            "y": rows,
            "x": [value for value, _, _ in points],
            "marker": {"color": BLUE},
            "error_x": whiskers(points) | {"width": 4},
            "customdata": said,
            "hovertemplate": "%{y}<br>%{customdata}" + unit + "<extra></extra>",
            "showlegend": False,
        }
    ]
    numbers: list[Json] = [
        {
            "y": row,
            "x": value if high is None else high,
            "text": own + unit,
            "showarrow": False,
            "xanchor": "left",
            "xshift": 8,
        }
        for row, own, (value, _, high) in zip(rows, said, points, strict=True)
        if value is not None
    ]
    if ends is None:
        ends = (0.0, 1.3 * max((number["x"] for number in numbers), default=1.0))
    else:
        ends = (ends[0], ends[1] + 0.14 * (ends[1] - ends[0]))  # for the number behind the longest bar
    more = {"annotations": numbers}
    height = 90 + row_height(rows, 44) * len(rows)
    return written(traces, x={"range": list(ends)}, y=FIRST_ON_TOP, height=height, more=more)
