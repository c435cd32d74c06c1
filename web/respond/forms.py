"""A page of a questionnaire as a WTForms form: the one source of fields, names, values and choices.

Field names are those that `surveys.routing` reads. Forms are built once for each version and language;
answers are checked by the router, so the fields carry no validators.
"""

from collections.abc import Iterable, Mapping

from wtforms import (
    DateField,
    Field,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from surveys.codes import DONT_KNOW_FIELD, NOT_APPLICABLE_FIELD
from surveys.document.questionnaire import Questionnaire, Section
from surveys.document.wording import in_language
from surveys.questions import AnyQuestion
from surveys.questions.base import Option
from surveys.questions.choice import ChoiceQuestion
from surveys.questions.date import DateQuestion
from surveys.questions.grid import Grid
from surveys.questions.kano import Kano
from surveys.questions.multiple import Multiple
from surveys.questions.number import Number
from surveys.questions.open_text import OpenText
from surveys.questions.ranking import Ranking
from surveys.questions.rating import Rating
from surveys.questions.reading import OTHER_TEXT_LIMIT

UNSURE = {"zh": "说不清", "en": "Don’t know"}
NOT_MET = {"zh": "未经历/不适用", "en": "Not applicable"}
PLACE = {"zh": "第{place}位", "en": "Place {place}"}
NO_CHOICE = {"zh": "请选择", "en": "Please choose"}
OTHER_TEXT = {"zh": "请说明", "en": "Please say which"}


class RatingField(RadioField):
    """A row of points on one scale, with its end labels and the ways out (don't know, not applicable)."""

    def __init__(
        self, *args: object, low: int, high: int, anchors: tuple[str, str], **kwargs: object
    ) -> None:
        self.low, self.high, self.anchors = low, high, anchors
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]


def page_form(document: Questionnaire, section: Section, language: str) -> type[Form]:
    """Build the form class of a page; `Form.fields_of[code]` lists the fields of a question or row."""
    fields: dict[str, Field] = {}
    fields_of: dict[str, list[str]] = {}
    for question in section.questions:
        for code, made in _fields(document, question, language):
            fields.update(made)
            fields_of[code] = list(made)
    return type("PageForm", (Form,), {**fields, "fields_of": fields_of})


def _fields(
    document: Questionnaire, question: AnyQuestion, language: str
) -> Iterable[tuple[str, Mapping[str, Field]]]:
    code, label = question.code, in_language(question.text, language)
    match question:
        case Grid(rows=rows):
            for row in rows:
                yield row.code, {row.code: _rating(document, question, row, language)}
        case Rating():
            yield code, {code: _rating(document, question, question, language)}
        case ChoiceQuestion(type="dropdown", options=options):
            choices = [SelectChoice("", in_language(NO_CHOICE, language)), *_choices(options, language)]
            yield code, {code: SelectField(label, choices=choices)} | _other(code, options, language)
        case ChoiceQuestion(options=options):
            field = RadioField(label, choices=_choices(options, language))
            yield code, {code: field} | _other(code, options, language)
        case Multiple(options=options):
            field = SelectMultipleField(label, choices=_choices(options, language))
            yield code, {code: field} | _other(code, options, language)
        case Ranking(options=options, most=most):
            choices = [SelectChoice("", in_language(NO_CHOICE, language)), *_choices(options, language)]
            place = in_language(PLACE, language)
            yield (
                code,
                {
                    f"{code}.{number}": SelectField(place.format(place=number), choices=choices)
                    for number in range(1, most + 1)
                },
            )
        case Number(unit=unit):
            yield code, {code: IntegerField(label, description=in_language(unit, language) if unit else "")}
        case OpenText(type="long_text", limit=limit):
            yield code, {code: TextAreaField(label, render_kw={"maxlength": limit, "rows": 4})}
        case OpenText(limit=limit):
            yield code, {code: StringField(label, render_kw={"maxlength": limit})}
        case DateQuestion():
            yield code, {code: DateField(label)}
        case Kano(options=options):
            choices = [
                SelectChoice(str(option.value), in_language(option.text, language)) for option in options
            ]
            yield (
                code,
                {
                    f"{code}.with": RadioField(label, choices=choices),
                    f"{code}.without": RadioField(in_language(question.without, language), choices=choices),
                },
            )
        case _:
            yield code, {}


def _choices(options: Iterable[Option], language: str) -> list[SelectChoice]:
    return [SelectChoice(option.code, in_language(option.text, language)) for option in options]


def _other(code: str, options: Iterable[Option], language: str) -> dict[str, Field]:
    if not any(option.with_text for option in options):
        return {}
    label = in_language(OTHER_TEXT, language)
    return {f"{code}.text": StringField(label, render_kw={"maxlength": OTHER_TEXT_LIMIT})}


def _rating(document: Questionnaire, question: Grid | Rating, row: object, language: str) -> RatingField:
    scale = document.scales[question.scale]
    choices = [SelectChoice(str(point), str(point)) for point in range(scale.low, scale.high + 1)]
    if row.dont_know:  # type: ignore[attr-defined]
        choices.append(SelectChoice(DONT_KNOW_FIELD, in_language(UNSURE, language)))
    if row.not_applicable:  # type: ignore[attr-defined]
        choices.append(SelectChoice(NOT_APPLICABLE_FIELD, in_language(NOT_MET, language)))
    low, high = question.anchors or scale.anchors or ({}, {})
    anchors = (in_language(low, language), in_language(high, language))
    label = in_language(row.text, language)  # type: ignore[attr-defined]
    return RatingField(label, choices=choices, low=scale.low, high=scale.high, anchors=anchors)
