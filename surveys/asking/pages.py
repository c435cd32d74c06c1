"""Pages of a version: what is asked or left out as a whole, and under which conditions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from surveys.document.questionnaire import Questionnaire, Section, Stop
from surveys.logic.binding import Choices, bound
from surveys.logic.holding import Known, evaluate
from surveys.logic.reading import parse
from surveys.logic.tree import Expression, Junction, Value
from surveys.questions.base import Question
from surveys.questions.parts import Text
from surveys.questions.pieces import Drop, Stored
from surveys.questions.reading import Form, PageAnswers, Reader


class Choice(NamedTuple):
    """One option: under which condition it is offered, and the slot of its mark or none."""

    code: str
    condition: Expression | None
    slot: str


class Item(NamedTuple):
    """One thing that is shown or not: a question, or a row of a grid."""

    code: str
    condition: Expression | None
    read: Reader
    slots: tuple[str, ...]
    fields: tuple[str, ...]
    account: str | None
    preset: Mapping[str, int]
    required: bool
    own_words: Mapping[str, Stored]
    needed_words: Mapping[str, Stored]
    varies: bool  # whether one person is asked it and another is not
    is_wanted: bool
    valid: Expression | None
    messages: Mapping[str, Text]
    choices: tuple[Choice, ...]
    drop: Drop | None
    lot: tuple[tuple[int, int], ...]

    def left_out(self, seen: Known) -> frozenset[str]:
        """Give the codes of options that a person with these answers is not offered."""
        return frozenset(
            choice.code
            for choice in self.choices
            if choice.condition is not None and not evaluate(choice.condition, seen)
        )

    def is_filed(self, account: Mapping[str, Value]) -> bool:
        """Tell whether the customer file answers it."""
        return self.account is not None and bool(account.get(self.account))

    def is_shown(self, seen: Known, account: Mapping[str, Value]) -> bool:
        """Tell whether it is asked of a person with these answers."""
        if self.is_filed(account):
            return False
        return self.condition is None or evaluate(self.condition, seen)


@dataclass(frozen=True)
class Page:
    """A section with everything that its check needs; `place` counts from 0."""

    place: int
    section: Section
    condition: Expression | None
    items: tuple[Item, ...]
    stops: tuple[tuple[Expression, Stop], ...]

    def is_asked(self, seen: Known) -> bool:
        """Tell whether it is asked of a person with these answers, as far as anything on it is."""
        return self.condition is None or evaluate(self.condition, seen)

    def stop(self, seen: Known) -> Stop | None:
        """Give the kind end that these answers lead to after the page, if any."""
        return next((stop for condition, stop in self.stops if evaluate(condition, seen)), None)


def page_at(document: Questionnaire, place: int, choices: Choices) -> Page:
    """Give a page of a document by its place; `choices` are the options of all that is one choice."""
    section = document.sections[place]

    def read(text: str) -> Expression:
        return bound(parse(text), choices)

    items = tuple(item for question in section.questions for item in _items(document, question, read))
    stops = tuple((read(stop.when), stop) for stop in section.stops)
    condition = None if section.show_if is None else read(section.show_if)
    return Page(place, section, condition, items, stops)


def _items(document: Questionnaire, question: Question, read: Callable[[str], Expression]) -> Iterator[Item]:
    first = document.is_first_format
    slots = question.slots(document.scales) if first else ()
    stateless = {slot.code for slot in slots if slot.kind == "state"}
    for piece in question.pieces(document.scales):
        yield Item(
            code=piece.code,
            condition=_all_of([read(text) for text in piece.conditions]),
            read=_without(stateless, piece.read),
            slots=tuple(slot for slot in piece.slots if slot not in stateless),
            fields=tuple(control.name for control in piece.controls),
            account=piece.account,
            preset=piece.preset,
            required=piece.required,
            own_words=piece.own_words,
            needed_words=piece.needed_words,
            varies=bool(piece.conditions) or piece.account is not None,
            is_wanted=piece.is_wanted,
            valid=None if piece.valid is None else read(piece.valid),
            messages=piece.messages,
            choices=tuple(
                Choice(code, _all_of([read(text) for text in conditions]), slot)
                for code, conditions, slot in piece.choices
            ),
            drop=piece.drop,
            lot=piece.lot,
        )


def _without(states: set[str], reader: Reader) -> Reader:
    """Read without the slots that a version of the first format does not have."""
    if not states:
        return reader

    def read(form: Form, found: PageAnswers) -> None:
        reader(form, found)
        for code in states:
            found.values.pop(code, None)

    return read


def _all_of(parts: Sequence[Expression]) -> Expression | None:
    return Junction("and", tuple(parts)) if len(parts) > 1 else next(iter(parts), None)
