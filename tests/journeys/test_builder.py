"""From nothing to a published questionnaire without scripts and by keyboard alone; by mouse to its index."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.models import StoredQuestionnaire, Version
from tests.journeys.building import Builder, built, measured
from tests.journeys.fielding import answered, estimated, opened, piloted, tried
from tests.journeys.hands import Keyboard, Mouse, NoScripts
from tests.journeys.looking import accessible

pytestmark = pytest.mark.journey


def mended_and_published(build):
    """See what is found, mend it, try it, have another person approve it, publish it."""
    build.at("/findings")
    if build.hand.has_scripts:
        accessible(build.page)
    build.hand.go("main li button:has-text('Remove the second path')")
    assert build.page.locator("main li .badge-error").count() == 0, build.page.inner_text("main")
    tried(build)
    if type(build.hand) is Mouse:
        piloted(build)
    build.at("/review")
    boxes = build.page.locator("[name=warning]")
    for number in range(boxes.count()):
        build.hand.tick(boxes.nth(number))
    if boxes.count():
        build.hand.type(build.page.locator("#reason"), "Seen and wanted so")
        build.hand.go("form[action$='/review/reasons'] button")
    build.hand.go("button:has-text('Submit for review')")
    assert not build.page.locator("button[value=approve]").count(), "nobody approves their own"
    build.context.clear_cookies()
    build.log_in("cy")
    build.at("/review")
    if build.hand.has_scripts:
        accessible(build.page)
    build.hand.go("button[value=approve]")
    build.hand.go("form[action$='/publish'] button, button:text-is('Publish')")


def stored(desk, code):
    with Session(create_engine(desk.database)) as session:
        query = (
            select(Version)
            .join(StoredQuestionnaire)
            .where(StoredQuestionnaire.code == code, Version.kind == "published")
        )
        return session.scalars(query).one().document


@pytest.mark.parametrize("hand", [NoScripts, Mouse, Keyboard])
def test_a_questionnaire_is_made_from_nothing_and_published(desk, browser, hand):
    build = Builder(desk, browser, hand, hand.__name__.lower())
    root = built(build)
    measured(build, root)
    mended_and_published(build)
    document = stored(desk, build.code)
    questions = [each for section in document["sections"] for each in section["questions"]]
    assert [each["code"] for each in questions] == [f"Q{number}" for number in range(1, 13)]
    assert all(set(each["text"]) == {"zh", "en"} for each in questions)
    assert (questions[1]["order"], questions[1]["options"][-1]["fixed"]) == ("random", True)
    assert document["sections"][2]["show_if"] == "Q6 <= 4"
    assert document["pipes"]["name1"]["question"] == "Q2"
    assert document["quotas"][0]["when"] == "Q1 == 'o1'"
    constructs = {
        each["id"]: each["dimensions"][0]["indicators"] for each in document["indicators"]["constructs"]
    }
    assert constructs == {"QUAL": ["Q3", "Q4", "Q5"], "SAT": ["Q6", "Q7", "Q8"]}
    assert document["indicators"]["paths"] == [["QUAL", "SAT"]]
    if hand is Mouse:
        opened(build)
        answered(build)
        estimated(build)
    build.context.close()
