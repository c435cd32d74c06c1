"""Every setting: its name in the environment, its default, what it means, and how it is read."""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from surveys import words
from web import languages


class SettingError(ValueError):
    """A setting that cannot be used; the message names it and the remedy."""


class Setting(NamedTuple):
    """One setting; docs/configuration.md describes each, and a test compares."""

    name: str
    default: str
    read: Callable[[str], Any]


def whole(text: str) -> int:
    """Read a whole number, zero or more."""
    number = int(text)
    if number < 0:
        raise ValueError("must not be negative")
    return number


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
    folder = Path(text).expanduser().resolve() if text else None
    languages.use(folder)
    return folder


SETTINGS = (
    Setting("INSTANCE", "instance", lambda text: Path(text).expanduser().resolve()),
    Setting("DATABASE_URL", "", str),
    Setting("SECRET_KEY", "", str),
    Setting("SECRET_KEY_FALLBACKS", "", names),
    Setting("HOST", "127.0.0.1", str),
    Setting("PORT", "8000", whole),
    Setting("WORKERS", "2", whole),
    Setting("PUBLIC_URL", "", lambda text: text.rstrip("/")),
    Setting("HTTPS", "no", yes_no),
    Setting("TRUSTED_HOSTS", "", names),
    Setting("PROXY_HOPS", "0", whole),
    Setting("TRANSLATIONS", "", translations),
    Setting("LANGUAGE", "zh", language),
    Setting("TIMEZONE", "Asia/Shanghai", str),
    Setting("SESSION_HOURS", "12", whole),
    Setting("RESUME_DAYS", "60", whole),
    Setting("UPLOAD_KIB", "4096", whole),
    Setting("ANSWER_KIB", "128", whole),
    Setting("LOGIN_LIMIT", "10 per minute", str),
    Setting("ANSWER_LIMIT", "600 per minute", str),
    Setting("LIMIT_STORAGE", "memory://", str),
    Setting("MAIL_URL", "", str),
    Setting("MAIL_SENDER", "no-reply@localhost", str),
    Setting("LOG_LEVEL", "INFO", str.upper),
    Setting("LOG_FORMAT", "console", str),
)
CSRF_HOURS = 12


def read_settings(environment: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Read all MANYI_* settings from the environment, else from the file that MANYI_CONFIG names.

    Raises
    ------
    SettingError
        A value cannot be read, a name is unknown, or the file is missing.
    """
    given = dict(os.environ if environment is None else environment)
    path = given.get("MANYI_CONFIG", "")
    written = (_read_file(Path(path)) if path else {}) | given
    known = {f"MANYI_{setting.name}" for setting in SETTINGS}
    # The environment may hold variables of other programs of ours; a file holds settings only.
    for name in written.keys() - known - given.keys():
        raise SettingError(f"{path}: there is no setting {name}. See docs/configuration.md.")
    found = {}
    for setting in SETTINGS:
        text = written.get(f"MANYI_{setting.name}", setting.default)
        try:
            found[setting.name] = setting.read(text)
        except ValueError as error:
            raise SettingError(f"MANYI_{setting.name}={text!r} cannot be used: {error}.") from None
    return found


def _read_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingError(f"MANYI_CONFIG names {path}, which cannot be read: {error.strerror}.") from None
    found = {}
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals:
            raise SettingError(f"{path}, line {number}: write NAME=value.")
        found[name.strip()] = value.strip().strip("\"'")
    return found


def secret_key(instance: Path) -> str:
    """Give the key kept in the instance folder; the first run makes it, readable by its owner only."""
    path = instance / "secret_key"
    if not path.exists():
        # Written whole under another name and then linked: a second worker that starts at the same moment
        # must never read a file that is still empty, and must not replace the first one's key.
        handle, draft = tempfile.mkstemp(dir=instance, prefix=".secret_key-")
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):
            os.link(draft, path)
        Path(draft).unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 32:
        raise SettingError(f"{path} holds no usable key. Delete the file; the next start makes a new one.")
    return key


def flask_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Say the settings in the words of Flask and its extensions."""
    instance: Path = settings["INSTANCE"]
    instance.mkdir(parents=True, exist_ok=True)
    key = settings["SECRET_KEY"] or secret_key(instance)
    if len(key) < 32:
        raise SettingError("MANYI_SECRET_KEY must have at least 32 characters.")
    return {
        "MANYI": dict(settings),
        "DATABASE_URL": settings["DATABASE_URL"] or f"sqlite:///{instance / 'manyi.db'}",
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": settings["SECRET_KEY_FALLBACKS"],
        "TRUSTED_HOSTS": settings["TRUSTED_HOSTS"] or None,
        "MAX_CONTENT_LENGTH": settings["UPLOAD_KIB"] * 1024,
        "MAX_FORM_MEMORY_SIZE": settings["UPLOAD_KIB"] * 1024,
        "MAX_FORM_PARTS": 5000,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings["SESSION_HOURS"]),
        "SESSION_COOKIE_NAME": "manyi",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings["HTTPS"],
        "REMEMBER_COOKIE_HTTPONLY": True,
        "REMEMBER_COOKIE_SAMESITE": "Lax",
        "REMEMBER_COOKIE_SECURE": settings["HTTPS"],
        "BABEL_DEFAULT_LOCALE": settings["LANGUAGE"],
        "BABEL_DEFAULT_TIMEZONE": settings["TIMEZONE"],
        "BABEL_TRANSLATION_DIRECTORIES": ";".join(
            str(folder) for folder in (languages.FOLDER, settings["TRANSLATIONS"]) if folder
        ),
        "BOOTSTRAP_SERVE_LOCAL": True,
        "RATELIMIT_STORAGE_URI": settings["LIMIT_STORAGE"],
        "RATELIMIT_HEADERS_ENABLED": False,
        "WTF_CSRF_TIME_LIMIT": CSRF_HOURS * 3600,
        "SEND_FILE_MAX_AGE_DEFAULT": timedelta(days=30),
        **SECURITY,
        "SECURITY_EMAIL_SENDER": settings["MAIL_SENDER"],
    }


# Flask-Security: no registration; answers that do not tell whether an account exists.
SECURITY = {
    "SECURITY_REGISTERABLE": False,
    "SECURITY_RECOVERABLE": True,
    "SECURITY_CHANGEABLE": True,
    "SECURITY_TRACKABLE": True,
    "SECURITY_RETURN_GENERIC_RESPONSES": True,
    "SECURITY_PASSWORD_HASH": "argon2",
    # argon2 salts by itself, so passwords survive a change of the secret key.
    "SECURITY_PASSWORD_SCHEMES": ["argon2"],
    "SECURITY_PASSWORD_SINGLE_HASH": ["argon2"],
    "SECURITY_PASSWORD_SALT": "unused-argon2-salts-by-itself",
    "SECURITY_PASSWORD_LENGTH_MIN": 10,
    "SECURITY_POST_LOGIN_VIEW": "/home",
    "SECURITY_POST_LOGOUT_VIEW": "/",
    "SECURITY_POST_CHANGE_VIEW": "/home",
    "SECURITY_POST_RESET_VIEW": "/login",
    "SECURITY_LOGOUT_METHODS": ["POST"],
    "SECURITY_LOGOUT_CSRF": True,
    "SECURITY_RESET_PASSWORD_WITHIN": timedelta(hours=24),
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_STATIC_FOLDER_URL": None,
    "SECURITY_CHANGE_URL": "/account/password",
    "SECURITY_RESET_URL": "/account/reset",
    "SECURITY_VERIFY_URL": "/account/verify",
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_DATETIME_FACTORY": lambda: datetime.now(UTC),
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
}
