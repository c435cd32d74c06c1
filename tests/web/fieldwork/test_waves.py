"""Waves: the list, planning, opening and closing."""

from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select

from surveys.collecting import cells, responses, waves
from surveys.collecting.submitting import submit
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Wave
from tests.surveys.counting import asking
from tests.web.fieldwork.planning import GOOD, SOON, actions
from tests.web.visiting import HEADERS

EARLY = {"close-reason": "Enough answers"}


def test_without_waves_the_list_says_what_to_do(designer, analyst):
    page = designer.browse("/waves")
    assert page.select_one(".empty h2").get_text() == "No waves yet"
    assert page.select_one("a[href='/waves/new']")
    assert page.select_one(".site-nav [aria-current=page]").get_text() == "Waves"
    assert not analyst.browse("/waves").select("a[href='/waves/new']")
    assert "No questionnaire is published yet" in designer.browse("/waves/new").get_text()
    assert not designer.browse("/waves/new").select("main form")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_speak_both_languages(designer, wave, language):
    made = wave(access="invited")
    designer.browse(f"/waves?lang={language}")
    for path in ("/waves", "/waves/new", f"/waves/{made.code}"):
        assert designer.browse(path).html["lang"] == {"zh": "zh-CN", "en": "en"}[language]
    title = {"zh": "第一期", "en": "First"}[language]
    assert designer.browse(f"/waves/{made.code}").h1.get_text() == title
    assert title in designer.browse("/waves").get_text()


def test_a_wave_is_planned_with_everything_that_was_filled_in(designer, session, version):
    response = designer.submit(
        "/waves/new",
        303,
        **GOOD,
        opens_on=str(SOON + timedelta(days=1)),
        closes_on=str(SOON + timedelta(days=8)),
        listed="y",
        utility_zh="示范供电公司",
        utility_en="Demo Power",
    )
    assert response.location == "/waves/2026Q1"
    made = session.scalars(select(Wave)).one()
    assert (made.code, made.purpose, made.access, made.mode, made.state, made.anonymous) == (
        "2026Q1", "official", "public", "web", "planned", True,
    )  # fmt: skip
    assert made.title == {"zh": "一季度", "en": "First quarter"}
    assert made.version_id == version.id
    assert made.settings == {"listed": True, "utility": {"zh": "示范供电公司", "en": "Demo Power"}}
    # Days begin and end at midnight where the site is: Shanghai, eight hours ahead of UTC.
    assert (made.opens_at.hour, made.closes_at.hour) == (16, 16)
    assert made.opens_at.date() == SOON
    assert made.closes_at - made.opens_at == timedelta(days=8)
    assert actions(session) == [("wave.create", "wave:2026Q1")]
    page = designer.browse("/waves/2026Q1")
    assert "is planned" in page.select_one(".notice").get_text()
    assert "shown while open" in page.get_text()


def test_a_wave_of_invited_people_may_be_confidential(designer, session, version):
    del version
    named = GOOD | {"privacy": "confidential"}
    page = designer.submit("/waves/new", 422, **named)
    assert "Only a wave for invited people can be confidential." in page.get_data(as_text=True)
    designer.submit("/waves/new", 303, **named | {"access": "invited"})
    assert session.scalars(select(Wave)).one().anonymous is False
    page = designer.browse("/waves/2026Q1").get_text()
    assert "Confidential: which link gave" in page
    assert "manyi invitations issue" in page


def test_the_form_remembers_which_version_was_meant(designer, version):
    page = designer.browse(f"/waves/new?version={version.id}")
    assert page.select_one("#version option[selected]")["value"] == str(version.id)
    for wrong in ("0", "x", "-1"):
        assert designer.browse(f"/waves/new?version={wrong}").select("#version option")


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"code": ""}, "code", "fill this in"),
        ({"code": "a b"}, "code", "letters"),
        ({"code": "../x"}, "code", "letters"),
        ({"code": "x" * 65}, "code", "letters"),
        ({"code": "一季度"}, "code", "letters"),
        ({"code": "new"}, "code", "reserved"),
        ({"title_zh": "  "}, "title_zh", "fill this in"),
        ({"title_en": "x" * 201}, "title_en", "200"),
        ({"title_en": "a\x07b"}, "title_en", "ordinary characters"),
        ({"title_en": "a\u202eb"}, "title_en", "ordinary characters"),
        ({"utility_en": "a\nb"}, "utility_en", "ordinary characters"),
        ({"opens_on": "tomorrow"}, "opens_on", "2026-03-31"),
        ({"opens_on": "2026-02-30"}, "opens_on", "2026-03-31"),
        ({"opens_on": "9999-12-31"}, "opens_on", "2000 to 2100"),
        ({"opens_on": "0001-01-01"}, "opens_on", "2000 to 2100"),
        ({"closes_on": "9999-12-31"}, "closes_on", "2000 to 2100"),
        ({"closes_on": "2020-01-01"}, "closes_on", "over"),
        ({"opens_on": "2090-02-01", "closes_on": "2090-01-31"}, "closes_on", "before the first"),
        ({"access": "all"}, "access", "offered"),
        ({"privacy": "secret"}, "privacy", "offered"),
        ({"purpose": "fun"}, "purpose", "offered"),
        ({"mode": "carrier pigeon"}, "mode", "offered"),
        ({"version": "999"}, "version", "offered"),
        ({"version": "1; DROP TABLE wave"}, "version", "offered"),
        ({"version": ""}, "version", "offered"),
        ({"access": "invited", "listed": "y"}, "listed", "single-use"),
    ],
)
def test_wrong_entries_are_named_beside_their_field(designer, session, version, changes, field, says):
    response = designer.submit("/waves/new", 422, **(GOOD | changes))
    assert f'href="#{field}"' in response.text
    page = response.text.split("<main")[1]
    assert says in page.split('class="field')[0], page[:1500]
    assert session.scalar(select(func.count()).select_from(Wave)) == 0
    # Whatever else was typed is still there.
    if "title_zh" not in changes:
        assert 'value="一季度"' in page


