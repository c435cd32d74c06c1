"""The way of one respondent through a questionnaire, decided once for the answers as they are."""

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from surveys.asking.answers import Answers
from surveys.asking.pages import Item, Page
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.document.questionnaire import Stop
from surveys.logic.tree import Value


class Leftovers(NamedTuple):
    """Answers that stand although their question is not asked: by slot, and open texts by field."""

    values: dict[str, int]
    texts: dict[str, str]


class Way:
    """What is asked of whoever gave these answers, and where the interview goes; `Router.way` makes it.

    Attributes
    ----------
    answers
        What the respondent has said.
    standing
        Slot → what counts: the stored answers, and what the customer file says instead of a question that
        was not asked. All that is evaluated sees this alone.
    seen
        Question → answer, as conditions and pipes see it.
    shown
        Page → codes asked there, in order. A page that is left out is absent.
    stops
        Page → the kind end after it, for the shown pages where one holds.
    """

    def __init__(
        self,
        pages: Mapping[str, Page],
        answers: Answers,
        standing: Mapping[str, int],
        seen: Mapping[str, Value],
    ) -> None:
        self.answers, self.standing, self.seen = answers, standing, seen
        self.shown: dict[str, tuple[str, ...]] = {}
        self.stops: dict[str, Stop] = {}
        self._pages = pages
        for code, page in pages.items():
            codes = page.shown(seen, answers.account)
            if codes:
                self.shown[code] = codes
                if page.stops and (stop := page.stop(seen, answers.account)) is not None:
                    self.stops[code] = stop

    @property
    def stop(self) -> Stop | None:
        """The first kind end that holds."""
        return next(iter(self.stops.values()), None)

    @property
    def filed(self) -> dict[str, int]:
        """What the customer file answers and is not stored yet, by slot."""
        stored = self.answers.values
        return {slot: value for slot, value in self.standing.items() if stored.get(slot) != value}

    def after(self, page: str | None) -> str | None:
        """Give the page that comes after one, shown or not; `None` starts, and is given at the end."""
        start = -1 if page is None else self._pages[page].place
        return next((code for code in self.shown if self._pages[code].place > start), None)

    def before(self, page: str) -> str | None:
        """Give the page that comes before one, shown or not; None at the start."""
        end = self._pages[page].place
        return next((code for code in reversed(self.shown) if self._pages[code].place < end), None)

    def place(self, page: str) -> int:
        """Give the number of a page among those that are shown, from 1."""
        return self._order.get(page, 0) + 1

    def share(self, page: str) -> float:
        """Give the share of the shown pages that come before a page, 0 to 1."""
        return (self.place(page) - 1) / max(len(self.shown), 1)

    def is_last(self, page: str) -> bool:
        """Tell whether nothing comes after a page."""
        return self.place(page) == len(self.shown)

    @cached_property
    def _order(self) -> dict[str, int]:
        return {code: number for number, code in enumerate(self.shown)}

    def gap(self) -> str | None:
        """Give the first page that was left out or lacks a required answer; None when all is answered."""
        for code, shown in self.shown.items():
            asked = set(shown)
            if any(self._is_missing(item) for item in self._pages[code].items if item.code in asked):
                return code
        return None

    def _is_missing(self, item: Item) -> bool:
        stored = [self.standing.get(slot, NOT_ASKED) for slot in item.slots]
        if NOT_ASKED in stored:
            return True
        if not item.required:
            return False
        if stored:
            return all(value == SKIPPED for value in stored)
        return not any(self.answers.texts.get(field) for field in item.fields)

    def leftovers(self) -> Leftovers:
        """Give what must be taken back: answers to questions that a later change of mind has closed.

        What the customer file answers is kept, although nobody is asked.
        """
        found = Leftovers({}, {})
        for code, page in self._pages.items():
            asked = set(self.shown.get(code, ()))
            for item in page.items:
                if item.code in asked or item.is_filed(self.answers.account):
                    continue
                found.values.update(
                    (slot, NOT_ASKED)
                    for slot in item.slots
                    if self.standing.get(slot, NOT_ASKED) != NOT_ASKED
                )
                found.texts.update((field, "") for field in item.fields if self.answers.texts.get(field))
        return found
