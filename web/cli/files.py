"""The files that a command reads and writes, looked at before any work is done."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from web.cli import Refusal


class _File(click.Path):
    """A file that is named once in a command, unless all that is done with it is to read it."""

    def __init__(self, *, is_written: bool = False, allow_dash: bool = False) -> None:
        super().__init__(path_type=Path, allow_dash=allow_dash)
        self.is_written = is_written

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; refuse one that cannot be written, or would be written over another one."""
        path: Any = super().convert(value, param, ctx)
        is_shown = str(path) == "-"
        if is_shown and not self.allow_dash:
            self.fail(
                "- stands for standard input or output, which is not used here. Name a file.", param, ctx
            )
        if self.is_written and not is_shown:
            _check_writable(path)
        if ctx is None or (path.exists() and not path.is_file()):  # nothing is lost in /dev/null
            return path
        named: dict[Path, bool] = ctx.meta.setdefault(__name__, {})
        whole = path.resolve()
        if whole in named and (self.is_written or named[whole]):
            self.fail(
                f"{path} is named twice, and one would write over the other. Name another file.", param, ctx
            )
        named[whole] = self.is_written or named.get(whole, False)
        return path


def _check_writable(path: Path) -> None:
    if path.is_dir():
        raise Refusal(f"{path} cannot be written: it is a folder.")
    if not path.parent.is_dir():
        raise Refusal(f"{path} cannot be written: there is no folder {path.parent}.")


READ = _File()
WRITTEN = _File(is_written=True)
WRITTEN_OR_SHOWN = _File(is_written=True, allow_dash=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Refuse with the system's reason where what is done within cannot write the file."""
    try:
        yield
    except OSError as error:
        raise Refusal(f"{path} cannot be written: {error.strerror}.") from None


def write_text(path: Path, text: str) -> None:
    """Write a text to a file."""
    with writing(path):
        path.write_text(text, encoding="utf-8")


def read_bytes(path: Path) -> bytes:
    """Read a file."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise Refusal(f"{path} cannot be read: {error.strerror}.") from None


def read_text(path: Path) -> str:
    """Read a file in UTF-8, with or without a byte-order mark."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refusal(
            f"{path} is not in UTF-8 (byte {error.start + 1}). Save it as UTF-8 and try again."
        ) from None
