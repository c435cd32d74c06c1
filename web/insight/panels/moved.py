"""What has moved: the clear moves of topics, gaps of expectations and what stands beside the index."""

from collections.abc import Iterator
from typing import NamedTuple

from flask_babel import gettext as _

from surveys.editing import publishing
from web import labels
from web.insight import sentences
from web.insight.blocks import TOP, Bullets, Panel, Words
from web.insight.panels.base import Seen
from web.insight.results import Change

PAGE, ORDER = "overview", 25
PREFERRED = ("base", "year", "last", "trend")  # the longest way first; a slope is read least easily
WORSE, BETTER, NEITHER = range(3)


class Moved(NamedTuple):
    """A clear move of one figure: whether it is for the worse, how clear it is, its name."""

    sense: int
    clearness: float
    name: str
    horizon: str
    change: Change


def panels(seen: Seen) -> Iterator[Panel]:
    """Say the clear moves, the worse first; those of the index stand in the headline."""
    moves = seen.series.moves(seen.part)
    if not moves:
        return
    found = sorted(
        (each for node in moves if (each := _longest(seen, node)) is not None),
        key=lambda each: (each.sense, -each.clearness),
    )
    titles = sentences.titles_of(seen.series.waves)
    told = [sentences.move_text(each.name, each.horizon, each.change, titles) for each in found]
    hint = (
        _(
            "Looked at together, these moves are more than chance explains."
            " In brackets is the range in which each most likely lies."
        )
        if found
        else _("No change can be shown in any topic: what moved may be chance.")
    )
    yield Panel(
        "moved",
        _("What has moved"),
        [
            Bullets(told),
            Words(hint, look="hint" if found else ""),
        ],
        place=TOP,
        look="wide",
    )


def _longest(seen: Seen, node: str) -> Moved | None:
    """Give the longest of the moves of one figure that are more than chance explains."""
    name = _name(seen, node)
    if node == seen.index or name is None:
        return None
    own = [
        (horizon, change)
        for horizon in seen.series.moves(seen.part)[node]
        if (change := seen.series.change(seen.part, node, horizon)) is not None and change.is_clear
    ]
    if not own:
        return None
    horizon, change = min(own, key=lambda each: PREFERRED.index(each[0]))
    clearness = change.figure.in_errors.item()
    return Moved(_sense(seen, node, change.verdict), clearness, name, horizon, change)


def _name(seen: Seen, node: str) -> str | None:
    kind, _colon, what = node.partition(":")
    if kind == "gap" and what in labels.TIERS:
        return str(_("Gap to experience (%(tier)s)", tier=labels.TIERS[what]))
    if kind == "companion" and what:
        names = {"promotion": _("Net promoter score"), "effort": _("Ease of the last occasion")}
        return next((name for role, name in names.items() if seen.played_by(role) == what), None)
    return seen.name(node) if node in seen.result["constructs"] else None


def _sense(seen: Seen, node: str, verdict: str) -> int:
    """Say whether a move is for the worse; expectations are neither good nor bad."""
    is_up = verdict == "up"
    if node.startswith("gap:"):
        return WORSE if is_up else BETTER
    if node in seen.result["constructs"]:
        if node in _expected(seen):
            return NEITHER
        is_up = is_up == (seen.result["constructs"][node]["valence"] > 0)
    return BETTER if is_up else WORSE


def _expected(seen: Seen) -> set[str]:
    system = publishing.load_document(seen.last.wave.version).indicators
    nodes = seen.result["dimensions"]
    gaps = system.gaps if system else ()
    return {nodes[gap.expected]["construct"] for gap in gaps if gap.expected in nodes}
