"""What stands before the application: a request takes a thread once it is here whole, and not before.

A server that hands a thread the beginning of a request leaves it waiting for the rest: a few dozen slow
senders then keep everybody out. Here bodies are read by the event loop, up to a size and within a time, and
what is refused is told by the application's own pages (`web.border`).
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from web.border import REFUSED
from web.respond import addresses

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

BODY_SECONDS = 10.0  # for a whole body: 4 MiB over a poor line take longer, but none of ours is so long there
HELD_MIB = 256  # of bodies that are being read, in one process
READING = frozenset({"GET", "HEAD", "OPTIONS"})
PIECE = 64 * 1024  # answers up to this size leave as one


class RefusedError(Exception):
    """A request that is not carried out, with the status to say."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Front:
    """The site as an ASGI server loads it.

    Parameters
    ----------
    site
        The application (PEP 3333).
    threads
        How many requests that only read it works on at once, and how many others: while all who write
        wait for the database, readers do not.
    answer_bytes, upload_bytes
        Largest body on respondents' addresses, and on all others.
    """

    def __init__(
        self, site: "WSGIApplication", *, threads: int, answer_bytes: int, upload_bytes: int
    ) -> None:
        self._site = site
        self._readers = ThreadPoolExecutor(threads, thread_name_prefix="readers")
        self._writers = ThreadPoolExecutor(threads, thread_name_prefix="writers")
        self._most = {True: answer_bytes, False: upload_bytes}
        self._held = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request; whatever else a server may ask for, there is none."""
        if scope["type"] != "http":
            return
        environ = _environ(scope)
        try:
            body = await self._body(environ, receive)
        except RefusedError as refused:
            environ[REFUSED], body = refused.status, b""
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        run = asyncio.get_running_loop().run_in_executor
        threads = self._readers if scope["method"] in READING else self._writers
        answer = _Answer(self._site, environ)
        try:
            piece = await run(threads, answer.begin)
            headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers
            ]
            if REFUSED in environ:
                headers.append((b"connection", b"close"))  # what is left of the body is read by nobody
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            while not answer.ended:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
                piece = await run(threads, answer.piece)
            await send({"type": "http.response.body", "body": piece})
        finally:
            if not answer.ended:
                await run(threads, answer.close)

    async def _body(self, environ: "WSGIEnvironment", receive: Receive) -> bytes:
        """Read a body whole.

        Raises
        ------
        RefusedError
            It is too long (413), too slow (408), or too much is being read already (503).
        """
        most = self._most[environ["PATH_INFO"].startswith(addresses.PREFIXES)]
        if int(environ.get("CONTENT_LENGTH", "0")) > most:
            raise RefusedError(413)
        found = bytearray()
        try:
            async with asyncio.timeout(BODY_SECONDS):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise RefusedError(400)
                    piece = message.get("body", b"")
                    if len(found) + len(piece) > most:
                        raise RefusedError(413)
                    if self._held + len(piece) > HELD_MIB * 2**20:
                        raise RefusedError(503)
                    self._held += len(piece)
                    found += piece
                    if not message.get("more_body", False):
                        return bytes(found)
        except TimeoutError:
            raise RefusedError(408) from None
        finally:
            self._held -= len(found)


class _Answer:
    """What the application answers, piece by piece; every method runs in a thread."""

    def __init__(self, site: "WSGIApplication", environ: "WSGIEnvironment") -> None:
        self.status, self.headers, self.ended = 500, list[tuple[str, str]](), False
        self._site, self._environ = site, environ
        self._whole: Any = ()
        self._rest: Iterator[bytes] = iter(())

    def begin(self) -> bytes:
        """Ask the application; gives the first piece."""

        def start_response(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
            self.status, self.headers = int(status.split(" ", 1)[0]), headers

        self._whole = self._site(self._environ, start_response)
        self._rest = iter(self._whole)
        return self.piece()

    def piece(self) -> bytes:
        """Give what comes next, and close the answer where that is all."""
        found = bytearray()
        for part in self._rest:
            found += part
            if len(found) >= PIECE:
                return bytes(found)
        self.close()
        return bytes(found)

    def close(self) -> None:
        """End it, read to the end or not."""
        self.ended = True
        if (close := getattr(self._whole, "close", None)) is not None:
            close()


def _environ(scope: Message) -> "WSGIEnvironment":
    """Put a request into the words of PEP 3333, without its body."""
    raw = scope.get("raw_path") or scope["path"].encode()
    host, port = scope.get("server") or ("localhost", 80)
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port or 0),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": (scope.get("client") or ("",))[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _take(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _take(environ: "WSGIEnvironment", name: str, value: str) -> None:
    """Add a header, to others of its name as HTTP joins them; none passes for another (``X_Real_IP``)."""
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    key = key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value
