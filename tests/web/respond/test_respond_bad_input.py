"""Whatever is sent: never a fault of ours, nothing stored on a refusal, and what was typed is shown again."""

import io
import json
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import text as sql

from surveys.codes import NOT_ASKED
from tests.web.answering import Respondent, make_wave, stored
from tests.web.visiting import check_page
from web.extensions import db
from web.site import create_app

NAUGHTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</textarea><svg/onload=alert(1)>",
    "{{7*7}} {% import os %} ${7*7} #{7*7} %(x)s {utility}",
    "'; DROP TABLE response; --",
    '=HYPERLINK("http://x","y")',
    "Ω≈ç√∫ 田中さん 😀👩‍👩‍👧 \u202eabc \u200bzero \ufeffmark",
    "a\tb\nline\n\n<b>&amp;&lt;</b> \\ \\n \\u0000",
    "\x7f\x1b[31mred",
    "NaN", "1e309", "-0", "undefined", "null", "True",
]  # fmt: skip
LIST = Path(__file__).parents[4] / "shared" / "reference" / "blns.json"


@pytest.fixture
def person(app, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    person.send(OK="yes")
    return person


def naughty_strings():
    """Our own list, and the big one where it is at hand."""
    return NAUGHTY + (json.loads(LIST.read_text(encoding="utf-8")) if LIST.is_file() else [])


def refusal(response) -> BeautifulSoup:
    assert response.status_code == 422, (response.status_code, response.location)
    page = check_page(response)
    assert page.select_one(".error-summary[role=alert]")
    assert page.title.get_text().startswith("Error: ")
    return page


@pytest.mark.parametrize(
    "fields",
    [
        {"Q1": "11"}, {"Q1": "0"}, {"Q1": "-1"}, {"Q1": "7.5"}, {"Q1": "NaN"}, {"Q1": "１２"}, {"Q1": "na"},
        {"Q1": ["7", "8"]}, {"Q1": "-32768"}, {"Q1": "7\x00"}, {"Q1": "yes"}, {"Q1": "9" * 4000},
        {"CH": "roof"}, {"CH": ["hall", "none"]}, {"CH": ["line", "<script>"]},
        {"CH": "line", "CALLS": "51"}, {"CH": "line", "CALLS": "1e1"},
        {"CH": "line", "CALLS": "-1"}, {"CH": "line", "CALLS": "٣"}, {"CH": "line", "CALLS": "9" * 5000},
        {"CH": "else", "CH.text": "x" * 201},
    ],
    ids=lambda fields: str(fields)[:40],
)  # fmt: skip
def test_answers_that_were_not_offered_are_refused(session, wave, person, fields):
    page = refusal(person.post("rate", {"Q2": "4"} | fields))
    assert page.select_one("input[name=Q2][value='4']").has_attr("checked"), "what was sent is shown again"
    [(response, answers)] = stored(session, wave)
    assert (answers["Q1"], answers["Q2"], answers["CALLS"], response.texts) == (NOT_ASKED,) * 3 + ({},)
    assert response.section == "start"
    # the links of the summary lead to fields of the page
    for link in page.select(".error-summary a"):
        assert page.select_one(f"[id='{link['href'][1:]}']") is not None, link


@pytest.mark.parametrize(
    "fields",
    [
        {"DAY": "31.3.2026"}, {"DAY": "2026-02-30"}, {"DAY": "2026-03-31T00:00"}, {"DAY": "9" * 300},
        {"WHY": "x" * 3001}, {"TOP.1": "power"}, {"TOP.1": "price", "TOP.2": "price"},
    ],
    ids=lambda fields: str(fields)[:40],
)  # fmt: skip
def test_words_and_dates_that_do_not_fit_are_refused_and_shown_again(session, wave, person, fields):
    typed = {"WHY": "typed </textarea><b>words"} | fields
    person.post("rate", {"Q1": "1"})
    page = refusal(person.post("words", typed))
    assert page.select_one("textarea").get_text().removeprefix("\n") == typed["WHY"]
    assert page.select_one("input[name=DAY]")["value"] == fields.get("DAY", "")
    [(response, _)] = stored(session, wave)
    assert (response.texts, response.state) == ({}, "open")


def test_a_missing_required_answer_is_asked_for_on_the_very_first_page(app, session, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    page = refusal(person.post("start", {"CLASS": "industrial"}))
    assert "Please answer this question" in page.select_one(".error-summary").get_text()
    assert page.select_one("option[value=industrial]").has_attr("selected")
    assert page.select_one("#q-OK")["aria-describedby"] == "e-OK"
    assert stored(session, wave) == []
    person.send(OK="yes")
    assert len(stored(session, wave)) == 1


def test_unknown_names_and_other_sections_change_nothing(session, wave, person):
    others = {"WHY": "elsewhere", "OK": "no", "BIG": "yes", "state": "complete", "excluded": "1", "": "x"}
    assert person.post("rate", {"Q1": "2", "Q9": "3", "answers": "x"} | others).status_code == 303
    [(response, answers)] = stored(session, wave)
    assert (answers["Q1"], answers["OK"], answers["BIG"]) == (2, 1, NOT_ASKED)
    assert (response.texts, response.state) == ({}, "open")


def test_a_page_that_is_left_out_stores_nothing(session, wave, person):
    response = person.post("works", {"BIG": "yes", "TRADE": "Steel"})
    assert (response.status_code, response.location) == (303, person.link)
    [(response, answers)] = stored(session, wave)
    assert (answers["BIG"], response.texts, response.section) == (NOT_ASKED, {}, "start")
    for path in ("nowhere", "..%2f", "%00", "é", "x" * 2000):
        assert person.post(path, {"BIG": "yes"}).status_code in {303, 404, 405}


@pytest.mark.parametrize("mark", ["", "0" * 32, "0" * 65, "é" * 32, "x" * 5000])
def test_without_the_browsers_key_nothing_is_stored_and_what_was_typed_comes_back(
    session, wave, person, mark
):
    page = refusal_without_key(person.post("rate", {"_t": mark, "Q1": "6"}))
    assert stored(session, wave)[0][1]["Q1"] == NOT_ASKED
    assert page.select_one("input[name=Q1][value='6']").has_attr("checked")
    # once more with the mark that the page brought: saved
    again = page.select_one("input[name=_t]")["value"]
    assert person.post("rate", {"_t": again, "Q1": "6"}).status_code == 303
    assert stored(session, wave)[0][1]["Q1"] == 6


def refusal_without_key(response):
    assert response.status_code == 422
    page = check_page(response)
    assert "not saved yet" in page.select_one(".error-summary").get_text()
    return page


@pytest.mark.parametrize(
    "cookie", [None, "", "short", "x" * 65, "é" * 30, "x" * 30, "'; DROP TABLE wave; --"]
)
def test_a_lost_or_altered_cookie_loses_no_typed_answer(app, session, wave, person, cookie):
    name = f"r_{wave.public_key}"
    other = Respondent(app, person.link)
    if cookie is not None:
        other.client.set_cookie(name, cookie)
    data = {"_t": person.mark, "OK": "yes", "CLASS": "industrial"}
    response = other.client.post(f"{person.link}/start", data=data, headers={"Accept-Language": "en"})
    page = refusal_without_key(response)
    assert page.select_one("option[value=industrial]").has_attr("selected")
    [(_, answers)] = stored(session, wave)  # the person's, untouched
    assert (answers["OK"], answers["CLASS"]) == (1, -32767)
    data["_t"] = page.select_one("input[name=_t]")["value"]
    assert other.client.post(f"{person.link}/start", data=data).status_code == 303
    assert len(stored(session, wave)) == 2


def test_huge_bodies_are_refused(session, wave, person):
    for size in (200_000, 6_000_000):
        response = person.post("words", {"WHY": "x" * size})
        assert response.status_code == 413
        assert check_page(response).h1.get_text() == "That is too large"
    many = {f"n{number}": "1" for number in range(6000)}
    upload = {f"n{n}": (io.BytesIO(b"x"), "x.txt") for n in range(50)}
    assert person.post("words", upload, content_type="multipart/form-data").status_code in {303, 413}
    assert person.post("words", many).status_code in {303, 413}
    assert "WHY" not in stored(session, wave)[0][0].texts


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"\xff\xfe%00%ff", "application/x-www-form-urlencoded"),
        (b'{"Q1": 7}', "application/json"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"--x", "multipart/form-data"),
        (b"", "text/plain"),
        (b"&&&===&Q1", "application/x-www-form-urlencoded; charset=utf-7"),
    ],
)
def test_bodies_that_are_no_form_store_nothing(session, wave, person, body, kind):
    response = person.client.post(f"{person.link}/rate", data=body, content_type=kind)
    assert response.status_code in {400, 413, 422}
    assert stored(session, wave)[0][1]["Q1"] == NOT_ASKED


