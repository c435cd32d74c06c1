"""AAPOR's rates, by numbers worked out by hand, and what becomes of the people of a wave."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from surveys.collecting.invitations import find_invitation, issue_invitations, set_outcome
from surveys.watching.rates import Group, eligible_share, rates
from surveys.watching.standing import CODES, Outcome, parts, standing
from tests.surveys.respondents import start
from tests.surveys.worlds import NOW, make_customers, make_wave

# 500 interviews, 50 partial, 200 refusals, 100 not reached, 50 others, 80 unknown, 20 not eligible.
WORKED = dict(zip(Group, (500, 50, 200, 100, 50, 80, 20), strict=True))
# By hand: known eligible 900, e = 900/920 = 0.978261, e·UO = 78.260870.
BY_HAND = {
    "RR1": 500 / 980, "RR2": 550 / 980, "RR3": 500 / 978.260870, "RR4": 550 / 978.260870,
    "RR5": 500 / 900, "RR6": 550 / 900,
    "COOP1": 500 / 800, "COOP2": 550 / 800, "COOP3": 500 / 750, "COOP4": 550 / 750,
    "REF1": 200 / 980, "REF2": 200 / 978.260870, "REF3": 200 / 900,
    "CON1": 800 / 980, "CON2": 800 / 978.260870, "CON3": 800 / 900,
}  # fmt: skip


def test_every_rate_is_what_the_formula_gives_by_hand():
    found = {rate.name: rate for rate in rates(WORKED)}
    assert found.keys() == BY_HAND.keys()
    for name, value in BY_HAND.items():
        assert found[name].value == pytest.approx(value, rel=1e-8), name
        assert found[name].value == pytest.approx(found[name].over / found[name].n), name
    assert found["RR1"].value == pytest.approx(0.5102, abs=5e-5)
    assert found["RR3"].value == pytest.approx(0.5111, abs=5e-5)
    assert eligible_share(WORKED) == pytest.approx(0.978261, abs=5e-7)


def test_of_nobody_there_is_no_rate_and_without_known_cases_no_estimate():
    assert {rate.value for rate in rates({})} == {None}
    found = {rate.name: rate.value for rate in rates({Group.UNKNOWN: 10})}
    assert (found["RR1"], found["CON1"]) == (0, 0)
    assert (found["RR3"], found["REF2"], found["CON2"], found["RR5"]) == (None, None, None, None)


@settings(deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=7, max_size=7))
def test_rates_are_shares_and_stand_in_their_order(numbers):
    found = {rate.name: rate.value for rate in rates(dict(zip(Group, numbers, strict=True)))}
    assert all(value is None or 0 <= value <= 1 + 1e-12 for value in found.values())
    for kind, pairs in {"RR": ((1, 3), (3, 5), (2, 4), (4, 6), (1, 2)), "REF": ((1, 2), (2, 3))}.items():
        for low, high in pairs:
            values = found[f"{kind}{low}"], found[f"{kind}{high}"]
            assert None in values or values[0] <= values[1] + 1e-12


def test_every_outcome_has_a_code_of_its_own_in_a_group():
    assert CODES.keys() == set(Outcome)
    codes = [code for code, _ in CODES.values()]
    assert len(set(codes)) == len(codes)
    by_first = {"1": {"I", "P"}, "2": {"R", "NC", "O"}, "3": {"UO"}, "4": {"NE"}}
    assert all(group.value in by_first[code[0]] for code, group in CODES.values())


NOTED = ("issued", "refused", "unreachable", "ineligible", "withdrawn")
ENDED = (None, "open", "complete", "partial", "break_off", "blank", "screened", "refused")


def expected(state, ended):
    """Say the outcome of one invitation: what is final of the response, else what staff noted."""
    noted = {"refused": "refused", "unreachable": "undeliverable", "ineligible": "ineligible"}.get(state)
    if state == "withdrawn":
        return None
    if ended in {None, "open", "break_off", "blank"}:
        return noted or {None: "nothing", "open": "break_off"}.get(ended, ended)
    return ended


def test_each_invitation_of_a_confidential_wave_has_one_outcome(session):
    cases = list(product(NOTED, ENDED))
    wave = make_wave(session, anonymous=False, access="invited")
    tokens = issue_invitations(session, wave, make_customers(session, len(cases)), NOW)
    wanted = []
    for token, (state, ended) in zip(tokens, cases, strict=True):
        invitation = find_invitation(session, token)
        if ended is not None:
            response = start(session, wave, token, invitation=invitation)
            response.disposition = None if ended == "open" else ended
        if state != "issued":
            set_outcome(session, invitation, state, NOW)
        wanted.append(expected(state, ended))
    session.commit()
    found = standing(session, wave)
    for outcome in Outcome:
        assert found.outcomes[outcome] == wanted.count(outcome.value), outcome
    assert sum(found.outcomes.values()) == len(cases) - len(ENDED)
    assert found.invited == len(cases)


@pytest.mark.parametrize(("mode", "outcome"), [("web", "undeliverable"), ("phone", "no_contact")])
def test_who_cannot_be_reached_by_telephone_is_no_contact(session, mode, outcome):
    wave = make_wave(session, access="invited", mode=mode)
    [token, _] = issue_invitations(session, wave, 2, NOW)
    set_outcome(session, find_invitation(session, token), "unreachable", NOW)
    session.commit()
    assert standing(session, wave).outcomes[Outcome(outcome)] == 1


def test_in_an_anonymous_wave_the_rest_is_counted_and_never_below_nothing(session):
    wave = make_wave(session, access="invited")
    tokens = issue_invitations(session, wave, 3, NOW)
    invitations = [find_invitation(session, token) for token in tokens]
    for token, invitation, ended in zip(tokens, invitations, ("complete", "refused", None), strict=True):
        start(session, wave, token, invitation=invitation).disposition = ended
    session.commit()
    found = standing(session, wave)
    assert found.outcomes[Outcome.NOTHING] == 0
    assert {group: found.of(group) for group in Group if found.of(group)} == {
        Group.INTERVIEW: 1,
        Group.REFUSAL: 2,
    }
    set_outcome(session, invitations[2], "refused", NOW)  # nobody knows that it was the one who broke off
    session.commit()
    assert standing(session, wave).outcomes[Outcome.NOTHING] == 0


def test_units_and_classes_have_rates_where_it_is_known_who_was_invited(session):
    people = make_customers(session, 6)
    wave = make_wave(session, anonymous=False, access="invited")
    tokens = issue_invitations(session, wave, people, NOW)
    for token in tokens[:4]:
        start(session, wave, token, invitation=find_invitation(session, token)).disposition = "complete"
    session.commit()
    units = {person.unit.code for person in people}
    found = parts(session, wave, "unit")
    assert found.keys() == units
    for code, (outcomes, of_unit) in found.items():
        own = [place for place, person in enumerate(people) if person.unit.code == code]
        n_complete = sum(place < 4 for place in own)
        assert (outcomes[Outcome.COMPLETE], outcomes[Outcome.NOTHING]) == (n_complete, len(own) - n_complete)
        assert of_unit[0] == ("RR1", n_complete / len(own), n_complete, len(own))
    classes = parts(session, wave, "customer_class")
    assert sum(outcomes[Outcome.COMPLETE] for outcomes, _ in classes.values()) == 4
    assert classes.keys() == {person.customer_class for person in people}


def test_elsewhere_those_who_began_are_counted_by_what_is_known_of_them(session):
    make_customers(session)
    wave = make_wave(session)
    start(session, wave, "1", segment={"unit": "C1-O1"}).disposition = "complete"
    start(session, wave, "2")
    session.commit()
    found = parts(session, wave, "unit")
    assert {code: of_unit for code, (_, of_unit) in found.items()} == {"": None, "C1-O1": None}
    assert found["C1-O1"][0][Outcome.COMPLETE] == 1
    assert found[""][0][Outcome.BREAK_OFF] == 1
    assert parts(session, make_wave(session, wave.version, code="W2"), "unit") == {}
