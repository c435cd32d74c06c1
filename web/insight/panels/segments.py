"""The segments of the retention map."""

from flask_babel import gettext as _

from web.insight import sentences
from web.insight.charts.bars import bars
from web.insight.panels.base import Chart, interval, number
from web.insight.results import WaveResult
from web.insight.series import Point, point


def segments_chart(wave: WaveResult) -> Chart | None:
    """Draw the shares of the segments of the retention map."""
    found = wave.result.get("retention")
    if not found:
        return None
    names = [str(sentences.SEGMENTS[name][0]) for name in found["segments"]]
    points = [
        Point(*(None if each is None else 100 * each for each in point(share)))
        for share in found["segments"].values()
    ]
    rows = [(name, number(each.value), interval(each)) for name, each in zip(names, points, strict=True)]
    heads = (_("Customers"), _("Share in %"), _("Range"))
    return Chart(bars(names, points, ends=None, unit=" %"), heads, rows)
