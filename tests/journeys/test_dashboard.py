"""A leader reads the dashboard, an analyst estimates a wave, in Chromium, both languages, desk and phone."""

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = pytest.mark.journey
WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def opened(browser, utility):
    """Open a page as a role; whatever the browser complains about fails the test."""
    contexts = []

    def log_in(role, *, language="en-GB", width=1280, scripts=True):
        context = browser.new_context(
            locale=language, viewport={"width": width, "height": 900}, java_script_enabled=scripts
        )
        page = context.new_page()
        complaints = []
        page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        contexts.append((context, complaints))
        page.goto(f"{utility.address}/login")
        page.fill("input[name=email]", f"{role}@example.org")
        page.fill("input[name=password]", utility.passwords[role])
        page.press("input[name=password]", "Enter")
        page.wait_for_url("**/insight/**")
        return page

    yield log_in
    for context, complaints in contexts:
        context.close()
        assert not complaints


def sound(page):
    findings = Axe().run(page, options=WCAG).response["violations"]
    assert not findings, [(found["id"], found["nodes"][0]["html"][:200]) for found in findings]
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 1, f"{page.url} scrolls sideways by {wide} px"


def every_chart_is_drawn(page, number):
    page.wait_for_function(
        "n => document.querySelectorAll('.chart .main-svg').length >= n && "
        "[...document.querySelectorAll('.chart')].every(each => each.querySelector('.main-svg'))",
        arg=number,
    )


@pytest.mark.parametrize(
    ("language", "width"), [("zh-CN", 360), ("zh-CN", 1280), ("en-GB", 360), ("en-GB", 1280)]
)
def test_leader_reads_and_drills_down(opened, language, width):
    page = opened("viewer", language=language, width=width)
    every_chart_is_drawn(page, 10)
    sound(page)
    assert not page.locator(".chart-box details[open]").count(), "tables wait once the charts are there"
    charts = page.locator(".chart")
    inside = page.evaluate("document.documentElement.clientWidth")
    for place in range(charts.count()):
        box = charts.nth(place).locator(".main-svg").first.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= inside + 1, "a chart is cut off"
    page.locator(".list-table a").first.click()
    every_chart_is_drawn(page, 1)
    sound(page)
    assert page.locator("#questions").is_visible()


def test_choice_by_keyboard_shows_the_group(opened):
    page = opened("viewer")
    page.locator("#part").focus()
    page.keyboard.press("ArrowDown")
    page.wait_for_url("**part=county*")
    assert "Central" in page.locator("h1").inner_text()


def test_without_javascript_the_tables_hold_the_figures(opened):
    page = opened("viewer", scripts=False, width=360)
    tables = page.locator(".chart-box details[open] table")
    assert tables.count() == 10
    assert tables.first.is_visible()
    page.locator("#part").select_option("county:D1")
    page.locator(".choices button").click()
    assert "part=county" in page.url


def test_analyst_estimates_a_wave_and_watches_it_end(opened):
    page = opened("analyst")
    page.goto(page.url.split("/insight")[0] + "/runs/")
    sound(page)
    page.locator("summary").first.click()
    page.locator("#wave").select_option("DEMO-NOW")
    page.locator("#bootstrap").fill("200")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("#progress")
    page.wait_for_selector("#progress .tag-done", timeout=60_000)
    sound(page)
    assert page.locator("#measurement").is_visible()
