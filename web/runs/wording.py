"""The words of decisions about runs, and of what a run says about the quality of its answers."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from surveys.models.decisions import RunState
from web.labels import FLAGS, flags_text

DECIDED: Mapping[str, object] = {
    RunState.PROPOSED: _l("proposed"),
    RunState.APPROVED: _l("approved"),
    RunState.PUBLISHED: _l("published"),
    RunState.REPLACED: _l("replaced"),
    RunState.WITHDRAWN: _l("withdrawn"),
}


class QualityLines(NamedTuple):
    """What a run leaves out, in words: numbers, and each reason with its number."""

    n_complete: int
    n_excluded: int
    reasons: list[tuple[str, int]]


def quality_lines(result: Mapping[str, Any]) -> QualityLines | None:
    """Tell how many answers a run left out and why; None for a run of an older release."""
    stored = result.get("quality")
    if stored is None:
        return None
    reasons = [(why_text(why), number) for why, number in stored["why"].items()]
    return QualityLines(stored["n_complete"], stored["n_excluded"], reasons)


def why_text(why: str) -> str:
    """Say why answers were left out: a burst by its number, flags by their names, or a person's decision."""
    if why == "person":
        return str(_("decided by a person"))
    kind, _space, number = why.partition(" ")
    if kind == "burst" and number.isdigit():
        return str(_("alike answers in burst %(number)s", number=number))
    return flags_text(why) if why.split("+", maxsplit=1)[0] in FLAGS else why
