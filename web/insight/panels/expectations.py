"""Expectations in three tiers."""

from collections.abc import Sequence

from flask_babel import gettext as _

from surveys.editing import publishing
from web import labels
from web.insight import series as series_of_waves
from web.insight.charts.gaps import gaps
from web.insight.panels.base import Chart, interval, line_over_waves, number
from web.insight.results import WaveResult
from web.insight.series import Point, point


def tier_chart(wave: WaveResult) -> Chart | None:
    """Draw what is expected and experienced in each tier."""
    tiers = wave.result.get("expectations")
    if not tiers:
        return None
    names = [str(labels.TIERS[each["tier"]]) for each in tiers]
    expected, perceived, gap = (
        [point(each[side]) for each in tiers] for side in ("expected", "perceived", "gap")
    )
    sides = (_("Expected"), _("Experienced"))
    figure = gaps(names, [each.value for each in expected], [each.value for each in perceived], sides)
    rows = [
        (name, *(number(side[at].value) for side in (expected, perceived, gap)), interval(gap[at]))
        for at, name in enumerate(names)
    ]
    return Chart(figure, (_("Tier"), *sides, _("Gap"), _("Range of the gap")), rows)


def tiers_over_waves(found: Sequence[WaveResult]) -> Chart | None:
    """Draw the expected level of each tier over waves."""
    last = found[-1].result.get("expectations")
    if not last:
        return None
    lines = []
    for each in last:
        points = []
        for wave in found:
            by_tier = {tier["tier"]: tier for tier in wave.result.get("expectations") or ()}
            points.append(
                point(by_tier[each["tier"]]["expected"]) if each["tier"] in by_tier else Point(None)
            )
        lines.append((str(labels.TIERS[each["tier"]]), points))
    system = publishing.load_document(found[-1].wave.version).indicators
    expected = {
        found[-1].result["dimensions"][gap.expected]["construct"] for gap in (system.gaps if system else ())
    }
    breaks = [
        each for construct in sorted(expected) for each in series_of_waves.construct_breaks(found, construct)
    ]
    return line_over_waves(found, lines, breaks)
