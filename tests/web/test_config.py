"""Settings from the environment and from a file; what cannot be used is refused by name."""

import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import request

from web.config import SETTINGS, SettingError, flask_settings, read_settings, secret_key
from web.site import create_app

KEY = "k" * 40


def test_defaults_can_be_read_and_are_complete(tmp_path):
    found = read_settings({"MANYI_INSTANCE": str(tmp_path)})
    assert found.keys() == {setting.name for setting in SETTINGS}
    assert (found["PORT"], found["HTTPS"], found["LANGUAGE"], found["INSTANCE"]) == (
        8000,
        False,
        "zh",
        tmp_path,
    )
    flask = flask_settings(found)
    assert flask["DATABASE_URL"] == f"sqlite:///{tmp_path}/manyi.db"
    assert flask["SESSION_COOKIE_SECURE"] is False


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PORT", "-1"), ("PORT", "eighty"), ("PORT", ""), ("WORKERS", "2.5"), ("HTTPS", "maybe"),
        ("LANGUAGE", "fr"), ("LANGUAGE", "EN"), ("SESSION_HOURS", "x"), ("ANSWER_KIB", "1e3"),
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_used_is_named(name, text):
    with pytest.raises(SettingError, match=f"MANYI_{name}=.*cannot be used"):
        read_settings({f"MANYI_{name}": text})


def test_a_file_gives_settings_and_the_environment_wins(tmp_path):
    file = tmp_path / "manyi.conf"
    file.write_text('# ours\n\nMANYI_PORT = 9000\nMANYI_PUBLIC_URL="https://a.example/"\n', encoding="utf-8")
    found = read_settings({"MANYI_CONFIG": str(file)})
    assert (found["PORT"], found["PUBLIC_URL"]) == (9000, "https://a.example")
    assert read_settings({"MANYI_CONFIG": str(file), "MANYI_PORT": "9001"})["PORT"] == 9001


@pytest.mark.parametrize(
    ("text", "words"), [("MANYI_PROT=1", "MANYI_PROT"), ("PORT=1", "PORT"), ("just words", "line 1")]
)
def test_a_file_with_a_mistake_is_refused_with_its_place(tmp_path, text, words):
    file = tmp_path / "manyi.conf"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingError, match=words):
        read_settings({"MANYI_CONFIG": str(file)})
    with pytest.raises(SettingError, match="cannot be read"):
        read_settings({"MANYI_CONFIG": str(tmp_path / "missing")})


@pytest.mark.parametrize("text", ["https://a.example", "a.example/x", "*.example", "a, b?", "a@b", "[", "."])
def test_names_that_no_host_has_are_refused_before_they_shut_everybody_out(text):
    with pytest.raises(SettingError, match=r"MANYI_TRUSTED_HOSTS.*host name"):
        read_settings({"MANYI_TRUSTED_HOSTS": text})


def test_hosts_may_stand_for_all_below_them():
    found = read_settings({"MANYI_TRUSTED_HOSTS": "survey.example, .a_b.example 满意.example [::1]"})
    assert found["TRUSTED_HOSTS"] == ["survey.example", ".a_b.example", "满意.example", "[::1]"]


@pytest.mark.parametrize("text", ["127.0.0.1", "0.0.0.0", "::1", "::", "web", "a_b.example.", "满意.example"])
def test_addresses_that_are_some_are_read(text):
    assert read_settings({"MANYI_HOST": text})["HOST"] == text
    if ":" not in text:
        found = read_settings({"MANYI_PUBLIC_URL": f"https://{text}:8443/"})["PUBLIC_URL"]
        assert found == f"https://{text}:8443"
    assert read_settings({"MANYI_PUBLIC_URL": "http://[::1]:80"})["PUBLIC_URL"] == "http://[::1]:80"


def test_a_file_that_is_no_text_is_refused_with_its_name(tmp_path):
    file = tmp_path / "manyi.conf"
    file.write_bytes(b"MANYI_PORT=\xe9\n")
    with pytest.raises(SettingError, match=r"manyi\.conf.*UTF-8"):
        read_settings({"MANYI_CONFIG": str(file)})


def test_the_first_start_makes_a_key_that_only_its_owner_reads(tmp_path):
    key = secret_key(tmp_path)
    assert len(key) >= 48
    assert secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    (tmp_path / "secret_key").write_text("short", encoding="ascii")
    with pytest.raises(SettingError, match="secret_key"):
        secret_key(tmp_path)
    (tmp_path / "secret_key").write_bytes(b"\xe9" * 50)
    with pytest.raises(SettingError, match="no usable key"):
        secret_key(tmp_path)
    (tmp_path / "secret_key").unlink()
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(SettingError, match="cannot be read"):
        secret_key(tmp_path)


def test_workers_that_start_together_share_one_key(tmp_path):
    for place in range(30):
        folder = tmp_path / str(place)
        folder.mkdir()
        start = threading.Barrier(4)

        def read(folder=folder, start=start):
            start.wait(10)
            return secret_key(folder)

        with ThreadPoolExecutor(4) as pool:
            keys = {task.result() for task in [pool.submit(read) for _ in range(4)]}
        assert len(keys) == 1
        assert [path.name for path in folder.iterdir()] == ["secret_key"]


