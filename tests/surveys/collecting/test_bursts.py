"""Bursts: counted apart by the hour, compared with what is usual; they exclude only what is alike."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import update

from surveys.analysing import decisions, quality
from surveys.codes import SKIPPED
from surveys.collecting import counting, segments
from surveys.collecting.alike import all_best, copies, scored
from surveys.collecting.counting import Cell, Counters, cells_of, range_of
from surveys.collecting.packing import layout_of
from surveys.editing.publishing import load_document
from surveys.models import Response
from surveys.models.collection import KIOSK
from tests.surveys.analysing.test_quality import make_scored_wave, store
from tests.surveys.worlds import NOW, make_units

DAY = datetime(2026, 3, 2, tzinfo=UTC)
LENIENT = {
    "straightline": {"constructs": ["SAT"]}, "speeder": {"median_divisor": 3, "seconds_per_item": 0},
    "flags_to_exclude": 2,
}  # fmt: skip
BEST = [10] * 6 + [3]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("81.2.69.142", "81.2.69.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("::ffff:81.2.69.142", "81.2.69.0/24"),
        ("127.0.0.1", ""), ("::1", ""), ("10.1.2.3", ""), ("192.168.1.1", ""), ("172.20.1.1", ""),
        ("100.64.3.4", ""), ("fe80::1", ""), ("fd00::1", ""), ("0.0.0.0", ""), ("", ""), ("unix:", ""),
    ],
)  # fmt: skip
def test_an_address_is_kept_as_its_range_and_none_where_it_says_nothing(address, place):
    assert range_of(address) == place


def varied(rng, n):
    return [[*row, 3] for row in rng.integers(3, 10, (n, 6)).tolist()]


class World:
    """A wave whose answers are stored and counted as the site does it."""

    def __init__(self, session, **settings):
        self.session = session
        self.wave = make_scored_wave(session, LENIENT, **settings)
        layout = layout_of(session, self.wave.version_id)
        self.asked = scored(load_document(self.wave.version), layout)
        self.counters = Counters(session.get_bind().engine)

    def come(self, rows, at, address="", unit="", *, at_kiosk=False):
        here = segments.find_segment(self.session, {"unit": unit}).id if unit else -1
        ids = store(self.session, self.wave, rows, completed_at=at, segment_ids=[here] * len(rows))
        if at_kiosk:
            of_these = Response.id.in_(list(map(int, ids)))
            self.session.execute(update(Response).where(of_these).values(mode=KIOSK))
        for row in rows:
            cells = cells_of(self.wave.id, unit, address, at, at_kiosk=at_kiosk)
            self.counters.note(cells, np.array(row, dtype=np.int16), self.asked)
        self.counters.flush()
        return set(ids)

    def out(self):
        quality.assess(self.session, self.wave, now=NOW)
        self.session.commit()
        return set(quality.excluded_responses(self.session, self.wave))


@pytest.fixture
def world(session):
    return World(session)


def test_a_burst_of_best_answers_is_left_out_and_named_and_honest_people_stay(world):
    rng = np.random.default_rng(5)
    honest = set()
    for day in range(20):
        honest |= world.come(varied(rng, 8), DAY + timedelta(days=day, hours=9), f"81.2.{day}.1")
    stuffed = world.come([BEST] * 60, DAY + timedelta(days=3, hours=14), "45.83.64.1")
    assert world.out() == stuffed
    bursts = {each.kind: each for each in quality.bursts_of(world.session, world.wave) if each.excludes}
    burst = bursts["range"]
    assert (burst.place, burst.began, burst.n, burst.n_alike) == ("45.83.64.0/24", "2026-03-05 14", 60, 60)
    stand = decisions.standings(world.session, world.wave)
    assert {stand[each].excluded.reason for each in stuffed} == {f"burst {burst.number}"}
    assert {stand[each].excluded.actor for each in stuffed} == {"rules"}
    assert {stand[each].flags for each in honest & set(stand)} == {"burst"}, "a mark of the day, no more"


def test_copies_of_any_answers_are_alike(world):
    rng = np.random.default_rng(6)
    for day in range(20):
        world.come(varied(rng, 8), DAY + timedelta(days=day, hours=9), f"81.2.{day}.1")
    stuffed = world.come([[4, 7, 2, 9, 5, 6, 3]] * 30, DAY + timedelta(days=3, hours=14), "45.83.64.1")
    assert world.out() == stuffed


def test_an_office_behind_one_address_loses_nobody(world):
    rng = np.random.default_rng(7)
    make_units(world.session)
    for day in range(20):
        world.come(varied(rng, 8), DAY + timedelta(days=day, hours=9), f"81.2.{day}.1")
    office = world.come(
        varied(rng, 37) + [BEST] * 3, DAY + timedelta(days=3, hours=14), "93.184.216.34", "C1-O1"
    )
    assert world.out() == set()
    found = quality.bursts_of(world.session, world.wave)
    assert {(each.kind, each.excludes) for each in found} == {("range", False), ("office", False)}
    assert all(each.n_alike <= 3 for each in found if each.n == 40), found
    assert len(office) == 40


def test_a_range_of_most_answers_is_a_proxy_that_is_not_set_up_and_excludes_nobody(session):
    rng = np.random.default_rng(8)
    world = World(session, access="public")
    make_units(session)
    for day in range(6):
        world.come(varied(rng, 6) + [BEST] * 0, DAY + timedelta(days=day, hours=9), "93.184.216.34")
    # Of two offices, so that each of them is too small to be a burst.
    for unit in ("C1-O1", "C2-O1"):
        world.come([BEST] * 9, DAY + timedelta(days=2, hours=14), "93.184.216.34", unit)
    assert world.out() == set()
    assert [each.excludes for each in quality.bursts_of(session, world.wave) if each.kind == "range"] == [
        False
    ]


def test_a_usual_day_of_a_range_is_no_burst(world):
    rng = np.random.default_rng(9)
    for day in range(12):
        for hour in range(8, 16):
            world.come(varied(rng, 12), DAY + timedelta(days=day, hours=hour), "93.184.216.34")
    world.out()
    assert [each for each in quality.bursts_of(world.session, world.wave) if each.kind == "range"] == []


def test_few_within_an_hour_are_never_written(world):
    rng = np.random.default_rng(10)
    world.come(varied(rng, 4), DAY, "93.184.216.34")
    engine = world.session.get_bind().engine
    assert counting.read(engine, world.wave.id) == []
    world.come(varied(rng, 1), DAY, "93.184.216.34")
    assert {(each.kind, each.n) for each in counting.read(engine, world.wave.id)} == {
        ("range", 5),
        ("office", 5),
    }
    counting.forget(engine, world.wave.id)
    assert counting.read(engine, world.wave.id) == []


def test_counts_of_several_processes_add_up(world):
    engine = world.session.get_bind().engine
    cell = Cell(world.wave.id, "2026-03-05 14", "range", "45.83.64.0/24")
    best = np.array(BEST, dtype=np.int16)
    for _process in range(3):
        counters = Counters(engine)
        for _answer in range(7):
            counters.note([cell], best, world.asked)
        counters.flush()
        counters.flush()
    assert [each[3:] for each in counting.read(engine, world.wave.id)] == [(21, 21, 21)]


def test_looking_again_changes_nothing_and_people_have_the_last_word(world):
    rng = np.random.default_rng(11)
    for day in range(20):
        world.come(varied(rng, 8), DAY + timedelta(days=day, hours=9), f"81.2.{day}.1")
    stuffed = world.come([BEST] * 60, DAY + timedelta(days=3, hours=14), "45.83.64.1")
    assert world.out() == stuffed
    rows = session_rows(world)
    assert world.out() == stuffed
    assert session_rows(world) == rows
    one = min(stuffed)
    named = {"reason": "known by telephone", "now": NOW}
    decisions.ask_back(world.session, world.wave, [one], actor="ann@example.org", **named)
    with pytest.raises(quality.decisions.SurveyError, match="second person"):
        decisions.give_back(world.session, world.wave, [one], actor="ann@example.org", **named)
    decisions.give_back(world.session, world.wave, [one], actor="bob@example.org", **named)
    assert world.out() == stuffed - {one}, "rules do not take back what two people decided"


def test_any_number_of_answers_is_looked_for_at_once(world):
    with pytest.raises(quality.decisions.SurveyError) as refused:
        decisions.exclude(world.session, world.wave, range(1, 300_001), actor="a", reason="all", now=NOW)
    assert refused.value.code == "RESPONSE_UNKNOWN"


def session_rows(world):
    return world.session.query(quality.decisions.Decision).count()


def test_alike_is_told_of_enough_answers_only(world):
    answers = np.array(
        [BEST, [10] * 4 + [SKIPPED, SKIPPED, 3], [10] * 5 + [9, 3], [10] * 5 + [SKIPPED, 3]], dtype=np.int16
    )
    assert all_best(answers, world.asked).tolist() == [True, False, False, True]
    assert copies(np.repeat(answers, 2, axis=0), world.asked).tolist() == [2, 2, 0, 0, 2, 2, 2, 2]


@pytest.fixture
def hall(session):
    """A public wave, and an office that answers a little every day by the link."""
    world = World(session, access="public")
    make_units(session)
    rng = np.random.default_rng(12)
    for day in range(6):
        world.come(varied(rng, 3), DAY + timedelta(days=day, hours=9), f"81.2.{day}.1", "C1-O1")
    return world


def bursts_told(world):
    return {
        (each.kind, each.place, each.n, each.excludes)
        for each in quality.bursts_of(world.session, world.wave)
    }


def test_an_honest_tablet_of_many_people_is_no_burst_and_flags_nobody(hall):
    rng = np.random.default_rng(13)
    for hour in range(8, 14):
        hall.come(
            varied(rng, 40), DAY + timedelta(days=2, hours=hour), "93.184.216.34", "C1-O1", at_kiosk=True
        )
    assert hall.out() == set()
    assert bursts_told(hall) == set()
    assert not any(each.flags for each in decisions.standings(hall.session, hall.wave).values())
    # The same by the link is one: the tablet's limit is its own.
    hall.come(varied(rng, 40), DAY + timedelta(days=4, hours=8), "93.184.216.34", "C1-O1")
    hall.out()
    assert {(kind, n) for kind, _, n, _ in bursts_told(hall)} == {
        ("office", 43),
        ("office", 40),
        ("range", 40),
    }


@pytest.mark.parametrize("row", [BEST, [4, 7, 2, 9, 5, 6, 3]])
def test_a_stuffed_tablet_is_flagged_and_left_out_and_honest_people_at_it_stay(hall, row):
    rng = np.random.default_rng(14)
    honest = set()
    for day in range(6):
        for hour in range(8, 12):
            at = DAY + timedelta(days=day, hours=hour)
            honest |= hall.come(varied(rng, 12), at, "93.184.216.34", "C1-O1", at_kiosk=True)
    stuffed = hall.come(
        [row] * 40, DAY + timedelta(days=3, hours=14), "93.184.216.34", "C1-O1", at_kiosk=True
    )
    assert hall.out() == stuffed
    assert {("kiosk", "C1-O1", 40, True), ("kiosk", "93.184.216.0/24", 40, True)} == bursts_told(hall)


def test_a_tablet_that_is_stuffed_every_hour_does_not_make_that_usual(hall):
    stuffed = set()
    for day in range(5):
        for hour in range(8, 16):
            at = DAY + timedelta(days=day, hours=hour)
            stuffed |= hall.come([BEST] * 12, at, "93.184.216.34", "C1-O1", at_kiosk=True)
    assert hall.out() == stuffed


def test_stuffing_by_a_tablets_address_under_many_offices_is_found_by_its_range(hall):
    stuffed = set()
    for unit in ("C1-O1", "C2-O1"):
        at = DAY + timedelta(days=3, hours=14)
        stuffed |= hall.come([BEST] * 9, at, "45.83.64.1", unit, at_kiosk=True)
    assert hall.out() == stuffed


def test_more_than_one_a_minute_at_a_tablet_are_a_mark_and_leave_nobody_out(hall):
    rng = np.random.default_rng(15)
    hall.come(varied(rng, 61), DAY + timedelta(days=3, hours=14), "", "C1-O1", at_kiosk=True)
    assert hall.out() == set()
    assert bursts_told(hall) == {("kiosk", "C1-O1", 61, False)}
