"""Editing without a connection: what waits outlives its tab, is done once, or is decided."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.models import AuditEntry
from tests.journeys.conftest import at
from tests.journeys.editing import field, last_change, look, put_in_order, until, visit
from tests.journeys.looking import accessible

pytestmark = pytest.mark.journey

WORDS = {
    "en": (
        "it waits here and is done",
        "first in “",
        "Make my change",
        "Keep theirs",
        "What waited here is done",
        "look at it below and decide",
    ),
    "zh": (
        "这一步在这里等待",
        "中排第一",
        "采用我的修改",
        "保留对方的",
        "等待的操作已完成",
        "请在下方查看并决定",
    ),
}


def test_what_is_written_and_moved_offline_outlives_its_tab_and_is_done_once(sit, desk):
    put_in_order(desk, "MET", "S1", "S2")
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
    visit(other, f"{desk.address}/questionnaires/draft/small{at(desk, 'A')}")
    until(other, "What waited here is done")
    codes = other.locator("#list-question li code").all_inner_texts()
    assert codes.index("S1") == codes.index("S2") + 1, "the list shows it without being loaded again"
    assert last_change(desk) == number + 2, "the text and the move, each once"
    other.wait_for_selector("#unsent", state="hidden")
    visit(other, f"{desk.address}/questionnaires/draft/small{at(desk, 'S1')}")
    assert field(other, "zh").input_value() == "离线写的"


def test_offline_and_back_where_another_changed_the_same(sit, desk):
    put_in_order(desk, "MET", "S2", "S1")
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
    visit(page, f"{desk.address}/questionnaires/draft/small")
    moved = page.locator("#unsent li:has-text('Move down')")
    assert "somebody changed the same" in moved.inner_text(), "two moves of one part are no one's to decide"
    assert "first in “" in moved.inner_text(), "where theirs put it"
    assert "behind “" in moved.inner_text(), "where mine would"
    accessible(page)
    moved.locator("button:has-text('Make my change')").click()
    until(page, "What waited here is done")
    page.locator("#unsent li:has-text('Move down')").wait_for(state="detached")
    page.click("#unsent a")
    until(page, "Somebody changed the same")
    assert field(page).input_value() == "Ann on the train"
    page.click("#part button[type=submit]")
    page.wait_for_selector("text=Bob at his desk")
    page.click("text=Make my change")
    page.wait_for_selector("#part")
    assert field(page).input_value() == "Ann on the train"
    visit(page, f"{desk.address}/questionnaires/draft/small")
    look(page)
    page.wait_for_selector("#unsent", state="hidden")  # what was decided waits no longer


def test_what_is_removed_offline_waits_and_what_others_use_asks_first(sit, desk):
    page = sit("ann")
    draft = f"{desk.address}/questionnaires/draft/going"
    visit(page, f"{draft}{at(desk, 'WHY', 'going')}")
    number = last_change(desk, "going")
    page.context.set_offline(True)
    field(page).fill("Why, in a word?")
    until(page, "Offline")
    page.dblclick("text=Remove …")
    until(page, "it waits here and is done")
    waits = page.locator("#unsent li")
    assert waits.count() == 1, "a part is removed once"
    assert last_change(desk, "going") == number
    page.context.set_offline(False)
    page.wait_for_url(f"{draft}{at(desk, 'B', 'going')}")
    assert last_change(desk, "going") == number + 2, "the words go first, then the part"
    assert page.locator("#list-question li").count() == 0

    visit(page, f"{draft}{at(desk, 'MET', 'going')}")
    page.context.set_offline(True)
    page.click("text=Remove …")
    until(page, "it waits here and is done")
    page.click("#unsent button")
    page.wait_for_selector("#unsent", state="hidden")  # taken back before it was sent
    page.click("text=Remove …")
    page.locator("#unsent li").wait_for()
    page.context.set_offline(False)
    used = page.locator("#unsent li:has-text('others use it')")
    used.wait_for()
    accessible(page)
    used.locator("a").click()
    page.wait_for_selector("h2#used")
    page.context.set_offline(True)
    page.click("text=Remove it, and take it out of these")
    until(page, "it waits here and is done")
    assert page.locator("#unsent li").count() == 1, "the decision stands for what waited"
    accessible(page)
    page.context.set_offline(False)
    page.wait_for_url(f"{draft}{at(desk, 'A', 'going')}")
    assert last_change(desk, "going") == number + 3
    page.wait_for_selector("#unsent", state="hidden")


def test_a_block_is_unlocked_offline_and_its_reason_is_in_the_trail_once(sit, desk):
    page = sit("bob")
    visit(page, f"{desk.address}/questionnaires/draft/locked{at(desk, 'SAT', 'locked')}")
    number = last_change(desk, "locked")
    page.context.set_offline(True)
    page.click("summary:has-text('Turn it into an ordinary block')")
    page.fill("[name=reason]", "Nobody here buys at a shop.")
    page.dblclick("button:has-text('Turn it into an ordinary block')")
    until(page, "it waits here and is done")
    assert page.locator("#unsent li").count() == 1
    page.context.set_offline(False)
    page.wait_for_selector("#held", state="detached")
    assert last_change(desk, "locked") == number + 1
    with Session(create_engine(desk.database)) as session:
        kept = session.scalars(select(AuditEntry).where(AuditEntry.action == "draft.unlock")).all()
    assert [each.detail["reason"] for each in kept] == ["Nobody here buys at a shop."]


@pytest.mark.parametrize(("language", "width"), [("zh", 360), ("en", 1280)])
def test_a_move_that_another_made_too_is_told_and_decided(sit, desk, language, width):
    waits, first, mine, theirs, done, undone = WORDS[language]
    put_in_order(desk, "MET", "S1", "S2")
    ann, bob = sit("ann", "S2", viewport={"width": width, "height": 800}), sit("bob", "S2")
    visit(ann, f"{ann.url}?lang={language}")
    up, down = "#whole ~ .actions-row [value=up]", "#whole ~ .actions-row [value=down]"
    for decided, where in ((theirs, "“"), (mine, first)):
        before = last_change(desk)
        ann.context.set_offline(True)
        ann.click(down)
        until(ann, waits)
        bob.click(up)
        bob.wait_for_selector("text=Moved.")
        assert last_change(desk) == before + 1
        ann.context.set_offline(False)
        line = ann.locator("#unsent li:has(button)").filter(has_text="bob@example.org")
        line.wait_for()
        assert where in line.inner_text(), "where theirs put it"
        until(ann, undone)
        assert ann.evaluate("document.documentElement.scrollWidth <= innerWidth")
        accessible(ann)
        line.locator(f"button:has-text('{decided}')").click()
        line.wait_for(state="detached")
        if decided == mine:
            until(ann, done)
        assert last_change(desk) == before + 1 + (decided == mine)
        ann.wait_for_selector("#unsent", state="hidden")
        for page in (ann, bob):
            visit(page, page.url)
