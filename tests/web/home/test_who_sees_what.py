"""The page for the works council: every table, column, role and page of staff is told, as the code has it."""

import re
from collections import Counter
from datetime import UTC, datetime

import pytest

import surveys.models  # noqa: F401  their tables
import web.accounts.models  # noqa: F401
from surveys.collecting.invitations import issue_invitations
from surveys.database import Base
from tests.surveys.worlds import make_customers
from tests.web.answering import Respondent, make_wave
from tests.web.conftest import PASSWORD
from tests.web.visiting import Visitor
from web import i18n
from web.accounts import attempts
from web.accounts.access import FOREIGN, PUBLIC, rule_of
from web.accounts.roles import NAMES, ROLES
from web.home.browsers import BROWSERS, TOLD_WITH
from web.home.kinds import KINDS, OWN
from web.home.seeing import doors

PATH = "/who-sees-what"
REMEDY = "say in web/home/kinds.py of which kind of data it is"


def test_every_column_of_every_table_is_of_one_kind():
    told = Counter(
        (table, column)
        for kind in KINDS.values()
        for table, columns in kind.columns.items()
        for column in columns.split()
    )
    stored = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}
    assert set(told) - stored == set(), "there is no such column any more"
    assert stored - set(told) == set(), REMEDY
    assert max(told.values()) == 1


def endpoints(app):
    """Give what staff may open or do."""
    found = {rule.endpoint for rule in app.url_map.iter_rules()}
    return {each for each in found if rule_of(app, each) not in (PUBLIC, None)}


def test_every_page_and_action_of_staff_is_of_one_kind(app):
    with app.app_context():
        told = Counter(each for kind in KINDS.values() for each in set.union(*doors(kind)))
    told.update(OWN)
    assert set(told) - endpoints(app) == set(), "there is no such page any more"
    assert endpoints(app) - set(told) == set(), REMEDY
    assert max(told.values()) == 1
    assert {each for each in OWN if not each.startswith("security.")} == {"home.home"}
    assert {each for each in OWN if each in FOREIGN} == OWN - {"home.home"}


def table(page):
    head = [each.get_text() for each in page.select("#roles ~ .table-scroll thead th")][1:]
    return {
        row.th.get_text(): dict(zip(head, (each.get_text() for each in row.select("td")), strict=True))
        for row in page.select("#roles ~ .table-scroll tbody tr")
    }


def test_who_may_open_what_is_what_the_rules_of_the_pages_say(app, stranger):
    told = table(stranger.browse(f"{PATH}?lang=en"))
    assert list(told["Published figures"]) == [str(NAMES[role]) for role in ROLES]
    by_role = {str(NAMES[role]): role for role in ROLES}
    for kind in KINDS.values():
        for name, said in told[str(kind.title)].items():
            with app.app_context():
                sees, changes = (
                    any(by_role[name] in (rule_of(app, each) or ()) for each in group)
                    for group in doors(kind)
                )
            assert ("sees" in said, "changes" in said) == (sees, changes), (kind.title, name)
    assert set(told["Answers of customers"].values()) == {"–"}
    assert told["Audit trail"]["Administrator"] == "sees"
    assert told["Audit trail"]["Analyst"] == "–"
    asked = told["Questionnaires"]
    assert (asked["Designer"], asked["Analyst"], asked["Viewer"]) == ("sees and changes", "sees", "–")
    assert told["Published figures"]["Viewer"] == "sees, of their units"


def test_it_follows_a_rule_that_is_changed(app, stranger, monkeypatch):
    monkeypatch.setattr(app.view_functions["admin.audit"], "access", frozenset({"viewer"}))
    assert table(stranger.browse(f"{PATH}?lang=en"))["Audit trail"]["Viewer"] == "sees"


@pytest.mark.parametrize("role", ["stranger", *ROLES])
def test_everybody_can_open_it_from_every_page(sign_in, role):
    page = sign_in(role).browse("/?lang=en")
    link = page.select_one(".site-footer a")
    assert (link["href"], link.get_text()) == (PATH, "Who sees what")
    assert sign_in(role).browse(PATH).h1


