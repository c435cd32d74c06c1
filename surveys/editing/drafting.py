"""Drafts in the database: begun from a document, and changed by one numbered change after another."""

import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from surveys.database import lock_for_writing, lock_row
from surveys.editing.assembling import disassembled
from surveys.editing.merging import Conflict, Seen, conflicts_of
from surveys.editing.nodes import Node, Nodes
from surveys.editing.operations import Applying, Operation, check_size, refusal, replayed
from surveys.editing.raising import raised
from surveys.errors import Problem, Reason, SurveyError
from surveys.models import Draft, DraftChange, DraftNode, DraftSnapshot, StoredQuestionnaire, Version

SNAPSHOT_EVERY: Final = 500
CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,31}")


@dataclass(frozen=True)
class Change:
    """What somebody wants to change: all of it or nothing. The marks have 16 bytes each.

    One that `unlocks` may change standard blocks; one that takes back another may too.
    """

    base: int
    tab: bytes
    client: bytes
    operations: Sequence[Operation]
    gesture: bytes | None = None
    undoes: int | None = None
    unlocks: bool = False


class Outcome(NamedTuple):
    """What became of a change: its number, or the conflicts for which nothing of it was done.

    `ids` gives what new nodes are called now by what the change called them. `is_new` is false where the
    change was made already, or changed nothing.
    """

    number: int | None
    conflicts: tuple[Conflict, ...] = ()
    ids: Mapping[int, int] = {}
    is_new: bool = False


def begin(
    session: Session,
    code: str,
    document: Mapping[str, Any],
    *,
    staff_name: str,
    now: datetime,
    base: Version | None = None,
) -> Draft:
    """Begin the draft of a new or known questionnaire that has none, in the second format.

    Raises
    ------
    SurveyError
        QUESTIONNAIRE_CODE: it is no code. DRAFT_EXISTS: it has a draft.
        QUESTIONNAIRE_EXISTS: it is known, and this is to be a new one (`base` is None).
        DOCUMENT_INVALID: something stands where a part must.
    """
    if not CODE.fullmatch(code):
        raise SurveyError(Problem.QUESTIONNAIRE_CODE, code=code)
    nodes = disassembled(raised(document).plain)
    check_size(nodes)
    lock_for_writing(session, StoredQuestionnaire)
    stored = session.scalar(select(StoredQuestionnaire).where(StoredQuestionnaire.code == code))
    if stored is None:
        stored = StoredQuestionnaire(code=code, created_at=now)
        session.add(stored)
        session.flush()
    elif find(session, code) is not None:
        raise SurveyError(Problem.DRAFT_EXISTS, code=code)
    elif base is None:
        raise SurveyError(Problem.QUESTIONNAIRE_EXISTS, code=code)
    draft = Draft(questionnaire=stored, base_version=base, number=0, begun_at=now, begun_by=staff_name)
    session.add(draft)
    session.flush()
    session.execute(insert(DraftNode), [_row(draft, node) for node in nodes])
    snapshot(session, draft, nodes, "begun")
    return draft


def find(session: Session, code: str) -> Draft | None:
    """Find the draft of a questionnaire by its code."""
    return session.scalar(select(Draft).join(StoredQuestionnaire).where(StoredQuestionnaire.code == code))


def nodes_of(session: Session, draft: Draft) -> Nodes:
    """Read all nodes of a draft as they stand."""
    columns = DraftNode.id, DraftNode.kind, DraftNode.parent, DraftNode.place, DraftNode.fields
    rows = session.execute(
        select(*columns, DraftNode.dropped, DraftNode.touched)
        .where(DraftNode.draft_id == draft.id)
        .order_by(DraftNode.id)
    )
    return Nodes(Node(*row) for row in rows)


