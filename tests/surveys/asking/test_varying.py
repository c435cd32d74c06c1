"""Options and rows that are offered to some, taken from what was chosen before, in random order; lots."""

import copy
import hashlib
import json
from collections import Counter

import pytest

from surveys.asking.answers import Answers
from surveys.asking.chance import drawn, ordered
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.document import loading
from surveys.errors import Problem, SurveyError
from surveys.findings.listing import findings_of_file
from tests.surveys.varying import DOCUMENT, option
from tests.surveys.worlds import text


@pytest.fixture(scope="module")
def router():
    return Router(loading.load(DOCUMENT))


def nobody(router, seed=7):
    return Answers(dict.fromkeys((slot.code for slot in router.document.slots), NOT_ASKED), seed=seed)


def sent(router, answers, page, **fields):
    """Send a page; gives what was found, and the answers with it."""
    form = {
        name.replace("__", "."): each if isinstance(each, list) else [each] for name, each in fields.items()
    }
    way = router.way(answers)
    found = router.check(page, form, way)
    said = answers.saying(found)
    return found, said._replace(values={**said.values, **way.filed})


def marks(answers):
    return {code: answers.values[f"MET.{code}"] for code in ("hot", "hall", "manager", "else", "none")}


def told(page):
    return {(each.field, each.problem.name) for each in page.problems}


def test_an_option_is_offered_to_those_whom_it_concerns(router):
    page, _ = sent(router, nobody(router), "START", CLASS="home", MET=["hot", "manager"])
    assert told(page) == {("MET", "ANSWER_OFFERED")}
    page, shop = sent(router, nobody(router), "START", CLASS="shop", MET=["hot", "manager"])
    assert (page.problems, marks(shop)["manager"], marks(shop)["hall"]) == ([], 1, 0)
    page, home = sent(router, nobody(router), "START", CLASS="home", MET=["hot", "hall"])
    assert marks(home) == {"hot": 1, "hall": 1, "manager": NOT_ASKED, "else": 0, "none": 0}
    assert router.way(home).gap() != "START"


def test_a_choice_stands_without_what_is_offered_no_more(router):
    _, answers = sent(router, nobody(router), "START", CLASS="shop", MET=["hot", "manager"])
    way = router.way(answers._replace(values={**answers.values, "CLASS": 1}))
    assert way.seen["MET"] == ("hot",)
    assert way.leftovers().values == {"MET.manager": NOT_ASKED}
    # Where nothing else was chosen the question is asked again.
    alone = answers._replace(values={**answers.values, "CLASS": 1, "MET.hot": 0})
    assert (router.way(alone).seen["MET"], router.way(alone).gap()) == (None, "START")


def test_an_option_that_came_up_is_asked_about_unless_the_browser_has_shown_it(router):
    _, answers = sent(router, nobody(router), "START", CLASS="home", MET=["hot", "hall"])
    form = {"CLASS": ["shop"], "MET": ["hot", "hall"]}
    silent = router.check("START", form, router.way(answers))
    assert silent.values["MET.manager"] == NOT_ASKED
    assert router.way(answers.saying(silent)).gap() == "START"
    shown = router.check("START", form | {"_q": ["MET.manager"]}, router.way(answers))
    assert shown.values["MET.manager"] == 0
    again = router.check("START", form, router.way(answers.saying(silent)))
    assert again.values["MET.manager"] == 0


def test_at_least_counts_what_is_offered():
    plain = copy.deepcopy(DOCUMENT)
    plain["sections"][0]["questions"][2]["options"] = [
        option("hot", 1),
        *(option(code, value, show_if="CLASS == 'shop'") for value, code in enumerate("xy", 2)),
    ]
    plain["sections"] = plain["sections"][:1]
    router = Router(loading.load(plain))
    assert sent(router, nobody(router), "START", CLASS="home", MET="hot")[0].problems == []
    assert told(sent(router, nobody(router), "START", CLASS="shop", MET="hot")[0]) == {
        ("MET", "ANSWER_LEAST")
    }


