"""What a submitted page says: its fields read one by one into answers, or refused with the reason."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from surveys.answers import (
    DONT_KNOW,
    DONT_KNOW_FIELD,
    NOT_APPLICABLE,
    NOT_APPLICABLE_FIELD,
    SKIPPED,
)
from surveys.errors import Problem
from surveys.questionnaire import (
    AnyQuestion,
    ChoiceQuestion,
    DateQuestion,
    Grid,
    Kano,
    Multiple,
    Number,
    OpenText,
    Questionnaire,
    Ranking,
    Statement,
)

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


def reader_of(document: Questionnaire, question: AnyQuestion) -> tuple[Reader, tuple[str, ...]]:
    """Give what reads a question's fields, and the names of the fields."""
    code = question.code
    match question:
        case ChoiceQuestion():
            return _choice(question)
        case Multiple():
            return _marks(question), (code, *_text_fields(question))
        case Ranking():
            return _ranks(question), tuple(f"{code}.{place}" for place in range(1, question.most + 1))
        case Number():
            return _number(question), (code,)
        case OpenText():
            return _open(code, question.limit, required=question.required), (code,)
        case DateQuestion():
            return _day(code, required=question.required), (code,)
        case Kano():
            allowed = {str(option.value): option.value for option in question.options}
            sides = [
                one_of(f"{code}.{side}", allowed, required=question.required) for side in ("with", "without")
            ]
            return _in_turn(sides), (f"{code}.with", f"{code}.without")
        case Statement():
            return _in_turn(()), ()
        case Grid():
            raise AssertionError("grids are read row by row")
        case _:
            scale = document.scales[question.scale]
            allowed = rating_values(
                scale.low, scale.high, dont_know=question.dont_know, not_applicable=question.not_applicable
            )
            return one_of(code, allowed, required=question.required), (code,)


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


def _text_fields(question: ChoiceQuestion | Multiple) -> tuple[str, ...]:
    return (f"{question.code}.text",) if any(option.with_text for option in question.options) else ()


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

    return read, (question.code, *_text_fields(question))


def _marks(question: Multiple) -> Reader:
    values = {option.code: f"{question.code}.{option.code}" for option in question.options}
    exclusive = {option.code for option in question.options if option.exclusive}
    write = _open(f"{question.code}.text", OTHER_TEXT_LIMIT, required=False)
    has_text = bool(_text_fields(question))

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


def _ranks(question: Ranking) -> Reader:
    allowed = {option.code: option.value for option in question.options}
    slots = [f"{question.code}.{place}" for place in range(1, question.most + 1)]

    def read(form: Form, found: PageAnswers) -> None:
        sent = [(form.get(slot) or ("",))[0] for slot in slots]
        chosen = [text for text in sent if text]
        if not set(chosen) <= allowed.keys():
            found.refuse(slots[0], Problem.ANSWER_OFFERED)
        elif len(set(chosen)) < len(chosen):
            found.refuse(slots[0], Problem.ANSWER_ONCE)
        elif not chosen and question.required:
            found.refuse(slots[0], Problem.ANSWER_REQUIRED)
        else:
            ranked = [allowed[text] for text in chosen] + [SKIPPED] * (len(slots) - len(chosen))
            found.values.update(zip(slots, ranked, strict=True))

    return read


_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def _number(question: Number) -> Reader:
    code = question.code

    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].strip().translate(_WIDE)
        if not text:
            _blank(code, found, required=question.required)
        elif _WHOLE.fullmatch(text) and question.low <= int(text) <= question.high:
            found.values[code] = int(text)
        else:
            found.refuse(code, Problem.ANSWER_NUMBER, low=question.low, high=question.high)

    return read


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


def _day(code: str, *, required: bool) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].strip()
        if not text and required:
            found.refuse(code, Problem.ANSWER_REQUIRED)
            return
        try:
            found.texts[code] = date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            found.refuse(code, Problem.ANSWER_DATE)

    return read
