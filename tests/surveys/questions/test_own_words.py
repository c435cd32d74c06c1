"""Own words beside an option: what was typed is never dropped without a word."""

import pytest

from surveys.codes import SKIPPED
from surveys.errors import Problem
from surveys.questions.choice import ChoiceQuestion
from surveys.questions.multiple import Multiple
from surveys.questions.reading import PageAnswers


def both(text):
    return {"en": text, "zh": text}


OPTIONS = [
    {"code": "hall", "value": 1, "text": both("Hall")},
    {"code": "else", "value": 2, "text": both("Other"), "with_text": True},
    {"code": "none", "value": 3, "text": both("None")},
]
ONE = {"type": "single", "code": "CH", "text": both("Channel?"), "options": OPTIONS}
MANY = ONE | {"type": "multiple", "options": [*OPTIONS[:2], OPTIONS[2] | {"exclusive": True}]}


def read(question, form, left_out=frozenset()):
    found = PageAnswers(left_out=left_out)
    question.reader({})(form, found)
    return found


def problems(found):
    return [(each.field, each.problem) for each in found.problems]


@pytest.mark.parametrize("chosen", [[], [""], ["else"]])
def test_who_writes_and_chooses_nothing_else_means_other(chosen):
    found = read(ChoiceQuestion(**ONE), {"CH": chosen, "CH.text": [" by post "]})
    assert not found.problems
    assert (found.values, found.texts) == ({"CH": 2}, {"CH.text": "by post"})


def test_who_writes_and_chooses_another_is_asked_which():
    found = read(ChoiceQuestion(**ONE), {"CH": ["hall"], "CH.text": ["by post"]})
    assert problems(found) == [("CH.text", Problem.ANSWER_WORDS_ASIDE)]
    assert read(ChoiceQuestion(**ONE), {"CH": ["hall"], "CH.text": [" "]}).texts == {"CH.text": ""}


def test_among_several_other_is_taken_as_chosen_besides():
    found = read(Multiple(**MANY), {"CH": ["hall"], "CH.text": ["by post"]})
    assert not found.problems
    assert found.values == {"CH.hall": 1, "CH.else": 1, "CH.none": 0}
    found = read(Multiple(**MANY), {"CH.text": ["by post"]})
    assert found.values == {"CH.hall": 0, "CH.else": 1, "CH.none": 0}
    found = read(Multiple(**MANY), {"CH": ["none"], "CH.text": ["by post"]})
    assert problems(found) == [("CH.text", Problem.ANSWER_WORDS_ASIDE)]


def test_words_beside_an_option_that_is_not_offered_choose_nothing():
    found = read(ChoiceQuestion(**ONE), {"CH.text": ["by post"]}, frozenset({"else"}))
    assert (found.values, found.texts, found.problems) == ({"CH": SKIPPED}, {"CH.text": ""}, [])
