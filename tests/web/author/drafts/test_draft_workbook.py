"""A draft's texts as a workbook: out, filled in, and in again; what is hostile changes nothing."""

import io
import re
import time
import zipfile

import pytest
import xlsxwriter

from surveys.errors import SurveyError
from tests.surveys.worlds import document
from tests.web.author.drafts.test_draft_translation import HERE, send
from tests.web.drafts import begin, document_of
from tests.web.visiting import HEADERS
from web.author import sheets

HISTORY = "/questionnaires/draft/small/history"


@pytest.fixture
def draft(designer):
    plain = document(format="manyi/2", languages=["zh", "en"])
    plain["title"] = {"zh": "小调查", "en": ""}
    plain["pipes"] = {"who": {"fallback": {"zh": "公司", "en": "the company"}}}
    plain["sections"][1]["questions"][1]["text"] = {"zh": "=1+1 {who}怎么样？", "en": "How is {who}?"}
    plain["sections"][1]["questions"][1]["messages"] = {"range": {"zh": "1 到 10", "en": "1 to 10"}}
    begin(designer, plain)
    return plain


def rows_of(designer):
    response = designer.client.get(f"{HERE}.xlsx", headers=HEADERS)
    assert response.status_code == 200
    assert 'filename="small-en.xlsx"' in response.headers["Content-Disposition"]
    return [
        [row.get(column, sheets.Cell("")).text for column in range(6)]
        for row in sheets.rows_of(response.data)
    ]


def book(rows, *, formulas=()):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"strings_to_formulas": False}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(rows):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        for number, column, formula in formulas:
            sheet.write_formula(number, column, formula, value="42")
    return file.getvalue()


def test_a_workbook_goes_out_and_comes_back_as_one_change(designer, draft):
    rows = rows_of(designer)
    assert rows[0] == ["key", "code", "place", "zh", "en", "note"]
    title = next(row for row in rows if row[3] == "小调查")
    piped = next(row for row in rows if "{who}" in row[3])
    message = next(row for row in rows if row[3] == "1 到 10")
    assert title[4:] == ["", "missing"]
    assert piped[4:] == ["How is {who}?", "keep {who}"]
    assert "range" in message[2].lower()
    title[4], message[4] = "=Small & 2 < 3 调查", "One to ten\nonly"
    # Columns may stand in another order, and others beside them.
    mixed = [[row[4], row[0], "own notes", row[3]] for row in rows]
    before = designer.browse(HISTORY).select("main ol > li")
    response = send(designer, book(mixed))
    assert response.location == HERE
    after = document_of(designer)
    assert after["title"]["en"] == "=Small & 2 < 3 调查"
    assert after["sections"][1]["questions"][1]["messages"]["range"]["en"] == "One to ten\nonly"
    history = designer.browse(HISTORY)
    assert len(history.select("main ol > li")) == len(before) + 1
    designer.submit(HISTORY, 303, form="form[action$='/undo']", which="undo")
    assert document_of(designer)["title"]["en"] == ""
    assert rows_of(designer)[0] == rows[0]


def test_a_workbook_that_changes_nothing_changes_nothing(designer, draft):
    before = document_of(designer)
    send(designer, designer.client.get(f"{HERE}.xlsx").data)
    assert document_of(designer) == before


def test_what_cannot_be_taken_is_told_and_the_rest_is(designer, draft):
    rows = rows_of(designer)
    at = {row[3]: number for number, row in enumerate(rows)}
    rows[at["小调查"]][4] = "Small survey"
    rows[at["=1+1 {who}怎么样？"]][4] = "How is it?"
    rows[at["1 到 10"]][3] = "1 到 100"
    rows[at["1 到 10"]][4] = "1 to 100"
    rows.append(["4711:text", "", "", "旧", "Old", ""])
    page = send(designer, book(rows, formulas=[(at["公司"], 4, '=HYPERLINK("http://x","y")')]), 200)
    for said in (
        "1 translation was taken",
        "lacks a name in braces",
        "was reworded since",
        "stands nowhere in the draft",
        "is a formula",
    ):
        assert said in page.text, said
    after = document_of(designer)
    assert after["title"]["en"] == "Small survey"
    assert after["pipes"]["who"]["fallback"]["en"] == "the company"
    assert after["sections"][1]["questions"][1]["text"]["en"] == "How is {who}?"


def parts(**more):
    """The parts of a small workbook, some of them by hand."""
    with zipfile.ZipFile(io.BytesIO(book([["key"]]))) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()} | more


def zipped(found):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in found.items():
            archive.writestr(name, text)
    return file.getvalue()


MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def sheet_of(rows, before=""):
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


