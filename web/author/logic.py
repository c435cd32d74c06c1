"""The page of a questionnaire's logic: every condition in words, who uses what, and answers tried."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from surveys.asking.reasons import Tested, Why, reasons
from surveys.document.conditions import QUOTAS, choices_of, conditions_of
from surveys.document.questionnaire import Questionnaire
from surveys.document.uses import uses
from surveys.document.wording import language_of
from surveys.findings import logic as logic_findings
from surveys.findings import reach
from surveys.findings.subject import Subject
from surveys.logic.binding import bound
from surveys.logic.reading import parse
from surveys.logic.tree import references
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author import previewing, room, sources
from web.author.drafts import room as drafts
from web.author.drafts.preview import router_of
from web.author.holding import Held, held
from web.author.room import PLACE
from web.author.trying import Tried
from web.extensions import db
from web.naming import Naming

blueprint = room.blueprint
DRAFT = "draft"
USES = {
    "condition": _l("condition"),
    "pipe": _l("text that takes its answer"),
    "dimension": _l("dimension"),
    "check": _l("check outside the score"),
    "quality": _l("rule of quality"),
    "role": _l("figure beside the index"),
}


class Here(NamedTuple):
    """Where the questionnaire stands, and which view shows a page of it."""

    back: str
    preview: str
    values: Mapping[str, str]


class Named(NamedTuple):
    """A part by its code and its text."""

    code: str
    text: str


class Condition(NamedTuple):
    """One condition as the page tells it; `decides` is what it is about, `found` what is wrong with it."""

    anchor: str
    kind: str  # section | question | row | option | stop | quota
    decides: Named
    page: str
    sentence: str
    asks: tuple[Named, ...]
    found: tuple[str, ...]
    does: str  # asks | accepts | ends | counts
    people: int | None  # of the trial's, for whom it holds
    is_never: bool  # nobody of the trial's came to what it decides on


class Used(NamedTuple):
    """What uses a question: the kind of use, where, and the condition's own line on the page."""

    kind: str
    text: str
    anchor: str


@blueprint.get(f"{drafts.PLACE}/logic", defaults={"source": DRAFT, "part": ""})
@blueprint.get(f"{PLACE}/logic")
@allow(DESIGNER, ANALYST)
def logic(source: str, code: str, part: str) -> ResponseReturnValue:
    """Show all conditions in words, what uses each question, and where answers that are tried lead."""
    place: dict[str, Any] = {"source": source, "code": code, "part": part}
    if source == DRAFT:
        desk = drafts.find(code)
        router, change = router_of(desk), desk.draft.number
        here, key = Here(url_for("drafts.show", code=code), "drafts.preview", {"code": code}), f"draft/{code}"
        if router is None:
            return render_template("author/drafts/no_preview.html", desk=desk)
    else:
        known = room.find(source, code, part)
        router, change, key = sources.router_of(known), 0, f"{source}/{code}/{part}"
        here = Here(url_for("author.document", **place), "author.preview", place)
    document = router.document
    naming = Naming(document, language_of(document, i18n.choose()))
    answers = previewing.answers_of(router)
    trial = held(db.session, key)
    told = list(_conditions(document, naming, trial))
    return render_template(
        "author/logic.html",
        here=here,
        place=place,
        document=document,
        trial=trial,
        n_since=change - trial.change if trial is not None else 0,
        with_answers=previewing.with_answers,
        naming=naming,
        conditions=told,
        used=_used(document, naming, told),
        uses=USES,
        answers=answers,
        pages=list(reasons(router, answers.way)) if "try" in request.args else None,
        why=lambda each: list(_because(each, naming)),
        n_asked=sum(len(codes) for codes in answers.way.shown.values()),
        n_refused=_refused(answers),
    )


def _refused(answers: Tried) -> int:
    return sum(bool(each.error) for each in answers.fields)


def _conditions(document: Questionnaire, naming: Naming, trial: Held | None) -> Iterator[Condition]:
    choices = choices_of(document)
    found: dict[str, list[str]] = {}
    subject = Subject(document, document.dump())
    for each in (*logic_findings.find(subject), *reach.find(subject)):
        found.setdefault(each.place, []).append(each.message(i18n.choose()))
    for number, placed in enumerate(conditions_of(document), start=1):
        expression = bound(parse(placed.text), choices)
        names = dict.fromkeys(each.name for each in references(expression))
        section, *rest = placed.place.split(".")
        kind = ("section", "question", "row")[len(rest)] if "stops" not in rest[:1] else "stop"
        kind = "quota" if section == QUOTAS else kind
        if kind == "row" and rest[-1] not in document.by_code:
            kind = "option"
        yield Condition(
            anchor=f"condition-{number}",
            kind=kind,
            decides=_decided(document, naming, section, kind, rest),
            page="" if kind == "quota" else naming.words(document.section(section).title),
            sentence=naming.sentence(expression),
            asks=tuple(Named(name, naming.answer(name)) for name in names),
            found=tuple(found.get(placed.place, ())),
            does="accepts"
            if placed.field == "valid_if"
            else {"stop": "ends", "quota": "counts"}.get(kind, "asks"),
            people=trial.of(placed) if trial is not None else None,
            is_never=trial is not None and placed.place in trial.never,
        )


def _decided(document: Questionnaire, naming: Naming, section: str, kind: str, rest: list[str]) -> Named:
    if kind == "section":
        return Named(section, naming.words(document.section(section).title))
    if kind == "quota":
        quota = next(each for each in document.quotas if each.code == rest[0])
        return Named(quota.code, naming.words(quota.text))
    if kind == "stop":
        stop = next(each for each in document.section(section).stops if each.code == rest[1])
        return Named(stop.code, naming.words(stop.text))
    if kind == "option":
        return Named(rest[-1], f"{naming.part(rest[0])} · {naming.option_text(rest[0], rest[-1])}")
    return Named(rest[-1], naming.part(rest[-1]))


def _used(document: Questionnaire, naming: Naming, told: list[Condition]) -> Mapping[Named, tuple[Used, ...]]:
    """Give what uses each question or row that is used by more than its dimension."""
    places = {placed.place: each for placed, each in zip(conditions_of(document), told, strict=True)}
    dimensions = {
        f"{construct.id}.{node.id}": f"{naming.words(construct.name)} › {naming.words(node.name)}"
        for construct, node in (document.indicators.dimensions() if document.indicators else ())
    }
    constructs = {node.id: naming.words(node.name) for node in getattr(document.indicators, "constructs", ())}

    def said(kind: str, place: str) -> Used:
        if kind == "condition":
            each = places[place]
            return Used(kind, each.decides.text, each.anchor)
        return Used(kind, dimensions.get(place) or constructs.get(place) or place, "")

    return {
        Named(code, naming.part(code)): tuple(said(*use) for use in found)
        for code, found in uses(document).items()
        if any(use.kind != "dimension" for use in found)
    }


def _because(why: Why, naming: Naming) -> Iterator[tuple[Tested, str, list[tuple[str, str]]]]:
    """Give each test of a condition with its sentence and the answers that it looked at."""
    for tested in why.tests:
        seen = [(naming.answer(name), naming.value(name, value)) for name, value in tested.seen]
        yield tested, naming.sentence(tested.test), seen
