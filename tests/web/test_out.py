"""A questionnaire on paper and its codebook, as pages and files."""

import json
from datetime import UTC, datetime

import pytest

from surveys import instruments
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.every_type import DOCUMENT
from tests.surveys.worlds import published_unchecked

FULL = "/questionnaires/instrument/utility_csi/full"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_paper_has_every_question_with_its_routing(designer, analyst, language):
    page = designer.browse(f"{FULL}/print?lang={language}")
    document = instruments.load("utility_csi")
    words = page.get_text(" ", strip=True)
    assert "{" not in words
    for question in document.questions():
        for row in question.subquestions():
            if "{" not in row.text[language]:
                assert row.text[language] in words, row.code
    said = {"en": "otherwise go on with question", "zh": "否则转到第"}[language]
    assert said in words
    assert {"en": "the interview ends here", "zh": "访问到此结束"}[language] in words
    assert analyst.browse(f"{FULL}/print?lang={language}").h1


def test_paper_shows_every_type_of_question(designer, session):
    made = published_unchecked(session, loading.load(DOCUMENT, published=True))
    session.commit()
    code = made.questionnaire.code
    page = designer.browse(f"/questionnaires/version/{code}/1/print?lang=en")
    assert len(page.select(".question")) == sum(1 for _ in loading.load(DOCUMENT, published=True).questions())
    assert page.select(".points")
    assert page.select(".line")
    book = designer.browse(f"/questionnaires/version/{code}/1/codebook?lang=en")
    assert len(book.select("tbody tr")) == len(made.slots)


def test_what_authors_wrote_stays_text_on_paper(designer, session):
    hostile = json.loads(json.dumps(DOCUMENT))
    hostile["title"] = dict.fromkeys(hostile["title"], "<script>alert(1)</script>{{7*7}}")
    made = published_unchecked(session, loading.load(hostile, published=True))
    session.commit()
    for part in ("print", "codebook"):
        response = designer.client.get(f"/questionnaires/version/{made.questionnaire.code}/1/{part}")
        assert response.status_code == 200
        assert "<script>alert" not in response.text
        assert ">49<" not in response.text


def test_the_codebook_is_a_page_and_a_file(designer):
    page = designer.browse(f"{FULL}/codebook?lang=en")
    assert "Very dissatisfied" in page.select_one("#SAT1").get_text()
    assert "Asked only if" in page.select_one("#PQV7").get_text()
    file = designer.client.get(f"{FULL}/codebook.json")
    assert 'filename="utility_csi-full-codebook.json"' in file.headers["Content-Disposition"]
    found = json.loads(file.text)
    assert found["code"] == "utility_csi"
    assert len(found["answers"]) == len(instruments.load("utility_csi").slots)


@pytest.mark.parametrize("part", ["print", "codebook", "codebook.json"])
def test_what_is_not_there_has_no_paper(designer, session, part):
    publishing.publish(session, instruments.load("acsi"), "x", datetime.now(UTC))
    session.commit()
    for place in ("version/nobody/1", "version/acsi/2", "version/acsi/x", "instrument/none/full"):
        assert designer.client.get(f"/questionnaires/{place}/{part}").status_code == 404
