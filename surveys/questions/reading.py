"""Stored answers as conditions and pipes see them: choices by name, marks and ranks as sets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from surveys.codes import (
    DONT_KNOW,
    DONT_KNOW_FIELD,
    NOT_APPLICABLE,
    NOT_APPLICABLE_FIELD,
    NOT_ASKED,
    RESERVED,
    SKIPPED,
)
from surveys.errors import Problem
from surveys.logic import tree
from surveys.questions.base import Option

Decoder = Callable[[Mapping[str, int]], tree.Value]


def _decode_plain(code: str) -> Decoder:
    def decode(known: Mapping[str, int]) -> tree.Value:
        value = known.get(code, NOT_ASKED)
        return None if value in RESERVED else value

    return decode


Form = Mapping[str, Sequence[str]]


OTHER_TEXT_LIMIT = 200


class PageProblem(NamedTuple):
    """What is wrong with one field of a submitted page."""

    field: str
    problem: Problem
    context: dict[str, object]

    def text(self, language: str) -> str:
        """Say it in a language."""
        return self.problem.text(language, **self.context)


@dataclass
class PageAnswers:
    """A checked page. Store it only if `problems` is empty."""

    values: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[PageProblem] = field(default_factory=list)

    def refuse(self, place: str, problem: Problem, **context: object) -> None:
        """Note what is wrong with a field."""
        self.problems.append(PageProblem(place, problem, context))


Reader = Callable[[Form, PageAnswers], None]


def rating_values(low: int, high: int, *, dont_know: bool, not_applicable: bool) -> dict[str, int]:
    """Give what a field of a rating may say, with the number that is stored for it."""
    allowed = {str(value): value for value in range(low, high + 1)}
    if dont_know:
        allowed[DONT_KNOW_FIELD] = DONT_KNOW
    if not_applicable:
        allowed[NOT_APPLICABLE_FIELD] = NOT_APPLICABLE
    return allowed


def _in_turn(readers: Sequence[Reader]) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        for reader in readers:
            reader(form, found)

    return read


def one_of(code: str, allowed: Mapping[str, int], *, required: bool) -> Reader:
    """Read one field that says one of the allowed values."""

    def read(form: Form, found: PageAnswers) -> None:
        sent = form.get(code)
        text = sent[0] if sent else ""
        value = allowed.get(text)
        if value is not None and len(sent or ()) == 1:
            found.values[code] = value
        elif text or len(sent or ()) > 1:
            found.refuse(code, Problem.ANSWER_OFFERED)
        else:
            _blank(code, found, required=required)

    return read


def _blank(code: str, found: PageAnswers, *, required: bool) -> None:
    if required:
        found.refuse(code, Problem.ANSWER_REQUIRED)
    else:
        found.values[code] = SKIPPED


def text_fields(code: str, options: tuple[Option, ...]) -> tuple[str, ...]:
    """Give the names of the fields for own words."""
    return (f"{code}.text",) if any(option.with_text for option in options) else ()


def _open(code: str, limit: int, *, required: bool) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].replace("\r\n", "\n").replace("\x00", "").strip()
        if len(text) > limit:
            found.refuse(code, Problem.TEXT_LONG, limit=limit)
        elif not text and required:
            found.refuse(code, Problem.ANSWER_REQUIRED)
        else:
            found.texts[code] = text

    return read
