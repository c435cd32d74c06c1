"""A day, within limits where there are some."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator

from surveys.errors import Because, Problem, Reason, SurveyError
from surveys.logic.reading import parse
from surveys.logic.tree import Comparison, Today, Value
from surveys.logic.types import Type
from surveys.questions.base import Look, Question, Scales
from surveys.questions.nature import SLOW, Doubt, Nature
from surveys.questions.pieces import Control, Slot
from surveys.questions.reading import GIVEN, Form, PageAnswers, Reader, stating
from surveys.questions.seeing import Answer


def limit_of(text: str) -> date | Today:
    """Read a limit of days, written as conditions write days: `date('2026-03-31')` or `today(-7)`."""
    found = parse(f"DAY == {text}") if len(text) <= 40 else None
    if isinstance(found, Comparison) and isinstance(found.right, date | Today):
        return found.right
    raise SurveyError(Problem.LOGIC_UNREADABLE, text=text[:40], reason=Because(Reason.LIMIT_DAY))


def _readable(text: str) -> str:
    limit_of(text)
    return text


Limit = Annotated[str, AfterValidator(_readable)]


class DateQuestion(Question):
    """A day."""

    type: Literal["date"]
    low: Limit | None = None
    high: Limit | None = None

    @property
    def look(self) -> Look:
        """Show one field."""
        return "line"

    @property
    def nature(self) -> Nature:
        """Slow to look up."""
        return Nature(seconds=SLOW)

    def doubts(self) -> Iterator[Doubt]:
        """Give limits that leave no day."""
        if self.low is None or self.high is None:
            return
        low, high = limit_of(self.low), limit_of(self.high)
        both_days = isinstance(low, date) and isinstance(high, date) and low > high
        if both_days or (isinstance(low, Today) and isinstance(high, Today) and low.days > high.days):
            yield Doubt("range-empty", {"low": self.low, "high": self.high}, is_error=True)

    def days(self) -> tuple[date, date]:
        """Give its limits, those that are days."""
        low, high = (None if each is None else limit_of(each) for each in (self.low, self.high))
        return (low if isinstance(low, date) else date.min, high if isinstance(high, date) else date.max)

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give the place that tells a day from a blank, and a blank from what was not asked."""
        yield Slot(self.code, self.code, "state", GIVEN, GIVEN)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its field."""
        return (Control(self.code, "date", self.text),)

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read a day in ISO's writing, as browsers send it."""
        code = self.code
        low, high = (None if each is None else limit_of(each) for each in (self.low, self.high))

        def read(form: Form, found: PageAnswers) -> None:
            text = (form.get(code) or ("",))[0].strip()
            if not text and self.is_required:
                found.refuse(code, Problem.ANSWER_REQUIRED)
                return
            try:
                day = date.fromisoformat(text) if text else None
            except ValueError:
                found.refuse(code, Problem.ANSWER_DATE)
                return
            first, last = (_day(each, found.today) for each in (low, high))
            if day is not None and first is not None and day < first:
                found.refuse(code, Problem.ANSWER_EARLY, day=first)
            elif day is not None and last is not None and day > last:
                found.refuse(code, Problem.ANSWER_LATE, day=last)
            else:
                found.texts[code] = day.isoformat() if day is not None else ""

        return stating(code, read)

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the day."""
        code = self.code

        def decode(_values: Mapping[str, int], texts: Mapping[str, str]) -> Value:
            return date.fromisoformat(texts[code]) if texts.get(code) else None

        yield Answer(code, Type("day"), decode, since=2)


def _day(limit: date | Today | None, today: date | None) -> date | None:
    if limit is None or isinstance(limit, date):
        return limit
    try:
        return today + timedelta(limit.days) if today is not None else None
    except OverflowError:
        return None
