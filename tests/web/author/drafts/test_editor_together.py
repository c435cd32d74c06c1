"""Several people in one draft: who is here, and what an open page is told of others' changes."""

from datetime import timedelta

import pytest

from surveys.editing import drafting, presence
from tests.surveys.drafts import NOW
from tests.web.drafts import DRAFT, begin


@pytest.fixture
def visit(designer, administrator):
    """Say that somebody has a part open; give the news."""

    def beat(who, node):
        return who.client.post(f"{DRAFT}/{node}/here", data={"csrf_token": who.mark()})

    return beat


def test_each_sees_who_else_is_here_and_at_which_part(designer, administrator, nodes, visit):
    begin(designer)
    s1 = nodes()["S1"]
    assert visit(designer, s1.id).json["here"] == []
    (said,) = visit(administrator, 1).json["here"]
    assert "designer@example.org" in said
    assert "One" in said or "一" in said
    assert designer.client.get(f"{DRAFT}/news").json["here"][0].startswith("administrator@example.org")
    visit(designer, 999_999)
    assert administrator.client.get(f"{DRAFT}/news").json["here"], "a part that is gone is no fault"


def test_news_are_told_once(designer, administrator, nodes):
    begin(designer)
    first = designer.client.get(f"{DRAFT}/news")
    tag = {"If-None-Match": first.headers["ETag"]}
    assert designer.client.get(f"{DRAFT}/news", headers=tag).status_code == 304
    path = f"{DRAFT}/{nodes()['S1'].id}"
    administrator.submit(path, 303, form="#part", **{"v:text/en": "Theirs"})
    told = designer.client.get(f"{DRAFT}/news", headers=tag)
    assert (told.status_code, told.json["number"], told.json["by"]) == (200, 1, "administrator@example.org")
    for odd in ('"x"', "*", "é", "x" * 5000):
        answer = designer.client.get(
            f"{DRAFT}/news", headers={"If-None-Match": odd.encode().decode("latin-1")}
        )
        assert answer.status_code in {200, 304}


def test_whoever_says_nothing_more_is_forgotten(designer, session):
    begin(designer)
    draft = drafting.find(session, "small")
    presence.note(session, draft, "bob", 1, NOW)
    presence.note(session, draft, "bob", 3, NOW)
    assert presence.others(session, draft, "ann", NOW) == (("bob", 3),)
    assert presence.others(session, draft, "bob", NOW) == ()
    later = NOW + presence.FORGOTTEN + timedelta(seconds=1)
    assert presence.others(session, draft, "ann", later) == ()
    presence.note(session, draft, "cy", 1, later)
    assert presence.others(session, draft, "ann", NOW) == (("cy", 1),), "and its row is gone"


def test_news_of_no_draft_and_for_those_who_write_nothing(designer, analyst, visit):
    begin(designer)
    assert analyst.client.get(f"{DRAFT}/news").status_code == 403
    assert visit(analyst, 1).status_code == 403
    assert designer.client.post(f"{DRAFT}/1/here").status_code == 400
    for path in ("nothing/news", "a%00b/news"):
        assert designer.client.get(f"/questionnaires/draft/{path}").status_code == 404
