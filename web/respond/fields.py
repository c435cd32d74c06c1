"""A page of a questionnaire as a WTForms form: the one source of fields, names, values and choices.

The fields are made of the controls that each question gives (`surveys.questions`). Forms are built once for
each version and language; answers are checked by the router, so the fields carry no validators.
"""

from collections.abc import Mapping

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

from surveys import words
from surveys.document.questionnaire import Questionnaire, Section
from surveys.document.wording import in_language
from surveys.questions.pieces import Control


class PointsField(RadioField):
    """A row of points on one scale, with its end labels and the ways out (don't know, not applicable)."""

    def __init__(
        self,
        *args: object,
        ends: tuple[int, int],
        anchors: tuple[str, str],
        has_labels: bool,
        **kwargs: object,
    ) -> None:
        (self.low, self.high), self.anchors, self.has_labels = ends, anchors, has_labels
        super().__init__(*args, **kwargs)


def page_form(document: Questionnaire, section: Section, language: str) -> type[Form]:
    """Build the form class of a page; `Form.fields_of[code]` lists the fields of a question or row."""
    fields: dict[str, Field] = {}
    fields_of: dict[str, list[str]] = {}
    for question in section.questions:
        for piece in question.pieces(document.scales):
            made = {control.name: _field(control, language) for control in piece.controls}
            fields.update(made)
            fields_of[piece.code] = list(made)
    return type("PageForm", (Form,), {**fields, "fields_of": fields_of})


def _said(text: Mapping[str, str] | str, language: str) -> str:
    """Say an author's text, or a sentence of the language's own words."""
    return (
        words.find("ways_out", text, language) or text
        if isinstance(text, str)
        else in_language(text, language)
    )


def _field(control: Control, language: str) -> Field:
    label = _said(control.text, language).replace("{place}", str(control.place))
    choices = [SelectChoice(choice.sent, _said(choice.text, language)) for choice in control.choices]
    extra = {"kind": control.kind}
    match control.kind:
        case "points":
            low, high = control.anchors
            anchors = (in_language(low, language), in_language(high, language))
            has_labels = any(choice.text and not isinstance(choice.text, str) for choice in control.choices)
            return PointsField(
                label,
                choices=choices,
                ends=control.ends,
                anchors=anchors,
                has_labels=has_labels,
                render_kw=extra,
            )
        case "one":
            return RadioField(label, choices=choices, render_kw=extra)
        case "many":
            return SelectMultipleField(label, choices=choices, render_kw=extra)
        case "list":
            first = SelectChoice("", words.say("ways_out", "no_choice", language))
            return SelectField(label, choices=[first, *choices], render_kw=extra)
        case "number" | "decimal":
            return IntegerField(label, description=in_language(control.unit, language), render_kw=extra)
        case "date":
            return DateField(label, render_kw=extra)
        case "lines":
            return TextAreaField(label, render_kw=extra | {"maxlength": control.limit})
        case _:
            return StringField(label, render_kw=extra | {"maxlength": control.limit})
