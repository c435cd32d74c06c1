"""What panels share: a chart with its table, rows of figures, and how numbers are written."""

from collections.abc import Sequence
from typing import NamedTuple

from flask_babel import gettext as _

from csi_model.series.breaks import Break
from web.i18n import text
from web.insight.charts.bars import bars
from web.insight.charts.over_waves import over_waves
from web.insight.results import WaveResult
from web.insight.series import Change, Point

INDICATIVE = 100


FIRST = 8  # priorities shown; more is a list nobody acts upon


class Chart(NamedTuple):
    """A figure with the same numbers as a table: for screen readers, print and phones without JavaScript."""

    figure: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


class Row(NamedTuple):
    """One figure of a list: where it leads, what it is, and how it moved."""

    code: str
    name: str
    point: Point
    change: Change | None = None
    note: str = ""


def ends(figure: Point) -> tuple[str, str, str]:
    """Give value and ends as they are written."""
    value, low, high = (number(each) for each in figure)
    return value, low, high


def number(value: float | None) -> str:
    """Write a number with one digit, nothing where there is none."""
    return "" if value is None else f"{value:.1f}"


def interval(figure: Point) -> str:
    """Write an interval, nothing where there is none."""
    if figure.low is None or figure.high is None:
        return ""
    return f"{figure.low:.1f} – {figure.high:.1f}"


def headings(first: str) -> tuple[str, ...]:
    """Give the headings of a table of points."""
    return first, _("Points"), _("Range")


def titles_of(found: Sequence[WaveResult]) -> dict[str, str]:
    """Give the titles of waves by code."""
    return {each.wave.code: text(each.wave.title) for each in found}


def bars_of(rows: Sequence[Row], *, heading: str) -> Chart:
    """Draw rows as bars, with their table."""
    figure = bars([row.name for row in rows], [row.point for row in rows])
    cells = [(row.name, number(row.point.value), interval(row.point)) for row in rows]
    return Chart(figure, headings(heading), cells)


def line_over_waves(
    found: Sequence[WaveResult],
    lines: Sequence[tuple[str, Sequence[Point]]],
    breaks: Sequence[Break] = (),
) -> Chart:
    """Draw lines over waves, cut where waves cannot be compared."""
    by_code = titles_of(found)
    titles = list(by_code.values())
    crossed = {step for each in breaks for step in each.steps(list(by_code))}
    cut = [at for at, code in enumerate(by_code) if code in crossed]
    rows = [
        (
            _("%(wave)s (not comparable with the wave before)", wave=title) if at in cut else title,
            *(cell for _name, points in lines for cell in (number(points[at].value), interval(points[at]))),
        )
        for at, title in enumerate(titles)
    ]
    heads = [_("Wave")]
    for name, _points in lines:
        heads += [name, _("Range")]
    return Chart(over_waves(titles, lines, cut=cut), tuple(heads), rows)
