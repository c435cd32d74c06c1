"""Loyalty over waves."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight.blocks import Panel
from web.insight.panels.base import Seen, line_over_waves

PAGE, ORDER = "overview", 70


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw loyalty over waves, where it is measured."""
    loyalty = seen.played_by("loyalty")
    if loyalty is None or loyalty not in seen.result["constructs"]:
        return
    chart = line_over_waves(
        seen.series.waves,
        [(seen.name(loyalty), seen.series.construct(seen.part, loyalty))],
        seen.series.breaks(loyalty),
        caption=_("Intention to stay, to recommend and to accept a fair price."),
    )
    yield Panel("loyalty", _("Loyalty over the waves"), [chart])
