"""What a journey looks at while somebody edits."""

from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.editing import drafting


def field(page, language="en"):
    return page.locator(f"[name='v:text/{language}']")


def until(page, text, place="saving"):
    wanted = "([id, text]) => document.getElementById(id).textContent.includes(text)"
    page.wait_for_function(wanted, arg=[place, text])


def last_change(desk, code="small"):
    """Give the number of the last change of a draft."""
    with Session(create_engine(desk.database)) as session:
        return drafting.find(session, code).number


def look(page):
    """Let the page ask for news now."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
