"""The page for the works council: every table, column, role and page of staff is told, as the code has it."""

from collections import Counter

import pytest

import surveys.models  # noqa: F401  their tables
import web.accounts.models  # noqa: F401
from surveys.database import Base
from tests.web.answering import Respondent, make_wave
from web.accounts.access import FOREIGN, PUBLIC, rule_of
from web.accounts.roles import NAMES, ROLES
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
    assert page.select_one(f"a[href='{PATH}']").get_text() == "Who sees my answers?"
    person.send(OK="no")
    assert person.section == "done"
    assert person.page.select_one(f"a[href='{PATH}']")


def test_what_is_never_stored_has_no_column():
    """Nothing of an answer has a place for who, from where and with what somebody answered."""
    for name in ("response", "invitation", "participation", "segment"):
        columns = {column.name for column in Base.metadata.tables[name].columns}
        traces = ("addr", "ip_", "browser", "agent", "referr")
        assert not [each for each in columns if any(word in each for word in traces)]
        assert not columns & {"token", "name", "email", "phone", "referrer", "ip"}
