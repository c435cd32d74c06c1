"""The editor in a browser: saved by itself, kept while offline, conflicts told, the preview follows."""

import json
from types import SimpleNamespace

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.journeys.conftest import manyi, served
from tests.surveys.drafts import DOCUMENT

pytestmark = pytest.mark.journey
PEOPLE = ("ann", "bob")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A site with a draft and two designers."""
    folder = tmp_path_factory.mktemp("desk")
    manyi(folder, "db", "upgrade")
    passwords = {
        name: manyi(folder, "user", "add", f"{name}@example.org", "--role", "designer").split()[-1]
        for name in PEOPLE
    }
    file = folder / "small.json"
    file.write_text(json.dumps(DOCUMENT, ensure_ascii=False), encoding="utf-8")
    manyi(folder, "survey", "import", str(file))
    with served(folder) as address:
        yield SimpleNamespace(address=address, passwords=passwords)


@pytest.fixture
def sit(desk, browser):
    """Open the editor as somebody, at the question S1."""
    opened = []

    def open_page(name, **options):
        context = browser.new_context(locale="en", **options)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{desk.address}/login?lang=en")
        page.fill("[name=email]", f"{name}@example.org")
        page.fill("[name=password]", desk.passwords[name])
        page.click("main button[type=submit]")
        page.goto(f"{desk.address}/questionnaires/draft/small")
        page.click("summary:has-text('parts') >> nth=0")
        page.click(".editor-tree a:has-text('S1')")
        page.wait_for_selector("h1")
        return page

    yield open_page
    for context in opened:
        context.close()


def field(page, language="en"):
    return page.locator(f"[name='v:text/{language}']")


def until(page, text):
    page.wait_for_function("text => document.getElementById('saving').textContent.includes(text)", arg=text)


def test_what_is_typed_is_saved_and_seen_at_once(sit):
    faults = []
    page = sit("ann")
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    frame = page.frame_locator("#preview iframe")
    frame.locator("#q-S1, [id*=S1]").first.wait_for()
    field(page).fill("How good is the supply?")
    until(page, "Saved")
    frame.locator("text=How good is the supply?").first.wait_for()
    page.reload()
    assert field(page).input_value() == "How good is the supply?"
    page.click("button:has-text('Desktop')")
    assert page.locator("#preview iframe").get_attribute("class") == "desktop"
    assert faults == []
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_offline_edits_wait_and_are_saved_later(sit):
    page = sit("ann")
    page.context.set_offline(True)
    field(page, "zh").fill("离线写的")
    until(page, "Offline")
    page.context.set_offline(False)
    until(page, "Saved")
    page.reload()
    assert field(page, "zh").input_value() == "离线写的"


def test_two_people_on_one_field_decide_and_on_two_both_stand(sit):
    ann, bob = sit("ann"), sit("bob")
    field(ann, "zh").fill("甲写的")
    until(ann, "Saved")
    field(bob, "en").fill("Bob's words")
    until(bob, "Saved")
    field(ann, "en").fill("Ann's words")
    until(ann, "Somebody changed the same")
    ann.click("#part button[type=submit]")
    ann.wait_for_selector("text=Bob's words")
    ann.fill("main textarea", "Both of us")
    ann.click("text=Make my change")
    ann.wait_for_selector("#part")
    assert field(ann, "en").input_value() == "Both of us"
    assert field(ann, "zh").input_value() == "甲写的"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_editor_fits_its_window(sit, width):
    page = sit("bob", viewport={"width": width, "height": 800})
    page.locator("#preview iframe").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
