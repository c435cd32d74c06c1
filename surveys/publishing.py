"""From a document to a published version that never changes, and what differs between two of them."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.database import lock_for_writing
from surveys.models import StoredQuestionnaire, Version
from surveys.questionnaire import Questionnaire


class Difference(NamedTuple):
    """One place where two documents differ; the side that lacks the place has None."""

    place: str
    older: Any
    newer: Any


def publish(session: Session, questionnaire: Questionnaire, staff_name: str, now: datetime) -> Version:
    """Publish a document as the next version of its questionnaire.

    A document equal to the latest version gives that version back: nothing new was published.
    """
    lock_for_writing(session, Version)
    stored = find_questionnaire(session, questionnaire.code)
    if stored is None:
        stored = StoredQuestionnaire(code=questionnaire.code, created_at=now)
        session.add(stored)
        session.flush()
    latest = latest_version(session, questionnaire.code)
    if latest is not None and latest.content_hash == questionnaire.content_hash:
        return latest
    number = session.scalar(select(func.max(Version.number)).where(Version.questionnaire_id == stored.id))
    version = Version(
        questionnaire=stored,
        number=(number or 0) + 1,
        document=questionnaire.dump(),
        slots=[slot._asdict() for slot in questionnaire.slots],
        content_hash=questionnaire.content_hash,
        published_at=now,
        published_by=staff_name,
    )
    session.add(version)
    session.flush()
    return version


def find_questionnaire(session: Session, code: str) -> StoredQuestionnaire | None:
    """Find a questionnaire by its code."""
    return session.scalar(select(StoredQuestionnaire).where(StoredQuestionnaire.code == code))


def latest_version(session: Session, code: str) -> Version | None:
    """Give the newest version of a questionnaire, or None."""
    return session.scalar(
        select(Version)
        .join(StoredQuestionnaire)
        .where(StoredQuestionnaire.code == code)
        .order_by(Version.number.desc())
        .limit(1)
    )


def load_document(version: Version) -> Questionnaire:
    """Read the document of a version."""
    return Questionnaire.load(version.document)


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> list[Difference]:
    """List where two documents differ, in the newer one's order.

    Parts that have a code (sections, questions, rows, options) are compared with the part of the same
    code wherever it stands, so that a moved question shows as moved and not as rewritten.
    """
    return list(_compare("", older, newer))


def _compare(place: str, older: Any, newer: Any) -> Iterator[Difference]:
    if isinstance(older, Mapping) and isinstance(newer, Mapping):
        for key in [*newer, *(key for key in older if key not in newer)]:
            yield from _compare(f"{place}.{key}" if place else str(key), older.get(key), newer.get(key))
    elif _coded(older) and _coded(newer):
        before, after = _by_code(older), _by_code(newer)
        for code in [*after, *(code for code in before if code not in after)]:
            yield from _compare(f"{place}[{code}]", before.get(code), after.get(code))
        kept = [code for code in before if code in after]
        if kept != [code for code in after if code in before]:
            yield Difference(f"{place} (order)", list(before), list(after))
    elif older != newer:
        yield Difference(place, older, newer)


def _coded(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(item, Mapping) and ("code" in item or "id" in item) for item in value)
    )


def _by_code(items: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {str(item.get("code", item.get("id"))): item for item in items}
