"""What questions ask of their answers: a reminder, limits of days, decimals, one answer against another."""

import copy
import json
from datetime import date

import pytest

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.document import loading
from surveys.errors import Problem, SurveyError
from surveys.findings.listing import findings_of_file
from tests.surveys.demanding import DOCUMENT

TODAY = date(2026, 3, 31)


@pytest.fixture(scope="module")
def router():
    return Router(loading.load(DOCUMENT))


def nobody(router):
    return Answers(dict.fromkeys((slot.code for slot in router.document.slots), NOT_ASKED), today=TODAY)


def sent(router, answers=None, page="P1", **fields):
    """Check a page on which everything wanted is answered but for what is given."""
    whole = {"OUT": "0", "CLASS": "home", "G1": "1", "G2": "2", "WHY": "so"} if page == "P1" else {}
    form = {name.replace("__", "."): [each] for name, each in (whole | fields).items()}
    form["_r"] = fields["_r"].split() if "_r" in fields else []
    return router.check(page, form, router.way(answers or nobody(router)))


def told(page):
    return {(each.field, each.problem.name) for each in page.problems}


def test_a_blank_that_is_wanted_is_reminded_of_once(router):
    blank = {"OUT": "", "CLASS": "", "G2": "", "WHY": " "}
    first = sent(router, **blank)
    assert told(first) == {(each, "ANSWER_WANTED") for each in blank}
    assert told(sent(router, **blank, _r="OUT CLASS G2")) == {("WHY", "ANSWER_WANTED")}
    again = sent(router, **blank, _r="OUT CLASS G2 WHY")
    assert (told(again), again.values["OUT"], again.values["WHY"]) == (set(), SKIPPED, SKIPPED)
    # A way out is an answer; a wrong one is wrong, not blank.
    assert told(sent(router, G2="dk")) == set()
    assert told(sent(router, OUT="many")) == {("OUT", "ANSWER_NUMBER")}


def test_authors_word_refusals_themselves(router):
    problems = sent(router, OUT="400", CLASS="else").problems
    assert [each.text("en") for each in problems] == ["From 0 to 366, please.", "Which one?"]
    assert [each.text("zh") for each in problems] == ["请填0到366。", "是哪一类？"]
    [reminded] = sent(router, OUT="").problems
    assert reminded.text("zh") == "没有请填0。"
    [plain] = sent(router, WHY="").problems
    assert plain.text("en") == Problem.ANSWER_WANTED.text("en")


@pytest.mark.parametrize(
    ("written", "problem"),
    [("2018-12-31", "ANSWER_EARLY"), ("2026-04-01", "ANSWER_LATE"), ("soon", "ANSWER_DATE"),
     ("2019-01-01", ""), ("2026-03-31", "")],
)  # fmt: skip
def test_days_are_held_to_their_limits(router, written, problem):
    assert told(sent(router, OUT="1", WHEN=written)) == ({("WHEN", problem)} if problem else set())


@pytest.mark.parametrize(
    ("written", "stored"),
    [("12.5", "12.5"), ("１２．５", "12.5"), ("7.0", "7"), ("-0", "0"), ("+3", "3"), ("99", "99")],
)
def test_numbers_with_decimals_are_stored_as_they_are_meant(router, written, stored):
    page = sent(router, OUT="1", HOURS=written)
    assert (page.problems, page.texts["HOURS"], page.values["HOURS"]) == ([], stored, 1)


@pytest.mark.parametrize("written", ["1.25", "99.1", "-1", "1e1", "NaN", "inf", "0x1", "1,500", "9" * 40])
def test_what_is_no_such_number_is_refused_with_the_limits(router, written):
    [problem] = sent(router, OUT="1", HOURS=written).problems
    assert problem.text("en") == "Please enter a number from 0 to 99 with at most 1 decimals."


def test_one_answer_is_held_against_another(router):
    days = {"OUT": "1", "WHEN": "2026-03-01"}
    [problem] = sent(router, **days, BACK="2026-02-28").problems
    assert (problem.field, problem.text("zh")) == ("BACK", "不能早于停电日。")
    assert told(sent(router, **days, BACK="2026-03-01")) == set()
    assert told(sent(router, **days, BACK="")) == set()


def test_an_answer_that_fits_no_more_is_asked_again(router):
    answers = nobody(router).saying(sent(router, OUT="1", WHEN="2026-03-01", BACK="2026-03-02"))
    answers = answers.saying(sent(router, answers, "P2", NOTE="x"))
    assert router.way(answers).gap() is None
    changed = answers._replace(texts={**answers.texts, "WHEN": "2026-03-05"})
    way = router.way(changed)
    assert (way.invalid, way.gap()) == ({"BACK"}, "P1")


