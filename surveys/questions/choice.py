"""One option of several; consent too."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from surveys.codes import NOT_ASKED
from surveys.logic import tree
from surveys.questions.base import Option, Question
from surveys.questions.reading import (
    OTHER_TEXT_LIMIT,
    Decoder,
    Form,
    PageAnswers,
    Reader,
    _open,
    one_of,
    text_fields,
)


class ChoiceQuestion(Question):
    """One option of several; consent is a choice that must be answered."""

    type: Literal["single", "dropdown", "consent"]
    options: tuple[Option, ...] = Field(min_length=2)


def _decode_choice(code: str, choices: Mapping[int, tree.Choice]) -> Decoder:
    return lambda known: choices.get(known.get(code, NOT_ASKED))


def _choice(question: ChoiceQuestion) -> tuple[Reader, tuple[str, ...]]:
    allowed = {option.code: option.value for option in question.options}
    own = {option.value for option in question.options if option.with_text}
    pick = one_of(question.code, allowed, required=question.required)
    name = f"{question.code}.text"
    write = _open(name, OTHER_TEXT_LIMIT, required=False)

    def read(form: Form, found: PageAnswers) -> None:
        pick(form, found)
        if found.values.get(question.code) in own:
            write(form, found)
        elif own:
            found.texts[name] = ""

    return read, (question.code, *text_fields(question.code, question.options))
