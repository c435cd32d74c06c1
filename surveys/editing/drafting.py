"""Editing a questionnaire: every save is an operation that can be undone, and a stale save is refused."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.models import Draft, DraftOperation, StoredQuestionnaire

# One step of a change: where, and the new value; without "value" the place is removed.
Step = dict[str, Any]


LONGEST = 4_000_000


def create_draft(
    session: Session, code: str, document: Mapping[str, Any], *, staff_name: str, now: datetime
) -> Draft:
    """Start a draft of a new or known questionnaire that has none."""
    stored = session.scalar(select(StoredQuestionnaire).where(StoredQuestionnaire.code == code))
    if stored is None:
        stored = StoredQuestionnaire(code=code, created_at=now)
        session.add(stored)
        session.flush()
    elif find_draft(session, code) is not None:
        raise SurveyError(Problem.QUESTIONNAIRE_EXISTS, code=code)
    draft = Draft(
        questionnaire=stored, document=_plain(document), revision=0, updated_at=now, updated_by=staff_name
    )
    session.add(draft)
    session.flush()
    return draft


def find_draft(session: Session, code: str) -> Draft | None:
    """Find the draft of a questionnaire by its code."""
    return session.scalar(select(Draft).join(StoredQuestionnaire).where(StoredQuestionnaire.code == code))


def save(
    session: Session,
    draft: Draft,
    document: Mapping[str, Any],
    *,
    revision: int,
    staff_name: str,
    now: datetime,
) -> int:
    """Save a changed document made from `revision`; return the new revision.

    Saving an unchanged document is no operation. What was undone before cannot be redone afterwards.

    Raises
    ------
    SurveyError
        DRAFT_STALE: somebody saved meanwhile; nothing is changed.
    """
    _require_current(draft, revision)
    document = _plain(document)
    steps = list(_steps(draft.document, document, ()))
    if not steps:
        return draft.revision
    _advance(session, draft, document, revision, staff_name, now)
    session.execute(delete(DraftOperation).where(DraftOperation.draft_id == draft.id, DraftOperation.undone))
    last = session.scalar(select(func.max(DraftOperation.number)).where(DraftOperation.draft_id == draft.id))
    session.add(
        DraftOperation(
            draft_id=draft.id,
            number=(last or 0) + 1,
            forward=[forward for forward, _ in steps],
            backward=[backward for _, backward in reversed(steps)],
            staff_name=staff_name,
            at=now,
        )
    )
    session.flush()
    return draft.revision


def undo(session: Session, draft: Draft, *, revision: int, staff_name: str, now: datetime) -> int:
    """Take the last operation back; return the new revision."""
    done = DraftOperation.number.desc(), DraftOperation.undone.is_(False)
    return _step(session, draft, done, "backward", revision, staff_name, now)


def redo(session: Session, draft: Draft, *, revision: int, staff_name: str, now: datetime) -> int:
    """Do the last operation taken back again; return the new revision."""
    undone = DraftOperation.number.asc(), DraftOperation.undone.is_(True)
    return _step(session, draft, undone, "forward", revision, staff_name, now)


def _step(
    session: Session,
    draft: Draft,
    wanted: tuple[Any, Any],
    side: str,
    revision: int,
    staff_name: str,
    now: datetime,
) -> int:
    _require_current(draft, revision)
    order, condition = wanted
    operation = session.scalar(
        select(DraftOperation).where(DraftOperation.draft_id == draft.id, condition).order_by(order).limit(1)
    )
    if operation is None:
        raise SurveyError(Problem.DRAFT_NOTHING)
    document = deepcopy(draft.document)
    for step in getattr(operation, side):
        _apply(document, step)
    _advance(session, draft, document, revision, staff_name, now)
    operation.undone = side == "backward"
    session.flush()
    return draft.revision


def _advance(
    session: Session, draft: Draft, document: dict[str, Any], revision: int, staff_name: str, now: datetime
) -> None:
    """Store the document if nobody else did since `revision`: one statement decides."""
    session.flush()
    stored = session.scalar(
        update(Draft)
        .where(Draft.id == draft.id, Draft.revision == revision)
        .values(document=document, revision=revision + 1, updated_by=staff_name, updated_at=now)
        .returning(Draft.revision),
        execution_options={"synchronize_session": False},
    )
    session.refresh(draft)
    if stored is None:
        _require_current(draft, revision)


def _require_current(draft: Draft, revision: int) -> None:
    if draft.revision != revision:
        raise SurveyError(Problem.DRAFT_STALE, theirs=draft.revision, yours=revision)


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    """Copy a document through JSON, so that what is compared is what is stored."""
    try:
        text = json.dumps(dict(document), allow_nan=False)
    except (TypeError, ValueError) as error:
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=error) from None
    if len(text) > LONGEST:
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=Because(Reason.DOCUMENT_LONG, limit=LONGEST))
    plain: dict[str, Any] = json.loads(text)
    return plain


def _steps(before: Any, after: Any, path: tuple[str, ...]) -> Iterator[tuple[Step, Step]]:
    """Give each change as the step that makes it and the step that takes it back."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            place = {"path": [*path, key]}
            if key not in after:
                yield place, place | {"value": before[key]}
            elif key not in before:
                yield place | {"value": after[key]}, place
            else:
                yield from _steps(before[key], after[key], (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _steps(old, new, (*path, str(index)))
    elif before != after or type(before) is not type(after):
        yield {"path": list(path), "value": after}, {"path": list(path), "value": before}


def _apply(document: dict[str, Any], step: Step) -> None:
    *way, last = step["path"]
    place: Any = document
    for key in way:
        place = place[int(key)] if isinstance(place, list) else place[key]
    if "value" not in step:
        del place[last]
    elif isinstance(place, list):
        place[int(last)] = step["value"]
    else:
        place[last] = step["value"]
