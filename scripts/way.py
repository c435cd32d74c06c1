"""Count the way of an answer on a small demo: `python scripts/way.py` prints a line for each stretch of it.

Own functions alone are counted, those of `web`, `surveys` and `csi_model`: how many of them stand inside one
another where they are deepest, how often one is called, how many different ones, and in how many files.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, NamedTuple

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import migrating
from surveys.database import create_engine
from surveys.models import Analysis, Wave
from web.accounts.staff import add_staff
from web.demo import build
from web.extensions import db
from web.runs import compute
from web.site import create_app

ROOT = Path(__file__).resolve().parents[1]
OWN = tuple(f"{ROOT / package}/" for package in ("web", "surveys", "csi_model"))
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
# The answers by which an ordinary household goes through the built-in questionnaire.
HOME = {
    "S1": "yes",
    "S2": "yes",
    "S3": "yes",
    "S5": "yes",
    "S4": "no",
    "CATEGORY": "residential",
    "ATT1": "3",
}
EMAIL, PASSWORD = "way@example.org", "correct horse battery"


class Stretch(NamedTuple):
    """What was called: the deepest chain from outside in, and the calls, functions and files in all."""

    chain: tuple[str, ...]
    calls: int
    functions: int
    files: int


def measured(call: Callable[[], Any]) -> Stretch:
    """Carry something out and count the own functions on its way, in this thread."""
    stack: list[str] = []
    deepest: tuple[str, ...] = ()
    calls = 0
    functions, files = set(), set()
    own: dict[int, str] = {}

    def watch(frame: FrameType, event: str, _argument: object) -> None:
        nonlocal deepest, calls
        path = frame.f_code.co_filename
        if event == "call" and path.startswith(OWN) and not frame.f_code.co_name.startswith("<"):
            name = f"{path[len(str(ROOT)) + 1 :]}:{frame.f_code.co_qualname}"
            own[id(frame)] = name
            calls += 1
            stack.append(name)
            functions.add(name)
            files.add(path)
            if len(stack) > len(deepest):
                deepest = tuple(stack)
        elif event == "return" and own.pop(id(frame), None):
            stack.pop()

    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(None)
    return Stretch(deepest, calls, len(functions), len(files))


def fields(page: BeautifulSoup) -> dict[str, Any]:
    """Answer what stands on a page, as a browser would send it."""
    found: dict[str, Any] = {"_t": page.select_one("input[name=_t]")["value"], "go": "next"}
    for box in page.select("fieldset.item:not([hidden])"):
        code, boxes = box.get("data-code", ""), box.select("input[type=checkbox]")
        radios = box.select("input[type=radio]")
        if radios:
            found[radios[0]["name"]] = HOME.get(code, radios[min(6, len(radios) - 1)]["value"])
        elif boxes:
            found[boxes[0]["name"]] = boxes[0]["value"]
    return found


def sent_pages(client: FlaskClient, link: str) -> Iterator[Stretch]:
    """Answer a questionnaire to its end, and measure each page that is sent."""
    place = client.get(link).location
    while not place.endswith("/done"):
        page = BeautifulSoup(client.get(place).get_data(as_text=True), "html.parser")
        answers, came = fields(page), []
        yield measured(lambda: came.append(client.post(place, data=answers)))  # noqa: B023
        assert came[0].status_code == 303, came[0].get_data(as_text=True)
        place = came[0].location.split("#")[0]


def logged_in(client: FlaskClient) -> FlaskClient:
    """Log an analyst in."""
    page = BeautifulSoup(client.get("/login").get_data(as_text=True), "html.parser")
    token = page.select_one("input[name=csrf_token]")["value"]
    client.post("/login", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD})
    return client


def make_demo(folder: Path) -> None:
    """Make the small demo of the tests in a folder."""
    url = f"sqlite:///{folder / 'manyi.db'}"
    migrating.upgrade(url)
    engine = create_engine(url)
    with Session(engine) as session:
        build.build(
            session, responses=320, waves=2, seed=3, truth_file=folder / "truth.json", now=NOW,
            say=lambda _: None,
        )  # fmt: skip
    engine.dispose()


def ways(folder: Path) -> dict[str, Stretch]:
    """Measure the three stretches: a page that is sent, the run of a wave, and the page with its figures."""
    url = f"sqlite:///{folder / 'manyi.db'}"
    engine = create_engine(url)
    with Session(engine) as session:
        wave = session.scalars(select(Wave).where(Wave.code == "DEMO-NOW")).one()
        wave.closes_at = None  # the demo stands at a day of its own
        closed = session.scalars(select(Wave).where(Wave.state == "closed").order_by(Wave.id.desc())).first()
        assert closed is not None
        queued = compute.plan(session, closed, staff_name="way", now=NOW, options={"bootstrap": 50})
        session.commit()
        link, run = f"/s/{wave.public_key}", queued.id
    app = create_app({"TESTING": True, "MANYI": {"INSTANCE": folder, "DATABASE_URL": url}})
    with app.app_context():
        add_staff(db.session, email=EMAIL, name="Way", roles=["analyst"], password=PASSWORD)
        db.session.commit()
    saved = list(sent_pages(app.test_client(), link))
    with Session(engine) as session:
        analysis = session.get_one(Analysis, run)
        computed = measured(lambda: compute.execute(session, analysis))
        assert analysis.state == "done", analysis.message
    staff = logged_in(app.test_client())
    assert staff.get("/insight/").status_code == 200
    shown = measured(lambda: staff.get("/insight/?lang=en"))
    engine.dispose()
    return {"request to commit": _longest(saved), "answers to figure": computed, "figure to page": shown}


def _longest(found: list[Stretch]) -> Stretch:
    return max(found, key=lambda each: len(each.chain))


def main() -> None:
    """Print the numbers, and the deepest chains where `--chains` is given."""
    with tempfile.TemporaryDirectory() as folder:
        make_demo(Path(folder))
        found = ways(Path(folder))
    for name, each in found.items():
        numbers = f"{each.calls} calls, {each.functions} functions, {each.files} files"
        print(f"{name}: {len(each.chain)} deep, {numbers}")
        for place, call in enumerate(each.chain if "--chains" in sys.argv else ()):
            print("  " * place + call)


if __name__ == "__main__":
    main()
