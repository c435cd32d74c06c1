"""The page of one condition: as a form, as text and in words, all three the same tree."""

from functools import cached_property
from typing import Any, Final

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from surveys.document.conditions import Placed as PlacedCondition
from surveys.document.conditions import choices_of, codes_before, faults_at, known_to
from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import language_of
from surveys.editing.naming import CONDITIONS
from surveys.editing.nodes import Node
from surveys.errors import SurveyError
from surveys.findings.finding import error as finding
from surveys.findings.logic import CODES
from surveys.logic.binding import bound
from surveys.logic.reading import parse
from surveys.logic.screen import Written, expression_of, screen_of
from surveys.logic.tree import Expression
from surveys.logic.types import Known
from surveys.logic.writing import to_text
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author.drafts import room
from web.author.drafts.clashing import answered
from web.author.drafts.editor import NODE
from web.author.drafts.fields import fields_of_node
from web.author.drafts.judging import place_of
from web.author.drafts.offering import Offering
from web.author.drafts.room import Desk, Marks
from web.author.drafts.rows import Line, Lines, Reading, lines_of, sent
from web.author.drafts.sending import VALUE, Sent
from web.author.drafts.shaping import shaped
from web.author.drafts.wording import field_name, kind_of, name_of
from web.author.holding import held
from web.extensions import db
from web.naming import Naming

blueprint = room.blueprint
FORWARD: Final = "logic-forward"


class Bench:
    """One condition of a draft: where it stands, and what may be chosen there."""

    def __init__(self, desk: Desk, node: Node, field: str) -> None:
        self.desk, self.node, self.field = desk, node, field

    @property
    def text(self) -> str:
        """The condition as it is kept."""
        return str(self.desk.names.written(self.node, self.field, self.node.fields.get(self.field)) or "")

    @cached_property
    def document(self) -> Questionnaire | None:
        """What can be read of the draft."""
        return self.desk.document

    @cached_property
    def everything(self) -> Known:
        """What conditions of the questionnaire may look at, wherever they stand."""
        if self.document is None:
            return Known(answers={}, valueless={}, is_first=False, account={})
        return known_to(self.document)

    @cached_property
    def before(self) -> frozenset[str]:
        """The codes of what comes before it."""
        if self.document is None:
            return frozenset()
        return codes_before(self.document, place_of(self.desk.nodes, self.node), self.field)

    @cached_property
    def known(self) -> Known:
        """What may be chosen here."""
        whole = self.everything
        names = [name for name in whole.answers if name.partition(".")[0] in self.before]
        return Known(
            {name: whole.answers[name] for name in names}, whole.valueless, whole.is_first, whole.account
        )

    @cached_property
    def naming(self) -> Naming | None:
        """How its parts are called."""
        found = self.document
        return Naming(found, language_of(found, i18n.choose())) if found is not None else None

    def sentence(self, expression: Expression | None) -> str:
        """Say a condition in words."""
        if expression is None or self.naming is None or self.document is None:
            return ""
        return self.naming.sentence(bound(expression, choices_of(self.document)))

    def held(self) -> tuple[int, int] | None:
        """Tell for how many people of the newest trial the kept condition holds, and of how many."""
        trial = held(db.session, f"draft/{self.desk.code}")
        place = place_of(self.desk.nodes, self.node)
        number = trial.of(PlacedCondition(place, self.text, self.before, self.field)) if trial else None
        return (number, trial.people) if trial is not None and number is not None else None

    def meant(self, part: Written) -> str:
        """Tell what cannot be meant in a part that stands as text; empty where it may be meant."""
        placed = PlacedCondition("", to_text(part.expression), self.before)
        for fault in faults_at(placed, part.expression, self.everything):
            found = finding(CODES.get(fault.problem, FORWARD), "", **fault.context)
            return f"{found.message(i18n.choose())} {found.remedy(i18n.choose())}"
        return ""


def _bench(code: str, node_id: int, field: str) -> Bench:
    desk = room.find(code)
    node = desk.node(node_id)
    known = {each.path for each in fields_of_node(desk, node) if each.control == "condition"}
    if field not in CONDITIONS or field not in known:
        abort(404)
    return Bench(desk, node, field)


