"""At least so many options, and own words that an option needs: asked for, stored, and held to at the end."""

import json

import pytest

from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import publishing
from surveys.findings.listing import findings_of_file
from tests.surveys.worlds import text
from tests.web.answering import NOW, Respondent, stored


def option(code, value, **more):
    return {"code": code, "value": value, "text": text(code)} | more


OPTIONS = [option("a", 1), option("b", 2), option("c", 3)]
ELSE = option("else", 4, with_text="required")
DOCUMENT = {
    "format": "manyi/2",
    "code": "limits",
    "title": text("Limits"),
    "sections": [
        {"code": "P", "title": text("P"), "questions": [
            {"type": "multiple", "code": "M", "text": text("M"), "least": 2, "most": 3,
             "options": [*OPTIONS, ELSE, option("none", 5, exclusive=True)]},
            {"type": "ranking", "code": "R", "text": text("R"), "least": 2, "most": 3, "options": OPTIONS},
            {"type": "single", "code": "S", "text": text("S"), "options": [*OPTIONS, ELSE]}]},
        {"code": "Q", "title": text("Q"), "questions": [
            {"type": "short_text", "code": "T", "text": text("T")}]},
    ],
}  # fmt: skip


@pytest.fixture
def limited(session):
    version = publishing.publish(session, loading.load(DOCUMENT), "Test", NOW)
    wave = waves.create_wave(session, version, code="L", title="Limits", now=NOW)
    waves.open_wave(session, wave, NOW)
    session.commit()
    return wave


@pytest.fixture
def guest(app, limited):
    person = Respondent(app, f"/s/{limited.public_key}")
    person.open()
    return person


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"M": ["a"]}, "M"),
        ({"R.1": "a"}, "R.1"),
        ({"S": "else"}, "S.text"),
        ({"S": "else", "S.text": "  "}, "S.text"),
        ({"M": ["a", "else"]}, "M.text"),
    ],
)
def test_too_little_is_refused_beside_its_field(guest, sent, field):
    response = guest.post("P", sent)
    assert response.status_code == 422
    assert f'id="e-{field}"' in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"M": ["none"]},
        {"M": ["a", "b"], "R.1": "b", "R.2": "a", "S": "a"},
        {"M": ["a", "else"], "M.text": "own", "S": "else", "S.text": "mine"},
    ],
)
def test_enough_or_nothing_is_stored(session, limited, guest, sent):
    assert guest.post("P", sent).status_code == 303
    [(response, answers)] = stored(session, limited)
    assert answers["M.none"] == (1 if sent.get("M") == ["none"] else answers["M.none"])
    assert response.texts == {name: words for name, words in sent.items() if name.endswith(".text")}


def test_nobody_submits_without_the_words_that_an_option_needs(session, limited, guest):
    assert guest.post("P", {"S": "else", "go": "back"}).status_code == 303  # what is there is kept
    [(response, answers)] = stored(session, limited)
    assert (answers["S"], response.texts) == (4, {})
    assert guest.post("Q", {"T": "round it"}).location.endswith("/P")
    assert guest.post("P", {"S": "else", "S.text": "mine"}).status_code == 303
    guest.open("Q")
    guest.post("Q", {"T": "end"})
    [(response, _)] = stored(session, limited)
    assert (response.state, response.texts["S.text"]) == ("complete", "mine")


def test_limits_that_nothing_can_meet_are_found():
    wrong = json.loads(json.dumps(DOCUMENT))
    wrong["sections"][0]["questions"][0]["least"] = 4
    wrong["sections"][0]["questions"][1]["least"] = 4
    found = {(each.code, each.severity, each.place) for each in findings_of_file(json.dumps(wrong).encode())}
    assert {("range-empty", "error", "P.M"), ("range-empty", "error", "P.R")} <= found
