"""The tree score: the four levels rolled up, beside the index."""

from collections.abc import Iterator

from flask_babel import gettext as _

from csi_model import Figure
from web import digits
from web.insight.blocks import Panel, Score, Words
from web.insight.charts.look import known
from web.insight.panels.base import Seen, certainty, points

PAGE, ORDER = "overview", 95


def panels(seen: Seen) -> Iterator[Panel]:
    """Give the tree score of the whole, where the wave's run has one."""
    stored = seen.result.get("tree")
    if not stored or seen.part:
        return
    score = Figure.read(stored, key="points", level=seen.last.level)
    shown = digits.printed(score)
    value, low, high = (known(part.item()) for part in (shown.value, shown.low, shown.high))
    topics = _(", ").join(seen.name(code) for code in stored["weights"])
    yield Panel(
        "tree",
        _("Tree score"),
        [
            Score(points(score), None if value is None else (value, low, high)),
            Words(certainty(score)),
            Words(
                _(
                    "The mean of %(topics)s, each the mean of its parts, and these of their questions. "
                    "It stands beside the index and is no part of it.",
                    topics=topics,
                ),
                look="hint",
            ),
        ],
    )
