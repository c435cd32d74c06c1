"""How all tables of a site stand, to tell that nothing was changed; and the site as it was before."""

import hashlib
import sqlite3
from contextlib import closing
from typing import NamedTuple


class State(NamedTuple):
    """How every table stands: its number of rows and a digest of them."""

    tables: dict[str, tuple[int, str]]

    @classmethod
    def of(cls, path) -> "State":
        with closing(sqlite3.connect(path)) as file:
            names = [name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            found = {}
            for name in names:
                rows = sorted(map(repr, file.execute(f'SELECT * FROM "{name}"')))
                found[name] = len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest()
            return cls(found)

    def changed(self, other: "State") -> list[str]:
        return [
            name for name in self.tables | other.tables if self.tables.get(name) != other.tables.get(name)
        ]


def copy_to(path, other: sqlite3.Connection) -> None:
    with closing(sqlite3.connect(path)) as file:
        file.backup(other)


def back_from(other: sqlite3.Connection, path) -> None:
    with closing(sqlite3.connect(path)) as file:
        other.backup(file)