def test_a_blank_text_is_told_from_one_that_was_not_asked(router):
    answers = nobody(router).saying(sent(router, OUT="1", HOURS="2.5", METER="40001"))
    way = router.way(answers)
    assert way.shown["P2"] == ("LONG", "MUCH", "NOTE")
    assert way.gap() == "P2"
    answers = answers.saying(sent(router, answers, "P2", LONG="x"))
    assert [answers.values[code] for code in ("LONG", "MUCH", "NOTE", "BACK")] == [
        1,
        SKIPPED,
        SKIPPED,
        NOT_ASKED,
    ]
    assert router.way(answers).gap() is None
    less = router.way(answers._replace(texts={**answers.texts, "HOURS": "2.4"}))
    assert less.leftovers().values["LONG"] == NOT_ASKED
    assert less.leftovers().texts == {"LONG": ""}


def test_versions_of_the_first_format_store_what_they_stored():
    plain = {"format": "manyi/1", "code": "old", "title": text_of("Old"), "sections": [
        {"code": "P", "title": text_of("P"), "questions": [
            {"type": "short_text", "code": "T", "text": text_of("T")},
            {"type": "date", "code": "D", "text": text_of("D")},
            {"type": "number", "code": "N", "text": text_of("N")}]}]}  # fmt: skip
    old, new = (Router(loading.load(plain | {"format": form})) for form in ("manyi/1", "manyi/2"))
    assert [slot.code for slot in old.document.slots] == ["N"]
    assert [slot.code for slot in new.document.slots] == ["T", "D", "N"]
    page = old.check("P", {"T": ["x"]}, old.way(Answers({"N": NOT_ASKED})))
    assert (page.values, page.texts) == ({"N": SKIPPED}, {"T": "x", "D": ""})


def text_of(words):
    return {"en": words, "zh": words}


@pytest.mark.parametrize(
    ("code", "key", "value"),
    [("OUT", "required", "hard"), ("OUT", "messages", {"wrong": text_of("x")}), ("OUT", "valid_if", "OUT >"),
     ("WHEN", "low", "2019-01-01"), ("WHEN", "low", "OUT"), ("WHEN", "high", "date('2019-02-30')"),
     ("WHEN", "high", "today() or OUT == 1"), ("WHEN", "high", "today(99999999)"), ("WHEN", "low", 5),
     ("HOURS", "decimals", -1), ("HOURS", "decimals", 7), ("HOURS", "low", float("nan")),
     ("METER", "high", 10**10)],
)  # fmt: skip
def test_what_cannot_be_asked_of_an_answer_is_refused_where_it_is_written(code, key, value):
    with pytest.raises(SurveyError) as refused:
        loading.load(changed(code, key, value))
    assert refused.value.problem is Problem.DOCUMENT_INVALID
    assert "sections" in str(refused.value)


def changed(code, key, value):
    plain = copy.deepcopy(DOCUMENT)
    for question in (each for section in plain["sections"] for each in section["questions"]):
        if question["code"] == code:
            question[key] = value
    return plain


@pytest.mark.parametrize(
    ("code", "key", "value", "finding"),
    [("BACK", "valid_if", "BACK >= LATER", "logic-unknown"),
     ("BACK", "valid_if", "NOTE == 'x'", "logic-forward"),
     ("BACK", "valid_if", "BACK > 3", "logic-type"), ("OUT", "valid_if", "OUT > 400", "logic-never"),
     ("WHEN", "low", "date('2030-01-01')", ""),
     ("HOURS", "low", 99.5, "range-empty"), ("HOURS", "valid_if", "HOURS > 99.5", "logic-never"),
     ("HOURS", "valid_if", "HOURS < 98.5", ""), ("METER", "valid_if", "METER > 999998", "")],
)  # fmt: skip
def test_findings_know_what_answers_can_be(code, key, value, finding):
    found = findings_of_file(json.dumps(changed(code, key, value)).encode())
    codes = {each.code for each in found if each.place == f"P1.{code}" and each.severity == "error"}
    assert codes == ({finding} if finding else set())


def test_no_day_is_out_of_its_limits():
    plain = changed("WHEN", "valid_if", "WHEN < date('2018-01-01')")
    back = next(each for each in plain["sections"][0]["questions"] if each["code"] == "BACK")
    del back["valid_if"]
    found = findings_of_file(json.dumps(plain).encode())
    assert ("logic-never", "P1.WHEN") in {(each.code, each.place) for each in found}
