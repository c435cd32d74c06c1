"""`manyi survey check` and what `survey import` refuses: everything is named, nothing is a traceback."""

import json

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


def test_a_file_or_language_that_is_not_there_is_said(manyi, checked, tmp_path):
    assert manyi("survey", "check", tmp_path / "absent.json")[0] == 1
    code, _, err = manyi("survey", "check", tmp_path / "absent.json", "--language", "tlh")
    assert (code, "zh" in err) == (1, True)
