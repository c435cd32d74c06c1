"""Completed questionnaires counted by the hour, for each office, range and tablet, apart from them.

Written in a transaction of its own, in batches, and only where several came within an hour: nothing here
tells when one person answered, or from where. SQLite keeps the counters in `burst.db` beside the database,
PostgreSQL in a table that has no log; neither is part of a copy that `manyi backup` makes.
"""

import ipaddress
import logging
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from surveys.codes import LOWEST_ANSWER
from surveys.collecting.alike import FEWEST_ANSWERS, Scored, all_best
from surveys.database import create_engine, make_private
from surveys.models.collection import KIOSK

logger = logging.getLogger(__name__)

FEWEST = 5  # a smaller count is never written
BATCH_SECONDS = 10.0
MOST_CELLS = 50_000

OFFICE, RANGE, TABLET = "office", "range", KIOSK
# No range: what stands before a proxy that is not set up, or behind it.
NOWHERE = tuple(
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)
TABLE = (
    "CREATE TABLE IF NOT EXISTS burst_counter (wave_id integer, began varchar(13), kind varchar(16), "
    "place varchar(64), n integer NOT NULL, n_best integer NOT NULL, n_same integer NOT NULL, "
    "PRIMARY KEY (wave_id, began, kind, place))"
)
ADD = text(
    "INSERT INTO burst_counter (wave_id, began, kind, place, n, n_best, n_same) "
    "VALUES (:wave_id, :began, :kind, :place, :n, :n_best, :n_same) "
    "ON CONFLICT (wave_id, began, kind, place) DO UPDATE SET n = burst_counter.n + excluded.n, "
    "n_best = burst_counter.n_best + excluded.n_best, n_same = burst_counter.n_same + excluded.n_same"
)
READ = text(
    "SELECT began, kind, place, n, n_best, n_same FROM burst_counter WHERE wave_id = :wave "
    "ORDER BY began, kind, place"
)
FORGET = text("DELETE FROM burst_counter WHERE wave_id = :wave")


class Cell(NamedTuple):
    """What is counted together; `began` is the hour in UTC, as 2026-03-05 14."""

    wave_id: int
    began: str
    kind: str
    place: str


class Counted(NamedTuple):
    """How many came within an hour, how many gave only the best answers, and how many the same ones."""

    began: str
    kind: str
    place: str
    n: int
    n_best: int
    n_same: int


class _Count:
    def __init__(self) -> None:
        self.n = self.n_best = 0
        self.same: Counter[bytes] = Counter()
        self.written = (0, 0, 0)

    @property
    def numbers(self) -> tuple[int, int, int]:
        return self.n, self.n_best, max(self.same.values(), default=0)


class Counters:
    """The counts of this process, and the store to which they are added."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.cells: dict[Cell, _Count] = {}
        self.lock = threading.Lock()
        self.timer: threading.Timer | None = None

    def note(self, cells: list[Cell], answers: NDArray[np.int16], asked: Scored) -> None:
        """Count one completed questionnaire; the store learns of it later, together with others."""
        block = answers[asked.places]
        mark = block.tobytes() if (block >= LOWEST_ANSWER).sum() >= FEWEST_ANSWERS else b""
        is_best = bool(all_best(answers[np.newaxis], asked)[0])
        with self.lock:
            for cell in cells if len(self.cells) < MOST_CELLS else ():
                count = self.cells.setdefault(cell, _Count())
                count.n += 1
                count.n_best += is_best
                if mark:
                    count.same[mark] += 1
            if self.timer is None:
                self.timer = threading.Timer(BATCH_SECONDS, self.flush)
                self.timer.daemon = True
                self.timer.start()

    def flush(self) -> None:
        """Add what was counted since the last time to the store."""
        with self.lock:
            self.timer = None
            rows = []
            for cell, count in sorted(self.cells.items()):
                if count.n >= FEWEST and count.numbers != count.written:
                    added = [new - old for new, old in zip(count.numbers, count.written, strict=True)]
                    rows.append(cell._asdict() | dict(zip(("n", "n_best", "n_same"), added, strict=True)))
                    count.written = count.numbers
            hour = hour_of(datetime.now(UTC))
            if len(self.cells) > MOST_CELLS // 2:
                self.cells = {cell: count for cell, count in self.cells.items() if cell.began >= hour}
        if rows:
            try:
                _write(self.engine, rows)
            except SQLAlchemyError:
                # Answers matter more than counters: nobody is refused because these cannot be kept.
                logger.exception("counters of bursts could not be written")


_KNOWN: WeakKeyDictionary[Engine, Counters] = WeakKeyDictionary()
_LOCK = threading.Lock()


def counters_of(engine: Engine) -> Counters:
    """Give the counters of a database in this process."""
    with _LOCK:
        return _KNOWN.setdefault(engine, Counters(engine))


def cells_of(wave_id: int, unit: str, address: str, now: datetime, *, at_kiosk: bool = False) -> list[Cell]:
    """Say where a completed questionnaire is counted: with its office, and with its range of addresses.

    Those of a tablet are counted so among themselves: many from one address are what it is for.
    """
    began = hour_of(now)
    place = range_of(address)
    cells = [Cell(wave_id, began, TABLET if at_kiosk else OFFICE, unit)]
    return [*cells, Cell(wave_id, began, TABLET if at_kiosk else RANGE, place)] if place else cells


def hour_of(now: datetime) -> str:
    """Write the hour of a moment in UTC."""
    return f"{now.astimezone(UTC):%Y-%m-%d %H}"


def range_of(address: str) -> str:
    """Give the range of an address, /24 or /48; empty for one that says nothing about where somebody is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if found.is_loopback or found.is_unspecified or found.is_link_local or found.is_multicast:
        return ""
    if any(found.version == each.version and found in each for each in NOWHERE):
        return ""
    return str(ipaddress.ip_network(f"{found}/{24 if found.version == 4 else 48}", strict=False))


def read(engine: Engine, wave_id: int) -> list[Counted]:
    """Read the counters of a wave."""
    store = _store(engine)
    if store is None:
        return []
    try:
        with store.connect() as connection:
            return [Counted(*row) for row in connection.execute(READ, {"wave": wave_id})]
    finally:
        _leave(engine, store)


def forget(engine: Engine, wave_id: int) -> None:
    """Delete the counters of a wave; what they have shown stands among its bursts."""
    store = _store(engine)
    if store is None:
        return
    try:
        with store.begin() as connection:
            connection.execute(FORGET, {"wave": wave_id})
    finally:
        _leave(engine, store)


def _write(engine: Engine, rows: list[dict[str, object]]) -> None:
    store = _store(engine)
    if store is None:
        return
    try:
        with store.begin() as connection:
            connection.execute(ADD, rows)
    finally:
        _leave(engine, store)


def _store(engine: Engine) -> Engine | None:
    """Give the engine of the counters; None for a database in memory, which has no place beside it."""
    if engine.dialect.name != "sqlite":
        return engine
    path = engine.url.database
    if not path or path == ":memory:":
        return None
    beside = make_private(Path(path).with_name("burst.db"))
    store = create_engine(f"sqlite:///{beside}")
    with store.begin() as connection:
        connection.execute(text(TABLE))
    return store


def _leave(engine: Engine, store: Engine) -> None:
    if store is not engine:
        store.dispose()
