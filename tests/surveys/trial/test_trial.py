"""The trial: what chance does not reach is steered to, what nobody can reach is named."""

from datetime import date

import numpy as np
import pytest

from surveys import instruments
from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import RESERVED
from surveys.document import loading
from surveys.document.minutes import minutes
from surveys.trial import trial
from tests.surveys.every_type import DOCUMENT as EVERY_TYPE
from tests.surveys.worlds import document, text

TODAY = date(2026, 3, 5)
YES_NO = [{"code": "yes", "value": 1, "text": text("Yes")}, {"code": "no", "value": 0, "text": text("No")}]


def asked(kind, code, **more):
    return {"type": kind, "code": code, "text": text(code), **more}


def page(code, *questions, **more):
    return {"code": code, "title": text(code), "questions": list(questions), **more}


def tried(*sections, people=60, **more):
    made = loading.load(document(format="manyi/2", sections=list(sections), **more), published=True)
    return trial.run(Router(made), TODAY, people=people), made


@pytest.fixture(scope="module")
def utility():
    router = Router(instruments.load("utility_csi"))
    return trial.run(router, TODAY, people=200), router


def test_chance_hardly_reaches_the_end_and_steering_does(utility):
    found, _ = utility
    assert found.by_chance < 20
    assert 90 <= found.complete <= 130
    assert found.never == []
    assert found.stuck == {}
    assert min(found.reached.values()) >= 1


def test_answers_are_those_of_complete_responses(utility):
    found, router = utility
    slots = {slot.code: slot for slot in router.document.slots}
    assert {len(column) for column in found.answers.values()} == {found.complete}
    for row in range(0, found.complete, 10):
        values = {code: int(column[row]) for code, column in found.answers.items()}
        way = router.way(Answers(values))
        for code, value in values.items():
            assert value in RESERVED or slots[code].low <= value <= slots[code].high, code
        assert way.shown["SAT"] == ("SAT1", "SAT2", "SAT3")
    said = [np.where(found.answers[code] > 0, found.answers[code], 6) for code in ("SAT1", "SAT3")]
    rated = np.corrcoef(*said)
    assert rated[0, 1] > 0.3  # an index has something to measure


def test_the_same_seed_is_the_same_trial_and_another_is_another(utility):
    found, router = utility
    again = trial.run(router, TODAY, people=200)
    assert again.plain() == found.plain()
    assert trial.run(router, TODAY, people=200, seed=2).plain() != found.plain()


def test_minutes_are_of_what_people_are_asked(utility):
    found, router = utility
    assert 0.6 * minutes(router.document) < min(found.minutes)
    assert max(found.minutes) < minutes(router.document)


@pytest.mark.parametrize(("form", "said"), [("full", 15), ("short", 8)])
def test_the_first_page_promises_what_the_trial_takes(form, said):
    made = instruments.load("utility_csi", form)
    found = trial.run(Router(made), TODAY, people=120).plain()["minutes"]
    assert f"约需{said}分钟" in made.intro["zh"]
    assert f"{said} minutes" in made.intro["en"]
    assert found["median"] == pytest.approx(said, abs=0.5)


def test_what_needs_a_rare_answer_is_reached():
    found, _ = tried(
        page("A", asked("number", "N", low=0, high=10000), asked("date", "D"), asked("short_text", "T")),
        page("B", asked("multiple", "M", options=[
            {"code": f"o{n}", "value": n, "text": text(f"o{n}")} for n in range(1, 9)
        ])),
        page("RARE", asked("short_text", "R"), show_if="N == 7777"),
        page("DAY", asked("short_text", "S"), show_if="D == date('2024-02-29')"),
        page("WORD", asked("short_text", "U"), show_if="T == 'abracadabra'"),
        page("ALL", asked("short_text", "V"), show_if="all(M, ['o1', 'o5', 'o7']) and not 'o2' in M"),
        page("DEEP", asked("short_text", "W"), show_if="answered(R) and answered(S)"),
        page("FILE", asked("short_text", "X"), show_if="account.tier == 'key' and N > 9000"),
        quotas=[{"code": "Q", "when": "N in [123, 4567] and T != 'x'", "text": text("full")}],
    )  # fmt: skip
    assert found.never == []
    assert found.complete == 60


def test_what_nobody_can_reach_is_named_with_its_kind():
    found, _ = tried(
        page("A", asked("single", "Y", options=YES_NO), asked("number", "N", low=0, high=5)),
        page("NEVER", asked("short_text", "T"), show_if="N > 5"),
        page("B", asked("short_text", "U", show_if="Y == 'yes' and Y == 'no'"), asked("short_text", "V")),
        quotas=[{"code": "Q", "when": "N > 9", "text": text("full")}],
    )
    assert found.never == [("page", "NEVER"), ("question", "B.U"), ("quota", "quotas.Q")]


def test_a_page_that_takes_no_answer_holds_people():
    found, _ = tried(
        page("A", asked("number", "N", low=0, high=5, required=True, valid_if="N > 9")),
        page("B", asked("short_text", "V")),
    )
    assert found.stuck == {"A": 60}
    assert (found.complete, found.plain()["minutes"]) == (0, {"median": None, "p90": None})


def test_every_type_is_answered_to_the_end():
    found = trial.run(Router(loading.load(EVERY_TYPE, published=True)), TODAY, people=40)
    assert found.stuck == {}
    assert found.complete >= 20


@pytest.mark.parametrize("people", [10, 11])
def test_half_are_steered(people):
    found, _ = tried(page("A", asked("single", "Y", options=YES_NO)), people=people)
    assert (found.complete, found.by_chance) == (people, (people + 1) // 2)
