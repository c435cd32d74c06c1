"""Outcomes and rates of a wave by command."""

import json

import pytest

from surveys.collecting import responses
from surveys.collecting.invitations import find_invitation, issue_invitations
from tests.surveys.worlds import NOW, make_customers, make_wave


def test_rates_are_told_by_name_with_what_they_are_of(manyi, world):
    wave = make_wave(world, access="invited")
    tokens = issue_invitations(world, wave, 4, NOW)
    for token, ended in zip(tokens[:3], ("complete", "refused", "screened"), strict=True):
        response = responses.open_response(
            world, wave, client_key=token, language="en", now=NOW, invitation=find_invitation(world, token)
        )
        response.disposition = ended
    world.commit()
    code, out, err = manyi("wave", "rates", "W1", "--json", "-")
    assert code == 0
    told = json.loads(out)
    assert told["rates"]["RR1"] == {"value": pytest.approx(1 / 3), "of": 1, "n": 3}
    assert told["outcomes"]["refused"] == {"code": "2.111", "group": "R", "n": 1}
    lines = [line.split() for line in err.splitlines()]
    assert ["RR1", "0.3333", "3.0"] in lines
    assert ["nothing", "3.19", "UO", "1"] in lines


def test_rates_of_an_open_wave_and_of_none(manyi, world):
    make_wave(world)
    code, out, err = manyi("wave", "rates", "W1", "--json", "-")
    assert (code, json.loads(out)["rates"]) == (0, None)
    assert "Nobody was invited: 0 of 0 who began have finished." in err
    code, _, err = manyi("wave", "rates", "nothing")
    assert code == 1
    assert "W1" in err


def test_rates_by_unit(manyi, world):
    people = make_customers(world, 4)
    wave = make_wave(world, anonymous=False, access="invited")
    issue_invitations(world, wave, people, NOW)
    world.commit()
    code, out, err = manyi("wave", "rates", "W1", "--by", "unit", "--json", "-")
    assert code == 0
    told = json.loads(out)
    assert told["unit"].keys() == {person.unit.code for person in people}
    assert all(each["rates"]["RR1"]["value"] == 0 for each in told["unit"].values())
    lines = [line.split() for line in err.splitlines()]
    assert [people[0].unit.code, "0.0000"] in [[line[0], line[3]] for line in lines if len(line) == 7]
    code, _, err = manyi("wave", "rates", "W1", "--by", "colour")
    assert code == 2
    assert "customer_class" in err
