"""From a document to a published version that never changes, and what differs between two of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.asking.router import Router
from surveys.database import lock_for_writing
from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.editing import series
from surveys.errors import Problem, SurveyError
from surveys.findings.finding import Finding
from surveys.findings.listing import Room, findings_of
from surveys.findings.locked import changed_blocks
from surveys.models import StoredQuestionnaire, Version
from surveys.models.documents import Kind, Way

# Routers are large: a site asks a few versions at a time, and the rest can be made again.
ROUTERS_KEPT: Final = 64
Place = tuple[str, str]  # code and place of a finding
_ROUTERS: dict[str, Router] = {}


class Reviewed(NamedTuple):
    """Who submitted and who approved what is published, and the last change of the draft that is in it."""

    submitted_by: str
    approved_by: str
    change: int


class FaultyError(SurveyError):
    """A questionnaire with errors is not published; they are all named."""

    def __init__(self, errors: Sequence[Finding]) -> None:
        super().__init__(Problem.QUESTIONNAIRE_FAULTY, n=len(errors))
        self.errors = tuple(errors)

    def text(self, language: str) -> str:
        """Give the message with a line for each error."""
        return "\n".join((super().text(language), *(each.line(language) for each in self.errors)))


def publish(
    session: Session,
    questionnaire: Questionnaire,
    staff_name: str,
    now: datetime,
    *,
    more: Room | None = None,
    way: Way = "page",
    reason: str = "",
    accepted: Mapping[Place, Mapping[str, str]] | None = None,
    reviewed: Reviewed | None = None,
) -> Version:
    """Publish a document as the next version of its questionnaire.

    A document equal to the latest version gives that version back: nothing new was published. Warnings are
    kept with the version, each with the reason for which it was `accepted` (code and place → the reason by
    language), or as looked at by nobody. `more` finds what this package cannot know. Of questions that are
    worded anew somebody has said whether their answers go on.

    Raises
    ------
    SurveyError
        QUESTIONNAIRE_FAULTY: there are errors in it; `FaultyError` holds them all.
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
    found = findings_of(questionnaire, more=more)
    found += changed_since_last(session, stored.code, questionnaire)
    former = series.formerly(session, stored.id)
    found += series.undecided(former, questionnaire, series.decisions(session, stored.id))
    known = accepted or {}
    errors = [each for each in found if each.severity == "error"]
    if errors:
        raise FaultyError(errors)
    version = made(session, stored, questionnaire, "published", staff_name, now)
    version.way, version.reason = way, reason
    version.series = series.settled(former, questionnaire)
    version.accepted = [
        {
            "code": each.code,
            "place": each.place,
            "reason": dict(known[each.code, each.place]) if (each.code, each.place) in known else None,
        }
        for each in found
    ]
    if reviewed is not None:
        version.submitted_by, version.approved_by, version.change = reviewed
    session.add(version)
    session.flush()
    return version


def made(
    session: Session,
    stored: StoredQuestionnaire,
    questionnaire: Questionnaire,
    kind: Kind,
    staff_name: str,
    now: datetime,
) -> Version:
    """Make the next version of a kind, not yet in the session."""
    of_kind = (Version.questionnaire_id == stored.id, Version.kind == kind)
    number = session.scalar(select(func.max(Version.number)).where(*of_kind))
    return Version(
        questionnaire=stored,
        kind=kind,
        number=(number or 0) + 1,
        document=questionnaire.dump(),
        slots=[slot._asdict() for slot in questionnaire.slots],
        content_hash=questionnaire.content_hash,
        published_at=now,
        published_by=staff_name,
    )


def find_questionnaire(session: Session, code: str) -> StoredQuestionnaire | None:
    """Find a questionnaire by its code."""
    return session.scalar(select(StoredQuestionnaire).where(StoredQuestionnaire.code == code))


def latest_version(session: Session, code: str) -> Version | None:
    """Give the newest version of a questionnaire, or None."""
    return session.scalar(
        select(Version)
        .join(StoredQuestionnaire)
        .where(StoredQuestionnaire.code == code, Version.kind == "published")
        .order_by(Version.number.desc())
        .limit(1)
    )


def changed_since_last(session: Session, code: str, questionnaire: Questionnaire) -> Iterator[Finding]:
    """Find what of the locked blocks of the newest version a document leaves out, or asks otherwise."""
    latest = latest_version(session, code)
    system = (latest.document.get("indicators") or {}) if latest is not None else {}
    if latest is not None and any(each.get("locked") for each in system.get("constructs", ())):
        yield from changed_blocks(load_document(latest), questionnaire)


def load_document(version: Version) -> Questionnaire:
    """Read the document of a version."""
    return loading.load(version.document, published=True)


def router_of(content_hash: str, make: Callable[[], Questionnaire]) -> Router:
    """Give the router of a document, made once a process for each of the last `ROUTERS_KEPT`.

    The key is the content, not the number of a version: tests and restored databases use numbers again.
    """
    router = _ROUTERS.pop(content_hash, None) or Router(make())
    _ROUTERS[content_hash] = router  # the last one used stands last
    while len(_ROUTERS) > ROUTERS_KEPT:
        _ROUTERS.pop(next(iter(_ROUTERS)), None)
    return router