def test_it_is_plain_in_both_languages_and_says_how_long(app, stranger):
    english = stranger.browse(f"{PATH}?lang=en").get_text(" ", strip=True)
    assert "after 12 hours" in english
    assert "fewer than 30 answers" in english
    chinese = stranger.browse(f"{PATH}?lang=zh")
    assert chinese.h1.get_text() == "谁能看到什么"
    for kind in KINDS.values():
        assert str(kind.title) not in chinese.main.get_text(), "is not translated"
    app.config["MANYI"]["SESSION_HOURS"] = 7
    assert "after 7 hours" in stranger.browse(f"{PATH}?lang=en").get_text(" ", strip=True)


@pytest.mark.parametrize("words", ["?lang=xx", "?lang=%00", "?x=" + "y" * 3000])
def test_whatever_is_asked_with_it_is_a_page(stranger, words):
    stranger.browse(PATH + words)


def test_respondents_find_it(app, session, stranger):
    wave = make_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    page = person.open()
    told = page.select_one("details.privacy")
    assert told.summary.get_text() == "Who sees my answers?"
    assert "the language and the day" in told.get_text()
    assert told.select_one(f"a[href='{PATH}']")["target"] == "_blank", "what was typed stays"
    person.send(OK="no")
    assert person.section == "done"
    assert person.page.select_one(f"a[href='{PATH}']")


def test_each_respondent_is_told_what_holds_for_their_wave(app, session):
    waves = {
        name: make_wave(session, code=name, access=access, anonymous=name != "CONF", purpose=purpose)
        for name, access, purpose in (
            ("OPEN", "public", "official"), ("ANON", "invited", "official"), ("CONF", "invited", "pilot"),
        )
    }  # fmt: skip
    links = {"OPEN": f"/s/{waves['OPEN'].public_key}"}
    for name in ("ANON", "CONF"):
        whose = make_customers(session, 1) if name == "CONF" else 1
        links[name] = f"/i/{issue_invitations(session, waves[name], whose, datetime.now(UTC))[0]}"
    session.commit()
    told = {
        name: Respondent(app, link).open().select_one("details.privacy").get_text(" ", strip=True)
        for name, link in links.items()
    }
    assert ["they are yours" in told[name] for name in links] == [False, False, True]
    assert ["Not stored with them" in told[name] for name in links] == [True, True, False]
    assert ["a key that is kept apart" in told[name] for name in links] == [False, True, False]
    assert ["the language and the time" in told[name] for name in links] == [False, False, True]
    chinese = Respondent(app, links["ANON"], "zh").open().select_one("details.privacy")
    assert not re.search(r"[A-Za-z]", chinese.get_text())


def test_every_cookie_is_told_and_how_long_it_stays(app, session, sign_in, stranger):
    """Whatever a respondent, a tablet and staff are left with is one of those that the page tells of."""
    wave = make_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    person.answer_all()
    person.get("/who-sees-what?lang=zh")
    tablet = Respondent(app, f"/k/{wave.public_key}")
    tablet.open()
    staff = Visitor(app)
    sign_in("designer")
    staff.log_in("designer@example.org", PASSWORD)
    left = {
        name: {cookie.key for cookie in visitor._cookies.values()}
        for name, visitor in (("person", person.client), ("tablet", tablet.client), ("staff", staff.client))
    }
    assert left["tablet"] == set()
    assert {f"r_{wave.public_key}", i18n.COOKIE} <= left["person"]
    assert {"manyi", attempts.KNOWN} <= left["staff"]
    known = (*BROWSERS, *TOLD_WITH)
    for name in set().union(*left.values()):
        assert name in known or name.startswith(("r_", "o_")), (
            f"say in web/home/browsers.py what {name} is for"
        )
    told = (
        stranger.browse(f"{PATH}?lang=en").select_one("[aria-labelledby=browsers]").get_text(" ", strip=True)
    )
    for words in ("60 days", "12 hours", f"{attempts.KNOWN_DAYS} days", "a year"):
        assert words in told
    assert "copies of the database" in stranger.browse(f"{PATH}?lang=en").get_text()


def test_what_is_never_stored_has_no_column():
    """Nothing of an answer has a place for who, from where and with what somebody answered."""
    for name in ("response", "invitation", "participation", "segment"):
        columns = {column.name for column in Base.metadata.tables[name].columns}
        traces = ("addr", "ip_", "browser", "agent", "referr")
        assert not [each for each in columns if any(word in each for word in traces)]
        assert not columns & {"token", "name", "email", "phone", "referrer", "ip"}
