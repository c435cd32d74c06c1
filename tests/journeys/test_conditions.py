"""Conditions in the browser: the same truth as on the server, and questions that come and go on a page."""

import json
from datetime import UTC, date, datetime
from random import Random
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import migrating
from surveys.codes import NOT_ASKED
from surveys.collecting import responses
from surveys.collecting import waves as fieldwork
from surveys.database import create_engine
from surveys.document import loading
from surveys.editing import publishing
from surveys.logic.holding import evaluate
from surveys.logic.plain import plain_tree
from surveys.logic.tree import WayOut
from surveys.models import Response
from tests.journeys.conftest import SETTINGS, served
from tests.surveys import trees
from tests.surveys.worlds import text

pytestmark = pytest.mark.journey
VECTORS = 12_000


def as_browser(value):
    """An answer as static/js/conditions.js holds it."""
    match value:
        case date():
            return {"day": value.isoformat()}
        case WayOut():
            return {"out": value.value}
        case tuple():
            return [*value]
    return value


def vectors():
    found = []

    @seed(22)
    @settings(max_examples=VECTORS // 100, deadline=None, database=None)
    @given(st.integers(0, 2**32 - 1))
    def make(number):
        random = Random(number)
        for _ in range(100):
            tree, known = trees.tree(random), trees.answers(random)
            answers = {name: as_browser(value) for name, value in known.items()}
            found.append((plain_tree(tree), answers, evaluate(tree, known)))

    make()
    return found


def test_the_browser_and_the_server_find_the_same_conditions_true(site, browser):
    made = vectors()
    assert len(made) >= 10_000
    assert 0.2 < sum(result for *_, result in made) / len(made) < 0.8
    page = browser.new_page()
    page.goto(f"{site.address}/s/{site.key}")
    results = page.evaluate(
        """async (vectors) => {
            const { holds } = await import("/static/js/conditions.js");
            return JSON.parse(vectors).map(([tree, answers]) => holds(tree, answers));
        }""",
        json.dumps([(tree, answers) for tree, answers, _ in made]),
    )
    assert len(results) == len(made)
    wrong = [each for each, result in zip(made, results, strict=True) if each[2] is not result]
    assert wrong == []
    page.close()


def option(code, value, **more):
    return {"code": code, "value": value, "text": text(code)} | more


def asked(kind, code, show_if=None, **more):
    return {"type": kind, "code": code, "text": text(code)} | ({"show_if": show_if} if show_if else {}) | more


DOCUMENT = {
    "format": "manyi/2",
    "code": "coming_up",
    "title": text("Coming up"),
    "scales": {"ten": {"low": 1, "high": 10, "anchors": [text("low"), text("high")]}},
    "sections": [
        {"code": "FIRST", "title": text("First"), "questions": [
            asked("single", "CLASS", options=[option("home", 1), option("shop", 2)])]},
        {"code": "MANY", "title": text("Many"), "questions": [
            asked("multiple", "MET", options=[
                option("hot", 1), option("hall", 2), option("else", 3, with_text=True),
                option("none", 4, exclusive=True)]),
            asked("long_text", "WHY", "CLASS == 'shop' and any(MET, ['hot', 'hall'])"),
            asked("rating", "S1", "'hot' in MET", scale="ten", labels={"4": text("rather low")}),
            asked("short_text", "LOW", "S1 <= 4 or dont_know(S1)"),
            asked("grid", "HALLS", "'hall' in MET", scale="ten", rows=[
                {"code": "H1", "text": text("H1")},
                {"code": "H2", "text": text("H2"), "show_if": "'else' in MET"}]),
            asked("short_text", "VAN", "MET.text == 'van'"),
            asked("date", "DAY"),
            asked("date", "BACK", "answered(DAY)"),
            asked("number", "LATE", "BACK > DAY", high=99),
            asked("short_text", "HOME", "CLASS == 'home' or LATE > 50")]},
        {"code": "LAST", "title": text("Last"), "questions": [asked("short_text", "END")]},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    """A site with a questionnaire whose questions come up on their page."""
    folder = tmp_path_factory.mktemp("own")
    url = f"sqlite:///{folder / 'manyi.db'}"
    migrating.upgrade(url)
    now = datetime.now(UTC)
    with Session(create_engine(url)) as session:
        version = publishing.publish(session, loading.load(DOCUMENT), "test", now)
        wave = fieldwork.create_wave(
            session, version, code="OWN", title=text("Own"), access="public", anonymous=True,
            settings=SETTINGS, now=now,
        )  # fmt: skip
        fieldwork.open_wave(session, wave, now)
        key = wave.public_key
        session.commit()
    with served(folder) as address:
        yield SimpleNamespace(link=f"{address}/s/{key}", database=url)


def stored(own):
    """The answers and own words of the response that was opened last."""
    with Session(create_engine(own.database)) as session:
        [response] = session.scalars(select(Response).where(Response.id.not_in(own.before)))
        return responses.answers_of(session, response)


def visible(page):
    return [each.get_attribute("id")[2:] for each in page.locator("fieldset.item:visible").all()]


def opened(own, browser, customer, **more):
    """Answer the first page; the second one is open then."""
    with Session(create_engine(own.database)) as session:
        own.before = session.scalars(select(Response.id)).all()
    page = browser.new_context(locale="en-GB", **more).new_page()
    page.goto(own.link)
    page.locator(f"input[name=CLASS][value={customer}]").check()
    page.locator("button.next").click()
    page.wait_for_url("**/MANY")
    return page


def test_questions_come_and_go_as_answers_change(own, browser):
    page = opened(own, browser, "shop")
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    always = ["MET", "DAY"]
    assert visible(page) == always
    assert not page.locator(".grid").is_visible()
    page.locator("input[value=hot]").check()
    assert visible(page) == ["MET", "WHY", "S1", "DAY"]
    assert "something more to answer" in page.locator("#came-up").inner_text()
    page.locator("input[name=S1][value=dk]").check(force=True)
    page.locator("#LOW").fill("typed and kept")
    page.locator("input[value=hall]").check()
    assert page.locator(".grid").is_visible()
    page.locator("input[name=H1][value='3']").check(force=True)
    assert visible(page) == ["MET", "WHY", "S1", "LOW", "H1", "DAY"]
    page.locator("input[value=none]").check()
    assert visible(page) == always
    page.locator("input[value=hot]").check()
    assert visible(page) == ["MET", "WHY", "S1", "LOW", "DAY"]
    assert page.locator("#LOW").input_value() == "typed and kept"
    page.locator("input[value=else]").check()
    page.locator("[id='MET.text']").fill(" van ")
    page.locator("#DAY").fill("2026-03-01")
    page.locator("#BACK").fill("2026-03-02")
    page.locator("#LATE").fill("51")
    assert visible(page) == ["MET", "WHY", "S1", "LOW", "VAN", "DAY", "BACK", "LATE", "HOME"]
    assert not Axe().run(page).response["violations"]
    page.locator("#BACK").fill("2026-02-28")
    page.locator("button.next").click()
    page.wait_for_url("**/LAST")  # what came up and was left blank is not brought up again
    found = stored(own)
    assert (found.values["MET.hot"], found.values["LATE"], found.values["H1"]) == (1, NOT_ASKED, NOT_ASKED)
    assert found.texts == {
        "LOW": "typed and kept",
        "MET.text": "van",
        "DAY": "2026-03-01",
        "BACK": "2026-02-28",
    }
    page.locator("#END").fill("end")
    page.locator("button.next").click()
    page.wait_for_url("**/done")
    assert not refused


def test_a_page_tells_nothing_of_other_pages(own, browser):
    for customer, home in (("shop", True), ("home", True)):
        page = opened(own, browser, customer)
        body = page.content()
        assert "CLASS" not in body
        assert "'shop'" not in body
        assert (page.locator("#q-HOME").count() > 0) is home
        # At home nothing but a kind of customer decides on WHY: it cannot come up, so it is not there.
        assert (page.locator("#q-WHY").count() > 0) is (customer == "shop")
        assert (page.locator("#q-HOME").get_attribute("data-show-if") is None) is (customer == "home")
        page.context.close()


def test_the_keyboard_reaches_what_comes_up_and_nothing_hidden(own, browser):
    page = opened(own, browser, "shop")
    page.locator("input[value=hot]").focus()
    page.keyboard.press("Space")
    reached = []
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name"))
        if reached[-1] == "go":
            break
    assert [name for name in dict.fromkeys(reached) if name not in {"go", "MET"}][:3] == [
        "MET.text",
        "WHY",
        "S1",
    ]
    assert not {"LOW", "H1", "VAN", "BACK"} & set(reached)
    page.context.close()


def test_without_javascript_the_server_brings_questions_up(own, browser):
    page = opened(own, browser, "shop", java_script_enabled=False)
    assert visible(page) == ["MET", "DAY"]
    page.locator("input[value=hot]").check()
    page.locator("button.next").click()
    assert visible(page) == ["MET", "WHY", "S1", "DAY"]
    page.locator("input[name=S1][value='4']").check(force=True)
    page.locator("button.next").click()
    assert visible(page) == ["MET", "WHY", "S1", "LOW", "DAY"]
    page.locator("button.next").click()
    page.wait_for_url("**/LAST")
    found = stored(own)
    assert (found.values["S1"], found.values["LATE"]) == (4, NOT_ASKED)
    page.context.close()
