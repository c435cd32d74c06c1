"""A tablet for many people in a real browser: every state of it, on a phone and a wide screen."""

import secrets
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.collecting import waves
from surveys.database import create_engine
from surveys.editing import publishing
from surveys.models import Wave
from tests.journeys.conftest import SETTINGS
from tests.journeys.looking import accessible
from tests.journeys.test_questionnaire import CUT, fill_page

pytestmark = pytest.mark.journey
SIZES = {"phone": {"width": 360, "height": 640}, "wide": {"width": 1280, "height": 800}}


@pytest.fixture(params=[("phone", "zh-CN"), ("wide", "en-GB")], ids=["phone-zh", "wide-en"])
def tablet(site, browser, request):
    """A browser at a wave of its own, and what is done with that wave."""
    size, locale = request.param
    with Session(create_engine(site.database)) as session:
        version = publishing.latest_version(session, "utility_csi")
        wave = waves.create_wave(
            session,
            version,
            code=f"HALL-{secrets.token_hex(4)}",
            title="Hall",
            settings=SETTINGS,
            now=datetime.now(UTC),
        )
        waves.open_wave(session, wave, datetime.now(UTC))
        address, code = f"{site.address}/k/{wave.public_key}", wave.code
        session.commit()

    def done(change):
        with Session(create_engine(site.database)) as session:
            change(session, session.scalar(select(Wave).where(Wave.code == code)), datetime.now(UTC))
            session.commit()

    context = browser.new_context(viewport=SIZES[size], locale=locale)
    yield SimpleNamespace(page=context.new_page(), address=address, done=done)
    context.close()


def looked_at(page):
    """What holds in every state: readable by everybody, nothing cut off, nothing sideways, no way out."""
    accessible(page)
    assert page.evaluate(CUT) == [], page.url
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
    away = (
        "[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href')).filter(h => h[0] !== '#')"
    )
    assert page.evaluate(away) == [], page.url
    assert page.locator("form.kiosk button").is_visible()


def warned(page):
    """Nobody touches the page for as long as its clock waits; the waiting is made short."""
    page.evaluate("document.querySelector('form.kiosk').dataset.idle = 0.05")
    page.evaluate("dispatchEvent(new Event('pointerdown'))")
    page.wait_for_selector("form.kiosk [role=alert]:visible")


def test_every_state_of_a_tablet_can_be_read_and_leads_nowhere_else(tablet):
    page = tablet.page
    page.goto(tablet.address)
    looked_at(page)
    page.locator("details.privacy summary").click()
    assert page.locator("details.privacy li").count() == 5
    looked_at(page)
    page.locator("button.next").click()  # nothing answered: refused
    page.wait_for_selector(".error-summary")
    looked_at(page)
    warned(page)
    looked_at(page)
    for _ in range(40):
        if page.locator(".receipt").count():
            break
        fill_page(page)
        page.locator("button.next").click()
        page.wait_for_load_state()
    assert page.locator(".receipt").is_visible()
    looked_at(page)
    warned(page)
    looked_at(page)

    page.goto(tablet.address)
    tablet.done(waves.pause_wave)
    page.reload()
    looked_at(page)
    warned(page)
    looked_at(page)
    tablet.done(waves.resume_wave)
    page.locator("form.kiosk button").click()
    page.wait_for_selector("button.next")
    tablet.done(waves.close_wave)
    page.locator("button.next").click()
    page.wait_for_selector("form.kiosk[method=get]")
    looked_at(page)


def test_who_reads_what_is_stored_and_goes_away_leaves_nothing_open(tablet):
    page = tablet.page
    page.goto(tablet.address)
    seat = page.url
    page.locator("input[name=S1][value=yes]").check(force=True)
    page.locator("details.privacy summary").click()
    page.evaluate("Object.assign(document.querySelector('form.kiosk').dataset, { idle: 0.05, warned: 0.05 })")
    page.evaluate("dispatchEvent(new Event('pointerdown'))")
    page.wait_for_url(lambda url: url != seat)
    assert not page.locator("details.privacy[open]").count()
    assert not page.locator("input:checked").count()


FILLED = """[...document.querySelectorAll('#answers input, #answers textarea')]
  .filter(each => each.checked || (each.value && /text/.test(each.type))).map(each => each.name)"""


def begun(page):
    """Answer two pages, and tick the third without sending it."""
    for _ in range(2):
        fill_page(page)
        page.locator("button.next").click()
        page.wait_for_load_state()
    fill_page(page)


def nothing_behind(page):
    """The browser's way back shows nothing of whoever was there before."""
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert page.evaluate(FILLED) == [], page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_the_browsers_way_back_brings_nothing_of_the_one_before(site, tablet, browser, scripts):
    """A browser fills forms in anew by itself, where nothing tells it not to."""
    context = browser.new_context(viewport=SIZES["phone"], java_script_enabled=scripts)
    page = context.new_page()
    page.goto(tablet.address)
    begun(page)
    page.locator("form.kiosk button").click()
    page.wait_for_load_state()
    nothing_behind(page)

    page.goto(tablet.address.replace("/k/", "/s/"))
    begun(page)
    page.go_back()
    page.wait_for_load_state()
    assert page.evaluate(FILLED), "who goes back themselves finds their answers"
    page.goto(tablet.address.replace("/k/", "/s/"))
    page.locator("button.anew").click()
    page.wait_for_load_state()
    nothing_behind(page)
    context.close()
