"""Cautions of runs are told in the page's language, each of the engine's codes; the audit trail likewise."""

import ast
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from csi_model.remedies import NOTHING, REMEDIES
from surveys import audit, words
from surveys.analysing import runs
from surveys.models import Analysis, Wave
from tests.web.demo_site import NOW, SECOND, demo_file, site_url  # noqa: F401
from web import languages
from web.admin.actions import ACTIONS
from web.runs import compute, sections

ROOT = Path(languages.FOLDER).parents[1]
OTHERS = [each.parent.name for each in languages.FOLDER.glob("*/words.json") if each.parent.name != "en"]
LATIN = re.compile(r"[A-Za-z]+ [a-z]+ [a-z]+")  # three words in a row are a sentence
STRANGE = [
    {
        "code": code,
        "message": f"The {code} is told in plain English words.",
        "remedy": remedy,
        "about": ["SAT1"],
    }
    for code, remedy in REMEDIES.items()
]


@pytest.mark.parametrize("language", OTHERS)
def test_every_caution_and_section_has_a_sentence_in_every_language(language):
    for part, keys in (("cautions", REMEDIES), ("caution_remedies", REMEDIES)):
        own = words.spoken()[language].parts[part]
        assert set(own) == set(keys)
        assert all(own.values())
        assert not {key: each for key, each in own.items() if LATIN.search(each)}


def test_chinese_says_of_the_same_cautions_that_nothing_needs_doing():
    own = words.spoken()["zh"].parts["caution_remedies"]
    assert {code for code, remedy in own.items() if "无需处理" in remedy} == {
        code for code, remedy in REMEDIES.items() if remedy.startswith(NOTHING)
    }


@pytest.mark.parametrize("language", OTHERS)
def test_every_section_that_may_be_missing_has_a_sentence(language):
    tree = ast.parse(Path(sections.__file__).read_text(encoding="utf-8"))
    parts = next(
        node.value for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "parts"
    )  # fmt: skip
    names = {key.value for key in parts.keys}
    names.add("series")  # what runs of the release before stored in place of the items
    assert names == set(words.spoken()[language].parts["notes"])


def test_a_chinese_page_of_a_run_has_no_english_caution(analyst, session):
    wave = session.scalar(select(Wave).where(Wave.code == SECOND))
    older = session.scalars(select(Analysis).where(Analysis.result.is_not(None))).first()
    notes = [{"code": "retention-floor", "message": "Too few are left here.", "remedy": "Wait for more."}]
    result = older.result | {"cautions": [*older.result["cautions"], *STRANGE], "notes": notes}
    run = compute.plan(session, wave, staff_name="test", now=NOW)
    runs.start(session, run, now=NOW)
    runs.finish(session, run, result=result, data_fingerprint="0", n_respondents=9, now=NOW)
    session.commit()
    box = analyst.browse(f"/runs/{run.id}?lang=zh").select_one("#cautions").parent
    told = box.select("li")
    assert len(told) == len(run.result["cautions"]) + 1
    for each in told:
        each.span.extract()
        assert not LATIN.search(each.get_text()), each.get_text()
        assert not each.has_attr("lang")
    assert "(SAT1)" in told[-2].get_text()
    english = analyst.browse(f"/runs/{run.id}?lang=en").select_one("#cautions").parent.get_text()
    assert "The heywood is told in plain English words." in english
    assert "Too few are left here. Wait for more." in english


def recorded() -> set[str]:
    """Find the action of every entry that the product writes in its trail."""
    found = set()
    paths = [*ROOT.glob("web/**/*.py"), *ROOT.glob("surveys/**/*.py")]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in paths]
    named = {
        part.target.id: part.value for tree in trees for part in tree.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    }  # fmt: skip
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in {
                "record",
                "record_draft",
                "lawfully",
                "_record",
                "_changed",
                "_decide",
            }:
                given = [*node.args, *(each.value for each in node.keywords if each.arg == "action")]
                given = [named.get(getattr(each, "attr", getattr(each, "id", "")), each) for each in given]
                texts = {
                    each.value for part in given for each in ast.walk(part)
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }  # fmt: skip
                found |= {text for text in texts if re.fullmatch(r"[a-z]+\.[a-z_]+", text)}
    return found


def test_the_trail_tells_every_action_and_no_other():
    assert "run.ask" in recorded()
    assert recorded() <= set(ACTIONS)
    # An older release wrote the first; the other takes the place of a log-in's own after its time.
    assert set(ACTIONS) - recorded() == {"run.create", audit.EMPTIED}


def test_a_chinese_trail_tells_actions_in_chinese(administrator, session):
    now = datetime.now(UTC)
    for action in ACTIONS:
        audit.record(session, actor="somebody", action=action, target="it", now=now)
    session.commit()
    pages = [administrator.browse(f"/admin/audit?lang=zh&page={number}") for number in (1, 2)]
    told = [row.select("td")[3].get_text(strip=True) for page in pages for row in page.select("tbody tr")]
    assert len(told) >= len(ACTIONS)
    assert not [each for each in told if re.search(r"[A-Za-z]", each)]
