"""Two versions of a questionnaire, or one and its draft, told in words with the answers they are about."""

from copy import deepcopy

import pytest

from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.drafts import DOCUMENT, NOW

COMPARE = "/questionnaires/compare/small"


def second():
    plain = deepcopy(DOCUMENT)
    met, one, _two = plain["sections"][0]["questions"]
    met["options"].pop(0)
    met["options"].append({"code": "desk", "value": 3, "text": {"zh": "柜", "en": "Desk"}})
    one["text"]["en"] = "One <b>anew</b>"
    one["lineage"] = 2
    why = plain["sections"][1]["questions"].pop()
    plain["sections"][1]["show_if"] = "MET == 'none' and S1 <= 4"
    plain["sections"].append({"code": "C", "title": {"zh": "丙", "en": "C"}, "questions": [why]})
    plain["sections"][1]["questions"] = [
        {"code": "NEW", "type": "rating", "scale": "s10", "text": {"zh": "新", "en": "New"}}
    ]
    del plain["pipes"]["way"]["not_for"]
    return plain


@pytest.fixture
def published(session):
    first = publishing.publish(session, loading.load(DOCUMENT), "somebody", NOW)
    waves.create_wave(session, first, code="W1", title="First", now=NOW)
    publishing.publish(session, loading.load(second()), "somebody", NOW)
    session.commit()


def said(page):
    return " ".join(page.select_one("[aria-labelledby=differences]").get_text(" ", strip=True).split())


def test_two_versions_are_told_by_part_with_waves_and_answers(designer, published):
    text = said(designer.browse(COMPARE))
    assert "Asked so far: 1 wave, 0 complete answers" in text
    assert "removed Option Hotline hot" in text
    assert "new Option Desk desk" in text
    assert "moved Long text" in text
    assert "new Section C" in text
    assert "One → One <b>anew</b>" in text
    assert "“Used?” is not “None” and “One” is at most 4 → “Used?” is “None”" in text
    assert "answers before and after are not compared: S1" in text
    back = said(designer.browse(f"{COMPARE}?older=2&newer=1"))
    assert "new Option Hotline hot" in back
    assert said(designer.browse(f"{COMPARE}?older=1&newer=1")).endswith("Nothing differs.")
    chinese = designer.browse(f"{COMPARE}?lang=zh").get_text()
    assert "移动" in chinese
    assert designer.browse("/questionnaires/version/small/2").select(f"a[href^='{COMPARE}']")


def test_a_draft_is_compared_with_any_version(designer, analyst, published):
    designer.submit("/questionnaires/new", 303, source="version:small/1")
    page = designer.browse(COMPARE)
    assert [each["value"] for each in page.select("#newer option")] == ["1", "2", "draft"]
    assert page.select_one("#newer [selected]")["value"] == "draft"
    assert page.select_one("#older [selected]")["value"] == "2", "it goes on from the newest"
    assert "new Option Hotline hot" in said(page)
    assert said(analyst.browse(f"{COMPARE}?older=1&newer=draft")).endswith("Nothing differs.")


@pytest.mark.parametrize(
    "path",
    [f"{COMPARE}?older=9", f"{COMPARE}?newer=x", f"{COMPARE}?older=²", "/questionnaires/compare/a%00"],
)
def test_versions_that_are_none_are_not_found(designer, published, path):
    designer.browse(path, 404)
