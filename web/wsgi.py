"""The application as a WSGI server loads it."""

from web.site import create_app

app = create_app()
