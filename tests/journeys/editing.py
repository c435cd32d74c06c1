"""What a journey looks at while somebody edits."""

import os
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from surveys.database import create_engine
from surveys.editing import drafting
from surveys.editing.order import spread


def field(page, language="en"):
    return page.locator(f"[name='v:text/{language}']")


def visit(page, address):
    """Open a page of the editor, and wait for its script: it begins after the page is there."""
    page.goto(address)
    watched(page)


def watched(page):
    page.wait_for_selector("#states[data-ready]", state="attached")


def until(page, text, place="saving"):
    wanted = "([id, text]) => document.getElementById(id).textContent.includes(text)"
    page.wait_for_function(wanted, arg=[place, text])


def last_change(desk, code="small"):
    """Give the number of the last change of a draft."""
    with Session(create_engine(desk.database)) as session:
        return drafting.find(session, code).number


def put_in_order(desk, *codes, code="small"):
    """Put the parts of one list into an order, whatever was done to the draft before; others stand behind."""
    with Session(create_engine(desk.database)) as session:
        draft = drafting.find(session, code)
        nodes = drafting.nodes_of(session, draft)
        first = [next(each for each in nodes if each.code == name and not each.dropped) for name in codes]
        rest = [each for each in nodes.siblings(first[0]) if each not in first]
        places = spread("", "", len(first) + len(rest))
        moves = [
            {"op": "move", "id": each.id, "parent": each.parent, "place": place}
            for each, place in zip([*first, *rest], places, strict=True)
        ]
        change = drafting.Change(draft.number, b"o" * 16, os.urandom(16), moves)
        done = drafting.change(session, draft, change, staff_name="import", now=datetime.now(UTC))
        assert done.number is not None, done.conflicts
        session.commit()


def look(page):
    """Let the page ask for news now."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
