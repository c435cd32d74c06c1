"""The site on a small demo utility: two closed waves and one in the field, all of them estimated."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlalchemy.orm import Session

from surveys.database import create_engine
from tests.databases import made_once, migrate
from web.demo import build

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
FIRST, SECOND, LIVE = "DEMO-2026Q2", "DEMO-2026Q3", "DEMO-NOW"


def make_demo(path: Path) -> None:
    """Make the demo in a SQLite file."""
    migrate(path)
    engine = create_engine(URL.create("sqlite", database=str(path)))
    truth = path.with_name("truth.json")
    with Session(engine) as session:
        build.build(session, responses=320, waves=2, seed=3, truth_file=truth, now=NOW, say=lambda _: None)
    engine.dispose()
    assert list(json.loads(truth.read_text(encoding="utf-8"))["waves"]) == [FIRST, SECOND]


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory) -> Path:
    return made_once(tmp_path_factory, "demo", make_demo)


@pytest.fixture
def site_url(demo_file, tmp_path) -> URL:
    shutil.copy(demo_file, tmp_path / "manyi.db")
    return URL.create("sqlite", database=str(tmp_path / "manyi.db"))
