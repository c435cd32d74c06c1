"""Perceived value in its facets."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight.blocks import Panel
from web.insight.panels.base import Seen, facets

PAGE, ORDER = "overview", 90


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw perceived value beside its facets, where it is measured."""
    caption = _("What customers get for what they pay, and against the best alternative they know.")
    if (chart := facets(seen, "value", caption)) is not None:
        yield Panel("value", _("Perceived value"), [chart])
