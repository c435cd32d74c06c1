"""What the engine refuses is told in the page's language, every code that a run may meet."""

import ast
from pathlib import Path

import pytest
from sqlalchemy import select

import csi_model
from surveys import words
from surveys.analysing import runs
from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.findings.finding import error
from surveys.models import Wave
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from tests.web.runs.test_cautions import LATIN, OTHERS
from web.runs import compute
from web.telling import Refused, refusal

ENGINE = Path(csi_model.__file__).parent
# What a run and a series of runs go through; models of questionnaires are made and need no reading.
ROOMS = ("answers", "estimation", "inference", "measures", "options.py", "pls", "resampling", "series",
         "specify/check.py", "specify/elements.py")  # fmt: skip


def codes() -> set[str]:
    """Find the codes of all refusals in these rooms."""
    found = set()
    for room in ROOMS:
        whole = ENGINE / room
        for path in [whole] if whole.suffix else whole.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
                given = [each.value for each in getattr(node, "keywords", ()) if each.arg == "code"]
                if name == "refuse":
                    given = node.args[1:2]
                elif name == "_of_columns":
                    given = node.args[:1]
                elif not name.endswith("Error"):
                    continue
                found |= {each.value for each in given if isinstance(each, ast.Constant)}
    return found


@pytest.mark.parametrize("language", OTHERS)
def test_every_refusal_has_a_sentence_and_a_remedy_in_every_language(language):
    assert {"too-few-rows", "no-convergence", "cycle"} <= codes()
    for part in ("refusals", "refusal_remedies"):
        own = words.spoken()[language].parts[part]
        assert set(own) == codes()
        assert all(own.values())
        assert not {key: each for key, each in own.items() if LATIN.search(each)}


def refused(session, **change):
    """Let a run be refused on its way, by an option or a model that no page would send."""
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    run = compute.plan(session, wave, staff_name="test", now=NOW, options=change.get("options"))
    run.specification = change.get("specification", lambda it: it)(run.specification)
    session.commit()
    compute.execute(session, run)
    assert run.state == "failed"
    return run


def page(analyst, run, language):
    return analyst.browse(f"/runs/{run.id}?lang={language}").select_one("#progress .error")


def test_the_page_of_a_refused_run_speaks_its_language(analyst, session):
    run = refused(session, options={"bootstrap": 5})
    assert (run.refusal["code"], run.message) == (
        "bootstrap",
        "5 resamples cannot give an interval. Ask for 0, or 20 and more.",
    )
    told = page(analyst, run, "zh")
    assert told.get_text() == "重抽样次数太少，得不到区间。 请选 0，或至少 20 次。"
    assert not told.has_attr("lang")
    assert page(analyst, run, "en").get_text() == run.message


def test_what_a_refusal_is_about_stands_in_every_language(analyst, session):
    run = refused(session, specification=lambda it: it | {"paths": [*it["paths"], it["paths"][0]]})
    source, target = run.specification["paths"][0]
    assert "（" not in page(analyst, run, "zh").get_text()
    assert f"({source} → {target})" in page(analyst, run, "zh").get_text()
    assert f"{source} → {target} stands twice" in page(analyst, run, "en").get_text()


def test_a_refusal_of_the_questionnaire_side_is_kept_with_its_parts(analyst, session):
    inner = SurveyError(Problem.RUNS_MANY, number=5)
    because = Because(Reason.CONDITION_DEEP, limit=9)
    made = SurveyError(Problem.LOGIC_UNREADABLE, text="x", reason=because, inner=inner, n=3)
    for language in ("zh", "en"):
        assert SurveyError.read(made.plain()).text(language) == made.text(language)
        assert refusal(made.plain(), "", language).text == made.text(language)
    run = refused(session, options={"bootstrap": 5})
    twin = compute.plan(session, session.scalar(select(Wave)), staff_name="test", now=NOW)
    runs.fail(session, twin, message=str(made), refusal=made.plain(), now=NOW)
    session.commit()
    assert page(analyst, twin, "zh").get_text() == made.text("zh")
    assert page(analyst, run, "zh").get_text() != run.message


def test_a_refused_run_of_an_older_release_is_told_as_it_was(analyst, session):
    run = compute.plan(session, session.scalar(select(Wave)), staff_name="test", now=NOW)
    runs.fail(session, run, message="Too few rows. Collect more.", now=NOW)
    session.commit()
    told = page(analyst, run, "zh")
    assert (told.get_text(), told["lang"]) == ("Too few rows. Collect more.", "en")


def test_authors_read_what_the_engine_refuses_in_their_language():
    with pytest.raises(csi_model.SpecificationError) as caught:
        csi_model.ModelSpec.from_mapping(
            {"index": "B", "constructs": [{"id": "A", "indicators": ["a"]}, {"id": "B", "indicators": ["a"]}],
             "paths": [["A", "B"]]}
        )  # fmt: skip
    found = error("model-refused", "indicators.A", reason=Refused(caught.value))
    assert found.message("zh") == "无法估计指数：同一代码或同一路径出现了两次。 (a) 请只保留一个，或改名。"
    assert "The indicator a stands in the model twice." in found.message("en")
