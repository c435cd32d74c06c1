"""A questionnaire on paper: questions numbered, and where those go on who are not asked one."""

from collections.abc import Iterator
from typing import NamedTuple

from surveys.document.questionnaire import Questionnaire, Section, Stop
from surveys.questions.base import Question


class Step(NamedTuple):
    """One question on paper.

    `number` counts what is answered from 1, 0 for what is only read. `conditions` must all hold; `is_first`
    tells whether the question before has others, and `otherwise` where those go on for whom they do
    not hold, None for the end. `stops` end the interview after it.
    """

    number: int
    section: Section
    question: Question
    conditions: tuple[str, ...]
    is_first: bool
    otherwise: int | None
    stops: tuple[Stop, ...]


def steps_of(document: Questionnaire) -> list[Step]:
    """Give the questions in the document's order; lots are drawn and never shown."""
    asked = list(_asked(document))
    found: list[Step] = []
    for place, (number, section, question, conditions) in enumerate(asked):
        later = (
            other for other, _, _, needs in asked[place + 1 :] if other and not set(conditions) <= set(needs)
        )
        is_last = place + 1 == len(asked) or asked[place + 1][1] is not section
        before = asked[place - 1][3] if place else ()
        found.append(
            Step(
                number=number,
                section=section,
                question=question,
                conditions=conditions,
                is_first=bool(conditions) and conditions != before,
                otherwise=next(later, None),
                stops=section.stops if is_last else (),
            )
        )
    return found


def _asked(document: Questionnaire) -> Iterator[tuple[int, Section, Question, tuple[str, ...]]]:
    number = 0
    for section in document.sections:
        for question in section.questions:
            if question.nature.is_drawn:
                continue
            is_read = question.nature.seconds == 0
            number += not is_read
            conditions = tuple(each for each in (section.show_if, question.show_if) if each is not None)
            yield 0 if is_read else number, section, question, conditions
