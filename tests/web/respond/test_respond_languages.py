"""Respondents in a language that the site does not speak: questions are theirs, buttons English."""

import pytest
from sqlalchemy import select

from surveys.document import loading
from surveys.editing import publishing
from surveys.models import Wave
from tests.surveys.worlds import text
from tests.web.answering import NOW, Respondent, make_wave, stored

UYGHUR = {"title": "توك تەمىناتى", "section": "باھالاش", "question": "رازىمۇ؟", "yes": "ھەئە", "no": "ياق"}


def said(english: str, uyghur: str) -> dict[str, str]:
    return text(english) | {"ug": uyghur}


DOCUMENT = {
    "format": "manyi/2",
    "code": "tongues",
    "languages": ["zh", "en", "ug"],
    "title": said("Supply", UYGHUR["title"]),
    "sections": [
        {"code": "one", "title": said("Rating", UYGHUR["section"]), "questions": [
            {"type": "single", "code": "OK", "text": said("Satisfied?", UYGHUR["question"]), "required": True,
             "options": [{"code": "yes", "value": 1, "text": said("Yes", UYGHUR["yes"])},
                         {"code": "no", "value": 0, "text": said("No", UYGHUR["no"])}]}]},
    ],
}  # fmt: skip


@pytest.fixture
def link(session):
    version = publishing.publish(session, loading.load(DOCUMENT), "Test", NOW)
    return f"/s/{make_wave(session, version).public_key}"


def test_a_browser_that_prefers_it_has_it_at_once(app, link):
    person = Respondent(app, link, "ug,zh;q=0.5")
    page = person.open()
    assert (page.html["lang"], page.html["dir"]) == ("ug", "rtl")
    assert UYGHUR["question"] in page.get_text()
    assert "Submit" in page.get_text()
    refused = person.post("one", {})
    assert "Please answer" in refused.text
    person.send(OK="yes")
    assert UYGHUR["title"] in person.page.get_text()
    assert person.page.html["dir"] == "rtl"


def test_it_is_chosen_on_the_page_and_kept(app, link, session):
    person = Respondent(app, link, "en")
    page = person.open()
    assert "dir" not in page.html.attrs
    assert page.select_one("button[value='lang:ug']").get_text() == "ئۇيغۇرچە"
    person.send("lang:ug")
    assert UYGHUR["question"] in person.page.get_text()
    person.send(OK="no")
    session.rollback()
    [(response, values)] = stored(session, session.scalars(select(Wave)).one())
    assert (response.language, values["OK"]) == ("ug", 0)


@pytest.mark.parametrize("asked", ["de", "xx", "", "ug\x00", "<b>", "u" * 500])
def test_a_language_that_it_has_not_is_not_spoken(app, link, asked):
    person = Respondent(app, link, "en")
    person.client.set_cookie("manyi_lang", "de")
    person.open()
    page = person.client.get(person.place, query_string={"lang": asked}, headers={"Accept-Language": "en"})
    assert page.status_code == 200
    assert 'lang="en"' in page.text


def test_its_preview_goes_on_in_it_and_staff_keep_their_own(designer, link):
    place = "/questionnaires/version/tongues/1/preview/one"
    page = designer.client.post(place, data={"go": "lang:ug"}, headers={"Accept-Language": "en"})
    assert page.location == f"{place}?lang=ug"
    shown = designer.client.get(page.location, headers={"Accept-Language": "en"})
    assert UYGHUR["question"] in shown.text
    assert f'action="{place}?lang=ug"' in shown.text
    assert designer.browse("/questionnaires").html["lang"] == "en"
