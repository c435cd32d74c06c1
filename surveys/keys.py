"""Keys that stand outside the database: a folder of files that no copy of the database holds.

`audit-<n>` proves the trail, `seal-<n>` the answers, `wave-<id>-<n>` leads from links to answers
(`collecting.links`). Several machines may share the folder.
"""

import hashlib
import os
import re
import secrets
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, NamedTuple

from sqlalchemy import URL
from sqlalchemy.orm import Session

Kind = Literal["audit", "seal"]
FILE: Final = re.compile(r"(audit|seal)-([1-9][0-9]{0,5})")
LENGTH: Final = 32
MARK: Final = 4  # bytes of a key's own fingerprint


class Key(NamedTuple):
    """One key; `name` is its number and the beginning of its fingerprint, so that no other passes for it."""

    number: int
    secret: bytes

    @property
    def mark(self) -> bytes:
        """The beginning of the fingerprint."""
        return hashlib.sha256(b"key" + self.secret).digest()[:MARK]

    @property
    def name(self) -> str:
        """What an entry says of the key that proves it."""
        return f"{self.number}-{self.mark.hex()}"


class Keys:
    """The keys of one folder, which is made with its first key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._read_at: int | None = None
        self._known: dict[str, dict[int, Key]] = {}

    def all(self, kind: Kind) -> tuple[Key, ...]:
        """Give the keys of a kind, the oldest first; read anew where the folder has changed."""
        try:
            changed = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return ()
        if changed != self._read_at:
            known: dict[str, dict[int, Key]] = {}
            for path in self.folder.iterdir():
                if found := FILE.fullmatch(path.name):
                    secret = path.read_bytes()
                    if len(secret) == LENGTH:
                        known.setdefault(found[1], {})[int(found[2])] = Key(int(found[2]), secret)
            self._known, self._read_at = known, changed
        return tuple(key for _, key in sorted(self._known.get(kind, {}).items()))

    def newest(self, kind: Kind, least: int = 1) -> Key:
        """Give the key that is used now; one whose number is `least` or above is made where there is none."""
        keys = self.all(kind)
        return keys[-1] if keys and keys[-1].number >= least else self._make(kind, least)

    def add(self, kind: Kind) -> Key:
        """Make a further key, which is used from now on; what the former ones prove stays proved."""
        keys = self.all(kind)
        return self._make(kind, keys[-1].number + 1 if keys else 1)

    def by_name(self, name: str) -> Key | None:
        """Find the key that an entry of the trail names."""
        return self._find("audit", lambda key: key.name == name)

    def by_mark(self, mark: bytes) -> Key | None:
        """Find the key that a seal names."""
        return self._find("seal", lambda key: key.mark == mark)

    def _find(self, kind: Kind, fits: Callable[[Key], bool]) -> Key | None:
        found = next(filter(fits, self.all(kind)), None)
        if found is None:  # perhaps made a moment ago, in the same tick of the clock
            self._read_at = None
            found = next(filter(fits, self.all(kind)), None)
        return found

    def _make(self, kind: Kind, number: int) -> Key:
        self._read_at = None
        return Key(number, secret(self.folder / f"{kind}-{number}"))


def secret(path: Path) -> bytes:
    """Give the secret that a file of the folder holds; it is made if it is missing."""
    while True:
        with suppress(FileNotFoundError):
            return path.read_bytes()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_once(path, secrets.token_bytes(LENGTH))


def check(folder: Path) -> None:
    """Refuse a folder of keys that others on this machine can look into, or that cannot be written.

    Raises
    ------
    ValueError
        With what to do.
    """
    if not folder.exists():
        return
    if not folder.is_dir():
        raise ValueError(f"{folder} is a file; name a folder")
    for path in (folder, *folder.iterdir()):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ValueError(f"others on this machine can read {path}; run chmod -R go= {folder}")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise ValueError(f"{folder} cannot be written by this account; run chown on it")


def _write_once(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, for its owner alone; of several writers the first one's stays."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by its owner only
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)


_OF_DATABASE: dict[str, Keys] = {}


def bind(url: URL, folder: Path) -> None:
    """Say for this process in which folder the keys of a database are."""
    _OF_DATABASE[_name(url)] = Keys(folder)


def keys_of(session: Session) -> Keys:
    """Give the keys of a session's database; those of an SQLite file stand beside it unless bound."""
    url = session.connection().engine.url
    if _name(url) not in _OF_DATABASE:
        file = url.database if url.get_backend_name() == "sqlite" else None
        if not file or file == ":memory:":
            raise ValueError("the keys of this database are not known: bind its address to their folder")
        bind(url, Path(file).parent / "keys")
    return _OF_DATABASE[_name(url)]


def _name(url: URL) -> str:
    return url.render_as_string(hide_password=False)
