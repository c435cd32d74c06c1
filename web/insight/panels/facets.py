"""Perceived value and switching cost in their facets."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from web.i18n import text
from web.insight.panels.base import Chart, Row, bars_of
from web.insight.results import WaveResult
from web.insight.series import point


def facets(wave: WaveResult, own: Mapping[str, Any], construct: str) -> Chart | None:
    """Draw a construct beside its facets, where it is measured."""
    if construct not in own["constructs"]:
        return None
    rows = [Row(construct, _("Overall"), point(own["constructs"][construct]))]
    rows += [
        Row(code, text(wave.result["dimensions"][code]["name"]), point(each))
        for code, each in own["dimensions"].items()
        if each["construct"] == construct
    ]
    return bars_of(rows, heading=_("Facet"))
