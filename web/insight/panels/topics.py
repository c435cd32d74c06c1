"""The constructs beside the index: their points, and how they moved."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight.blocks import Arrow, Name, Panel, Table
from web.insight.panels.base import Seen, bars_of, points, side_by_side

PAGE, ORDER = "overview", 40


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw the constructs, and list their changes."""
    nodes = {code: node for code, node in seen.own["constructs"].items() if code != seen.index}
    figure = side_by_side(seen.series.construct(seen.part, code).at(-1) for code in nodes)
    chart = bars_of(
        [seen.name(code) for code in nodes],
        figure,
        heading=_("Topic"),
        caption=_("Points from 0 to 100; the black line shows how far chance can move each figure."),
    )
    # With two waves the last is the first, too.
    has_base = len(seen.series.waves) > 2

    def arrows(code: str) -> tuple[Arrow, ...]:
        horizons = ("last", "base") if has_base else ("last",)
        return tuple(Arrow(seen.series.change(seen.part, code, each), seen.is_waiting) for each in horizons)

    rows: list[tuple[Name, tuple[str | Arrow, ...]]] = [
        (
            Name(seen.name(code), seen.link(code), _("lower is better") if node["valence"] < 0 else ""),
            (points(figure.at(at)), *arrows(code)),
        )
        for at, (code, node) in enumerate(nodes.items())
    ]
    headings = [_("Topic"), _("Points"), _("Since the last wave")]
    if has_base:
        headings.append(_("Since the first comparable wave"))
    table = Table(_("Topics and their changes"), tuple(headings), rows)
    yield Panel("topics", _("What moves satisfaction, and what follows from it"), [chart, table], look="wide")
