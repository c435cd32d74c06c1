"""Who is asked what: pages, questions and rows for given answers; a submitted page checked against them.

A `Router` is made once per version and then only reads dictionaries: the collection site checks thousands
of pages a second with it. What was not shown is stored as *not asked*, what was left blank as *skipped*.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from surveys import logic
from surveys.answers import (
    DONT_KNOW,
    DONT_KNOW_FIELD,
    NOT_APPLICABLE,
    NOT_APPLICABLE_FIELD,
    NOT_ASKED,
    RESERVED,
    SKIPPED,
)
from surveys.errors import Problem
from surveys.questionnaire import (
    AnyQuestion,
    ChoiceQuestion,
    DateQuestion,
    Grid,
    Kano,
    Multiple,
    Number,
    OpenText,
    Questionnaire,
    Ranking,
    Section,
    Statement,
    Stop,
    slots_of,
)

Form = Mapping[str, Sequence[str]]
Account = Mapping[str, logic.Value]
OTHER_TEXT_LIMIT = 200


class PageProblem(NamedTuple):
    """What is wrong with one field of a submitted page."""

    field: str
    problem: Problem
    context: dict[str, object]

    def text(self, language: str) -> str:
        """Say it in a language."""
        return self.problem.text(language, **self.context)


@dataclass
class PageAnswers:
    """A checked page. Store it only if `problems` is empty."""

    values: dict[str, int] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    problems: list[PageProblem] = field(default_factory=list)

    def refuse(self, place: str, problem: Problem, **context: object) -> None:
        """Note what is wrong with a field."""
        self.problems.append(PageProblem(place, problem, context))


class Item(NamedTuple):
    """One thing that is shown or not: a question, or a row of a grid."""

    code: str
    condition: logic.Expression | None
    read: Callable[[Form, PageAnswers], None]
    slots: tuple[str, ...]
    fields: tuple[str, ...]
    account: str | None
    preset: Mapping[str, int]
    required: bool


class Page(NamedTuple):
    """A section with everything that its check needs."""

    section: Section
    condition: logic.Expression | None
    items: tuple[Item, ...]
    stops: tuple[tuple[logic.Expression, Stop], ...]
    fields: frozenset[str]


class Router:
    """The way through one version of a questionnaire."""

    def __init__(self, document: Questionnaire) -> None:
        self.document = document
        self.pages = tuple(_page(document, section) for section in document.sections)
        self.places = {page.section.code: place for place, page in enumerate(self.pages)}
        self._decoders = dict(_decoders(document))

    def environment(self, known: Mapping[str, int]) -> dict[str, logic.Value]:
        """Give stored answers as conditions see them."""
        return {code: decode(known) for code, decode in self._decoders.items()}

    def shown(self, section: str, known: Mapping[str, int], account: Account) -> frozenset[str]:
        """Give the codes of questions and rows that are asked on a page; empty if the page is left out."""
        page = self.pages[self.places[section]]
        return self._shown(page, self.environment(known), account)

    def _shown(self, page: Page, answers: Mapping[str, logic.Value], account: Account) -> frozenset[str]:
        if page.condition is not None and not logic.evaluate(page.condition, answers, account):
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
            if logic.evaluate(condition, answers, account):
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


def _is_shown(item: Item, answers: Mapping[str, logic.Value], account: Account) -> bool:
    if item.account is not None and account.get(item.account):
        return False
    return item.condition is None or logic.evaluate(item.condition, answers, account)


def _page(document: Questionnaire, section: Section) -> Page:
    items = tuple(item for question in section.questions for item in _items(document, question))
    fields = frozenset(name for item in items for name in item.fields)
    stops = tuple((logic.parse(stop.when), stop) for stop in section.stops)
    return Page(section, _parsed(section.show_if), items, stops, fields)


def _parsed(text: str | None) -> logic.Expression | None:
    return None if text is None else logic.parse(text)


def _joined(first: logic.Expression | None, second: logic.Expression | None) -> logic.Expression | None:
    if first is None or second is None:
        return first or second
    return logic.Junction("and", (first, second))


def _items(document: Questionnaire, question: AnyQuestion) -> Iterator[Item]:
    condition = _parsed(question.show_if)
    if isinstance(question, Grid):
        scale = document.scales[question.scale]
        for row in question.rows:
            allowed = _rating(
                scale.low, scale.high, dont_know=row.dont_know, not_applicable=row.not_applicable
            )
            read = _one_of(row.code, allowed, required=question.required)
            shown_if = _joined(condition, _parsed(row.show_if))
            yield Item(row.code, shown_if, read, (row.code,), (row.code,), None, {}, question.required)
        return
    slots = tuple(slot.code for slot in slots_of(question, document.scales))
    read, fields = _reader(document, question)
    preset = {option.code: option.value for option in getattr(question, "options", ())}
    required = bool(getattr(question, "required", False))
    yield Item(question.code, condition, read, slots, fields, question.account, preset, required)


def _rating(low: int, high: int, *, dont_know: bool, not_applicable: bool) -> dict[str, int]:
    allowed = {str(value): value for value in range(low, high + 1)}
    if dont_know:
        allowed[DONT_KNOW_FIELD] = DONT_KNOW
    if not_applicable:
        allowed[NOT_APPLICABLE_FIELD] = NOT_APPLICABLE
    return allowed


Reader = Callable[[Form, PageAnswers], None]


def _reader(document: Questionnaire, question: AnyQuestion) -> tuple[Reader, tuple[str, ...]]:
    code = question.code
    match question:
        case ChoiceQuestion():
            return _choice(question)
        case Multiple():
            return _marks(question), (code, *_text_fields(question))
        case Ranking():
            return _ranks(question), tuple(f"{code}.{place}" for place in range(1, question.most + 1))
        case Number():
            return _number(question), (code,)
        case OpenText():
            return _open(code, question.limit, required=question.required), (code,)
        case DateQuestion():
            return _day(code, required=question.required), (code,)
        case Kano():
            allowed = {str(option.value): option.value for option in question.options}
            sides = [
                _one_of(f"{code}.{side}", allowed, required=question.required) for side in ("with", "without")
            ]
            return _in_turn(sides), (f"{code}.with", f"{code}.without")
        case Statement():
            return _in_turn(()), ()
        case Grid():
            raise AssertionError("grids are read row by row")
        case _:
            scale = document.scales[question.scale]
            allowed = _rating(
                scale.low, scale.high, dont_know=question.dont_know, not_applicable=question.not_applicable
            )
            return _one_of(code, allowed, required=question.required), (code,)


def _in_turn(readers: Sequence[Reader]) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        for reader in readers:
            reader(form, found)

    return read


def _one_of(code: str, allowed: Mapping[str, int], *, required: bool) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        sent = form.get(code)
        text = sent[0] if sent else ""
        value = allowed.get(text)
        if value is not None and len(sent or ()) == 1:
            found.values[code] = value
        elif text or len(sent or ()) > 1:
            found.refuse(code, Problem.ANSWER_OFFERED)
        else:
            _blank(code, found, required=required)

    return read


def _blank(code: str, found: PageAnswers, *, required: bool) -> None:
    if required:
        found.refuse(code, Problem.ANSWER_REQUIRED)
    else:
        found.values[code] = SKIPPED


def _text_fields(question: ChoiceQuestion | Multiple) -> tuple[str, ...]:
    return (f"{question.code}.text",) if any(option.with_text for option in question.options) else ()


def _choice(question: ChoiceQuestion) -> tuple[Reader, tuple[str, ...]]:
    allowed = {option.code: option.value for option in question.options}
    own = {option.value for option in question.options if option.with_text}
    pick = _one_of(question.code, allowed, required=question.required)
    name = f"{question.code}.text"
    write = _open(name, OTHER_TEXT_LIMIT, required=False)

    def read(form: Form, found: PageAnswers) -> None:
        pick(form, found)
        if found.values.get(question.code) in own:
            write(form, found)
        elif own:
            found.texts[name] = ""

    return read, (question.code, *_text_fields(question))


def _marks(question: Multiple) -> Reader:
    values = {option.code: f"{question.code}.{option.code}" for option in question.options}
    exclusive = {option.code for option in question.options if option.exclusive}
    write = _open(f"{question.code}.text", OTHER_TEXT_LIMIT, required=False)
    has_text = bool(_text_fields(question))

    def read(form: Form, found: PageAnswers) -> None:
        chosen = {text for text in form.get(question.code, ()) if text}
        if not chosen <= values.keys():
            found.refuse(question.code, Problem.ANSWER_OFFERED)
        elif chosen & exclusive and len(chosen) > 1:
            found.refuse(question.code, Problem.ANSWER_EXCLUSIVE)
        elif question.most is not None and len(chosen) > question.most:
            found.refuse(question.code, Problem.ANSWER_MOST, limit=question.most)
        elif not chosen and question.required:
            found.refuse(question.code, Problem.ANSWER_REQUIRED)
        else:
            found.values.update(
                (slot, int(code in chosen) if chosen else SKIPPED) for code, slot in values.items()
            )
        if has_text:
            write(form, found)

    return read


def _ranks(question: Ranking) -> Reader:
    allowed = {option.code: option.value for option in question.options}
    slots = [f"{question.code}.{place}" for place in range(1, question.most + 1)]

    def read(form: Form, found: PageAnswers) -> None:
        sent = [(form.get(slot) or ("",))[0] for slot in slots]
        chosen = [text for text in sent if text]
        if not set(chosen) <= allowed.keys():
            found.refuse(slots[0], Problem.ANSWER_OFFERED)
        elif len(set(chosen)) < len(chosen):
            found.refuse(slots[0], Problem.ANSWER_ONCE)
        elif not chosen and question.required:
            found.refuse(slots[0], Problem.ANSWER_REQUIRED)
        else:
            ranked = [allowed[text] for text in chosen] + [SKIPPED] * (len(slots) - len(chosen))
            found.values.update(zip(slots, ranked, strict=True))

    return read


_WHOLE = re.compile(r"[+-]?[0-9]{1,6}")
_WIDE = str.maketrans("０１２３４５６７８９", "0123456789")


def _number(question: Number) -> Reader:
    code = question.code

    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].strip().translate(_WIDE)
        if not text:
            _blank(code, found, required=question.required)
        elif _WHOLE.fullmatch(text) and question.low <= int(text) <= question.high:
            found.values[code] = int(text)
        else:
            found.refuse(code, Problem.ANSWER_NUMBER, low=question.low, high=question.high)

    return read


def _open(code: str, limit: int, *, required: bool) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].replace("\r\n", "\n").replace("\x00", "").strip()
        if len(text) > limit:
            found.refuse(code, Problem.TEXT_LONG, limit=limit)
        elif not text and required:
            found.refuse(code, Problem.ANSWER_REQUIRED)
        else:
            found.texts[code] = text

    return read


def _day(code: str, *, required: bool) -> Reader:
    def read(form: Form, found: PageAnswers) -> None:
        text = (form.get(code) or ("",))[0].strip()
        if not text and required:
            found.refuse(code, Problem.ANSWER_REQUIRED)
            return
        try:
            found.texts[code] = date.fromisoformat(text).isoformat() if text else ""
        except ValueError:
            found.refuse(code, Problem.ANSWER_DATE)

    return read


Decoder = Callable[[Mapping[str, int]], logic.Value]


def _decoders(document: Questionnaire) -> Iterator[tuple[str, Decoder]]:
    used = {
        reference.name
        for text in _conditions(document)
        for reference in logic.references(logic.parse(text))
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
                        code, {option.value: logic.Choice(option.code, option.value) for option in options}
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


def _decode_choice(code: str, choices: Mapping[int, logic.Choice]) -> Decoder:
    return lambda known: choices.get(known.get(code, NOT_ASKED))


def _decode_marks(slots: Mapping[str, str]) -> Decoder:
    def decode(known: Mapping[str, int]) -> logic.Value:
        found = {option: known.get(slot, NOT_ASKED) for slot, option in slots.items()}
        if all(value in RESERVED for value in found.values()):
            return None
        return frozenset(option for option, value in found.items() if value == 1)

    return decode


def _decode_ranks(slots: Sequence[str], names: Mapping[int, str]) -> Decoder:
    def decode(known: Mapping[str, int]) -> logic.Value:
        chosen = frozenset(names[known[slot]] for slot in slots if known.get(slot) in names)
        return chosen or None

    return decode


def _decode_plain(code: str) -> Decoder:
    def decode(known: Mapping[str, int]) -> logic.Value:
        value = known.get(code, NOT_ASKED)
        return None if value in RESERVED else value

    return decode
