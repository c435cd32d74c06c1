"""The site as an ASGI server loads it."""

from web import running
from web.front import Front
from web.site import create_app

THREADS = 4

running.end_with_parent()
_site = create_app()
_settings = _site.config["MANYI"]
running.announce(_settings["INSTANCE"])
app = Front(
    _site.wsgi_app,
    threads=THREADS,
    answer_bytes=_settings["ANSWER_KIB"] * 1024,
    upload_bytes=_settings["UPLOAD_KIB"] * 1024,
)
