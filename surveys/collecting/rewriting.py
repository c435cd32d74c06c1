"""Into new files, in the order of random keys: what tells in which order an anonymous wave was answered goes.

A database keeps traces of its writing: the transaction and place of each row, former rows. Only a file that
is written anew has none of them.
"""

import time
from datetime import datetime
from functools import partial
from typing import Final

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from surveys.database import after_commit
from surveys.models import Invitation, Response, Wave
from surveys.models.collection import WaveState

PATIENCE_SECONDS: Final = 5.0
BETWEEN_SECONDS: Final = 0.05
TABLES: Final = ((Response.__tablename__, "id"), (Invitation.__tablename__, "token_hash"))


def due(session: Session) -> list[Wave]:
    """Give the closed anonymous waves whose rows stand where they were written."""
    query = select(Wave).where(Wave.anonymous, Wave.state == WaveState.CLOSED, Wave.rewritten_at.is_(None))
    return list(session.scalars(query.order_by(Wave.id)))


def rewrite(session: Session, wave: Wave, now: datetime) -> None:
    """Write responses and invitations of a closed wave anew in the order of their keys. The caller commits.

    Raises
    ------
    sqlalchemy.exc.OperationalError
        PostgreSQL: the tables were read or written for longer than a moment; it can be tried again.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        for table, key in TABLES:
            _rewrite_rows(session, wave, table, key)
        after_commit(session, partial(empty_log, connection.engine))
    else:
        session.execute(text("SELECT rewrite_wave(:wave)"), {"wave": wave.id})
    wave.rewritten_at = now
    session.flush()


def _rewrite_rows(session: Session, wave: Wave, table: str, key: str) -> None:
    """SQLite: take the rows out, which leaves no bytes (`secure_delete`), and put them back in order."""
    of_wave = {"wave": wave.id}
    session.execute(text(f"DELETE FROM {table} WHERE 0"))  # noqa: S608  takes the lock before reading
    copy = f"CREATE TEMP TABLE rewritten AS SELECT * FROM {table} WHERE wave_id = :wave"  # noqa: S608
    session.execute(text(copy), of_wave)
    session.execute(text(f"DELETE FROM {table} WHERE wave_id = :wave"), of_wave)  # noqa: S608
    session.execute(text(f"INSERT INTO {table} SELECT * FROM temp.rewritten ORDER BY {key}"))  # noqa: S608
    session.execute(text("DROP TABLE temp.rewritten"))


def empty_log(engine: Engine) -> bool:
    """SQLite: write the log beside the file into it and empty it, again until no reader is in the way."""
    until = time.monotonic() + PATIENCE_SECONDS
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout = 200")
        while True:
            is_busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar_one()
            if not is_busy or time.monotonic() > until:
                break
            time.sleep(BETWEEN_SECONDS)
        connection.invalidate()  # a connection of its own wait goes to nobody else
    return not is_busy
