"""The editor in a browser: saved by itself, conflicts told, others taken in."""

import pytest

from tests.journeys.conftest import at
from tests.journeys.editing import field, look, until, visit
from tests.journeys.looking import accessible

pytestmark = pytest.mark.journey


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
    accessible(page)


def test_what_is_typed_before_the_script_is_there_is_saved_too(sit, desk):
    page = sit("ann")
    slow = []
    page.route("**/editor_sending*", lambda route: slow.append(route.continue_))
    with page.expect_request("**/editor_sending*"):
        page.goto(page.url, wait_until="commit")
    field(page).fill("Typed on a slow line")
    page.select_option("#part select", index=1)
    chosen = page.locator("#part select").first.input_value()
    for go_on in slow:
        go_on()
    page.unroute("**/editor_sending*")
    until(page, "Saved")
    visit(page, page.url)
    assert field(page).input_value() == "Typed on a slow line"
    assert page.locator("#part select").first.input_value() == chosen


def test_two_people_on_one_field_decide_and_on_two_both_stand(sit):
    ann, bob = sit("ann"), sit("bob")
    # Ann hears nothing of others meanwhile: had she seen Bob's words, hers would be meant to replace them.
    ann.evaluate("Object.defineProperty(document, 'visibilityState', { value: 'hidden' })")
    field(ann, "zh").fill("甲写的")
    until(ann, "Saved")
    field(bob, "en").fill("Bob's words")
    until(bob, "Saved")
    assert field(bob, "zh").input_value() == "甲写的", "saving takes in what others changed"
    field(bob, "en").fill("Bob's own words")
    until(bob, "Saved")
    field(ann, "en").fill("Ann's words")
    until(ann, "Somebody changed the same")
    accessible(ann)
    ann.click("#part button[type=submit]")
    ann.wait_for_selector("text=Bob's own words")
    accessible(ann)
    ann.fill("main textarea", "Both of us")
    ann.click("text=Make my change")
    ann.wait_for_selector("#part")
    assert field(ann, "en").input_value() == "Both of us"
    assert field(ann, "zh").input_value() == "甲写的"


def test_others_are_seen_and_what_they_change_appears_beside_what_i_type(sit):
    ann, bob = sit("ann"), sit("bob")
    until(bob, "ann@example.org is here", "here")
    look(ann)
    until(ann, "bob@example.org is here", "here")
    field(bob, "en").fill("Seen by both")
    bob.keyboard.press("Tab")
    until(bob, "Saved")
    ann.locator("[name='v:hint/en']").press_sequentially("My hint")
    look(ann)
    ann.wait_for_function("() => document.querySelector(\"[name='v:text/en']\").value === 'Seen by both'")
    assert ann.locator("[name='v:hint/en']").input_value() == "My hint"
    ann.keyboard.press("Tab")
    until(ann, "Saved")
    look(bob)
    bob.wait_for_function("() => document.querySelector(\"[name='v:hint/en']\").value === 'My hint'")
    assert field(bob, "en").input_value() == "Seen by both"


@pytest.mark.parametrize("width", [360, 1280])
def test_the_editor_fits_its_window(sit, width):
    page = sit("bob", viewport={"width": width, "height": 800})
    page.locator("#preview iframe").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_rare_states_stand_in_nobodys_way(sit, desk):
    page = sit("bob", viewport={"width": 360, "height": 800})
    pages = [
        f"small{at(desk, 'MET')}/drop",  # used by a condition and a pipe
        *(f"empty{part}" for part in ("", "/findings", "/logic", "/review", "/pilot", "/translation/en")),
        *(f"locked{at(desk, code, 'locked')}" for code in ("SAT1", "SAT")),
        *(f"long{part}" for part in (at(desk, "L1", "long"), "/findings", f"{at(desk, 'A', 'long')}/drop")),
    ]
    for each in pages:
        page.goto(f"{desk.address}/questionnaires/draft/{each}")
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), each
