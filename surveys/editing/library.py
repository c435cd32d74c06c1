"""Blocks that staff put into the library: parts of a questionnaire that colleagues take copies of.

A block is the list of what was done to it. Nothing is rewritten: to take an act back is another act, after
which the block stands as it did before that one.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from surveys.database import lock_for_writing
from surveys.document.loading import storable
from surveys.errors import Problem, SurveyError
from surveys.models import LibraryEntry
from surveys.signs import CONTROL

LONGEST_NAME: Final = 120
LONGEST_ABOUT: Final = 1000


class Contents(NamedTuple):
    """What a block holds: a document of its parts alone, and the draft and change that they are from."""

    document: Mapping[str, Any]
    source: str


def shelf(session: Session) -> list[LibraryEntry]:
    """Give how every block stands, withdrawn ones too, by name; without their documents."""
    newest = (
        select(LibraryEntry.block, func.max(LibraryEntry.number).label("number"))
        .group_by(LibraryEntry.block)
        .subquery()
    )
    query = (
        select(LibraryEntry)
        .join(newest, (newest.c.block == LibraryEntry.block) & (newest.c.number == LibraryEntry.number))
        .options(defer(LibraryEntry.document))
    )
    return sorted(session.scalars(query), key=lambda each: (each.name.casefold(), each.block))


def acts_of(session: Session, block: int) -> list[LibraryEntry]:
    """Give everything that was done to a block, the oldest first; nothing where there is none."""
    query = select(LibraryEntry).where(LibraryEntry.block == block).order_by(LibraryEntry.number)
    return list(session.scalars(query.options(defer(LibraryEntry.document))))


def document_of(session: Session, block: int, edition: int) -> dict[str, Any] | None:
    """Give the parts that a block held in one of its editions; None where there is no such one."""
    entry = session.get(LibraryEntry, (block, edition))
    return entry.document if entry is not None else None


def put(
    session: Session, contents: Contents, *, name: str, about: str, staff_name: str, now: datetime
) -> LibraryEntry:
    """Put a new block into the library; what its sender put in just so, and left so, is given again.

    Raises
    ------
    SurveyError
        BLOCK_NAME, BLOCK_ABOUT: the words for it are missing, too long, or no text.
    """
    lock_for_writing(session, LibraryEntry)
    there = _put_before(session, contents, _name(name), _about(about), staff_name)
    if there is not None:
        return there
    block = (session.scalar(select(func.max(LibraryEntry.block))) or 0) + 1
    said = {"name": _name(name), "about": _about(about)}
    return _add(session, "put", block, 1, said, contents, staff_name, now)


def _put_before(
    session: Session, contents: Contents, name: str, about: str, staff_name: str
) -> LibraryEntry | None:
    """Find a block to which nothing was done since somebody put it in with the same parts and words."""
    query = select(LibraryEntry).where(
        LibraryEntry.number == 1,
        LibraryEntry.name == name,
        LibraryEntry.about == about,
        LibraryEntry.staff_name == staff_name,
        LibraryEntry.source == contents.source,
    )
    plain = json.loads(json.dumps(dict(contents.document)))
    return next(
        (
            each
            for each in session.scalars(query)
            if each.document == plain and len(acts_of(session, each.block)) == 1
        ),
        None,
    )


def renew(
    session: Session, block: int, seen: int, contents: Contents, *, staff_name: str, now: datetime
) -> LibraryEntry:
    """Put other parts in the place of those of a block; copies that were taken before stay as they are.

    Raises
    ------
    SurveyError
        BLOCK_STALE: something was done to it after act `seen`. BLOCK_STATE: it is withdrawn.
    """
    last = _last(session, block, seen)
    if last.withdrawn:
        raise SurveyError(Problem.BLOCK_STATE)
    return _add(session, "renew", block, seen + 1, _words(last), contents, staff_name, now)


def rename(
    session: Session, block: int, seen: int, *, name: str, about: str, staff_name: str, now: datetime
) -> LibraryEntry:
    """Call a block otherwise; where nothing differs nothing is done. Refusals as of `put` and `renew`."""
    last = _last(session, block, seen)
    said = _words(last) | {"name": _name(name), "about": _about(about)}
    if said == _words(last):
        return last
    return _add(session, "rename", block, seen + 1, said, last, staff_name, now)


def withdraw(
    session: Session, block: int, seen: int, *, gone: bool, staff_name: str, now: datetime
) -> LibraryEntry:
    """Take a block off the shelf, or put it back; done twice it is done once. BLOCK_STALE as of `renew`."""
    last = _last(session, block, seen)
    if last.withdrawn == gone:
        return last
    said = _words(last) | {"withdrawn": gone}
    return _add(session, "withdraw" if gone else "restore", block, seen + 1, said, last, staff_name, now)


def undo(session: Session, block: int, seen: int, *, staff_name: str, now: datetime) -> LibraryEntry:
    """Let a block stand as it did before act `seen`, the last; before the first it is off the shelf."""
    last = _last(session, block, seen)
    before = session.get(LibraryEntry, (block, seen - 1)) if seen > 1 else None
    said = _words(before) if before is not None else _words(last) | {"withdrawn": not last.withdrawn}
    return _add(session, "undo", block, seen + 1, said, before or last, staff_name, now)


def _add(
    session: Session,
    doing: str,
    block: int,
    number: int,
    said: Mapping[str, Any],
    of: Contents | LibraryEntry,
    staff_name: str,
    now: datetime,
) -> LibraryEntry:
    contents = of if isinstance(of, Contents) else None
    edition = of.edition if isinstance(of, LibraryEntry) else number
    entry = LibraryEntry(
        block=block,
        number=number,
        doing=doing,
        staff_name=staff_name,
        at=now,
        source=of.source,
        edition=edition,
        document=dict(contents.document) if contents is not None else None,
        **{"withdrawn": False, **said},
    )
    session.add(entry)
    session.flush()
    return entry


def _last(session: Session, block: int, seen: int) -> LibraryEntry:
    """Give the last act of a block, which is the one that the page had seen; others wait meanwhile."""
    lock_for_writing(session, LibraryEntry)
    acts: Sequence[LibraryEntry] = acts_of(session, block)
    if not acts or acts[-1].number != seen:
        raise SurveyError(Problem.BLOCK_STALE, name=acts[-1].staff_name if acts else "–")
    return acts[-1]


def _words(entry: LibraryEntry) -> dict[str, Any]:
    return {"name": entry.name, "about": entry.about, "withdrawn": entry.withdrawn}


def _name(text: str) -> str:
    text = text.strip()
    if not 1 <= len(text) <= LONGEST_NAME or not _plain(text) or any(sign in text for sign in "\t\n\r"):
        raise SurveyError(Problem.BLOCK_NAME, limit=LONGEST_NAME)
    return text


def _about(text: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if len(text) > LONGEST_ABOUT or not _plain(text):
        raise SurveyError(Problem.BLOCK_ABOUT, limit=LONGEST_ABOUT)
    return text


def _plain(text: str) -> bool:
    return storable(text) and not CONTROL.search(text)