@pytest.mark.parametrize(
    ("name", "text", "secret"),
    [
        ("LOGIN_LIMIT", "nonsense", ""), ("LOGIN_LIMIT", "", ""), ("ANSWER_LIMIT", "many a minute", ""),
        ("LIMIT_STORAGE", "nonsense://hush@x", "hush"), ("TIMEZONE", "Mars/X", ""), ("TIMEZONE", "../x", ""),
        ("LOG_LEVEL", "LOUD", ""), ("LOG_FORMAT", "xml", ""), ("WORKERS", "0", ""), ("PORT", "70000", ""),
        ("PORT", "0", ""), ("SESSION_HOURS", "0", ""), ("RESUME_DAYS", "0", ""), ("ANSWER_KIB", "0", ""),
        ("UPLOAD_KIB", "0", ""), ("PROXY_HOPS", "-1", ""), ("MAIL_URL", "mail.example:587", ""),
        ("MAIL_URL", "smtp+starttls://user:hush@mail.example:notaport", "hush"), ("MAIL_URL", "smtp://", ""),
        ("MAIL_SENDER", "not an address", ""), ("MAIL_SENDER", "a@b\nBcc: c@d", ""),
        ("PUBLIC_URL", "survey.example", ""), ("PUBLIC_URL", "https://a.example/path", ""),
        ("PUBLIC_URL", "javascript://a", ""), ("SECRET_KEY", "a" * 40, "aaaa"),
        ("SECRET_KEY", "short-secret", "short-secret"), ("SECRET_KEY_FALLBACKS", "short-old", "short-old"),
        ("DATABASE_URL", "mysql://manyi:hush@127.0.0.1/manyi", "hush"), ("DATABASE_URL", "hush", "hush"),
        ("INSTANCE", __file__, ""), ("TRANSLATIONS", "/nowhere/at/all", ""),
        ("INSTANCE", "~nobody-of-this-name/x", ""), ("KEYS", "~nobody-of-this-name", ""),
        ("ANCHOR", "~nobody-of-this-name", ""), ("TRANSLATIONS", "~nobody-of-this-name", ""),
        ("INSTANCE", "/" + "a" * 5000, ""), ("PORT", "9" * 5000, ""), ("LOGIN_LIMIT", "0 per minute", ""),
        ("HOST", "", ""), ("HOST", "no host", ""), ("HOST", "a" * 70, ""), ("HOST", "a\n", ""),
        ("HOST", "a-" * 40_000, ""), ("PUBLIC_URL", "https://" + "a." * 40_000 + "!", ""),
        ("PUBLIC_URL", "https://a.example\nb", ""), ("PUBLIC_URL", "https://a.exa\nmple", ""),
        ("PUBLIC_URL", "https://a b", ""), ("PUBLIC_URL", 'https://a"><script>', ""),
        ("MAIL_URL", "smtp://mail\n.example", ""), ("MAIL_SENDER", "\x1b@example.org", ""),
        ("DATABASE_URL", "postgresql://manyi:hush", "hush"), ("OWNER_URL", "postgresql://manyi:hush", "hush"),
        ("DATABASE_URL", "postgresql+asyncpg://u:hush@h/d", "hush"), ("DATABASE_URL", "sqlite+none://", ""),
    ],
)  # fmt: skip
def test_every_setting_that_cannot_be_used_is_refused_by_name_and_tells_no_secret(name, text, secret):
    with pytest.raises(SettingError, match=f"MANYI_{name}") as refused:
        read_settings({f"MANYI_{name}": text})
    told = str(refused.value)
    assert len(told.splitlines()) == 1
    assert not secret or secret not in told


def test_mails_ask_for_a_public_address():
    with pytest.raises(SettingError, match="MANYI_PUBLIC_URL"):
        read_settings({"MANYI_MAIL_URL": "smtp://mail.example"})
    known = {"MANYI_MAIL_URL": "smtp://u:p@mail.example:25", "MANYI_PUBLIC_URL": "https://survey.example/"}
    assert read_settings(known)["PUBLIC_URL"] == "https://survey.example"


def make(tmp_path, **manyi):
    return create_app({"MANYI": {"INSTANCE": tmp_path, "SECRET_KEY": KEY, **manyi}, "TESTING": True})


def test_https_makes_cookies_secure_and_browsers_stay(tmp_path):
    plain = make(tmp_path).test_client().get("/s/x?lang=en")
    assert "Strict-Transport-Security" not in plain.headers
    site = make(tmp_path, HTTPS=True).test_client()
    response = site.get("/login?lang=en", base_url="https://localhost")
    cookies = response.headers.getlist("Set-Cookie")
    assert cookies
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert "max-age=" in response.headers["Strict-Transport-Security"]


def test_trusted_hosts_refuse_others(tmp_path):
    site = make(tmp_path, TRUSTED_HOSTS=["survey.example"]).test_client()
    assert site.get("/login", headers={"Host": "survey.example"}).status_code == 200
    assert site.get("/login", headers={"Host": "evil.example"}).status_code == 400


def test_forwarded_addresses_are_believed_from_our_own_proxies_only(tmp_path):
    for hops, wanted in ((0, "127.0.0.1"), (1, "9.9.9.9")):
        site = make(tmp_path, PROXY_HOPS=hops)
        seen = []
        site.before_request(lambda seen=seen: seen.append(request.remote_addr))
        site.test_client().get("/login", headers={"X-Forwarded-For": "1.1.1.1, 9.9.9.9"})
        assert seen == [wanted]