@pytest.mark.parametrize("seconds", ["nan", "inf", "-inf", "-5", "1e400", "x", "99999999999", "１２"])
def test_times_are_what_a_person_can_spend(session, wave, person, seconds):
    assert person.post("rate", {"Q1": "1", "_s": seconds}).status_code == 303
    [(response, _)] = stored(session, wave)
    assert 0 <= response.timings[1] <= 36_000


@pytest.mark.parametrize("go", ["", "submit", "lang:", "lang:xx", "lang:../..", "back\x00", "//evil.example"])
def test_odd_buttons_lead_nowhere_odd(wave, person, go):
    response = person.post("rate", {"Q1": "1", "go": go})
    assert response.status_code == 303
    assert response.location in {f"{person.link}/words", f"{person.link}/rate"}
    assert "xx" not in "".join(response.headers.getlist("Set-Cookie"))


def test_naughty_strings_come_back_escaped_and_are_stored_exactly(session, wave, person):
    person.post("rate", {"Q1": "1"})
    for words in naughty_strings():
        response = person.post("words", {"WHY": words, "go": "lang:en"})
        assert response.status_code == 303, words
        stored_text = stored(session, wave)[0][0].texts.get("WHY", "")
        assert stored_text == words.replace("\r\n", "\n").replace("\x00", "").strip(), repr(words)
        shown = person.get(f"{person.link}/words")
        assert shown.status_code == 200, words
        page = person.page = BeautifulSoup(shown.data, "html.parser")
        [area] = page.select("textarea")
        assert len(page.select("script")) == 1
        assert not page.select("img, svg, iframe, b")
        visible = area.get_text().removeprefix("\n")
        assert visible == stored_text.replace("\r", "\n"), repr(words)


