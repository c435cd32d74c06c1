"""Who works on runs: locks that end with the process that holds them, however it ends.

Beside a SQLite database a file of the instance folder is locked; on PostgreSQL the database keeps the locks,
for workers on any machine.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DBAPIError

from surveys.database import create_engine

FILE: Final = "worker.lock"
FAMILY: Final = 0x6D616E79  # of all advisory locks of ours; the second number is the run's
_held: list[int] = []


def is_only_worker(folder: Path) -> bool:
    """Say, until this process ends, that a worker of the instance runs; tell whether it is the only one."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / FILE, os.O_CREAT | os.O_RDWR, 0o600)
    _held.append(handle)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        fcntl.flock(handle, fcntl.LOCK_SH)
    return True


@contextmanager
def at_run(url: URL, run_id: int) -> Iterator[None]:
    """Hold a run while it is carried out."""
    if url.get_backend_name() == "sqlite":
        yield
        return
    engine, key = create_engine(url), {"family": FAMILY, "run": run_id}
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:family, :run)"), key)
            connection.commit()
            yield
            # Free at once: that a connection has ended the server notices in its own time. One that is
            # lost holds nothing any more.
            with suppress(DBAPIError):
                connection.execute(text("SELECT pg_advisory_unlock(:family, :run)"), key)
                connection.commit()
    finally:
        engine.dispose()


def is_left(connection: Connection, run_id: int) -> bool:
    """Tell, on PostgreSQL, whether nobody is at a run."""
    key = {"family": FAMILY, "run": run_id}
    is_free = bool(connection.scalar(text("SELECT pg_try_advisory_lock(:family, :run)"), key))
    if is_free:
        connection.execute(text("SELECT pg_advisory_unlock(:family, :run)"), key)
    return is_free
