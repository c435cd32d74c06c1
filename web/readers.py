"""How the text of a setting is read, and whole numbers anywhere; settings say what to write instead."""

import logging
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from limits import parse_many
from limits.storage import SCHEMES  # type: ignore[attr-defined]

from surveys import words
from web import languages

SHORTEST_KEY = 32
FEWEST_SIGNS = 10
MAIL = ("smtp", "smtps", "smtp+starttls")
LONGEST_NUMBER = 18
LARGEST_NUMBER = 999_999_999
LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*\.?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
PLACE = re.compile(rf"(?:{LABEL}(?:\.{LABEL})*\.?|\[[0-9A-Fa-f:.]+\])(?::[0-9]*)?")


def number(text: str, low: int = 0, high: int = LARGEST_NUMBER) -> int | None:
    """Read a whole number written in plain digits; None where it is none, or not between two ends."""
    is_number = text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
    return int(text) if is_number and low <= int(text) <= high else None


def whole(low: int = 0, high: int = 2**31 - 1) -> Callable[[str], int]:
    """Read a whole number between two ends."""

    def read(text: str) -> int:
        found = number(text.strip(), low, high)
        if found is None:
            raise ValueError(f"write a whole number from {low} to {high}")
        return found

    return read


def yes_no(text: str) -> bool:
    """Read a yes or no."""
    known = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}
    try:
        return known[text.strip().lower()]
    except KeyError:
        raise ValueError("write yes or no") from None


def names(text: str) -> list[str]:
    """Read a list separated by commas or blanks."""
    return text.replace(",", " ").split()


def language(text: str) -> str:
    """Read one of the languages of the site."""
    if text not in words.spoken():
        raise ValueError(f"write one of {', '.join(words.spoken())}")
    return text


def translations(text: str) -> Path | None:
    """Read the folder of further languages, which are spoken from then on."""
    folder = _path(text) if text else None
    languages.use(folder)
    return folder


def folder(text: str) -> Path:
    """Read a folder, which may not be there yet."""
    path = _path(text)
    if path.exists() and not path.is_dir():
        raise ValueError("this is a file; name a folder")
    return path


def _path(text: str) -> Path:
    """Read where something is; a name that nothing can have is refused."""
    try:
        path = Path(text).expanduser().resolve()
        path.exists()
    except (OSError, RuntimeError):
        raise ValueError("nothing can be called so; write a path such as /var/lib/manyi") from None
    return path


def host(text: str) -> str:
    """Read the address on which the site listens."""
    if not HOST.fullmatch(text):
        raise ValueError("write an address such as 127.0.0.1, or 0.0.0.0 for all of this machine's")
    return text


def hosts(text: str) -> list[str]:
    """Read host names that requests may ask for; one with a dot before it stands for all below it."""
    for each in (found := names(text)):
        if not PLACE.fullmatch(each.removeprefix(".")):
            raise ValueError(f"{each!r} is no host name; write survey.example, or .example for all below it")
    return found


def folder_if_named(text: str) -> Path | None:
    """Read a folder; None where none is named."""
    return folder(text) if text else None


def anchor(text: str) -> Path | str:
    """Read where the trail's anchors are taken: a folder, an address to mail, or nowhere."""
    return sender(text) if "@" in text and "/" not in text else folder_if_named(text) or ""


def limit(text: str) -> str:
    """Read how often something may be done."""
    try:
        is_good = all(each.amount > 0 for each in parse_many(text))
    except ValueError:
        is_good = False
    if not is_good:
        raise ValueError("write a limit such as 10 per minute; 100 per day")
    return text


def storage(text: str) -> str:
    """Read where limits are counted."""
    if urlsplit(text).scheme not in SCHEMES:
        raise ValueError("write memory://, or redis://HOST:6379")
    return text


def zone(text: str) -> str:
    """Read a time zone."""
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise ValueError("write a time zone such as Asia/Shanghai") from None
    return text


def level(text: str) -> str:
    """Read how much is logged."""
    if text.upper() not in logging.getLevelNamesMapping():
        raise ValueError("write DEBUG, INFO, WARNING or ERROR")
    return text.upper()


def one_of(*known: str) -> Callable[[str], str]:
    """Read one of a few words."""

    def read(text: str) -> str:
        if text not in known:
            raise ValueError(f"write {' or '.join(known)}")
        return text

    return read


def mail_server(text: str) -> str:
    """Read the address of a mail server, which may hold a password."""
    if text:
        try:
            parts = urlsplit(text)
            is_good = parts.scheme in MAIL and bool(parts.hostname) and (parts.port or 1) > 0
            is_good = is_good and text.isprintable() and " " not in text
        except ValueError:
            is_good = False
        if not is_good:
            raise ValueError("write smtps://USER:PASSWORD@HOST:PORT, smtp+starttls://… or smtp://…")
    return text


def sender(text: str) -> str:
    """Read the address that mails come from."""
    name, _, host = text.partition("@")
    if not name or not host or "@" in host or any(not sign.isprintable() or sign in " <>,;" for sign in text):
        raise ValueError("write an address such as survey@example.org")
    return text


def public_url(text: str) -> str:
    """Read how the site is reached from outside."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        is_good = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
        # What takes an address apart leaves ends of lines out; mails would hold them.
        is_good = is_good and text.isprintable() and PLACE.fullmatch(parts.netloc) is not None
    except ValueError:
        is_good = False
    if not is_good or parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("write https://HOST, without a path")
    return text.rstrip("/")


def key(text: str) -> str:
    """Read a key; one that somebody could guess is refused."""
    if text and (len(text) < SHORTEST_KEY or len(set(text)) < FEWEST_SIGNS):
        raise ValueError(
            f"write at least {SHORTEST_KEY} random characters; openssl rand -base64 48 prints some"
        )
    return text


def keys(text: str) -> list[str]:
    """Read earlier keys."""
    return [key(each) for each in names(text)]


def owner(text: str) -> str:
    """Read the address of a PostgreSQL database by the role that owns its tables."""
    if text and not text.startswith("postgres"):
        raise ValueError("write postgresql://OWNER:PASSWORD@HOST/DATABASE; SQLite has no roles")
    return database(text)


def database(text: str) -> str:
    """Read the address of a database, which may hold a password."""
    from surveys.database import normalise_url  # noqa: PLC0415  loads SQLAlchemy

    if text:
        normalise_url(text)
    return text
