"""Switching cost in its facets."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight.blocks import Panel
from web.insight.panels.base import Seen, facets

PAGE, ORDER = "overview", 100


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw switching cost beside its facets, where it is measured."""
    caption = _("How costly leaving would feel. It is not quality and never enters satisfaction.")
    if (chart := facets(seen, "switching_cost", caption)) is not None:
        yield Panel("switching", _("Switching cost"), [chart])
