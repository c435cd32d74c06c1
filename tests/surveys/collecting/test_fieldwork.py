"""Waves, invitations and their counts; the frame; publishing."""

from copy import deepcopy
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from surveys.collecting import responses as responding
from surveys.collecting import segments, waves
from surveys.collecting.frame import add_unit, find_customer, import_customers
from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.collecting.quotas import set_quotas
from surveys.collecting.submitting import screen_out, submit
from surveys.document import loading
from surveys.editing import publishing
from surveys.editing.comparing import Side, differences
from surveys.errors import SurveyError
from surveys.models import Customer, Invitation, Segment, UnitLevel
from surveys.watching.standing import standing
from tests.surveys.worlds import NOW, document, make_customers, make_units, make_version, make_wave


def refused(problem, call, /, *arguments, **named):
    with pytest.raises(SurveyError) as caught:
        call(*arguments, **named)
    assert caught.value.code == problem
    assert caught.value.text("zh")
    assert str(caught.value)


def test_a_wave_opens_and_closes_once(session):
    wave = make_wave(session, opened=False, settings={"sample": 100})
    assert not wave.is_open(NOW)
    refused("WAVE_STATE", waves.close_wave, session, wave, NOW)
    waves.open_wave(session, wave, NOW)
    assert wave.is_open(NOW)
    assert not wave.is_open(NOW - timedelta(seconds=1))
    refused("WAVE_STATE", waves.open_wave, session, wave, NOW)
    with pytest.raises(SurveyError) as caught:
        waves.open_wave(session, wave, NOW)
    assert "“开放中”" in caught.value.text("zh")
    assert "is open;" in caught.value.text("en")
    waves.close_wave(session, wave, NOW + timedelta(days=1))
    session.commit()
    assert not wave.is_open(NOW)
    assert (wave.state, wave.closes_at, wave.settings) == ("closed", NOW + timedelta(days=1), {"sample": 100})
    refused("WAVE_STATE", issue_invitations, session, wave, 1, NOW)
    assert waves.find_wave(session, wave.public_key) is wave
    assert waves.wave_by_code(session, "W1") is wave
    for wrong in ("", "nothing", "a\x00b", "' OR '1'='1"):
        refused("WAVE_UNKNOWN", waves.wave_by_code, session, wrong)
        assert waves.find_wave(session, wrong) is None


@pytest.mark.parametrize(
    ("code", "settings"),
    [
        ("WAVE_CODE", {"code": ""}),
        ("WAVE_CODE", {"code": "a b"}),
        ("WAVE_CODE", {"code": "x" * 65}),
        ("WAVE_CODE", {"code": "../etc"}),
        ("WAVE_EXISTS", {"code": "W1"}),
        ("WAVE_WINDOW", {"opens_at": NOW, "closes_at": NOW}),
        ("WAVE_SETTING", {"purpose": "fun"}),
        ("WAVE_SETTING", {"mode": "anonymous"}),
        ("WAVE_SETTING", {"access": "all"}),
    ],
)
def test_wrong_waves_are_refused(session, code, settings):
    version = make_wave(session).version
    named = {"code": "W2", "title": "Second"} | settings
    refused(code, waves.create_wave, session, version, **named)


@pytest.mark.parametrize(
    "quota",
    [
        {"where": {}, "limit": 1},
        {"where": {"tier": "key"}, "limit": "many"},
        {"where": {"tier": "key"}, "limit": -1},
        {"where": {"tier": "key"}, "limit": 2**31},
        {"where": {"tier": "key"}, "limit": True},
    ],
)
def test_wrong_quotas_are_refused(session, quota):
    refused("WAVE_QUOTA", set_quotas, session, make_wave(session), [quota])


@pytest.mark.parametrize(
    ("code", "where"),
    [
        ("SEGMENT_NAME", {"age": "9"}),
        ("SEGMENT_VALUE", {"customer_class": "industry"}),
        ("SEGMENT_VALUE", {"tier": "Key"}),
        ("UNIT_UNKNOWN", {"unit": "NOWHERE"}),
    ],
)
def test_quotas_of_segments_that_nobody_can_be_in_are_refused(session, code, where):
    refused(code, set_quotas, session, make_wave(session), [{"where": where, "limit": 1}])


def test_times_without_a_zone_are_refused(session):
    with pytest.raises(Exception, match="time zone"):
        make_wave(session, closes_at=datetime(2026, 3, 5))  # noqa: DTZ001 - the point


def test_tokens_are_given_once_and_only_hashes_kept(session):
    people = make_customers(session)
    wave = make_wave(session, anonymous=False, access="invited")
    tokens = issue_invitations(session, wave, people, NOW)
    session.commit()
    assert len(set(tokens)) == 3
    assert min(map(len, tokens)) >= 24
    stored = session.scalars(select(Invitation)).all()
    assert not {token for token in tokens for row in stored if token in str(vars(row))}
    for token, person in zip(tokens, people, strict=True):
        assert find_invitation(session, token).customer is person
    refused("INVITATION_TWICE", issue_invitations, session, wave, people[1:2], NOW)
    fresh = make_wave(session, wave.version, code="W2", anonymous=False)
    refused("INVITATION_TWICE", issue_invitations, session, fresh, [people[0]] * 2, NOW)
    refused("INVITATION_KIND", issue_invitations, session, fresh, 5, NOW)
    refused("INVITATION_NUMBER", issue_invitations, session, fresh, [], NOW)
    hidden = make_wave(session, wave.version, code="W3")
    refused("INVITATION_FEW", issue_invitations, session, hidden, people, NOW)
    refused("INVITATION_NUMBER", issue_invitations, session, hidden, 0, NOW)
    refused("INVITATION_NUMBER", issue_invitations, session, hidden, 1_000_001, NOW)


