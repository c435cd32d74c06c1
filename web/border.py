"""The outermost layer: what no application can read is refused here, and every answer has its headers.

It stands around both applications and the static files, so that also what leaves none of our views (a fault
in a hook, a fault in the page of the fault, a missing file) is told in words and kept out of frames.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, make_response
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import Headers

from web import headers, refusals

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)
LONGEST_HOST = 255
REFUSED = "manyi.refused"  # in the environment: the status with which the front refuses a body (`web.front`)
HOST = re.compile(
    r"(?:\[[0-9A-Fa-f:.]{2,45}\]|(?!-)[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?)(?::[0-9]{1,5})?"
)
# Where even the bare page cannot be made.
LAST_WORDS = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>500</title>'
    "<h1>Something went wrong on our side</h1>"
    '<p>Try again in a moment. <span lang="zh-CN">请稍后再试。</span></p></html>'
)


def _refusal(environ: "WSGIEnvironment") -> int | None:
    """Give the status with which a request is refused that cannot be read; take NUL out of its query."""
    if REFUSED in environ:
        return int(environ[REFUSED])
    host = environ.get("HTTP_HOST")
    if host is not None and not (len(host) <= LONGEST_HOST and HOST.fullmatch(host)):
        return 400
    if "\x00" in environ.get("PATH_INFO", ""):
        return 404
    environ["QUERY_STRING"] = environ.get("QUERY_STRING", "").replace("%00", "")
    return None


def stand_inside(app: Flask) -> None:
    """Refuse what cannot be read; put on before the layer that believes our proxies."""
    inner = app.wsgi_app

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        status = _refusal(environ)
        return (inner if status is None else _told(app, status))(environ, start_response)

    app.wsgi_app = serve  # type: ignore[method-assign]


def stand_outside(app: Flask) -> None:
    """Give every answer its headers, and words to faults that left the application."""
    inner = app.wsgi_app
    least = headers.least(https=app.config["MANYI"]["HTTPS"])

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        def begin(status: str, given: list[tuple[str, str]], exc_info: Any = None) -> Any:
            found = Headers(given)
            for name, value in least.items():
                found.setdefault(name, value)
            return start_response(status, found.to_wsgi_list(), exc_info)

        try:
            return inner(environ, begin)
        except Exception as error:
            propagate = app.config["PROPAGATE_EXCEPTIONS"]
            if app.testing if propagate is None else propagate:
                raise
            if isinstance(error, OperationalError):  # the database has gone while a request was put away
                log.error("database_unavailable", place="outside the application")  # noqa: TRY400
                return _told(app, 503)(environ, begin)
            log.exception("fault", place="outside the application")
            return _told(app, 500)(environ, begin)

    app.wsgi_app = serve  # type: ignore[method-assign]


def _told(app: Flask, status: int) -> "WSGIApplication":
    """Make the bare page of a status, whatever the request asked for."""

    def serve(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        asked = {
            "REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": "localhost",
            "CONTENT_LENGTH": "0",
        }  # fmt: skip
        try:
            with app.request_context(environ | asked):
                answer = make_response(refusals.bare(status, *refusals.words(status)))
        except Exception:  # noqa: BLE001  the last resort: whatever fails here, there are words
            start_response("500 Internal Server Error", [("Content-Type", "text/html; charset=utf-8")])
            return [LAST_WORDS.encode()]
        answered: Iterable[bytes] = answer(environ, start_response)
        return answered

    return serve
