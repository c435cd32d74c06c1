"""A draft in another language: side by side, out as PO and in again, with what was not taken told."""

import io

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from tests.surveys.worlds import document
from tests.web.drafts import begin, document_of
from tests.web.visiting import HEADERS, check_page, fields_of

HERE = "/questionnaires/draft/small/translation/en"
DRAFT_ROOT = "/questionnaires/draft/small/1"


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


def test_every_text_is_translated_side_by_side(designer, draft):
    page = designer.browse(HERE)
    assert page.select_one("progress")["value"] == str(int(page.select_one("progress")["max"]) - 1)
    form = page.select_one("form.wide-form")
    (title,) = (
        each for each in form.select("textarea") if "小调查" in form.select_one(f"#{each['id']}-source")
    )
    assert [each["lang"] for each in form.select("textarea")] == ["en"] * len(form.select("textarea"))
    piped = next(each for each in form.select("textarea") if "How is" in each.get_text())
    assert "{who}" in form.select_one(f"#{piped['id']}-keep").get_text()
    # Whoever types into one and loses a name in the other keeps both; the first is saved.
    response = designer.submit(
        HERE, 422, form="form.wide-form", **{title["name"]: "Small", piped["name"]: "Lost"}
    )
    page = check_page(response)
    assert "lacks a name in braces" in page.select_one(f"#{piped['id']}-fault").get_text()
    assert page.select_one(f"#{piped['id']}").get_text().strip() == "Lost"
    document = document_of(designer)
    assert document["title"]["en"] == "Small"
    assert document["sections"][1]["questions"][1]["text"]["en"] == "How is {who}?"
    # A translation that is taken away is missing.
    designer.submit(HERE, 303, form="form.wide-form", **{title["name"]: " "})
    assert "en" not in document_of(designer)["title"]
    missing = designer.browse(f"{HERE}?show=missing")
    assert [each["name"] for each in missing.select("textarea")] == [title["name"]]
    assert not designer.browse(f"{HERE}?show=changed").select("textarea")


def test_what_was_changed_since_is_told_until_somebody_says_that_it_stands(designer, draft):
    designer.submit(
        DRAFT_ROOT, 303, form="form#part", **{"v:title/zh": "小调查（二）", "v:title/en": "Small"}
    )
    designer.submit(DRAFT_ROOT, 303, form="form#part", **{"v:title/zh": "小调查（三）"})
    page = designer.browse(f"{HERE}?show=changed")
    (field,) = page.select("textarea")
    box = page.select_one("input[type=checkbox]")
    designer.submit(f"{HERE}?show=changed", 303, form="form.wide-form", **{box["name"]: "on"})
    assert not designer.browse(f"{HERE}?show=changed").select("textarea")
    assert document_of(designer)["title"] == {"zh": "小调查（三）", "en": "Small"}
    assert field.get_text().strip() == "Small"


def test_two_translators_of_one_text_are_shown_each_others(designer, draft):
    page = designer.browse(HERE)
    form = fields_of(page.select_one("form.wide-form"))
    name = page.select_one("form.wide-form textarea")["name"]
    context = name.removeprefix("t:")
    other = designer.browse(HERE)
    first = fields_of(other.select_one("form.wide-form")) | {name: "First"}
    assert designer.client.post(f"{HERE}/texts", data=first, headers=HEADERS).status_code == 303
    late = designer.client.post(f"{HERE}/texts", data=form | {name: "Second"}, headers=HEADERS)
    assert late.status_code == 409
    assert "has written this meanwhile: First" in late.text
    assert "Second" in late.text
    unknown = {"t:999999:title": "x", f"t:{context}/zh": "x", "t:": "x", "k:1:title": "on"}
    before = document_of(designer)
    fresh = fields_of(designer.browse(HERE).select_one("form.wide-form"))
    nowhere = designer.client.post(f"{HERE}/texts", data=fresh | unknown, headers=HEADERS)
    assert nowhere.status_code == 422
    assert nowhere.text.count("stands nowhere in the draft any more") == 3, "and no word is lost unseen"
    assert document_of(designer) == before
    for wrong in ({"base": "x"}, {"tab": ""}, {"mark": "0"}):
        assert designer.client.post(f"{HERE}/texts", data=fresh | wrong, headers=HEADERS).status_code == 400
    long = designer.client.post(f"{HERE}/texts", data=fresh | {name: "x" * 20_001}, headers=HEADERS)
    assert long.status_code == 422
    assert "is too long" in long.text


LANGUAGES = "/questionnaires/draft/small/translation"


def test_a_language_joins_from_the_page(designer, draft):
    page = designer.browse(LANGUAGES)
    assert page.select_one("option[value=ug]")
    assert not page.select_one("option[value=en]")
    designer.submit(LANGUAGES, 303, form="main form[action$='/translation']", language="ug")
    assert document_of(designer)["languages"] == ["zh", "en", "ug"]
    shown = designer.browse(f"{LANGUAGES}/ug")
    assert shown.select_one("progress")["value"] == "0"
    assert {each["lang"] for each in shown.select("textarea")} == {"ug"}
    said = designer.browse(LANGUAGES).get_text()
    assert "ئۇيغۇرچە" in said
    assert "no words of its own in this language" in said
    # Each text that it lacks is an error until it is written.
    findings = designer.browse("/questionnaires/draft/small/findings").get_text()
    assert "ug" in findings
    # Once more is the same, and a language that the draft has is not added twice.
    designer.submit(LANGUAGES, 303, form="main form[action$='/translation']", language="UG")
    assert document_of(designer)["languages"] == ["zh", "en", "ug"]


def test_languages_that_are_none_are_refused_at_the_field(designer, draft):
    for given in ("", "xx", "klingon", "u", "de_DE", "a/b", "x" * 200, "<b>", "zh/x", "１"):
        refused = designer.submit(LANGUAGES, 422, form="main form[action$='/translation']", language=given)
        assert check_page(refused).select_one("#language")["aria-invalid"] == "true"
    assert document_of(designer)["languages"] == ["zh", "en"]


def test_a_draft_that_lists_no_language_keeps_those_it_is_written_in(designer):
    plain = document(format="manyi/2")
    plain.pop("languages", None)
    begin(designer, plain)
    designer.submit(LANGUAGES, 303, form="main form[action$='/translation']", language="de")
    assert document_of(designer)["languages"] == ["zh", "en", "de"]


def test_analysts_see_languages_and_add_none(analyst, designer, draft):
    assert not analyst.browse(LANGUAGES).select("main form")
    data = {"csrf_token": analyst.mark(), "language": "de"}
    assert analyst.client.post(LANGUAGES, data=data, headers=HEADERS).status_code == 403
    assert analyst.client.post(f"{HERE}/texts", data=data, headers=HEADERS).status_code == 403
