"""Anchors of the trail: how long it was and how it ended, kept where the database cannot reach."""

import logging
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

LOG: Final = "anchor.log"
SHORT: Final = 16  # characters of a head that people copy
WRITTEN: Final = re.compile(r"(?<![0-9])([1-9][0-9]{0,11}):([0-9a-f]{16,64})(?![0-9a-f])")


class Anchor(NamedTuple):
    """The trail had `number` entries, the last with this `head` (its beginning, where people copied it)."""

    number: int
    head: str

    def __str__(self) -> str:
        return f"{self.number}:{self.head[:SHORT]}"

    def holds(self, head: str | None) -> bool:
        """Tell whether the entry of this number has this head."""
        return head is not None and head.startswith(self.head)


def read(text: str) -> list[Anchor]:
    """Find the anchors in a text, in their order."""
    return [Anchor(int(count), head) for count, head in WRITTEN.findall(text)]


def read_log(folder: Path) -> list[Anchor] | None:
    """Read the anchors in a folder; None where there is no file of them."""
    try:
        return read((folder / LOG).read_text(encoding="ascii", errors="replace"))
    except (FileNotFoundError, NotADirectoryError):
        return None


def append(folder: Path, anchor: Anchor) -> bool:
    """Append an anchor to the folder's file, and make sure that it stays.

    A full disk or a folder that is gone undoes no commit: it is logged, and False is given.
    """
    line = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {anchor.number}:{anchor.head}\n"
    try:
        handle = os.open(folder / LOG, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
        try:
            os.write(handle, line.encode("ascii"))
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        logging.getLogger(__name__).error("%s cannot be written: %s", folder / LOG, error.strerror)  # noqa: TRY400
        return False
    return True
