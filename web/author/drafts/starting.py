"""Beginning a draft: empty, from a built-in questionnaire, from a published version, or from a file."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_security import current_user
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from surveys import instruments
from surveys.document.loading import storable
from surveys.editing import drafting, publishing, reviewing
from surveys.editing.raising import FORMAT, raised
from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.findings.reading import read
from web import i18n
from web.accounts.access import allow
from web.accounts.roles import DESIGNER
from web.author import sources
from web.author.drafts import room
from web.author.drafts.noting import record_draft
from web.author.drafts.room import blueprint
from web.extensions import db
from web.forms import one_line, stripped

EMPTY, FILE = "empty", "file"
# How many conditions and names are told when a draft begins.
TOLD = 20


class Source(NamedTuple):
    """What a draft can begin from, as the form offers it."""

    sent: str
    label: str
    plain: dict[str, Any]
    code: str


class StartForm(FlaskForm):  # type: ignore[misc]
    """What to begin from; code and title are those of the source unless written here."""

    source = RadioField(_l("Begin with"), default=EMPTY, invalid_choice_message=_l("Choose one of these."))
    file = FileField(_l("File"), description=_l("A questionnaire in JSON, as Manyi writes it; 4 MB at most."))
    code = StringField(
        _l("Code"),
        filters=[stripped],
        description=_l("Letters, digits and underlines, such as supply_pulse. It cannot be changed later."),
    )
    title = StringField(
        _l("Title"),
        filters=[stripped],
        description=_l("What respondents read at the top, in the language of this page."),
        validators=[Length(max=200, message=_l("Use 200 characters at most.")), one_line],
    )

    def validate_code(self, field: StringField) -> None:
        """Refuse what no questionnaire can be called."""
        if not field.data and self.source.data == EMPTY:
            raise ValidationError(_("Give the questionnaire a code."))

    def validate_title(self, field: StringField) -> None:
        """Ask for a title where nothing else gives one."""
        if not field.data and self.source.data == EMPTY:
            raise ValidationError(_("Give the questionnaire a title."))


@blueprint.route("/new", methods=["GET", "POST"])
@allow(DESIGNER)
def start() -> ResponseReturnValue:
    """Begin a draft."""
    offered = {each.sent: each for each in _sources()}
    form = StartForm(source=request.args.get("from", EMPTY))
    form.source.choices = [
        SelectChoice(EMPTY, _("Nothing: an empty questionnaire")),
        *(SelectChoice(each.sent, each.label) for each in offered.values()),
        SelectChoice(FILE, _("A file")),
    ]
    if form.validate_on_submit():
        try:
            plain = _plain(form, offered)
            code = begin(plain, is_new=form.source.data == EMPTY)
            tell_changed(plain)
            _take_reasons(code, offered.get(form.source.data))
        except SurveyError as refused:
            place = form.file if refused.problem is Problem.DOCUMENT_UNREADABLE else form.code
            db.session.rollback()
            place.errors = [*place.errors, refused.text(i18n.choose())]
        else:
            flash(
                _("The draft is begun. Respondents see nothing of it before it is published."),
                "success",
            )
            return redirect(url_for("drafts.show", code=code), 303)
    status = 422 if request.method == "POST" else 200
    return render_template("author/drafts/new.html", form=form), status


def _sources() -> Iterator[Source]:
    for each in sources.instruments_with_state(db.session):
        name = f"instrument:{each.name}/{each.form}"
        label = sources.called(each.document.title, each.form)
        yield Source(name, label, each.document.dump(), each.document.code)
    for version in sources.versions(db.session):
        yield Source(f"version:{version.code}/{version.number}", version.label, {}, version.code)


def _plain(form: StartForm, offered: Mapping[str, Source]) -> dict[str, Any]:
    """Give the document to begin with, under the code and title that were written."""
    title, code = form.title.data, form.code.data
    language = i18n.choose()
    if form.source.data == EMPTY:
        languages = list(dict.fromkeys([language, *i18n.names()]))
        return {"format": FORMAT, "code": code, "languages": languages, "title": {language: title}}
    if form.source.data == FILE:
        plain = from_bytes(form.file.data.read() if form.file.data else b"")
    else:
        source = offered[form.source.data]
        plain = dict(source.plain)
        if not plain:
            kind, _sep, rest = source.sent.partition(":")
            found = sources.find(db.session, kind, *rest.rsplit("/", 1))
            plain = found.document.dump() if found is not None else {}
        if code not in {"", source.code}:  # another questionnaire, which says what it was copied from
            day = datetime.now(UTC).date().isoformat()
            plain["origin"] = {"source": source.sent, "code": source.code, "day": day}
    if title:
        before = plain.get("title")
        plain["title"] = {**(before if isinstance(before, dict) else {}), language: title}
    return plain | {"code": code or plain.get("code", "")}


def tell_changed(plain: dict[str, Any]) -> None:
    """Tell what means something else in a draft, whose format is the second, than in a document before."""
    for each in raised(plain).changed[:TOLD]:
        if each.what == "pipe":
            said = _("This name in texts now says the answer, not its fallback: %(text)s", text=each.text)
        else:
            said = _("This condition now sees an answer that it did not see: %(text)s", text=each.text)
        flash(said, "info")


def _take_reasons(code: str, source: Source | None) -> None:
    """Let the warnings of what is built in stand for the reasons that come with it."""
    kind, _sep, rest = source.sent.partition(":") if source is not None else ("", "", "")
    if source is None or kind != "instrument":
        return
    known = instruments.accepted(*rest.rsplit("/", 1))
    desk, now = room.find(code), datetime.now(UTC)
    for each in desk.judged.found:
        place = source.code if each.finding.place == code else each.finding.place
        reason = known.get((each.finding.code, place))
        if reason is not None:
            content = reviewing.content_of(desk.nodes.by_id[each.node], each.finding)
            warned = [(each.finding, content)]
            reviewing.accept(
                db.session, desk.draft, warned, i18n.text(reason), staff_name=_("built in"), now=now
            )
    db.session.commit()


def from_bytes(source: bytes) -> dict[str, Any]:
    """Give a file's plain values for a draft, whatever is missing in them.

    Raises
    ------
    SurveyError
        DOCUMENT_UNREADABLE: it is no questionnaire at all, and why.
    """
    plain, found = read(source)
    if plain is None:
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=found[0].message(i18n.choose()))
    if not storable(plain):
        raise SurveyError(Problem.DOCUMENT_UNREADABLE, reason=Because(Reason.SIGN))
    return plain


def begin(plain: dict[str, Any], *, is_new: bool = False) -> str:
    """Begin the draft of a document; give its code. A new one takes no code that is known."""
    code = str(plain.get("code", ""))
    now = datetime.now(UTC)
    base = None if is_new else publishing.latest_version(db.session, code)
    drafting.begin(db.session, code, plain, staff_name=current_user.email, now=now, base=base)
    record_draft("draft.begin", code, now, version=base.number if base is not None else None)
    return code
