"""`manyi audit`: exit 0 intact, 1 findings, 2 cannot be checked."""

import re
import stat
from contextlib import closing

import pytest
from sqlalchemy.orm import Session

from surveys.collecting.submitting import submit
from surveys.collecting.waves import close_wave
from surveys.database import create_engine
from tests.surveys.respondents import answer_all, start
from tests.surveys.tampering import tamper
from tests.surveys.worlds import NOW, make_wave
from web.accounts import mail
from web.anchoring import take
from web.config import read_settings


@pytest.fixture
def site(manyi, tmp_path):
    assert manyi("db", "upgrade")[0] == 0
    for number in range(3):
        assert add_unit(manyi, f"U{number}")[0] == 0
    return tmp_path / "instance"


def add_unit(manyi, code):
    return manyi("units", "add", code, "--name", code, "--level", "county")


def opened(folder):
    return closing(Session(create_engine(f"sqlite:///{folder / 'manyi.db'}")))


def test_an_untouched_trail_is_intact_and_says_who_proves_it(manyi, site):
    code, out, _ = manyi("audit", "verify")
    assert code == 0
    assert re.fullmatch(
        r"Intact: 5:[0-9a-f]{16}\. The newest 5 entries are proved on this machine only\.\n", out
    )
    anchor = manyi("audit", "anchor")[1].strip()
    assert manyi("audit", "verify", "--anchor", anchor)[:2] == (0, f"Intact: {anchor[:18]}.\n")
    (site / "mail.txt").write_text(f"Your anchor:\n\n{anchor}\n", encoding="utf-8")
    assert manyi("audit", "verify", "--anchor", site / "mail.txt")[0] == 0
    other = anchor[:2] + "0" * 64
    code, out, _ = manyi("audit", "verify", "--anchor", other)
    assert (code, "entry 5 is another" in out) == (1, True)


@pytest.mark.parametrize("given", ["nonsense", "12", "12:xyz", "满意", "0:" + "a" * 16])
def test_an_anchor_that_is_none_is_refused(manyi, site, given):
    code, out, err = manyi("audit", "verify", "--anchor", given)
    assert (code, out, "holds no anchor" in err) == (1, "", True)


def test_findings_are_named_and_what_cannot_be_checked_is_not_called_intact(manyi, site):
    with opened(site) as session:
        tamper(session, "audit_entry", "UPDATE audit_entry SET actor = 'Bob' WHERE id = 3")
    code, out, _ = manyi("audit", "verify")
    assert (code, "Entry 3 of the trail was altered" in out) == (1, True)
    with opened(site) as session:
        tamper(session, "audit_entry", "UPDATE audit_entry SET actor = 'command line' WHERE id = 3")
    assert manyi("audit", "verify")[0] == 0
    (site / "keys" / "anchor.log").rename(site / "log")
    code, out, err = manyi("audit", "verify")
    assert (code, "holds no anchor.log" in out, "intact" in err) == (2, True, True)
    (site / "log").rename(site / "keys" / "anchor.log")
    (site / "keys" / "audit-1").unlink()
    code, out, _ = manyi("audit", "verify")
    assert (code, "audit-1 is missing" in out) == (2, True)


def test_a_new_key_is_used_and_noted(manyi, site):
    assert manyi("audit", "rotate-key")[0] == 0
    assert (site / "keys" / "audit-2").exists()
    assert manyi("audit", "verify")[0] == 0
    (site / "keys" / "audit-1").unlink()
    assert manyi("audit", "verify")[0] == 2


def test_a_restore_stands_in_the_trail_and_can_itself_be_taken_back(manyi, site, tmp_path):
    assert manyi("backup", tmp_path / "copy.db")[0] == 0
    assert not list(tmp_path.glob("copy*key*"))
    assert add_unit(manyi, "U9")[0] == 0
    anchor = manyi("audit", "anchor")[1].strip()
    assert manyi("restore", tmp_path / "copy.db", "--yes")[0] == 0
    assert manyi("audit", "verify")[0] == 0
    assert manyi("audit", "verify", "--anchor", anchor)[0] == 0
    kept = site / "manyi.before-restore.db"
    kept.rename(tmp_path / "kept.db")
    assert manyi("restore", tmp_path / "kept.db", "--yes")[0] == 0
    assert manyi("audit", "verify", "--anchor", anchor)[0] == 0
    assert add_unit(manyi, "U8")[0] == 0
    assert manyi("audit", "verify")[0] == 0


def test_a_trail_that_cannot_be_read_is_said_and_the_copy_put_back(manyi, site, tmp_path):
    assert manyi("backup", tmp_path / "copy.db")[0] == 0
    with opened(site) as session:
        tamper(session, "audit_entry", "UPDATE audit_entry SET detail = 'none' WHERE id > 1")
    code, out, err = manyi("audit", "verify")
    assert (code, err) == (1, "Findings: 1.\n")
    assert "In audit_entry.detail, 5 cells cannot be read (rows: 2, 3, 4, 5, 6)" in out
    assert manyi("restore", tmp_path / "copy.db", "--yes")[0] == 0
    assert manyi("audit", "verify")[0] == 0


