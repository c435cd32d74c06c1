"""Stuff a wave and see that its official index stays: honest people, an office, and a burst.

`make stuffing` makes a site on a scratch database. Over HTTP and over weeks 300 people answer
from 280 addresses, 40 more from one office behind one address within two hours, and then 60 questionnaires
come from one address within 20 seconds. The wave is closed, run, approved by a second person and published.
It prints what was left out and how far the index moved; exit 1 if the index moved by a standard error, if
honest people were left out, or if no flag names the burst.
"""

import argparse
import html
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import numpy as np
from flask import Flask
from sqlalchemy import URL, select
from sqlalchemy.orm import Session
from stuffing_people import HEADERS, Pick, answer, lines, person, seconds, tens

from surveys import instruments, migrating
from surveys.analysing import decisions, quality
from surveys.collecting import frame, waves
from surveys.collecting.counting import counters_of
from surveys.database import create_engine
from surveys.editing import publishing
from surveys.models import Analysis, Response, UnitLevel, Wave
from web.accounts.staff import add_staff
from web.accounts.units import set_units
from web.extensions import db
from web.fieldwork.quality import burst_text
from web.runs import queue
from web.site import create_app

DAYS = 20
ATTACKED = 12  # the day of the burst
PASSWORD = "long enough for a test"  # noqa: S105  of accounts that live for a minute
ROLES = ("designer", "analyst", "administrator", "viewer")


class Report(NamedTuple):
    """What the journey saw."""

    index: float
    index_before: float
    se: float
    index_with_all: float
    honest_out: int
    honest_why: list[str]
    n_honest: int
    stuffed_out: int
    n_stuffed: int
    bursts: list[str]
    reader: str

    @property
    def holds(self) -> bool:
        """Whether the index stood, nobody honest was left out, and the burst is named."""
        return (
            abs(self.index - self.index_before) < self.se
            and self.honest_out <= 0.003 * self.n_honest
            and self.stuffed_out >= 0.9 * self.n_stuffed
            and any("alike" in each and str(self.n_stuffed) in each for each in self.bursts)
        )


