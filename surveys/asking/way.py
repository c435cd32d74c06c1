"""The way of one respondent through a questionnaire, decided once for the answers as they are.

Conditions look back only, so one pass in the document's order decides everything: an answer counts if its
question is asked for what counts before it. What is stored beyond that counts for nothing, whatever was
answered before a change of mind; it is kept while the response is open and taken back at its end.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Final, NamedTuple

from surveys.asking.answers import Answers
from surveys.asking.chance import drawn, ordered
from surveys.asking.pages import Item, Page
from surveys.codes import NOT_ASKED, RESERVED, SKIPPED
from surveys.document.questionnaire import Stop
from surveys.logic.holding import evaluate
from surveys.logic.tree import Expression, Value
from surveys.questions.pieces import Stored
from surveys.questions.seeing import Decoder

NOTHING: Final[frozenset[str]] = frozenset()


class Leftovers(NamedTuple):
    """What is stored and does not stand: by slot, and own words by field, each with what takes its place."""

    values: dict[str, int]
    texts: dict[str, str]


class Way:
    """What is asked of whoever gave these answers, and where the interview goes; `Router.way` makes it.

    Attributes
    ----------
    answers
        What the respondent has said.
    standing
        Slot → what counts: the answers to what is asked, and what the customer file says instead of a
        question that was not asked. All that is evaluated sees this alone.
    left_out
        Code → the options of it that are not offered, where there are some.
    texts
        Field → the own words that count; those beside an option count with it alone.
    seen
        Question → answer that counts, as conditions and pipes see it; beside them the customer file and
        the day.
    shown
        Page → codes asked there; pages in the order in which they are shown. One that is left out is absent.
    invalid
        Codes of what is answered against what its answer must satisfy.
    stops
        Page → the kind end after it, where one holds: the first, since nothing is asked after it.
    """

    def __init__(
        self,
        pages: Mapping[str, Page],
        answers: Answers,
        decoders: Mapping[str, Sequence[tuple[str, Decoder]]],
        groups: Sequence[Sequence[str]] = (),
    ) -> None:
        self.answers = answers
        self.standing: dict[str, int] = dict(answers.values)
        self.texts: dict[str, str] = {}
        self.seen: dict[str, Value] = answers.before_any()
        self.shown: dict[str, tuple[str, ...]] = {}
        self.stops: dict[str, Stop] = {}
        self.invalid: set[str] = set()
        self.left_out: dict[str, frozenset[str]] = {}
        self._filed: dict[str, int] = {}
        self._pages = pages
        self._place: Mapping[str, int] = {code: page.place for code, page in pages.items()}
        for code, page in pages.items():
            asked = not self.stops and page.is_asked(self.seen)
            offered = []
            for item in page.items:
                if self._take(item, asked=asked):
                    offered.append(item.code)
                for name, decode in decoders.get(item.code, ()):
                    self.seen[name] = decode(self.standing, self.texts)
                if item.valid is not None and offered[-1:] == [item.code] and self._fails(item, item.valid):
                    self.invalid.add(item.code)
            if offered:
                self.shown[code] = tuple(offered)
            if asked and page.stops and (stop := page.stop(self.seen)) is not None:
                self.stops[code] = stop
        if groups:
            self._shuffle(groups)

    def _take(self, item: Item, *, asked: bool) -> bool:
        """Let an item's answer stand or not; tell whether it is asked."""
        account, standing = self.answers.account, self.standing
        if item.lot:
            self._file(item.slots[0], drawn(self.answers.seed, item.code, item.lot))
            return False
        offered = asked and (not item.varies or item.is_shown(self.seen, account))
        left_out = item.left_out(self.seen) if item.choices else NOTHING
        if left_out:
            self.left_out[item.code] = left_out
            offered = offered and len(left_out) < len(item.choices)
        if not offered and not item.is_filed(account):
            for slot in item.slots:
                if slot in standing:
                    standing[slot] = NOT_ASKED
            return False
        if not offered and item.slots and standing.get(item.slots[0], NOT_ASKED) == NOT_ASKED:
            filed = item.preset.get(str(account[item.account or ""]))
            if filed is not None:
                self._file(item.slots[0], filed)
        if left_out and item.drop is not None:
            item.drop(standing, left_out)
        for field in item.fields:
            text = self.answers.texts.get(field)
            if text and self._has_option(item, field):
                self.texts[field] = text
        return offered

    def _file(self, slot: str, value: int) -> None:
        """Let a value stand that nobody answered; it is stored with the next page."""
        if self.standing.get(slot) != value:
            self.standing[slot] = self._filed[slot] = value

    def _fails(self, item: Item, valid: Expression) -> bool:
        return self.is_answered(item) and not evaluate(valid, self.seen)

    def _has_option(self, item: Item, field: str) -> bool:
        chosen = item.own_words.get(field)
        return chosen is None or any(self.standing.get(slot) == value for slot, value in chosen)

    def _shuffle(self, groups: Sequence[Sequence[str]]) -> None:
        """Let sections change places: those that are shown stand in the order in which they are shown."""
        places = dict(self._place)
        for name, *codes in groups:
            free = sorted(places[code] for code in codes)
            places |= zip(self.order(name, codes), free, strict=True)
        self._place = places
        self.shown = {code: self.shown[code] for code in sorted(self.shown, key=places.__getitem__)}

    @property
    def stop(self) -> Stop | None:
        """The kind end that holds."""
        return next(iter(self.stops.values()), None)

    @property
    def filed(self) -> dict[str, int]:
        """What the customer file answers, or was drawn, and is not stored yet, by slot."""
        return dict(self._filed)

    def leftovers(self) -> Leftovers:
        """Give what must be taken back: answers to questions that these answers do not lead to."""
        stored = self.answers
        return Leftovers(
            {
                slot: self.standing[slot]
                for slot, value in stored.values.items()
                if value != self.standing[slot] and slot not in self._filed
            },
            {field: "" for field, text in stored.texts.items() if text and field not in self.texts},
        )

    def after(self, page: str | None) -> str | None:
        """Give the page that comes after one, shown or not; `None` starts, and is given at the end."""
        start = -1 if page is None else self._place[page]
        return next((code for code in self.shown if self._place[code] > start), None)

    def before(self, page: str) -> str | None:
        """Give the page that comes before one, shown or not; None at the start."""
        end = self._place[page]
        return next((code for code in reversed(self.shown) if self._place[code] < end), None)

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
        """Give the first page that was left out, lacks a required answer or holds one that cannot be so."""
        for code, shown in self.shown.items():
            asked = set(shown)
            if any(self._is_missing(item) for item in self._pages[code].items if item.code in asked):
                return code
        return None

    def is_past(self, pages: Collection[str]) -> bool:
        """Tell whether nothing is left to answer up to some pages, in the order in which they are shown."""
        gap = self.gap()
        return gap is None or all(self._place[page] < self._place[gap] for page in pages)

    def _is_missing(self, item: Item) -> bool:
        if item.code in self.invalid:
            return True
        stored = [self.standing.get(slot, NOT_ASKED) for slot in self._asked_slots(item)]
        if NOT_ASKED in stored or any(self._lacks_words(*each) for each in item.needed_words.items()):
            return True
        if not item.required:
            return False
        if stored:
            return all(value == SKIPPED for value in stored)
        return not any(field in self.texts for field in item.fields)

    def _asked_slots(self, item: Item) -> Sequence[str]:
        """Give the slots of an item but for those of options that it does not offer."""
        left_out = self.left_out.get(item.code)
        if not left_out:
            return item.slots
        gone = {choice.slot for choice in item.choices if choice.code in left_out}
        return [slot for slot in item.slots if slot not in gone]

    def lacks_options(self, item: Item) -> bool:
        """Tell whether an item that is answered offers options about which nobody has been asked."""
        return bool(item.choices) and any(
            self.standing.get(slot, NOT_ASKED) == NOT_ASKED for slot in self._asked_slots(item)
        )

    def order(self, parent: str, codes: Sequence[str], fixed: Collection[str] = ()) -> list[str]:
        """Give codes of rows or options in the order in which this respondent sees them."""
        return ordered(self.answers.seed, parent, codes, fixed)

    def _lacks_words(self, field: str, chosen: Stored) -> bool:
        return field not in self.texts and any(self.standing.get(slot) == value for slot, value in chosen)

    def is_answered(self, item: Item) -> bool:
        """Tell whether an item has an answer that counts, or own words."""
        answered = any(self.standing.get(slot, NOT_ASKED) not in RESERVED for slot in item.slots)
        return answered or any(field in self.texts for field in item.fields)
