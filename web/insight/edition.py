"""Which run a page shows, and what was decided about it: leaders see published ones, others are marked."""

from typing import NamedTuple

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.analysing import official
from surveys.models import RunDecision, Version, Wave
from surveys.models.decisions import RunState
from web.i18n import text
from web.insight.results import WaveResult


class Edition(NamedTuple):
    """What a page says of its run; `is_official` where leaders see this very run."""

    text: str
    is_official: bool
    has_official: bool = True  # leaders see some run of the wave


class Withdrawn(NamedTuple):
    """A wave whose figures were withdrawn, when, and why."""

    title: str
    code: str
    day: str
    reason: str


def edition_of(session: Session, wave: WaveResult) -> Edition:
    """Say which wave and run is shown and whether it is the official one."""
    rows = official.history(session, wave.run_id)
    last = rows[-1] if rows else None
    named = {"wave": wave.wave.code, "run": wave.run_id}
    if last is not None and last.kind == RunState.PUBLISHED:
        day = format_date(last.at, "medium")
        if last.actor == official.MIGRATION:
            said = _(
                "Wave %(wave)s · run %(run)s · published on %(day)s by the upgrade, not by two people",
                **named,
                day=day,
            )
        else:
            said = _(
                "Wave %(wave)s · run %(run)s · published on %(day)s, approved by a second person",
                **named,
                day=day,
            )
        return Edition(said, is_official=True)
    seen = official.published(session).get(wave.wave.id)
    if last is not None and last.kind == RunState.PROPOSED:
        said = _("Wave %(wave)s · run %(run)s · proposed, not published.", **named)
    elif last is not None and last.kind == RunState.WITHDRAWN:
        said = _("Wave %(wave)s · run %(run)s · withdrawn.", **named)
    else:
        said = _("Wave %(wave)s · run %(run)s · not published.", **named)
    if seen is None:
        return Edition(
            said + " " + _("Leaders see no run of this wave."), is_official=False, has_official=False
        )
    return Edition(said + " " + _("Leaders see run %(id)s of this wave.", id=seen.run_id), is_official=False)


def withdrawn(session: Session, wave_code: str = "") -> list[Withdrawn]:
    """Give the withdrawn waves of a wave's questionnaire, the newest first; of all where none is named."""
    gone = official.withdrawn(session)
    wanted = select(Wave).where(Wave.id.in_(gone)).order_by(Wave.opens_at.desc(), Wave.id.desc())
    if wave_code:
        family = select(Version.questionnaire_id).join(Wave, Wave.version_id == Version.id)
        own = family.where(Wave.code == wave_code).scalar_subquery()
        wanted = wanted.join(Wave.version).where(Version.questionnaire_id == own)
    return [_told(wave, gone[wave.id]) for wave in session.scalars(wanted)]


def _told(wave: Wave, row: RunDecision) -> Withdrawn:
    return Withdrawn(text(wave.title), wave.code, format_date(row.at, "medium"), row.reason)
