"""The built-in questionnaire: it passes its own checks, and asks what the index and a household need."""

import json
import re
from importlib import resources

import pytest

from surveys import instruments
from surveys.findings.listing import findings_of
from web.author.model import findings_of_model

FORMS = ("full", "short")
PARTNERS = {  # expected → perceived, each of the same tier
    "EXP1": {"PQS1", "PQS3"},
    "EXP2": {"PQV14"},
    "EXP7": {"PQV3"},
    "EXP3": {"VAL1"},
    "EXP4": {"VAL1"},
    "EXP5": {"PQV12"},
    "EXP6": {"PQV15"},
}


@pytest.fixture(scope="module")
def full():
    return instruments.load("utility_csi")


@pytest.mark.parametrize("form", FORMS)
def test_it_passes_its_own_checks_and_what_is_doubtful_has_a_reason(form):
    document = instruments.load("utility_csi", form)
    found = findings_of(document, more=findings_of_model)
    assert [each for each in found if each.severity == "error"] == []
    accepted = instruments.accepted("utility_csi", form)
    assert {(each.code, each.place) for each in found} == set(accepted)
    for reason in accepted.values():
        assert set(reason) == {"zh", "en"}
        assert all(len(words) > 15 for words in reason.values())


def test_it_is_of_the_second_format_and_nothing_in_it_is_of_the_first(full):
    assert full.format == "manyi/2"
    written = json.dumps(full.dump())
    assert not re.search(r'"(show_if|when)": "[A-Z0-9]+ == \d', written)


def test_each_expectation_has_its_perceived_partner_in_the_gap_of_its_tier(full):
    system = full.indicators
    of = {code: node.id for _, node in system.dimensions() for code in node.indicators}
    gaps = {gap.expected: set(gap.perceived) for gap in system.gaps}
    expected = {
        code for construct in system.constructs if construct.id == "EXP" for code in construct.indicators
    }
    assert expected == set(PARTNERS)
    for code, partners in PARTNERS.items():
        for partner in partners:
            assert of[partner] in gaps[of[code]], (code, partner)


def test_what_matters_is_asked_in_a_households_words(full):
    system = full.indicators
    names = {
        word for node in system.constructs for part in (node, *node.dimensions) for word in part.name.values()
    }
    dimensions = {
        node.id
        for construct in system.constructs
        if construct.id in {"PQS", "PQV"}
        for node in construct.dimensions
    }
    for code in ("IMP", "R1"):
        offered = full.by_code[code].offered()
        assert {option.code for option in offered} - {"price", "other"} == dimensions, code
        terms = {"收益", "成本", "替代", "感知", "渠道", "增值服务评价"}
        assert not [option for option in offered if any(term in option.text["zh"] for term in terms)]
    # A client that has no manager is not offered one.
    assert next(option for option in full.by_code["IMP"].offered() if option.code == "PQV_MGR").show_if
    assert "收益成本评价" in names


def test_whoever_is_dissatisfied_is_asked_why_and_nobody_else(full):
    section = full.section("REASON")
    assert section.show_if == "SAT1 <= 4"
    assert [question.type for question in section.questions] == ["multiple", "short_text"]
    assert full.section("REASON") in full.sections[full.sections.index(full.section("SAT")) :]


def test_causes_of_complaints_are_those_of_the_taxonomy_in_two_levels(full):
    file = resources.files("surveys.instruments") / "taxonomies" / "complaints.json"
    causes = json.loads(file.read_text(encoding="utf-8"))["causes"]
    upper, lower = full.by_code["C2"], full.by_code["C2D"]
    assert [option.code for option in upper.offered()] == [cause["code"] for cause in causes] + ["other"]
    below = {each["code"]: cause["code"] for cause in causes for each in cause["causes"]}
    assert {option.code: option.show_if for option in lower.offered()} == {
        code: f"C2 == '{cause}'" for code, cause in below.items()
    }
    assert {"estimated", "missed", "misread", "notice"} <= set(below)
    for cause in causes:
        assert set(cause["name"]) == {"zh", "en"}


def test_stored_numbers_of_options_are_those_of_the_first_version(full):
    stored = json.loads(
        (resources.files("tests") / "golden" / "instruments" / "utility_csi_format_1.json").read_text("utf-8")
    )["full"]
    before = {
        (question["code"], option["code"]): option["value"]
        for section in stored["sections"]
        for question in section["questions"]
        for option in question.get("options", ())
    }
    now = {
        (question.code, option.code): option.value
        for question in full.questions()
        for option in question.offered()
    }
    assert {key: value for key, value in now.items() if key in before} == {
        key: value for key, value in before.items() if key in now
    }


def test_what_asks_something_else_than_before_is_another_series(full):
    lineages = {row.code: row.lineage for question in full.questions() for row in question.subquestions()}
    assert {code for code, lineage in lineages.items() if lineage == 2} >= {
        "EXP2",
        "PQV7",
        "COM2",
        "SWC4",
        "LOY3",
    }
    assert lineages["SAT1"] == 1


@pytest.mark.parametrize("form", FORMS)
def test_chinese_texts_have_signs_of_full_width(form):
    texts = re.findall(
        r'"zh": "([^"]*)"', json.dumps(instruments.load("utility_csi", form).dump(), ensure_ascii=False)
    )
    wrong = [text for text in texts if re.search(r"[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]", text)]
    assert wrong == []
