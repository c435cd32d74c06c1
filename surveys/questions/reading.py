"""What a submitted page says: its fields read one by one into answers, or refused with the reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from surveys.codes import SKIPPED
from surveys.errors import Problem

OTHER_TEXT_LIMIT = 200

Form = Mapping[str, Sequence[str]]


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

    def leave_blank(self, code: str, *, required: bool) -> None:
        """Store that nothing was answered, or refuse it."""
        if required:
            self.refuse(code, Problem.ANSWER_REQUIRED)
        else:
            self.values[code] = SKIPPED


Reader = Callable[[Form, PageAnswers], None]


def nothing(form: Form, found: PageAnswers) -> None:
    """Read nothing: there is no field."""


def in_turn(*readers: Reader) -> Reader:
    """Read one after the other."""

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
            found.leave_blank(code, required=required)

    return read


def own_words(code: str, limit: int, *, required: bool) -> Reader:
    """Read one field of own words."""

    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].replace("\r\n", "\n").replace("\x00", "").strip()
        if len(text) > limit:
            found.refuse(code, Problem.TEXT_LONG, limit=limit)
        elif not text and required:
            found.refuse(code, Problem.ANSWER_REQUIRED)
        else:
            found.texts[code] = text

    return read
