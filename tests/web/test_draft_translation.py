"""A draft in another language: side by side, out as PO and in again, with what was not taken told."""

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.surveys.worlds import document
from tests.web.drafts import begin, document_of
from tests.web.visiting import HEADERS

HERE = "/questionnaires/draft/small/translation/en"


@pytest.fixture
def draft(designer):
    plain = document(format="manyi/2", languages=["zh", "en"])
    plain["title"] = {"zh": "小调查", "en": ""}
    plain["pipes"] = {"who": {"fallback": {"zh": "公司", "en": "the company"}}}
    plain["sections"][1]["questions"][1]["text"] = {"zh": "{who}怎么样？", "en": "How is {who}?"}
    begin(designer, plain)
    return plain


def catalogue(designer):
    response = designer.client.get(f"{HERE}.po", headers=HEADERS)
    assert response.status_code == 200
    return read_po(io.BytesIO(response.data))


def written(found: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, found)
    return file.getvalue()


def send(visitor, file: bytes, status=303, **more):
    page = visitor.browse(HERE)
    form = page.select_one("main form[enctype]")
    data = {each["name"]: each.get("value", "") for each in form.select("input[type=hidden]")} | more
    data["file"] = (io.BytesIO(file), "en.po")
    response = visitor.client.post(HERE, data=data, content_type="multipart/form-data", headers=HEADERS)
    assert response.status_code == status, response.text[-2000:]
    return response


def entry(found, text):
    return next(message for message in found if message.id == text)


def test_a_catalogue_goes_out_and_comes_back_as_one_change(designer, draft):
    found = catalogue(designer)
    assert entry(found, "小调查").string == ""
    entry(found, "小调查").string = "Small survey"
    entry(found, "{who}怎么样？").string = "And {who}?"
    before = document_of(designer)
    response = send(designer, written(found))
    assert response.location == HERE
    after = document_of(designer)
    assert after["title"] == {"zh": "小调查", "en": "Small survey"}
    assert after["sections"][1]["questions"][1]["text"]["en"] == "And {who}?"
    assert "2 translations were taken" in designer.browse(HERE).get_text()
    # What was taken is one step of undo.
    history = designer.browse("/questionnaires/draft/small/history")
    assert len(history.select("main li, main tbody tr")) >= 1
    after["title"]["en"], after["sections"][1]["questions"][1]["text"]["en"] = "", "How is {who}?"
    assert after["sections"] == before["sections"]


def test_a_file_that_changes_nothing_changes_nothing(designer, draft):
    before = document_of(designer)
    send(designer, designer.client.get(f"{HERE}.po").data)
    assert document_of(designer) == before


def test_what_cannot_be_taken_is_told_and_the_rest_is(designer, draft):
    found = catalogue(designer)
    entry(found, "小调查").string = "Small survey"
    entry(found, "{who}怎么样？").string = "How is it?"  # the name in braces is lost
    found.add("别的", "Something else", context="99999:text")
    moved = entry(found, "Supply")
    context, text = moved.context, "Reworded since"
    found.delete("Supply", context)
    found.add(text, "Supplied", context=context)
    page = send(designer, written(found), 200)
    assert "1 translation was taken" in page.text
    for said in ("lacks a name in braces", "stands nowhere in the draft", "was reworded since"):
        assert said in page.text
    assert document_of(designer)["title"]["en"] == "Small survey"
    assert document_of(designer)["sections"][1]["questions"][1]["text"]["en"] == "How is {who}?"


@pytest.mark.parametrize(
    "file",
    [b"", b"\xff\xfe", b"msgid broken", b'msgid "a"\nmsgstr', b"\x00" * 50, b"<html>", b'msgstr[x] "a"',
     'msgid "甲"'.encode("gb18030"), b'msgctxt "1:title"\nmsgid ""\n"x"\nmsgstr "y\\'],
)  # fmt: skip
def test_files_that_are_no_catalogue_change_nothing(designer, draft, file):
    before = document_of(designer)
    page = designer.browse(HERE)
    form = page.select_one("main form[enctype]")
    data = {each["name"]: each.get("value", "") for each in form.select("input[type=hidden]")}
    data["file"] = (io.BytesIO(file), "en.po")
    response = designer.client.post(HERE, data=data, content_type="multipart/form-data", headers=HEADERS)
    assert response.status_code in {200, 303, 422}
    assert document_of(designer) == before


def test_what_translators_write_stays_text(designer, draft):
    found = catalogue(designer)
    entry(found, "小调查").string = "<script>alert(1)</script>{{7*7}}"
    send(designer, written(found))
    shown = designer.client.get(HERE, headers=HEADERS).text
    assert "<script>alert" not in shown
    assert ">49<" not in shown


@pytest.mark.parametrize("language", ["zh", "fr", "xx", "e", "en-GB"])
def test_a_language_that_the_draft_has_not_is_not_there(designer, draft, language):
    for path in (f"/questionnaires/draft/small/translation/{language}",
                 f"/questionnaires/draft/small/translation/{language}.po"):  # fmt: skip
        assert designer.client.get(path).status_code == 404


def test_only_designers_translate(analyst, designer, draft):
    page = analyst.browse(HERE)
    assert not page.select("main form")
    data = {"csrf_token": analyst.mark(), "file": (io.BytesIO(b""), "x.po")}
    assert analyst.client.post(HERE, data=data, headers=HEADERS).status_code == 403
