"""What the forms of staff share: clean text, and refusals that say what to write instead."""

import unicodedata

from flask_babel import gettext as _
from wtforms import Field, Form, ValidationError

from surveys.signs import CONTROL


def stripped(text: str | None) -> str:
    """Take the blanks at both ends away; a form filter."""
    return (text or "").strip()


def one_line(_form: Form, field: Field) -> None:
    """Refuse control characters, and directions that turn what stands beside them: no name needs them."""
    text = field.data or ""
    if CONTROL.search(text) or any(unicodedata.category(sign) == "Cc" for sign in text):
        raise ValidationError(_("Write one line of ordinary characters."))
