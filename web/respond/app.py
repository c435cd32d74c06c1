"""The respondents' own application: no accounts, no statistics; its addresses are those of links alone.

`web.site` puts it before the staff's, in the same process, with the same settings and connections.
"""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_babel import Babel
from flask_talisman import Talisman
from sqlalchemy.orm import Session, sessionmaker

from web import compressing, headers, i18n, logs, refusals, rendering, requests
from web.limits import limiter
from web.respond import kiosk, sessions, views


def create_app(config: Mapping[str, Any], connections: sessionmaker[Session]) -> Flask:
    """Make the WSGI application.

    Parameters
    ----------
    config
        The site's Flask settings (`web.config.flask_settings`).
    connections
        Where requests take their database sessions from.
    """
    app = Flask("web")
    app.config.from_mapping(config)
    requests.configure(app, requests.Request)
    rendering.configure(app)
    sessions.configure(app, connections)
    logs.configure(app)
    i18n.configure(app, Babel())
    headers.configure(app, Talisman())
    compressing.configure(app)
    limiter.init_app(app)
    app.register_blueprint(kiosk.blueprint)
    app.register_blueprint(views.blueprint)
    refusals.configure(app, refusals.bare, sessions.rollback)
    return app
