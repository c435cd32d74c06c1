"""The application as a WSGI server loads it."""

from web import create_app

app = create_app()
