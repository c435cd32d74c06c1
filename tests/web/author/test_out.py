"""A questionnaire on paper and its codebook, as pages and files."""

import io
import json
import re
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn

from surveys import instruments
from surveys.document import loading
from surveys.editing import publishing
from tests.surveys.every_type import DOCUMENT
from tests.surveys.worlds import published_unchecked
from tests.web.drafts import begin

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
    assert "without" in [each.get_text() for each in page.select(".piece .row")], "a pair has two sides"
    assert len(page.select(".grid tbody tr")) == 2
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
    made, _ = document_at(designer, f"/questionnaires/version/{made.questionnaire.code}/1/print.docx")
    assert made.core_properties.title == "{{7*7}}", "as respondents read it"


def test_the_codebook_is_a_page_and_a_file(designer):
    page = designer.browse(f"{FULL}/codebook?lang=en")
    assert "Very dissatisfied" in page.select_one("#SAT1").get_text()
    assert "Asked only if" in page.select_one("#PQV7").get_text()
    file = designer.client.get(f"{FULL}/codebook.json")
    assert 'filename="utility_csi-full-codebook.json"' in file.headers["Content-Disposition"]
    found = json.loads(file.text)
    assert found["code"] == "utility_csi"
    assert len(found["answers"]) == len(instruments.load("utility_csi").slots)


def document_at(visitor, path):
    """Open a document for word processors as one does, with its texts in order, each once."""
    response = visitor.client.get(path, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert "wordprocessingml" in response.mimetype
    found = docx.Document(io.BytesIO(response.data))
    texts = [run.text for part in found.element.body.iter(qn("w:p")) for run in part.iter(qn("w:t"))]
    return found, texts


def signs(texts) -> str:
    """Join texts without what only their layout needs: blanks, lines to write on, boxes to tick."""
    return re.sub(r"[\s_□→:]", "", "".join(texts))


@pytest.fixture
def kinds(session):
    made = published_unchecked(session, loading.load(DOCUMENT, published=True))
    session.commit()
    return f"/questionnaires/version/{made.questionnaire.code}/1"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_form_as_a_document_says_what_its_page_says(designer, kinds, language):
    for place in (FULL, kinds):
        page = designer.browse(f"{place}/print?lang={language}").select_one("main")
        found, texts = document_at(designer, f"{place}/print.docx?lang={language}")
        assert signs(texts) == signs(page.get_text())
        assert [each.text for each in found.paragraphs if each.style.name == "Heading 1"] == [
            each.get_text() for each in page.select("h2")
        ]
        tables = page.select("table")
        assert len(found.tables) == len(tables) > 0
        for made, shown in zip(found.tables, tables, strict=True):
            assert len(made.rows) == len(shown.select("tr"))
            assert made.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
            assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in made.rows)
            boxes = [[cell.text for cell in row.cells].count("□") for row in made.rows]
            assert boxes == [row.get_text().count("□") for row in shown.select("tr")]


def test_documents_have_chinese_fonts_a_language_and_page_numbers(designer):
    found, _ = document_at(designer, f"{FULL}/print.docx?lang=zh")
    for table in found.tables:
        grid = [int(each.get(qn("w:w"))) for each in table._tbl.tblGrid.iter(qn("w:gridCol"))]
        cells = [round(cell.width.twips) for cell in table.rows[0].cells]
        assert grid == pytest.approx(cells, abs=2), "one word processor heeds the grid, another the cells"
        assert grid[0] > 4 * grid[1], "statements have room, points need little"
    for name in ("Normal", "Title", "Heading 1"):
        properties = found.styles[name].element.rPr
        fonts = properties.rFonts
        assert fonts.get(qn("w:eastAsia")) == "Microsoft YaHei"
        assert not [each for each in fonts.attrib if each.endswith("Theme")]
        assert properties.find(qn("w:lang")).get(qn("w:eastAsia")) == "zh-CN"
    foot = found.sections[0].footer._element
    assert [each.text for each in foot.iter(qn("w:instrText"))] == ["PAGE", "NUMPAGES"]
    assert found.sections[0].header.paragraphs[0].text == ""
    assert (found.core_properties.title, found.core_properties.author) == ("供电客户满意度调查", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_codebook_as_a_document_says_what_its_page_says(designer, kinds, language):
    for place in (FULL, kinds):
        page = designer.browse(f"{place}/codebook?lang={language}")
        found, _ = document_at(designer, f"{place}/codebook.docx?lang={language}")
        (made,), shown = found.tables, page.select("main tr")
        assert len(made.rows) == len(shown)
        for row, line in zip(made.rows, shown, strict=True):
            assert signs(cell.text for cell in row.cells) == signs(line.get_text())


def test_a_draft_goes_out_marked_as_one(designer, analyst):
    begin(designer, json.loads(json.dumps(DOCUMENT | {"format": "manyi/2", "languages": ["zh", "en", "ug"]})))
    draft = "/questionnaires/draft/kinds"
    mark = "Draft as it was begun, not for the field"
    for part in ("print", "codebook"):
        assert mark in designer.browse(f"{draft}/{part}").get_text()
        found, _ = document_at(analyst, f"{draft}/{part}.docx")
        assert found.sections[0].header.paragraphs[0].text == mark
    plain = json.loads(designer.client.get(f"{draft}/codebook.json").text)
    assert plain["of"] == {"draft": True, "change": 0}
    response = designer.client.get(f"{draft}/print.docx?lang=ug")
    assert 'filename="kinds-draft-0-paper-ug.docx"' in response.headers["Content-Disposition"]
    styles = docx.Document(io.BytesIO(response.data)).styles
    assert styles["Normal"].element.pPr.find(qn("w:bidi")) is not None
    assert designer.client.get("/questionnaires/draft/nobody/print").status_code == 404


def test_an_empty_draft_says_that_there_is_nothing_yet(designer):
    begin(designer, {"format": "manyi/2", "code": "small", "title": {"zh": "空"}})
    for part in ("print", "print.docx", "codebook", "codebook.docx", "codebook.json"):
        path = f"/questionnaires/draft/small/{part}"
        response = designer.client.get(path, headers={"Accept-Language": "en"})
        assert response.status_code == 404
        assert "mend the errors" in response.text


@pytest.mark.parametrize("part", ["print", "print.docx", "codebook", "codebook.docx", "codebook.json"])
def test_what_is_not_there_has_no_paper(designer, session, part):
    publishing.publish(session, instruments.load("acsi"), "x", datetime.now(UTC))
    session.commit()
    for place in ("version/nobody/1", "version/acsi/2", "version/acsi/x", "instrument/none/full"):
        assert designer.client.get(f"/questionnaires/{place}/{part}").status_code == 404
