"""Addresses of staff, and mail to them through the SMTP server of MANYI_MAIL_URL."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

import email_validator
import structlog
from flask import current_app
from flask_security import MailUtil, hash_password

log = structlog.get_logger(__name__)
# Intranets use addresses under .local and the like, and a log-in name need not be deliverable.
email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()


def normalise(address: str) -> str:
    """Give an address in the form in which it is stored.

    Raises
    ------
    email_validator.EmailNotValidError
        It is not an address.
    """
    found = email_validator.validate_email(address.strip(), check_deliverability=False)
    return found.normalized.lower()


class SmtpMail(MailUtil):
    """Flask-Security's mails, sent by the standard library."""

    def normalize(self, email: str) -> str:
        """Normalise as accounts are stored."""
        return normalise(email)

    def validate(self, email: str) -> str:
        """Validate as accounts are made."""
        return normalise(email)

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
        # An address without an account costs a hash (`forgot_password`); one with an account costs it too.
        hash_password("not-a-password")
        send(template, str(subject), recipient, sender, body or "")


Address = str | tuple[str, str]


def send(template: str, subject: str, recipient: Address, sender: Address, body: str) -> None:
    """Send a mail outside the request, whose time then tells nothing; without a mail server none leaves."""
    url = current_app.config["MANYI"]["MAIL_URL"]
    if not url:
        log.warning("mail_not_sent", template=template, remedy="set MANYI_MAIL_URL")
        return
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())
    message["From"] = formataddr(sender) if isinstance(sender, tuple) else str(sender)
    message["To"] = formataddr(recipient) if isinstance(recipient, tuple) else str(recipient)
    message.set_content(body)
    Thread(target=_deliver, args=(url, message, template), daemon=True).start()


def _deliver(url: str, message: EmailMessage, template: str) -> None:
    try:
        deliver(url, message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        log.warning("mail_not_sent", template=template, error=type(error).__name__)


def deliver(url: str, message: EmailMessage) -> None:
    """Send a mail now, through the server at this address.

    Raises
    ------
    OSError, smtplib.SMTPException, ValueError
        It cannot be sent.
    """
    parts = urlsplit(url)
    context = ssl.create_default_context()
    if parts.scheme == "smtps":
        port = parts.port or 465
        server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname or "", port, timeout=15, context=context)
    else:
        server = smtplib.SMTP(parts.hostname or "", parts.port or 25, timeout=15)
    with server:
        if parts.scheme == "smtp+starttls":
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)
