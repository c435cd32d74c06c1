"""The editor in a browser: saved by itself, kept while offline and after, conflicts told, others taken in."""

import pytest
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.editing import drafting
from tests.journeys.conftest import at
from tests.journeys.looking import accessible

pytestmark = pytest.mark.journey


def field(page, language="en"):
    return page.locator(f"[name='v:text/{language}']")


def until(page, text, place="saving"):
    wanted = "([id, text]) => document.getElementById(id).textContent.includes(text)"
    page.wait_for_function(wanted, arg=[place, text])


def last_change(desk):
    """Give the number of the last change of the small draft."""
    with Session(create_engine(desk.database)) as session:
        return drafting.find(session, "small").number


def look(page):
    """Let the page ask for news now."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


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


def test_what_is_written_and_moved_offline_outlives_its_tab_and_is_done_once(sit, desk):
    page = sit("ann")
    context = page.context
    number = last_change(desk)
    context.set_offline(True)
    field(page, "zh").fill("离线写的")
    until(page, "Offline")
    page.dblclick('button:has-text("↓ Move down")')
    until(page, "it waits here and is done")
    page.wait_for_timeout(1100)  # a double click is one change
    page.click('button:has-text("Duplicate")')
    waits = page.locator("#unsent li")
    waits.nth(1).wait_for()
    assert waits.count() == 2, waits.all_inner_texts()
    accessible(page)
    page.click('button:has-text("Undo my last change")')
    until(page, "Taken back before it was sent")
    assert "Move down" in waits.inner_text()
    page.close()
    assert last_change(desk) == number
    context.set_offline(False)
    other = context.new_page()
    other.goto(f"{desk.address}/questionnaires/draft/small{at(desk, 'A')}")
    until(other, "What waited here is done")
    codes = other.locator("#list-question li code").all_inner_texts()
    assert codes.index("S1") == codes.index("S2") + 1, "the list shows it without being loaded again"
    assert last_change(desk) == number + 2, "the text and the move, each once"
    assert other.locator("#unsent").is_hidden()
    other.goto(f"{desk.address}/questionnaires/draft/small{at(desk, 'S1')}")
    assert field(other, "zh").input_value() == "离线写的"


def test_offline_and_back_where_another_changed_the_same(sit, desk):
    ann, bob = sit("ann", "S2"), sit("bob", "S2")
    ann.context.set_offline(True)
    field(ann).fill("Ann on the train")
    until(ann, "Offline")
    ann.click('button:has-text("↓ Move down")')
    until(ann, "it waits here and is done")
    field(bob).fill("Bob at his desk")
    until(bob, "Saved")
    bob.click('button:has-text("↑ Move up")')
    bob.wait_for_selector("text=Moved.")
    back = ann.context
    ann.close()
    back.set_offline(False)
    page = back.new_page()
    page.goto(f"{desk.address}/questionnaires/draft/small")
    moved = page.locator("#unsent li:has-text('Move down')")
    assert "somebody changed the same" in moved.inner_text(), "two moves of one part are no one's to decide"
    moved.locator("button").click()
    page.click("#unsent a")
    until(page, "Somebody changed the same")
    assert field(page).input_value() == "Ann on the train"
    page.click("#part button[type=submit]")
    page.wait_for_selector("text=Bob at his desk")
    page.click("text=Make my change")
    page.wait_for_selector("#part")
    assert field(page).input_value() == "Ann on the train"
    page.goto(f"{desk.address}/questionnaires/draft/small")
    look(page)
    assert page.locator("#unsent").is_hidden(), "what was decided waits no longer"


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
