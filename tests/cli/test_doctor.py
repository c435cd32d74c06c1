"""`manyi doctor`, and starts that are refused before anything listens."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from surveys.collecting import responses
from surveys.database import create_engine
from tests.surveys.worlds import NOW, make_wave
from web.accounts.models import Staff
from web.accounts.staff import ensure_roles, set_roles

SITE = {"HOST": "0.0.0.0", "HTTPS": "yes", "PUBLIC_URL": "https://survey.example"}
PROXY = {"PROXY_HOPS": "1", "TRUSTED_HOSTS": "survey.example", "MAIL_URL": "smtp://mail.example"}


def use(monkeypatch, **settings):
    for name, text in settings.items():
        monkeypatch.setenv(f"MANYI_{name}", text)


def add_administrator(folder):
    engine = create_engine(f"sqlite:///{folder / 'instance' / 'manyi.db'}")
    with Session(engine) as session:
        ensure_roles(session)
        person = Staff(email="ana@example.org", language="en", fs_uniquifier="x", active=True)
        session.add(person)
        set_roles(session, person, ["administrator"])
        session.commit()
    engine.dispose()


def test_the_doctor_names_each_thing_and_then_nothing(manyi, monkeypatch, tmp_path):
    code, out, _ = manyi("doctor")
    assert (code, "no database yet" in out) == (1, True)
    assert manyi("db", "upgrade")[0] == 0
    code, out, _ = manyi("doctor")
    assert (code, "No administrator" in out) == (1, True)
    add_administrator(tmp_path)
    code, out, _ = manyi("doctor")
    assert (code, out) == (0, "Nothing is wrong.\n")
    (tmp_path / "instance" / "manyi.db").chmod(0o644)
    code, out, _ = manyi("doctor")
    assert (code, "chmod 600" in out) == (1, True)


def test_the_doctor_knows_what_a_public_site_needs(manyi, monkeypatch, tmp_path):
    assert manyi("db", "upgrade")[0] == 0
    add_administrator(tmp_path)
    use(monkeypatch, HOST="0.0.0.0")
    code, out, _ = manyi("doctor")
    named = [line.split()[0] for line in out.splitlines()]
    assert (code, named) == (
        1,
        [f"MANYI_{name}" for name in ("PUBLIC_URL", "HTTPS", "PROXY_HOPS", "TRUSTED_HOSTS", "MAIL_URL")],
    )
    use(monkeypatch, **SITE, **PROXY)
    assert manyi("doctor")[:2] == (0, "Nothing is wrong.\n")


def test_the_doctor_asks_for_copies_of_answers_that_others_gave(manyi, monkeypatch, tmp_path):
    assert manyi("db", "upgrade")[0] == 0
    add_administrator(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / 'instance' / 'manyi.db'}")
    with Session(engine) as session:
        responses.open_response(session, make_wave(session), client_key="a", language="zh", now=NOW)
        session.commit()
    engine.dispose()
    assert manyi("doctor")[:2] == (0, "Nothing is wrong.\n"), "a trial on one's own machine"
    use(monkeypatch, **SITE, **PROXY)
    code, out, _ = manyi("doctor")
    assert (code, out.startswith("There is no copy of the database."), len(out.splitlines())) == (1, True, 1)
    assert manyi("backup", tmp_path / "copy.db")[0] == 0
    assert manyi("doctor")[:2] == (0, "Nothing is wrong.\n")
    monkeypatch.setattr("web.cli.doctor.OLD", -timedelta(seconds=1))
    code, out, _ = manyi("doctor")
    assert (code, out.startswith("The last copy is of 2")) == (1, True)


def test_the_doctor_knows_secrets_that_can_be_guessed(manyi, monkeypatch, tmp_path):
    assert manyi("db", "upgrade")[0] == 0
    add_administrator(tmp_path)
    (tmp_path / "instance" / "secret_key").write_text("abc" * 20, encoding="ascii")
    (tmp_path / "instance" / "secret_key").chmod(0o600)
    code, out, _ = manyi("doctor")
    assert (code, "secret_key can be guessed" in out, len(out.splitlines())) == (1, True, 1)
    use(monkeypatch, SECRET_KEY="0123456789abcdefghijklmnopqrstuvwxyz")
    for password in ("manyi-owner", "short", "password123"):
        use(monkeypatch, OWNER_URL=f"postgresql://manyi-owner:{password}@127.0.0.1:1/manyi")
        code, out, _ = manyi("doctor")
        assert (code, "The password in MANYI_OWNER_URL can be guessed" in out) == (1, True), password
    use(monkeypatch, OWNER_URL="postgresql://manyi-owner:Ue7xq-3kWn-52pz@127.0.0.1:1/manyi")
    assert manyi("doctor")[:2] == (0, "Nothing is wrong.\n")


@pytest.mark.parametrize(
    "settings", [{"HOST": "0.0.0.0"}, {"PUBLIC_URL": "https://survey.example"}, {"HTTPS": "yes"}]
)
def test_a_site_that_others_reach_gets_no_demo_and_prints_no_passwords(
    manyi, monkeypatch, tmp_path, settings
):
    use(monkeypatch, **settings)
    code, out, err = manyi("start")
    assert (code, out) == (1, "")
    assert "manyi user add" in err
    assert not (tmp_path / "instance" / "manyi.db").exists()


@pytest.mark.parametrize("command", ["serve", "start", "worker", "doctor", "db upgrade", "backup x.db"])
def test_all_commands_share_one_check_of_the_settings(manyi, monkeypatch, tmp_path, command):
    use(monkeypatch, LOGIN_LIMIT="nonsense")
    code, out, err = manyi(*command.split())
    assert (code, out) == (1, "")
    assert "MANYI_LOGIN_LIMIT" in err
    assert len(err.splitlines()) <= 2
    assert not (tmp_path / "instance").exists()


def test_the_doctor_names_what_looks_like_a_setting_and_is_none(manyi, monkeypatch, tmp_path):
    assert manyi("db", "upgrade")[0] == 0
    add_administrator(tmp_path)
    use(monkeypatch, WORKRES="4", ZZZ="x")
    code, out, _ = manyi("doctor")
    told = out.splitlines()
    assert (code, len(told)) == (1, 2)
    assert told[0].startswith("MANYI_WORKRES is no setting")
    assert told[0].endswith("MANYI_WORKERS?")
    assert told[1].startswith("MANYI_ZZZ is no setting")


@pytest.mark.parametrize("command", ["doctor", "worker", "db upgrade"])
def test_folders_that_cannot_be_used_are_refused_by_name(manyi, monkeypatch, tmp_path, command):
    (tmp_path / "file").write_text("x", encoding="ascii")
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "keys").write_text("x", encoding="ascii")
    code, out, err = manyi(*command.split())
    assert (code, out, "MANYI_KEYS" in err, "is a file" in err) == (1, "", True, True)
    use(monkeypatch, INSTANCE=str(tmp_path / "file" / "x"))
    code, out, err = manyi(*command.split())
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert "MANYI_INSTANCE" in err


def test_a_terminal_is_told_nothing_by_what_is_printed(manyi, monkeypatch, tmp_path):
    monkeypatch.setattr("click.utils.should_strip_ansi", lambda *_: False)  # as on a terminal
    use(monkeypatch, CONFIG=f"{tmp_path}/\x1b[2J\u202e")
    code, out, err = manyi("doctor")
    assert (code, out) == (1, "")
    assert "\\x1b[2J\\u202e" in err
    assert "\x1b" not in err
    monkeypatch.delenv("MANYI_CONFIG")
    file = tmp_path / "answers.csv"
    file.write_text("a\x1b]0;x\x07,a\x1b]0;x\x07\n1,2\n", encoding="utf-8")
    code, _, err = manyi("rake", file, "--margins", file, "--out", tmp_path / "out.csv")
    assert code
    assert "\x1b" not in err
