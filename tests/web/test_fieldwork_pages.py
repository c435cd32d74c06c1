"""Waves: the list, planning, opening, closing, the public link, and single-use links."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from surveys import audit
from surveys.collecting import responses, waves
from surveys.collecting.invitations import token_hash
from surveys.collecting.submitting import submit
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import AuditEntry, Invitation, Wave
from tests.surveys.worlds import document

SOON = datetime.now(UTC).date()
GOOD = {
    "code": "2026Q1",
    "title_zh": "一季度",
    "title_en": "First quarter",
    "access": "public",
    "purpose": "official",
    "mode": "web",
}


@pytest.fixture
def version(session):
    """A published version of a small questionnaire."""
    made = publishing.publish(session, loading.load(document()), "somebody", datetime.now(UTC))
    session.commit()
    return made


@pytest.fixture
def wave(session, version):
    """Plan a wave and open it unless told otherwise."""

    def make(code="W1", *, opened=True, **settings):
        now = datetime.now(UTC)
        made = waves.create_wave(
            session, version, code=code, title={"zh": "第一期", "en": "First"}, now=now, **settings
        )
        if opened:
            waves.open_wave(session, made, now)
        session.commit()
        return made

    return make


def actions(session):
    assert audit.verify(session) == ()
    return [(entry.action, entry.target) for entry in session.scalars(select(AuditEntry).order_by("id"))]


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
        ({"title_en": "a\x00b"}, "title_en", "ordinary characters"),
        ({"utility_en": "a\nb"}, "utility_en", "ordinary characters"),
        ({"opens_on": "tomorrow"}, "opens_on", "2026-03-31"),
        ({"opens_on": "2026-02-30"}, "opens_on", "2026-03-31"),
        ({"opens_on": "9999-12-31"}, "opens_on", "2000 to 2100"),
        ({"opens_on": "0001-01-01"}, "opens_on", "2000 to 2100"),
        ({"closes_on": "9999-12-31"}, "closes_on", "2000 to 2100"),
        ({"closes_on": "2020-01-01"}, "closes_on", "over"),
        ({"opens_on": "2090-02-01", "closes_on": "2090-01-31"}, "closes_on", "before the first"),
        ({"access": "all"}, "access", "offered"),
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
    designer.submit("/waves/2026Q1", 303, form="form[action$='/close']")
    assert "is closed; this cannot be done now" in designer.send("/waves/2026Q1/close", 422).text
    assert not designer.browse("/waves/2026Q1").select("form[action$='/open'], form[action$='/close']")
    assert actions(session) == [
        ("wave.create", "wave:2026Q1"),
        ("wave.open", "wave:2026Q1"),
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
    over.opens_at, over.closes_at = now - timedelta(days=2), now - timedelta(days=1)
    session.commit()
    text = designer.browse("/waves").get_text()
    assert "Open, not begun" in text
    assert "Official" in text
    assert "Window is over" in text
    assert "takes no answers now" in designer.browse("/waves/LATER").get_text()


def test_the_public_link_is_whole_and_leads_to_the_questionnaire(designer, stranger, wave):
    made = wave()
    assert designer.browse("/waves").select_one(".card-foot a")["href"] == f"/s/{made.public_key}"
    page = designer.browse("/waves/W1")
    link = page.select_one(".link-line a")["href"]
    assert link == f"http://localhost/s/{made.public_key}"
    assert page.select_one("[data-copy]")["data-copy"] == link
    assert stranger.client.get(f"/s/{made.public_key}").location == f"/s/{made.public_key}/supply"


def test_the_public_address_of_the_settings_wins(app, designer, wave):
    made = wave()
    app.config["MANYI"]["PUBLIC_URL"] = "http://localhost/survey"
    link = designer.browse("/waves/W1").select_one(".link-line a")["href"]
    assert link == f"http://localhost/survey/s/{made.public_key}"


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


def test_single_use_links_come_once_as_a_file_and_only_hashes_stay(designer, stranger, session, wave):
    made = wave(access="invited")
    page = designer.browse("/waves/W1")
    assert "can never show them again" in page.get_text()
    assert not page.select(".link-line")
    response = designer.submit("/waves/W1", 200, form="form[action$='/links']", number="3")
    assert response.mimetype == "text/csv"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=links-W1-")
    assert response.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(response.text)))
    assert rows[0] == ["number", "link"]
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    tokens = [row[1].removeprefix("http://localhost/i/") for row in rows[1:]]
    stored = session.scalars(select(Invitation)).all()
    assert {row.token_hash for row in stored} == {token_hash(token) for token in tokens}
    assert not [token for token in tokens for row in stored if token in str(vars(row))]
    assert stranger.client.get(f"/i/{tokens[0]}").location == f"/i/{tokens[0]}/supply"
    assert not [token for token in tokens if token in str(designer.browse("/waves/W1"))]
    entry = session.scalars(select(AuditEntry)).one()
    assert (entry.action, entry.target, entry.detail) == ("wave.issue_links", "wave:W1", {"n_links": 3})
    assert waves.counts(session, made).invited == 3


def test_links_are_not_made_twice_by_a_second_press(designer, session, wave):
    made = wave(access="invited")
    known = designer.browse("/waves/W1").select_one("input[name=known]")["value"]
    designer.send("/waves/W1/links", 200, number="2", known=known)
    again = designer.send("/waves/W1/links", 409, number="2", known=known)
    assert "Links were made since this page was opened" in again.text
    assert waves.counts(session, made).invited == 2
    # The page that says so is up to date: pressing there makes more.
    designer.submit("/waves/W1", 200, form="form[action$='/links']", number="1")
    session.expire_all()
    assert waves.counts(session, made).invited == 3


@pytest.mark.parametrize("number", ["", "0", "-1", "20001", "1e3", "many", "9" * 5000, "1.5"])
def test_a_wrong_number_of_links_is_refused(designer, session, wave, number):
    made = wave(access="invited")
    response = designer.submit("/waves/W1", 422, form="form[action$='/links']", number=number)
    assert "Enter a whole number from 1 to 20000." in response.text
    assert waves.counts(session, made).invited == 0
    assert actions(session) == []


def test_links_belong_to_open_anonymous_waves_with_links(designer, session, wave):
    wave("OPENLY")
    designer.send("/waves/OPENLY/links", 404, number="1", known="0")
    wave("NAMED", access="invited", anonymous=False)
    page = designer.browse("/waves/NAMED")
    assert "belong to customers" in page.get_text()
    assert not page.select("form[action$='/links']")
    designer.send("/waves/NAMED/links", 422, number="1", known="0")
    closed = wave("SHUT", access="invited")
    waves.close_wave(session, closed, datetime.now(UTC))
    session.commit()
    assert "is closed" in designer.send("/waves/SHUT/links", 422, number="1", known="0").text
    assert session.scalar(select(func.count()).select_from(Invitation)) == 0
    assert actions(session) == []


@pytest.mark.parametrize("code", ["nothing", "a%00b", "..%2f..", "%27%20OR%201=1", "x" * 300, "一"])
def test_unknown_waves_are_not_found(designer, wave, code):
    wave()
    designer.browse(f"/waves/{code}", 404)
    for what in ("open", "close", "links"):
        designer.send(f"/waves/{code}/{what}", 404)


def test_forged_posts_and_wrong_methods_are_refused(designer, session, wave):
    made = wave(opened=False)
    for path in ("/waves/new", "/waves/W1/open", "/waves/W1/close", "/waves/W1/links"):
        assert designer.client.post(path, data=GOOD).status_code == 400
        assert designer.client.post(path, data=GOOD | {"csrf_token": "forged"}).status_code == 400
    for path in ("/waves/W1/open", "/waves/W1/close", "/waves/W1/links"):
        designer.browse(path, 405)
    session.refresh(made)
    assert made.state == "planned"


def test_a_listed_wave_stands_on_the_home_page_while_it_is_open(designer, stranger, version):
    designer.submit("/waves/new", 303, **GOOD, listed="y")
    assert "First quarter" not in stranger.browse("/").get_text()
    designer.send("/waves/2026Q1/open", 303)
    assert "First quarter" in stranger.browse("/").get_text()
    designer.send("/waves/2026Q1/close", 303)
    assert "First quarter" not in stranger.browse("/").get_text()
