"""Bodies are read before a thread is taken: whole, so large, so fast; the environment is that of PEP 3333."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import pytest

from web import front
from web.front import Front


def run(coroutine):
    """Run in a thread of its own: a browser of other tests may hold a loop in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


class Site:
    """An application that keeps what it is asked and answers as it is told."""

    def __init__(self, *parts, status="200 OK", headers=()):
        self.parts, self.status, self.headers = parts, status, list(headers)
        self.asked, self.closed = [], 0

    def __call__(self, environ, start_response):
        self.asked.append(environ | {"body": environ["wsgi.input"].read()})
        start_response(self.status, self.headers)
        site = self

        class Answer:
            def __iter__(self):
                return iter(site.parts)

            def close(self):
                site.closed += 1

        return Answer()


def ask(site, *pieces, path="/login", headers=(), wait=0.0, query=b"", send=None):
    """Send one request through a front; gives what the server was told to send."""
    sent = []
    scope = {
        "type": "http", "method": "POST", "path": path, "raw_path": path.encode(), "query_string": query,
        "http_version": "1.1", "scheme": "http", "server": ("localhost", "8080"),
        "client": ("192.0.2.7", "5"), "headers": list(headers),
    }  # fmt: skip
    left = list(pieces)

    async def receive():
        await asyncio.sleep(wait)
        if not left:
            return {"type": "http.disconnect"}
        piece = left.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(left)}

    async def keep(message):
        sent.append(message)

    app = Front(site, threads=1, answer_bytes=100, upload_bytes=1000)
    run(app(scope, receive, send or keep))
    return sent


def refused(site):
    return [environ.get(front.REFUSED) for environ in site.asked]


def test_a_request_reaches_the_application_whole_and_its_answer_comes_back():
    site = Site(b"ab", b"c", status="201 Created", headers=[("X-Colour", "r\xe9d")])
    headers = [
        (b"host", b"site.example"), (b"content-type", b"text/plain"), (b"content-length", b"6"),
        (b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"x"), (b"accept", b"y"),
        (b"x_forwarded_for", b"198.51.100.1"),
    ]  # fmt: skip
    sent = ask(site, b"one", b"two", path="/s/%E4%B8%AD/a%20b", headers=headers, query=b"q=%ff&\xe4")
    (environ,) = site.asked
    assert environ["body"] == b"onetwo"
    assert (environ["CONTENT_LENGTH"], environ["CONTENT_TYPE"]) == ("6", "text/plain")
    assert environ["PATH_INFO"] == "/s/中/a b".encode().decode("latin-1")
    assert environ["QUERY_STRING"] == "q=%ff&\xe4"
    assert (environ["HTTP_COOKIE"], environ["HTTP_ACCEPT"]) == ("a=1; b=2", "x,y")
    assert environ["REMOTE_ADDR"] == "192.0.2.7"
    assert "HTTP_X_FORWARDED_FOR" not in environ  # another name, that a proxy would not have written over
    assert (sent[0]["status"], sent[0]["headers"]) == (201, [(b"x-colour", b"r\xe9d")])
    assert b"".join(each.get("body", b"") for each in sent) == b"abc"
    assert not sent[-1].get("more_body")
    assert site.closed == 1


def test_a_long_answer_leaves_in_pieces():
    site = Site(*[b"x" * 50_000] * 5)
    sent = ask(site, b"")
    bodies = [each["body"] for each in sent[1:]]
    assert sum(map(len, bodies)) == 250_000
    assert max(map(len, bodies)) <= 100_000
    assert len(bodies) > 2


def test_an_answer_is_closed_when_its_reader_is_gone():
    site = Site(*[b"x" * 70_000] * 3)

    async def send(message):
        if message["type"] == "http.response.body":
            raise ConnectionError

    with pytest.raises(ConnectionError):
        ask(site, b"", send=send)
    assert site.closed == 1


@pytest.mark.parametrize(("path", "most"), [("/login", 1000), ("/s/abc/about", 100), ("/i/token", 100)])
@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
def test_a_body_is_as_long_as_the_address_allows_and_no_longer(path, most, declared):
    for size, wanted in ((most, None), (most + 1, 413)):
        site = Site(b"")
        headers = [(b"content-length", str(size).encode())] if declared else []
        sent = ask(site, b"x" * 90, b"x" * (size - 90), path=path, headers=headers)
        assert refused(site) == [wanted]
        assert site.asked[0]["body"] == (b"x" * size if wanted is None else b"")
        assert ((b"connection", b"close") in sent[0]["headers"]) == (wanted is not None)


def test_readers_do_not_wait_for_writers():
    """A locked database once held every thread, and with them the landing page."""
    lock, order = threading.Event(), []

    def site(environ, start_response):
        if environ["REQUEST_METHOD"] == "POST":
            assert lock.wait(20)
        order.append(environ["REQUEST_METHOD"])
        start_response("200 OK", [])
        return [b""]

    async def both():
        app = Front(site, threads=2, answer_bytes=100, upload_bytes=1000)

        async def one(method):
            async def receive():
                return {"type": "http.request", "body": b""}

            async def send(message):
                del message

            scope = {
                "type": "http", "method": method, "path": "/", "raw_path": b"/", "query_string": b"",
                "http_version": "1.1", "headers": [],
            }  # fmt: skip
            await app(scope, receive, send)

        writers = [asyncio.create_task(one("POST")) for _ in range(10)]
        await asyncio.gather(*(one("GET") for _ in range(5)))
        lock.set()
        await asyncio.gather(*writers)

    run(both())
    assert order == ["GET"] * 5 + ["POST"] * 10


def test_a_body_that_does_not_come_is_given_up(monkeypatch):
    monkeypatch.setattr(front, "BODY_SECONDS", 0.2)
    site = Site(b"")
    ask(site, b"a", b"b", b"c", wait=0.15)
    assert refused(site) == [408]


def test_a_body_that_breaks_off_changes_nothing():
    site = Site(b"")

    async def gone():
        app, left = Front(site, threads=1, answer_bytes=100, upload_bytes=1000), [b"half"]

        async def receive():
            if left:
                return {"type": "http.request", "body": left.pop(), "more_body": True}
            return {"type": "http.disconnect"}

        async def send(message):
            del message

        scope = {
            "type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"",
            "http_version": "1.1", "headers": [],
        }  # fmt: skip
        await app(scope, receive, send)

    run(gone())
    assert refused(site) == [400]
    assert site.asked[0]["body"] == b""


def test_what_is_being_read_at_once_has_a_limit(monkeypatch):
    monkeypatch.setattr(front, "HELD_MIB", 500 / 2**20)
    site = Site(b"")
    ask(site, b"x" * 400, b"x" * 200)
    assert refused(site) == [503]


@pytest.mark.parametrize(("status", "words"), [(408, "too slow"), (413, "too large"), (503, "busy")])
def test_the_application_tells_what_the_front_refuses(app, status, words):
    told = []
    environ = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/login", "SCRIPT_NAME": "", "QUERY_STRING": "",
        "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "SERVER_PORT": "80", "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(), "HTTP_ACCEPT_LANGUAGE": "en", front.REFUSED: status,
    }  # fmt: skip
    body = b"".join(app.wsgi_app(environ, lambda *given: told.append(given)))
    assert told[0][0].startswith(str(status))
    assert words in body.decode()
    assert "Content-Security-Policy" in dict(told[0][1])
