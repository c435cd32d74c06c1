"""A toy panel: how many people answered, in two languages."""

from collections.abc import Iterator

from web.i18n import text
from web.insight.blocks import Panel, Words
from web.insight.panels.base import Seen

PAGE, ORDER = "overview", 25


def panels(seen: Seen) -> Iterator[Panel]:
    """Say it."""
    heading = text({"en": "A toy panel", "zh": "玩具面板"})
    yield Panel("toy", heading, [Words(text({"en": "Answers: ", "zh": "答卷："}) + str(seen.own["n_used"]))])
