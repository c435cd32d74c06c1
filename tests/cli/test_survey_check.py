"""`manyi survey check` and what `survey import` refuses: everything is named, nothing is a traceback."""

import json

import docx
import pytest
from sqlalchemy import select

from surveys import instruments
from surveys.editing import publishing
from surveys.models import AuditEntry
from web.cli.database import session


@pytest.fixture
def checked(manyi, tmp_path):
    """Check a file of these bytes or plain values; gives exit code, findings and what was printed."""

    def run(source, *more):
        file, out = tmp_path / "q.json", tmp_path / "findings.json"
        file.write_bytes(source if isinstance(source, bytes) else json.dumps(source).encode())
        code, said, _ = manyi("survey", "check", file, "--json", out, *more)
        return code, json.loads(out.read_text(encoding="utf-8"))["findings"], said

    return run


def test_all_are_listed_and_an_error_is_exit_code_one(checked):
    plain = instruments.load("utility_csi").dump()
    code, before, _ = checked(plain)
    assert (code, [each for each in before if each["severity"] == "error"]) == (0, [])
    del plain["title"]["zh"]
    plain["sections"][0]["title"]["en"] = "Screen\u202e"
    code, found, said = checked(plain)
    assert code == 1
    assert [(each["code"], each["place"]) for each in found[:2]] == [
        ("text-missing", "title.zh"),
        ("text-control", "SCREEN.title.en"),
    ]
    assert set(found[0]) == {"code", "severity", "place", "message", "remedy"}
    assert len(said.splitlines()) == len(found)
    assert checked(plain, "--language", "zh")[1][0]["message"] == "zh 文本为空。"


def test_what_an_error_names_is_not_published(manyi, tmp_path):
    plain = instruments.load("utility_csi").dump()
    plain["sections"][0]["questions"][0]["text"] = {"zh": "", "en": ""}
    plain["sections"][1]["questions"][0]["show_if"] = "NOBODY == 1"
    file = tmp_path / "q.json"
    file.write_text(json.dumps(plain), encoding="utf-8")
    assert manyi("db", "upgrade")[0] == 0
    code, _, err = manyi("survey", "import", file, "--publish", "--reason", "test")
    assert (code, "logic-unknown" in err, "text-missing" in err) == (1, True, True)
    assert "nothing was published" in err


@pytest.mark.parametrize(
    ("where", "value", "said"),
    [
        (("scales", "s10", "low"), "1", "low has to be a number, without quotation marks."),
        (("sections", 0, "questions", 0, "options", 0, "value"), "1", "value has to be a number"),
        (("sections", 0, "questions", 0, "required"), "true", "required has to be true or false"),
        (("sections", 0, "questions", 0, "lineage"), "1", "lineage has to be a number"),
    ],
)
def test_what_stands_in_quotation_marks_and_should_not_is_not_published(manyi, tmp_path, where, value, said):
    plain = instruments.load("utility_csi", "short").dump()
    *before, last = where
    holder = plain
    for step in before:
        holder = holder[step]
    holder[last] = value
    file = tmp_path / "q.json"
    file.write_text(json.dumps(plain), encoding="utf-8")
    assert manyi("db", "upgrade")[0] == 0
    code, _, err = manyi("survey", "import", file, "--publish", "--reason", "test")
    assert (code, "document-shape" in err, said in err, "nothing was published" in err) == (
        1,
        True,
        True,
        True,
    )
    with session() as opened:
        assert publishing.find_questionnaire(opened, plain["code"]) is None


def test_publishing_past_review_needs_a_reason_and_is_in_the_trail(manyi, tmp_path):
    file = tmp_path / "q.json"
    file.write_text(json.dumps(instruments.load("utility_csi", "short").dump()), encoding="utf-8")
    assert manyi("db", "upgrade")[0] == 0
    code, _, err = manyi("survey", "import", file, "--publish", "--reason", " ")
    assert (code, "--reason TEXT" in err) == (1, True)
    code, _, err = manyi("survey", "import", file, "--publish", "--reason", "after a move")
    assert (code, "version 1; warnings not looked at: " in err) == (0, True)
    code, _, err = manyi("survey", "import", file, "--publish", "--reason", "again")
    assert (code, "version 1 already" in err) == (0, True)
    with session() as opened:
        version = publishing.latest_version(opened, "utility_csi_short")
        assert (version.way, version.reason) == ("command line", "after a move")
        assert version.accepted
        entries = opened.scalars(select(AuditEntry).where(AuditEntry.action == "questionnaire.publish"))
        assert [(each.actor, each.detail["reason"]) for each in entries] == [("command line", "after a move")]


