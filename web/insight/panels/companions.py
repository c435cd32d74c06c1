"""Figures that stand beside the index and never inside it: the net promoter score, and customer effort."""

from collections.abc import Iterator

from flask_babel import gettext as _

from csi_model import Figure
from web.insight.blocks import Panel, Words
from web.insight.panels.base import Seen, certainty

PAGE, ORDER = "overview", 75


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
    sentences = {
        "promotion": lambda node: _(
            "Net promoter score %(nps)+.0f (promoters minus detractors, −100 to 100), from %(n)s answers.",
            nps=node["value"],
            n=node["n"],
        ),
        "effort": lambda node: _(
            "Ease of the last occasion: %(mean).1f scale points, from %(n)s answers.",
            mean=node["value"],
            n=node["n"],
        ),
    }
    blocks = [
        Words(f"{sentences[role](node)} {certainty(figure)}".rstrip())
        for role, (node, figure) in found.items()
    ]
    if blocks:
        yield Panel("companions", _("Beside the index"), list(blocks))
