"""The append-only trail: who did what to which object, each entry chained to the one before by a key.

The key stands outside the database (`keys`), and so does where the trail ended (`anchors`): who reaches the
database alone can neither change an entry, nor take one away, nor write the trail anew.
"""

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from surveys import anchors
from surveys.anchors import Anchor
from surveys.database import after_commit, lock_for_writing
from surveys.keys import Key, Keys, keys_of
from surveys.models import AuditEntry

FIRST: Final = "0" * 64
RESTORED: Final = "database.restore"
CHECKPOINT: Final = "trail.prune"  # seals which entries were emptied
EMPTIED: Final = "pruned"


class Checked(NamedTuple):
    """An entry as it was found; `is_whole` is None where its key is missing."""

    entry: AuditEntry
    number: int
    is_whole: bool | None


def record(
    session: Session,
    *,
    actor: str,
    action: str,
    target: str,
    now: datetime,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Append an entry; entries of concurrent transactions queue up so that the chain never forks.

    `detail` says what changed. It never holds answers, contact data or secrets.
    """
    lock_for_writing(session, AuditEntry)
    last = _last(session)
    key = keys_of(session).newest("audit", least=_least(last, keys_of(session)))
    entry = AuditEntry(
        number=_number_of(session, last) + 1,
        key=key.name,
        at=now,
        actor=actor,
        action=action,
        target=target,
        detail=json.loads(json.dumps(dict(detail or {}), default=str)),
        previous_hash=last.hash if last is not None else FIRST,
    )
    entry.hash = _keyed_hash(entry, key.secret)
    session.add(entry)
    session.flush()
    folder, anchor = keys_of(session).folder, Anchor(_number(entry), entry.hash)
    after_commit(session, lambda: entry in session and anchors.append(folder, anchor))
    return entry


def end(session: Session) -> Anchor | None:
    """Give the anchor of the trail as it is; None where nothing was recorded."""
    last = _last(session)
    return Anchor(_number_of(session, last), last.hash) if last is not None else None


def checked(session: Session) -> Iterator[Checked]:
    """Give every entry, the oldest first, with what became of it.

    One without a key that comes after one with a key is not whole: nobody writes such any more. One that was
    emptied is whole where a checkpoint says so.
    """
    keys, sealed = keys_of(session), _checkpoints(session)
    previous, number, keyed = FIRST, 0, False
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(1000):
        number += 1
        joins = entry.previous_hash == previous
        if entry.key is None:
            yield Checked(entry, number, joins and not keyed and entry.hash == _bare_hash(entry))
        else:
            keyed = True
            key = keys.by_name(entry.key)
            follows = joins and entry.number == number
            if entry.action == EMPTIED:
                known = sealed.get(_checkpoint_of(entry) or 0, False)
            else:
                known = None if key is None else _is_of(entry, key)
            yield Checked(entry, number, known if follows else False)
            number = _number(entry)
        previous = entry.hash


def is_proved(session: Session, entry: AuditEntry) -> bool:
    """Tell whether an entry is what its key proves; not whether the one before is."""
    key = keys_of(session).by_name(entry.key or "")
    return key is not None and _is_of(entry, key)


def seal_of_emptied(entries: Iterable[tuple[int, str, datetime]]) -> str:
    """Give what a checkpoint keeps of entries that are emptied: their numbers, hashes and days."""
    lines = sorted(f"{number}:{head}:{at:%Y-%m-%d}" for number, head, at in entries)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _checkpoints(session: Session) -> dict[int, bool | None]:
    """Say of each checkpoint, by its number, whether it is proved and the emptied are those that it seals."""
    emptied: dict[int, list[tuple[int, str, datetime]]] = {}
    for entry in session.scalars(select(AuditEntry).where(AuditEntry.action == EMPTIED)).yield_per(1000):
        number = _checkpoint_of(entry)
        if number is not None and (entry.actor, entry.target, len(entry.detail)) == ("", "", 1):
            emptied.setdefault(number, []).append((_number(entry), entry.hash, entry.at))
    found: dict[int, bool | None] = {}
    for entry in session.scalars(select(AuditEntry).where(AuditEntry.action == CHECKPOINT)):
        if keys_of(session).by_name(entry.key or "") is None:
            found[_number(entry)] = None
            continue
        said = seal_of_emptied(emptied.get(_number(entry), ()))
        found[_number(entry)] = is_proved(session, entry) and said == entry.detail.get("seal")
    return found


def _checkpoint_of(entry: AuditEntry) -> int | None:
    """Give the checkpoint that an emptied entry names; a forged one may hold anything."""
    detail: Any = entry.detail
    number = detail.get("checkpoint") if isinstance(detail, dict) else None
    return number if isinstance(number, int) else None


def _is_of(entry: AuditEntry, key: Key) -> bool:
    return hmac.compare_digest(entry.hash, _keyed_hash(entry, key.secret))


def _last(session: Session) -> Row[int | None, str | None, str] | None:
    """Give what the next entry is chained to; the rest of the newest one is not read."""
    newest_first = select(AuditEntry.number, AuditEntry.key, AuditEntry.hash).order_by(AuditEntry.id.desc())
    return session.execute(newest_first.limit(1)).first()


def _least(last: Row[int | None, str | None, str] | None, keys: Keys) -> int:
    """Give the least number of a key: no new one takes that of a key that is missing."""
    if last is None or last.key is None:
        return 1
    number = int(last.key.split("-", 1)[0])
    return number if keys.by_name(last.key) is not None else number + 1


def _number_of(session: Session, last: Row[int | None, str | None, str] | None) -> int:
    if last is None or last.number is not None:
        return 0 if last is None else int(last.number)
    return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def _number(entry: AuditEntry) -> int:
    return entry.number or 0


def _keyed_hash(entry: AuditEntry, secret: bytes) -> str:
    return hmac.new(secret, _content(entry, entry.number, entry.key), hashlib.sha256).hexdigest()


def _bare_hash(entry: AuditEntry) -> str:
    """Hash an entry of the time before keys."""
    return hashlib.sha256(_content(entry)).hexdigest()


def _content(entry: AuditEntry, *more: object) -> bytes:
    content = [
        *more,
        entry.previous_hash,
        entry.at.isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.target,
        entry.detail,
    ]
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "surrogatepass")
