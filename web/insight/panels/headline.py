"""The index of the wave: its number, how it moved, and from how many answers."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from web import digits
from web.insight.blocks import TOP, Panel, Score, Words
from web.insight.charts.look import known
from web.insight.panels.base import Seen, certainty, how_it_moved, points

PAGE, ORDER = "overview", 10


def panels(seen: Seen) -> Iterator[Panel]:
    """Give the index with its change."""
    index = seen.series.index(seen.part).at(-1)
    shown = digits.printed(index)
    value, low, high = (known(part.item()) for part in (shown.value, shown.low, shown.high))
    answers = _("%(n)s answers", n=seen.own["n_used"])
    if seen.own["n_used"] < seen.last.indicative:
        answers += " · " + _("indicative only: fewer than %(least)d", least=seen.last.indicative)
    yield Panel(
        "headline",
        _("Satisfaction index"),
        [
            Score(points(index), None if value is None else (value, low, high)),
            Words(certainty(index)),
            *how_it_moved(seen, seen.index),
            Words(answers, look="hint"),
            Words(
                ngettext("The question behind it", "The %(num)d questions behind it", _asked(seen)),
                href=seen.link(seen.index),
            ),
        ],
        place=TOP,
        look="headline",
    )


def _asked(seen: Seen) -> int:
    """Count the questions that the index is made of."""
    inside = {code for code, node in seen.own["dimensions"].items() if node["construct"] == seen.index}
    return sum(each["dimension"] in inside for each in seen.own["indicators"].values())
