"""Pilots in either database: frozen, answered, commented, counted, emptied, deleted."""

import pytest
from sqlalchemy import func, select

from surveys.asking.router import Router
from surveys.codes import DONT_KNOW, SKIPPED
from surveys.collecting import responses, submitting
from surveys.editing import drafting, publishing
from surveys.models import PilotComment, Response, Version, Wave
from surveys.piloting import comments, pilots
from surveys.piloting.counting import counted
from tests.surveys.drafts import NOW
from tests.web.piloting import TRIED

pytestmark = pytest.mark.postgres


def nothing_more(_subject):
    return ()


@pytest.fixture
def pilot(session):
    draft = drafting.begin(session, "small", TRIED, staff_name="Ann", now=NOW)
    made = pilots.freeze(session, draft, 0, 1, more=nothing_more, staff_name="Ann", now=NOW)
    session.commit()
    return draft, made


def answer(session, wave, key, said, texts=()):
    response = responses.open_response(session, wave, client_key=key, language="en", now=NOW)
    responses.save_page(session, response, "A", {"MET": 2, "S1": 5, "S2": 6, "S3": 7} | said, {}, 30.0, NOW)
    comments.keep(session, response, dict(texts))
    session.commit()
    return response


def test_everything_people_said_goes_and_the_frozen_draft_stays(session, pilot):
    draft, made = pilot
    wave = made.wave
    one = answer(session, wave, "a" * 24, {"S2": DONT_KNOW}, {"S1": " unclear ", "page.A": ""})
    submitting.submit(session, one, NOW)
    answer(session, wave, "b" * 24, {"S2": SKIPPED, "MET": 1, "S1": 2}, {"S1": "long", "about.length": "odd"})
    session.commit()
    [known] = pilots.pilots_of(session, draft)
    assert (known.name, known.change, known.began, known.complete) == ("P1", 0, 2, 1)
    assert comments.of_wave(session, wave) == [("S1", "long"), ("S1", "unclear")]
    told = counted(session, wave, Router(publishing.load_document(made.version)))
    assert (told.began, told.complete, told.screened, told.unfinished) == (2, 1, 0, 1)
    second = told.items["S2"]
    assert (second.asked, second.answered, second.dont_know, second.skipped) == (2, 0, 1, 1)
    assert (told.pages["A"].sent, told.pages["A"].left, told.pages["B"].left) == (2, 0, 1)
    assert told.pages["A"].minutes is None, "two people are too few"
    assert told.items["S1"].values["S1"] == {5: 1, 2: 1}

    assert pilots.empty(session, wave) == {"comments": 2, "responses": 2}
    session.commit()
    answer(session, wave, "a" * 24, {}, {"S1": "again"})
    assert pilots.remove(session, wave) == {"comments": 1, "responses": 1}
    session.commit()
    for table in (Wave, Response, PilotComment):
        assert session.scalar(select(func.count()).select_from(table)) == 0
    assert session.scalars(select(Version)).one().kind == "pilot"
    [known] = pilots.pilots_of(session, draft)
    assert (known.wave, known.began) == (None, 0)
    assert pilots.next_number(session, draft) == 2


def test_a_comment_is_cut_cleaned_and_taken_back(session, pilot):
    _draft, made = pilot
    response = answer(session, made.wave, "c" * 24, {}, {"S1": "a\x00b" * 900, "S2": "x"})
    assert len(comments.of_response(session, response)["S1"]) == 1800
    comments.keep(session, response, {"S1": "y" * 5000, "S2": " \n"})
    assert comments.of_response(session, response) == {"S1": "y" * comments.LONGEST}
