"""Parts of another questionnaire come into a draft as one change; what is missing is named."""

import re
from copy import deepcopy
from datetime import UTC, datetime

import pytest

from surveys import instruments
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.drafts import DOCUMENT, NOW
from tests.web.drafts import begin, document_of
from tests.web.noted import entries_but_log_ins

OTHER = "/questionnaires/draft/other"
BRING = f"{OTHER}/bring"
SOURCE = "version:small/1"
# As it is written without what is usual.
TODAY = datetime.now(UTC).date().isoformat()
SCALES = loading.load(DOCUMENT).dump()["scales"]


def without_origin(part):
    """A part, and all below it, as they were before it was copied."""
    if isinstance(part, dict):
        return {key: without_origin(each) for key, each in part.items() if key != "origin"}
    return [without_origin(each) for each in part] if isinstance(part, list) else part


@pytest.fixture
def other(designer, session):
    """An almost empty draft, and a version to copy from."""
    publishing.publish(session, loading.load(DOCUMENT), "somebody", NOW)
    session.commit()
    begin(
        designer,
        {"format": "manyi/2", "code": "other", "languages": ["zh", "en"], "title": {"zh": "另", "en": "O"}},
    )


def ticks(designer, source=SOURCE):
    """The parts that can be ticked, by what they are called."""
    page = designer.browse(f"{BRING}?source={source}")
    boxes = page.select("input[name=part]")
    return {
        page.select_one(f"label[for={box['id']}]").get_text(" ", strip=True): box["value"] for box in boxes
    }


def test_a_question_brings_its_scale_and_goes_by_undo(designer, other, session):
    page = designer.browse(BRING)
    assert SOURCE in [each["value"] for each in page.select("#source option")]
    before = document_of(designer, OTHER)
    part = ticks(designer)["Rating One S1"]
    seen = designer.browse(f"{BRING}?source={SOURCE}&part={part}")
    assert "Comes along" in seen.get_text()
    assert "Scale" in seen.get_text()
    assert document_of(designer, OTHER) == before, "looking changes nothing"
    done = designer.submit(f"{BRING}?source={SOURCE}&part={part}", 303)
    assert "Copied from Small" in designer.browse(done.location).get_text()
    found = document_of(designer, OTHER)
    assert found["scales"] == SCALES
    (section,) = found["sections"]
    assert section["title"] == DOCUMENT["sections"][0]["title"]
    (question,) = section["questions"]
    assert question.pop("origin") == {"source": SOURCE, "code": "S1", "day": TODAY}
    assert question == DOCUMENT["sections"][0]["questions"][1]
    entry = session.scalars(entries_but_log_ins).all()[-1]
    assert (entry.action, entry.target, entry.detail["source"]) == ("draft.copy", "draft:other", SOURCE)
    designer.submit(OTHER, 303, form="#undo", which="undo")
    assert document_of(designer, OTHER) == before


def test_a_section_alone_names_what_is_missing(designer, other):
    part = ticks(designer)["B B"]
    path = f"{BRING}?source={SOURCE}&part={part}"
    page = designer.browse(path)
    text = " ".join(page.get_text(" ", strip=True).split())
    assert "Section B, Shown only if: MET != 'none' and S1 <= 4" in text
    assert "Name in texts" in text, "the name in the text comes along"
    refused = designer.submit(path, 422)
    assert "Say what is to become" in refused.text
    designer.submit(path, 303, how="leave")
    left = document_of(designer, OTHER)
    assert "show_if" not in left["sections"][0]
    assert left["pipes"]["way"]["fallback"] == DOCUMENT["pipes"]["way"]["fallback"]
    assert "question" not in left["pipes"]["way"]
    designer.submit(OTHER, 303, form="#undo", which="undo")
    designer.submit(path, 303, how="keep")
    assert document_of(designer, OTHER)["sections"][0]["show_if"] == "MET != 'none' and S1 <= 4"
    assert "logic-unknown" in str(designer.client.get(f"{OTHER}/findings").text) or designer.browse(
        OTHER
    ).select(".badge-error")


def test_both_sections_follow_each_other_under_new_codes(designer, other):
    found = ticks(designer)
    path = f"{BRING}?source={SOURCE}&part={found['A A']}&part={found['B B']}"
    designer.submit(path, 303)
    once = document_of(designer, OTHER)
    assert without_origin(once["sections"]) == DOCUMENT["sections"]
    assert [each["origin"]["code"] for each in once["sections"]] == ["A", "B"]
    assert once["pipes"] == DOCUMENT["pipes"]
    designer.submit(path, 303)
    twice = document_of(designer, OTHER)
    assert twice["scales"] == SCALES, "an equal scale is the same"
    again = twice["sections"][2:]
    codes = [each["code"] for each in again[0]["questions"]]
    assert len({*codes} | {"MET", "S1", "S2"}) == 6
    assert again[1]["show_if"] == f"{codes[0]} != 'none' and {codes[1]} <= 4"
    name = next(each for each in twice["pipes"] if each != "way")
    assert twice["pipes"][name]["question"] == codes[0]
    assert again[1]["questions"][0]["text"]["en"] == f"Why {{{name}}}?"


