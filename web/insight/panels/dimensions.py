"""The dimensions of a construct."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.i18n import text
from web.insight.blocks import BELOW, Panel
from web.insight.panels.base import Seen, bars_of, side_by_side

PAGE, ORDER = "construct", 20


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw the dimensions, where there are several."""
    nodes = {
        code: each for code, each in seen.own["dimensions"].items() if each["construct"] == seen.construct
    }
    if len(nodes) > 1:
        figure = side_by_side(seen.series.dimension(seen.part, code) for code in nodes)
        chart = bars_of([text(each["name"]) for each in nodes.values()], figure, heading=_("Dimension"))
        yield Panel("dimensions", _("Its dimensions"), [chart], place=BELOW)
