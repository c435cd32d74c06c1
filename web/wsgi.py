"""The application as a WSGI server loads it."""

from web import running
from web.site import create_app

running.end_with_parent()
app = create_app()
running.announce(app.config["MANYI"]["INSTANCE"])
