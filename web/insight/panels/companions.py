"""Figures that stand beside the index and never inside it: the net promoter score, and customer effort."""

from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext as _

from csi_model import Figure
from web import digits
from web.insight.blocks import Panel, Words
from web.insight.panels.base import Seen, certainty

PAGE, ORDER = "overview", 75
# Scale points are tenths of a scale of ten: coarse enough for few answers.
GRIDS = {"promotion": digits.SHARES, "effort": digits.Grid(0.1, 0.1)}


def panels(seen: Seen) -> Iterator[Panel]:
    """Tell the companions of all customers that the wave asked for."""
    if seen.part:
        return
    stored = seen.result.get("companions", {})
    found = {
        role: (node, Figure.read(node, level=seen.last.level))
        for role in ("promotion", "effort")
        if (node := stored.get(seen.played_by(role))) is not None and node["value"] is not None
    }
    blocks = [
        Words(f"{_told(role, node, figure)} {certainty(figure, GRIDS[role])}".rstrip())
        for role, (node, figure) in found.items()
    ]
    if blocks:
        yield Panel("companions", _("Beside the index"), list(blocks))


def _told(role: str, node: Mapping[str, Any], figure: Figure) -> str:
    said: str
    if role == "promotion":
        said = _(
            "Net promoter score %(nps)s (promoters minus detractors, −100 to 100), from %(n)s answers.",
            nps=digits.signed(figure, digits.SHARES),
            n=node["n"],
        )
    else:
        said = _(
            "Ease of the last occasion: %(mean).1f scale points, from %(n)s answers.",
            mean=node["value"],
            n=node["n"],
        )
    return said
