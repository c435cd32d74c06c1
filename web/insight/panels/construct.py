"""A construct on its own page: its number, how it moved, what it is worth, and itself over the waves."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight.blocks import TOP, Panel, Score, Words
from web.insight.panels.base import Seen, certainty, how_it_moved, over_the_waves, points

PAGE, ORDER = "construct", 10


def panels(seen: Seen) -> Iterator[Panel]:
    """Give the number and the line over waves."""
    code, series = seen.construct, seen.series
    point = series.construct(seen.part, code).at(-1)
    lower = _("lower is better") if seen.result["constructs"][code]["valence"] < 0 else ""
    yield Panel(
        "headline",
        _("Points"),
        [
            Score(points(point)),
            Words(lower, look="tag"),
            Words(certainty(point)),
            *how_it_moved(seen, code),
            Words(_worth(seen)),
        ],
        place=TOP,
        look="headline",
    )
    breaks = series.breaks(code)
    caption = _("The band shows how far chance can move the figure.")
    lines = [(seen.name(code), series.construct(seen.part, code))]
    yield over_the_waves(series.waves, lines, breaks, caption=caption)


def _worth(seen: Seen) -> str:
    """Say what one point more is worth to the index, where the construct moves it."""
    if seen.part:
        return ""
    for effect in seen.result["total_effects"]:
        worth = effect["points_per_point"]
        if worth and (effect["source"], effect["target"]) == (seen.construct, seen.index):
            said = _(
                "One point more here goes with %(worth).2f points of the satisfaction index.", worth=worth
            )
            return str(said)
    return ""
