"""Outcomes and rates of a wave by AAPOR's names, by channel and day, as a file."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from surveys.models import Wave
from surveys.watching.begun import by_channel, by_day
from surveys.watching.rates import Rate
from surveys.watching.standing import CODES, Outcome, standing
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER, INTERVIEWER
from web.exports.download import csv_download
from web.exports.table import Table
from web.extensions import db
from web.fieldwork.views import find, record

blueprint = Blueprint("rates", __name__, url_prefix="/waves")
HEADINGS = ("by", "part", "what", "code", "value", "number", "of")


@blueprint.get("/<code>/rates.csv")
@allow(DESIGNER, ANALYST, INTERVIEWER)
def download(code: str) -> ResponseReturnValue:
    """Hand outcomes and rates over as a file: of the whole wave, of each channel, of each day."""
    wave, now = find(code), datetime.now(UTC)
    table = Table(HEADINGS, list(_rows(db.session, wave)))
    record("wave.download_rates", wave, now)
    db.session.commit()
    return csv_download(table, f"rates-{code}-{now:%Y%m%d}", for_spreadsheets=True)


def _rows(session: Session, wave: Wave) -> Iterator[tuple[object, ...]]:
    whole = standing(session, wave)
    yield from _lines("wave", "", whole.outcomes, whole.rates or [])
    for by, parts in (("channel", by_channel(session, wave)), ("day", by_day(session, wave))):
        for part in parts:
            yield from _lines(by, part.written, part.outcomes, part.rates)


def _lines(
    by: str, name: str, outcomes: Mapping[Outcome, int], rates: Sequence[Rate]
) -> Iterator[tuple[object, ...]]:
    for outcome in Outcome:
        number = outcomes.get(outcome, 0)
        if number:
            yield by, name, outcome.value, CODES[outcome][0], "", number, sum(outcomes.values())
    for each in rates:
        value = "" if each.value is None else round(each.value, 4)
        yield by, name, each.name, "", value, round(each.over, 1), round(each.n, 1)
