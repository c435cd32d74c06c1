"""Lists that are pasted into a part: a line each, languages beside each other as in a table."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from flask import abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys.editing.nodes import below
from surveys.editing.order import spread
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.acting import do
from web.author.drafts.editor import NODE, blueprint, page
from web.author.drafts.making import made
from web.author.drafts.room import Desk
from web.author.drafts.wording import columns_of

MOST: Final = 500
KINDS: Final = frozenset({"row", "option", "question", "member"})


@blueprint.post(f"{NODE}/paste")
@allow(DESIGNER)
def paste(code: str, node_id: int) -> ResponseReturnValue:
    """Add a part for every line that was pasted: its text, and after a tab that of the next language.

    Of the questions of a dimension a line is a code.
    """
    desk = room.find(code)
    node = desk.node(node_id)
    kind = request.form.get("kind", "")
    if kind not in KINDS or kind not in below(node.kind):
        abort(404)
    lines = [line for line in request.form.get("lines", "").splitlines() if line.strip()]
    if fault := _fault(desk, kind, lines):
        return page(desk, node, fault=fault, status=422)
    there = desk.nodes.children(node.id, kind)
    places = spread(there[-1].place if there else "", "", len(lines))
    operations = []
    for number, (line, place) in enumerate(zip(lines, places, strict=True)):
        fields = made(desk, node, kind, request.form.get("type", ""), number)
        if kind == "member":
            fields["of"] = line.strip()
        else:
            fields |= {f"text/{language}": text for language, text in _texts(desk, line).items() if text}
        new = len(desk.nodes) + 10**6 + number
        operations.append(
            {"op": "add", "id": new, "kind": kind, "parent": node_id, "place": place, "fields": fields}
        )
    return do(desk, operations, node_id, _("Added: %(n)s.", n=len(lines)))


def _texts(desk: Desk, line: str) -> Mapping[str, str]:
    return dict(zip(desk.languages, (each.strip() for each in line.split("\t")), strict=False))


def _fault(desk: Desk, kind: str, lines: list[str]) -> str:
    """Say why a list cannot be taken, naming its first such line; nothing where it can."""
    if not lines or len(lines) > MOST:
        return str(_("Paste between 1 and %(n)s lines.", n=MOST))
    for number, line in enumerate(lines if kind != "member" else (), start=1):
        about = {"n": number, "languages": columns_of(desk)}
        if len(line.rstrip("\t").split("\t")) > len(desk.languages):
            message = _("Line %(n)s has more columns than there are languages."
                        " Columns are, in this order: %(languages)s.", **about)  # fmt: skip
            return str(message)
        if _is_crossed(_texts(desk, line)):
            message = _("The columns of line %(n)s stand in another order of languages."
                        " Columns are, in this order: %(languages)s.", **about)  # fmt: skip
            return str(message)
    return ""


def _is_crossed(texts: Mapping[str, str]) -> bool:
    """Tell whether the Chinese column has not one Chinese character, and another column has some."""
    has_han = {language: any(map(_is_han, text)) for language, text in texts.items() if text}
    chinese = {has for language, has in has_han.items() if language.startswith("zh")}
    return chinese == {False} and any(has_han.values())


def _is_han(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith("CJK UNIFIED IDEOGRAPH")
