"""How waves stand, in the words of the pages: counts, window, address."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from flask import current_app, request
from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import words
from surveys.collecting.waves import IN_THE_FIELD
from surveys.document.questionnaire import Questionnaire
from surveys.models import AuditEntry, Response, Segment, StoredQuestionnaire, Version, Wave
from surveys.models.collection import RUNNING
from surveys.models.dispositions import Disposition
from surveys.watching.begun import Part
from surveys.watching.rates import Group
from surveys.watching.standing import Outcome
from web.fieldwork.days import day_of
from web.i18n import text
from web.labels import CHANNELS, version_told
from web.respond import addresses

STATES = {
    "planned": _l("Planned"),
    "open": _l("Open"),
    "paused": _l("Paused"),
    "overdue": _l("Paused, should go on"),
    "waiting": _l("Open, not begun"),
    "grace": _l("Window is over: who has begun may finish"),
    "over": _l("Window is over"),
    "closed": _l("Closed"),
}
# What staff noted of links; what became of the people behind them is told by their outcomes.
NOTED = {
    "refused": _l("Refused"),
    "unreachable": _l("Unreachable"),
    "ineligible": _l("Not eligible"),
    "withdrawn": _l("Withdrawn"),
}
OUTCOMES = {
    Outcome.COMPLETE: _l("Complete: at least four fifths of the rated questions answered"),
    Outcome.PARTIAL: _l("Partial: at least half of them"),
    Outcome.SCREENED: _l("Screened out"),
    Outcome.OVER_QUOTA: _l("Quota full"),
    Outcome.INELIGIBLE: _l("Account gone, or noted as not eligible"),
    Outcome.REFUSED: _l("Refused: no consent, or told staff"),
    Outcome.BREAK_OFF: _l("Broken off: less than half answered"),
    Outcome.BLANK: _l("Blank: not one answer"),
    Outcome.NO_CONTACT: _l("Nobody reached"),
    Outcome.NOTHING: _l("Nothing came back"),
    Outcome.UNDELIVERABLE: _l("Undeliverable"),
}
GROUPS = {
    Group.INTERVIEW: _l("Interview"),
    Group.PARTIAL: _l("Partial interview"),
    Group.REFUSAL: _l("Refusal and break-off"),
    Group.NON_CONTACT: _l("Non-contact"),
    Group.OTHER: _l("Other"),
    Group.UNKNOWN: _l("Unknown whether eligible"),
    Group.NOT_ELIGIBLE: _l("Not eligible"),
}
RATES = {
    "RR": _l("Response rate"),
    "COOP": _l("Cooperation rate"),
    "REF": _l("Refusal rate"),
    "CON": _l("Contact rate"),
}


STEP = 5  # of counts in units: whoever looks each day must not see one person answer


class Standing(NamedTuple):
    """One wave as the list shows it; `started` counts everybody who has saved a page."""

    wave: Wave
    state: str
    window: str
    started: int
    complete: int


def standings(session: Session, units: Collection[int] | None = None) -> list[Standing]:
    """Give every wave with its counts, the newest first, in two reads.

    With `units`, their numbers, only who belongs to one of them counts, and counts are rounded down to fives.
    """
    waves = session.scalars(select(Wave).where(IN_THE_FIELD).order_by(Wave.id.desc())).all()
    keys = (Response.wave_id, Response.disposition, Segment.unit_id)
    by_disposition = select(*keys, func.count()).outerjoin(Segment, Response.segment_id == Segment.id)
    counted: dict[int, dict[str | None, int]] = {}
    for wave_id, disposition, unit, number in session.execute(by_disposition.group_by(*keys)):
        own = counted.setdefault(wave_id, {})
        own[disposition] = own.get(disposition, 0) + (number if units is None or unit in units else 0)
    step = 1 if units is None else STEP
    now = datetime.now(UTC)
    return [
        Standing(
            wave,
            state_of(wave, now),
            window_of(wave),
            step * (sum(counted.get(wave.id, {}).values()) // step),
            step * (counted.get(wave.id, {}).get(Disposition.COMPLETE, 0) // step),
        )
        for wave in waves
    ]


def state_of(wave: Wave, now: datetime) -> str:
    """Say where a wave is in its life; an open wave outside its window takes no answers."""
    if wave.is_paused(now) and wave.resumes_on is not None and wave.resumes_on <= day_of(now):
        return "overdue"
    if wave.state not in RUNNING or wave.is_open(now) or wave.is_paused(now):
        return str(wave.state)
    if wave.closes_at is None or now < wave.closes_at:
        return "waiting"
    return "grace" if wave.takes_on(now) else "over"


def part_name(part: Part) -> str:
    """Name a channel or the days that stand together."""
    if not part.names[0][:1].isdigit():
        return " + ".join(str(CHANNELS.get(name, name)) for name in part.names)
    first, last = (format_date(date.fromisoformat(part.names[at]), "medium") for at in (0, -1))
    return first if first == last else f"{first} – {last}"


class Given(NamedTuple):
    """Why somebody paused, ended or closed a wave."""

    action: str
    by: str
    at: datetime
    reason: str


def last_reason(session: Session, wave: Wave) -> Given | None:
    """Give the reason of the last change of state, as the trail has it; None where it needed none."""
    changes = ("wave.open", "wave.change_dates", "wave.pause", "wave.resume", "wave.end", "wave.close")
    told = select(AuditEntry).where(AuditEntry.target == f"wave:{wave.code}", AuditEntry.action.in_(changes))
    last = session.scalar(told.order_by(AuditEntry.id.desc()).limit(1))
    if last is None or not last.detail.get("reason"):
        return None
    return Given(last.action, last.actor, last.at, last.detail["reason"])


def window_of(wave: Wave) -> str:
    """Give the first and the last day in the page's language."""
    first = format_date(wave.opens_at, "medium") if wave.opens_at else ""
    # The end is the first moment without answers, mostly a midnight: the last day is the one before.
    last = format_date(wave.closes_at - timedelta(seconds=1), "medium") if wave.closes_at else ""
    if first and last:
        return first if first == last else f"{first} – {last}"
    if first:
        return str(_("from %(day)s", day=first))
    return str(_("until %(day)s", day=last) if last else _("no dates set"))


