"""What a questionnaire counts as: by how much of what was asked is answered, and by what ended it."""

import numpy as np
import pytest
from sqlalchemy import select, text, update

from surveys import instruments, migrating
from surveys.codes import DONT_KNOW, NOT_ASKED, SKIPPED
from surveys.collecting import bulk
from surveys.database import create_engine
from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Response
from surveys.watching.standing import Outcome, standing
from tests.surveys.collecting.test_page_turn import RATED, send, visit
from tests.surveys.worlds import NOW
from tests.surveys.worlds import text as both
from tests.web.answering import DOCUMENT, make_wave


def came_of(session, wave):
    [response] = session.scalars(select(Response).where(Response.wave_id == wave.id))
    return response.state, response.disposition, response.ended_by


@pytest.mark.parametrize(
    ("rated", "words", "counts_as"),
    [
        (RATED, {}, "complete"),
        ({"Q1": ["7"], "Q2": ["dk"], "Q3": ["dk"]}, {}, "complete"),
        ({"Q1": ["7"], "Q2": ["8"]}, {}, "partial"),
        ({"Q1": ["7"]}, {}, "break_off"),
        ({}, {"WHY": ["angry"]}, "break_off"),
    ],
)
def test_what_was_sent_counts_by_its_share(session, rated, words, counts_as):
    wave = make_wave(session)
    found = visit(session, wave)
    send(found, "start", OK=["yes"], CLASS=["residential"])
    send(found, "rate", **rated)
    last = send(found, "words", **words)
    assert last.page is None
    assert came_of(session, wave) == ("complete", counts_as, None)
    assert found.response.receipt


def test_an_open_questionnaire_counts_as_if_it_ended_now(session):
    wave = make_wave(session)
    found = visit(session, wave)
    send(found, "start", OK=["yes"])
    assert came_of(session, wave) == ("open", "break_off", None)
    send(found, "rate", **RATED)
    assert came_of(session, wave) == ("open", "partial", None), "it is not sent"
    assert standing(session, wave).finished == 1


def test_not_one_answer_is_blank(session):
    free = {**DOCUMENT, "code": "free", "sections": DOCUMENT["sections"][1:2]}
    version = publishing.publish(session, loading.load(free), "Test", NOW)
    wave = make_wave(session, version)
    send(visit(session, wave), "rate")
    assert came_of(session, wave) == ("complete", "blank", None)
    assert standing(session, wave).complete == 0


def test_without_anything_rated_what_was_sent_is_complete(session):
    words = {**DOCUMENT, "code": "only", "sections": DOCUMENT["sections"][3:]}
    wave = make_wave(session, publishing.publish(session, loading.load(words), "Test", NOW))
    send(visit(session, wave), "words", WHY=["x"])
    assert came_of(session, wave)[1] == "complete"


YES_NO = [{"code": "yes", "value": 1, "text": both("Yes")}, {"code": "no", "value": 0, "text": both("No")}]
STOPS = {
    "OK == 'no'": ("refused", "screened"),
    "OK != 'yes'": ("refused", "screened"),
    "ADULT == 'no'": ("screened", "screened"),
    "OK == 'no' or ADULT == 'no'": ("refused", "screened"),
}


@pytest.mark.parametrize(("when", "ends"), STOPS.items())
@pytest.mark.parametrize("refuses", [True, False])
def test_a_stop_of_consent_refuses_and_every_other_screens_out(session, when, ends, refuses):
    questions = [
        {"type": kind, "code": code, "text": both(code), "required": True, "options": YES_NO}
        for kind, code in (("consent", "OK"), ("single", "ADULT"))
    ]
    stops = [{"code": "end", "when": when, "text": both("Thank you")}]
    if "OK" not in when:
        stops.append({"code": "no", "when": "OK == 'no'", "text": both("No thanks needed")})
    later = {
        "code": "last",
        "title": both("L"),
        "questions": [{"type": "short_text", "code": "W", "text": both("W")}],
    }
    first = {"code": "one", "title": both("One"), "questions": questions, "stops": stops}
    document = {"format": "manyi/1", "code": "ends", "title": both("Ends"), "sections": [first, later]}
    wave = make_wave(session, publishing.publish(session, loading.load(document), "Test", NOW))
    found = visit(session, wave)
    answers = {"OK": ["no"], "ADULT": ["no"]} if refuses else {"OK": ["yes"], "ADULT": ["no"]}
    came = send(found, "one", **answers)
    is_over = refuses or "ADULT" in when
    if is_over:
        assert came.page is None
        assert came_of(session, wave) == ("screened", ends[0] if refuses else ends[1], "end")
    else:
        assert came.page == "last"


def test_a_full_quota_is_named(session):
    wave = make_wave(session, quotas=[{"where": {"customer_class": "residential"}, "limit": 0}])
    found = visit(session, wave)
    send(found, "start", OK=["yes"], CLASS=["residential"])
    send(found, "rate", **RATED)
    send(found, "words")
    assert came_of(session, wave) == ("screened", "over_quota", "quota:")
    assert standing(session, wave).outcomes[Outcome.OVER_QUOTA] == 1


def sent_of_the_instrument(session):
    """Store what people sent of the built-in questionnaire; give the wave and what each counts as."""
    document = instruments.load("utility_csi")
    wave = make_wave(session, publishing.publish(session, document, "Test", NOW))
    rated = [code for part in document.indicators.constructs for code in part.indicators]
    satisfying = next(
        part.indicators for part in document.indicators.constructs if part.id == document.indicators.index
    )
    n = len(rated)
    kinds = {
        "complete": np.full(n, DONT_KNOW),
        "partial": np.where(np.arange(n) < 0.65 * n, 7, SKIPPED),
        "break_off": np.where(np.arange(n) < 0.3 * n, 7, SKIPPED),
        "blank": np.full(n, SKIPPED),
        "no satisfaction": np.where(np.isin(rated, satisfying), SKIPPED, 7),
        "satisfaction not asked": np.where(np.isin(rated, satisfying), NOT_ASKED, 7),
    }
    columns = {code: [kinds[kind][place] for kind in kinds] for place, code in enumerate(rated)}
    ids = bulk.store_complete(session, wave, columns, completed_at=NOW, language="zh")
    session.commit()
    wanted = ["complete", "partial", "break_off", "blank", "partial", "complete"]
    return wave, dict(zip(ids.tolist(), wanted, strict=True))


def stored(session):
    session.expire_all()
    return {row.id: row.disposition for row in session.scalars(select(Response))}


def test_what_is_stored_at_once_is_judged_by_the_same_rule(session):
    _, wanted = sent_of_the_instrument(session)
    assert stored(session) == wanted


def test_the_upgrade_judges_what_an_older_release_stored(session, database_url):
    wave, wanted = sent_of_the_instrument(session)
    screened = Response(
        wave_id=wave.id, version_id=wave.version_id, anonymous=True, client_key=b"s" * 16, mode="web",
        language="en", state="screened", started_at=wave.moment(NOW), answers=[], timings=[],
    )  # fmt: skip
    session.add(screened)
    session.commit()
    wanted[screened.id] = "screened"
    session.execute(update(Response).values(disposition=None))
    session.commit()
    session.connection().close()
    session.close()
    session.get_bind().dispose()
    migrating.downgrade(database_url, "0016_reviews")
    migrating.upgrade(database_url)
    assert stored(session) == wanted


def test_an_upgrade_of_nothing_is_nothing(empty_database_url):
    migrating.upgrade(empty_database_url, "0016_reviews")
    migrating.upgrade(empty_database_url)
    engine = create_engine(empty_database_url)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM response")).scalar() == 0
    engine.dispose()