def test_nul_bytes_are_dropped(session, wave, person):
    person.post("rate", {"Q1": "1"})
    assert person.post("words", {"WHY": "a\x00b", "TOP.1": "price", "go": "back"}).status_code == 303
    assert stored(session, wave)[0][0].texts["WHY"] == "ab"


def test_too_many_requests_get_a_page_in_the_persons_language(site_url, session, tmp_path):
    wave = make_wave(session)
    site = create_app(
        {
            "MANYI": {
                "INSTANCE": tmp_path, "DATABASE_URL": site_url.render_as_string(),
                "ANSWER_LIMIT": "3 per minute", "LOG_LEVEL": "ERROR",
            },
            "TESTING": True,
        }
    )  # fmt: skip
    for language, words in (("en", "Too many requests"), ("zh", "请求过于频繁")):
        person = Respondent(site, f"/s/{wave.public_key}", language)
        person.open()
        answers = [person.post("start", {"OK": "yes"}) for _ in range(4)]
        assert answers[-1].status_code == 429
        assert words in answers[-1].text
        assert "no-store" in answers[-1].headers["Cache-Control"]
        assert person.get(f"{person.link}/start").status_code == 200
    with site.app_context():
        db.engine.dispose()


def test_the_schema_is_still_there(session, wave, person):
    for words in NAUGHTY:
        person.client.get(f"/s/{words}")
        person.client.get(f"/i/{words}/done", query_string={"unit": words, "lang": words, "more": words})
    assert session.scalar(sql("SELECT count(*) FROM response")) == 1
