"""What differs between two documents, as a page tells it: by part, in words, with the answers it is about."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from csi_model import Options
from surveys.analysing.affected import Affected, Asked
from surveys.document.conditions import choices_of
from surveys.document.questionnaire import Questionnaire
from surveys.document.series import wordings_of
from surveys.document.wording import language_of
from surveys.editing import comparing
from surveys.editing.comparing import Difference
from surveys.editing.naming import space_of
from surveys.editing.nodes import Node
from surveys.errors import SurveyError
from surveys.findings.shape import shaped
from surveys.logic.binding import bound
from surveys.logic.reading import parse
from web import i18n
from web.author.drafts.wording import KINDS, field_name, kind_of, name_of
from web.naming import Naming, shortened

# How much of a value a line tells, in columns.
LONGEST: Final = 400
READ: Final = frozenset({"text", "hint", "anchors", "labels", "scale", "without"})


class Line(NamedTuple):
    """One difference: what became of which part (`add`, `drop`, `move`, `order` or `set`).

    Of a field what it was and is; `reach` says whose answers it is about.
    """

    doing: str
    name: str
    code: str
    field: str
    was: str
    now: str
    reach: str


class Group(NamedTuple):
    """What differs in one part of the questionnaire: a section, the indicators, or what stands beside."""

    name: str
    lines: list[Line]


class Worded(NamedTuple):
    """A rated question that is in both and is asked otherwise.

    `goes_on` says whether answers before and after are one series, None where nobody has said so yet.
    """

    code: str
    name: str
    affected: Affected
    goes_on: bool | None


class Side(comparing.Side):
    """One of the two documents, with what its conditions are told by."""

    def __init__(self, plain: Mapping[str, Any]) -> None:
        super().__init__(plain)
        self.document: Questionnaire | None = shaped(dict(plain)).document if plain else None

    def said(self, node: Node, path: str, value: Any) -> str:
        """Give a field's value in words."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        if isinstance(value, str) and space_of(node.kind, path, node.code) == "condition":
            return self._sentence(value)
        return shortened(str(value), LONGEST)

    def _sentence(self, text: str) -> str:
        if self.document is None:
            return text
        try:
            expression = bound(parse(text), choices_of(self.document))
        except SurveyError:
            return text
        return Naming(self.document, language_of(self.document, i18n.choose())).sentence(expression)


def groups(older: Side, newer: Side, asked: Asked | None) -> list[Group]:
    """Tell every difference by part, in the newer document's order; `asked` knows who answered the older."""
    found: dict[str, list[Line]] = {}
    for each in comparing.differences(older, newer):
        side = older if each.doing == "drop" else newer
        found.setdefault(_group(side, each.node), []).append(_line(older, newer, each, asked))
    return [Group(name, lines) for name, lines in found.items()]


def _group(side: Side, node: Node) -> str:
    for each in side.nodes.chain(node):
        if each.kind in {"section", "system"}:
            return name_of(side, each)
    return str(_("Beside the sections"))


def _line(older: Side, newer: Side, each: Difference, asked: Asked | None) -> Line:
    side, node = (older if each.doing == "drop" else newer), each.node
    name = f"{kind_of(node)} {name_of(side, node)}"
    reach = _reach(older, each, asked) if asked is not None else ""
    if each.doing == "set":
        was, now = older.said(node, each.path, each.was), newer.said(node, each.path, each.now)
        return Line("set", name, node.code, field_name(each.path), was, now, reach)
    field = str(KINDS[each.path]) if each.doing == "order" else ""
    return Line(each.doing, name, node.code, field, "", "", reach)


def _reach(older: Side, each: Difference, asked: Asked) -> str:
    """Say whose answers a line is about: of what was removed, and of what respondents read otherwise."""
    node = each.node
    is_read = each.doing == "set" and each.path.partition("/")[0] in READ
    if each.doing == "drop" and node.kind == "option":
        holder = older.nodes.by_id[node.parent or 0]
        value = node.fields.get("value")
        if not isinstance(value, int) or not asked.of({holder.code}).answers:
            return ""
        n = asked.carrying(holder.code, node.code, value, floor=Options.floor)
        few = _("fewer than %(n)s answers carry it", n=Options.floor)
        return str(few if n is None else _("about %(n)s answers carry it", n=n))
    if not (is_read or each.doing == "drop") or node.kind not in {"section", "question", "row"}:
        return ""
    inside = older.nodes.branch(node) if each.doing == "drop" else [node]
    return reached(asked.of({part.code for part in inside if part.kind in {"question", "row"}}))


def reached(affected: Affected) -> str:
    """Say how many waves and answers there are; empty where there are none."""
    if not affected.waves:
        return ""
    waves = ngettext("%(num)d wave", "%(num)d waves", affected.waves)
    answers = ngettext("%(num)d complete answer", "%(num)d complete answers", affected.answers)
    return str(_("%(waves)s, %(answers)s", waves=waves, answers=answers))


def worded(older: Side, newer: Side, asked: Asked, undecided: Collection[str] = ()) -> Iterator[Worded]:
    """Give the rated questions of both that are asked otherwise, with the answers before."""
    if older.document is None or newer.document is None:
        return
    before, after = wordings_of(older.document), wordings_of(newer.document)
    languages = {*older.document.languages} & {*newer.document.languages}
    naming = Naming(newer.document, language_of(newer.document, i18n.choose()))
    for code, wording in after.items():
        if code not in before:
            continue
        goes_on = wording.continues(before[code], languages)
        if not goes_on or not wording.reads_as(before[code], languages):
            said = None if goes_on and code in undecided else goes_on
            yield Worded(code, naming.part(code), asked.of({code}), said)
