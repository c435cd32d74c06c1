"""What to bear in mind when reading the figures."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight import sentences
from web.insight.blocks import BELOW, Bullets, Panel
from web.insight.panels.base import Seen

PAGE, ORDER = "overview", 900


def panels(seen: Seen) -> Iterator[Panel]:
    """Give each kind of caution of the run once."""
    found = sentences.caution_texts(seen.last)
    if found:
        yield Panel("cautions", _("To bear in mind"), [Bullets(found)], place=BELOW)
