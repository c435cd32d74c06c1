"""What to improve first."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web import digits
from web.i18n import text
from web.insight.blocks import Name, Panel, Steps, Words
from web.insight.panels.base import Seen, points

PAGE, ORDER = "overview", 30
FIRST = 8  # more is a list nobody acts upon
STEP = 5  # points that a dimension may be lifted by
FIRM = 0.9


def panels(seen: Seen) -> Iterator[Panel]:
    """Give the first priorities of all customers with what they would gain."""
    ranked = seen.result.get("priorities")
    if seen.part or not ranked:
        return
    nodes = seen.result["dimensions"]
    has_gain = "gain" in ranked[0]  # runs of the release before sorted by the room left to 100
    hint = (
        _(
            "Ordered by what can be gained: how strongly a topic moves satisfaction, "
            "times how far it can be hoped to rise."
        )
        if has_gain
        else _(
            "Ordered by what is to be gained: "
            "how strongly a topic moves satisfaction, times the room left to 100."
        )
    )
    rows = []
    for each in ranked[:FIRST]:
        node, now = nodes[each["dimension"]], points(seen.series.dimension(seen.part, each["dimension"]))
        if has_gain:
            reason = _(
                "Now at %(points)s. As good as it can be hoped to become, "
                "it would lift the index by about %(gain)s.",
                points=now,
                gain=digits.write(each["gain"]["value"], is_coarse=False),
            )
        else:
            reason = _(
                "Now at %(points)s. Five points more would lift the index by about %(gain)s.",
                points=now,
                gain=digits.write(STEP * each["importance"], is_coarse=False),
            )
        if each["top_share"] >= FIRM:
            reason += " " + _("Its place among the first three is firm.")
        rows.append((Name(text(node["name"]), seen.link(node["construct"])), reason))
    yield Panel("first", _("What to improve first"), [Words(hint, look="hint"), Steps(rows)], look="wide")
