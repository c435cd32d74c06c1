"""What the forms of staff share: clean text, and refusals that say what to write instead."""

import unicodedata

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError


def stripped(text: str | None) -> str:
    """Take the blanks at both ends away; a form filter."""
    return (text or "").strip()


def one_line(_form: Form, field: Field) -> None:
    """Refuse control characters: no database column and no mail header needs them."""
    if any(unicodedata.category(sign) == "Cc" for sign in field.data or ""):
        raise ValidationError(_("Write one line of ordinary characters."))
