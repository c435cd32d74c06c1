"""The whole utility questionnaire in a real browser: on a small phone without JavaScript, and by keyboard."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.analysing import matrix
from surveys.database import create_engine
from surveys.models import Wave

pytestmark = pytest.mark.journey
RECEIPT = re.compile(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){3}")
# What a customer answers where the answer decides what comes next; everything else is answered with 7.
CHOICES = {
    "S1": "yes",
    "S2": "yes",
    "S3": "yes",
    "S5": "yes",
    "S4": "no",
    "CATEGORY": "residential",
    "E5": "gas",
    "C1": "yes",
}


def stored(site, code):
    with Session(create_engine(site.database)) as session:
        wave = session.scalar(select(Wave).where(Wave.code == code))
        return matrix.load_matrix(session, wave)


def new_rows(site, code, before):
    """The responses that came after `before` was read, by question; rows stand in the order of random ids."""
    answers = stored(site, code)
    return [
        dict(zip(answers.question_codes, row, strict=True))
        for row, number in zip(answers.values, answers.response_ids, strict=True)
        if number not in before.response_ids
    ]


def fill_page(page):
    """Answer everything visible; the labels are pressed, as fingers do. Give the questions rated with 7."""
    page.wait_for_load_state()  # a click waits for the next page to begin, not for all of it
    rated = []
    for group in page.locator("fieldset.item:visible").all():
        code = group.get_attribute("data-code") or ""
        if code == "E4":
            for option in ("hotline", "repair"):
                group.locator(f"input[value={option}]").check()
        elif code in CHOICES:
            group.locator(f"input[value='{CHOICES[code]}']").check()
        elif code == "ATT1":
            group.locator("input[value='3']").check()
        elif group.locator(".points").count():
            group.locator("input[value='7']").check()
            rated.append(code)
        elif group.locator("select").count():
            for number, chooser in enumerate(group.locator("select").all()):
                chooser.select_option(index=number + 1)
        elif group.locator("input[type=radio]").count():
            group.locator("input[type=radio]").first.check()
        elif group.locator("textarea").count():
            group.locator("textarea").fill("希望停电提前通知 <b>&")
        elif group.locator("input[type=text]").count():
            group.locator("input[type=text]").first.fill("2")
    return rated


CUT = """() => [...document.querySelectorAll('main *')].filter(each => each.scrollWidth > each.clientWidth + 1
  && each.clientWidth > 0 && getComputedStyle(each).display !== 'inline' && !each.closest('.visually-hidden'))
  .map(each => each.className || each.tagName)"""


def text_of_double_size_fits(page):
    """Nothing is cut off, and nothing scrolls sideways, where somebody needs large letters."""
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    no_sideways_scrolling(page)
    assert page.evaluate(CUT) == [], page.url
    page.evaluate("document.documentElement.style.fontSize = ''")


def no_sideways_scrolling(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
        page.url
    )


def test_phone_without_javascript_answers_everything_in_chinese(site, browser):
    context = browser.new_context(
        viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="zh-CN", has_touch=True
    )
    page = context.new_page()
    before = stored(site, "OPEN")
    page.goto(f"{site.address}/s/{site.key}")
    seen, rated = [], []
    for _ in range(30):
        if page.url.endswith("/done"):
            break
        seen.append(page.url.split("?")[0].rsplit("/", 1)[1])
        for row in page.locator(".points:visible").all():
            boxes = [label.bounding_box() for label in row.locator("label").all()]
            assert all(box["x"] >= 0 and box["x"] + box["width"] <= 360 for box in boxes)
            assert all(min(box["height"], box["width"]) >= 24 for box in boxes)
            assert len({round(box["y"]) for box in boxes}) == 1, "the points are one scale"
        text_of_double_size_fits(page)
        rated += fill_page(page)
        page.locator("button.next").click()
    assert RECEIPT.search(page.locator(".receipt").inner_text())
    receipt = page.locator(".receipt").inner_text()
    assert "谢谢" in page.locator("h1").inner_text()
    assert list(dict.fromkeys(seen)) == [
        "SCREEN", "CUSTOMER", "EXPERIENCE", "IMG", "KNOW", "EXP", "PQS", "PQV", "TOUCH", "VAL", "SAT", "COM",
        "SWC", "LOY", "COMPARE", "OPEN", "ABOUT",
    ]  # fmt: skip
    [row] = new_rows(site, "OPEN", before)
    assert {code: row[code] for code in rated} == dict.fromkeys(rated, 7.0)
    assert {row[code] for code in ("IMG1", "EXP6", "PQS6", "PQV7", "PQV9", "VAL3", "SAT1", "LOY4", "C4")} == {
        7.0
    }
    assert np.isnan(row["PQV8"])
    assert (row["E4.hotline"], row["E4.hall"], row["E1"], row["ATT1"]) == (1, 0, 2, 3)
    # the link once more: the same receipt, no second response
    page.goto(f"{site.address}/s/{site.key}")
    assert page.locator(".receipt").inner_text() == receipt
    assert len(new_rows(site, "OPEN", before)) == 1
    context.close()


def test_a_page_that_the_network_swallows_is_sent_again(site, browser):
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.address}/s/{site.key}")
    fill_page(page)
    first = page.url
    tries = []

    def swallow(route):
        tries.append(route.request.post_data)
        if len(tries) > 1:
            route.continue_()

    page.route(lambda address: address == first.split("?")[0], swallow)
    page.locator("button.next").scroll_into_view_if_needed()
    box = page.locator("button.next").bounding_box()
    place = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.dblclick(*place)
    page.wait_for_timeout(1000)
    assert len(tries) == 1, "a double click sends once"
    page.mouse.click(*place)
    # By what the page is: waiting for a navigation may meet the end of the swallowed one.
    page.wait_for_function("first => location.href.split('?')[0] !== first", arg=first.split("?")[0])
    assert len(tries) == 2
    assert all(each.count("_s=") == 1 for each in tries)
    context.close()


def test_language_switch_and_back_keep_answers_and_a_closed_browser_resumes(site, browser):
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{site.address}/s/{site.key}")
    fill_page(page)
    page.locator("button[value='lang:en']").click()
    assert page.locator("h1").inner_text() == "Before we start"
    assert page.locator("input[name=S1][value=yes]").is_checked()
    page.locator("button.next").click()
    fill_page(page)
    page.locator("button[value=back]").click()
    assert page.url.endswith("/SCREEN")
    page.locator("button.next").click()
    assert page.locator("input[name=CATEGORY][value=residential]").is_checked()
    page.locator("button.next").click()
    assert page.url.endswith("/EXPERIENCE")
    state = context.storage_state()
    context.close()
    again = browser.new_context(storage_state=state)
    page = again.new_page()
    page.goto(f"{site.address}/s/{site.key}")
    assert page.url.endswith("/EXPERIENCE?resumed=1"), "told that somebody has begun here"
    again.close()


def press_through(page):
    """Answer a page with the keyboard alone: Tab to each group, Space or digits, Enter at the end."""
    for _ in range(200):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => { const e = document.activeElement;
                return {tag: e.tagName, type: e.type || "", name: e.name || "", value: e.value || "",
                        next: e.classList.contains("next"), checked: !!e.checked,
                        chosen: e.selectedIndex || 0}; }"""
        )
        if focused["next"]:
            page.keyboard.press("Enter")
            page.wait_for_load_state()
            return
        if focused["type"] == "radio":
            wanted = CHOICES.get(focused["name"], "3" if focused["name"] == "ATT1" else "7")
            for _ in range(12):
                value = page.evaluate("document.activeElement.value")
                if value == wanted or (wanted == "7" and not value.isdigit() and value not in {"dk", "na"}):
                    break
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Space")
        elif focused["type"] == "checkbox" and focused["value"] in {"hotline", "hall"}:
            # A page that comes again with a further question has its ticks; Space would take them away.
            if not focused["checked"]:
                page.keyboard.press("Space")
        elif focused["type"] == "select-one":
            for _ in range(int(focused["name"].split(".")[1]) - focused["chosen"]):
                page.keyboard.press("ArrowDown")
        # Own words belong to an option that is not chosen here: written all the same, the page asks back.
        elif focused["type"] in {"text", "textarea"} and not focused["name"].endswith(".text"):
            page.keyboard.type("2")
    pytest.fail(f"the keyboard never reached the next button on {page.url}")


