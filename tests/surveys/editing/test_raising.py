"""A document of the first format becomes one of the second: the same is asked of everybody."""

import copy
from random import Random

import pytest

from surveys.asking.router import Router
from surveys.codes import NOT_ASKED
from surveys.document import loading
from surveys.editing.assembling import assembled, disassembled
from surveys.editing.raising import Changed, raised
from surveys.errors import SurveyError
from surveys.findings.listing import judged
from tests.cli.faulty import FAULTS, planted
from tests.surveys.document.test_versions_stay import published_before
from tests.surveys.every_type import DOCUMENT as EVERY_TYPE
from tests.surveys.random_people import answer
from tests.surveys.random_questionnaires import make
from tests.surveys.worlds import document, text


def first_format():
    """Every real document of the first format: what was built in, every type, and the planted faults."""
    yield from (published_before(form) for form in ("full", "short"))
    yield EVERY_TYPE
    yield from (planted(each) for each in (FAULTS[0] | {"patch": []}, *FAULTS))


def test_the_same_is_asked_of_random_people():
    asked = 0
    for seed in range(240):
        random = Random(seed)
        made = make(random)
        if made.document["format"] != "manyi/1":
            continue
        plain, changed = raised(made.document)
        assert changed == ()
        old, new = (Router(loading.load(each)) for each in (made.document, plain))
        said = answer(random, made, old, {"customer_class": "residential"})
        values = dict.fromkeys([slot.code for slot in new.document.slots], NOT_ASKED) | said.values
        assert new.way(said._replace(values=values)).shown == old.way(said).shown, seed
        asked += 1
    assert asked > 80


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("C == 1", "C == 'a'"),
        ("2 <= C", "C >= 'b'"),
        ("C in (1, 2)", "C in ['a', 'b']"),
        ("'a' in C or not 'b' not in C", "C == 'a' or not C != 'b'"),
        ("1 in C", "C == 'a'"),
        ("C == 7", "C == 7"),
        ("'a' in M", "'a' in M"),
        ("N in {1, 2}", "N in [1, 2]"),
        ("N > ", "N > "),
    ],
)
def test_conditions_are_written_as_the_second_format_has_them(before, after):
    options = [{"code": c, "value": n, "text": text(c)} for n, c in enumerate("ab", start=1)]
    questions = [
        {"code": "C", "type": "single", "text": text("C"), "options": options},
        {"code": "M", "type": "multiple", "text": text("M"), "options": options},
        {"code": "N", "type": "number", "text": text("N")},
        {"code": "W", "type": "short_text", "text": text("W"), "show_if": before},
    ]
    plain = document(format="manyi/1", sections=[{"code": "P", "title": text("P"), "questions": questions}])
    given = copy.deepcopy(plain)
    found = raised(plain)
    assert plain == given, "what was given stays"
    assert found.plain["sections"][0]["questions"][-1]["show_if"] == after
    assert found.plain["format"] == "manyi/2"
    assert raised(found.plain) == (found.plain, ())


def test_what_means_something_else_is_named():
    plain = document(format="manyi/1")
    last = plain["sections"][-1]["questions"]
    last += [
        {"code": "WORDS", "type": "short_text", "text": text("W")},
        {"code": "HOW", "type": "number", "text": text("How many")},
        {"code": "THEN", "type": "short_text", "text": text("T {n}"), "show_if": "not answered(WORDS)"},
    ]
    plain["pipes"] = {"n": {"question": "HOW", "fallback": text("some")}}
    assert raised(plain).changed == (Changed("condition", "not answered(WORDS)"), Changed("pipe", "{n}: HOW"))


def test_real_documents_lose_nothing():
    """Nothing but conditions and the format differs, and no finding comes or goes by it."""
    count = 0
    for plain in first_format():
        if plain.get("format", "manyi/1") != "manyi/1":
            continue
        found = raised(plain)
        assert without_conditions(found.plain) == without_conditions(plain)
        try:
            old = loading.load(plain)
        except SurveyError:
            assert found.changed or judged(found.plain).findings
        else:
            new = loading.load(found.plain)
            kept = [slot for slot in new.slots if slot.kind != "state"]
            assert kept == list(old.slots)
            assert loading.load(assembled(disassembled(found.plain))) == new
        count += 1
    assert count > 40


def without_conditions(part):
    if isinstance(part, dict):
        dropped = {"show_if", "when", "valid_if", "contradiction", "format"}
        return {name: without_conditions(value) for name, value in part.items() if name not in dropped}
    return [without_conditions(each) for each in part] if isinstance(part, list) else part
