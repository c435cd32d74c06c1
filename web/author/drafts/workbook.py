"""The texts of a draft in two languages as a workbook, for translators who have no tool of their own."""

import io
from collections.abc import Iterator, Sequence
from typing import Final

from flask_babel import gettext as _

from surveys.editing.translating import Entry, Text
from web.author import sheets
from web.author.drafts.wording import STATES, field_name, kind_of
from web.exports import xlsx
from web.exports.table import Table

# Headings are the same in every language of the page: by them the columns are found when it comes back.
KEY: Final = "key"
BEFORE: Final = (KEY, "code", "place")
NOTE: Final = "note"
WIDTHS: Final = (10, 14, 26, 60, 60, 34)


def written(texts: Sequence[Text], source: str, target: str) -> bytes:
    """Write a row a text: what names it, the code of its part, where it stands, both texts, and a note."""
    rows = [
        (text.context, text.node.code, f"{kind_of(text.node)} · {field_name(text.path)}", text.source,
         text.target, _note(text))
        for text in texts
    ]  # fmt: skip
    file = io.BytesIO()
    xlsx.write({target: Table((*BEFORE, source, target, NOTE), rows)}, file, widths=WIDTHS)
    return file.getvalue()


def _note(text: Text) -> str:
    said = [] if text.state == "done" else [str(STATES[text.state])]
    if text.pipes:
        said.append(_("keep %(names)s", names=", ".join(f"{{{name}}}" for name in text.pipes)))
    return "; ".join(said)


def read(file: bytes, source: str, target: str) -> Iterator[Entry]:
    """Read the translations of a workbook; a formula is none.

    Raises
    ------
    SurveyError
        TRANSLATION_FILE: it is no workbook, too large, or lacks a column.
    """
    for key, before, said in sheets.table(sheets.rows_of(file), (KEY, source, target)):
        if key.text:
            yield Entry(key.text, before.text, said.text, said.is_formula)
