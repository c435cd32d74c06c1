"""Pages of respondents and files come compressed where the browser takes it; staff's pages never do."""

import gzip

import pytest
from werkzeug.test import Client
from whitenoise import WhiteNoise

from tests.web.answering import Respondent, make_wave
from web.compressing import Files

TAKES = {"Accept-Encoding": "gzip, br"}


@pytest.fixture
def person(app, session):
    found = Respondent(app, f"/s/{make_wave(session).public_key}")
    found.open()
    return found


@pytest.mark.parametrize("accepted", ["gzip", "gzip, br", "br;q=1.0, gzip;q=0.5", "*"])
def test_a_respondents_page_is_the_same_compressed_and_plain(person, accepted):
    plain = person.client.get(person.place)
    squeezed = person.client.get(person.place, headers={"Accept-Encoding": accepted})
    assert (plain.headers.get("Content-Encoding"), squeezed.headers["Content-Encoding"]) == (None, "gzip")
    assert "Accept-Encoding" in squeezed.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]
    assert int(squeezed.headers["Content-Length"]) == len(squeezed.data) < len(plain.data) / 1.5
    first, second = plain.text, gzip.decompress(squeezed.data).decode()
    assert len(first) == len(second)
    mark = 'name="_t" value="'
    before, after = (page.partition(mark) for page in (first, second))
    assert before[0] == after[0]
    assert before[2].partition('"')[2] == after[2].partition('"')[2]


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "nonsense;;q=,"])
def test_who_does_not_take_it_gets_it_plain(person, accepted):
    answer = person.client.get(person.place, headers={"Accept-Encoding": accepted})
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_the_mark_is_another_in_every_page_and_each_is_taken(person):
    marks = []
    for _ in range(3):
        person.open()
        marks.append(person.mark)
    assert len({mark[:64] for mark in marks}) == 3
    assert len({mark[32:64] for mark in marks}) == 3
    for mark in marks:
        assert person.post("start", {"_t": mark, "go": "lang:en"}).status_code == 303


def test_staffs_pages_are_not_compressed(designer, session):
    make_wave(session)
    assert "Content-Encoding" not in designer.client.get("/waves/W", headers=TAKES).headers


STYLES = b".a { color: red; }\n" * 200


def files(status="200 OK", kind="text/css; charset=utf-8", **more):
    """Files as the layer below gives them, and how often it was asked for them whole."""
    asked = []

    def inner(environ, start_response):
        asked.append(environ["PATH_INFO"])
        given = {"Content-Type": kind, "ETag": '"1"', "Content-Length": str(len(STYLES))} | more
        start_response(status, list(given.items()))
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [STYLES[:100], STYLES[100:]]

    return Client(Files(inner, "/static/")), asked


def test_a_style_sheet_is_compressed():
    client, _ = files()
    for _ in range(2):
        answer = client.get("/static/css/site.css", headers=TAKES)
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert gzip.decompress(answer.data) == STYLES
        assert int(answer.headers["Content-Length"]) == len(answer.data)
    assert client.head("/static/css/site.css", headers=TAKES).data == b""
    assert client.get("/static/css/site.css").data == STYLES


@pytest.mark.parametrize(
    ("path", "given", "sent"),
    [
        ("/elsewhere", {}, {}),
        ("/static/a", {"kind": "image/png"}, {}),
        ("/static/a", {"status": "404 Not Found"}, {}),
        ("/static/a", {"Content-Encoding": "br"}, {}),
        ("/static/a", {}, {"Range": "bytes=0-9"}),
        ("/static/a", {}, {"Accept-Encoding": "identity"}),
    ],
)
def test_what_is_no_whole_text_of_ours_goes_as_it_is(path, given, sent):
    client, _ = files(**given)
    assert client.get(path, headers=TAKES | sent).data == STYLES


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("HEAD", "/static/css/site.css"),
        ("GET", "/static/css/../css/site.css"),
        ("GET", "/static//css/site.css"),
    ],
)
def test_heads_and_other_names_of_a_file_leave_nothing_behind(method, path):
    """A head has no bytes: kept, it would be the file for everybody; and names of a file have no end."""
    client, _ = files()
    for _ in range(2):
        assert "Content-Encoding" not in client.open(path, method=method, headers=TAKES).headers
    assert client.application._kept == {}
    whole = client.get("/static/css/site.css", headers=TAKES)
    assert gzip.decompress(whole.data) == STYLES


def test_the_head_of_a_real_file_breaks_it_for_nobody(app):
    """As a site serves its files; under the tests an app has no layers for them."""
    client = Client(Files(WhiteNoise(app.wsgi_app, root=app.static_folder, prefix="static/"), "/static/"))
    path = "/static/css/paper.css"
    with client.head(path, headers=TAKES) as head, client.get(path) as plain:
        assert (head.status_code, head.data) == (200, b"")
        with client.get(path, headers=TAKES) as packed:
            assert packed.headers["Content-Encoding"] == "gzip"
            assert gzip.decompress(packed.data) == plain.data != b""
