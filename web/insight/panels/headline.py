"""The index of the wave: its number, how it moved, and from how many answers."""

from collections.abc import Iterator

from flask_babel import gettext as _
from flask_babel import ngettext

from csi_model import Options
from web import digits
from web.insight import sentences
from web.insight.blocks import TOP, Arrow, Panel, Score, Words
from web.insight.charts.look import known
from web.insight.panels.base import Seen, certainty, points

PAGE, ORDER = "overview", 10


def panels(seen: Seen) -> Iterator[Panel]:
    """Give the index with its change."""
    index = seen.series.index(seen.part).at(-1)
    change = seen.series.index_change(seen.part)
    shown = digits.printed(index)
    value, low, high = (known(part.item()) for part in (shown.value, shown.low, shown.high))
    answers = _("%(n)s answers", n=seen.own["n_used"])
    if seen.own["n_used"] < Options.indicative:
        answers += " · " + _("indicative only: fewer than %(least)d", least=Options.indicative)
    yield Panel(
        "headline",
        _("Satisfaction index"),
        [
            Score(points(index), None if value is None else (value, low, high)),
            Words(certainty(index)),
            Arrow(change, seen.is_waiting),
            Words(sentences.change_text(change, seen.before, is_waited_for=seen.is_waiting)),
            *(Words(each) for each in sentences.further_texts(seen.series, seen.part, seen.index)),
            Words(sentences.perhaps_text(seen.series, seen.part, seen.index), look="hint"),
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
