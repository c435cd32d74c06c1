"""Standing answers: a complete response holds answers to exactly what its own answers lead to."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED
from surveys.document import loading
from tests.surveys import random_people as people
from tests.surveys import random_questionnaires as random_ones
from tests.surveys.worlds import text

YES_NO = [{"code": "yes", "value": 1, "text": text("Yes")}, {"code": "no", "value": 0, "text": text("No")}]


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_complete_response_holds_answers_to_exactly_what_they_lead_to(seed):
    random = Random(seed)
    made = random_ones.make(random)
    router = Router(loading.load(made.document))
    account = {"customer_class": "industrial"} if random.random() < 0.3 else {}
    answers = people.answer(random, made, router, account)
    texts = {
        each["code"]
        for section in made.document["sections"]
        for each in section["questions"]
        if each["type"] in {"short_text", "date"}
    }
    led, stored = people.led_to(made, answers), people.answered(made, answers)
    assert not any(each.endswith("!") for each in led), "an answer that does not fit with an earlier one"
    offered = {each for each in led if "=" in each}
    led -= offered
    assert people.marked(made, answers) <= offered, "an option that was not offered"
    assert stored - led == set(), "an answer that these answers do not lead to"
    way = router.way(answers)
    if way.stop is None:
        # Of own words the first format does not tell skipped from not asked; all else leaves its mark.
        assert led - stored <= (texts if router.document.is_first_format else set()), (
            "a question that these answers lead to was not asked"
        )
        assert way.gap() is None
    again = way.leftovers()
    assert (again.values, again.texts) == ({}, {}), "a second pass changes something"
    assert {code for codes in way.shown.values() for code in codes} == led


def chain(*conditions):
    """Questions A, B, C … of yes and no, one a page, each under its condition."""
    sections = []
    for code, condition in zip("ABCDE", conditions, strict=False):
        asked = {"type": "single", "code": code, "text": text(code), "options": YES_NO}
        asked |= {"show_if": condition} if condition else {}
        sections.append({"code": f"P{code}", "title": text(code), "questions": [asked]})
    document = {"format": "manyi/1", "code": "chain", "title": text("Chain"), "sections": sections}
    return Router(loading.load(document))


def test_what_hangs_on_a_fallen_answer_falls_with_it():
    router = chain(None, "A == 1", "B == 1", "C == 1", "not C == 1")
    way = router.way(Answers({"A": 0, "B": 1, "C": 1, "D": 1, "E": NOT_ASKED}))
    assert [*way.shown] == ["PA", "PE"]
    assert way.leftovers().values == dict.fromkeys("BCD", NOT_ASKED)
    assert way.gap() == "PE"
    # Going back brings them again: what is stored stays while the response is open.
    assert [*router.way(way.answers._replace(values=way.answers.values | {"A": 1})).shown] == [
        "PA",
        "PB",
        "PC",
        "PD",
    ]


def test_own_words_count_with_their_option_alone():
    other = [*YES_NO, {"code": "else", "value": 2, "text": text("Other"), "with_text": True}]
    for kind, slot, mark in (("single", "A", 2), ("multiple", "A.else", 1)):
        asked = {"type": kind, "code": "A", "text": text("A"), "options": other}
        page = {"code": "P", "title": text("P"), "questions": [asked]}
        router = Router(
            loading.load({"format": "manyi/1", "code": "o", "title": text("O"), "sections": [page]})
        )
        blank = {each.code: 0 for each in router.document.slots}
        assert router.way(Answers(blank | {slot: mark}, {"A.text": "own"})).leftovers().texts == {}
        assert router.way(Answers(blank, {"A.text": "own"})).leftovers().texts == {"A.text": ""}