ROW = "<row><c><v>{}</v></c></row>"
LAUGHS = sheet_of(ROW.format("&b;"), '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>')
OUTSIDE = sheet_of(ROW.format("&a;"), '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>')
RELATIONS = parts()["xl/_rels/workbook.xml.rels"]
UP = RELATIONS.replace("worksheets/sheet1.xml", "../../x")
ROWS = ROW.format(1) * (sheets.MOST_ROWS + 1)
HOSTILE = {
    "no archive": (b"PK\x03\x04" + b"\x00" * 200, "no workbook"),
    "cut": (zipped(parts())[:-40], "no workbook"),
    "no sheet": (zipped({"a.txt": "x"}), "no workbook"),
    "sheet not there": (zipped(parts(**{"xl/_rels/workbook.xml.rels": UP})), "no workbook"),
    "no markup": (zipped(parts(**{SHEET: "a < b"})), "no workbook"),
    "entities": (zipped(parts(**{SHEET: LAUGHS})), "no workbook"),
    "entities of shared texts": (
        zipped(parts(**{"xl/sharedStrings.xml": LAUGHS.replace("worksheet", "sst")})), "no workbook"
    ),
    "a file of the server": (zipped(parts(**{SHEET: OUTSIDE})), "no workbook"),
    "no shared text": (
        zipped(parts(**{SHEET: sheet_of('<row><c t="s"><v>7</v></c></row>')})), "no workbook"
    ),
    "no number": (zipped(parts(**{SHEET: sheet_of('<row><c t="s"><v>x</v></c></row>')})), "no workbook"),
    "bomb": (zipped(parts(**{SHEET: " " * sheets.LARGEST})), "unpacks to more"),
    "bomb in parts": (
        zipped(parts(**{f"x{each}": " " * (sheets.LARGEST // 9) for each in range(10)})), "unpacks to more"
    ),
    "tags": (zipped(parts(**{SHEET: sheet_of("<c/>" * sheets.MOST_TAGS)})), "unpacks to more"),
    "an empty hundred thousand": (
        zipped(parts(**{SHEET: sheet_of(f'<row r="{sheets.MOST_LINES + 1}"><c><v>1</v></c></row>')})),
        "unpacks to more",
    ),
    "many parts": (zipped(parts(**{f"x{each}": "" for each in range(sheets.MOST_PARTS)})), "unpacks to more"),
    "many rows": (zipped(parts(**{SHEET: sheet_of(ROWS)})), "unpacks to more"),
    "empty": (zipped(parts(**{SHEET: sheet_of("")})), "lacks the column “key”"),
    "no column": (zipped(parts()), "lacks the column “zh”"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_workbooks_are_refused_with_the_reason(name):
    file, said = HOSTILE[name]
    with pytest.raises(SurveyError) as refused:
        list(sheets.table(sheets.rows_of(file), ("key", "zh", "en")))
    assert said in str(refused.value)
    assert "root:" not in str(refused.value)


def test_one_sheet_is_gone_through_however_many_name_it():
    """A part without its size was read to the end for each sheet that named it: minutes."""
    book_part = parts()["xl/workbook.xml"]
    one = re.search(r"<sheet [^>]*/>", book_part)[0]
    many = "".join(one.replace('name="Sheet"', f'name="S{each}"') for each in range(300))
    long = sheet_of(ROW.format(1) + "<row/>" * 20_000)
    file = zipped(parts(**{"xl/workbook.xml": book_part.replace(one, many), SHEET: long}))
    began = time.process_time()
    assert len(sheets.rows_of(file)) == 1
    assert time.process_time() - began < 5  # thirty seconds before


def test_a_refused_workbook_changes_nothing_and_the_page_says_why(designer, draft):
    before = document_of(designer)
    for name in ("entities", "bomb", "no column"):
        file, said = HOSTILE[name]
        assert said in send(designer, file, 422).text
    assert document_of(designer) == before


def test_texts_are_read_whichever_way_a_program_writes_them():
    shared = (
        f"<sst xmlns='{MAIN}'><si><t>key</t></si><si><r><t>a</t></r><r><t xml:space='preserve'> b\nc</t></r>"
        "<rPh sb='0' eb='1'><t>no</t></rPh></si></sst>"
    )
    sheet = sheet_of(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c t="n"><v>12</v></c></row>'
        '<row/><row r="9"><c r="A9" t="e"><v>#REF!</v></c><c r="B9" t="str"><f>1+1</f><v>2</v></c>'
        '<c r="AZ9"><v>8</v></c></row>'
    )
    found = sheets.rows_of(zipped(parts(**{"xl/sharedStrings.xml": shared, SHEET: sheet})))
    assert found[0] == {0: ("key", False), 2: ("a b\nc", False), 3: ("12", False)}
    assert found[1] == {0: ("", True), 1: ("", True)}


def test_analysts_take_it_out_and_nothing_in(analyst, designer, draft):
    assert analyst.client.get(f"{HERE}.xlsx").status_code == 200
    for language in ("zh", "fr", "xx"):
        assert (
            designer.client.get(f"/questionnaires/draft/small/translation/{language}.xlsx").status_code == 404
        )