def change(session: Session, draft: Draft, wanted: Change, *, staff_name: str, now: datetime) -> Outcome:
    """Make one change, or nothing of it where another window changed the same since its base.

    A change that was made already gives its number again. The caller commits: only then is it acknowledged.

    Raises
    ------
    SurveyError
        DRAFT_OPERATION: something in it cannot be done; nothing is changed.
    """
    lock_row(session, draft)
    known = session.scalar(
        select(DraftChange.number).where(
            DraftChange.draft_id == draft.id, DraftChange.client == wanted.client
        )
    )
    if known is not None:
        return Outcome(known)
    if not 0 <= wanted.base <= draft.number:
        raise refusal(Reason.OPERATION_BASE)
    nodes = nodes_of(session, draft)
    found = conflicts_of(nodes, wanted.operations, _seen(session, draft, wanted))
    if found:
        return Outcome(None, found)
    number = draft.number + 1
    applying = Applying(nodes, number, unlocks=wanted.unlocks or wanted.undoes is not None)
    for operation in wanted.operations:
        applying.do(operation)
    if not applying.done:
        return Outcome(draft.number)
    check_size(nodes)
    _store(session, draft, applying)
    draft.number = number
    session.add(
        DraftChange(
            draft_id=draft.id,
            number=number,
            staff_name=staff_name,
            at=now,
            base=wanted.base,
            tab=wanted.tab,
            client=wanted.client,
            gesture=wanted.gesture,
            undoes=wanted.undoes,
            operations=applying.done,
        )
    )
    session.flush()
    if number % SNAPSHOT_EVERY == 0:
        snapshot(session, draft, nodes, "regular")
    return Outcome(number, (), applying.given, is_new=True)


def _seen(session: Session, draft: Draft, wanted: Change) -> Seen:
    others = session.execute(
        select(DraftChange.number, DraftChange.staff_name, DraftChange.at).where(
            DraftChange.draft_id == draft.id,
            DraftChange.number > wanted.base,
            DraftChange.tab != wanted.tab,
        )
    )
    return {number: (name, at) for number, name, at in others}


def _store(session: Session, draft: Draft, applying: Applying) -> None:
    new = set(applying.given.values()) | {each["id"] for each in applying.done if each["op"] == "add"}
    added = [_row(draft, node) for key, node in applying.changed.items() if key in new]
    if added:
        session.execute(insert(DraftNode), added)
    for key, node in applying.changed.items():
        if key not in new:
            session.execute(
                update(DraftNode)
                .where(DraftNode.draft_id == draft.id, DraftNode.id == key)
                .values(
                    parent=node.parent,
                    place=node.place,
                    dropped=node.dropped,
                    fields=node.fields,
                    touched=node.touched,
                ),
                execution_options={"synchronize_session": False},
            )


def _row(draft: Draft, node: Node) -> dict[str, Any]:
    return {
        "draft_id": draft.id,
        "id": node.id,
        "kind": node.kind,
        "parent": node.parent,
        "place": node.place,
        "dropped": node.dropped,
        "fields": node.fields,
        "touched": node.touched,
    }


def snapshot(session: Session, draft: Draft, nodes: Nodes, why: str) -> None:
    """Keep all nodes as they stand after the draft's last change, unless they are kept already."""
    if session.get(DraftSnapshot, (draft.id, draft.number)) is not None:
        return
    plain = [[each.id, each.kind, each.parent, each.place, each.fields, each.dropped] for each in nodes]
    packed = zlib.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode())
    session.add(DraftSnapshot(draft_id=draft.id, number=draft.number, why=why, nodes=packed))
    session.flush()


def nodes_at(session: Session, draft: Draft, number: int) -> Nodes:
    """Give the nodes as they stood after a change: the snapshot before it, and the log since."""
    stored = session.scalars(
        select(DraftSnapshot)
        .where(DraftSnapshot.draft_id == draft.id, DraftSnapshot.number <= number)
        .order_by(DraftSnapshot.number.desc())
        .limit(1)
    ).one()
    nodes = Nodes(Node(*each) for each in json.loads(zlib.decompress(stored.nodes)))
    for operations in changes_between(session, draft, stored.number, number):
        replayed(nodes, operations)
    return nodes


def changes_between(session: Session, draft: Draft, after: int, until: int) -> Iterable[list[Operation]]:
    """Give the operations of the changes after one and up to another, in order."""
    return session.scalars(
        select(DraftChange.operations)
        .where(
            DraftChange.draft_id == draft.id,
            DraftChange.number > after,
            DraftChange.number <= until,
        )
        .order_by(DraftChange.number)
    ).all()
