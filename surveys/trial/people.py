"""A synthetic person: what they think of each construct, and what they say to what is asked."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from random import Random

from surveys.document.questionnaire import Questionnaire
from surveys.logic.tree import Test
from surveys.questions.base import Question
from surveys.questions.pieces import Control, Piece
from surveys.questions.sampling import BLANK, Sampler, Sent

# In shares of a scale: how far people lie apart, and what they think in the middle; how much of what a
# person thinks of a construct is their mood, so that constructs correlate by its square.
SPREAD, MIDDLE, MOOD = 0.16, 0.66, 0.65


class Person:
    """Somebody who thinks something of each construct; those that run the other way are turned."""

    def __init__(self, document: Questionnaire, random: Random, today: date) -> None:
        self._document, self._random = document, random
        mood = random.gauss(0, SPREAD)
        level: dict[str, float] = {}
        for construct in document.indicators.constructs if document.indicators is not None else ():
            own = random.gauss(0, SPREAD)
            share = MIDDLE + MOOD * mood + (1 - MOOD**2) ** 0.5 * own
            turned = share if construct.valence > 0 else 1 - share
            level |= dict.fromkeys((*construct.indicators, *construct.checks), turned)
        self._sampler = Sampler(random, today, level, MIDDLE + mood)

    def says(
        self, question: Question, piece: Piece, hints: Sequence[Test], left_out: Collection[str] = ()
    ) -> Sent:
        """Answer a question or row once, as its type does; `hints` are tests that name values worth trying.

        `left_out` are options that are not offered.
        """
        if not piece.required and self._random.random() < BLANK:
            return {}
        self._sampler.hints = hints
        controls = tuple(_offered(control, left_out) for control in piece.controls)
        return question.sample(piece._replace(controls=controls), self._sampler, self._document.scales)


def _offered(control: Control, left_out: Collection[str]) -> Control:
    kept = tuple(choice for choice in control.choices if choice.sent not in left_out)
    return control._replace(choices=kept) if kept else control


def pieces_of(document: Questionnaire) -> Mapping[str, tuple[Question, Piece]]:
    """Give each question or row that is asked as a whole, with its question, by code."""
    return {
        piece.code: (question, piece)
        for question in document.questions()
        for piece in question.pieces(document.scales)
    }
