"""Pages that are not the same for everybody: what is offered, in which order, and that it stays so."""

import re

import pytest

from surveys.analysing.export import wave_table
from surveys.codes import NOT_ASKED
from surveys.document import loading
from tests.surveys.varying import DOCUMENT
from tests.surveys.worlds import published_unchecked
from tests.web.answering import Respondent, make_wave, stored


@pytest.fixture
def wave(session):
    return make_wave(session, published_unchecked(session, loading.load(DOCUMENT)))


@pytest.fixture
def person(app, wave):
    person = Respondent(app, f"/s/{wave.public_key}")
    person.open()
    return person


def offered(page, name="MET"):
    return [
        node["value"] for node in page.select(f"input[name={name}]") if not node.parent.has_attr("hidden")
    ]


def go_on(person, **fields):
    """Answer what the page that is open asks of these, and go on."""
    asked = {node["name"] for node in person.page.select("input, select")}
    person.send("next", **{name: each for name, each in fields.items() if name.replace("__", ".") in asked})


def rows(page):
    return [node["data-code"] for node in page.select(".grid .item")]


def test_the_first_page_keeps_its_order_before_and_after_it_is_saved(app, session, wave, person):
    first = offered(person.page)
    assert first[-2:] == ["else", "none"]
    assert offered(person.open()) == first
    person.send("lang:zh", CLASS="home")
    [(response, _)] = stored(session, wave)
    assert response.seed is not None
    assert offered(person.page) == first
    seen = set()
    for _ in range(25):
        other = Respondent(app, person.link)
        seen.add(tuple(offered(other.open())))
    assert seen == {("hot", "hall", "else", "none"), ("hall", "hot", "else", "none")}


def test_a_seed_that_makes_no_sense_is_drawn_anew(app, wave):
    for kept in ("x", "-1", "9" * 40, "12.5", ""):
        person = Respondent(app, f"/s/{wave.public_key}")
        person.client.set_cookie(f"o_{wave.public_key}", kept)
        person.open()
        person.send("stay", CLASS="home", MET=["hot", "hall"])


def test_an_option_comes_up_with_an_answer_of_its_page(person, session, wave):
    [manager] = person.page.select("input[name=MET][value=manager]")
    assert manager.parent["data-option-if"] == '["==",["answer","CLASS"],"shop"]'
    assert manager.parent.has_attr("hidden")
    person.send(CLASS="shop", MET=["hot", "hall"])
    # Without a browser that follows, the page comes once more with what came up.
    assert (person.section, "manager" in offered(person.page)) == ("START", True)
    assert person.checked() == {("CLASS", "shop"), ("MET", "hot"), ("MET", "hall")}
    person.send(CLASS="shop", MET=["hot", "manager"])
    assert person.section != "START"
    assert stored(session, wave)[0][1]["MET.manager"] == 1
    response = person.post("START", {"CLASS": "home", "MET": ["hot", "manager"]})
    assert response.status_code == 422
    assert stored(session, wave)[0][1]["CLASS"] == 2


def test_rows_carry_the_words_of_the_option_or_those_that_were_written(person):
    person.send(CLASS="home", MET=["hot", "else"], MET__text="<b>Café & Co</b>")
    person.open("RATE")
    legends = [node.get_text() for node in person.page.select(".grid legend")]
    assert sorted(legends[:2]) == ["<b>Café & Co</b>", "The hotline solved it"]
    assert (legends[2], rows(person.page)[2]) == ("All of it", "R_ALL")
    person.open("LEFT")
    options = [node.get_text() for node in person.page.select("select[name='BEST.1'] option")]
    assert options == ["Please choose", "Hot", "<b>Café & Co</b>"]


def test_sections_change_places_and_the_intro_stays_first(person, session, wave):
    assert person.page.select_one(".intro").get_text() == "Welcome to us"
    person.send(CLASS="home", MET=["hot", "else"], MET__text="x")
    order = []
    while person.section != "done":
        assert person.page.select_one(".intro") is None
        order.append(person.section)
        assert re.search(r"Page (\d) of 4", person.page.get_text())[1] == str(len(order) + 1)
        go_on(person, R_HOT="3", R_ELSE="2", R_ALL="1", WANT="hall", BEST__1="hot", SAY="x", B="y")
    table = wave_table(session, wave)
    [row] = (dict(zip(table.header, row, strict=True)) for row in table.rows())
    assert row["middle.order"].split() == order
    assert set(row["G.order"].split()) == {"R_HOT", "R_ELSE", "R_ALL"}
    assert row["MET.order"].split()[-2:] == ["else", "none"]
    assert row["FORM"] in {"1", "2"}
    assert (row["R_HALL"], row["MET.manager"]) == ("97", ""), "97 in a rating is not asked"
    assert (row["BEST.offered"], row["BEST.1"]) == ("hot else", "1"), "those that were met"
    assert (row["WANT.offered"], row["WANT"]) == ("hall", "2"), "offered and left: nobody offered the manager"
    said = {line[0]: line[2] for line in table.codebook(("en",))}
    assert said["G.order"] == "Codes in the order shown"
    assert said["BEST.offered"] == "Codes of the options offered"
    assert "MET.offered" not in said, "marks tell themselves who was not offered them"


def test_a_change_of_mind_takes_rows_and_options_with_it(person, session, wave):
    person.send(CLASS="shop", MET=["hot", "hall"])
    person.send(CLASS="shop", MET=["hot", "manager"])
    person.post("RATE", {"R_HOT": "3", "R_MANAGER": "4", "R_ALL": "1"})
    [(_, answers)] = stored(session, wave)
    assert (answers["R_MANAGER"], answers["MET.manager"]) == (4, 1)
    person.open("START")
    person.send(CLASS="home", MET=["hot", "hall"])
    while person.section != "done":
        go_on(person, R_HOT="3", R_HALL="2", R_ALL="1", BEST__1="hot", SAY="x", B="y")
    [(response, answers)] = stored(session, wave)
    assert (response.state, answers["R_MANAGER"], answers["MET.manager"]) == (
        "complete",
        NOT_ASKED,
        NOT_ASKED,
    )
