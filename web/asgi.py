"""The site as an ASGI server loads it."""

import gc

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
# What stands since the start is never garbage; looking through it again cost a page now and then 0.1 s.
gc.collect()
gc.freeze()
# An edit of a large draft makes and drops a hundred thousand objects: looked through 140 times, they cost a
# tenth of it (21 ms of 239 measured), 14 times half as much.
gc.set_threshold(10_000, 20, 20)
