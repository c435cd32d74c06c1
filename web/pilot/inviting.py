"""Whom a pilot asks, as its form says: whoever has the link, customers drawn by lot, or those of a list."""

import csv
import io
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from surveys.errors import SurveyError
from surveys.models import Customer, Draft, Unit, UnitLevel
from surveys.models.organisation import CustomerClass
from surveys.piloting import people
from web import i18n, readers
from web.extensions import db

LINK, DRAW, LIST = "link", "draw", "list"
WAYS: Final = (LINK, DRAW, LIST)
FIELDS: Final = ("who", "drawn", "customer_class", "list", "days")
COLUMN: Final = "code"
LARGEST: Final = 200_000  # bytes of a list
USUAL: Final = "40"


class InvitedError(Exception):
    """What was sent of the form names nobody who can be asked; `field` is where, the message what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field, self.message = field, message


def invited(draft: Draft, form: Mapping[str, str], file: FileStorage | None, now: datetime) -> list[Customer]:
    """Give the customers whom a form asks; nobody where whoever has the link may answer.

    Raises
    ------
    InvitedError
        Nobody can be asked so, and what to do about it.
    """
    way = form.get("who", LINK)
    if way == LINK:
        return []
    if way not in WAYS:
        raise InvitedError("who", _("Choose one of the entries offered."))
    field = "list" if way == LIST else "drawn"
    try:
        if way == LIST:
            return people.named(db.session, codes_of(file.read(LARGEST + 1) if file is not None else b""))
        return _drawn(draft, form, now)
    except SurveyError as refused:
        db.session.rollback()
        raise InvitedError(field, refused.text(i18n.choose())) from None


def _drawn(draft: Draft, form: Mapping[str, str], now: datetime) -> list[Customer]:
    of = form.get("customer_class", "")
    if of and of not in set(CustomerClass):
        raise InvitedError("customer_class", _("Choose one of the entries offered."))
    wanted = readers.number(form.get("drawn", "").strip()) or 0
    unit = form.get("unit", "")
    return people.drawn(db.session, draft.questionnaire_id, wanted, unit=unit, customer_class=of, now=now)


def units() -> list[tuple[str, str]]:
    """Give the units to draw from, by level and code: offices are too small for it."""
    query = select(Unit).where(Unit.level < UnitLevel.OFFICE).order_by(Unit.level, Unit.code)
    return [(each.code, i18n.text(each.name)) for each in db.session.scalars(query)]


def codes_of(data: bytes) -> list[str]:
    """Read the codes of customers from a CSV file with a column `code`; blank lines are passed over.

    UTF-8 or GB18030, as spreadsheets write it; separated by commas, semicolons or tabs.
    """
    if len(data) > LARGEST:
        raise _unusable(_("It is larger than %(n)s kilobytes.", n=LARGEST // 1000))
    text = _text(data)
    if not text.strip():
        raise _unusable(_("Choose a CSV file with a column named code, one customer a row."))
    header = text.splitlines()[0]
    try:
        separator = max(",;\t", key=header.count)
        rows = list(csv.reader(io.StringIO(text), delimiter=separator, strict=True))
    except csv.Error:
        raise _unusable(_("It is no CSV file. Save the list as “CSV UTF-8” and try again.")) from None
    names = [name.strip().lower() for name in rows[0]]
    if names.count(COLUMN) != 1:
        raise _unusable(_("Its first row must name the columns, and one of them code."))
    place = names.index(COLUMN)
    found: dict[str, int] = {}
    for number, row in enumerate(rows[1:], start=2):
        code = row[place].strip() if place < len(row) else ""
        if not code and any(each.strip() for each in row):
            raise _unusable(_("Row %(n)s has no code.", n=number))
        if code in found:
            raise _unusable(
                _("Rows %(first)s and %(n)s name the same customer.", first=found[code], n=number)
            )
        if code:
            found[code] = number
    return list(found)


def _text(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise _unusable(_("It is no CSV file. Save the list as “CSV UTF-8” and try again."))


def _unusable(message: str) -> InvitedError:
    return InvitedError("list", message)
