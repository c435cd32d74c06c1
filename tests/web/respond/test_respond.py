"""Answering through the site: every page saved, one response and one receipt, whatever the browser does."""

import threading
from datetime import timedelta

from surveys.codes import DONT_KNOW, NOT_ASKED, SKIPPED
from surveys.collecting import segments, waves
from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.models.marks import key_digest
from tests.surveys.worlds import make_customers
from tests.web.answering import NOW, Respondent, make_wave, query, stored
from tests.web.visiting import check_page


def test_every_page_is_in_the_database_when_it_has_been_sent(session, wave, person):
    person.open()
    assert stored(session, wave) == []  # looking at it is no response
    person.send(OK="yes", CLASS="residential")
    [(response, answers)] = stored(session, wave)
    assert (response.section, response.state) == ("start", "open")
    assert (answers["OK"], answers["CLASS"], answers["Q1"]) == (1, 1, NOT_ASKED)
    person.send(Q1="7", Q3="dk", CH=["hall", "else"], CH__text="Lift", _s="12.5")
    [(response, answers)] = stored(session, wave)
    assert [answers[code] for code in ("Q1", "Q2", "Q3")] == [7, SKIPPED, DONT_KNOW]
    assert [answers[f"CH.{code}"] for code in ("hall", "line", "else")] == [1, 0, 1]
    assert response.texts == {"CH.text": "Lift"}
    assert response.timings.tolist() == [0, 125, 0, 0]
    assert answers["CALLS"] == NOT_ASKED
    person.send(WHY="好 <b>&", DAY="2026-03-31", TOP__1="safety", TOP__2="price")
    [(response, answers)] = stored(session, wave)
    assert (response.state, response.receipt) == ("complete", person.receipt())
    assert response.texts["WHY"] == "好 <b>&"
    assert response.texts["DAY"] == "2026-03-31"
    assert (answers["TOP.1"], answers["TOP.2"], answers["BIG"]) == (2, 1, NOT_ASKED)


def test_a_single_use_link_is_answered_once(app, session):
    wave = make_wave(session, access="invited")
    [token] = issue_invitations(session, wave, 1, NOW)
    session.commit()
    person = Respondent(app, f"/i/{token}")
    receipt = person.answer_all()
    assert person.open("done").select_one(".receipt").get_text() == receipt
    for client in (person.client, app.test_client()):
        again = client.get(f"/i/{token}", headers={"Accept-Language": "en"})
        assert again.status_code == 404
        assert "You have answered already" in again.text
    assert Respondent(app, f"/s/{wave.public_key}").get(f"/s/{wave.public_key}").status_code == 404
    assert len(stored(session, wave)) == 1


def test_the_language_changes_in_the_middle_and_answers_stay(session, wave, person):
    person.open()
    person.send(OK="yes")
    assert person.page.html["lang"] == "en"
    person.send("lang:zh", Q1="3", CH=["none"])
    assert (person.section, person.page.html["lang"]) == ("rate", "zh-CN")
    assert person.page.h1.get_text() == "评分"
    assert person.checked() == {("Q1", "3"), ("CH", "none")}
    person.send("back", Q2="4")
    assert (person.section, person.page.h1.get_text()) == ("start", "开始")
    assert person.checked() == {("OK", "yes")}
    person.send("lang:en", OK="yes")
    person.send(OK="yes")
    assert person.checked() == {("Q2", "4")}  # the page was sent again without the others
    assert len(stored(session, wave)) == 1


def test_back_keeps_what_was_typed_even_where_a_required_answer_is_missing(person):
    person.open()
    person.send(OK="yes")
    person.send(Q1="5")
    person.send("back", WHY="half a thought")
    assert (person.section, person.checked()) == ("rate", {("Q1", "5")})
    person.send("back")
    person.send("lang:zh", CLASS="industrial")
    assert person.page.select_one("option[value=industrial]").has_attr("selected")
    person.send(OK="yes", CLASS="residential")
    person.send(Q1="5")
    assert person.page.select_one("textarea").get_text().strip() == "half a thought"


def test_a_closed_browser_resumes_with_its_cookie(app, wave, person):
    person.open()
    person.send(OK="yes")
    cookie = person.client.get_cookie(f"r_{wave.public_key}")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert cookie.max_age == 60 * 86400
    later = Respondent(app, person.link)
    later.client.set_cookie(cookie.key, cookie.value)
    later.open()
    assert later.section == "rate"
    later.open("start")
    assert later.checked() == {("OK", "yes")}