class Site:
    """A site on a scratch database, with a clock that the journey sets."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = URL.create("sqlite", database=str(folder / "manyi.db"))
        self.now = datetime.now(UTC).replace(hour=12) - timedelta(days=DAYS)
        migrating.upgrade(self.url)
        self.app = _app(folder, self.url)
        self.engine = create_engine(self.url)

    def people(self) -> dict[str, Any]:
        """Make an account for each role, in the one unit that there is, and log everybody in."""
        with self.app.app_context():
            frame.add_unit(db.session, code="TOP", name="Utility", level=UnitLevel.CITY)
            for role in ROLES:
                made, _ = add_staff(db.session, email=f"{role}@example.org", roles=[role], password=PASSWORD)
                set_units(db.session, made, ["TOP"], by="journey")
            db.session.commit()
        found = {}
        for role in ROLES:
            found[role] = self.app.test_client()
            page = found[role].get("/login", headers=HEADERS).get_data(as_text=True)
            sent = {"email": f"{role}@example.org", "password": PASSWORD, "csrf_token": _mark(page)}
            found[role].post("/login", data=sent, headers=HEADERS)
        return found

    def wave(self) -> Wave:
        """Open a public wave of the short questionnaire."""
        with Session(self.engine, expire_on_commit=False) as session:
            version = publishing.publish(
                session,
                instruments.load("utility_csi", "short"),
                "journey",
                self.now,
                way="command line",
                reason="journey",
            )
            wave = waves.create_wave(session, version, code="W1", title="Wave", now=self.now)
            waves.open_wave(session, wave, self.now - timedelta(hours=1))
            session.commit()
        return wave

    @contextmanager
    def clock(self) -> Iterator[None]:
        """Let respondents' pages go by the journey's clock."""

        class Clock(datetime):
            @classmethod
            def now(cls, _zone: Any = None) -> datetime:  # type: ignore[override]
                return self.now

        with mock.patch("web.respond.views.datetime", Clock), mock.patch("web.respond.visit.datetime", Clock):
            yield

    def settle(self) -> None:
        """Write the counters that a process would write within seconds."""
        with self.app.app_context():
            counters_of(db.engine).flush()

    def run(self, analyst: Any) -> Analysis:
        """Ask for a run, and do what the worker would."""
        sent = {"wave": "W1", "method": "pls", "scheme": "path", "bootstrap": "200", "seed": "1"}
        place = _post(analyst, "/runs/", "/runs/", **sent).location
        waiting = queue.queue(self.url, self.folder).waiting
        while (task := waiting.dequeue()) is not None:
            waiting.execute(task)
        with Session(self.engine) as session:
            run = session.get_one(Analysis, int(place.rsplit("/", 1)[1]))
            if run.state != "done":
                raise SystemExit(f"the run ended as {run.state}: {run.message}")
            session.expunge(run)
            return run


def journey(folder: Path, *, honest: int, office: int, stuffed: int, seed: int, answers: Pick) -> Report:
    """Go the whole way; `answers` picks what a stuffed questionnaire says."""
    site = Site(folder)
    wave, people, rng = site.wave(), site.people(), np.random.default_rng(seed)
    begun = site.now.replace(hour=0)
    addresses = [f"81.{rng.integers(256)}.{rng.integers(256)}.{rng.integers(1, 255)}" for _ in range(280)]
    with site.clock():
        for number in range(honest):
            site.now = begun + timedelta(days=int(rng.integers(1, DAYS)), hours=int(rng.integers(7, 22)))
            answer(site.app, wave, addresses[number % len(addresses)], person(rng), seconds(rng))
        for number in range(office):
            site.now = begun + timedelta(days=ATTACKED, hours=9, minutes=3 * number)
            answer(site.app, wave, "93.184.216.34", person(rng), seconds(rng))
        site.settle()
        before = site.run(people["analyst"])
        known = _ids(site, wave)
        for number in range(stuffed):
            site.now = begun + timedelta(days=ATTACKED, hours=15, seconds=number / 3)
            answer(site.app, wave, "45.83.64.1", answers, 0.5 * 15)
        site.settle()
    _post(people["designer"], "/waves/W1", "/waves/W1/close", **{"close-reason": "enough answers"})
    run = site.run(people["analyst"])
    place = f"/runs/{run.id}"
    _post(people["analyst"], place, f"{place}/propose", reason="the usual options")
    _post(people["administrator"], place, f"{place}/approve", reason="read and found right")
    page = people["viewer"].get("/insight/", headers=HEADERS).get_data(as_text=True)
    return _report(site, wave, before, run, known, page)


def _report(site: Site, wave: Wave, before: Analysis, run: Analysis, known: set[int], page: str) -> Report:
    with Session(site.engine) as session:
        stand = decisions.standings(session, wave)
        out = {ident for ident, each in stand.items() if each.is_excluded}
        everybody = _ids(site, wave)
        with site.app.test_request_context(headers=HEADERS):
            bursts = [burst_text(each) for each in quality.bursts_of(session, wave)]
    result, earlier = run.result or {}, before.result or {}
    shown = re.search(r'id="edition">([^<]*)', page)
    return Report(
        index=result["index"]["points"],
        index_before=earlier["index"]["points"],
        se=earlier["index"]["se"],
        index_with_all=result["quality"]["all"]["with"],
        honest_out=len(out & known),
        honest_why=sorted(stand[each].flags for each in out & known),
        n_honest=len(known),
        stuffed_out=len(out - known),
        n_stuffed=len(everybody - known),
        bursts=bursts,
        reader=html.unescape(shown[1]).strip() if shown else "",
    )


def _ids(site: Site, wave: Wave) -> set[int]:
    with Session(site.engine) as session:
        complete = select(Response.id).where(Response.wave_id == wave.id, Response.state == "complete")
        return set(session.scalars(complete))


def _post(client: Any, page: str, place: str, **fields: str) -> Any:
    mark = _mark(client.get(page, headers=HEADERS).get_data(as_text=True))
    response = client.post(place, data={"csrf_token": mark} | fields, headers=HEADERS)
    if response.status_code not in {302, 303}:
        raise SystemExit(f"{place}: {response.status_code}\n{response.get_data(as_text=True)[:2000]}")
    return response


def _mark(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    return found[1] if found else ""


def _app(folder: Path, url: URL) -> Flask:
    cheap = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
    settings = {
        "INSTANCE": folder,
        "DATABASE_URL": url.render_as_string(),
        "PROXY_HOPS": 1,
        "LOGIN_LIMIT": "1000 per minute",
        "ANSWER_LIMIT": "100000 per minute",
        "LOG_LEVEL": "ERROR",
    }
    given: dict[str, Any] = {
        "MANYI": settings,
        "TESTING": True,
        "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": cheap,
    }
    return create_app(given)


def main() -> None:
    """Go the way and tell what was seen."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--honest", type=int, default=300)
    parser.add_argument("--office", type=int, default=40)
    parser.add_argument("--stuffed", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--answers", choices=("tens", "lines"), default="tens")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="manyi-stuffing-") as folder:
        report = journey(
            Path(folder), honest=told.honest, office=told.office, stuffed=told.stuffed, seed=told.seed,
            answers=tens if told.answers == "tens" else lines,
        )  # fmt: skip
    for name, value in report._asdict().items():
        print(f"{name}: {value}")
    print("The index stands." if report.holds else "The index gave way.")
    sys.exit(0 if report.holds else 1)


if __name__ == "__main__":
    main()
