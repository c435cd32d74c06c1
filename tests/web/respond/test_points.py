"""Points of a scale with texts of their own: read by respondents and staff, exported, part of a series."""

import copy
import json

import pytest

from surveys.analysing.export import wave_table
from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.findings.listing import findings_of_file
from tests.surveys.worlds import text
from tests.web.answering import NOW, Respondent, both, stored
from web.author.reading import Reading

DOCUMENT = {
    "format": "manyi/2",
    "code": "points",
    "title": text("Points"),
    "scales": {
        "three": {"low": 1, "high": 3, "labels": {
            "1": both("Poor", "差"), "2": both("Fair <i>", "一般"), "3": both("Good", "好")}},
        "five": {"low": 1, "high": 5, "anchors": [text("low"), text("high")]},
    },
    "sections": [{"code": "P", "title": text("P"), "questions": [
        {"type": "rating", "code": "A", "scale": "three", "text": text("A")},
        {"type": "rating", "code": "B", "scale": "three", "text": text("B"),
         "labels": {"2": both("So-so", "还行")}},
        {"type": "grid", "code": "G", "scale": "five", "text": text("G"),
         "labels": {"3": both("Middle", "中")},
         "rows": [{"code": "G1", "text": text("G1")}]},
        {"type": "rating", "code": "C", "scale": "five", "text": text("C")}]}],
}  # fmt: skip


@pytest.fixture
def labelled(session):
    version = publishing.publish(session, loading.load(DOCUMENT), "Test", NOW)
    wave = waves.create_wave(session, version, code="L", title="Points", now=NOW)
    waves.open_wave(session, wave, NOW)
    session.commit()
    return wave


def points(page, code):
    return [label.get_text(" ", strip=True) for label in page.select(f"#q-{code} .points label")]


def test_respondents_read_the_text_beside_its_point(app, session, labelled):
    person = Respondent(app, f"/s/{labelled.public_key}")
    page = person.open()
    assert points(page, "A") == ["1 Poor", "2 Fair", "3 Good"]
    assert points(page, "B") == ["1 Poor", "2 So-so", "3 Good"]
    assert points(page, "G1") == ["1 low", "2", "3 Middle", "4", "5 high"]
    assert points(page, "C") == ["1 low", "2", "3", "4", "5 high"]
    assert page.select_one("#q-A .ends") is None
    assert page.select_one("#q-G1 .ends") is not None
    assert page.select_one("#q-C .points")["class"] == ["points", "points-5"]
    person.send(A="2", B="3", G1="3", C="5")
    [(_, answers)] = stored(session, labelled)
    assert [answers[code] for code in ("A", "B", "G1", "C")] == [2, 3, 3, 5]
    chinese = Respondent(app, f"/s/{labelled.public_key}", "zh").open()
    assert points(chinese, "A") == ["1 差", "2 一般", "3 好"]


def test_the_book_of_an_export_names_the_points(session, labelled):
    _, *book = wave_table(session, labelled).codebook(("en", "zh"))
    said = {(code, value): (english, chinese) for code, value, english, chinese in book}
    assert said["A", "2"][1] == "一般"
    assert said["B", "2"] == ("So-so", "还行")
    assert [said["G1", str(point)][0] for point in (1, 3, 5)] == ["low", "Middle", "high"]
    assert ("G1", "2") not in said


def test_quality_staff_read_them_and_a_reworded_point_is_another_wording():
    document = loading.load(DOCUMENT)
    [part] = Reading(document, "en").parts()
    assert [block.scale for block in part.blocks][1:3] == [
        "1 Poor – 2 So-so – 3 Good",
        "1 low – 3 Middle – 5 high",
    ]
    changed = copy.deepcopy(DOCUMENT)
    changed["scales"]["three"]["labels"]["1"] = both("Awful", "糟")
    for before, after in zip(document.questions(), loading.load(changed).questions(), strict=True):
        same = [*before.rated(document.scales)] == [*after.rated(loading.load(changed).scales)]
        assert same is (before.code in {"G", "C"})


def test_a_text_of_a_point_that_the_scale_has_not_is_found():
    wrong = copy.deepcopy(DOCUMENT)
    wrong["scales"]["three"]["labels"]["4"] = text("Great")
    wrong["sections"][0]["questions"][2]["labels"]["9"] = text("Nine")
    del wrong["scales"]["three"]["labels"]["1"]["zh"]
    found = {(each.code, each.place) for each in findings_of_file(json.dumps(wrong).encode())}
    assert {("label-point", "scales.three"), ("label-point", "P.G")} <= found
    assert ("text-missing", "scales.three.labels.1.zh") in found
    with pytest.raises(SurveyError, match="text") as refusal:
        loading.load(wrong)
    assert refusal.value.problem is Problem.TEXT_MISSING
    wrong["scales"]["three"]["labels"]["1"]["zh"] = "差"
    with pytest.raises(SurveyError, match="4 is no point of the scale 1–3"):
        loading.load(wrong)