def test_a_confidential_link_resumes_on_another_device_and_knows_the_account(app, session):
    people = make_customers(session)
    wave = make_wave(session, access="invited", anonymous=False)
    [token] = issue_invitations(session, wave, people[1:2], NOW)
    session.commit()
    phone = Respondent(app, f"/i/{token}")
    phone.open()
    assert not phone.page.select("select[name=CLASS]"), "the customer file knows the class"
    phone.send(OK="yes")
    desk = Respondent(app, f"/i/{token}")
    desk.open()
    assert desk.section == "rate"
    desk.send(Q1="9")
    assert desk.section == "works"  # the preset answer decides the way
    desk.send(BIG="yes", TRADE="Steel")
    desk.send()
    [(response, answers)] = stored(session, wave)
    assert response.receipt == desk.receipt()
    assert (answers["CLASS"], answers["BIG"], answers["Q1"]) == (2, 1, 9)
    assert response.segment.customer_class == "industrial"
    assert phone.open("done").select_one(".receipt").get_text() == response.receipt


def test_a_link_of_a_unit_is_remembered(app, session, wave):
    make_customers(session)
    for named, unit in (("C1-O1", "C1-O1"), ("NEVER", None), ("a\r\nb<'&", None), ("x" * 500, None)):
        person = Respondent(app, f"/s/{wave.public_key}")
        first = person.client.get(person.link, query_string={"unit": named})
        assert first.status_code == 303
        page = person.client.get(first.location)
        action = page.text.split('action="')[1].split('"')[0]
        mark = page.text.split('name="_t" value="')[1].split('"')[0]
        assert person.client.post(action, data={"_t": mark, "OK": "yes"}).status_code == 303
        assert query(first.location) == ({"unit": named} if named in {"C1-O1", "NEVER"} else {})
        cookie = person.client.get_cookie(f"r_{wave.public_key}").value
        [own] = [r for r, _ in stored(session, wave) if r.client_key == key_digest(cookie)]
        assert (own.segment.unit.code if own.segment else None) == unit


def test_whoever_sends_twice_gets_the_same_receipt(session, wave, person):
    receipt = person.answer_all()
    for section in ("words", "rate", "start"):
        response = person.client.post(f"{person.link}/{section}", data={"_t": person.mark, "Q1": "1"})
        assert (response.status_code, response.location) == (303, f"{person.link}/done")
    for path in (None, "done", "words", "start"):
        assert person.open(path).select_one(".receipt").get_text() == receipt
    [(response, answers)] = stored(session, wave)
    assert (response.receipt, answers["Q1"]) == (receipt, 7)


