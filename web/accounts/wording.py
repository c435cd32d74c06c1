"""Sentences of Flask-Security that its Chinese catalogue lacks, said in our own words in both languages."""

from typing import Final

from flask_babel import lazy_gettext as _l

WORDING: Final = {
    "SECURITY_MSG_GENERIC_AUTHN_FAILED": (_l("The address or the password is wrong. Try again."), "error"),
    # Said to known and unknown addresses alike.
    "SECURITY_MSG_PASSWORD_RESET_REQUEST": (
        _l("If this address has an account, a mail with a link to set a new password is on its way."),
        "info",
    ),
    "SECURITY_MSG_INVALID_RESET_PASSWORD_TOKEN": (
        _l("This link has been used already, or letters of it are missing. Ask for a new one."),
        "error",
    ),
    "SECURITY_MSG_PASSWORD_RESET_EXPIRED": (_l("This link is too old. Ask for a new one."), "error"),
    "SECURITY_MSG_PASSWORD_RESET": (_l("The new password is saved."), "success"),
    "SECURITY_MSG_PASSWORD_RESET_NO_LOGIN": (_l("The new password is saved. Log in with it."), "success"),
    "SECURITY_MSG_UNAUTHENTICATED": (_l("Log in to open this page."), "error"),
}
