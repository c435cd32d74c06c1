"""Answers from the database into a matrix; the baselines are a row per answer and a JSON document each."""

import json
import sqlite3
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from sqlalchemy.orm import Session

from benchmarks.table import Line, best_of
from surveys import instruments, migrating
from surveys.analysing import matrix
from surveys.collecting import bulk, waves
from surveys.database import create_engine
from surveys.editing import publishing

N = 1_000_000
SAMPLE = 20_000


def matrix_of_a_million() -> list[Line]:
    """Load 1,000,000 × 45 answers."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.db"
        migrating.upgrade(url)
        document = instruments.load("utility_csi")
        codes = [slot.code for slot in document.slots if slot.kind == "rating" and slot.high == 10][:45]
        now = datetime.now(UTC)
        answers = np.random.default_rng(1).integers(1, 11, (N, len(codes)))
        with Session(create_engine(url)) as session:
            version = publishing.publish(session, document, "bench", now)
            wave = waves.create_wave(session, version, code="BENCH", title="bench", now=now)
            for start in range(0, N, 100_000):
                part = answers[start : start + 100_000]
                columns = {code: part[:, place] for place, code in enumerate(codes)}
                bulk.store_complete(session, wave, columns, completed_at=now, language="en")
                session.commit()
            ours = best_of(2, lambda: matrix.load_matrix(session, wave, codes, segments=False))
        rows, documents = _baselines(Path(folder), codes, answers[:SAMPLE])
    what = f"Matrix of 1,000,000 × {len(codes)} answers from SQLite"
    times = N // SAMPLE
    return [
        Line(what, ours, rows * times, f"a row per answer ({SAMPLE:,}, times {times})"),
        Line(what, ours, documents * times, f"a JSON document per response ({SAMPLE:,}, times {times})"),
    ]


def _baselines(folder: Path, codes: list[str], answers: np.ndarray) -> tuple[float, float]:
    database = sqlite3.connect(folder / "baseline.db")
    database.execute("CREATE TABLE answer (response INTEGER, code TEXT, value INTEGER)")
    database.executemany(
        "INSERT INTO answer VALUES (?, ?, ?)",
        (
            (row, code, int(answers[row, place]))
            for row in range(len(answers))
            for place, code in enumerate(codes)
        ),
    )
    database.execute("CREATE TABLE document (response INTEGER, body TEXT)")
    database.executemany(
        "INSERT INTO document VALUES (?, ?)",
        (
            (row, json.dumps(dict(zip(codes, answers[row].tolist(), strict=True))))
            for row in range(len(answers))
        ),
    )
    database.commit()
    place = {code: number for number, code in enumerate(codes)}

    def by_rows() -> None:
        found = np.full((len(answers), len(codes)), np.nan)
        for response, code, value in database.execute("SELECT response, code, value FROM answer"):
            found[response, place[code]] = value

    def by_documents() -> None:
        found = np.full((len(answers), len(codes)), np.nan)
        for response, body in database.execute("SELECT response, body FROM document"):
            for code, value in json.loads(body).items():
                found[response, place[code]] = value

    measured = best_of(1, by_rows), best_of(1, by_documents)
    database.close()
    return measured