@blueprint.get(f"{NODE}/condition/<field>")
@allow(DESIGNER)
def condition(code: str, node_id: int, field: str) -> ResponseReturnValue:
    """Show a condition as a form."""
    bench = _bench(code, node_id, field)
    return _of_text(bench, bench.text)


@blueprint.post(f"{NODE}/condition/<field>")
@allow(DESIGNER)
def shape(code: str, node_id: int, field: str) -> ResponseReturnValue:
    """Do what a button says to the form, or save what it says."""
    bench = _bench(code, node_id, field)
    room.marks_of(bench.desk)
    doing = request.form.get("do", "")
    if doing in {"read", "save-text"}:
        text = request.form.get("text", "").replace("\r\n", "\n").strip()
        return _save(bench, text) if doing == "save-text" else _of_text(bench, text)
    lines = sent(request.form)
    if lines is None:
        abort(413)
    reached = shaped(lines, doing)
    reading = Reading(bench.known)
    screen = reading.group(lines)
    if doing == "save":
        try:
            if not reading.faults:
                expression = expression_of(screen)
                return _save(bench, "" if expression is None else _written(expression))
        except SurveyError as refused:
            return _page(bench, lines, fault=refused.text(i18n.choose()), status=422)
        message = _("Nothing was saved: some rows are not filled in.")
        return _page(bench, lines, fault=message, status=422)
    whole = not reading.faults and not _blank(lines)
    return _page(bench, lines_of(screen) if whole else lines, reached=reached)


def _written(expression: Expression) -> str:
    """Write a condition; one that is too long or too deep to be read again is refused."""
    text = to_text(expression)
    parse(text)
    return text


def _blank(lines: Lines) -> bool:
    return not lines.parts or any(
        _blank(each) if isinstance(each, Lines) else each.is_blank for each in lines.parts
    )


def _of_text(bench: Bench, text: str) -> ResponseReturnValue:
    """Show a condition that is written as text; one that cannot be read stays in its field."""
    if not text:
        return _page(bench, Lines("all", [Line()]))
    try:
        return _page(bench, lines_of(screen_of(parse(text), bench.known)))
    except SurveyError as refused:
        status = 422 if request.method == "POST" else 200
        return _page(bench, None, text=text, text_fault=refused.text(i18n.choose()), status=status)


def _page(
    bench: Bench,
    lines: Lines | None,
    *,
    fault: str = "",
    text: str = "",
    text_fault: str = "",
    reached: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Show the form; what is missing yet is said at its row only where saving was refused."""
    desk, node = bench.desk, bench.node
    reading = Reading(bench.known)
    expression = expression_of(reading.group(lines)) if lines is not None else None
    faults = {path: said for path, part in reading.written.items() if (said := bench.meant(part))}
    faults |= {path: each.message for path, each in reading.faults.items() if fault or not each.is_missing}
    written = to_text(expression) if expression is not None else ""
    return render_template(
        "author/drafts/condition.html",
        desk=desk,
        node=node,
        field=bench.field,
        name=f"{kind_of(node)} {name_of(desk, node)}",
        label=field_name(bench.field),
        marks=Marks.of_form(request.form) if request.method == "POST" else Marks(desk),
        is_readable=bench.document is not None,
        lines=lines,
        offering=Offering(bench.naming, bench.known) if bench.naming is not None else None,
        faults=faults,
        fault=fault,
        sentence=bench.sentence(expression),
        text=text or written,
        text_fault=text_fault,
        reached=reached,
        is_kept=not text_fault and written == bench.text,
        held=bench.held(),
        address=url_for("drafts.shape", code=desk.code, node_id=node.id, field=bench.field),
    ), status


def _save(bench: Bench, text: str) -> ResponseReturnValue:
    """Set the condition as one change; on from here as from the part's own form."""
    desk, node = bench.desk, bench.node
    base, _tab, _client = room.marks_of(desk)
    wanted: MultiDict[str, Any] = MultiDict({VALUE + bench.field: text})
    operations = Sent(desk, node, wanted).operations(base)
    if not operations:
        return redirect(url_for("drafts.part", code=desk.code, node_id=node.id), 303)
    try:
        outcome = room.send(desk, operations)
    except SurveyError as refused:
        db.session.rollback()
        fresh = _bench(desk.code, node.id, bench.field)
        said = refused.text(i18n.choose())
        return _page(fresh, None, text=text, text_fault=said, status=422)
    return answered(desk, outcome, operations, node.id)
