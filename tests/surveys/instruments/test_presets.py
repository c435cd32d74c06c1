"""Presets: models of other countries and the retention triad as questionnaires that can be asked at once."""

from datetime import UTC, datetime

import pytest

from surveys import instruments
from surveys.asking.router import Router
from surveys.document import loading
from surveys.editing import publishing
from surveys.findings.listing import findings_of
from surveys.trial import trial
from tests.surveys.worlds import NOW
from web.author.model import findings_of_model, promised
from web.runs import trials

PRESETS = {
    "acsi": ("SAT", {"EXP", "PQ", "VAL", "SAT", "COM", "LOY"}, 9),
    "ccsi": ("SAT", {"IMG", "EXP", "PQ", "VAL", "SAT", "LOY"}, 10),
    "ecsi": ("SAT", {"IMG", "EXP", "PQP", "PQS", "VAL", "SAT", "LOY"}, 13),
    "retention": ("LOY", {"VAL", "SWC", "LOY"}, 2),
}


def test_there_are_presets_and_the_utility_questionnaire():
    assert set(instruments.names()) == {*PRESETS, "utility_csi"}


@pytest.mark.parametrize("name", PRESETS)
def test_nothing_is_found_in_a_preset_and_all_of_it_is_locked(name):
    document = instruments.load(name)
    index, constructs, n_paths = PRESETS[name]
    assert findings_of(document, more=findings_of_model) == []
    system = document.indicators
    assert (system.index, {each.id for each in system.constructs}) == (index, constructs)
    assert len(system.paths) == n_paths
    assert all(each.locked for each in system.constructs)
    assert promised(document)["is_identified"]
    assert document.languages == ("zh", "en")


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_walked_to_the_end_and_its_model_estimated(name):
    document = instruments.load(name)
    found = trial.run(Router(document), NOW.date(), people=140)
    assert (found.never, found.stuck) == ([], {})
    estimated = trials.estimated(document, found)
    assert estimated["refused"] is None
    assert estimated["index"]["id"] == PRESETS[name][0]


def reworded(name, change):
    plain = instruments.load(name).dump()
    change(plain)
    return loading.load(plain)


def other_words(plain):
    row = next(
        row
        for section in plain["sections"]
        for question in section["questions"]
        for row in question.get("rows", ())
        if row["code"] == "SAT1"
    )
    row["text"] = {language: f"{text} !" for language, text in row["text"].items()}
    row["lineage"] = 2


def fewer_questions(plain):
    construct = next(each for each in plain["indicators"]["constructs"] if each["id"] == "SAT")
    construct["dimensions"][0]["indicators"] = ["SAT1", "SAT2"]


def unlocked_alone(plain):
    for construct in plain["indicators"]["constructs"]:
        del construct["locked"]


def other_title(plain):
    plain["title"]["en"] += "!"


@pytest.mark.parametrize(
    ("change", "found"),
    [(other_words, True), (fewer_questions, True), (unlocked_alone, False), (other_title, False)],
)
def test_whoever_changes_a_locked_block_has_to_say_why(session, change, found):
    publishing.publish(session, instruments.load("acsi"), "Test", NOW, more=findings_of_model)
    later = reworded("acsi", change)
    reason = {("block-locked", "indicators.SAT"): {"zh": "客户听不懂", "en": "Not understood"}}
    made = publishing.publish(session, later, "Test", datetime.now(UTC), accepted=reason)
    told = [each for each in made.accepted if each["code"] == "block-locked"]
    assert [(each["place"], bool(each["reason"])) for each in told] == (
        [("indicators.SAT", True)] if found else []
    )