def test_rows_and_options_are_taken_from_what_was_chosen_or_left(router):
    _, answers = sent(
        router, nobody(router), "START", CLASS="home", MET=["hot", "else"], MET__text="The shop"
    )
    way = router.way(answers)
    assert way.shown["RATE"] == ("R_HOT", "R_ELSE", "R_ALL")
    assert way.left_out["BEST"] == {"hall"}
    assert way.left_out["WANT"] == {"hot", "manager"}  # the manager was not offered, so it was not left
    assert told(sent(router, answers, "LEFT", WANT="hot")[0]) == {("WANT", "ANSWER_OFFERED")}
    assert told(sent(router, answers, "LEFT", BEST__1="hall")[0]) == {("BEST.1", "ANSWER_OFFERED")}
    # A question none of whose options is offered is not asked.
    _, both = sent(router, nobody(router), "START", CLASS="home", MET=["hot", "hall"])
    assert router.way(both).shown["LEFT"] == ("BEST",)
    _, nothing = sent(router, nobody(router), "START", CLASS="home")
    assert router.way(nothing).shown["RATE"] == ("R_ALL",)
    assert "LEFT" not in router.way(nothing).shown


def test_ranks_close_up_when_an_option_goes(router):
    _, answers = sent(router, nobody(router), "START", CLASS="home", MET=["hot", "hall"])
    _, answers = sent(router, answers, "LEFT", BEST__1="hot", BEST__2="hall")
    _, answers = sent(router, answers, "START", CLASS="home", MET=["hall", "else"], MET__text="x")
    way = router.way(answers)
    assert (way.standing["BEST.1"], way.standing["BEST.2"]) == (2, SKIPPED)
    assert way.leftovers().values == {"BEST.1": 2, "BEST.2": SKIPPED}
    gone = router.way(
        answers._replace(values={**answers.values, "MET.hall": 0, "MET.none": 1, "MET.else": 0})
    )
    assert gone.standing["BEST.1"] == NOT_ASKED


def test_rows_without_a_text_of_their_own_are_called_as_the_option_is(router):
    rows = {row.code: row for question in router.document.questions() for row in question.subquestions()}
    assert rows["R_HALL"].wording == text("Hall")
    assert (rows["R_ELSE"].written, rows["R_HOT"].written) == ("MET.text", "")
    assert loading.load(router.document.dump()) == router.document
    assert router.document.dump()["sections"][1]["questions"][0]["rows"][1] == {
        "code": "R_HALL",
        "for": "hall",
    }


def test_orders_come_from_the_seed_and_fixed_ones_keep_their_places():
    codes = ["a", "b", "c", "d", "e"]
    found = Counter(tuple(ordered(seed, "Q", codes, {"c", "e"})) for seed in range(1200))
    assert all(each[2] == "c" and each[4] == "e" for each in found)
    assert len(found) == 6
    assert all(150 < number < 250 for number in found.values())
    assert ordered(5, "Q", codes) == ordered(5, "Q", codes) != ordered(6, "Q", codes)
    # SHA-256 of 1:Q:a, 1:Q:b and 1:Q:c, so that anybody can work it out again.
    assert ordered(1, "Q", ["a", "b", "c"]) == sorted("abc", key=lambda code: _sha(f"1:Q:{code}"))


def _sha(written):
    return hashlib.sha256(written.encode()).hexdigest()


def test_lots_fall_by_their_shares():
    found = Counter(drawn(seed, "FORM", [(1, 1), (2, 3)]) for seed in range(4000))
    assert 900 < found[1] < 1100
    assert found.keys() == {1, 2}
    assert drawn(3, "FORM", [(9, 1)]) == 9


