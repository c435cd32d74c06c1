"""Whether answers to a question that is worded anew go on with those before: somebody says so.

A question that begins another series has another lineage in the document. That it goes on, although it is
read otherwise, is kept beside the drafts with who said so, and holds for exactly these two wordings.
"""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import lock_for_writing
from surveys.document import loading
from surveys.document.questionnaire import Questionnaire
from surveys.document.series import Wording, wordings_of
from surveys.findings.finding import Finding, error
from surveys.models import SeriesDecision, StoredQuestionnaire, Version

UNDECIDED: Final = "series-undecided"
# Wordings of versions are read once a process, for each of the last so many.
VERSIONS_KEPT: Final = 64
_WORDINGS: dict[str, "Asked"] = {}


class Asked(NamedTuple):
    """What a version asks, by code, and in which languages."""

    wordings: Mapping[str, Wording]
    languages: tuple[str, ...]


class Former(NamedTuple):
    """How a question was asked last: its wording, by which version, and its highest lineage so far."""

    wording: Wording
    languages: tuple[str, ...]
    version: int
    lineage: int


class Reworded(NamedTuple):
    """A question that is read otherwise than it was asked last, on the same scale."""

    code: str
    place: str
    former: Former
    wording: Wording
    languages: tuple[str, ...]  # that both have

    @property
    def content(self) -> str:
        """The hash of both wordings, to which a decision is tied."""
        both = [
            [each.texts.get(said, "") for said in self.languages]
            for each in (self.former.wording, self.wording)
        ]
        text = json.dumps([self.code, self.languages, both], ensure_ascii=False)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def is_new(self) -> bool:
        """Whether its document says that it begins another series."""
        return self.wording.lineage != self.former.wording.lineage

    @property
    def is_slight(self) -> bool:
        """Whether blanks and punctuation alone differ."""
        return self.wording.is_nearly(self.former.wording, self.languages)


def formerly(session: Session, questionnaire_id: int) -> dict[str, Former]:
    """Give how the published versions of a questionnaire asked each rated question last."""
    columns = Version.id, Version.number, Version.content_hash
    query = select(*columns).where(Version.questionnaire_id == questionnaire_id, Version.kind == "published")
    found: dict[str, Former] = {}
    for version_id, number, content_hash in session.execute(query.order_by(Version.number)):
        asked = _asked(session, version_id, content_hash)
        for code, wording in asked.wordings.items():
            before = found[code].lineage if code in found else 1
            found[code] = Former(wording, asked.languages, number, max(before, wording.lineage or 1))
    return found


def _asked(session: Session, version_id: int, content_hash: str) -> Asked:
    found = _WORDINGS.pop(content_hash, None)
    if found is None:
        plain = session.scalars(select(Version.document).where(Version.id == version_id)).one()
        document = loading.load(plain, published=True)
        found = Asked(wordings_of(document), document.languages)
    _WORDINGS[content_hash] = found  # the last one used stands last
    while len(_WORDINGS) > VERSIONS_KEPT:
        _WORDINGS.pop(next(iter(_WORDINGS)), None)
    return found


def reworded(former: Mapping[str, Former], document: Questionnaire) -> Iterator[Reworded]:
    """Give the questions of a document of which somebody must say whether their answers go on."""
    places = dict(_places(document)) if former else {}
    for code, wording in wordings_of(document).items() if former else ():
        before = former.get(code)
        if before is not None:
            languages = tuple(each for each in document.languages if each in before.languages)
            if wording.leaves_open(before.wording, languages):
                yield Reworded(code, places[code], before, wording, languages)


def _places(document: Questionnaire) -> Iterator[tuple[str, str]]:
    for section in document.sections:
        for question in section.questions:
            yield question.code, f"{section.code}.{question.code}"
            for row in question.subquestions():
                yield row.code, f"{section.code}.{question.code}.{row.code}"


def undecided(
    former: Mapping[str, Former], document: Questionnaire, decided: Collection[str]
) -> Iterator[Finding]:
    """Find the questions of which nobody has said whether their answers go on; `decided` holds contents."""
    for each in reworded(former, document):
        if not each.is_new and each.content not in decided:
            variant = "slight" if each.is_slight else ""
            yield error(UNDECIDED, each.place, variant, code=each.code, version=each.former.version)


def settled(former: Mapping[str, Former], document: Questionnaire) -> dict[str, str]:
    """Say of each question that was asked before, and is asked otherwise now, whether its series goes on."""
    found = {}
    for code, wording in wordings_of(document).items():
        before = former.get(code)
        if before is None:
            continue
        languages = [each for each in document.languages if each in before.languages]
        goes_on = wording.continues(before.wording, languages)
        if not goes_on or not wording.reads_as(before.wording, languages):
            found[code] = "same" if goes_on else "new"
    return found


def decisions(session: Session, questionnaire_id: int) -> dict[str, SeriesDecision]:
    """Give what was said to go on, by content."""
    query = select(SeriesDecision).where(SeriesDecision.questionnaire_id == questionnaire_id)
    return {each.content: each for each in session.scalars(query)}


def goes_on(
    session: Session,
    questionnaire: StoredQuestionnaire,
    chosen: Collection[Reworded],
    *,
    staff_name: str,
    now: datetime,
) -> None:
    """Keep that answers to these questions go on; what was said before stays said."""
    lock_for_writing(session, SeriesDecision)
    known = decisions(session, questionnaire.id)
    for each in chosen:
        if each.content not in known:
            session.add(
                SeriesDecision(
                    questionnaire_id=questionnaire.id,
                    code=each.code,
                    content=each.content,
                    staff_name=staff_name,
                    at=now,
                )
            )
    session.flush()
