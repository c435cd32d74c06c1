"""Answers as arrays: packing, alignment over versions, what enters and what does not."""

import time
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sqlalchemy import text

from surveys.analysing import decisions, matrix, runs
from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.collecting import bulk, responses
from surveys.collecting import segments as customers
from surveys.collecting.submitting import submit
from surveys.database import Packed, pack
from surveys.errors import SurveyError
from surveys.models import Response
from surveys.watching.standing import standing
from tests.surveys.worlds import CODES, NOW, document, make_customers, make_version, make_wave

int16 = st.integers(-32768, 32767)


@settings(deadline=None)
@given(st.lists(int16, max_size=80))
def test_packing_round_trips_and_is_little_endian(numbers):
    packed = Packed(np.int16)
    stored = packed.process_bind_param(np.array(numbers, dtype=np.int16), None)
    assert stored == b"".join(number.to_bytes(2, "little", signed=True) for number in numbers)
    assert packed.process_result_value(stored, None).tolist() == numbers
    assert pack(np.array(numbers, dtype=">i8"), "<i2") == stored


@pytest.mark.parametrize("wrong", [[40_000], [-32_769], [1.5], [np.nan], [[1, 2]]])
def test_packing_refuses_what_does_not_fit(wrong):
    with pytest.raises((ValueError, RuntimeWarning)):
        pack(wrong, "<i2")


def store(session, wave, columns, **more):
    ids = bulk.store_complete(session, wave, columns, completed_at=NOW, **{"language": "en"} | more)
    session.commit()
    return ids


def test_reserved_answers_are_nan_and_rows_stand_by_id(session):
    wave = make_wave(session)
    ids = store(session, wave, {
        "Q1": [1, 10, 5, 7], "Q2": [DONT_KNOW, 2, NOT_APPLICABLE, -5], "Q3": [NOT_ASKED, SKIPPED, 3, 32767],
    })  # fmt: skip
    loaded = matrix.load_matrix(session, wave, include_partial=True)
    assert loaded.question_codes == CODES
    assert_array_equal(loaded.response_ids, ids)
    complete = matrix.load_matrix(session, wave).response_ids
    assert_array_equal(complete, np.delete(ids, 1), "two of three rated questions are not enough")
    assert (np.diff(ids) > 0).all()
    nan = np.nan
    assert_array_equal(loaded.values[:, :3], [[1, nan, nan], [10, 2, nan], [5, nan, 3], [7, -5, 32767]])
    assert np.isnan(loaded.values[:, 3:]).all()
    assert loaded.values.dtype == np.float64
    assert_array_equal(loaded.column("Q1"), [1, 10, 5, 7])


def test_real_and_bulk_responses_are_stored_alike(session):
    wave = make_wave(session)
    response = responses.open_response(session, wave, client_key="a", language="zh", now=NOW)
    responses.save_page(session, response, "supply", {"Q1": 4, "Q2": 5, "Q3": DONT_KNOW}, {}, 3, NOW)
    submit(session, response, NOW)
    [ident] = store(
        session, wave, {"Q1": [4], "Q2": [5], "Q3": [DONT_KNOW]}, seconds={"supply": [3]}, texts=[{}]
    )
    bulk = session.get_one(Response, (wave.id, int(ident)))
    for name in ("answers", "timings", "texts", "state", "started_at", "completed_at", "version_id", "mode"):
        assert np.array_equal(getattr(response, name), getattr(bulk, name)), name


def test_only_complete_official_and_not_excluded_enter(session):
    wave = make_wave(session)
    ids = store(session, wave, {"Q1": [1, 2, 3]})
    decisions.exclude(session, wave, [int(ids[1])], actor="Ann", reason="a test call", now=NOW)
    responses.open_response(session, wave, client_key="half", language="zh", now=NOW)
    pilot = make_wave(session, wave.version, code="P", purpose="pilot")
    store(session, pilot, {"Q1": [9]})
    assert_array_equal(matrix.load_matrix(session, wave).column("Q1"), [1, 3])
    assert_array_equal(matrix.load_matrix(session, wave, include_excluded=True).column("Q1"), [1, 2, 3])
    with pytest.raises(SurveyError, match="pilot") as caught:
        matrix.load_matrix(session, [wave, pilot])
    assert caught.value.code == "MATRIX_PILOT"
    both = matrix.load_matrix(session, [wave, pilot], include_pilot=True)
    assert_array_equal(both.column("Q1"), [1, 3, 9])
    assert_array_equal(both.segments["wave"].texts(), ["W1", "W1", "P"])