def test_a_code_is_given_once_also_when_the_button_is_pressed_twice(designer, session, version):
    designer.submit("/waves/new", 303, **GOOD)
    response = designer.submit("/waves/new", 422, **GOOD)
    assert "is taken by another wave" in response.text
    assert session.scalar(select(func.count()).select_from(Wave)) == 1
    assert len(actions(session)) == 1


def test_a_wave_opens_and_closes_once(designer, session, version):
    designer.submit("/waves/new", 303, **GOOD)
    assert designer.submit("/waves/2026Q1", 303, form="form[action$='/open']").location == "/waves/2026Q1"
    page = designer.browse("/waves/2026Q1")
    assert page.select_one(".tag-open").get_text() == "Open"
    assert not page.select("form[action$='/open']")
    assert page.select_one("form[action$='/close'] button")["data-confirm"]
    refused = designer.send("/waves/2026Q1/open", 422)
    assert "is open; this cannot be done now" in refused.text
    designer.submit("/waves/2026Q1", 303, form="form[action$='/close']", **EARLY)
    assert "is closed; this cannot be done now" in designer.send("/waves/2026Q1/close", 422).text
    assert not designer.browse("/waves/2026Q1").select("form[action$='/open'], form[action$='/close']")
    assert actions(session) == [
        ("wave.create", "wave:2026Q1"),
        ("wave.open", "wave:2026Q1"),
        ("wave.seal", "wave:2026Q1"),
        ("wave.close", "wave:2026Q1"),
    ]


def test_a_planned_wave_whose_window_is_over_does_not_open(designer, session, version, wave):
    late = wave(opened=False, closes_at=datetime.now(UTC) - timedelta(days=1))
    assert "must open before it closes" in designer.send(f"/waves/{late.code}/open", 422).text
    session.refresh(late)
    assert late.state == "planned"
    assert actions(session) == []


def test_open_waves_outside_their_window_say_so(designer, session, wave):
    now = datetime.now(UTC)
    wave("LATER", opens_at=now + timedelta(days=2))
    over = wave("OVER")
    over.opens_at, over.closes_at = now - timedelta(days=4), now - timedelta(days=3)
    session.commit()
    assert "who has begun" not in designer.browse("/waves").get_text()
    grace = wave("GRACE")
    grace.opens_at, grace.closes_at = now - timedelta(days=2), now - timedelta(days=1)
    session.commit()
    assert "Window is over: who has begun may finish" in designer.browse("/waves/GRACE").get_text()
    text = designer.browse("/waves").get_text()
    assert "Open, not begun" in text
    assert "Official" in text
    assert "Window is over" in text
    assert "takes no answers now" in designer.browse("/waves/LATER").get_text()


def test_counts_are_shown_to_analysts_without_buttons(analyst, session, wave):
    made = wave()
    now = datetime.now(UTC)
    for number in range(3):
        response = responses.open_response(session, made, client_key=f"{number}" * 24, language="zh", now=now)
        if number < 2:
            submit(session, response, now)
    session.commit()
    card = analyst.browse("/waves").select_one(".card-item")
    assert [node.get_text() for node in card.select("dd")] == ["3", "2"]
    page = analyst.browse("/waves/W1")
    figures = {node.dt.get_text(): node.dd.get_text() for node in page.select(".figures > div")}
    assert figures["Complete"] == "2"
    assert figures["Under way or broken off"] == "1"
    assert not page.select("main form")


