"""Expectations in three tiers: against experience, and over waves."""

from collections.abc import Iterator

from flask_babel import gettext as _

from csi_model import Figure
from surveys.editing import publishing
from web import labels
from web.insight.blocks import Chart, Panel
from web.insight.charts.gaps import gaps
from web.insight.panels.base import Seen, interval, line_over_waves, number

PAGE, ORDER = "overview", 60


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw what is expected and experienced in each tier, and what was expected in each wave."""
    if seen.part or not seen.result.get("expectations"):
        return
    yield Panel("tiers", _("Expected and experienced"), [_tiers(seen)])
    yield Panel("tiers-waves", _("Expectations over the waves"), [_over_waves(seen)])


def _tiers(seen: Seen) -> Chart:
    tiers = seen.result["expectations"]
    names = [str(labels.TIERS[each["tier"]]) for each in tiers]
    expected, perceived, gap = (
        Figure.read([each[side] for each in tiers]) for side in ("expected", "perceived", "gap")
    )
    sides = (_("Expected"), _("Experienced"))
    rows = [
        (name, *(number(side.at(at)) for side in (expected, perceived, gap)), interval(gap.at(at)))
        for at, name in enumerate(names)
    ]
    return Chart(
        gaps(names, expected, perceived, sides),
        (_("Tier"), *sides, _("Gap"), _("Range of the gap")),
        rows,
        _("The longer the line, the further experience falls short of what customers expect."),
    )


def _over_waves(seen: Seen) -> Chart:
    waves = seen.series.waves
    known = [
        {tier["tier"]: tier["expected"] for tier in each.result.get("expectations") or ()} for each in waves
    ]
    lines = [
        (str(labels.TIERS[tier]), Figure.read([by_tier.get(tier) for by_tier in known])) for tier in known[-1]
    ]
    system = publishing.load_document(seen.last.wave.version).indicators
    nodes = seen.result["dimensions"]
    expected = {nodes[gap.expected]["construct"] for gap in (system.gaps if system else ())}
    breaks = [each for construct in sorted(expected) for each in seen.series.breaks(construct)]
    caption = _("Rising expectations lower satisfaction even when service stays the same.")
    return line_over_waves(waves, lines, breaks, caption=caption)