def test_counts_and_response_share(session):
    people = make_customers(session, 5)
    wave = make_wave(session, anonymous=False, access="invited")
    tokens = issue_invitations(session, wave, people, NOW)
    invitations = [find_invitation(session, token) for token in tokens]
    responses = [
        responding.open_response(
            session, wave, client_key=token, language="zh", invitation=invitation, now=NOW
        )
        for token, invitation in zip(tokens[:3], invitations, strict=False)
    ]
    submit(session, responses[0], NOW)
    screen_out(session, responses[1], NOW)
    set_outcome(session, invitations[3], "refused", NOW)
    session.commit()
    counted = standing(session, wave)
    assert counted.noted == {"used": 1, "ineligible": 1, "started": 1, "refused": 1, "issued": 1}
    assert (counted.invited, counted.open, counted.complete) == (5, 1, 1)
    came = {name.value: number for name, number in counted.outcomes.items() if number}
    assert came == {"complete": 1, "screened": 1, "break_off": 1, "refused": 1, "nothing": 1}
    assert counted.rates[0] == ("RR1", 1 / 4, 1, 4)
    refused("INVITATION_USED", set_outcome, session, invitations[0], "refused", NOW)
    refused("INVITATION_STATE", set_outcome, session, invitations[4], "used", NOW)
    assert standing(session, make_wave(session, wave.version, code="W2")).rates is None


def test_units_that_do_not_fit_are_refused(session):
    units = make_units(session)
    add = add_unit
    refused("UNIT_EXISTS", add, session, code="P", name="x", level=UnitLevel.CITY, parent=units["G"])
    refused("UNIT_LEVEL", add, session, code="X", name="x", level=UnitLevel.CITY, parent=units["C1"])
    for code in (" ", "x" * 65, "C1\u200b", "C\n1", "C\u202e1"):
        refused("UNIT_CODE", add, session, code=code, name="x", level=UnitLevel.CITY)


def test_customers_are_imported_and_changed(session):
    make_customers(session)
    row = {"code": "A0", "unit": "C2-O2", "customer_class": "commercial", "tier": "base", "phone": "123"}
    assert import_customers(session, [row], today=NOW.date()) == (0, 1, ())
    session.commit()
    changed = find_customer(session, " A0 ")
    assert (changed.unit.code, changed.contact.phone, changed.contact.email) == (
        "C2-O2", "123", "customer0@example.org",
    )  # fmt: skip
    refused("CUSTOMER_UNKNOWN", find_customer, session, "nobody")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"code": ""}, "code is missing"),
        ({"unit": "nowhere"}, "unit 'nowhere' is unknown"),
        ({"customer_class": "Residential"}, "one of residential"),
        ({"tier": ""}, "one of important"),
        ({"name": "x" * 201}, "longer than 200"),
        ({"area": "a\x00"}, "control characters"),
        ({"code": "A1"}, "already in row 1"),
    ],
)
def test_an_import_with_a_wrong_row_stores_nothing(session, change, reason):
    make_units(session)
    good = {"code": "A1", "unit": "C1", "customer_class": "other", "tier": "base"}
    report = import_customers(session, [good, good | {"code": "A2"} | change], today=NOW.date())
    assert (report.created, report.changed) == (0, 0)
    [problem] = report.problems
    assert problem.startswith("row 2: ")
    assert reason in problem
    assert session.scalars(select(Customer)).all() == []


def test_segments_are_shared_and_checked(session):
    make_units(session)
    values = {"unit": "C1", "customer_class": "other"}
    assert segments.find_segment(session, values) is segments.find_segment(session, values)
    assert segments.find_segment(session, {}).label == "||||"
    assert len(session.scalars(select(Segment)).all()) == 2
    refused("UNIT_UNKNOWN", segments.find_segment, session, {"unit": "X"})
    refused("SEGMENT_NAME", segments.find_segment, session, {"age": "9"})
    refused("SEGMENT_VALUE", segments.find_segment, session, {"tier": "gold"})


def test_segments_with_other_values_are_others_whatever_signs_these_hold(session):
    given = [{"area": "A|B"}, {"area": "A/B"}, {"area": "A\\|B"}, {"account_type": "A", "area": "B"}]
    given.append({"account_type": "A|B"})
    found = [segments.find_segment(session, values) for values in given]
    assert len({each.id for each in found}) == len(given)
    for values, segment in zip(given, found, strict=True):
        assert {name: getattr(segment, name) for name in values} == values
        assert segments.find_segment(session, values) is segment


def test_publishing_numbers_versions_and_keeps_their_documents(session):
    first = make_version(session)
    assert make_version(session) is first
    second = make_version(session, title={"en": "Other", "zh": "另"})
    session.commit()
    session.expire_all()
    assert (first.number, second.number) == (1, 2)
    loaded = publishing.load_document(first)
    assert loaded == loading.load(document())
    assert first.content_hash == loaded.content_hash != second.content_hash
    assert first.slot_codes == ("Q1", "Q2", "Q3", "CH.hall", "CH.line")
    assert publishing.latest_version(session, "small") is second
    assert publishing.latest_version(session, "none") is None


def test_differences_follow_codes_not_places():
    older, newer = document(), deepcopy(document())
    questions = newer["sections"][1]["questions"]
    questions.reverse()
    questions[0]["text"]["en"] = "Why so?"
    newer["sections"][0]["questions"][0]["rows"].pop(0)
    sides = Side(older), Side(newer)
    found = {(one.doing, one.node.code, one.path, one.was, one.now) for one in differences(*sides)}
    assert found == {
        ("drop", "Q1", "", None, None),
        ("set", "WHY", "text/en", "Why?", "Why so?"),
        ("order", "after", "question", None, None),
    }
    assert not [*differences(Side(older), Side(document()))]
