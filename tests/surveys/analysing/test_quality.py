"""Quality flags against hand-made responses, each rule on both sides of its border."""

from datetime import timedelta

import numpy as np
import pytest

from surveys.analysing import decisions, matrix, quality
from surveys.analysing.quality_rules import Flag
from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.collecting import bulk, segments
from surveys.document import loading
from surveys.errors import SurveyError
from surveys.models import AuditEntry
from surveys.proving.proof import prove
from tests.surveys.worlds import NOW, make_units, make_wave, published_unchecked, text

CODES = [f"S{number}" for number in range(1, 7)]
RULES = {
    "speeder": {"median_divisor": 3, "seconds_per_item": 2},
    "straightline": {"constructs": ["SAT"]},
    "contradiction": ["S1 >= 9 and S2 <= 2", "S3 in [4, 5] and not (answered(S4))"],
    "attention": {"code": "ATT", "correct": 3},
    "item_missing": {"share": 0.4},
    "flags_to_exclude": 2,
}


def make_scored_wave(session, rules=RULES, **settings):
    rows = [{"code": code, "text": text(code), "not_applicable": True} for code in [*CODES, "ATT"]]
    grid = {
        "type": "grid", "code": "G", "text": text("How …"), "scale": "ten", "rows": rows,
        "anchors": [text("Very poor"), text("Excellent")],
    }  # fmt: skip
    dimension = {"id": "ALL", "name": text("All"), "indicators": CODES}
    questionnaire = loading.load(
        {
            "format": "manyi/1",
            "code": "scored",
            "title": text("Scored"),
            "scales": {"ten": {"low": 1, "high": 10}},
            "sections": [{"code": "one", "title": text("One"), "questions": [grid]}],
            "indicators": {
                "index": "SAT",
                "name": text("Index"),
                "constructs": [{"id": "SAT", "name": text("Satisfaction"), "dimensions": [dimension]}],
            },
            "quality": rules,
        }
    )
    version = published_unchecked(session, questionnaire)  # rules of older versions may be wrong
    return make_wave(session, version, **settings)


def store(session, wave, rows, *, seconds=60.0, **more):
    """Store rows of seven answers (S1–S6, ATT); return their ids."""
    block = np.array(rows)
    columns = {code: block[:, place] for place, code in enumerate([*CODES, "ATT"])}
    timed = {"one": np.broadcast_to(seconds, len(block))}
    more = {"completed_at": NOW, "language": "en"} | more
    ids = bulk.store_complete(session, wave, columns, seconds=timed, **more)
    session.commit()
    return ids.tolist()


def flags_of(session, wave, rows, **more):
    ids = store(session, wave, rows, **more)
    quality.assess(session, wave, now=NOW)
    session.commit()
    stand = decisions.standings(session, wave)
    return [Flag.read(stand[ident].flags).names if ident in stand else [] for ident in ids]


GOOD = [5, 6, 7, 8, 7, 6, 3]


def test_each_rule_flags_what_it_says_and_no_more(session):
    wave = make_scored_wave(session)
    rows = [
        GOOD,
        [7, 7, 7, 7, 7, 7, 3],
        [7, 7, 7, 7, 7, DONT_KNOW, 3],
        [7, 7, 7, 7, DONT_KNOW, DONT_KNOW, 3],
        [9, 2, 5, 6, 5, 6, 3],
        [9, 3, 6, 6, 5, 6, 3],
        [6, 7, 4, SKIPPED, 5, 6, 3],
        [6, 7, SKIPPED, SKIPPED, 5, 6, 3],
        [5, 6, 7, 8, 7, 6, 4],
        [5, 6, 7, 8, 7, 6, DONT_KNOW],
        [5, 6, DONT_KNOW, NOT_APPLICABLE, SKIPPED, 6, 3],
        [5, 6, 7, SKIPPED, SKIPPED, NOT_ASKED, 3],
        [5, NOT_ASKED, NOT_ASKED, NOT_ASKED, NOT_ASKED, SKIPPED, 3],
    ]
    assert flags_of(session, wave, rows) == [
        [], ["straightline"], ["straightline"], [], ["contradiction"], [], ["contradiction"], [],
        ["attention"], [], ["item_missing"], [], ["item_missing"],
    ]  # fmt: skip


