"""Outcomes and rates of a wave by command."""

import csv
import io
import json

import pytest

from surveys.collecting import responses
from surveys.collecting.invitations import find_invitation, issue_invitations
from tests.surveys.worlds import NOW, make_customers, make_wave
from tests.web.conftest import CHEAP, PASSWORD
from tests.web.visiting import Visitor
from web.accounts.staff import add_staff
from web.extensions import db
from web.site import create_app


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


@pytest.fixture
def desk(world, tmp_path):
    """A designer at the site on the same instance."""
    site = create_app(
        {
            "TESTING": True,
            "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS": CHEAP,
            "MANYI": {"INSTANCE": tmp_path / "instance", "LOG_LEVEL": "ERROR"},
        }
    )
    with site.app_context():
        add_staff(db.session, email="a@example.org", name="A", roles=["designer"], password=PASSWORD)
        db.session.commit()
    visitor = Visitor(site)
    visitor.log_in("a@example.org", PASSWORD)
    return visitor


@pytest.mark.parametrize("by", ["channel", "day"])
def test_channels_and_days_have_the_figures_of_the_page_and_its_file(manyi, world, desk, by):
    wave = make_wave(world)
    for number in range(17):
        response = responses.open_response(
            world, wave, client_key=f"{number:024}", language="en", now=NOW.replace(day=5 + number // 6),
            channel="kiosk" if number % 3 == 0 else "",
        )  # fmt: skip
        response.disposition = ("complete", "complete", "partial", "refused")[number % 4]
    world.commit()
    code, out, err = manyi("wave", "rates", "W1", "--by", by, "--json", "-")
    assert code == 0
    told = json.loads(out)[by]
    assert {name: sum(each["n"] for each in own["outcomes"].values()) for name, own in told.items()} == (
        {"web": 11, "kiosk": 6} if by == "channel" else {"2026-03-05": 6, "2026-03-06": 6, "2026-03-07": 5}
    )
    page = desk.browse("/waves/W1")
    table = page.select("#begun ~ div table")[0 if by == "channel" else 1]
    shown = [[each.get_text() for each in row.select("td")] for row in table.select("tbody tr")]
    ordered = list(told.values())
    assert [row[:3] for row in shown] == [
        [
            str(sum(each["n"] for each in own["outcomes"].values())),
            *(str(own["outcomes"].get(name, {"n": 0})["n"]) for name in ("complete", "partial")),
        ]
        for own in ordered
    ]
    names = ("COOP1", "COOP2", "REF3")
    assert [row[3:] for row in shown] == [
        [f"{100 * own['rates'][name]['value']:.1f} %" for name in names] for own in ordered
    ]
    text = desk.client.get("/waves/W1/rates.csv").get_data(as_text=True).lstrip("\ufeff")
    rows = [each for each in csv.DictReader(io.StringIO(text)) if each["by"] == by]
    filed = {(each["part"], each["what"]): each["value"] for each in rows if not each["code"]}
    assert filed == {
        (part, name): f"{round(rate['value'], 4)}"
        for part, own in told.items()
        for name, rate in own["rates"].items()
    }
    lines = [line.split() for line in err.splitlines()]
    for part, own in told.items():
        assert [f"{own['rates'][name]['value']:.4f}" for name in names] in [
            line[-3:] for line in lines if line[0] == part
        ]


def test_by_day_of_too_few_nothing_is_told(manyi, world):
    wave = make_wave(world)
    for number in range(4):
        responses.open_response(world, wave, client_key=f"{number:024}", language="en", now=NOW)
    world.commit()
    code, out, err = manyi("wave", "rates", "W1", "--by", "day", "--json", "-")
    assert (code, json.loads(out)["day"]) == (0, {})
    assert "Fewer than 5 have begun: nothing is told by day." in err
