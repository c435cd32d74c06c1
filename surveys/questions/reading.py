"""What a submitted page says: its fields read one by one into answers, or refused with the reason."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from surveys import words
from surveys.codes import SKIPPED
from surveys.errors import Problem

OTHER_TEXT_LIMIT: Final = 200

Form = Mapping[str, Sequence[str]]


# By which name authors word a refusal of their own.
MESSAGES: Final[Mapping[Problem | str, str]] = {
    Problem.ANSWER_REQUIRED: "required",
    Problem.ANSWER_WANTED: "required",
    Problem.ANSWER_NUMBER: "range",
    Problem.ANSWER_DECIMAL: "range",
    Problem.ANSWER_DATE: "range",
    Problem.ANSWER_EARLY: "range",
    Problem.ANSWER_LATE: "range",
    Problem.ANSWER_LEAST: "least",
    Problem.ANSWER_MOST: "most",
    Problem.ANSWER_INVALID: "valid",
}
# What does not hold back whoever goes back, stays or is let go: questions that are not answered.
BLANK: Final = frozenset({Problem.ANSWER_REQUIRED, Problem.ANSWER_WANTED})
# The field by which a browser tells which further questions, and options of them, it has shown already.
BROUGHT_UP: Final = "_q"
# The field that names what a page has reminded of already.
REMINDED: Final = "_r"
# What the slot of a state holds where the answer is written beside.
GIVEN: Final = 1


class PageProblem(NamedTuple):
    """What is wrong with one field of a submitted page: a problem, or the key of a type's own refusal.

    The sentence of such a key stands among the `problems` of the languages' words.
    """

    field: str
    problem: Problem | str
    context: dict[str, object]
    said: Mapping[str, str] = {}

    def text(self, language: str) -> str:
        """Say it in a language, in the author's own words where there are some."""
        key = self.problem if isinstance(self.problem, str) else self.problem.name
        return self.said.get(language) or words.say("problems", key, language, **self.context)

    def in_words(self, messages: Mapping[str, Mapping[str, str]]) -> "PageProblem":
        """Give it with the author's words for such a problem, if there are some."""
        key = "text" if self.field.endswith(".text") else MESSAGES.get(self.problem, "")
        return self._replace(said=messages.get(key, {}))


@dataclass
class PageAnswers:
    """A checked page. Store it only if `problems` is empty.

    `dropped`: questions that were answered and that the other answers do not lead to. `today` is the day to
    which dates are held, `left_out` the codes of options that the question that is read does not offer.
    """

    values: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[PageProblem] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    today: date | None = None
    left_out: AbstractSet[str] = frozenset()

    def refuse(self, place: str, problem: Problem | str, **context: object) -> None:
        """Note what is wrong with a field; a type's own refusal goes by the key of its sentence."""
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
        value = None if text in found.left_out else allowed.get(text)
        if value is not None and len(sent or ()) == 1:
            found.values[code] = value
        elif text or len(sent or ()) > 1:
            found.refuse(code, Problem.ANSWER_OFFERED)
        else:
            found.leave_blank(code, required=required)

    return read


def stating(code: str, reader: Reader) -> Reader:
    """Read with a reader of words, and store in the slot of that code whether there are some."""

    def read(form: Form, found: PageAnswers) -> None:
        reader(form, found)
        if code in found.texts:
            found.values[code] = GIVEN if found.texts[code] else SKIPPED

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