def test_why_an_answer_is_missing_goes_on_to_the_index(session):
    old = make_wave(session)
    changed = document()
    changed["sections"][0]["questions"][0]["rows"][1:1] = [{"code": "Q9", "text": {"en": "New", "zh": "新"}}]
    new = make_wave(session, make_version(session, **changed), code="W2")
    store(session, old, {"Q1": [1], "Q2": [DONT_KNOW]})
    store(session, new, {"Q1": [4], "Q9": [9]})
    columns = matrix.load_matrix(session, [old, new], ["Q1", "Q2", "Q9"]).columns()
    assert {code: column.dtype for code, column in columns.items()} == dict.fromkeys(columns, np.int16)
    assert_array_equal(columns["Q2"][:1], [DONT_KNOW])
    assert_array_equal(columns["Q9"], [NOT_ASKED, 9])


def test_versions_are_aligned_by_code(session):
    old = make_wave(session)
    changed = document()
    rows = changed["sections"][0]["questions"][0]["rows"]
    rows.insert(0, rows.pop(2))
    rows[1:1] = [{"code": "Q9", "text": {"en": "New", "zh": "新"}}]
    del rows[3]
    new = make_wave(session, make_version(session, **changed), code="W2")
    assert new.version.number == 2
    store(session, old, {"Q1": [1], "Q2": [2], "Q3": [3]})
    store(session, new, {"Q1": [4], "Q3": [6], "Q9": [9]})
    loaded = matrix.load_matrix(session, [old, new], ["Q3", "Q9", "Q2", "Q1"])
    nan = np.nan
    assert_array_equal(loaded.values, [[3, nan, 2, 1], [6, 9, nan, 4]])
    assert matrix.load_matrix(session, [old, new]).question_codes == (*CODES, "Q9")
    for codes in (["NO"], ["Q1", "no"]):
        with pytest.raises(SurveyError, match="No wave asks"):
            matrix.load_matrix(session, [old, new], codes)
    with pytest.raises(SurveyError):
        matrix.load_matrix(session, [])


def test_segments_name_the_levels_above_the_unit(session):
    people = make_customers(session)
    wave = make_wave(session, anonymous=False)
    segments = [customers.segment_of(session, person).id for person in people]
    assert segments[0] == segments[2] != segments[1]
    store(session, wave, {"Q1": [1, 2, 3, 4]}, segment_ids=[*segments, -1])
    named = matrix.load_matrix(session, wave).segments
    assert named["office"].texts().tolist() == ["C1-O1", "C2-O1", "C1-O1", ""]
    assert named["city"].texts().tolist() == ["C1", "C2", "C1", ""]
    assert named["county"].texts().tolist() == [""] * 4
    assert named["group"].texts().tolist() == ["G", "G", "G", ""]
    assert named["customer_class"].texts().tolist() == ["residential", "industrial", "residential", ""]
    assert matrix.load_matrix(session, wave, segments=False).segments == {}


def test_an_empty_wave_gives_an_empty_matrix(session):
    wave = make_wave(session)
    loaded = matrix.load_matrix(session, wave)
    assert loaded.values.shape == (0, len(CODES))
    assert {len(labels.number) for labels in loaded.segments.values()} == {0}


def test_damaged_answers_are_named_and_not_guessed(session):
    wave = make_wave(session)
    store(session, wave, {"Q1": [1, 2]})
    row = session.scalars(text("SELECT id FROM response").columns(Response.id)).first()
    session.get_one(Response, (wave.id, row)).answers = np.array([1], dtype=np.int16)
    session.commit()
    with pytest.raises(SurveyError, match="backup"):
        matrix.load_matrix(session, wave)


