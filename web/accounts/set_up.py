"""A link by which somebody sets their password, once and within a day; it is signed, and stored nowhere."""

from flask import current_app, request
from flask_security.recoverable import generate_reset_password_token

from web.accounts.models import Staff


def link_for(person: Staff) -> str:
    """Give the link; it ends with the password that it was made beside, and after 24 hours.

    Without MANYI_PUBLIC_URL, where no mail leaves either, it begins as the page does that shows it.
    """
    site = current_app.config["MANYI"]["PUBLIC_URL"] or request.host_url.rstrip("/")
    token = generate_reset_password_token(person)  # type: ignore[no-untyped-call]
    return f"{site}{current_app.config['SECURITY_RESET_URL']}/{token}"
