"""Small worlds for database tests: a questionnaire, a version, units, customers and waves."""

from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from surveys.collecting import waves
from surveys.collecting.frame import add_unit, find_customer, import_customers
from surveys.collecting.quotas import set_quotas
from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.editing import publishing
from surveys.models import Customer, StoredQuestionnaire, Unit, UnitLevel, Version, Wave

NOW = datetime(2026, 3, 5, 9, 41, 30, 123456, tzinfo=UTC)


def text(words: str) -> dict[str, str]:
    return {"en": words, "zh": words}


def document(**changes) -> dict:
    return {
        "format": "manyi/1",
        "code": "small",
        "title": text("Small survey"),
        "scales": {"ten": {"low": 1, "high": 10}},
        "sections": [
            {
                "code": "supply",
                "title": text("Supply"),
                "questions": [
                    {
                        "type": "grid",
                        "code": "Q",
                        "text": text("How good is …"),
                        "scale": "ten",
                        "anchors": [text("Very poor"), text("Excellent")],
                        "rows": [{"code": code, "text": text(code)} for code in ("Q1", "Q2", "Q3")],
                    }
                ],
            },
            {
                "code": "after",
                "title": text("Afterwards"),
                "questions": [
                    {
                        "type": "multiple",
                        "code": "CH",
                        "text": text("Which channels?"),
                        "options": [
                            {"code": "hall", "value": 1, "text": text("Hall")},
                            {"code": "line", "value": 2, "text": text("Hotline")},
                        ],
                    },
                    {"type": "long_text", "code": "WHY", "text": text("Why?")},
                ],
            },
        ],
    } | changes


CODES = ("Q1", "Q2", "Q3", "CH.hall", "CH.line")


def make_version(session: Session, **changes) -> Version:
    return publishing.publish(session, loading.load(document(**changes)), "Test", NOW)


def published_unchecked(session: Session, questionnaire: Questionnaire) -> Version:
    """A version of a release that asked for no findings before it published."""
    known = publishing.find_questionnaire(session, questionnaire.code)
    stored = known or StoredQuestionnaire(code=questionnaire.code, created_at=NOW)
    version = Version(
        questionnaire=stored,
        number=len(stored.versions) + 1,
        document=questionnaire.dump(),
        slots=[slot._asdict() for slot in questionnaire.slots],
        content_hash=questionnaire.content_hash,
        published_at=NOW,
        published_by="Test",
    )
    session.add(version)
    session.flush()
    return version


def make_wave(
    session: Session, version: Version | None = None, *, opened=True, quotas=(), **settings
) -> Wave:
    settings = {"code": "W1", "title": "First", "now": NOW} | settings
    wave = waves.create_wave(session, version or make_version(session), **settings)
    set_quotas(session, wave, quotas)
    if opened:
        waves.open_wave(session, wave, NOW - timedelta(hours=1))
    session.commit()
    return wave


def make_units(session: Session) -> dict[str, Unit]:
    """A group, one province, two cities with two offices each."""
    top = add_unit(session, code="G", name="Group", level=UnitLevel.GROUP)
    province = add_unit(session, code="P", name="Province", level=UnitLevel.PROVINCE, parent=top)
    units = {"G": top, "P": province}
    for city in ("C1", "C2"):
        units[city] = add_unit(session, code=city, name=city, level=UnitLevel.CITY, parent=province)
        for number in (1, 2):
            code = f"{city}-O{number}"
            units[code] = add_unit(session, code=code, name=code, level=UnitLevel.OFFICE, parent=units[city])
    session.commit()
    return units


def make_customers(session: Session, number: int = 3) -> list[Customer]:
    make_units(session)
    rows = [
        {
            "code": f"A{place}",
            "unit": f"C{place % 2 + 1}-O1",
            "customer_class": "industrial" if place % 2 else "residential",
            "tier": "key" if place % 2 else "resident",
            "area": "urban",
            "email": f"customer{place}@example.org",
        }
        for place in range(number)
    ]
    report = import_customers(session, rows, today=NOW.date())
    assert report == (number, 0, ())
    session.commit()
    return [find_customer(session, row["code"]) for row in rows]
