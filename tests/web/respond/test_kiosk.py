"""A tablet for many people: each starts anew, and nothing of one is left for the next."""

import re
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup

from surveys.analysing import quality
from surveys.collecting import counting
from surveys.collecting.waves import close_wave, pause_wave, resume_wave
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.worlds import make_units, text
from tests.web.answering import DOCUMENT, RECEIPT, Respondent, make_wave, stored
from tests.web.visiting import check_page
from web.respond.kiosk import IDLE_SECONDS

FIRST, SECOND = {"OK": "yes", "CLASS": "residential"}, {"Q1": "7", "Q2": "8", "Q3": "dk", "CH": ["hall"]}
LAST = {"WHY": "好", "DAY": "2026-03-31", "TOP.1": "safety"}


class Tablet(Respondent):
    """One browser at which people sit down one after another."""

    def __init__(self, app, wave, unit=""):
        super().__init__(app, f"/k/{wave.public_key}")
        self.entry = self.link + (f"?unit={unit}" if unit else "")

    def sit_down(self):
        """Start as the next person does; the address of the seat is the link from then on."""
        self.link = self.entry
        page = self.open()
        self.link = self.place.rsplit("/", 1)[0]
        return page

    def post(self, section, fields):
        """Send fields to where the form of the open page says."""
        del section
        data = {"_t": self.mark, "go": "next"} | fields
        action = self.page.select_one("#answers")["action"]
        return self.client.post(action, data=data, headers={"Accept-Language": self.language})

    def answer(self, *pages):
        """Send pages one after the other; gives the last answer."""
        for fields in pages:
            answer = self.post(self.section, fields)
            if answer.status_code == 303:
                self.page = check_page(self.get(answer.location.split("#")[0]))
                self.place = urlsplit(answer.location).path
        return answer

    def leave(self):
        form = self.page.select_one("form.kiosk")
        return self.client.post(form["action"], data={"_t": form.select_one("input[name=_t]")["value"]})


@pytest.fixture
def wave(session):
    return make_wave(session)


def test_the_receipt_is_shown_once_and_the_next_person_starts_empty(app, session, wave):
    tablet = Tablet(app, wave)
    tablet.sit_down()
    first = tablet.link
    thanks = tablet.answer(FIRST, SECOND, LAST)
    page = check_page(thanks)
    assert thanks.status_code == 200
    assert RECEIPT.search(page.select_one(".receipt").get_text())
    assert page.select_one("form.kiosk button").get_text() == "Next person: start"

    # No cookie, and no address of the first person leads to anything of theirs.
    assert not tablet.client.get_cookie(f"r_{wave.public_key}")
    for path in ("", "/start", "/rate", "/words", "/done"):
        tablet.link = first
        back = tablet.open(path.removeprefix("/") or None)
        assert path not in {"", "/done"} or tablet.section == "start"
        assert not back.select(".receipt, input[checked], option[selected]:not([value=''])")
    page = tablet.sit_down()
    assert (tablet.link != first, tablet.section) == (True, "start")
    tablet.answer(FIRST, SECOND, LAST)
    assert [response.state for response, _ in stored(session, wave)] == ["complete", "complete"]


def test_who_goes_away_leaves_what_they_answered_to_nobody(app, session, wave):
    tablet = Tablet(app, wave)
    tablet.sit_down()
    tablet.answer(FIRST, SECOND)
    seat = tablet.link
    form = tablet.page.select_one("form.kiosk")
    assert int(form["data-idle"]) == IDLE_SECONDS == 60
    tablet.client.post(form["action"], data={"_t": "0" * 65})  # a forged one ends nothing
    assert tablet.open("rate").select("input[checked]")
    left = tablet.leave()
    assert (left.status_code, urlsplit(left.location).path) == (303, f"/k/{wave.public_key}")
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"'
    tablet.link = seat
    assert not tablet.open("rate").select("input[checked]")
    tablet.open()
    assert tablet.section == "start"
    [(response, values)] = stored(session, wave)
    assert (response.state, response.disposition is not None, values["Q1"]) == ("open", True, 7)
    assert tablet.client.post(f"{seat}/leave").status_code == 303  # pressed once more