@pytest.mark.parametrize(
    ("columns", "more", "reason"),
    [
        ({"Q1": [1], "NO": [1]}, {}, "NO"),
        ({"Q1": [1, 2], "Q2": [1]}, {}, "rows"),
        ({"Q1": [70_000]}, {}, "Q1"),
        ({"Q1": [1]}, {"seconds": {"nowhere": [1]}}, "nowhere"),
        ({"Q1": [1, 2]}, {"texts": [{}]}, "2 rows"),
        ({"Q1": [1, 2]}, {"segment_ids": [1]}, "2 rows"),
    ],
)
def test_bulk_refuses_columns_that_do_not_fit(session, columns, more, reason):
    wave = make_wave(session)
    with pytest.raises(ValueError, match=reason):
        store(session, wave, columns, **more)
    assert standing(session, wave).complete == 0


def test_the_fingerprint_follows_the_answers_only(session):
    wave = make_wave(session)
    store(session, wave, {"Q1": [1, 2], "Q2": [DONT_KNOW, 3]})
    first = matrix.load_matrix(session, wave)
    again = matrix.load_matrix(session, wave)
    assert runs.fingerprint(first) == runs.fingerprint(again)
    assert runs.fingerprint(first) != runs.fingerprint(matrix.load_matrix(session, wave, ["Q1"]))
    again.segments["unit"] = matrix.Labels(("", "C1"), np.array([1, 0], dtype=np.int32))
    assert runs.fingerprint(first) != runs.fingerprint(again)
    again.segments["unit"] = first.segments["unit"]
    assert runs.fingerprint(first) == runs.fingerprint(again)
    again.stored[0, 0] = 3
    assert runs.fingerprint(first) != runs.fingerprint(again)


def test_answers_stand_as_rows_on_postgresql_in_partitions(session):
    if session.connection().dialect.name == "sqlite":
        with pytest.raises(Exception, match="no such table: answer"):
            session.execute(text("SELECT * FROM answer"))
        return
    wave = make_wave(session)
    store(session, wave, {"Q1": [1, -300], "Q2": [DONT_KNOW, 32767]})
    rows = session.execute(text("SELECT response_id, code, value FROM answer ORDER BY 1, 2")).all()
    ids = matrix.load_matrix(session, wave).response_ids.tolist()
    expected = [
        (ident, code, value)
        for ident, q1, q2 in [(ids[0], 1, DONT_KNOW), (ids[1], -300, 32767)]
        for code, value in [("CH.hall", NOT_ASKED), ("CH.line", NOT_ASKED), ("Q1", q1), ("Q2", q2),
                            ("Q3", NOT_ASKED)]
    ]  # fmt: skip
    assert [tuple(row) for row in rows] == expected
    own = session.scalar(text(f"SELECT count(*) FROM response_wave_{wave.id}"))
    assert own == 2


def test_twenty_thousand_responses_are_stored_and_read_quickly(session):
    wave = make_wave(session)
    rng = np.random.default_rng(1)
    columns = {code: rng.integers(1, 11, 20_000) for code in ("Q1", "Q2", "Q3")}
    began = time.perf_counter()
    store(session, wave, columns)
    assert time.perf_counter() - began < 15
    began = time.perf_counter()
    loaded = matrix.load_matrix(session, wave, ["Q3", "Q1"], segments=False)
    assert time.perf_counter() - began < 1
    assert_array_equal(loaded.column("Q1"), columns["Q1"])
    assert_array_equal(loaded.column("Q3"), columns["Q3"])


def test_days_of_bulk_responses_are_kept_to_the_day_in_anonymous_waves(session):
    wave = make_wave(session)
    known = make_wave(session, wave.version, code="W2", anonymous=False)
    times = [NOW + timedelta(hours=hour) for hour in range(2)]
    for one in (wave, known):
        bulk.store_complete(session, one, {"Q1": [1, 2]}, completed_at=times, language="en")
    session.commit()
    stored = {row.completed_at for row in session.query(Response).where(Response.wave_id == wave.id)}
    assert stored == {NOW.replace(hour=0, minute=0, second=0, microsecond=0)}
    stored = {row.completed_at for row in session.query(Response).where(Response.wave_id == known.id)}
    assert stored == set(times)
