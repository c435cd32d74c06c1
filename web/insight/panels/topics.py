"""The constructs beside the index: their points, and how they moved."""

from collections.abc import Iterator

from flask_babel import gettext as _

from csi_model import Figure
from web.insight.blocks import Arrow, Name, Panel, Table
from web.insight.panels.base import Seen, bars_of, points

PAGE, ORDER = "overview", 40


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw the constructs, and list their changes."""
    nodes = {code: node for code, node in seen.own["constructs"].items() if code != seen.index}
    figure = Figure.read(list(nodes.values()), key="points")
    chart = bars_of(
        [seen.name(code) for code in nodes],
        figure,
        heading=_("Topic"),
        caption=_("Points from 0 to 100; the black line shows how far chance can move each figure."),
    )
    rows = [
        (
            Name(seen.name(code), seen.link(code), _("lower is better") if node["valence"] < 0 else ""),
            (points(figure.at(at)), Arrow(seen.series.construct_change(seen.part, code), seen.is_waiting)),
        )
        for at, (code, node) in enumerate(nodes.items())
    ]
    table = Table(_("Topics and their changes"), (_("Topic"), _("Points"), _("Since the last wave")), rows)
    yield Panel("topics", _("What moves satisfaction, and what follows from it"), [chart, table], look="wide")
