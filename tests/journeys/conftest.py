"""A running site on a database of its own, and Chromium."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from playwright.sync_api import sync_playwright
from sqlalchemy.orm import Session

from surveys import instruments, migrating
from surveys.collecting import waves as fieldwork
from surveys.collecting.invitations import issue_invitations
from surveys.database import create_engine
from surveys.editing import drafting, publishing
from tests.databases import migrated_sqlite  # noqa: F401
from tests.journeys.editing import visit
from tests.surveys.drafts import DOCUMENT
from tests.web.conftest import CHEAP, PASSWORD
from tests.web.demo_site import demo_file  # noqa: F401
from web.accounts.staff import add_staff
from web.extensions import db
from web.site import create_app

SETTINGS = {"utility": {"zh": "满意示范供电公司", "en": "Manyi Demo Power"}, "listed": True}
DESIGNERS = {"ann": ["designer"], "bob": ["designer"], "cy": ["designer", "analyst"]}


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The site under granian with an open public wave and one with single-use links."""
    folder = tmp_path_factory.mktemp("site")
    url = f"sqlite:///{folder / 'manyi.db'}"
    migrating.upgrade(url)
    now = datetime.now(UTC)
    with Session(create_engine(url)) as session:
        version = publishing.publish(session, instruments.load("utility_csi"), "test", now)
        waves = {}
        for code, access, anonymous in (("OPEN", "public", True), ("TOKEN", "invited", True)):
            waves[code] = fieldwork.create_wave(
                session, version, code=code, title={"zh": "满意度调查", "en": "Satisfaction survey"},
                access=access, anonymous=anonymous, settings=SETTINGS, now=now,
            )  # fmt: skip
            fieldwork.open_wave(session, waves[code], now)
        tokens = issue_invitations(session, waves["TOKEN"], 3, now)
        key = waves["OPEN"].public_key
        session.commit()
    with served(folder) as address:
        yield SimpleNamespace(address=address, key=key, tokens=tokens, database=url)


@pytest.fixture(scope="session")
def desk(migrated_sqlite, tmp_path_factory):  # noqa: F811
    """A site with a draft, and people who edit it."""
    folder = tmp_path_factory.mktemp("desk")
    shutil.copy(migrated_sqlite, folder / "manyi.db")
    made = create_app(
        {"MANYI": {"INSTANCE": folder, "LOG_LEVEL": "ERROR"}, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP}
    )
    with made.app_context():
        for name, roles in DESIGNERS.items():
            add_staff(db.session, email=f"{name}@example.org", name=name, roles=roles, password=PASSWORD)
        for code, document in (("small", DOCUMENT), ("going", DOCUMENT | {"code": "going"}), *odd_drafts()):
            drafting.begin(db.session, code, document, staff_name="import", now=datetime.now(UTC))
        db.session.commit()
        db.engine.dispose()
    with served(folder) as address:
        yield SimpleNamespace(address=address, database=f"sqlite:///{folder / 'manyi.db'}")


def odd_drafts():
    """Drafts in rare states: with nothing in it, of standard blocks, with endless texts and many findings."""
    base = {"format": "manyi/2", "code": "empty", "languages": ["zh", "en"]}
    empty = base | {"title": {"zh": "空", "en": "Empty"}}
    yield "empty", empty
    yield "locked", instruments.load("acsi").dump()
    words = {"zh": "很长的" * 400, "en": "unbroken" * 200 + " " + "broken " * 200}
    asked = [{"code": f"L{number}", "type": "rating", "scale": "none", "text": words} for number in range(40)]
    yield "long", empty | {"title": words, "sections": [{"code": "A", "title": words, "questions": asked}]}


@pytest.fixture
def sit(desk, browser):
    """Open the editor as somebody, at a part of the small draft."""
    opened = []

    def open_page(name, part="S1", **options):
        context = browser.new_context(locale="en", **options)
        opened.append(context)
        page = context.new_page()
        page.goto(f"{desk.address}/login?lang=en")
        page.fill("[name=email]", f"{name}@example.org")
        page.fill("[name=password]", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_selector("h1")
        visit(page, f"{desk.address}/questionnaires/draft/small{at(desk, part)}")
        return page

    yield open_page
    for context in opened:
        context.close()


def at(desk, part, code="small"):
    """Give the end of a part's address in a draft; empty without a part."""
    with Session(create_engine(desk.database)) as session:
        nodes = drafting.nodes_of(session, drafting.find(session, code))
        return next((f"/{each.id}" for each in nodes if part and each.code == part), "")


@pytest.fixture(scope="session")
def utility(demo_file, tmp_path_factory):  # noqa: F811
    """The site on a small demo utility, with an account each for a leader and an analyst."""
    folder = tmp_path_factory.mktemp("utility")
    shutil.copy(demo_file, folder / "manyi.db")
    passwords = {role: added(folder, role) for role in ("viewer", "analyst")}
    with served(folder, worker=True) as address:
        yield SimpleNamespace(address=address, passwords=passwords)


def added(folder: Path, role: str) -> str:
    """Make the account of a role, in the whole of the demo utility; give its password."""
    return manyi(folder, "user", "add", f"{role}@example.org", "--role", role, "--unit", "DEMO").split()[-1]


def manyi(folder: Path, *arguments: str) -> str:
    """Run the command line on an instance; give what it printed."""
    command = [sys.executable, "-m", "web.cli", *arguments]
    environment = os.environ | {"MANYI_INSTANCE": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def served(folder: Path, *, worker: bool = False, processes: int = 1, **settings: str) -> Iterator[str]:
    """Serve an instance as `manyi serve` does, and give its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "MANYI_INSTANCE": str(folder), "MANYI_PORT": str(port), "MANYI_WORKERS": str(processes),
        "MANYI_LANGUAGE": "zh", "MANYI_LOGIN_LIMIT": "1000 per minute",  # each test logs its people in
    } | {f"MANYI_{name}": value for name, value in settings.items()}  # fmt: skip
    command = [sys.executable, "-m", "web.cli", "serve", *(() if worker else ("--no-worker",))]
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}"
    for _ in range(300):  # a minute: other work may fill the machine
        try:
            urllib.request.urlopen(f"{address}/livez", timeout=1)
            break
        except OSError:
            time.sleep(0.2)
    else:
        server.kill()
        pytest.fail(f"the site did not start: {(folder / 'log').read_text()[-2000:]}")
    try:
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium; without a browser there is no journey, and that is a failure."""
    path = os.environ.get("MANYI_CHROMIUM") or shutil.which("chromium")
    if not path or not Path(path).exists():
        pytest.fail("Chromium is not installed: run make test, which installs it")
    with sync_playwright() as driver:
        # The pages are ours: where the system grants no sandbox (root, a container), none is needed.
        opened = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()
