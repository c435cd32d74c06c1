"""The words of the dashboards: names of segments, tiers and cautions, sentences about changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from csi_model import Figure
from web import digits, labels
from web.i18n import text
from web.insight.results import Break, Change, Series, WaveResult

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
    "small-group": _l(
        "Groups with fewer than %(least)d answers are not shown, to protect the people in them."
    ),
    "indicative": _l("Figures from fewer than %(least)d answers are indicative only."),
    "negative-weight": _l("A question counted against its own topic and was left out of its score."),
}


def titles_of(waves: Sequence[WaveResult]) -> dict[str, str]:
    """Give the titles of waves by code; equal ones are told apart by it."""
    titles = {each.wave.code: text(each.wave.title) for each in waves}
    often = Counter(titles.values())
    return {code: title if often[title] == 1 else f"{title} ({code})" for code, title in titles.items()}


def caution_texts(last: WaveResult) -> list[str]:
    """Give each kind of caution of a run once, in the page's language."""
    codes = {each["code"] for each in last.result["cautions"]}
    least = {"small-group": last.floor, "indicative": last.indicative}
    return [str(said) % {"least": least.get(code)} for code, said in CAUTIONS.items() if code in codes]


def change_text(change: Change | None, before: str, *, is_waited_for: bool) -> str:
    """Say in one sentence how a figure moved since the wave before, or another wave."""
    said: str
    if is_waited_for:
        said = _("The changes since %(wave)s are being computed; look again in a minute.", wave=before)
    elif change is None or change.verdict == "absent":
        said = _("There is no earlier wave to compare with.")
    elif change.verdict == "break":
        said = _("Not comparable with %(wave)s: what was asked, or how, has changed.", wave=before)
    else:
        said = _moved(change.verdict, change.figure, before)
    return said


def further_texts(series: Series, part: str, node: str) -> list[str]:
    """Say how a figure moved over more than one wave: since a year before, since the base, and its trend."""
    titles = titles_of(series.waves)
    last = series.change(part, node)
    told = {None if last is None else last.against}
    found = []
    for horizon in ("year", "base"):
        change = series.change(part, node, horizon)
        if change is None or change.against in told or change.against is None:
            continue
        told.add(change.against)
        found.append(_moved(change.verdict, change.figure, titles[change.against]))
    trend = series.change(part, node, "trend")
    return found + ([] if trend is None else [_trend(trend, titles)])


def perhaps_text(series: Series, part: str, node: str) -> str:
    """Say what perhaps means, where it is said of a figure; the trend does not say it."""
    cells = series.moves(part).get(node, {})
    if not any(cell["verdict"] == "hint" for horizon, cell in cells.items() if horizon != "trend"):
        return ""
    return str(_("Perhaps: among all that is compared here, chance alone also gives such a change."))


def move_text(name: str, horizon: str, change: Change, titles: Mapping[str, str]) -> str:
    """Say one clear move with its interval, which runs in the direction of the word."""
    is_up = change.verdict == "up"
    told = dict(zip(("points", "low", "high"), digits.size(change.figure), strict=True))
    told |= {"name": name, "wave": titles[change.against or ""]}
    said: str
    if horizon == "trend" and change.per == "year":
        said = (
            _("%(name)s: up by %(points)s points a year since %(wave)s (%(low)s to %(high)s)", **told)
            if is_up
            else _(
                "%(name)s: down by %(points)s points a year since %(wave)s (%(low)s to %(high)s)",
                **told,
            )
        )
    elif horizon == "trend":
        said = (
            _("%(name)s: up by %(points)s points a wave since %(wave)s (%(low)s to %(high)s)", **told)
            if is_up
            else _(
                "%(name)s: down by %(points)s points a wave since %(wave)s (%(low)s to %(high)s)",
                **told,
            )
        )
    elif is_up:
        said = _("%(name)s: up %(points)s points since %(wave)s (%(low)s to %(high)s)", **told)
    else:
        said = _("%(name)s: down %(points)s points since %(wave)s (%(low)s to %(high)s)", **told)
    return said


def _moved(verdict: str, figure: Figure, before: str) -> str:
    said: str
    far, points = digits.size(figure)[0], digits.signed(figure)
    if verdict == "up":
        said = _("Up %(points)s points since %(wave)s: more than chance explains.", points=far, wave=before)
    elif verdict == "down":
        said = _("Down %(points)s points since %(wave)s: more than chance explains.", points=far, wave=before)
    elif verdict == "hint":
        said = _("Perhaps %(points)s points since %(wave)s.", points=points, wave=before)
    else:
        said = _(
            "No clear change since %(wave)s (%(points)s points may be chance).", points=points, wave=before
        )
    return said


def _trend(change: Change, titles: Mapping[str, str]) -> str:
    told: dict[str, Any] = {
        "points": digits.signed(change.figure),
        "wave": titles[change.against or ""],
    }
    is_yearly, is_clear = change.per == "year", change.is_clear
    said: str
    if is_clear and is_yearly:
        said = _("Since %(wave)s by %(points)s points a year: more than chance explains.", **told)
    elif is_clear:
        said = _("Since %(wave)s by %(points)s points a wave: more than chance explains.", **told)
    elif is_yearly:
        said = _("No clear trend since %(wave)s (%(points)s points a year may be chance).", **told)
    else:
        said = _("No clear trend since %(wave)s (%(points)s points a wave may be chance).", **told)
    return said


def break_texts(breaks: Sequence[Break], titles: Mapping[str, str]) -> list[str]:
    """Say what lies between two waves that cannot be compared, a sentence for each change."""
    return [
        {
            "wording": _("Between %(before)s and %(after)s questions were reworded: %(what)s."),
            "scale": _("Between %(before)s and %(after)s the answer scale changed: %(what)s."),
            "mode": _("Between %(before)s and %(after)s answers came in other ways: %(what)s."),
            "items": _("Between %(before)s and %(after)s questions were added or left out: %(what)s."),
        }[each.kind]
        % {
            "before": titles[each.before],
            "after": titles[each.after],
            "what": _what(each),
        }
        for each in breaks
    ]


def _what(found: Break) -> str:
    if found.kind == "scale":
        return " → ".join(found.what)
    names = {mode: str(label) for mode, label in labels.CHANNELS.items()} if found.kind == "mode" else {}
    return ", ".join(names.get(each, each) for each in found.what)


def part_label(part: str, units: Mapping[str, str], answers: Mapping[tuple[str, str], str]) -> str:
    """Name a group of a result: a unit, a customer class, or as the questionnaire asks for it."""
    kind, _colon, code = part.partition(":")
    if kind == "customer_class" and code in labels.CLASSES:
        return str(labels.CLASSES[code])
    return answers.get((kind, code)) or units.get(code, code)
