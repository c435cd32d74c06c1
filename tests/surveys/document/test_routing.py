"""On paper: questions numbered, and where to go on for whom a condition does not hold; the codebook."""

import json

from surveys import instruments
from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import REASONS
from surveys.document import loading
from surveys.document.codebook import codebook
from surveys.document.routing import steps_of
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from tests.surveys.worlds import document, text

YES_NO = [{"code": "yes", "value": 1, "text": text("Yes")}, {"code": "no", "value": 0, "text": text("No")}]


def asked(kind, code, **more):
    return {"type": kind, "code": code, "text": text(code), **more}


def made():
    return loading.load(
        document(
            format="manyi/2",
            sections=[
                {"code": "A", "title": text("A"), "questions": [
                    asked("lot", "FORM", options=YES_NO),
                    asked("single", "Y", options=YES_NO),
                    asked("number", "N", show_if="Y == 'yes'"),
                    asked("short_text", "T", show_if="Y == 'yes'"),
                    asked("short_text", "D", show_if="Y == 'yes' and N > 3"),
                    asked("statement", "READ"),
                    asked("short_text", "Z"),
                ], "stops": [{"code": "s", "when": "N > 90", "text": text("Bye")}]},
                {"code": "B", "title": text("B"), "show_if": "Y == 'no'", "questions": [
                    asked("short_text", "U"), asked("short_text", "V", show_if="answered(U)"),
                ]},
            ],
        )
    )  # fmt: skip


def test_questions_are_numbered_and_say_where_others_go_on():
    steps = {step.question.code: step for step in steps_of(made())}
    assert list(steps) == ["Y", "N", "T", "D", "READ", "Z", "U", "V"]  # a lot is drawn and never shown
    assert [step.number for step in steps.values()] == [1, 2, 3, 4, 0, 5, 6, 7]
    assert {code: (step.is_first, step.otherwise) for code, step in steps.items() if step.conditions} == {
        "N": (True, 4),
        "T": (False, 4),
        "D": (True, 5),
        "U": (True, None),
        "V": (True, None),
    }
    assert [code for code, step in steps.items() if step.stops] == ["Z"]


def test_paper_leads_everybody_as_the_router_does():
    """Who follows the numbers is asked exactly what the router asks."""
    questionnaire = instruments.load("utility_csi")
    router = Router(questionnaire)
    steps = steps_of(questionnaire)
    by_number = {step.number: place for place, step in enumerate(steps) if step.number}
    for said in ({"CATEGORY": 1, "E1": 0, "C1": 0}, {"CATEGORY": 3, "E1": 4, "C1": 1, "SAT1": 2}):
        slots = {slot.code: -32767 for slot in questionnaire.slots} | {
            "S1": 1,
            "S2": 1,
            "S5": 1,
            "S3": 1,
            "S4": 0,
        }
        way = router.way(Answers(slots | said))
        shown = {code for codes in way.shown.values() for code in codes}
        asked_on_paper, place = [], 0
        while place is not None and place < len(steps):
            step = steps[place]
            codes = {step.question.code, *(row.code for row in step.question.subquestions())}
            holds = (
                not step.conditions
                or bool(codes & shown)
                or all(router_holds(way, each) for each in step.conditions)
            )
            if holds:
                asked_on_paper.append(step.question.code)
                place += 1
            else:
                assert not codes & shown
                place = by_number[step.otherwise] if step.otherwise else None
        missing = {
            question.code
            for question in questionnaire.questions()
            if {question.code, *(row.code for row in question.subquestions())} & shown
        } - set(asked_on_paper)
        assert missing == set()


def router_holds(way, condition):
    return evaluate(parse(condition), way.seen)


def test_the_codebook_has_every_stored_answer_with_its_meaning():
    questionnaire = instruments.load("utility_csi")
    book = codebook(questionnaire, {})
    assert [each["code"] for each in book] == [slot.code for slot in questionnaire.slots]
    entries = {each["code"]: each for each in book}
    assert entries["SAT1"]["values"]["1"] == {"zh": "非常不满意", "en": "Very dissatisfied"}
    assert (entries["SAT1"]["construct"], entries["SAT1"]["dimension"]) == ("SAT", "SAT_ALL")
    assert (entries["PQV7"]["asked_if"], entries["PQV7"]["lineage"]) == ("'hotline' in E4", 2)
    assert entries["R1.price"]["asked_if"] == "SAT1 <= 4"
    assert entries["C1"]["values"]["1"] == {"zh": "是", "en": "Yes"}
    assert set(entries["SAT1"]["reserved"]) == set(REASONS.values())
    for each in book:
        assert all(each["text"][language].strip() for language in ("zh", "en")), each["code"]
        assert not each["asked_if"] or parse(each["asked_if"])
    json.dumps(book)


def test_conditions_of_a_page_and_a_question_are_both_told():
    entries = {each["code"]: each for each in codebook(made(), {})}
    assert entries["V"]["asked_if"] == "Y == 'no' and answered(U)"
