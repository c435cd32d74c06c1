"""What authors write is text in every file that goes out: no formula, field, link or markup; none is lost."""

import io
import json
import zipfile

import docx
import openpyxl
import pytest
from babel.messages.pofile import read_po
from bs4 import BeautifulSoup
from docx.oxml.ns import qn
from lxml import etree

from surveys.document.wording import plain_text
from tests.surveys.drafts import DOCUMENT
from tests.web.drafts import DRAFT, begin

# What is written, and what is read of it where tags are not shown.
TEXTS = {
    text: text
    for text in (
        "=1+1", "@SUM(A1)", "+1|' /C calc'!A0", '=HYPERLINK("https://evil.example";"x")',
        'HYPERLINK "https://evil.example"', "{{7*7}}", "%(x)s {0} %s", "]]>",
        '"\nmsgid "q"\nmsgstr "z', "#~ msgid", "1 < 2 and 3 > 2", "x<5 or y>3",
        "a\u202eb", "two\nlines", "𝒜 😀", "x" * 10_000,
    )
}  # fmt: skip
TEXTS |= {
    '<b onclick="alert(1)">bold</b>': "bold",
    '<a href="https://evil.example/?a>b">here</a>': "here",
    "<script>alert(1)</script>after": "after",
    "one<br>two</p><p>three": "one two three",
    "&lt;w:p/&gt; &amp;": "<w:p/> &",
    "bell\x07 and tab\x0b": "bell and tab",
}
UNWRITTEN = str.maketrans("", "", "\x07\x0b\r")


@pytest.fixture
def designer(designer):
    """A designer with a draft in which everything that has a text has one of these."""
    both = [{"zh": text, "en": text} for text in TEXTS]
    questions = [
        {"code": f"Q{number}", "type": "rating", "scale": "s10", "text": text, "hint": text}
        for number, text in enumerate(both)
    ]
    options = [{"code": f"o{number}", "value": number, "text": text} for number, text in enumerate(both, 1)]
    questions.append({"code": "ONE", "type": "single", "text": both[0], "options": options})
    page = {"code": "A", "title": both[0], "questions": questions}
    begin(designer, {**DOCUMENT, "sections": [page], "pipes": {}, "indicators": None, "quality": {}})
    return designer


def file_of(designer, name):
    response = designer.client.get(f"{DRAFT}/{name}", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert response.headers["Content-Disposition"].isascii()
    return response.data


@pytest.mark.parametrize(("text", "read"), TEXTS.items())
def test_plain_text_is_what_is_read(text, read):
    assert plain_text(text).translate(UNWRITTEN) == read


BREAKS = {qn("w:br"): "\n", qn("w:tab"): "\t"}


@pytest.mark.parametrize("name", ["print.docx", "codebook.docx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_documents_hold_them_as_text(designer, name, language):
    data = file_of(designer, f"{name}?lang={language}")
    told = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if not part.endswith((".xml", ".rels")):
                continue
            tree = etree.fromstring(archive.read(part))
            told += [each.text for each in tree.iter(qn("w:instrText"))]
            assert not list(tree.iter(qn("w:hyperlink"), qn("w:fldSimple"), qn("w:altChunk"))), part
            assert not tree.xpath("//*[@TargetMode='External']"), part
    assert told == ["PAGE", "NUMPAGES"], "what the page numbers need"
    body = docx.Document(io.BytesIO(data)).element.body
    written = {
        "".join(BREAKS.get(piece.tag) or piece.text or "" for piece in each.iter(qn("w:t"), *BREAKS))
        for each in body.iter(qn("w:p"))
    }
    for read in TEXTS.values():
        assert any(read in line for line in written), read[:80]


def test_a_workbook_holds_them_as_text(designer):
    book = openpyxl.load_workbook(io.BytesIO(file_of(designer, "translation/en.xlsx")))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [cell.coordinate for cell in cells if cell.hyperlink]
    assert {text.translate(UNWRITTEN) for text in TEXTS} <= {cell.value for cell in cells}


def test_a_catalogue_holds_them_as_text(designer):
    catalogue = read_po(io.BytesIO(file_of(designer, "translation/en.po")), abort_invalid=True)
    messages = [each for each in catalogue if each.id]
    assert set(TEXTS) <= {each.id for each in messages}
    assert "q" not in {each.id for each in messages}, "no text begins a message of its own"
    assert all(each.id == each.string for each in messages if each.id in TEXTS)


@pytest.mark.parametrize("name", ["document.json", "codebook.json"])
def test_files_of_programs_hold_them_as_they_are(designer, name):
    left, found = [json.loads(file_of(designer, name))], set()
    while left:
        part = left.pop()
        if isinstance(part, str):
            found.add(part)
        elif isinstance(part, dict | list):
            left += part.values() if isinstance(part, dict) else part
    assert set(TEXTS) <= found


@pytest.mark.parametrize("name", ["print", "codebook", "review", "findings", "history", "search?q=e"])
def test_pages_hold_them_as_text(designer, name):
    response = designer.client.get(f"{DRAFT}/{name}", headers={"Accept-Language": "en"})
    assert response.status_code == 200
    page = BeautifulSoup(response.data, "html.parser")
    assert not page.select("main [onclick], main script, main a[href*=evil]")
    shown = " ".join(page.get_text().translate(UNWRITTEN).split())
    assert "49" not in shown
    if name in {"print", "codebook"}:
        for read in TEXTS.values():
            assert " ".join(read.split()) in shown, read[:80]


def test_half_a_character_is_a_sign_that_is_found_and_stands_in_no_file(designer):
    plain = json.dumps(DOCUMENT | {"code": "half", "title": {"zh": "\ud800=1", "en": "\udfff"}}).encode()
    begin(designer, plain)
    draft = "/questionnaires/draft/half"
    assert "U+FFFF" in designer.browse(f"{draft}/findings").get_text()
    for name in ("print.docx", "codebook.docx", "codebook.json", "document.json", "translation/en.xlsx"):
        response = designer.client.get(f"{draft}/{name}?lang=zh")
        assert response.status_code == 200
        if name.endswith("docx"):
            made = docx.Document(io.BytesIO(response.data))
            assert made.core_properties.title.endswith("=1")
    begin(designer, plain.replace(b"\\ud800", b"\\u0000").replace(b'"half"', b'"none"'), 422)