def test_speeders_are_below_a_third_of_the_median_or_two_seconds_an_item(session):
    wave = make_scored_wave(session)
    seconds = [90.0, 90.0, 90.0, 29.9, 30.0, 0.0]
    assert flags_of(session, wave, [GOOD] * 6, seconds=seconds) == [[], [], [], ["speeder"], [], []]
    slow = make_scored_wave(session, code="W2")
    assert flags_of(session, slow, [GOOD] * 3, seconds=[12.0, 11.9, 12.0]) == [[], ["speeder"], []]


def test_two_flags_exclude_and_the_audit_lists_them(session):
    wave = make_scored_wave(session)
    ids = store(session, wave, [GOOD, [7] * 6 + [4], [7] * 6 + [3]])
    report = quality.assess(session, wave, now=NOW, staff_name="Ann")
    session.commit()
    assert report.n_responses == 3
    assert report.excluded == {ids[1]: ["straightline", "attention"]}
    assert (report.counts["straightline"], report.counts["attention"], report.counts["burst"]) == (2, 1, 0)
    assert quality.excluded_responses(session, wave) == report.excluded
    assert matrix.load_matrix(session, wave).response_ids.tolist() == [ids[0], ids[2]]
    entry = session.query(AuditEntry).one()
    assert (entry.actor, entry.target, entry.detail["n_excluded"]) == ("Ann", "wave:W1", 1)
    assert list(entry.detail["excluded"]) == [str(ids[1])]
    assert prove(session).findings == ()


def test_a_burst_in_one_unit_is_flagged(session):
    make_units(session)
    wave = make_scored_wave(session, RULES | {"contradiction": []}, anonymous=False)
    # Counted for the office, whatever else is known of those who answered.
    kinds = ("residential", "commercial", "industrial", "other")
    here = [segments.find_segment(session, {"unit": "C1-O1", "customer_class": kind}).id for kind in kinds]
    there = segments.find_segment(session, {"unit": "C2-O1"}).id
    hours = [0] * 12 + list(range(1, 9)) + list(range(8)) * 2
    varied = np.random.default_rng(1).integers(3, 9, (36, 6)).tolist()
    flags = flags_of(
        session, wave, [[*row, 3] for row in varied],
        segment_ids=here * 5 + [there] * 16,
        completed_at=[NOW + timedelta(hours=hour) for hour in hours],
    )  # fmt: skip
    assert flags == [["burst"]] * 12 + [[]] * 24


def test_a_unit_that_only_praises_is_flagged(session):
    make_units(session)
    wave = make_scored_wave(session, RULES | {"straightline": {"constructs": []}, "contradiction": []})
    here = segments.find_segment(session, {"unit": "C1-O1"}).id
    there = segments.find_segment(session, {"unit": "C2-O1"}).id
    best = [10] * 6 + [3]
    rows = [best] * 10 + [GOOD] * 2 + [best] + [GOOD] * 60
    flags = flags_of(session, wave, rows, segment_ids=[here] * 12 + [there] * 61)
    assert [("praise" in names) for names in flags] == [True] * 10 + [False] * 63


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ({"contradiction": ["NO1 >= 9"]}, "no NO1"),
        ({"contradiction": ["S1 == 'hall'"]}, "number"),
        ({"attention": {"code": "NO", "correct": 3}}, "no NO"),
    ],
)
def test_rules_that_cannot_be_used_are_named(session, rules, reason):
    wave = make_scored_wave(session, rules)
    store(session, wave, [GOOD])
    with pytest.raises(SurveyError, match=reason) as caught:
        quality.assess(session, wave, now=NOW)
    assert caught.value.code == "QUALITY_RULE"


def test_an_empty_wave_has_no_flags(session):
    report = quality.assess(session, make_scored_wave(session), now=NOW)
    assert (report.n_responses, report.excluded) == (0, {})