@pytest.mark.parametrize("code", ["nothing", "a%00b", "..%2f..", "%27%20OR%201=1", "x" * 300, "一"])
def test_unknown_waves_are_not_found(designer, wave, code):
    wave()
    designer.browse(f"/waves/{code}", 404)
    for what in ("open", "pause", "resume", "end", "close", "links"):
        designer.send(f"/waves/{code}/{what}", 404)


def test_forged_posts_and_wrong_methods_are_refused(designer, session, wave):
    made = wave(opened=False)
    for path in ("/waves/new", "/waves/W1/open", "/waves/W1/pause", "/waves/W1/close", "/waves/W1/links"):
        assert designer.client.post(path, data=GOOD).status_code == 400
        assert designer.client.post(path, data=GOOD | {"csrf_token": "forged"}).status_code == 400
    for path in ("/waves/W1/open", "/waves/W1/pause", "/waves/W1/close", "/waves/W1/links"):
        designer.browse(path, 405)
    session.refresh(made)
    assert made.state == "planned"


def test_a_listed_wave_stands_on_the_home_page_while_it_is_open(designer, stranger, version):
    designer.submit("/waves/new", 303, **GOOD, listed="y")
    assert "First quarter" not in stranger.browse("/").get_text()
    designer.send("/waves/2026Q1/open", 303)
    assert "First quarter" in stranger.browse("/").get_text()
    designer.send("/waves/2026Q1/close", 303, **EARLY)
    assert "First quarter" not in stranger.browse("/").get_text()


FORM = "form[action$=quotas]"


@pytest.fixture
def counted(session):
    """A wave whose questionnaire has quotas."""
    version = publishing.publish(session, loading.load(asking()), "somebody", datetime.now(UTC))
    made = waves.create_wave(session, version, code="Q", title="Q", now=datetime.now(UTC))
    session.commit()
    return made


def limits(session, wave):
    session.rollback()
    return {each.code: each.most for each in cells.filled(session, wave)}


def test_limits_of_quotas_are_set_on_the_page_of_the_wave(designer, analyst, session, counted):
    page = designer.browse("/waves/Q")
    assert [each["name"] for each in page.select("input[name^=quota-]")] == [
        "quota-SHOPS", "quota-CUT", "quota-LONG",
    ]  # fmt: skip
    assert not analyst.browse("/waves/Q").select("input[name^=quota-]")
    sent = {"quota-SHOPS": "30", "quota-CUT": "", "quota-LONG": " 5 "}
    designer.submit("/waves/Q", 303, form=FORM, **sent)
    assert limits(session, counted) == {"SHOPS": 30, "CUT": None, "LONG": 5}
    assert actions(session)[-1] == ("wave.set_quotas", "wave:Q")
    assert designer.browse("/waves/Q").select_one("[name=quota-SHOPS]")["value"] == "30"
    designer.submit("/waves/Q", 303, form=FORM, **sent | {"quota-SHOPS": ""})
    assert limits(session, counted) == {"SHOPS": None, "CUT": None, "LONG": 5}
    told = actions(session)
    designer.submit("/waves/Q", 303, form=FORM)
    assert actions(session) == told, "what stands so already is no decision"


@pytest.mark.parametrize("wrong", ["many", "-1", "1.5", "９", "99999999999", "1 000"])
def test_a_limit_that_is_no_number_is_told_at_its_field(designer, session, counted, wrong):
    sent = {"quota-SHOPS": "3", "quota-CUT": wrong}
    page = designer.submit("/waves/Q", 422, form=FORM, **sent)
    shown = BeautifulSoup(page.text, "html.parser")
    assert shown.select_one("[name=quota-CUT]")["aria-invalid"] == "true"
    assert shown.select_one("[name=quota-SHOPS]")["value"] == "3"
    assert limits(session, counted) == {"SHOPS": None, "CUT": None, "LONG": None}


def test_only_designers_set_quotas(analyst, session, counted):
    sent = {"csrf_token": analyst.mark(), "quota-SHOPS": "3"}
    assert analyst.client.post("/waves/Q/quotas", data=sent, headers=HEADERS).status_code == 403
    assert limits(session, counted) == {"SHOPS": None, "CUT": None, "LONG": None}


def test_a_wave_without_quotas_and_a_pilot_take_no_limits(designer, session, wave, counted):
    assert not designer.browse(f"/waves/{wave().code}").select(FORM)
    counted.purpose = "pilot"
    session.commit()
    assert "A pilot counts no quotas" in designer.browse("/waves/Q").get_text()
    sent = {"csrf_token": designer.mark(), "quota-SHOPS": "3"}
    response = designer.client.post("/waves/Q/quotas", data=sent, headers=HEADERS)
    assert response.status_code == 422
    assert "pilot" in response.text
