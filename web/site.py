"""The site: questionnaires in, dashboards out."""

from collections.abc import Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from inspect import iscoroutinefunction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_security import FSQLALiteUserDatastore, Security
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

from surveys.database import engine_options, normalise_url
from surveys.keys import bind
from web import border, compressing, config, errors, headers, i18n, logs, navigation, rendering, requests
from web.accounts import access, attempts, notices, noting, sessions
from web.accounts.mail import SmtpMail
from web.accounts.models import Role, Staff
from web.accounts.passwords import Passwords
from web.accounts.wording import WORDING
from web.extensions import babel, bootstrap, csrf, db, talisman
from web.limits import limiter
from web.respond import addresses
from web.respond.app import create_app as create_respondents_app

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

# Modules with pages; each brings a blueprint named `blueprint`, modules of one room the same.
ROOMS = (
    "health",
    "home.views",
    "accounts.views",
    "author.views",
    "author.logic",
    "author.out",
    "author.drafts.views",
    "author.drafts.starting",
    "author.drafts.editor",
    "author.drafts.acting",
    "author.drafts.pasting",
    "author.drafts.condition",
    "author.drafts.found",
    "author.drafts.translating",
    "author.drafts.catalogues",
    "author.drafts.review",
    "author.drafts.comparing",
    "author.drafts.bringing",
    "author.drafts.library",
    "author.drafts.series",
    "author.drafts.blocks",
    "author.drafts.putting",
    "author.drafts.unlocking",
    "author.drafts.preview",
    "author.drafts.together",
    "trial.views",
    "pilot.views",
    "fieldwork.views",
    "fieldwork.life",
    "fieldwork.rates",
    "fieldwork.quality",
    "admin.views",
    "insight.views",
    "runs.views",
    "runs.deciding",
)


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Make the WSGI application.

    Parameters
    ----------
    settings
        Flask settings that win over those of the environment; a mapping under ``MANYI`` wins over single
        MANYI_* settings (names without the prefix, values as `web.config` reads them).

    Raises
    ------
    SettingError
        A setting cannot be used; the message names it.
    """
    given = dict(settings or {})
    app = Flask(__name__, instance_relative_config=False)
    _configure_settings(app, given)
    _configure_templates(app)
    _configure_database(app)
    logs.configure(app)
    i18n.configure(app, babel)
    headers.configure(app, talisman)
    _configure_forms(app)
    _configure_accounts(app)
    _configure_rooms(app)
    navigation.configure(app)
    errors.configure(app)
    _configure_respondents(app)
    _configure_server(app)
    return app


def _configure_settings(app: Flask, given: dict[str, Any]) -> None:
    manyi = config.read_settings() | dict(given.pop("MANYI", {}))
    app.config.from_mapping(config.flask_settings(manyi))
    app.config.from_mapping(given)


def _configure_templates(app: Flask) -> None:
    requests.configure(app, requests.StaffRequest)
    rendering.configure(app)
    app.add_template_filter(_flatten, "flatten")
    bootstrap.init_app(app)


def _flatten(messages: Any) -> list[str]:
    """Give form errors as one list of texts, however they are nested."""
    nested = (_flatten(part) if isinstance(part, list | tuple) else [part] for part in messages)
    return [text for part in nested for text in part]


def _configure_database(app: Flask) -> None:
    # Errors of the database never repeat the answers that were being written.
    options = engine_options(app.config["DATABASE_URL"]) | {"hide_parameters": True}
    app.config.setdefault("SQLALCHEMY_ENGINES", {"default": options})
    db.init_app(app)
    bind(normalise_url(app.config["DATABASE_URL"]), config.keys_folder(app.config["MANYI"]))
    # The extension also closes asynchronous sessions, through a new thread at the end of each request; there
    # are none here, and that cost as much as a page (`make bench`).
    app.teardown_appcontext_funcs = [
        closing for closing in app.teardown_appcontext_funcs if not iscoroutinefunction(closing)
    ]


def _configure_forms(app: Flask) -> None:
    app.before_request(access.measure)
    csrf.init_app(app)
    limiter.init_app(app)


def _configure_accounts(app: Flask) -> None:
    app.before_request(access.guard)
    app.config.from_mapping(WORDING)
    # The theme of Bootstrap-Flask and Flask-Security's own pages are replaced by templates/security.
    # What is given to `init_app` is left unread: the classes are asked for when it is made.
    security = Security(mail_util_cls=SmtpMail, password_util_cls=Passwords)
    security.init_app(app, FSQLALiteUserDatastore(db, Staff, Role))
    sessions.configure(app, security)
    attempts.configure(app)
    notices.configure(app)
    noting.configure(app)


class RowNumber(IntegerConverter):
    """A number in an address; one that no database column can hold is not found, instead of a fault."""

    def __init__(self, url_map: Map, fixed_digits: int = 0, largest: int = 2**31 - 1) -> None:
        super().__init__(url_map, fixed_digits=fixed_digits, max=largest)


def _configure_rooms(app: Flask) -> None:
    app.url_map.converters["int"] = RowNumber
    there = [room for room in ROOMS if find_spec(f"web.{room.split('.')[0]}") and find_spec(f"web.{room}")]
    for blueprint in dict.fromkeys(import_module(f"web.{room}").blueprint for room in there):
        app.register_blueprint(blueprint)


def _configure_respondents(app: Flask) -> None:
    """Put the respondents' application before the staff's; paths stay whole, so addresses and cookies do."""
    with app.app_context():
        respondents = create_respondents_app(app.config, db.sessionmaker).wsgi_app
    staff = app.wsgi_app

    def by_path(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        is_link = environ.get("PATH_INFO", "").startswith(addresses.PREFIXES)
        return (respondents if is_link else staff)(environ, start_response)

    app.wsgi_app = by_path  # type: ignore[method-assign]


def _configure_server(app: Flask) -> None:
    border.stand_inside(app)
    hops = app.config["MANYI"]["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    if not app.testing and not app.debug:
        files = Path(app.static_folder or "")
        app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app, root=str(files), prefix="static/", max_age=30 * 24 * 3600
        )
        app.wsgi_app = compressing.Files(app.wsgi_app, "/static/")  # type: ignore[method-assign]
    border.stand_outside(app)
