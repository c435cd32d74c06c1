"""Make the database of an older release: `stored.db.xz`, and `shown.json` with what its pages showed.

It was run once, by the release of commit 284b8f3, and is kept to say how the file came to be:

    git worktree add /tmp/old 284b8f3
    cp -r web/static/vendor /tmp/old/web/static/   # what git does not keep
    cd /tmp/old && PYTHONPATH=/tmp/old MANYI_INSTANCE=/tmp/made python .../tests/golden/stored/make.py

Three closed waves of the simulated utility and one in the field. Each was estimated with percentile intervals;
afterwards the first with BCa and the second with studentised ones, the third by consistent PLS, the last with
interactions (and once in a way that is refused). So each kind of document is stored, and the newest finished run
of each wave is of another kind.
"""

import json
import lzma
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from surveys.database import create_engine, normalise_url
from surveys.migrating import upgrade
from surveys.models import Wave
from web import create_app, runs
from web.accounts.staff import add_staff
from web.demo import build
from web.extensions import db

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
SEED = 11
LATER = (
    ("DEMO-2026Q1", {"interval": "bca", "bootstrap": 60}),
    ("DEMO-2026Q2", {"interval": "studentised", "bootstrap": 60}),
    ("DEMO-2026Q3", {"method": "plsc", "bootstrap": 60}),
    ("DEMO-NOW", {"interactions": True, "bootstrap": 60}),
    ("DEMO-NOW", {"interactions": True, "method": "plsc"}),  # is refused
)
WAVES = tuple(dict.fromkeys(code for code, _options in LATER))
PARTS = ("", "county:D1", "customer_class:residential", "customer_class:other")
PASSWORD = "correct horse battery"


def main() -> None:
    folder = Path(os.environ["MANYI_INSTANCE"])
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "manyi.db"
    url = f"sqlite:///{path}"
    upgrade(url)
    engine = create_engine(normalise_url(url))
    with Session(engine) as session:
        build.build(session, responses=240, waves=3, seed=SEED, truth_file=folder / "truth.json", now=NOW, say=print)
        for code, options in LATER:
            wave = session.scalar(select(Wave).where(Wave.code == code))
            run = runs.plan(session, wave, staff_name="demo", now=NOW, seed=SEED, options=options)
            runs.execute(session, run)
            print(code, run.state, run.message)
    engine.dispose()
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
        raw.execute("VACUUM")
    (HERE / "stored.db.xz").write_bytes(lzma.compress(path.read_bytes(), preset=9))
    (HERE / "shown.json").write_text(json.dumps(shown(folder, url), indent=1, ensure_ascii=False) + "\n")


def shown(folder: Path, url: str) -> dict:
    app = create_app({"MANYI": {"INSTANCE": folder, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}, "TESTING": True, "WTF_CSRF_ENABLED": False})
    with app.app_context():
        add_staff(db.session, email="a@example.org", name="A", roles=["analyst"], password=PASSWORD)
        db.session.commit()
    client = app.test_client()
    client.post("/login", data={"email": "a@example.org", "password": PASSWORD})
    pages = [f"/insight/?wave={wave}&part={part}" for wave in WAVES for part in PARTS]
    pages += [
        f"/insight/{wave}/constructs/{construct}?part={part}"
        for wave in WAVES for construct in ("SAT", "PQV", "IMG") for part in PARTS
    ]
    found = {}
    for page in pages:
        response = client.get(page, headers={"Accept-Language": "en"})
        assert response.status_code == 200, (page, response.status_code)
        found[page] = said(BeautifulSoup(response.data, "html.parser"))
    for wave in WAVES:
        response = client.get(f"/insight/{wave}/index.csv", headers={"Accept-Language": "en"})
        found[f"/insight/{wave}/index.csv"] = response.get_data(as_text=True)
    return found


def said(page: BeautifulSoup) -> dict:
    """Give the words of each section of a page by its id, without spaces that do not matter."""
    return {
        part["aria-labelledby"]: " ".join(part.get_text(" ").split())
        for part in page.select("main section[aria-labelledby]")
    }


if __name__ == "__main__":
    main()
