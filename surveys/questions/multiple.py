"""Several options of a list."""

from collections.abc import Mapping
from typing import Literal

from pydantic import Field

from surveys.codes import NOT_ASKED, RESERVED, SKIPPED
from surveys.errors import Problem
from surveys.logic import tree
from surveys.questions.base import Option, Question
from surveys.questions.reading import (
    OTHER_TEXT_LIMIT,
    Decoder,
    Form,
    PageAnswers,
    Reader,
    _open,
    text_fields,
)


class Multiple(Question):
    """Any of several options."""

    type: Literal["multiple"]
    options: tuple[Option, ...] = Field(min_length=2)
    most: int | None = Field(default=None, ge=1)


def _decode_marks(slots: Mapping[str, str]) -> Decoder:
    def decode(known: Mapping[str, int]) -> tree.Value:
        found = {option: known.get(slot, NOT_ASKED) for slot, option in slots.items()}
        if all(value in RESERVED for value in found.values()):
            return None
        return frozenset(option for option, value in found.items() if value == 1)

    return decode


def _marks(question: Multiple) -> Reader:
    values = {option.code: f"{question.code}.{option.code}" for option in question.options}
    exclusive = {option.code for option in question.options if option.exclusive}
    write = _open(f"{question.code}.text", OTHER_TEXT_LIMIT, required=False)
    has_text = bool(text_fields(question.code, question.options))

    def read(form: Form, found: PageAnswers) -> None:
        chosen = {text for text in form.get(question.code, ()) if text}
        if not chosen <= values.keys():
            found.refuse(question.code, Problem.ANSWER_OFFERED)
        elif chosen & exclusive and len(chosen) > 1:
            found.refuse(question.code, Problem.ANSWER_EXCLUSIVE)
        elif question.most is not None and len(chosen) > question.most:
            found.refuse(question.code, Problem.ANSWER_MOST, limit=question.most)
        elif not chosen and question.required:
            found.refuse(question.code, Problem.ANSWER_REQUIRED)
        else:
            found.values.update(
                (slot, int(code in chosen) if chosen else SKIPPED) for code, slot in values.items()
            )
        if has_text:
            write(form, found)

    return read
