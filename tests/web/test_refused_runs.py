"""A run that was refused says why in the page's language; runs of former releases are read as they are."""

import ast
import json
import re
from pathlib import Path

import pytest
from sqlalchemy import select

import csi_model
from surveys import words
from surveys.analysing import runs
from surveys.errors import Problem, SurveyError
from surveys.models import Analysis, Wave
from surveys.models.records import AnalysisState
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from web.runs import compute

LATIN = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")
ENGINE = Path(csi_model.__file__).parent
KINDS = {"SpecificationError", "DataError", "ConvergenceError", "IdentificationError"}
CONSTANT = csi_model.DataError(
    "Column Q3 is constant: every answer is 7.", code="constant-column", remedy="Leave it out."
)
UNHEARD = csi_model.DataError("Something new about Q3 and Q99.", code="unheard-of", remedy="Mend it.")


def planned(session) -> Analysis:
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    run = compute.plan(session, wave, staff_name="test", now=NOW)
    session.commit()
    return run


def codes_of_the_engine() -> set[str]:
    """Every text that is given as the code of an error, or stands last but one where a model is refused."""
    found = set()
    for path in ENGINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                given = [each.value for each in node.keywords if each.arg == "code"] + node.args[1:2]
                found |= {each.value for each in given if isinstance(each, ast.Constant)}
    return found


@pytest.mark.parametrize("language", [each for each in words.spoken() if each != words.FALLBACK])
def test_every_refusal_that_a_language_tells_exists(language):
    told = words.spoken()[language].parts["refusals"]
    assert set(told) >= KINDS
    assert set(told) - KINDS - codes_of_the_engine() == set()
    assert not [each for each in told.values() if LATIN.search(each) or not each.endswith("。")]


@pytest.mark.parametrize(("error", "said"), [(CONSTANT, "constant-column"), (UNHEARD, "DataError")])
def test_a_chinese_page_tells_the_refusal_in_chinese(analyst, session, monkeypatch, error, said):
    run = planned(session)
    codes = csi_model.ModelSpec.from_mapping(run.specification).indicator_ids
    error = type(error)(error.message.replace("Q3", codes[0]), code=error.code, remedy=error.remedy)

    def refuse(*_given):
        raise error

    monkeypatch.setattr(compute, "compute", refuse)
    compute.execute(session, run)
    assert run.state == AnalysisState.FAILED
    chinese = analyst.browse(f"/runs/{run.id}?lang=zh").select_one("#progress .error")
    assert words.spoken()["zh"].parts["refusals"][said] in chinese.get_text()
    assert f"({codes[0]})" in chinese.get_text()
    assert not LATIN.search(chinese.get_text())
    assert chinese["lang"].startswith("zh")
    english = analyst.browse(f"/runs/{run.id}?lang=en").select_one("#progress .error")
    assert english.get_text() == f"{error.message} {error.remedy}" == run.message


def test_a_model_that_cannot_stand_is_refused_in_chinese(analyst, session):
    run = planned(session)
    model = json.loads(json.dumps(run.specification))
    model["paths"].append(model["paths"][0])
    run.specification = model
    session.commit()
    compute.execute(session, run)
    told = analyst.browse(f"/runs/{run.id}?lang=zh").select_one("#progress .error").get_text()
    assert words.spoken()["zh"].parts["refusals"]["SpecificationError"] in told
    assert f"({', '.join(model['paths'][0])})" in told


def test_a_refusal_of_the_questionnaire_is_told_in_both_languages(analyst, session, monkeypatch):
    run = planned(session)

    def refuse(*_given):
        raise SurveyError(Problem.INDICATOR_UNKNOWN, code="XYZ")

    monkeypatch.setattr(compute, "compute", refuse)
    compute.execute(session, run)
    for language in ("zh", "en"):
        page = analyst.browse(f"/runs/{run.id}?lang={language}")
        wanted = Problem.INDICATOR_UNKNOWN.text(language, code="XYZ")
        assert page.select_one("#progress .error").get_text() == wanted


def test_a_refusal_stored_before_it_had_codes_is_read_as_it_is(analyst, session):
    run = planned(session)
    runs.fail(session, run, message="An old sentence.", now=NOW)
    session.commit()
    told = analyst.browse(f"/runs/{run.id}?lang=zh").select_one("#progress .error")
    assert (told.get_text(), told["lang"]) == ("An old sentence.", "en")


def test_intervals_that_former_releases_wrote_as_two_nothings_are_read(analyst, session):
    older = session.scalars(select(Analysis).where(Analysis.result.is_not(None))).first()

    def emptied(given):
        if isinstance(given, dict):
            return {
                key: [None, None] if key == "ci" and value else emptied(value) for key, value in given.items()
            }
        return [emptied(each) for each in given] if isinstance(given, list) else given

    result = emptied(older.result)
    assert json.dumps(result).count("[null, null]") > 20
    run = planned(session)
    runs.start(session, run, now=NOW)
    runs.finish(session, run, result=result, data_fingerprint="0", n_respondents=9, now=NOW)
    session.commit()
    for language in ("zh", "en"):
        page = analyst.browse(f"/runs/{run.id}?lang={language}")
        assert page.select("table")
        assert "None" not in page.get_text()
        assert "null" not in page.get_text()
