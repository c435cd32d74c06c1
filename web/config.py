"""Every setting: its name in the environment, its default, what it means, and how it is read."""

import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from flask_babel import lazy_gettext
from limits.errors import ConfigurationError
from limits.storage import storage_from_string

from surveys import words
from web import languages, readers


class SettingError(ValueError):
    """A setting that cannot be used; the message names it and the remedy."""


class Setting(NamedTuple):
    """One setting; docs/configuration.md describes each, and a test compares."""

    name: str
    default: str
    read: Callable[[str], Any]
    is_secret: bool = False  # its text is not repeated


SETTINGS = (
    Setting("INSTANCE", "instance", readers.folder),
    Setting("KEYS", "", readers.folder_if_named),
    Setting("ANCHOR", "", readers.anchor),
    Setting("DATABASE_URL", "", readers.database, is_secret=True),
    Setting("OWNER_URL", "", readers.owner, is_secret=True),
    Setting("SECRET_KEY", "", readers.key, is_secret=True),
    Setting("SECRET_KEY_FALLBACKS", "", readers.keys, is_secret=True),
    Setting("HOST", "127.0.0.1", readers.host),
    Setting("PORT", "8000", readers.whole(1, 65535)),
    Setting("WORKERS", "2", readers.whole(1, 256)),
    Setting("PUBLIC_URL", "", readers.public_url),
    Setting("HTTPS", "no", readers.yes_no),
    Setting("TRUSTED_HOSTS", "", readers.hosts),
    Setting("PROXY_HOPS", "0", readers.whole(0, 16)),
    Setting("TRANSLATIONS", "", readers.translations),
    Setting("LANGUAGE", words.DEFAULT, readers.language),
    Setting("TIMEZONE", "Asia/Shanghai", readers.zone),
    Setting("SESSION_HOURS", "12", readers.whole(1, 8760)),
    Setting("RESUME_DAYS", "60", readers.whole(1, 3650)),
    Setting("UPLOAD_KIB", "4096", readers.whole(64, 1048576)),
    Setting("ANSWER_KIB", "128", readers.whole(16, 65536)),
    Setting("LOGIN_LIMIT", "10 per minute", readers.limit),
    Setting("ANSWER_LIMIT", "600 per minute", readers.limit),
    Setting("LIMIT_STORAGE", "memory://", readers.storage, is_secret=True),
    Setting("MAIL_URL", "", readers.mail_server, is_secret=True),
    Setting("MAIL_SENDER", "no-reply@localhost", readers.sender),
    Setting("LOG_LEVEL", "INFO", readers.level),
    Setting("LOG_FORMAT", "console", readers.one_of("console", "json")),
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
            shown = "" if setting.is_secret else f"={text!r}"
            raise SettingError(f"MANYI_{setting.name}{shown} cannot be used: {error}.") from None
    if found["MAIL_URL"] and not found["PUBLIC_URL"]:
        missing = "MANYI_MAIL_URL is set without MANYI_PUBLIC_URL, with which links in mails begin."
        raise SettingError(f"{missing} Write MANYI_PUBLIC_URL=https://HOST.")
    if isinstance(found["ANCHOR"], str) and found["ANCHOR"] and not found["MAIL_URL"]:
        missing = "MANYI_ANCHOR names an address to mail and MANYI_MAIL_URL is not set."
        raise SettingError(f"{missing} Write MANYI_MAIL_URL=smtps://USER:PASSWORD@HOST.")
    return found


def keys_folder(settings: Mapping[str, Any]) -> Path:
    """Give the folder of the keys that stand outside the database.

    Raises
    ------
    SettingError
        Others on this machine can look into it, or it cannot be written; it, or that of the anchors, is named
        and not there.
    """
    from surveys import keys  # noqa: PLC0415  loads SQLAlchemy

    for name in ("KEYS", "ANCHOR"):
        path = settings[name]
        if isinstance(path, Path) and not path.exists():
            # Made anew it would be empty, where perhaps a disk is not mounted.
            missing = f"MANYI_{name} cannot be used: {path} is not there."
            raise SettingError(f"{missing} Mount it, or make it: mkdir -m 700 {path}")
    folder: Path = settings["KEYS"] or settings["INSTANCE"] / "keys"
    try:
        keys.check(folder)
    except (ValueError, OSError) as error:
        raise SettingError(f"MANYI_KEYS cannot be used: {error}.") from None
    return folder


def _read_file(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingError(f"MANYI_CONFIG names {path}, which cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise SettingError(f"MANYI_CONFIG names {path}, which is not in UTF-8. Save it so.") from None
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


def made_instance(settings: Mapping[str, Any]) -> Path:
    """Give the folder of the instance, made where it is missing.

    Raises
    ------
    SettingError
        It cannot be made, or this account cannot write into it.
    """
    folder: Path = settings["INSTANCE"]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        is_ours = os.access(folder, os.W_OK | os.X_OK)
    except OSError:
        is_ours = False
    if is_ours:
        return folder
    remedy = "Name another, or give it to this account: chown."
    raise SettingError(f"MANYI_INSTANCE cannot be used: {folder} cannot be written by this account. {remedy}")


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
    try:
        key = path.read_text(encoding="ascii").strip()
    except UnicodeDecodeError:
        key = ""
    except OSError as error:
        raise SettingError(f"{path}, the key of the site, cannot be read: {error.strerror}.") from None
    if len(key) < 32:
        raise SettingError(f"{path} holds no usable key. Delete the file; the next start makes a new one.")
    return key


def flask_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Say the settings in the words of Flask and its extensions."""
    instance = made_instance(settings)
    key = settings["SECRET_KEY"] or secret_key(instance)
    if len(key) < 32:
        raise SettingError("MANYI_SECRET_KEY must have at least 32 characters.")
    try:
        storage_from_string(settings["LIMIT_STORAGE"])
    except ConfigurationError as error:
        raise SettingError(f"MANYI_LIMIT_STORAGE cannot be used: {error}.") from None
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
    # What a link to a password holds of the old one, a hash itself, is hashed fast: a slow one for accounts
    # alone would tell by the time of the answer who has one. Links that are out are still read.
    "SECURITY_HASHING_SCHEMES": ["hex_sha256", "sha256_crypt"],
    "SECURITY_DEPRECATED_HASHING_SCHEMES": ["sha256_crypt"],
    "SECURITY_SEND_PASSWORD_CHANGE_EMAIL": False,
    "SECURITY_SEND_PASSWORD_RESET_NOTICE_EMAIL": False,
    "SECURITY_EMAIL_HTML": False,
    "SECURITY_STATIC_FOLDER": None,
    "SECURITY_STATIC_FOLDER_URL": None,
    "SECURITY_CHANGE_URL": "/account/password",
    "SECURITY_RESET_URL": "/account/reset",
    "SECURITY_VERIFY_URL": "/account/verify",
    "SECURITY_API_ENABLED_METHODS": ["session"],
    "SECURITY_EMAIL_SUBJECT_PASSWORD_RESET": lazy_gettext("Set a new password"),
    "SECURITY_DEFAULT_REMEMBER_ME": False,
    "SECURITY_DATETIME_FACTORY": lambda: datetime.now(UTC),
    "SECURITY_EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
}