def test_the_last_page_sent_many_times_at_once_is_one_response(app, session, wave, person):
    person.open()
    person.send(OK="yes")
    person.send(Q1="7")
    key, mark = person.client.get_cookie(f"r_{wave.public_key}").value, person.mark
    found, start = [], threading.Barrier(5)

    def send():
        client = app.test_client()
        client.set_cookie(f"r_{wave.public_key}", key)
        start.wait(10)
        found.append(client.post(f"{person.link}/words", data={"_t": mark, "go": "next", "WHY": "x"}))

    threads = [threading.Thread(target=send) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert [(r.status_code, r.location) for r in found] == [(303, f"{person.link}/done")] * 5
    [(response, _)] = stored(session, wave)
    assert person.open().select_one(".receipt").get_text() == response.receipt


def test_two_tabs_share_one_response_and_lose_nothing(session, wave, person):
    person.open()
    person.send(OK="yes")  # both tabs show the ratings
    assert person.post("rate", {"Q1": "2"}).status_code == 303
    person.post("words", {"WHY": "second tab", "go": "back"})
    # A blank of the older page takes nothing back, new answers of it are taken.
    assert person.post("rate", {"Q2": "4"}).status_code == 303
    # Where the tabs differ their person decides, and sees both.
    shown = check_page(person.post("rate", {"Q1": "3"}))
    assert "There: 2." in shown.select_one(".error-summary").get_text()
    assert shown.select_one("input[name=Q1][value='3']").has_attr("checked")
    person.page = shown
    assert person.post("rate", {"Q1": "3", "Q2": "4"}).status_code == 303
    [(response, answers)] = stored(session, wave)
    assert (answers["Q1"], answers["Q2"], answers["OK"], response.texts) == (3, 4, 1, {"WHY": "second tab"})


def test_the_first_page_sent_from_two_tabs_makes_one_response(session, wave, person):
    person.open()
    for _ in range(3):
        assert person.post("start", {"OK": "yes"}).status_code == 303
    assert len(stored(session, wave)) == 1


def test_closing_the_wave_closes_every_link_the_same_way(app, session):
    expired = make_wave(
        session, code="EXPIRED", opens_at=NOW - timedelta(days=2), closes_at=NOW + timedelta(days=1)
    )
    planned = make_wave(session, code="PLANNED", opened=False)
    later = make_wave(session, code="LATER", opens_at=NOW + timedelta(days=1))
    invited = make_wave(session, code="INVITED", access="invited")
    [withdrawn] = issue_invitations(session, invited, 1, NOW)
    set_outcome(session, find_invitation(session, withdrawn), "withdrawn", NOW)
    expired.closes_at = NOW - timedelta(days=1)
    session.commit()
    links = [f"/s/{w.public_key}" for w in (expired, planned, later, invited)]
    links += [f"/i/{withdrawn}", "/s/unknown-key", f"/i/{'x' * 24}", "/i/'--", "/s/%01", "/i/é"]
    pages = set()
    for link in links:
        for path in ("", "/start", "/done"):
            response = app.test_client().get(link + path, headers={"Accept-Language": "en"})
            pages.add((response.status_code, response.text, tuple(response.headers.getlist("Set-Cookie"))))
        response = app.test_client().post(
            f"{link}/start", data={"OK": "yes"}, headers={"Accept-Language": "en"}
        )
        pages.add((response.status_code, response.text, ()))
    assert len(pages) == 1
    [(status, text, _)] = pages
    assert status == 404
    assert "This link cannot be used" in text


def test_a_wave_that_closes_in_the_middle_stores_no_more(session, wave, person):
    person.open()
    person.send(OK="yes")
    waves.close_wave(session, wave, NOW + timedelta(seconds=1))
    session.commit()
    late = person.post("rate", {"Q1": "1", "CH": "else", "CH.text": "谢谢 <b>&", "": "x"})
    assert late.status_code == 404
    page = check_page(late)
    assert [each.get_text() for each in page.select(".written")] == ["谢谢 <b>&"]
    assert page.select_one(".lead")
    assert "Open the link once more" not in page.get_text()
    assert stored(session, wave)[0][1]["Q1"] == NOT_ASKED


def test_a_full_quota_is_told_kindly(app, session):
    make_customers(session)
    wave = make_wave(session, quotas=[{"where": {"unit": "C1-O1"}, "limit": 0}])
    assert segments.find_segment(session, {"unit": "C1-O1"})
    session.commit()
    person = Respondent(app, f"/s/{wave.public_key}")
    first = person.client.get(f"{person.link}?unit=C1-O1").location
    mark = person.client.get(first).text.split('name="_t" value="')[1].split('"')[0]
    response = person.client.post(first, data={"_t": mark, "OK": "yes"}, headers={"Accept-Language": "en"})
    assert response.status_code == 404
    assert stored(session, wave) == []


def test_a_quota_that_fills_meanwhile_ends_the_last_page_kindly(app, session):
    quotas = [{"where": {"customer_class": "residential"}, "limit": 1}]
    wave = make_wave(session, quotas=quotas)
    people = [Respondent(app, f"/s/{wave.public_key}") for _ in range(3)]
    for person in people:  # nobody's class is known before they say it
        person.open()
        person.send(OK="yes", CLASS="residential")
        person.send(Q1="7", Q2="7", Q3="7")
    for person in people:
        person.send(WHY="good")
    states = sorted(response.state for response, _ in stored(session, wave))
    assert states == ["complete", "screened", "screened"]
    first, *others = [person.get(f"{person.link}/done").text for person in people]
    assert "Your receipt" in first
    assert all("Enough answers from customers like you" in text for text in others)
    assert all("Your receipt" not in text for text in others)


def test_every_answer_is_strict_and_kept_out_of_caches(wave, person):
    person.open()
    seen = [person.get(person.link), person.get(f"{person.link}/start"), person.post("start", {"OK": "x"})]
    seen += [person.post("start", {"OK": "yes"}), person.get("/s/unknown"), person.get(f"{person.link}/rate")]
    for response in seen:
        policy = response.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Frame-Options"] == "DENY"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "same-origin"
