"""The site on a small demo utility: two closed waves and one in the field, all of them estimated."""

import json
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import URL
from sqlalchemy.orm import Session

from surveys.database import create_engine
from tests.databases import migrated
from web.demo import build

NOW = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
FIRST, SECOND, LIVE = "DEMO-2026Q2", "DEMO-2026Q3", "DEMO-NOW"


@cache
def demo_made(folder: Path) -> Path:
    """Make the demo once a process: a fixture is made anew wherever it is imported."""
    folder.mkdir()
    path = folder / "manyi.db"
    shutil.copy(migrated(folder.parent / "migrated"), path)
    engine = create_engine(URL.create("sqlite", database=str(path)))
    with Session(engine) as session:
        build.build(
            session,
            responses=320,
            waves=2,
            seed=3,
            truth_file=folder / "truth.json",
            now=NOW,
            say=lambda _: None,
        )
    engine.dispose()
    assert list(json.loads((folder / "truth.json").read_text(encoding="utf-8"))["waves"]) == [FIRST, SECOND]
    return path


@pytest.fixture(scope="session")
def demo_file(tmp_path_factory) -> Path:
    return demo_made(tmp_path_factory.getbasetemp() / "demo")


@pytest.fixture
def site_url(demo_file, tmp_path) -> URL:
    shutil.copy(demo_file, tmp_path / "manyi.db")
    return URL.create("sqlite", database=str(tmp_path / "manyi.db"))