def test_a_construct_brings_its_questions_into_a_section(designer, other):
    designer.submit(f"{BRING}?source={SOURCE}&part={ticks(designer)['Satisfaction SAT']}", 303)
    found = without_origin(document_of(designer, OTHER))
    assert found["indicators"]["constructs"] == DOCUMENT["indicators"]["constructs"]
    assert found["indicators"]["index"] == "SAT"
    assert [each["code"] for each in found["sections"][0]["questions"]] == ["S1", "S2"]
    assert found["sections"][0]["title"]["en"] == "Satisfaction"


def test_references_meet_what_is_here_under_the_same_code(designer, other):
    found = ticks(designer)
    designer.submit(f"{BRING}?source={SOURCE}&part={found['A A']}", 303)
    page = designer.browse(f"{BRING}?source={SOURCE}&part={found['B B']}")
    assert "Is here under the same code" in page.get_text()
    designer.submit(f"{BRING}?source={SOURCE}&part={found['B B']}", 303)
    assert without_origin(document_of(designer, OTHER)["sections"]) == DOCUMENT["sections"]


def test_a_draft_and_what_is_built_in_are_sources_too(designer, other, analyst):
    third = deepcopy(DOCUMENT) | {"code": "third"}
    begin(designer, third)
    assert ticks(designer, "draft:third").keys() == ticks(designer).keys()
    assert ticks(designer, "instrument:acsi/full")
    assert not analyst.browse(OTHER).select("a[href*='/bring']")


@pytest.mark.parametrize(
    "query",
    [
        "source=x",
        "source=version:small/9",
        "source=draft:none",
        "source=instrument:..%2f/full",
        "source=draft:a%00",
    ]
    + [f"source={SOURCE}&part={each}" for each in ("x", "99999", "1", "-1")]
    + [f"source={SOURCE}&part=4&into={each}" for each in ("x", "1", "99999")],
)
def test_what_is_no_source_or_part_is_not_found(designer, other, query):
    designer.browse(f"{BRING}?{query}", 404)


def test_modules_are_switched_in_and_out(designer, other, analyst):
    library = f"{OTHER}/library"
    page = designer.browse(library)
    links = [each["href"] for each in page.select("[aria-labelledby=modules] a")]
    assert len(links) == len(instruments.modules()) == 4
    before = document_of(designer, OTHER)
    for link in links:
        designer.submit(link, 303)
    found = document_of(designer, OTHER)
    assert {each["code"] for each in found["sections"]} == {"KANO", "SOURCES", "SPLIT", "PULSE"}
    for name in instruments.modules():
        for section in instruments.module(name).document["sections"]:
            assert section in without_origin(found["sections"])
    assert not designer.browse(library).select("[aria-labelledby=modules] a.button")
    assert "已加入" in designer.browse(f"{library}?lang=zh").get_text()
    for _link in links:
        designer.submit(OTHER, 303, form="#undo", which="undo")
    assert document_of(designer, OTHER) == before
    assert not analyst.browse(library).select("a[href*='/bring']")
    designer.browse(f"{BRING}?source=module:nothing", 404)


def test_a_block_of_the_library_comes_with_its_questions(designer, other):
    page = designer.browse(f"{OTHER}/library")
    link = page.select_one("[aria-labelledby=blocks] a[href*='instrument:acsi']")["href"]
    designer.submit(link, 303)
    (construct,) = document_of(designer, OTHER)["indicators"]["constructs"]
    wanted = instruments.load("acsi").dump()["indicators"]["constructs"]
    assert construct["origin"] == {"source": "instrument:acsi/full", "code": construct["id"], "day": TODAY}
    assert without_origin(construct) in wanted
    assert construct["locked"]


def test_a_gap_is_called_by_its_ends(designer, other):
    source = "instrument:utility_csi/full"
    part = next(box for name, box in ticks(designer, source).items() if "Customer expectations" in name)
    told = designer.browse(f"{BRING}?source={source}&part={part}").get_text(" ", strip=True)
    assert re.search(r"Gap \w.+ → \w", told)
    assert "Gap without a name" not in told
