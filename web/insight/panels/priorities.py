"""What to improve first."""

from typing import Any

from web.i18n import text
from web.insight.panels.base import FIRST
from web.insight.results import WaveResult


def priorities(wave: WaveResult) -> list[dict[str, Any]]:
    """Give the first priorities with what they would gain."""
    nodes = wave.result["dimensions"]
    return [
        {
            "name": text(nodes[each["dimension"]]["name"]),
            "construct": nodes[each["dimension"]]["construct"],
            "points": each["points"],
            "gain": 5 * each["importance"],
            "is_firm": each["top_share"] >= 0.9,
        }
        for each in (wave.result.get("priorities") or [])[:FIRST]
    ]
