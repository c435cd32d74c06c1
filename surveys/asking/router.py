"""Who is asked what: pages, questions and rows for given answers; a submitted page checked against them.

A `Router` is made once per version and then only reads dictionaries: the collection site checks thousands
of pages a second with it. What was not shown is stored as *not asked*, what was left blank as *skipped*.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from surveys.codes import NOT_ASKED, RESERVED
from surveys.document.questionnaire import Questionnaire, Section, Stop
from surveys.errors import Problem
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from surveys.logic.tree import Expression, Junction, Value, references
from surveys.questions.base import Decoder, Question
from surveys.questions.reading import Form, PageAnswers, Reader


def decoders_of(document: Questionnaire) -> Iterator[tuple[str, Decoder]]:
    """Give a decoder for every question that a condition or a pipe of the document names."""
    used = {
        reference.name
        for text in _conditions(document)
        for reference in references(parse(text))
        if not reference.account
    } | {pipe.question for pipe in document.pipes.values() if pipe.question}
    for code, part in document.by_code.items():
        decode = part.decoder() if code in used else None
        if decode is not None:
            yield code, decode


def _conditions(document: Questionnaire) -> Iterator[str]:
    for section in document.sections:
        yield from (stop.when for stop in section.stops)
        if section.show_if is not None:
            yield section.show_if
        for question in section.questions:
            if question.show_if is not None:
                yield question.show_if
            yield from (row.show_if for row in question.subquestions() if row.show_if is not None)


Account = Mapping[str, Value]


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


class Page(NamedTuple):
    """A section with everything that its check needs."""

    section: Section
    condition: Expression | None
    items: tuple[Item, ...]
    stops: tuple[tuple[Expression, Stop], ...]
    fields: frozenset[str]


class Router:
    """The way through one version of a questionnaire."""

    def __init__(self, document: Questionnaire) -> None:
        self.document = document
        self.pages = tuple(_page(document, section) for section in document.sections)
        self.places = {page.section.code: place for place, page in enumerate(self.pages)}
        self._decoders = dict(decoders_of(document))

    def environment(self, known: Mapping[str, int]) -> dict[str, Value]:
        """Give stored answers as conditions see them."""
        return {code: decode(known) for code, decode in self._decoders.items()}

    def shown(self, section: str, known: Mapping[str, int], account: Account) -> frozenset[str]:
        """Give the codes of questions and rows that are asked on a page; empty if the page is left out."""
        page = self.pages[self.places[section]]
        return self._shown(page, self.environment(known), account)

    def _shown(self, page: Page, answers: Mapping[str, Value], account: Account) -> frozenset[str]:
        if page.condition is not None and not evaluate(page.condition, answers, account):
            return frozenset()
        return frozenset(item.code for item in page.items if _is_shown(item, answers, account))

    def sections(self, known: Mapping[str, int], account: Account) -> list[str]:
        """Give the pages that a person with these answers sees, in order."""
        answers = self.environment(known)
        return [page.section.code for page in self.pages if self._shown(page, answers, account)]

    def neighbour(
        self, section: str | None, known: Mapping[str, int], account: Account, *, step: int = 1
    ) -> str | None:
        """Give the page after (`step=1`) or before (`-1`) a page; `None` starts, and is given at the end."""
        answers = self.environment(known)
        start = -1 if section is None else self.places[section]
        places = range(start + 1, len(self.pages)) if step > 0 else range(start - 1, -1, -1)
        for place in places:
            if self._shown(self.pages[place], answers, account):
                return self.pages[place].section.code
        return None

    def stop(self, section: str, known: Mapping[str, int], account: Account) -> Stop | None:
        """Give the kind end that these answers lead to after a page, if any."""
        answers = self.environment(known)
        for condition, stop in self.pages[self.places[section]].stops:
            if evaluate(condition, answers, account):
                return stop
        return None

    def preset(self, account: Account) -> dict[str, int]:
        """Give the answers that the customer file has already: they are stored and not asked."""
        found: dict[str, int] = {}
        for page in self.pages:
            for item in page.items:
                value = account.get(item.account) if item.account else None
                if isinstance(value, str) and value in item.preset:
                    found[item.slots[0]] = item.preset[value]
        return found

    def check_page(self, section: str, form: Form, known: Mapping[str, int], account: Account) -> PageAnswers:
        """Check a submitted page; conditions within the page see what this page says.

        Parameters
        ----------
        form
            Field name → the strings sent; names outside the questionnaire are ignored, answers to questions
            that are not asked are refused.
        known
            All stored answers, by slot code.
        """
        page = self.pages[self.places[section]]
        found = PageAnswers()
        conditional = any(item.condition is not None for item in page.items)
        answers = self.environment(known)
        current = dict(known) if conditional else {}
        for item in page.items:
            if not _is_shown(item, answers, account):
                for slot in item.slots:
                    if not (
                        item.account
                        and known.get(slot, NOT_ASKED) not in RESERVED
                        and account.get(item.account)
                    ):
                        found.values[slot] = NOT_ASKED
                for name in item.fields:
                    if any(text.strip() for text in form.get(name, ())) and item.account is None:
                        found.refuse(name, Problem.ANSWER_HIDDEN)
            else:
                item.read(form, found)
            if conditional:
                current.update((slot, found.values[slot]) for slot in item.slots if slot in found.values)
                decode = self._decoders.get(item.code)
                if decode is not None:
                    answers[item.code] = decode(current)
        return found


def _is_shown(item: Item, answers: Mapping[str, Value], account: Account) -> bool:
    if item.account is not None and account.get(item.account):
        return False
    return item.condition is None or evaluate(item.condition, answers, account)


def _page(document: Questionnaire, section: Section) -> Page:
    items = tuple(item for question in section.questions for item in _items(document, question))
    fields = frozenset(name for item in items for name in item.fields)
    stops = tuple((parse(stop.when), stop) for stop in section.stops)
    return Page(section, _parsed(section.show_if), items, stops, fields)


def _parsed(text: str | None) -> Expression | None:
    return None if text is None else parse(text)


def _all_of(conditions: Sequence[str]) -> Expression | None:
    parts = tuple(parse(text) for text in conditions)
    return Junction("and", parts) if len(parts) > 1 else next(iter(parts), None)


def _items(document: Questionnaire, question: Question) -> Iterator[Item]:
    for piece in question.pieces(document.scales):
        yield Item(
            piece.code,
            _all_of(piece.conditions),
            piece.read,
            piece.slots,
            tuple(control.name for control in piece.controls),
            piece.account,
            piece.preset,
            piece.required,
        )
