"""What holds for the whole site: log-in, languages, forged requests, addresses that lead nowhere."""

import pytest

from web.accounts.roles import ROLES


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_of_strangers_keep_every_promise(stranger, language):
    for path in ("/", "/login", "/account/reset"):
        page = stranger.browse(f"{path}?lang={language}")
        assert page.html["lang"] == {"zh": "zh-CN", "en": "en"}[language]


def test_the_log_in_speaks_chinese(stranger):
    page = stranger.browse("/login?lang=zh")
    labels = [label.get_text(strip=True) for label in page.select("main label, main button")]
    assert labels == ["邮箱地址", "密码", "记住我", "登录"]


@pytest.mark.parametrize("role", ROLES)
def test_every_role_logs_in_and_out(sign_in, role):
    visitor = sign_in(role)
    assert role.title() in visitor.browse("/account/password").select_one(".site-tools").get_text()
    assert visitor.send("/logout", 302).location == "/"
    assert "/login" in visitor.client.get("/account/password").location


def test_a_wrong_password_and_an_unknown_address_look_alike(stranger):
    texts = [
        stranger.submit("/login", 200, email=email, password="wrong horse battery").text
        for email in ("viewer@example.org", "nobody@example.org")
    ]
    shown = [text.split('id="errors"')[1].split("</div>")[0] for text in texts]
    assert shown[0] == shown[1]
    assert "The address or the password is wrong." in shown[0]
    assert "/login" in stranger.client.get("/home").location


def test_a_post_without_the_mark_is_refused(administrator, stranger):
    for visitor, path in ((administrator, "/logout"), (stranger, "/login")):
        response = visitor.client.post(path, data={"email": "viewer@example.org", "password": "x"})
        assert response.status_code == 400
    assert administrator.client.get("/account/password").status_code == 200


def test_unknown_addresses_are_told_kindly(stranger, administrator):
    for visitor in (stranger, administrator):
        page = visitor.browse("/nothing/here", 404)
        assert page.h1.get_text() == "There is no page here"
        assert page.select_one("main a")["href"] == "/"
