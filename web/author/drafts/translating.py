"""A draft in another language, side by side: how far it is, what is written here, and further languages."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, get_args

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from surveys import words
from surveys.editing import drafting, translating
from surveys.editing.operations import Operation
from surveys.editing.translating import Entry, Skipped, State, Text
from surveys.errors import SurveyError
from surveys.findings.texts import is_language
from web import i18n, readers
from web.accounts.access import allow
from web.accounts.roles import ANALYST, DESIGNER
from web.author.drafts import room
from web.author.drafts.room import PLACE, Desk, Marks
from web.author.drafts.wording import STATES, field_name, kind_of, name_of
from web.extensions import db

blueprint = room.blueprint
ALL: Final = f"{PLACE}/translation"
HERE: Final = f"{ALL}/<language>"
WHY: Final = {
    "unknown": _l("stands nowhere in the draft any more"),
    "changed": _l("was reworded since the file was written"),
    "pipe": _l("lacks a name in braces, or has another one"),
    "formula": _l("is a formula: write the text itself"),
    "long": _l("is too long"),
    "sign": _l("holds a sign that cannot be stored"),
    "twice": _l("stands twice, and differently"),
}
SAID: Final = "t:"  # a translation that was written on the page
STILL: Final = "k:"  # a box: what was changed since is still right
TOLD: Final = 50
PAGE_SIZE: Final = 50
MOST_LANGUAGES: Final = 30


class Progress(NamedTuple):
    """How far the translation into one language is; states by their number of texts."""

    language: str
    counts: Mapping[State, int]
    n_texts: int

    @property
    def n_done(self) -> int:
        """How many need no more work: what is the same in both languages counts."""
        return self.n_texts - self.counts.get("missing", 0) - self.counts.get("changed", 0)


class Row(NamedTuple):
    """One text as the page shows it; `said` is what stands in its field, `fault` what is wrong with that."""

    text: Text
    kind: str
    name: str
    said: str
    fault: str = ""


def find(code: str, language: str) -> tuple[Desk, str]:
    """Give a draft and its source language; a language that it has not, or the source, is not there."""
    desk = room.find(code)
    source = desk.languages[0]
    if language not in desk.languages or language == source:
        abort(404)
    return desk, source


@blueprint.get(ALL)
@allow(DESIGNER, ANALYST)
def languages(code: str) -> ResponseReturnValue:
    """Show every language of the draft with its progress, and offer further ones."""
    return _languages(room.find(code))


def _languages(desk: Desk, given: str = "", fault: str = "", status: int = 200) -> ResponseReturnValue:
    source, *targets = desk.languages
    page = render_template(
        "author/drafts/languages.html",
        desk=desk,
        source=source,
        progress=[_progress(desk, source, each) for each in targets],
        further=[each for each in i18n.further() if each[0] not in desk.languages],
        spoken=i18n.names(),
        stand_in=words.FALLBACK if words.FALLBACK in desk.languages else source,
        given=given,
        fault=fault,
        marks=Marks(desk),
    )
    return page, status


def _progress(desk: Desk, source: str, target: str) -> Progress:
    counts = Counter(text.state for text in translating.texts_of(desk.nodes, source, target))
    return Progress(target, counts, counts.total())


@blueprint.post(ALL)
@allow(DESIGNER)
def add_language(code: str) -> ResponseReturnValue:
    """Add a language to the draft; all of its texts are missing then."""
    desk = room.find(code)
    given = request.form.get("language", "").strip()
    known = {each.lower(): each for each in desk.languages}
    if given.lower() in known:
        return redirect(url_for("drafts.languages", code=code), 303)
    if not is_language(given):
        fault = _("This is no code of a language. Write one such as ug, bo or de.")
        return _languages(desk, given[:40], fault, 422)
    if len(desk.languages) >= MOST_LANGUAGES:
        return _languages(desk, given, _("It has %(n)s languages already; no more.", n=MOST_LANGUAGES), 422)
    root = desk.nodes.root
    numbers = [value for path, value in root.fields.items() if path.startswith("languages/")]
    wanted = [given] if numbers else [*desk.languages, given]
    first = 1 + max((each for each in numbers if isinstance(each, int)), default=-1)
    outcome = room.send(
        desk,
        [
            {"op": "set", "id": root.id, "field": f"languages/{each}", "value": number}
            for number, each in enumerate(wanted, first)
        ],
    )
    if outcome.number is None:
        return _languages(room.find(code), given, _("Somebody has changed the same meanwhile."), 409)
    flash(_("%(language)s was added. Its texts are missing still.", language=i18n.name_of(given)), "success")
    return redirect(url_for("drafts.translation", code=code, language=given), 303)


@blueprint.get(HERE)
@allow(DESIGNER, ANALYST)
def translation(code: str, language: str) -> ResponseReturnValue:
    """Show every text beside its translation."""
    return shown(*find(code, language), language)


@blueprint.post(f"{HERE}/texts")
@allow(DESIGNER)
def write(code: str, language: str) -> ResponseReturnValue:
    """Take what was written on the page as one change; what cannot be taken is said at its field."""
    desk, source = find(code, language)
    typed = {name[2:]: said for name, said in request.form.items() if name.startswith(SAID)}
    operations, skipped = _written(desk, source, language, typed)
    try:
        outcome = room.send(desk, operations) if operations else None
    except SurveyError as refused:
        db.session.rollback()
        said = refused.text(i18n.choose())
        return shown(*find(code, language), language, typed=typed, fault=said, status=422)
    if outcome is not None and outcome.conflicts:
        told = {
            f"{each.node}:{each.path.rpartition('/')[0]}": _(
                "%(name)s has written this meanwhile: %(text)s", name=each.staff_name, text=each.theirs or "–"
            )
            for each in outcome.conflicts
        }
        fault = _("Nothing was saved: somebody has changed the same. Look at it and save again.")
        return shown(*find(code, language), language, typed=typed, faults=told, fault=fault, status=409)
    n = len({(each["id"], each["field"]) for each in operations})
    if operations:
        flash(ngettext("%(num)d translation was saved.", "%(num)d translations were saved.", n), "success")
    if skipped:
        told = {each.entry.context: str(WHY[each.why]) for each in skipped}
        gone = [each for each in skipped if each.why == "unknown"]  # which have no field any more
        fault = _("Some translations were not saved; why is said below each.")
        return shown(
            *find(code, language), language, typed=typed, faults=told, skipped=gone, fault=fault, status=422
        )
    here: dict[str, Any] = {name: request.args[name] for name in ("show", "page") if name in request.args}
    return redirect(url_for("drafts.translation", code=code, language=language, **here), 303)


def _written(
    desk: Desk, source: str, language: str, typed: Mapping[str, str]
) -> tuple[list[Operation], list[Skipped]]:
    """Give what differs from what the page showed: translations, those taken away, those still right."""
    base, _tab, _client = room.marks_of(desk)
    is_old = base < desk.draft.number
    nodes = drafting.nodes_at(db.session, desk.draft, base) if is_old else desk.nodes
    before = {text.context: text for text in translating.texts_of(nodes, source, language)}
    entries: list[Entry] = []
    operations: list[Operation] = []
    for context, said in typed.items():
        text = before.get(context)
        tidy = said.replace("\r\n", "\n").strip()
        if text is None:
            entries.append(Entry(context, "", tidy))
            continue
        setting = {"op": "set", "id": text.node.id, "field": f"{text.path}/{language}"}
        if tidy != text.target.strip():
            if tidy:
                entries.append(Entry(context, text.source, tidy))
            else:
                operations.append(setting | {"value": None})
        elif tidy and request.form.get(STILL + context):
            # Taken out and written again: from now on it is younger than its source.
            operations += [setting | {"value": None}, setting | {"value": text.target}]
    found = translating.taken(desk.nodes, source, language, entries)
    return operations + found.operations, found.skipped


def shown(
    desk: Desk,
    source: str,
    language: str,
    *,
    typed: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    skipped: Sequence[Skipped] = (),
    fault: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    """Show the page; `typed` is what was sent and stands in the fields again, `faults` are said at them."""
    texts = list(translating.texts_of(desk.nodes, source, language))
    states = get_args(State)
    wanted = request.args.get("show", "")
    wanted = wanted if wanted in states else ""
    kept = [
        text
        for text in texts
        if not wanted or text.state == wanted or (typed is not None and text.context in typed)
    ]
    n_pages = max(-(-len(kept) // PAGE_SIZE), 1)
    number = min(max(readers.number(request.args.get("page", "")) or 1, 1), n_pages)
    page = render_template(
        "author/drafts/translation.html",
        desk=desk,
        rows=list(
            _rows(desk, kept[(number - 1) * PAGE_SIZE : number * PAGE_SIZE], typed or {}, faults or {})
        ),
        progress=Progress(language, Counter(text.state for text in texts), len(texts)),
        states=STATES,
        wanted=wanted,
        page=number,
        n_pages=n_pages,
        source=source,
        target=language,
        skipped=skipped[:TOLD],
        n_skipped=len(skipped),
        why=WHY,
        fault=fault,
        marks=Marks(desk),
    )
    return page, status


def _rows(
    desk: Desk, texts: Sequence[Text], typed: Mapping[str, str], faults: Mapping[str, Any]
) -> Iterator[Row]:
    for text in texts:
        context = text.context
        kind = f"{kind_of(text.node)} · {field_name(text.path)}"
        said = typed.get(context, text.target)
        yield Row(text, kind, name_of(desk, text.node), said, str(faults.get(context, "")))
