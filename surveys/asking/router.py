"""Who is asked what: pages, questions and rows for given answers; a submitted page checked against them.

A `Router` is made once per version and then only reads dictionaries: the collection site checks thousands
of pages a second with it. What was not shown is stored as *not asked*, what was left blank as *skipped*.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from surveys.codes import NOT_ASKED, RESERVED
from surveys.document.questionnaire import Questionnaire, Section, Stop
from surveys.errors import Problem
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from surveys.logic.tree import Choice, Expression, Junction, Value, references
from surveys.questions import AnyQuestion, slots_of
from surveys.questions.choice import ChoiceQuestion, _decode_choice
from surveys.questions.date import DateQuestion
from surveys.questions.grid import Grid
from surveys.questions.kano import Kano
from surveys.questions.multiple import Multiple, _decode_marks
from surveys.questions.open_text import OpenText
from surveys.questions.ranking import Ranking, _decode_ranks
from surveys.questions.readers import reader_of
from surveys.questions.reading import Decoder, Form, PageAnswers, Reader, _decode_plain, one_of, rating_values
from surveys.questions.statement import Statement


def decoders_of(document: Questionnaire) -> Iterator[tuple[str, Decoder]]:
    """Give a decoder for every question that a condition or a pipe of the document names."""
    used = {
        reference.name
        for text in _conditions(document)
        for reference in references(parse(text))
        if not reference.account
    } | {pipe.question for pipe in document.pipes.values() if pipe.question}
    for code, question in document.by_code.items():
        if code not in used:
            continue
        match question:
            case ChoiceQuestion(options=options):
                yield (
                    code,
                    _decode_choice(
                        code, {option.value: Choice(option.code, option.value) for option in options}
                    ),
                )
            case Multiple(options=options):
                yield code, _decode_marks({f"{code}.{option.code}": option.code for option in options})
            case Ranking(options=options, most=most):
                names = {option.value: option.code for option in options}
                yield code, _decode_ranks([f"{code}.{place}" for place in range(1, most + 1)], names)
            case Grid() | Statement() | OpenText() | DateQuestion() | Kano():
                continue
            case _:
                yield code, _decode_plain(code)


def _conditions(document: Questionnaire) -> Iterator[str]:
    for section in document.sections:
        yield from (stop.when for stop in section.stops)
        for part in (section, *section.questions):
            if part.show_if is not None:
                yield part.show_if
            for row in getattr(part, "rows", ()):
                if row.show_if is not None:
                    yield row.show_if


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

    def progress_share(self, section: str, known: Mapping[str, int], account: Account) -> float:
        """Give the share of pages done before this one, 0 to 1; it never falls when pages are left out."""
        seen = self.sections(known, account)
        return seen.index(section) / len(seen) if section in seen else 0.0

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


def _joined(first: Expression | None, second: Expression | None) -> Expression | None:
    if first is None or second is None:
        return first or second
    return Junction("and", (first, second))


def _items(document: Questionnaire, question: AnyQuestion) -> Iterator[Item]:
    condition = _parsed(question.show_if)
    if isinstance(question, Grid):
        scale = document.scales[question.scale]
        for row in question.rows:
            allowed = rating_values(
                scale.low, scale.high, dont_know=row.dont_know, not_applicable=row.not_applicable
            )
            read = one_of(row.code, allowed, required=question.required)
            shown_if = _joined(condition, _parsed(row.show_if))
            yield Item(row.code, shown_if, read, (row.code,), (row.code,), None, {}, question.required)
        return
    slots = tuple(slot.code for slot in slots_of(question, document.scales))
    read, fields = reader_of(document, question)
    preset = {option.code: option.value for option in getattr(question, "options", ())}
    required = bool(getattr(question, "required", False))
    yield Item(question.code, condition, read, slots, fields, question.account, preset, required)
