"""Numbers as people write them: decimal commas, units, half hours; what is none of these is refused."""

from decimal import Decimal

import pytest

from surveys import instruments
from surveys.questions import durations
from surveys.questions.number import Number
from surveys.questions.reading import PageAnswers

HOURS = {"zh": "小时", "en": "hours"}


def read(typed, **settings):
    """Give what a question in hours stores, or None where it refuses."""
    settings = {"decimals": 1, "high": 720, "unit": HOURS} | settings
    question = Number(type="number", code="E2", text={"en": "How long?"}, **settings)
    found = PageAnswers()
    question.reader({})({"E2": (typed,)}, found)
    return None if found.problems else found.texts.get("E2", found.values.get("E2"))


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("1.5", "1.5"), ("1,5", "1.5"), ("１．５", "1.5"), ("１，５", "1.5"), ("0.5", "0.5"), ("2", "2"),
        ("", ""), ("半小时", "0.5"), ("半个小时", "0.5"), ("1小时30分", "1.5"), ("1小时30分钟", "1.5"),
        ("１小时３０分", "1.5"), ("90 min", "1.5"), ("90分钟", "1.5"), ("2小时", "2"), ("2 小时", "2"),
        ("2 hours", "2"), ("2 Hours", "2"), ("一个半小时", "1.5"), ("两小时", "2"), ("两个半小时", "2.5"),
        ("2小时半", "2.5"), ("1天", "24"), ("1天2小时", "26"), ("half an hour", "0.5"),
        ("an hour and a half", "1.5"), ("1 h 30 min", "1.5"), ("1h30", "1.5"), ("1:30", "1.5"),
        ("1：30", "1.5"), ("20 min", "0.3"), ("30 days", "720"),
    ],
)  # fmt: skip
def test_a_length_of_time_is_understood_as_people_write_it(typed, hours):
    assert read(typed) == hours


@pytest.mark.parametrize(
    "typed",
    [
        "soon", "小时", "半", "1,500", "1.55", "-1", "-1小时", "721", "31 days", "1小时2小时", "30分1小时",
        "1:75", "1:30:00",
        "1 month", "1e2", "０．５．５", "1小时" * 20, "9" * 30 + "小时", "1小时x", "half", "1/2", "1..5 h",
    ],
)  # fmt: skip
def test_what_is_no_length_of_time_within_the_limits_is_refused(typed):
    assert read(typed) is None


def test_a_whole_number_stays_whole_and_other_units_are_no_time():
    assert read("1.5", decimals=0) is None
    assert read("90 min", decimals=0) is None
    assert read("120 min", decimals=0) == 2
    assert read("2 hours", decimals=0) == 2
    assert read("90 min", unit={"en": "kWh"}) is None
    assert read("90 kWh", unit={"en": "kWh"}) == "90"
    assert read("1小时", unit={}) is None
    assert durations.written("2小时", {"zh": "分钟"}) == Decimal(120)


def test_the_built_in_questionnaire_takes_half_hours_and_whole_outages():
    asked = {question.code: question for question in instruments.load("utility_csi").questions()}
    for code, typed, stored in (("E2", "半小时", "0.5"), ("E1", "1.5", None), ("E1", "3", 3)):
        found = PageAnswers()
        asked[code].reader({})({code: (typed,)}, found)
        got = None if found.problems else found.texts.get(code, found.values.get(code))
        assert got == stored, (code, typed)
