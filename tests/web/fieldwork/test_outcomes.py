"""Who refused, was screened out or answered nothing is counted as answered on no page and in no figure."""

import json

import pytest
from bs4 import BeautifulSoup

from surveys import instruments
from surveys.analysing.matrix import load_matrix
from surveys.collecting.invitations import issue_invitations
from surveys.editing import publishing
from surveys.watching.rates import Group
from surveys.watching.standing import Outcome, standing
from tests.web.answering import NOW, make_wave

HOME = {
    "S1": "yes",
    "S2": "yes",
    "S3": "yes",
    "S5": "yes",
    "S4": "no",
    "CATEGORY": "residential",
    "C1": "no",
    "ATT1": "3",
}


@pytest.fixture
def version(session):
    made = publishing.publish(session, instruments.load("utility_csi"), "Test", NOW)
    session.commit()
    return made


def links(session, version, number, **more):
    wave = make_wave(session, version, access="invited", **more)
    tokens = issue_invitations(session, wave, number, NOW)
    session.commit()
    return wave, [f"/i/{token}" for token in tokens]


def fields(page, special):
    """Answer what stands on a page, but for what it is told to leave blank."""
    found = {"_t": page.select_one("input[name=_t]")["value"], "go": "next"}
    for box in page.select("fieldset.item:not([hidden])"):
        code = box.get("data-code", "")
        radios, boxes = box.select("input[type=radio]"), box.select("input[type=checkbox]")
        if (HOME | special).get(code):
            found[code] = (HOME | special)[code]
        elif special.get("else") == "blank":
            continue
        elif radios:
            found[radios[0]["name"]] = radios[min(6, len(radios) - 1)]["value"]
        elif boxes:
            found[boxes[0]["name"]] = boxes[0]["value"]
    return found


def answer(app, link, until="done", **special):
    client = app.test_client()
    place = client.get(link).location
    for _ in range(30):
        if place.endswith(f"/{until}"):
            return client
        page = BeautifulSoup(client.get(place).get_data(as_text=True), "html.parser")
        came = client.post(place, data=fields(page, special))
        assert came.status_code == 303, came.get_data(as_text=True)
        place = came.location.split("#")[0]
    raise AssertionError(f"the questionnaire did not come to {until}: {place}")


def test_a_refusal_and_a_screened_out_person_are_not_answers(app, session, version, analyst):
    wave, (complete, refuses, insider, _) = links(session, version, 4)
    answer(app, complete)
    answer(app, refuses, S1="no")
    answer(app, insider, S4="yes")
    session.rollback()
    found = standing(session, wave)
    came = {name.value: number for name, number in found.outcomes.items() if number}
    assert came == {"complete": 1, "refused": 1, "screened": 1, "nothing": 1}
    assert {each.name: each.value for each in found.rates}["RR1"] == pytest.approx(1 / 3)
    page = analyst.browse("/waves/W?lang=en")
    rows = {
        row.th.get_text(): [each.get_text() for each in row.select("td")]
        for row in page.select("section[aria-labelledby=outcomes] tr, section[aria-labelledby=rates] tr")
        if row.td
    }
    assert rows["RR1 · Response rate"] == ["33.3 %", "3"]
    assert rows["Refused: no consent, or told staff"] == ["2.111", "R · Refusal and break-off", "1"]
    assert rows["Screened out"][0] == "4.10"
    assert "应答率（RR1）" in analyst.browse("/waves/W?lang=zh").get_text()
    cards = [node.get_text() for node in analyst.browse("/waves?lang=en").select(".card-item dd")]
    assert cards == ["3", "1"]


def test_what_was_sent_blank_is_thanked_and_counts_nowhere(app, session, version, analyst):
    wave, [link] = links(session, version, 1)
    client = answer(app, link, **{"else": "blank", "ATT1": "", "CATEGORY": "", "C1": ""})
    assert "-" in client.get(f"{link}/done").get_data(as_text=True)
    session.rollback()
    found = standing(session, wave)
    assert (found.complete, found.finished, found.outcomes[Outcome.BREAK_OFF]) == (0, 0, 1)
    assert {each.name: (each.value, each.n) for each in found.rates}["RR2"] == (0, 1)
    assert len(load_matrix(session, wave, include_partial=True).response_ids) == 0
    assert not analyst.browse("/runs/?lang=en").select("option[value=W]"), "there is nothing to estimate"


def test_who_breaks_off_is_in_the_denominator(app, session, version):
    wave, (first, second) = links(session, version, 2)
    answer(app, first)
    answer(app, second, until="EXP")
    session.rollback()
    found = standing(session, wave)
    assert (found.of(Group.INTERVIEW), found.of(Group.REFUSAL), found.open) == (1, 1, 1)
    assert found.rates[0].value == pytest.approx(1 / 2)


def test_where_nobody_was_invited_there_is_no_rate(app, session, version, analyst):
    wave = make_wave(session, version)
    answer(app, f"/s/{wave.public_key}")
    answer(app, f"/s/{wave.public_key}", S1="no")
    page = analyst.browse("/waves/W?lang=en")
    figures = {node.dt.get_text(): node.dd.get_text() for node in page.select(".figures > div")}
    assert figures["Finished of those who began"] == "50.0 %"
    assert "RR1" not in page.get_text()
    assert json.dumps(standing(session, wave).rates) == "null"