def test_a_copy_put_back_by_hand_is_found_until_it_is_noted(manyi, site):
    assert add_unit(manyi, "U9")[0] == 0
    with opened(site) as session:
        tamper(session, "audit_entry", "DELETE FROM audit_entry WHERE id > 3")
    code, out, _ = manyi("audit", "verify")
    assert (code, "The newest ones are gone" in out) == (1, True)
    assert manyi("audit", "restored", " ")[0] == 1
    assert manyi("audit", "restored", "pg_restore after the disk failed")[0] == 0
    assert manyi("audit", "verify")[0] == 0


def test_keys_that_others_can_read_stop_every_command(manyi, site):
    (site / "keys" / "audit-1").chmod(0o644)
    for command in ("audit verify", "doctor", "worker", "db upgrade"):
        code, out, err = manyi(*command.split())
        assert (code, out, "MANYI_KEYS" in err, "chmod" in err) == (1, "", True, True), command
    (site / "keys" / "audit-1").chmod(0o600)
    (site / "keys").chmod(0o755)
    assert "MANYI_KEYS" in manyi("audit", "verify")[2]


def test_a_named_folder_must_be_there(manyi, monkeypatch, tmp_path):
    for name in ("KEYS", "ANCHOR"):
        monkeypatch.setenv(f"MANYI_{name}", str(tmp_path / "none"))
        code, _, err = manyi("db", "upgrade")
        assert (code, f"MANYI_{name}" in err, "mkdir" in err) == (1, True, True)
        monkeypatch.delenv(f"MANYI_{name}")
    monkeypatch.setenv("MANYI_ANCHOR", "safe@example.org")
    assert "MANYI_MAIL_URL" in manyi("db", "upgrade")[2]
    monkeypatch.delenv("MANYI_ANCHOR")
    (tmp_path / "apart").mkdir(mode=0o700)
    monkeypatch.setenv("MANYI_KEYS", str(tmp_path / "apart"))
    assert manyi("db", "upgrade")[0] == 0
    assert stat.S_IMODE((tmp_path / "apart" / "audit-1").stat().st_mode) == 0o600
    assert not (tmp_path / "instance" / "keys").exists()


def test_the_days_anchor_is_taken_once_and_proves(manyi, site, monkeypatch, tmp_path):
    (tmp_path / "far").mkdir()
    monkeypatch.setenv("MANYI_ANCHOR", str(tmp_path / "far"))
    for _ in range(2):
        with opened(site) as session:
            take(session, read_settings(), NOW)
    assert len((tmp_path / "far" / "anchor.log").read_text().splitlines()) == 1
    code, out, _ = manyi("audit", "verify")
    assert (code, "this machine only" in out) == (0, False)
    # the forger who has keys and log, but not the other disk
    with opened(site) as session:
        tamper(session, "audit_entry", "DELETE FROM audit_entry WHERE number > 2")
    log = site / "keys" / "anchor.log"
    log.write_text("".join(log.read_text().splitlines(keepends=True)[:2]))
    assert manyi("audit", "verify")[0] == 1


def test_the_days_anchor_is_mailed(manyi, site, monkeypatch):
    sent = []
    monkeypatch.setattr("web.anchoring.deliver", lambda url, message: sent.append((url, message)))
    settings = {"ANCHOR": "safe@example.org", "MAIL_URL": "smtp://mail", "PUBLIC_URL": "https://s.example",
                "MAIL_SENDER": "a@b.example"}  # fmt: skip
    with opened(site) as session:
        take(session, settings, NOW)
    assert mail.deliver is not None
    [(url, message)] = sent
    assert (url, message["To"]) == ("smtp://mail", "safe@example.org")
    monkeypatch.delenv("MANYI_ANCHOR", raising=False)
    (site / "mail").write_text(message.get_content())
    assert manyi("audit", "verify", "--anchor", site / "mail")[:1] == (0,)


def test_answers_are_erased_by_their_receipt(manyi, site):
    with opened(site) as session:
        wave = make_wave(session)
        receipts = []
        for key in ("a", "b"):
            response = start(session, wave, key=key)
            answer_all(session, response)
            receipts.append(submit(session, response, NOW).code)
        session.commit()
        close_wave(session, wave, NOW)
        session.commit()
    assert manyi("responses", "erase", "W1", receipts[0])[0] == 2
    for arguments, said in (
        (("W1", "ABCD", "--reason", "asked"), "no response with this receipt"),
        (("W9", receipts[0], "--reason", "asked"), "W9"),
        (("W1", receipts[0], "--reason", " "), "reason"),
    ):
        code, out, err = manyi("responses", "erase", *arguments)
        assert (code, out, said in err) == (1, "", True), err
    assert manyi("responses", "erase", "W1", receipts[0], "--reason", "asked by mail")[0] == 0
    assert manyi("audit", "verify")[0] == 0
    with opened(site) as session:
        tamper(session, "response", "DELETE FROM response")
    code, out, _ = manyi("audit", "verify")
    assert (code, "Wave W1 was sealed with 1 complete responses and has 0" in out) == (1, True)
    assert manyi("responses", "erase", "W1", receipts[1], "--reason", "asked by mail")[0] == 1
