"""Settling of anonymous waves: links of those who have answered are used up, and lead nowhere any more.

In batches, so that nobody stands alone in one: the tokens are marked in the order of their hashes, the
responses get new marks in the order of their ids. Whoever holds the database, its log and, later, the keys
can tell no more than that a batch of tokens belongs to a batch of responses.
"""

import secrets
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Final

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from surveys.collecting.invitations import LIVE
from surveys.collecting.links import MARK, destroy_keys, key_of, mark
from surveys.database import after_commit, lock_for_writing
from surveys.keys import keys_of
from surveys.models import Invitation, Response, Wave
from surveys.models.collection import RUNNING, InvitationState, ResponseState

FEWEST: Final = 20
BETWEEN: Final = timedelta(hours=1)
CHUNK: Final = 500
# Whoever is in the way is a respondent: the settling gives way, and comes again.
PATIENCE_MS: Final = 800


def due(session: Session, now: datetime, *, between: timedelta = BETWEEN) -> list[Wave]:
    """Give the open anonymous waves in which enough people have answered since the last time."""
    ended = (
        select(Response.wave_id, func.count().label("n"))
        .where(Response.state != ResponseState.OPEN)
        .group_by(Response.wave_id)
        .subquery()
    )
    query = (
        select(Wave)
        .join(ended, ended.c.wave_id == Wave.id)
        .where(
            Wave.anonymous,
            Wave.state.in_(RUNNING),
            ended.c.n - Wave.n_settled >= FEWEST,
            select(Invitation.wave_id).where(Invitation.wave_id == Wave.id).exists(),
        )
        .order_by(Wave.id)
    )
    waves = session.scalars(query)
    return [wave for wave in waves if wave.settled_at is None or wave.settled_at <= now - between]


def settle(session: Session, wave: Wave, now: datetime, *, gives_way: bool = False) -> int:
    """Use up the links of those whose response has ended; give how many. The caller commits.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        With `gives_way`, on PostgreSQL: somebody was writing for longer than a moment.
    """
    lock(session, gives_way=gives_way)
    session.refresh(wave)
    if not wave.anonymous or not wave.key_number:
        return 0
    old, number = key_of(session, wave, wave.key_number), wave.key_number + 1
    new = key_of(session, wave, number)
    rows = session.execute(
        select(Response.client_key, Response.id, Response.state).where(Response.wave_id == wave.id)
    )
    responses = {row.client_key: row for row in rows}
    hashes = select(Invitation.token_hash).where(Invitation.wave_id == wave.id)
    used, marks = [], []
    for token_hash in session.scalars(hashes.execution_options(yield_per=10_000)):
        response = responses.get(mark(old, token_hash))
        if response is None:
            continue
        has_ended = response.state != ResponseState.OPEN
        if has_ended:
            used.append(token_hash)
        marks.append(
            {"row": response.id, "mark": secrets.token_bytes(MARK) if has_ended else mark(new, token_hash)}
        )
    _mark_used(session, wave, sorted(used))
    _mark_anew(session, wave, sorted(marks, key=lambda each: each["row"]))
    wave.key_number, wave.settled_at = number, now
    wave.n_settled = sum(row.state != ResponseState.OPEN for row in responses.values())
    session.flush()
    after_commit(session, partial(destroy_keys, keys_of(session).folder, wave.id, before=number))
    return len(used)


def finish(session: Session, wave: Wave, now: datetime) -> None:
    """Settle for the last time, whatever the number; afterwards no key leads from a link to answers."""
    if not wave.anonymous:
        return
    settle(session, wave, now)
    wave.key_number = 0
    session.flush()
    after_commit(session, partial(destroy_keys, keys_of(session).folder, wave.id))


def lock(session: Session, *, gives_way: bool = False) -> None:
    """Let nobody write responses until this transaction ends; readers go on."""
    if gives_way and session.connection().dialect.name == "postgresql":
        session.execute(text(f"SET LOCAL lock_timeout = {PATIENCE_MS}"))
    lock_for_writing(session, Response)


def _mark_used(session: Session, wave: Wave, hashes: list[str]) -> None:
    left = iter(hashes)
    while part := list(islice(left, CHUNK)):
        session.execute(
            update(Invitation)
            .where(
                Invitation.wave_id == wave.id,
                Invitation.token_hash.in_(part),
                Invitation.state.in_(LIVE),
            )
            .values(state=InvitationState.USED.value),
            execution_options={"synchronize_session": False},
        )


def _mark_anew(session: Session, wave: Wave, marks: list[dict[str, int | bytes]]) -> None:
    if marks:
        statement = (
            update(Response)
            .where(Response.wave_id == wave.id, Response.id == bindparam("row"))
            .values(client_key=bindparam("mark"))
        )
        session.connection().execute(statement, marks)
        session.expire_all()
