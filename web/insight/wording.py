"""The words of the dashboards: names of segments, tiers and cautions, sentences about changes."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from web.insight.change import Change

CLASSES = {
    "residential": _l("Residential customers"),
    "commercial": _l("Commercial customers"),
    "industrial": _l("Industrial customers"),
    "other": _l("Other customers"),
}
TIERS = {
    "basic": _l("Basic expectations"),
    "price_linked": _l("Price-linked expectations"),
    "beyond_value": _l("Beyond-value expectations"),
}
# Segment → its name and what it means.
SEGMENTS = {
    "loyal": (_l("Loyal"), _l("satisfied, and leaving would be costly")),
    "captive": (_l("Captive"), _l("dissatisfied, but leaving would be costly")),
    "free_to_go": (_l("Free to go"), _l("satisfied, and leaving would be easy")),
    "at_risk": (_l("At risk"), _l("dissatisfied, and leaving would be easy")),
}
# What a caution of the model means to a reader of dashboards; those not named here stay on the run's page.
CAUTIONS = {
    "low-loading": _l("Some questions hardly move with the rest of their topic; read them on their own."),
    "small-group": _l("Groups with fewer than 30 answers are not shown, to protect the people in them."),
    "indicative": _l("Figures from fewer than 100 answers are indicative only."),
    "negative-weight": _l("A question counted against its own topic and was left out of its score."),
}


def caution_texts(codes: set[str]) -> list[object]:
    """Give each kind of caution once, in the page's language."""
    return [text for code, text in CAUTIONS.items() if code in codes]


def change_text(change: Change | None, before: str) -> str:
    """Say in one sentence how a figure moved since the wave before."""
    if change is None:
        return _("There is no earlier wave to compare with.")
    if change.direction > 0:
        return _(
            "Up %(points).1f points since %(wave)s: more than chance explains.",
            points=change.value,
            wave=before,
        )
    if change.direction < 0:
        return _(
            "Down %(points).1f points since %(wave)s: more than chance explains.",
            points=-change.value,
            wave=before,
        )
    return _(
        "No clear change since %(wave)s (%(points)+.1f points may be chance).",
        points=change.value,
        wave=before,
    )


def part_label(part: str, units: Mapping[str, str]) -> str:
    """Name a group of a result: a district or a customer class."""
    kind, _colon, code = part.partition(":")
    if kind == "customer_class":
        return str(CLASSES.get(code, code))
    return units.get(code, code)