def test_two_tablets_and_two_people_never_meet(app, session, wave):
    one, other = Tablet(app, wave), Tablet(app, wave)
    for tablet in (one, other):
        tablet.sit_down()
        tablet.answer(FIRST)
    assert one.link != other.link
    one.answer(SECOND)
    other.answer(SECOND | {"Q1": "2"})
    assert sorted(values["Q1"] for _, values in stored(session, wave)) == [2, 7]


def test_an_offices_tablet_counts_for_the_office_person_after_person(app, session, wave):
    make_units(session)
    tablet = Tablet(app, wave, "C1-O1")
    tablet.sit_down()
    tablet.answer(FIRST)
    assert tablet.leave().location.endswith("?unit=C1-O1")
    tablet.sit_down()
    tablet.answer(FIRST, SECOND, LAST)
    assert {response.segment.unit.code for response, _ in stored(session, wave)} == {"C1-O1"}


def test_the_language_is_not_left_to_the_next_person(app, wave):
    tablet = Tablet(app, wave)
    tablet.sit_down()
    assert tablet.page.html["lang"] == "en"
    tablet.answer({"go": "lang:zh"})
    assert tablet.page.html["lang"] == "zh-CN"
    assert tablet.sit_down().html["lang"] == "en"


def test_ends_and_refusals_are_told_at_the_tablet(app, session, wave):
    tablet = Tablet(app, wave)
    tablet.sit_down()
    refused = tablet.post("start", {"OK": ""})
    assert refused.status_code == 422
    assert BeautifulSoup(refused.text, "html.parser").select_one("form.kiosk")
    thanks = tablet.answer({"OK": "no"})
    assert "No thanks needed" in thanks.text
    assert not BeautifulSoup(thanks.text, "html.parser").select(".receipt")


def test_a_tablet_whose_wave_pauses_or_closes_starts_anew_and_shows_nobodys_words(app, session, wave):
    make_units(session)
    tablet = Tablet(app, wave, "C1-O1")
    tablet.sit_down()
    tablet.answer(FIRST)
    seat, now = tablet.link, datetime.now(UTC)
    pause_wave(session, wave, now)
    session.commit()
    assert tablet.post("rate", SECOND).location.endswith("/words?unit=C1-O1")  # saved all the same
    for path in ("/words", "", "/rate"):
        told = check_page(tablet.get(f"{seat}{path}?unit=C1-O1"))
        assert "The survey pauses" in told.text
        assert "kept" not in told.text
        assert "same link" not in told.text
        [again] = told.select("form.kiosk")
        assert (again["method"], again["action"]) == ("get", f"/k/{wave.public_key}")
        assert (again["data-idle"], again.input["value"]) == ("60", "C1-O1")
    resume_wave(session, wave, now)
    session.commit()
    assert not check_page(tablet.get(f"{seat}/rate")).select("input[checked]")
    assert [values["Q1"] for _, values in stored(session, wave)] == [7]

    tablet.sit_down()
    close_wave(session, wave, now)
    session.commit()
    refused = tablet.post("start", FIRST)
    assert refused.status_code == 404
    assert BeautifulSoup(refused.text, "html.parser").select("form.kiosk input[value='C1-O1']")
    by_link = Respondent(app, f"/s/{wave.public_key}").get(f"/s/{wave.public_key}")
    assert not BeautifulSoup(by_link.text, "html.parser").select(".kiosk")