def test_keyboard_alone_answers_everything_in_english_and_axe_finds_nothing(site, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    page = context.new_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text) if message.type == "error" else None)
    before = stored(site, "OPEN")
    page.goto(f"{site.address}/s/{site.key}?lang=en")
    page.goto(f"{site.address}/s/{site.key}")
    for _ in range(40):
        findings = Axe().run(page).response["violations"]
        assert not findings, (page.url, [(f["id"], f["nodes"][0]["html"][:200]) for f in findings])
        no_sideways_scrolling(page)
        if page.url.endswith("/done"):
            break
        address = page.url
        press_through(page)
        page.wait_for_url(lambda url, old=address: url != old, timeout=15_000)
    assert RECEIPT.search(page.locator(".receipt").inner_text())
    assert page.locator("h1").inner_text() == "Thank you"
    assert not refused
    [row] = new_rows(site, "OPEN", before)
    assert {row[code] for code in ("IMG1", "PQS4", "PQV6", "PQV8", "SAT2", "C4", "SWC4", "CES")} == {7.0}
    # Questions that an answer on the same page brought up were reached and answered as well.
    assert (row["E1"], row["E2"], row["C5"], row["E4.hotline"], row["E4.repair"]) == (
        2,
        1,
        2,
        1,
        0,
    )  # E2 has decimals: given
    assert not np.isnan([row[code] for code in ("E3", "C2", "C2D", "C3", "IMP.3", "D4", "K2")]).any()
    context.close()


def test_single_use_link_gives_one_response(site, browser):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{site.address}/i/{site.tokens[0]}")
    for _ in range(30):
        if page.url.endswith("/done"):
            break
        fill_page(page)
        page.locator("button.next").click()
    receipt = page.locator(".receipt").inner_text()
    page.goto(f"{site.address}/i/{site.tokens[0]}/done")
    assert page.locator(".receipt").inner_text() == receipt
    stranger = browser.new_context(locale="en-GB").new_page()
    answer = stranger.goto(f"{site.address}/i/{site.tokens[0]}")
    assert answer.status == 404
    unknown = stranger.goto(f"{site.address}/i/{'x' * len(site.tokens[0])}")
    assert unknown.status == 404
    assert stranger.locator("h1").inner_text() == "This link cannot be used"
    assert len(stored(site, "TOKEN").values) == 1
    context.close()


def test_screened_out_people_are_thanked_and_not_counted(site, browser):
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    before = len(stored(site, "OPEN").values)
    page.goto(f"{site.address}/s/{site.key}")
    page.locator("input[name=S1][value=no]").check()
    page.locator("button.next").click()
    assert page.url.endswith("/done")
    assert "chose not to take part" in page.locator("main").inner_text()
    assert page.locator(".receipt").count() == 0
    assert len(stored(site, "OPEN").values) == before
    context.close()