def test_the_operator_says_of_what_is_worded_anew_whether_it_goes_on(manyi, tmp_path):
    file = tmp_path / "q.json"
    plain = instruments.load("utility_csi", "short").dump()
    past = ("survey", "import", file, "--publish", "--reason", "test")
    file.write_text(json.dumps(plain), encoding="utf-8")
    assert manyi("db", "upgrade")[0] == 0
    assert manyi(*past)[0] == 0
    row = next(
        row
        for section in plain["sections"]
        for question in section["questions"]
        for row in question.get("rows", ())
        if row["code"] == "SAT1"
    )
    row["text"]["en"] = "Otherwise?"
    file.write_text(json.dumps(plain), encoding="utf-8")
    code, _, err = manyi(*past)
    assert (code, "series-undecided" in err, "--same-series CODE" in err) == (1, True, True)
    code, _, err = manyi(*past, "--same-series", "SAT2")
    assert (code, "--same-series SAT2: no question" in err) == (1, True)
    assert manyi("survey", "import", file, "--same-series", "SAT1")[0] == 2
    assert manyi(*past, "--same-series", "SAT1")[0] == 0
    book = tmp_path / "book.json"
    assert manyi("survey", "export", plain["code"], "--format", "codebook", "-o", book)[0] == 0
    found = json.loads(book.read_text(encoding="utf-8"))["answers"]
    assert {each["code"]: each["series"] for each in found if each["series"]} == {"SAT1": "same"}


def test_a_file_or_language_that_is_not_there_is_said(manyi, checked, tmp_path):
    assert manyi("survey", "check", tmp_path / "absent.json")[0] == 1
    code, _, err = manyi("survey", "check", tmp_path / "absent.json", "--language", "tlh")
    assert (code, "zh" in err) == (1, True)


def test_codebook_and_paper_form_are_files_of_drafts_too(manyi, tmp_path):
    assert manyi("db", "upgrade")[0] == 0
    file = tmp_path / "book.json"
    assert manyi("survey", "export", "acsi", "--format", "codebook", "-o", file)[0] == 0
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["code"], found["answers"][0]["code"]) == ("acsi", "CONSENT")
    assert manyi("survey", "export", "acsi", "--format", "codebook", "--draft", "-o", file)[0] == 1
    assert manyi("survey", "export", "nobody", "--format", "codebook", "-o", file)[0] == 1
    form = tmp_path / "form.docx"
    assert manyi("survey", "export", "acsi", "--format", "docx", "--language", "en", "-o", form)[0] == 0
    made = docx.Document(form)
    assert "Answers are analysed in aggregate" in " ".join(each.text for each in made.paragraphs)
    assert made.sections[0].header.paragraphs[0].text == ""
    code, _, err = manyi("survey", "export", "acsi", "--format", "docx", "--language", "tlh", "-o", form)
    assert (code, "not written in 'tlh', only in zh, en" in err) == (1, True)
    assert manyi("survey", "export", "acsi", "--language", "en", "-o", file)[0] == 2
    assert manyi("survey", "export", "acsi", "--format", "docx", "-o", tmp_path / "no" / "x.docx")[0] == 1
    file.write_text(json.dumps(instruments.load("acsi").dump()), encoding="utf-8")
    assert manyi("survey", "import", file)[0] == 0
    assert manyi("survey", "export", "acsi", "--draft", "--format", "docx", "-o", form)[0] == 0
    made = docx.Document(form)
    assert made.sections[0].header.paragraphs[0].text == "草稿（刚建立，尚未修改），不得用于调查"
    assert manyi("survey", "export", "acsi", "--draft", "--format", "codebook", "-o", file)[0] == 0
    file.write_text(json.dumps({"format": "manyi/2", "code": "empty"}), encoding="utf-8")
    assert manyi("survey", "import", file)[0] == 0
    code, _, err = manyi("survey", "export", "empty", "--draft", "--format", "docx", "-o", form)
    assert (code, "mend its errors first" in err) == (1, True)


def test_a_file_is_tried_and_bad_ones_are_refused(manyi, tmp_path):
    file, out = tmp_path / "q.json", tmp_path / "t.json"
    file.write_text(json.dumps(instruments.load("acsi").dump()), encoding="utf-8")
    code, said, _ = manyi("survey", "try", file, "--people", "60", "--json", out)
    assert code == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert (found["people"], found["never"], found["estimation"]["refused"]) == (60, [], "few")
    assert "The model is identified" in said
    assert manyi("survey", "try", file, "--people", "9")[0] == 2
    assert manyi("survey", "try", file, "--seed", "-1")[0] == 2
    assert manyi("survey", "try", tmp_path / "none.json")[0] == 1
    faulty = instruments.load("acsi").dump()
    faulty["quotas"] = [{"code": "Q", "when": "NOBODY == 1", "text": {"zh": "满", "en": "Full"}}]
    file.write_text(json.dumps(faulty), encoding="utf-8")
    code, _, err = manyi("survey", "try", file)
    assert (code, "logic-unknown" in err, "nothing was tried" in err) == (1, True, True)
    file.write_bytes(b"\xff{")
    assert manyi("survey", "try", file)[0] == 1
