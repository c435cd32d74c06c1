"""What people say of a draft enters no index, run, export, rate, floor, seal or list of waves."""

import ast
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

import surveys
from surveys.analysing import quality
from surveys.analysing.export import wave_table
from surveys.analysing.matrix import load_matrix, load_packed
from surveys.collecting import counting, retention, rewriting, settling, waves
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.models import Analysis, Segment, Version
from surveys.models.collection import Purpose
from surveys.proving.proof import prove
from tests.surveys.worlds import make_version
from tests.web.piloting import DRAFT, PILOT, answer
from web.author import sources
from web.cli import manyi
from web.runs import compute

ROOT = Path(surveys.__file__).parents[1]
# Rooms that ask for waves and need no bar, and why.
FREE = {
    "surveys/analysing/lawful.py": "waves of a run",
    "surveys/analysing/official.py": "waves of a run",
    "surveys/collecting/rewriting.py": "closed ones: a pilot never is",
    "surveys/collecting/retention.py": "closed ones",
    "surveys/collecting/settling.py": "those with personal links",
    "surveys/proving/begin.py": "every response is sealed",
    "surveys/proving/since.py": "waves of a run",
    "surveys/proving/waves.py": "every seal is proved",
    "web/author/sources.py": "waves of a published version",
    "web/fieldwork/overview.py": "waves of a published version",
    "web/insight/edition.py": "waves of published runs",
    "web/runs/compute.py": "waves of a run",
    "web/runs/series.py": "waves of runs",
    "web/runs/views.py": "official ones, and those of a run",
}
BARS = ("IN_THE_FIELD", "Purpose.OFFICIAL")


@pytest.fixture
def answered(app, frozen, session):
    """A pilot that people have answered."""
    for number in range(8):
        answer(app, frozen, number)
    session.rollback()
    return frozen


def test_no_figure_no_file_no_job_and_no_list_knows_it(
    app, answered, session, analyst, administrator, site_url
):
    wave, later = answered, datetime.now(UTC) + timedelta(days=1000)
    for read in (
        lambda: load_matrix(session, wave),
        lambda: load_matrix(session, wave, include_pilot=True),
        lambda: load_packed(session, wave, include_partial=True, include_excluded=True),
        lambda: wave_table(session, wave),
    ):
        with pytest.raises(SurveyError) as refused:
            read()
        assert refused.value.problem in {Problem.PILOT_OF_DRAFT, Problem.MATRIX_PILOT}
    with pytest.raises(SurveyError) as refused:
        waves.wave_by_code(session, wave.code)
    assert refused.value.problem is Problem.WAVE_UNKNOWN
    assert "Known: –" in str(refused.value)
    for due in (quality.due, settling.due, waves.ended, retention.due):
        assert due(session, later) == [], due
    assert rewriting.due(session) == []
    counting.counters_of(session.get_bind()).flush()
    assert counting.read(session.get_bind(), wave.id) == [], "counted in no burst"
    assert session.scalar(select(func.count()).select_from(Segment)) == 0

    for path in ("/", "/waves", "/runs", "/runs/new", "/dashboard", "/questionnaires"):
        response = administrator.client.get(path, follow_redirects=True)
        assert response.status_code in {200, 404}, path
        assert wave.code not in response.text, path
        assert wave.public_key not in response.text, path
    for path in (f"/waves/{wave.code}", f"/waves/{wave.code}/quality", f"/dashboard/{wave.code}"):
        assert administrator.client.get(path).status_code == 404
    for path in ("open", "close", "links", "quotas", "quality/exclude"):
        assert administrator.send(f"/waves/{wave.code}/{path}", 404)
    assert administrator.client.get("/questionnaires/version/small/1").status_code == 404

    called = ["responses", "export", wave.code, "--format", "csv", "-o", os.devnull]
    told = CliRunner(env={"MANYI_DATABASE_URL": site_url.render_as_string()}).invoke(manyi, called)
    assert told.exception.problem is Problem.WAVE_UNKNOWN


def test_a_run_that_somebody_forced_ends_refused(answered, session):
    model = publishing.load_document(answered.version).model()
    run = Analysis(
        title={"en": "x"}, wave_codes=[answered.code], specification=model, options={},
        seed=1, code_version="0", data_fingerprint="", state="running", created_at=datetime.now(UTC),
        created_by="test",
    )  # fmt: skip
    with pytest.raises(SurveyError) as refused:
        compute.compute(session, run)
    assert refused.value.problem in {Problem.PILOT_OF_DRAFT, Problem.MATRIX_PILOT}


def test_waves_of_pilots_and_of_published_versions_are_never_exchanged(answered, session):
    published = make_version(session, code="other")
    for version, purpose in ((published, Purpose.DRAFT), (answered.version, Purpose.OFFICIAL)):
        with pytest.raises(SurveyError) as refused:
            waves.create_wave(session, version, code="W9", title="x", purpose=purpose)
        assert refused.value.problem is Problem.PILOT_OF_DRAFT
    assert publishing.latest_version(session, "small") is None
    assert [line.code for line in sources.versions(session)] == ["other"]


def test_published_numbers_do_not_count_pilots_and_the_trail_stays_proved(answered, session, designer):
    document = publishing.load_document(answered.version)
    version = publishing.publish(session, document, "somebody", datetime.now(UTC))
    assert (version.kind, version.number) == ("published", 1), "the same content as the pilot's"
    assert version.questionnaire.versions == [version]
    session.commit()
    assert prove(session).findings == ()
    designer.submit(f"{PILOT}/1/delete", 303)
    session.rollback()
    assert prove(session).findings == ()
    assert {each.kind for each in session.scalars(select(Version))} == {"pilot", "published"}
    assert "1" in designer.browse(f"{DRAFT}/review").get_text()


def test_every_list_of_waves_leaves_pilots_out_or_says_why_not():
    asking = {}
    for package in ("surveys", "web"):
        for path in (ROOT / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for node in ast.walk(ast.parse(text)) if "select(Wave" in text else ():
                if isinstance(node, ast.FunctionDef):
                    part = ast.get_source_segment(text, node) or ""
                    if "select(Wave" in part and not any(bar in part for bar in BARS):
                        asking.setdefault(str(path.relative_to(ROOT)), []).append(node.name)
    assert set(asking) == set(FREE)