def test_no_page_of_a_tablet_leads_away_from_its_clock(app, session):
    """Neither ours nor authors' links: who followed one would leave it open to the next person."""
    words = '<a href="https://example.org/a?b=1">Rules</a> and <a href="/who-sees-what"><b>more</b></a>'
    document = {**DOCUMENT, "code": "linked", "intro": text(words)}
    document["sections"] = [{**each, "intro": text(words)} for each in DOCUMENT["sections"]]
    version = publishing.publish(session, loading.load(document), "Test", datetime.now(UTC))
    wave = make_wave(session, version, code="L")
    by_link = Respondent(app, f"/s/{wave.public_key}").get(f"/s/{wave.public_key}/start").text
    assert by_link.count('<a href="https://example.org/a?b=1"') == 2
    tablet = Tablet(app, wave)
    tablet.sit_down()
    for fields in (FIRST, SECOND, None):
        page = tablet.page
        assert "Rules and more" in page.select_one(".intro").get_text()
        assert {node["href"] for node in page.select("a[href]")} == {"#main"}
        assert page.select_one("details.privacy li")
        if fields:
            tablet.answer(fields)
    wrong = BeautifulSoup(tablet.post("words", {"DAY": "no day"}).text, "html.parser")
    assert {node["href"][0] for node in wrong.select("a[href]")} == {"#"}


def test_answers_of_a_tablet_say_so_and_others_do_not(app, session, wave):
    tablet = Tablet(app, wave)
    tablet.sit_down()
    tablet.answer(FIRST, SECOND, LAST)
    Respondent(app, f"/s/{wave.public_key}").answer_all()
    assert sorted(response.mode for response, _ in stored(session, wave)) == ["kiosk", "web"]


def test_a_stuffed_tablet_is_told_on_the_page_of_quality(app, session, sign_in, monkeypatch):
    monkeypatch.setattr(counting, "BATCH_SECONDS", 600.0)
    document = {**DOCUMENT, "code": "rated", "sections": DOCUMENT["sections"][:2]}
    rows = [{"code": f"Q{number}", "text": text(f"Q{number}")} for number in range(1, 7)]
    grid = {**document["sections"][1]["questions"][0], "rows": rows}
    document["sections"] = [document["sections"][0], {**document["sections"][1], "questions": [grid]}]
    version = publishing.publish(session, loading.load(document), "Test", datetime.now(UTC))
    wave = make_wave(session, version, code="Q")
    best = {row["code"]: "10" for row in rows}
    for number in range(24):
        tablet = Tablet(app, wave)
        tablet.sit_down()
        honest = {code: str(1 + (number + 3 * place) % 9) for place, code in enumerate(best)}
        tablet.answer(FIRST, honest if number % 12 < 1 else best)
    counting.counters_of(session.get_bind().engine).flush()
    quality.assess(session, wave, now=datetime.now(UTC))
    session.commit()
    assert len(quality.excluded_responses(session, wave)) == 22
    page = sign_in("analyst").browse("/waves/Q/quality").get_text(" ", strip=True)
    assert "tablets without an office" in page


def test_thanks_at_a_tablet_lead_nowhere_else(app, wave):
    tablet = Tablet(app, wave)
    tablet.sit_down()
    assert not check_page(tablet.answer(FIRST, SECOND, LAST)).select("main a, .languages a")


@pytest.mark.parametrize(
    "path",
    [
        "nothing",
        "a%0d%0ab",
        "a%00b",
        "x" * 300,
        "KEY/short",
        "KEY/" + "é" * 32,
        "KEY/" + "x" * 33,
        "KEY/a/b/c",
    ],
)
def test_wrong_addresses_are_told_kindly_and_never_a_fault(app, wave, path):
    client = app.test_client()
    place = f"/k/{path.replace('KEY', wave.public_key)}"
    for answer in (client.get(place, follow_redirects=True), client.post(f"{place}/leave")):
        assert answer.status_code in {404, 405}, (path, answer.status_code)
    assert client.post(f"/k/{wave.public_key}/{'x' * 32}/start", data={"OK": "yes"}).status_code == 422


def test_an_invited_wave_has_no_kiosk_and_a_public_one_says_where_it_is(app, session, designer):
    invited = make_wave(session, code="I", access="invited")
    assert app.test_client().get(f"/k/{invited.public_key}", follow_redirects=True).status_code == 404
    assert not designer.browse("/waves/I").select("a[href*='/k/']")
    open_one = make_wave(session, code="P")
    [link] = designer.browse("/waves/P").select("a[href*='/k/']")
    assert re.search(f"/k/{open_one.public_key}$", link["href"])
