"""Growth is cheap: a type of question and a language join from the tests' folder alone."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from sqlalchemy import select

from surveys.analysing.export import wave_table
from surveys.analysing.matrix import load_matrix
from surveys.asking.router import Router
from surveys.collecting import waves
from surveys.document import loading
from surveys.editing import publishing
from surveys.errors import SurveyError
from surveys.findings.listing import findings_of_file
from surveys.models import Wave
from surveys.questions import TYPES, register
from surveys.trial import trial
from tests.growth.meters import Meters
from tests.growth.slider import Slider
from tests.surveys.worlds import text
from tests.web.answering import NOW, Respondent, stored
from tests.web.drafts import begin, document_of
from web import languages
from web.accounts.staff import add_staff
from web.author.reading import Reading
from web.extensions import db
from web.site import create_app

LANGUAGES = Path(__file__).parents[1] / "growth" / "languages"
SECTIONS = [
    {"code": "one", "title": text("One"),
     "questions": [{"type": "slider", "code": "SHARE", "text": text("How much?"), "required": True}]},
    {"code": "two", "title": text("Two"), "show_if": "SHARE >= 50",
     "questions": [{"type": "short_text", "code": "WHY", "text": text("Why?")}]},
]  # fmt: skip
DOCUMENT = {"code": "toy", "title": text("Toy"), "sections": SECTIONS}


@pytest.fixture
def slider():
    """The toy type, known while a test runs."""
    register(Slider)
    yield
    del TYPES["slider"]


@pytest.fixture
def meters():
    """The toy type with rows, known while a test runs."""
    register(Meters)
    yield
    del TYPES["meters"]


@pytest.fixture
def toyish():
    """The toy language, spoken while a test runs."""
    languages.use(LANGUAGES)
    yield
    languages.use()


def test_a_new_type_of_question_has_its_form_in_the_editor(slider, designer):
    path = begin(designer, DOCUMENT | {"format": "manyi/2"}).location
    node = next(
        link["href"] for link in designer.browse(path).select(".editor-tree a") if "SHARE" in link.text
    )
    designer.submit(node, 303, form="#part", **{"v:start": "30"})
    assert document_of(designer, path)["sections"][0]["questions"][0]["start"] == 30
    assert designer.browse(node).select_one("[name='v:type'] [selected]")["value"] == "slider"


def open_wave(session, **more):
    version = publishing.publish(session, loading.load(DOCUMENT | more), "Test", NOW)
    wave = waves.create_wave(session, version, code="T", title="Toy", now=NOW)
    waves.open_wave(session, wave, NOW)
    session.commit()
    return wave


def test_a_type_that_nobody_registered_is_refused_by_name():
    with pytest.raises(SurveyError, match="slider"):
        loading.load(DOCUMENT)


@pytest.mark.usefixtures("slider")
def test_a_type_is_asked_checked_stored_and_exported(app, session):
    wave = open_wave(session)
    person = Respondent(app, f"/s/{wave.public_key}")
    page = person.open()
    assert [node["value"] for node in page.select("input[name=SHARE]")][:3] == ["0", "10", "20"]
    refused = person.post("one", {"SHARE": "55"})
    assert refused.status_code == 422
    assert person.post("one", {}).status_code == 422
    person.send(SHARE="70")
    assert person.section == "two"  # its condition sees the answer
    person.send(WHY="Because")
    [(response, answers)] = stored(session, wave)
    assert (response.state, answers["SHARE"]) == ("complete", 70)
    assert load_matrix(session, wave, ["SHARE"], include_pilot=True).values.tolist() == [[70.0]]
    table = wave_table(session, wave)
    [row] = table.rows()
    assert dict(zip(table.header, row, strict=True))["SHARE"] == "70"


@pytest.mark.usefixtures("meters")
def test_rows_of_a_type_are_asked_by_what_each_is_answered_with(app, session):
    rows = {
        "counted": [{"code": "GAS", "text": text("Gas")}, {"code": "POWER", "text": text("Power")}],
        "stated": [{"code": "FRONT", "text": text("Front door")}],
    }
    asked = [
        {"type": "meters", "code": "HOW", "text": text("How many meters?"), "rows": rows["counted"]},
        {"type": "meters", "code": "STATE", "text": text("And these?"), "rows": rows["stated"]}
        | {"states": ["old", "new"]},
    ]
    sections = [{"code": "one", "title": text("One"), "questions": asked}]
    wave = open_wave(session, sections=sections)
    person = Respondent(app, f"/s/{wave.public_key}")
    page = person.open()
    group = page.select_one("[role=group][aria-labelledby=q-HOW]")
    assert [each.get_text(strip=True) for each in group.select("label.question")] == ["Gas", "Power"]
    assert [each["inputmode"] for each in group.select("input")] == ["numeric", "numeric"]
    assert page.select_one("#q-FRONT legend").get_text() == "Front door"
    assert [each["value"] for each in page.select("#q-FRONT input[type=radio]")] == ["old", "new"]
    refused = person.post("one", {"GAS": "100", "POWER": "2"})
    assert refused.status_code == 422
    page = BeautifulSoup(refused.text, "html.parser")
    assert "meters-many" in page.select_one("#e-GAS").text
    assert page.select_one("#POWER")["value"] == "2"
    assert person.post("one", {"FRONT": "rusty"}).status_code == 422
    person.send(GAS="1", POWER="2", FRONT="new")
    [(response, answers)] = stored(session, wave)
    assert response.state == "complete"
    assert {code: answers[code] for code in ("GAS", "POWER", "FRONT")} == {"GAS": 1, "POWER": 2, "FRONT": 1}


@pytest.mark.usefixtures("slider")
def test_a_type_refuses_an_answer_in_its_own_words(toy_site, session):
    wave = open_wave(session, languages=["en", "zh"])
    person = Respondent(toy_site, f"/s/{wave.public_key}")
    person.open()
    for tongue, said in (
        ("en", "55 is between two steps: choose 50 or 60."),
        ("zh", "55 在两档之间：请选 50 或 60。"),
    ):
        if tongue != "en":
            person.post("one", {"go": f"lang:{tongue}"})
            person.page = BeautifulSoup(person.client.get(person.place).text, "html.parser")
        refused = person.post("one", {"SHARE": "55"})
        assert refused.status_code == 422
        page = BeautifulSoup(refused.text, "html.parser")
        assert page.select_one("#e-SHARE").text == said
        assert said in page.select_one(".error-summary").text
    assert person.post("one", {"SHARE": "60"}).status_code == 303
    for sent in ("101", "555555555", "half", "５５", "5\x00"):
        assert person.post("one", {"SHARE": sent}).status_code == 422


@pytest.mark.usefixtures("slider")
def test_a_type_without_words_of_its_own_refuses_by_its_key(app, session):
    person = Respondent(app, f"/s/{open_wave(session).public_key}")
    person.open()
    refused = person.post("one", {"SHARE": "55"})
    assert refused.status_code == 422
    assert "slider-step (sent=55, below=50, above=60)" in refused.text


@pytest.mark.usefixtures("slider")
def test_a_type_says_how_a_synthetic_person_answers_it():
    [first, second] = SECTIONS
    started = first | {"questions": [first["questions"][0] | {"start": 50}]}
    router = Router(loading.load(DOCUMENT | {"sections": [started, second]}))
    found = trial.run(router, NOW.date(), people=40)
    assert (found.complete, found.stuck, found.never) == (40, {}, [])
    assert {int(each) for each in found.answers["SHARE"]} <= set(range(50, 101, 10))


@pytest.mark.usefixtures("slider", "toyish")
def test_a_type_is_told_to_quality_staff_in_each_language():
    document = loading.load(DOCUMENT)
    [first, _second] = Reading(document, "eo").parts()
    assert (first.blocks[0].kind, first.blocks[0].scale) == ("Toy slider", "0–100 %")


@pytest.mark.usefixtures("slider", "toyish")
def test_a_type_finds_its_own_faults_and_conditions_know_it():
    [first, second] = SECTIONS
    odd = first | {"questions": [first["questions"][0] | {"start": 55}]}
    never = second | {"show_if": "SHARE > 100"}
    wrong = second | {"show_if": "SHARE == 'half'"}
    for later, code, place in ((never, "logic-never", "two"), (wrong, "logic-type", "two")):
        found = findings_of_file(json.dumps(DOCUMENT | {"sections": [odd, later]}).encode())
        own = next(each for each in found if each.code == "slider-start")
        assert (own.place, own.severity) == ("one.SHARE", "warning")
        assert own.message("eo") == "Toy: 55 is between two steps."
        assert own.remedy("eo") == "Toy: choose a step."
        assert (code, place) in {(each.code, each.place) for each in found}
    assert not {"slider-start"} & {each.code for each in findings_of_file(json.dumps(DOCUMENT).encode())}


@pytest.fixture
def toy_site(app, monkeypatch):
    """The site with one more folder of languages, as a setting gives it."""
    monkeypatch.setenv("MANYI_TRANSLATIONS", str(LANGUAGES))
    languages.use(LANGUAGES)
    yield app
    languages.use()


@pytest.fixture
def compiled(tmp_path, monkeypatch):
    """The folder of the toy language with its catalogue compiled, named as the setting names it."""
    folder = tmp_path / "languages"
    shutil.copytree(LANGUAGES, folder)
    source = folder / "eo" / "LC_MESSAGES" / "messages.po"
    with source.open("rb") as file, source.with_suffix(".mo").open("wb") as made:
        write_mo(made, read_po(file, locale="eo"))
    monkeypatch.setenv("MANYI_TRANSLATIONS", str(folder))
    yield folder
    languages.use()


@pytest.mark.usefixtures("slider")
def test_pages_speak_a_language_by_its_folder_alone(compiled, designer, session):
    texts = {"title": text("Toy") | {"eo": "Toyish title"}, "languages": ["en", "eo"]}
    sections = [
        each | {"title": each["title"] | {"eo": "T"},
                "questions": [q | {"text": q["text"] | {"eo": "Q"}} for q in each["questions"]]}
        for each in SECTIONS
    ]  # fmt: skip
    publishing.publish(session, loading.load(DOCUMENT | texts | {"sections": sections}), "Test", NOW)
    session.commit()
    page = designer.browse("/waves/new?lang=eo")
    assert page.html["lang"] == "eo"
    assert page.h1.get_text() == "Toy: plan a wave"
    label = page.select_one("label[for=title_eo]").get_text(" ", strip=True)
    assert label == "Toy: title (Toyish)"
    assert "(optional)" in page.select_one("label[for=title_zh]").get_text(), "nobody is asked in Chinese"
    entries = {"code": "T1", "title_en": "First", "access": "public", "privacy": "anonymous"}
    entries |= {"purpose": "official", "mode": "web"}
    refused = designer.submit("/waves/new?lang=eo", 422, **entries)
    assert 'href="#title_eo"' in refused.text
    assert "Toy: fill this in." in refused.text
    designer.submit("/waves/new?lang=eo", 303, **entries, title_eo="Unua")
    assert "Toy: T1 is planned." in designer.browse("/waves/T1?lang=eo").get_text()
    [wave] = session.scalars(select(Wave))
    assert wave.title == {"en": "First", "eo": "Unua"}


@pytest.mark.usefixtures("slider")
def test_a_language_is_offered_and_spoken(toy_site, session):
    bilingual = {"code": "two_tongues", "languages": ["en", "zh", "eo"], "sections": SECTIONS}
    texts = {"title": text("Toy") | {"eo": "Toyish title"}}
    bilingual["sections"] = [
        each | {"title": each["title"] | {"eo": "T"},
                "questions": [q | {"text": q["text"] | {"eo": "Q"}} for q in each["questions"]]}
        for each in SECTIONS
    ]  # fmt: skip
    wave = open_wave(session, **bilingual, **texts)
    person = Respondent(toy_site, f"/s/{wave.public_key}")
    page = person.open()
    button = page.select_one("button[value='lang:eo']")
    assert (button.get_text(), button["lang"]) == ("Toyish", "eo")
    response = person.post("one", {"go": "lang:eo", "SHARE": "40"})
    assert response.status_code == 303
    page = person.client.get(person.place).get_data(as_text=True)
    assert "Toyish title" in page
    person.page = BeautifulSoup(page, "html.parser")
    refused = person.client.post(person.place, data={"_t": person.mark, "go": "next"})
    assert "Toy: please answer." in refused.get_data(as_text=True)


def test_a_language_is_the_sites_own_by_its_setting_alone(compiled, site_url, tmp_path):
    """Pages of those who chose none, and mails to people whose account was made without one."""
    settings = {"INSTANCE": tmp_path, "DATABASE_URL": site_url.render_as_string(), "LOG_LEVEL": "ERROR"}
    site = create_app(
        {"MANYI": settings | {"TRANSLATIONS": str(compiled), "LANGUAGE": "eo"}, "TESTING": True}
    )
    with site.app_context():
        person, _password = add_staff(db.session, email="new@example.org")
        assert person.language == "eo"
        db.engine.dispose()
    page = BeautifulSoup(site.test_client().get("/").get_data(as_text=True), "html.parser")
    assert page.html["lang"] == "eo"
    command = [sys.executable, "-m", "web.cli", "user", "add", "--help"]
    assert "eo" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_folder_without_a_language_is_named(tmp_path):
    with pytest.raises(ValueError, match="holds no language"):
        languages.use(tmp_path)
