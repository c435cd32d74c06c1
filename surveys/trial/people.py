"""What a synthetic person says to what is asked: by chance and by mood, as a browser would send it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Final

from surveys.codes import RESERVED
from surveys.document.questionnaire import Questionnaire
from surveys.logic.tree import Test, terms
from surveys.questions.base import Question
from surveys.questions.pieces import Control, Piece

BLANK: Final = 0.03  # of what need not be answered
OUT: Final = 0.03  # of ratings: don't know, or does not apply
WORDS: Final = "…"
# Ratings in shares of the scale: how far people lie apart, and one person's answers to a construct; how much
# of what a person thinks of a construct is their mood, so that constructs correlate by its square.
SPREAD, NOISE, MIDDLE, MOOD = 0.16, 0.13, 0.66, 0.65
YEARS: Final = 3 * 365

Sent = dict[str, list[str]]


class Person:
    """Somebody who thinks something of each construct; those that run the other way are turned."""

    def __init__(self, document: Questionnaire, random: Random, today: date) -> None:
        self.random, self._today = random, today
        mood = random.gauss(0, SPREAD)
        self._level: dict[str, float] = {}
        for construct in document.indicators.constructs if document.indicators is not None else ():
            own = random.gauss(0, SPREAD)
            level = MIDDLE + MOOD * mood + (1 - MOOD**2) ** 0.5 * own
            turned = level if construct.valence > 0 else 1 - level
            self._level |= dict.fromkeys((*construct.indicators, *construct.checks), turned)
        self._mood = MIDDLE + mood

    def says(
        self, question: Question, piece: Piece, hints: Sequence[Test], left_out: Collection[str] = ()
    ) -> Sent:
        """Answer a question or row once; `hints` are tests that name values worth trying.

        `left_out` are options that are not offered.
        """
        if not piece.required and self.random.random() < BLANK:
            return {}
        controls = [_offered(control, left_out) for control in piece.controls]
        ranked = [control for control in controls if control.kind == "list"]
        if len(ranked) > 1:
            return self._ranking(ranked)
        sent: Sent = {}
        for control in controls:
            if control.name in piece.own_words:
                if _asks_for_words(question, sent):
                    sent[control.name] = [self._words(hints)]
            elif control.kind == "many":
                sent[control.name] = self._several(control, question)
            else:
                sent[control.name] = [self._one(control, question, hints)]
        return sent

    def _one(self, control: Control, question: Question, hints: Sequence[Test]) -> str:
        if control.kind == "points":
            return self._point(control)
        if control.choices:
            return self.random.choice(control.choices).sent
        if control.kind == "date":
            return self._day(question, hints)
        if control.kind in {"number", "decimal"}:
            return self._number(control, question, hints)
        return self._words(hints)

    def _point(self, control: Control) -> str:
        outs = [each.sent for each in control.choices if each.stored in RESERVED]
        if outs and self.random.random() < OUT:
            return self.random.choice(outs)
        low, high = control.ends
        share = self.random.gauss(self._level.get(control.name, self._mood), NOISE)
        return str(min(max(round(low + share * (high - low)), low), high))

    def _several(self, control: Control, question: Question) -> list[str]:
        exclusive = {option.code for option in question.offered() if option.exclusive}
        free = [choice.sent for choice in control.choices if choice.sent not in exclusive]
        if exclusive and (not free or self.random.random() < BLANK + 1 / (len(free) + 2)):
            return [self.random.choice(sorted(exclusive))]
        least = min(getattr(question, "least", None) or 1, len(free))
        most = min(question.nature.at_most or len(free), len(free))
        return self.random.sample(free, self.random.randint(least, max(most, least)))

    def _ranking(self, ranked: Sequence[Control]) -> Sent:
        options = [choice.sent for choice in ranked[0].choices]
        chosen = self.random.sample(options, min(len(ranked), len(options)))
        return {control.name: [option] for control, option in zip(ranked, chosen, strict=False)}

    def _number(self, control: Control, question: Question, hints: Sequence[Test]) -> str:
        ends = question.ends({})
        low, high = (ends.low, ends.high) if ends is not None else control.ends
        step = ends.step if ends is not None else 1
        near = [
            value + shift
            for value in _constants(hints)
            if isinstance(value, int | float)
            for shift in (-step, 0, step)
            if low <= value + shift <= high
        ]
        if near and self.random.random() < 0.5:
            return f"{self.random.choice(near):g}"
        # Most numbers that people give lie at the lower end of what is possible.
        value = low + (high - low) * self.random.random() ** 3
        return f"{min(max(round(value / step) * step, low), high):.10g}"

    def _day(self, question: Question, hints: Sequence[Test]) -> str:
        first, last = question.days()
        last = min(last, self._today)
        first = max(first, last - timedelta(YEARS))
        days = [
            each + timedelta(shift)
            for each in _constants(hints)
            if isinstance(each, date) and date.min < each < date.max
            for shift in (-1, 0, 1)
        ]
        if days and self.random.random() < 0.5:
            return self.random.choice(days).isoformat()
        return (first + timedelta(self.random.randint(0, max((last - first).days, 0)))).isoformat()

    def _words(self, hints: Sequence[Test]) -> str:
        words = [each for each in _constants(hints) if isinstance(each, str)]
        return self.random.choice([*words, WORDS])


def _asks_for_words(question: Question, sent: Sent) -> bool:
    """Say whether what was chosen wants own words; a question without options does."""
    options = question.offered()
    chosen = {each for said in sent.values() for each in said}
    return not options or any(option.with_text and option.code in chosen for option in options)


def _offered(control: Control, left_out: Collection[str]) -> Control:
    kept = tuple(choice for choice in control.choices if choice.sent not in left_out)
    return control._replace(choices=kept) if kept else control


def _constants(hints: Sequence[Test]) -> Iterator[object]:
    for test in hints:
        for term in terms(test):
            if isinstance(term, int | float | str | date):
                yield term


def pieces_of(document: Questionnaire) -> Mapping[str, tuple[Question, Piece]]:
    """Give each question or row that is asked as a whole, with its question, by code."""
    return {
        piece.code: (question, piece)
        for question in document.questions()
        for piece in question.pieces(document.scales)
    }
