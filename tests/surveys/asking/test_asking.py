"""The way of one respondent: what stands, what is shown, where it goes; decided once for the answers."""

import pytest

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.document import loading
from tests.web.answering import DOCUMENT

WORKS = {"customer_class": "industrial"}


@pytest.fixture(scope="module")
def router():
    return Router(loading.load(DOCUMENT))


def answers_of(router, account=None, texts=None, **values):
    """Everything not asked but what is given."""
    blank = dict.fromkeys((slot.code for slot in router.document.slots), NOT_ASKED)
    return Answers(blank | values, texts or {}, account or {})


def page(router, section, way, **fields):
    return router.check(section, {name: [text] for name, text in fields.items()}, way)


def test_the_customer_file_stands_where_a_question_was_not_asked(router):
    way = router.way(answers_of(router, WORKS))
    assert (way.standing["CLASS"], way.filed) == (2, {"CLASS": 2})
    assert way.shown["start"] == ("OK",)
    assert "works" in way.shown
    # What was answered before the file knew it stays.
    stored = router.way(answers_of(router, WORKS, CLASS=1))
    assert (stored.standing["CLASS"], stored.filed) == (1, {})
    unknown = router.way(answers_of(router, {"customer_class": "other"}))
    assert (unknown.standing["CLASS"], unknown.filed) == (NOT_ASKED, {})


def test_pages_that_are_left_out_are_no_steps(router):
    home, works = router.way(answers_of(router, CLASS=1)), router.way(answers_of(router, CLASS=2))
    assert [*home.shown] == ["start", "rate", "words"]
    assert [*works.shown] == ["start", "rate", "works", "words"]
    for way in (home, works):
        order = [*way.shown]
        assert [way.after(code) for code in (None, *order)] == [*order, None]
        assert [way.before(code) for code in order] == [None, *order[:-1]]
        assert [way.place(code) for code in order] == list(range(1, len(order) + 1))
        assert [way.share(code) for code in order] == pytest.approx(
            [number / len(order) for number in range(len(order))]
        )
        assert [code for code in order if way.is_last(code)] == ["words"]
    # From a page that is left out the way leads on to its neighbours.
    assert (home.before("works"), home.after("works")) == ("rate", "words")


def test_a_page_that_is_said_is_the_way_that_it_leads(router):
    before = router.way(answers_of(router))
    said = page(router, "start", before, OK="yes", CLASS="industrial")
    after = router.way(before.answers.saying(said))
    assert (before.stop, after.stop) == (None, None)
    assert ("works" in before.shown, "works" in after.shown) == (False, True)
    said = page(router, "start", before, OK="no", CLASS="industrial")
    ended = router.way(after.answers.saying(said))
    # Nothing is asked after a kind end.
    assert (ended.stop.code, [*ended.stops], [*ended.shown]) == ("no", ["start"], ["start"])
    assert before.answers.values["OK"] == NOT_ASKED  # the answers before stay as they were


def test_conditions_of_a_page_see_what_the_page_says(router):
    way = router.way(answers_of(router))
    assert "CALLS" not in way.shown["rate"]
    found = page(router, "rate", way, CH="line", CALLS="3")
    assert (found.values["CALLS"], found.problems) == (3, [])
    assert "CALLS" in router.way(way.answers.saying(found)).shown["rate"]
    hidden = page(router, "rate", way, CH="hall", CALLS="3")
    assert (hidden.problems, hidden.dropped, hidden.values["CALLS"]) == ([], ["CALLS"], NOT_ASKED)
    assert "CALLS" not in way.seen  # the check left the way as it was


def test_a_gap_is_a_page_left_out_or_a_required_answer(router):
    rated = dict.fromkeys(("Q1", "Q2", "Q3", "CH.hall", "CH.line", "CH.none", "CH.else"), SKIPPED)
    last = {"TOP.1": SKIPPED, "TOP.2": SKIPPED}
    whole = {"OK": 1, "CLASS": 1} | rated | last
    assert router.way(answers_of(router, **whole)).gap() is None
    assert router.way(answers_of(router, **whole | {"OK": SKIPPED})).gap() == "start"
    assert router.way(answers_of(router, **whole | {"Q2": NOT_ASKED})).gap() == "rate"
    assert router.way(answers_of(router, **whole | {"CLASS": 2})).gap() == "works"
    assert router.way(Answers()).gap() == "start"


def test_what_is_left_over_is_taken_back_once(router):
    answers = answers_of(router, texts={"TRADE": "Steel", "WHY": "x"}, CLASS=1, BIG=1, Q1=7)
    old = router.way(answers).leftovers()
    assert old == ({"BIG": NOT_ASKED}, {"TRADE": ""})
    clean = Answers(answers.values | old.values, answers.texts | old.texts)
    assert router.way(clean).leftovers() == ({}, {})
    # What the customer file answers is nobody's leftover.
    assert router.way(answers_of(router, WORKS, CLASS=2)).leftovers() == ({}, {})
