"""Where a questionnaire on a page comes from: a built-in instrument, or a published version."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import instruments
from surveys.asking.router import Router
from surveys.document.questionnaire import Questionnaire
from surveys.editing import publishing
from surveys.editing.nodes import ROOT, Node
from surveys.models import Draft, DraftChange, DraftNode, StoredQuestionnaire, Version, Wave
from web import i18n, readers
from web.labels import FORMS, version_told


class Source(NamedTuple):
    """A document and its address (`kind`, `code`, `part`); `version` is None for an instrument."""

    kind: str
    code: str
    part: str
    document: Questionnaire
    version: Version | None


class PublishedVersion(NamedTuple):
    """One line of the list of versions; `wave` is the code of the last wave that asks it."""

    code: str
    number: int
    title: dict[str, str]
    published_at: datetime
    published_by: str
    n_waves: int
    wave: str

    @property
    def label(self) -> str:
        """What a list calls it, so that no other is called the same."""
        return f"{i18n.text(self.title)} · {self.told} · {self.code}"

    @property
    def told(self) -> str:
        """What tells it from other versions of its questionnaire."""
        return version_told(self.number, self.published_at, self.wave)


class Instrument(NamedTuple):
    """A built-in instrument in one of its forms, the version that is equal to it, if any, and whether its
    questionnaire has a draft.
    """

    name: str
    form: str
    document: Questionnaire
    version_number: int | None
    is_drafted: bool


class DraftLine(NamedTuple):
    """One line of the list of drafts; `base` is the number of the version that it began from.

    `state` is that of its review: editing, submitted or approved.
    """

    code: str
    title: dict[str, str]
    base: int | None
    number: int
    at: datetime
    staff_name: str
    begun_by: str
    state: str


def find(session: Session, kind: str, code: str, part: str) -> Source | None:
    """Find the questionnaire of an address; None where there is none."""
    if kind == "instrument":
        if code not in instruments.names() or part not in instruments.forms(code):
            return None
        return Source(kind, code, part, instrument(code, part), None)
    number = readers.number(part)
    if number is None or "\x00" in code:
        return None
    version = session.scalar(
        select(Version)
        .join(StoredQuestionnaire)
        .where(StoredQuestionnaire.code == code, Version.kind == "published", Version.number == number)
    )
    if version is None:
        return None
    return Source(kind, code, str(version.number), _document(version), version)


def _document(version: Version) -> Questionnaire:
    return publishing.router_of(version.content_hash, lambda: publishing.load_document(version)).document


@cache
def instrument(name: str, form: str) -> Questionnaire:
    """Give an instrument; they come with the program, so each is read once a process."""
    return instruments.load(name, form)


def router_of(source: Source) -> Router:
    """Give the router of a questionnaire, for its preview."""
    return publishing.router_of(source.document.content_hash, lambda: source.document)


def instruments_with_state(session: Session) -> list[Instrument]:
    """Give every instrument in every form, with the version that was published from it."""
    found = []
    drafted = set(session.scalars(select(StoredQuestionnaire.code).join(Draft)))
    for name in instruments.names():
        for form in instruments.forms(name):
            document = instrument(name, form)
            number = session.scalar(
                select(Version.number)
                .join(StoredQuestionnaire)
                .where(
                    StoredQuestionnaire.code == document.code,
                    Version.kind == "published",
                    Version.content_hash == document.content_hash,
                )
                .order_by(Version.number.desc())
                .limit(1)
            )
            found.append(Instrument(name, form, document, number, document.code in drafted))
    return found


def versions(session: Session) -> list[PublishedVersion]:
    """Give every published version, the newest first."""
    n_waves = select(Wave.version_id, func.count().label("n")).group_by(Wave.version_id).subquery()
    last = (
        select(Wave.code)
        .where(Wave.version_id == Version.id)
        .order_by(Wave.id.desc())
        .limit(1)
        .correlate(Version)
        .scalar_subquery()
    )
    query = (
        select(
            StoredQuestionnaire.code,
            Version.number,
            Version.document["title"],
            Version.published_at,
            Version.published_by,
            func.coalesce(n_waves.c.n, 0),
            func.coalesce(last, ""),
        )
        .join(StoredQuestionnaire)
        .outerjoin(n_waves, n_waves.c.version_id == Version.id)
        .where(Version.kind == "published")
        .order_by(Version.published_at.desc(), Version.id.desc())
    )
    return [PublishedVersion(*row) for row in session.execute(query)]


def drafts(session: Session) -> list[DraftLine]:
    """Give every draft, the one changed last first."""
    query = (
        select(
            StoredQuestionnaire.code,
            DraftNode.fields,
            Version.number,
            Draft.number,
            func.coalesce(DraftChange.at, Draft.begun_at),
            func.coalesce(DraftChange.staff_name, Draft.begun_by),
            Draft.begun_by,
            Draft.state,
        )
        .select_from(Draft)
        .join(StoredQuestionnaire, StoredQuestionnaire.id == Draft.questionnaire_id)
        .join(DraftNode, (DraftNode.draft_id == Draft.id) & (DraftNode.id == ROOT))
        .outerjoin(Version, Version.id == Draft.base_version_id)
        .outerjoin(DraftChange, (DraftChange.draft_id == Draft.id) & (DraftChange.number == Draft.number))
    )
    found = [
        DraftLine(code, Node(ROOT, "questionnaire", None, "", fields).text("title"), *rest)
        for code, fields, *rest in session.execute(query)
    ]
    return sorted(found, key=lambda line: line.at, reverse=True)


def called(title: Mapping[str, str], form: str) -> str:
    """Name a built-in questionnaire, with its form."""
    return str(_("Built in: %(title)s (%(form)s)", title=i18n.text(title), form=FORMS.get(form, form)))


def waves_of(session: Session, version: Version) -> list[Wave]:
    """Give the waves that ask a version, the newest first."""
    return list(session.scalars(select(Wave).where(Wave.version_id == version.id).order_by(Wave.id.desc())))