def test_a_lot_stands_and_is_stored_without_being_asked(router):
    answers = nobody(router)
    way = router.way(answers)
    value = drawn(7, "FORM", [(1, 1), (2, 3)])
    assert (way.filed, way.seen["FORM"]) == ({"FORM": value}, {1: "a", 2: "b"}[value])
    assert "FORM" not in way.shown["START"]
    _, stored = sent(router, answers, "START", CLASS="home", MET=["hot", "hall"], FORM="a")
    assert stored.values["FORM"] == value
    assert router.way(stored).filed == {}
    forms = {"B" in router.way(nobody(router, seed)).shown["OTHER"] for seed in range(20)}
    assert forms == {True, False}


def test_sections_change_places_and_each_comes_once(router):
    orders = set()
    for seed in range(60):
        _, answers = sent(
            router, nobody(router, seed), "START", CLASS="home", MET=["hot", "else"], MET__text="x"
        )
        way = router.way(answers)
        order, page = [], way.after(None)
        while page is not None:
            assert way.place(page) == len(order) + 1
            assert way.before(page) == (order[-1] if order else None)
            order.append(page)
            page = way.after(page)
        assert (order[0], sorted(order[1:])) == ("START", ["LEFT", "OTHER", "RATE"])
        orders.add(tuple(order))
    assert len(orders) == 6


@pytest.mark.parametrize(
    ("change", "problem"),
    [({"rows_from": {"question": "NOBODY"}}, Problem.LOGIC_UNKNOWN),
     ({"rows_from": {"question": "SAY"}}, Problem.LOGIC_FORWARD),
     ({"rows_from": {"question": "WANT"}}, Problem.LOGIC_FORWARD),
     ({"rows_from": {"question": "FORM"}}, Problem.LOGIC_OPTION),
     ({"rows_from": None}, Problem.DOCUMENT_INVALID),
     ({"rows_from": {"question": "MET", "take": "some"}}, Problem.DOCUMENT_INVALID),
     ({"order": "alphabetical"}, Problem.DOCUMENT_INVALID),
     ({"rows": [{"code": "R", "for": "nothing"}]}, Problem.LOGIC_OPTION),
     ({"rows": [{"code": "R"}]}, Problem.TEXT_MISSING)],
)  # fmt: skip
def test_what_rows_cannot_be_taken_from_is_refused(change, problem):
    plain = copy.deepcopy(DOCUMENT)
    plain["sections"][1]["questions"][0] |= change
    with pytest.raises(SurveyError) as refused:
        loading.load(plain)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("place", "change", "finding"),
    [((0, 2, "options", 2), {"show_if": "CLASS == 'shp'"}, ("logic-option", "START.MET.manager")),
     ((0, 2, "options", 2), {"show_if": "CLASS == 'home' and CLASS == 'shop'"},
      ("logic-never", "START.MET.manager")),
     ((1, 0, "rows", 1), {"for": "nothing"}, ("logic-option", "RATE.G.R_HALL")),
     ((1, 0, "rows", 4), {"text": {}}, ("text-missing", "RATE.G.R_ALL.text")),
     ((2, 0, "options", 0), {"show_if": "R_ALL > 1"}, ("logic-forward", "LEFT.WANT.hot")),
     ((0, 0, "options", 0), {"share": 0}, ("document-shape", "START.FORM.a")),
     ((0, 0), {"show_if": "account.tier == 'key'"}, ("document-shape", "START.FORM"))],
)  # fmt: skip
def test_findings_name_what_varies_wrongly(place, change, finding):
    plain = copy.deepcopy(DOCUMENT)
    page, number, *inside = place
    part = plain["sections"][page]["questions"][number]
    for step in inside:
        part = part[step]
    part.update(change)
    found = {(each.code, each.place) for each in findings_of_file(json.dumps(plain).encode())}
    assert finding in found


def test_the_questionnaire_itself_has_no_error():
    found = [each for each in findings_of_file(json.dumps(DOCUMENT).encode()) if each.severity == "error"]
    assert [(each.code, each.place) for each in found] == [("index-missing", "varying")][: len(found)]
