"""Mails that tell people what happens to their accounts, so that a stranger's log-in does not stay unseen."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, render_template, request, url_for
from flask_babel import force_locale, format_datetime
from flask_babel import gettext as _
from flask_security import user_authenticated

from web import i18n
from web.accounts import attempts, mail, set_up
from web.accounts.models import Staff
from web.accounts.roles import NAMES


def configure(app: Flask) -> None:
    """Tell of log-ins from browsers that the account does not know."""
    user_authenticated.connect(_logged_in, app)


def _logged_in(app: Flask, user: Staff, **_named: Any) -> None:
    del app
    if not attempts.is_known(user):
        with force_locale(i18n.locale(user.language)):
            when = format_datetime(datetime.now(UTC), "long")
            _send(user, "new_log_in", _("A new browser has logged in to your account"), when=when)


def roles_changed(person: Staff) -> None:
    """Tell somebody that their roles are others now."""
    with force_locale(i18n.locale(person.language)):
        names = [str(NAMES[role]) for role in sorted(person.role_names)]
        _send(person, "roles_changed", _("Your roles have changed"), names=names)


def invited(person: Staff) -> bool:
    """Mail somebody the link by which they set a password; tell whether a mail leaves."""
    if not current_app.config["MANYI"]["MAIL_URL"]:
        return False
    with force_locale(i18n.locale(person.language)):
        _send(person, "set_up", _("Set your password"), link=set_up.link_for(person))
    return True


def _send(person: Staff, template: str, subject: str, **more: Any) -> None:
    if not current_app.config["MANYI"]["MAIL_URL"]:
        return
    public = current_app.config["MANYI"]["PUBLIC_URL"]
    body = render_template(
        f"accounts/mail/{template}.txt",
        address=request.remote_addr or "",
        browser=str(request.user_agent.string)[:200],
        page=f"{public}{url_for('accounts.own_sessions')}",
        **more,
    )
    sender = current_app.config["SECURITY_EMAIL_SENDER"]
    mail.send(template, subject, person.email, sender, body)
