"""What leaves compressed where the browser takes it: respondents' pages, and files of ours.

Staff's pages do not: they repeat what was typed beside a mark that stays the same while somebody is logged
in, and lengths of compressed pages would tell it. In a form of respondents the mark is masked anew each time.
"""

import gzip
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from flask import Flask, Response, request
from werkzeug.datastructures import Headers
from werkzeug.http import parse_accept_header

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LEAST: Final = 1024  # bytes; what is shorter goes in one packet anyway
FAST, SMALL = 4, 9
TEXTS: Final = frozenset(
    {"text/html", "text/css", "text/javascript", "application/javascript", "image/svg+xml"}
)


def configure(app: Flask) -> None:
    """Compress the pages of an application."""
    app.after_request(_compressed)


def _compressed(response: Response) -> Response:
    if response.mimetype != "text/html" or response.is_streamed or response.headers.get("Content-Encoding"):
        return response
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0 and (response.content_length or 0) >= LEAST:
        response.set_data(gzip.compress(response.get_data(), FAST))
        response.headers["Content-Encoding"] = "gzip"
    return response


class Files:
    """Files that an application gives, compressed once a process and kept: there are a few dozen of them."""

    def __init__(self, inner: "WSGIApplication", prefix: str) -> None:
        self._inner, self._prefix = inner, prefix
        self._kept: dict[tuple[str, str], bytes] = {}

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer a request (PEP 3333)."""
        path = environ.get("PATH_INFO", "")
        accepted = parse_accept_header(environ.get("HTTP_ACCEPT_ENCODING", ""))
        # Whoever asks for the head alone gives no bytes to keep; by dots and slashes a file has many names.
        is_whole = environ.get("REQUEST_METHOD") == "GET" and "HTTP_RANGE" not in environ
        is_plain = path.startswith(self._prefix) and "/." not in path and "//" not in path
        if not (is_whole and is_plain and accepted.quality("gzip") > 0):
            return self._inner(environ, start_response)
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def note(status: str, given: list[tuple[str, str]], _fault: Any = None) -> Callable[[bytes], object]:
            begun.append((status, given))
            return lambda _piece: None

        body = self._inner(environ, note)
        [(status, given)] = begun
        headers = Headers(given)
        mark = headers.get("ETag") or headers.get("Last-Modified")
        is_text = headers.get("Content-Type", "").partition(";")[0] in TEXTS
        if not status.startswith("200") or not is_text or not mark or "Content-Encoding" in headers:
            start_response(status, given)
            return body
        if (path, mark) not in self._kept:
            self._kept[path, mark] = gzip.compress(b"".join(body), SMALL, mtime=0)
        if hasattr(body, "close"):
            body.close()
        packed = self._kept[path, mark]
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(packed))
        headers.add("Vary", "Accept-Encoding")
        headers.remove("ETag")
        start_response(status, headers.to_wsgi_list())
        return [packed]
