"""Mail to staff through the SMTP server of MANYI_MAIL_URL; without one, mails are not sent."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr
from typing import Any
from urllib.parse import unquote, urlsplit

import structlog
from flask import current_app
from flask_security import MailUtil

log = structlog.get_logger(__name__)


class SmtpMail(MailUtil):
    """Flask-Security's mails, sent by the standard library."""

    def send_mail(
        self,
        template: str,
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],
        body: str | None,
        html: str | None,
        **kwargs: Any,
    ) -> None:
        """Send one mail; a server that cannot be reached is logged and told to nobody else."""
        del html, kwargs
        url = current_app.config["MANYI"]["MAIL_URL"]
        if not url:
            log.warning("mail_not_sent", template=template, remedy="set MANYI_MAIL_URL")
            return
        message = EmailMessage()
        message["Subject"] = " ".join(str(subject).split())
        message["From"] = formataddr(sender) if isinstance(sender, tuple) else str(sender)
        message["To"] = formataddr(recipient) if isinstance(recipient, tuple) else str(recipient)
        message.set_content(body or "")
        try:
            _send(url, message)
        except (OSError, smtplib.SMTPException) as error:
            log.warning("mail_not_sent", template=template, error=type(error).__name__)


def _send(url: str, message: EmailMessage) -> None:
    parts = urlsplit(url)
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname or "", parts.port or 465, timeout=15, context=context)
    else:
        server = smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=15)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
