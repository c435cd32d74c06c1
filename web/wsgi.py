"""The application as a WSGI server loads it."""

from web import running
from web.site import create_app

app = create_app()
running.announce(app.config["MANYI"]["INSTANCE"])