def address_of(wave: Wave) -> str:
    """Give the whole address of a public link."""
    return whole_address(addresses.link(public_key=wave.public_key))


def whole_address(path: str) -> str:
    """Put the site's public address before a path."""
    return (current_app.config["MANYI"]["PUBLIC_URL"] or request.url_root.rstrip("/")) + path


class Offered(NamedTuple):
    """A published version that a wave can ask, and the languages in which the wave needs a title."""

    number: int
    label: str
    languages: tuple[str, ...]


def versions(session: Session) -> Sequence[Offered]:
    """Give every published version, the newest first."""
    last = select(Wave.code).where(Wave.version_id == Version.id).order_by(Wave.id.desc()).limit(1)
    columns = Version, StoredQuestionnaire.code, last.correlate(Version).scalar_subquery()
    query = select(*columns).join(StoredQuestionnaire).where(Version.kind == "published")
    query = query.order_by(Version.published_at.desc(), Version.id.desc())
    return [
        Offered(
            version.id,
            " · ".join(
                (
                    text(version.document["title"]),
                    version_told(version.number, version.published_at, wave or ""),
                    code,
                )
            ),
            _titled(version.document.get("languages", Questionnaire.model_fields["languages"].default)),
        )
        for version, code, wave in session.execute(query)
    ]


def _titled(asked: Sequence[str]) -> tuple[str, ...]:
    """Give the languages of respondents that the site speaks; all of its own where it speaks none of them."""
    return tuple(each for each in words.spoken() if each in asked) or tuple(words.spoken())
