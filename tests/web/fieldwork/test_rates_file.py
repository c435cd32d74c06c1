"""Rates by channel and day on the page of a wave, and the file of them."""

import csv
import io

import pytest

from surveys.collecting import responses
from tests.web.answering import NOW, make_wave
from tests.web.fieldwork.planning import actions


@pytest.fixture
def wave(session):
    made = make_wave(session)
    for number in range(7):
        response = responses.open_response(session, made, client_key=f"{number:024}", language="en", now=NOW)
        response.disposition = "complete" if number < 5 else "refused"
    session.commit()
    return made


@pytest.mark.parametrize("role", ["designer", "analyst", "interviewer"])
def test_page_and_file_say_the_same(sign_in, session, wave, role):
    visitor = sign_in(role)
    page = visitor.browse("/waves/W")
    rows = [
        [each.get_text() for each in row.select("th, td")] for row in page.select("#begun ~ div tbody tr")
    ]
    assert [row[1:] for row in rows] == [["7", "5", "0", "71.4 %", "71.4 %", "28.6 %"]] * 2
    answer = visitor.client.get(page.select_one("a[href$='rates.csv']")["href"])
    assert answer.status_code == 200
    told = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).lstrip("\ufeff"))))
    day = f"{NOW:%Y-%m-%d}"
    assert {(each["by"], each["part"]) for each in told} == {("wave", ""), ("channel", "web"), ("day", day)}
    coop = next(each for each in told if (each["by"], each["what"]) == ("day", "COOP1"))
    assert (coop["value"], coop["number"], coop["of"]) == ("0.7143", "5", "7")
    refused = next(each for each in told if (each["by"], each["what"]) == ("channel", "refused"))
    assert (refused["code"], refused["number"]) == ("2.111", "2")
    assert actions(session) == [("wave.download_rates", "wave:W")]


def test_of_few_there_is_no_table_and_of_no_wave_no_file(designer, session):
    make_wave(session)
    assert not designer.browse("/waves/W").select("#begun")
    assert designer.client.get("/waves/W/rates.csv").status_code == 200
    for wrong in ("nothing", "a%00b", "x" * 200):
        assert designer.client.get(f"/waves/{wrong}/rates.csv").status_code == 404
