"""The forms of fieldwork: a new wave, and single-use links."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
    StopValidation,
)

from surveys import words
from surveys.collecting import waves
from surveys.models import Wave
from surveys.models.collection import Access, Mode, Purpose, WaveState
from web.fieldwork.days import end_of, first_day, last_day
from web.fieldwork.overview import Offered
from web.forms import one_line, stripped
from web.i18n import names
from web.labels import ACCESS, ANONYMOUS, MODE, PRIVACY, PURPOSE

MOST_LINKS = 20_000
LONGEST_REASON = 1000
REQUIRED = _l("Please fill this in.")
NOT_OFFERED = _l("Choose one of the entries offered.")
NO_DAY = _l("Write a date such as 2026-03-31.")
NO_NUMBER = _l("Enter a whole number from 1 to 20000.")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _choices(labels: Mapping[Any, object]) -> list[SelectChoice]:
    return [SelectChoice(str(value), label) for value, label in labels.items()]


def _day(label: object, hint: object) -> DateField:
    return DateField(label, description=hint, invalid_value_message=NO_DAY, validators=[Optional()])


class WaveForm(FlaskForm):
    """A new wave of a published version; `wave_form` adds what stands in several languages."""

    version = SelectField(_l("Questionnaire"), choices=[], invalid_choice_message=NOT_OFFERED)
    code = StringField(
        _l("Code"),
        filters=[stripped],
        description=_l("A short name for files and analyses, such as 2026Q1. It cannot be changed later."),
        validators=[
            DataRequired(REQUIRED),
            Regexp(
                f"^{waves.CODE.pattern}$",
                message=_l("Use up to 64 letters without accents, digits, hyphens, dots and underlines."),
            ),
        ],
    )
    opens_on = _day(_l("First day"), _l("Empty: from the moment the wave is opened."))
    closes_on = _day(_l("Last day"), _l("Empty: until the wave is closed by hand."))
    access = RadioField(
        _l("Who may answer"),
        choices=_choices(ACCESS),
        default=Access.PUBLIC.value,
        invalid_choice_message=NOT_OFFERED,
    )
    privacy = RadioField(
        _l("Privacy"),
        choices=_choices(PRIVACY),
        default=ANONYMOUS,
        invalid_choice_message=NOT_OFFERED,
    )
    purpose = RadioField(
        _l("Purpose"),
        choices=_choices(PURPOSE),
        default=Purpose.OFFICIAL.value,
        invalid_choice_message=NOT_OFFERED,
    )
    mode = SelectField(
        _l("Way of asking"),
        choices=_choices(MODE),
        default=Mode.WEB.value,
        invalid_choice_message=NOT_OFFERED,
    )
    listed = BooleanField(
        _l("Show on the home page while it is open"),
        description=_l("For public links only."),
    )

    def texts(self, what: str) -> dict[str, str]:
        """Give the titles, or the names of the utility, that were filled in, by language."""
        return {language: text for language in words.spoken() if (text := self[f"{what}_{language}"].data)}

    def validate_code(self, field: StringField) -> None:
        """Keep the address of this form free."""
        if field.data == "new":
            raise ValidationError(_("This word is reserved. Choose another code."))

    def validate_opens_on(self, field: DateField) -> None:
        """Refuse years that can only be typing errors."""
        _sensible(field.data)

    def validate_closes_on(self, field: DateField) -> None:
        """Refuse a window that ends before it begins, or in the past."""
        _sensible(field.data)
        if field.data is None:
            return
        if self.opens_on.data is not None and field.data < self.opens_on.data:
            raise ValidationError(_("The last day must not be before the first."))
        if end_of(field.data) <= datetime.now(UTC):
            raise ValidationError(_("This day is over. Choose today or a later day."))

    def validate_privacy(self, field: RadioField) -> None:
        """Refuse a confidential wave by public link: nobody would know who answers."""
        if field.data != ANONYMOUS and self.access.data != Access.INVITED:
            raise ValidationError(_("Only a wave for invited people can be confidential."))

    def validate_listed(self, field: BooleanField) -> None:
        """Refuse to show a wave that nobody may enter without a link of their own."""
        if field.data and self.access.data == Access.INVITED:
            raise ValidationError(_("A wave with single-use links cannot be shown there."))


def wave_form(offered: Sequence[Offered]) -> WaveForm:
    """Make the form for these versions; a wave has a title in each language of the site."""
    fields: dict[str, Any] = {}
    for number, (language, name) in enumerate(names().items()):
        fields[f"title_{language}"] = StringField(
            _("Title (%(language)s)", language=name),
            filters=[stripped],
            validators=[_titled(language, offered), Optional(), Length(max=200), one_line],
        )
        fields[f"utility_{language}"] = StringField(
            _("Name of the utility (%(language)s)", language=name),
            filters=[stripped],
            description=""
            if number
            else _("Stands in the questions in place of “your electricity company”."),
            validators=[Optional(), Length(max=200), one_line],
        )
    form: WaveForm = type("WaveForm", (WaveForm,), fields)()
    form.version.choices = [SelectChoice(str(each.number), each.label) for each in offered]
    return form


def _titled(language: str, offered: Sequence[Offered]) -> Callable[[WaveForm, StringField], None]:
    """Ask for a title in a language, where the chosen questionnaire is asked in it."""

    def check(form: WaveForm, field: StringField) -> None:
        asked = any(language in each.languages for each in offered if str(each.number) == form.version.data)
        if asked and not field.data:
            raise StopValidation(REQUIRED)

    if offered and all(language in each.languages for each in offered):
        check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


class ReasonForm(FlaskForm):
    """Why a wave is ended or closed before its time."""

    reason = StringField(
        _l("Reason"),
        filters=[stripped],
        description=_l("It stands in the audit trail and on this page."),
        validators=[
            DataRequired(REQUIRED),
            Length(3, LONGEST_REASON, message=_l("Write 3 to 1000 characters.")),
            one_line,
        ],
    )


class PauseForm(ReasonForm):
    """Why a wave pauses, and when it is to go on."""

    resumes_on = _day(
        _l("Goes on on"), _l("Respondents are told this day. You let the wave go on yourself; empty: no day.")
    )


class DatesForm(ReasonForm):
    """Other days for a wave whose window is not over."""

    opens_on = _day(_l("First day"), _l("Empty: from the moment the wave is opened."))
    closes_on = _day(_l("Last day"), _l("Empty: until the wave is closed by hand."))

    def validate_opens_on(self, field: DateField) -> None:
        """Refuse years that can only be typing errors."""
        _sensible(field.data)

    validate_closes_on = validate_opens_on


def dates_form(wave: Wave) -> DatesForm:
    """Give the form of a wave's days as they are; why is asked once it is open."""
    days = {"opens_on": first_day(wave.opens_at), "closes_on": last_day(wave.closes_at)}
    form = DatesForm(None, prefix="dates", data=days)
    if wave.state == WaveState.PLANNED:
        del form.reason
    return form


class LinksForm(FlaskForm):
    """How many single-use links to make; `known` is how many there were when the page was opened."""

    number = IntegerField(
        _l("How many links"),
        description=_l("From 1 to 20000."),
        validators=[
            InputRequired(NO_NUMBER),
            NumberRange(1, MOST_LINKS, NO_NUMBER),
        ],
        invalid_value_message=NO_NUMBER,
    )
    known = HiddenField()


def _sensible(day: date | None) -> None:
    if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValidationError(_("Write a year from 2000 to 2100."))
