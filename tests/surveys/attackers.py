"""Who holds the files of a database and wants to know which token led to which answers.

Tokens (their hashes) and responses (their receipts and ids) are found by their bytes, in whatever table, page
or log record: nothing here knows columns, states or what the product calls them.
"""

import re
import sqlite3
import struct
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from surveys.collecting.links import mark

TOKEN = re.compile(rb"[0-9a-f]{64}")
RECEIPT = re.compile(rb"[2-9A-HJ-NP-Z]{4}(?:-[2-9A-HJ-NP-Z]{4}){3}")
STATED = re.compile(rb"[0-9a-f]{64}[a-z]{6,20}")  # a token in its row, with the words that change
PAGE = 8192
NEAR = 64


class Write(NamedTuple):
    """What one transaction has written, in the order of its number or commit."""

    transaction: int
    tokens: list[str]
    receipts: list[str]


class Held(NamedTuple):
    """All that an attacker holds: what was written when, and every byte."""

    log: list[Write]  # the log, the oldest first
    rows: list[Write]  # the tables' files, by transaction and place
    blobs: list[bytes]


def joined_by_transaction(held: Held) -> dict[str, str]:
    """Join what stands alone with one another in a transaction."""
    found = {}
    for writes in (held.log, held.rows):
        by: dict[int, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
        for write in writes:
            by[write.transaction][0].update(write.tokens)
            by[write.transaction][1].update(write.receipts)
        found |= {t.copy().pop(): r.copy().pop() for t, r in by.values() if len(t) == 1 == len(r)}
    return found


def joined_by_order(writes: list[Write], tokens: list[str] | None = None) -> dict[str, str]:
    """Join the token that was written n-th with the response that was; or `tokens` in their order."""
    ordered = sorted(writes, key=lambda write: write.transaction)
    seen = list(dict.fromkeys(token for write in reversed(ordered) for token in reversed(write.tokens)))[::-1]
    receipts = dict.fromkeys(receipt for write in ordered for receipt in write.receipts)
    # Whoever never answered was written earlier than those who did.
    return dict(zip(tokens or seen[-len(receipts) :], receipts, strict=False))


def joined_by_keys(held: Held, keys: Path, tokens: list[str], ids: dict[int, str]) -> dict[str, str]:
    """Join with every key that is at hand: whose mark stands beside the number of a response."""
    forms = {form: receipt for ident, receipt in ids.items() for form in _forms(ident)}
    found = {}
    for path in keys.iterdir() if keys.exists() else ():
        for token in tokens:
            wanted = mark(path.read_bytes(), token)
            for blob in held.blobs:
                for at in re.finditer(re.escape(wanted), blob):
                    beside = blob[max(at.start() - NEAR, 0) : at.end() + NEAR]
                    near = {receipt for form, receipt in forms.items() if form in beside}
                    if len(near) == 1:
                        found[token] = near.pop()
    return found


def _forms(ident: int) -> tuple[bytes, bytes]:
    return ident.to_bytes(8, "little"), ident.to_bytes(8, "big")


def right(found: dict[str, str], truth: dict[str, str]) -> int:
    """Count the pairs that are true."""
    return sum(truth.get(token) == receipt for token, receipt in found.items())


# SQLite


def hold_sqlite(before: bytes, path: Path, logs: list[bytes]) -> Held:
    """Read a database's file and its logs, of which the attacker has kept every state."""
    now = path.read_bytes()
    own = path.with_name(path.name + "-wal")
    logs = [*logs, *([own.read_bytes()] if own.exists() else [])]
    writes = [write for log in logs for write in _commits(before, log)]
    rows = [Write(0, _words(TOKEN, now), _words(RECEIPT, now))]
    return Held(writes, rows, [now, *logs])


def _words(pattern: re.Pattern[bytes], content: bytes) -> list[str]:
    return [found[0].decode() for found in pattern.finditer(content)]


def _commits(before: bytes, log: bytes) -> Iterator[Write]:
    """Follow the log commit by commit: what stands in a page now and did not stand there so before."""
    if len(log) < 32:
        return
    size, salts = struct.unpack(">I", log[8:12])[0], log[16:24]
    pages = {n + 1: before[n * size : (n + 1) * size] for n in range(len(before) // size)}
    tokens: list[str] = []
    receipts: list[str] = []
    for number, at in enumerate(range(32, len(log) - size - 23, 24 + size)):
        page_number, commits = struct.unpack(">II", log[at : at + 8])
        if log[at + 8 : at + 16] != salts:
            break
        page, old = log[at + 24 : at + 24 + size], pages.get(page_number, b"")
        tokens += [word[:64].decode() for word in set(STATED.findall(page)) - set(STATED.findall(old))]
        receipts += sorted(set(_words(RECEIPT, page)) - set(_words(RECEIPT, old)))
        pages[page_number] = page
        if commits:
            yield Write(number, tokens, receipts)
            tokens, receipts = [], []


def keep_log(path: Path) -> sqlite3.Connection:
    """Read, and go on reading, so that no log is begun anew: the attacker keeps all of it."""
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM wave").fetchone()
    return reader


# PostgreSQL


def hold_postgres(data: Path, database: int, began: int, ended: int) -> Held:
    """Read a database's files and the log between two places in it."""
    log = _log(data / "pg_wal", began, ended)
    files = [path for path in sorted((data / "base" / str(database)).iterdir()) if path.is_file()]
    contents = [path.read_bytes() for path in files]
    rows = [write for content in contents for write in _rows(content)]
    return Held(list(_records(log)), rows, [*contents, log])


def _rows(content: bytes) -> Iterator[Write]:
    """Give every row version of a file, dead ones too, with the transactions that made and ended it."""
    for start in range(0, len(content) - PAGE + 1, PAGE):
        page = content[start : start + PAGE]
        lower, _upper, special = struct.unpack("<HHH", page[12:18])
        if special != PAGE:  # an index: its entries carry no transaction
            continue
        for at in range(24, min(lower, PAGE) - 3, 4):
            pointer = struct.unpack("<I", page[at : at + 4])[0]
            place, kind, length = pointer & 0x7FFF, pointer >> 15 & 3, pointer >> 17
            row = page[place : place + length]
            if kind != 1 or len(row) < 24:
                continue
            tokens, receipts = _words(TOKEN, row), _words(RECEIPT, row)
            if tokens or receipts:
                made, ended = struct.unpack("<II", row[:8])
                yield from (Write(number, tokens, receipts) for number in (made, ended) if number)


def _log(folder: Path, began: int, ended: int) -> bytes:
    """Put the log's pages together, without their heads, from the first record on."""
    segment = 16 * 1024 * 1024
    found = bytearray()
    for start in range(began - began % PAGE, ended, PAGE):
        name = f"{1:08X}{start // segment >> 8:08X}{start // segment & 255:08X}"
        with (folder / name).open("rb") as file:
            file.seek(start % segment)
            page = file.read(PAGE)
        head = 40 if struct.unpack("<H", page[2:4])[0] & 2 else 24
        first = began % PAGE if start <= began else head
        found += page[max(first, head) :]
    return bytes(found)


def _records(log: bytes) -> Iterator[Write]:
    at = 0
    while at + 24 <= len(log):
        length, transaction = struct.unpack("<II", log[at : at + 8])
        if length < 24:
            return
        record = log[at : at + length]
        tokens, receipts = _words(TOKEN, record), _words(RECEIPT, record)
        # An image of a whole page holds everybody: it says nothing of who is meant.
        if (tokens or receipts) and length < PAGE // 4:
            yield Write(transaction, tokens, receipts)
        at += length + -length % 8
