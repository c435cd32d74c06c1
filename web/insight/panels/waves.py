"""The index over waves."""

from collections.abc import Iterator

from flask_babel import gettext as _

from web.insight.blocks import Panel
from web.insight.panels.base import Seen, over_the_waves

PAGE, ORDER = "overview", 20


def panels(seen: Seen) -> Iterator[Panel]:
    """Draw the index over waves: with the same weights in all, and estimated anew."""
    series = seen.series
    lines = [(_("Index, weights estimated anew"), series.re_estimated(seen.part))]
    if series.stored is not None:
        lines.insert(0, (_("Index, same weights in all waves"), series.index(seen.part)))
    breaks = series.breaks()
    caption = _("The band shows how far chance can move the figure.")
    yield over_the_waves(series.waves, lines, breaks, caption=caption)
