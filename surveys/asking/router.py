"""Who is asked what: the way through one version for given answers; a submitted page checked against it.

A `Router` is made once per version and then only reads dictionaries: the collection site checks thousands
of pages a second with it. What was not shown is stored as *not asked*, what was left blank as *skipped*.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from surveys.asking.answers import Answers
from surveys.asking.counted import Counted, counted_of
from surveys.asking.pages import Item, Page, page_at
from surveys.asking.way import NOTHING, Way
from surveys.codes import NOT_ASKED, RESERVED, SKIPPED
from surveys.document.conditions import choices_of, conditions_of
from surveys.document.questionnaire import Questionnaire
from surveys.errors import Problem
from surveys.logic.binding import Choices
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from surveys.logic.tree import Expression, references
from surveys.questions.reading import BROUGHT_UP, REMINDED, Form, PageAnswers, PageProblem
from surveys.questions.seeing import Decoder

Decoders = Mapping[str, tuple[tuple[str, Decoder], ...]]


def decoders_of(document: Questionnaire) -> Decoders:
    """Give for questions and rows how everything that a condition or a pipe names of them is seen."""
    used = {reference.name for each in conditions_of(document) for reference in references(parse(each.text))}
    used |= {pipe.question for pipe in document.pipes.values() if pipe.question}
    found: dict[str, tuple[tuple[str, Decoder], ...]] = {}
    for name, _type, decode, _since in document.answers():
        if name in used:
            code = name.partition(".")[0]
            found[code] = (*found.get(code, ()), (name, decode))
    return found


def scored_of(document: Questionnaire) -> tuple[frozenset[str], frozenset[str]]:
    """Give the questions of the index, all rated ones where there is none; and those of satisfaction."""
    system, slots = document.indicators, {slot.code: slot.kind for slot in document.slots}
    parts = {part.id: part.indicators for part in system.constructs} if system is not None else {}
    scored = frozenset(code for codes in parts.values() for code in codes if code in slots)
    rated = frozenset(code for code, kind in slots.items() if kind == "rating")
    satisfying = parts.get(system.index, ()) if system is not None else ()
    return scored or rated, frozenset(satisfying) & scored


class Router:
    """The way through one version of a questionnaire; `pages` are its sections by code, in order."""

    def __init__(self, document: Questionnaire) -> None:
        self.document = document
        self.made: dict[object, Any] = {}  # what others make of it once, such as pages; it goes with it
        groups = (group for group in document.groups() if len(group) > 1)
        # Each by its name, then the codes of its sections.
        self.groups = tuple((group[0].shuffle or "", *(each.code for each in group)) for group in groups)

    @cached_property
    def pages(self) -> Mapping[str, Page]:
        """Its sections by code, in order."""
        made = (page_at(self.document, place, self._choices) for place in range(len(self.codes)))
        return {page.section.code: page for page in made}

    def page(self, code: str) -> Page:
        """Give one page: of a draft, which is another at every edit, the others are not made for it."""
        if "pages" in self.__dict__:
            return self.pages[code]
        return page_at(self.document, self.codes.index(code), self._choices)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of its pages, in order."""
        return tuple(section.code for section in self.document.sections)

    @cached_property
    def _choices(self) -> Choices:
        return choices_of(self.document)

    @cached_property
    def decoders(self) -> Decoders:
        """How everything that a condition or a pipe names is seen."""
        return decoders_of(self.document)

    @cached_property
    def _counted(self) -> tuple[Counted, ...]:
        return tuple(counted_of(self.document, self.pages))

    def way(self, answers: Answers) -> Way:
        """Decide who is asked what: every condition is evaluated once."""
        return Way(self.pages, answers, self.decoders, self.groups)

    def quotas(self, way: Way) -> tuple[str, ...]:
        """Give the quotas to which somebody belongs for certain, in the document's order."""
        return tuple(each.code for each in self._counted if each.holds(way))

    def quota_conditions(self) -> Iterator[tuple[str, Expression]]:
        """Give each quota with who belongs to it."""
        for each in self._counted:
            yield each.code, each.condition

    def entered(self, page: str, way: Way, before: Way | None) -> tuple[str, ...]:
        """Give the quotas to which a page makes somebody belong: asked about there, or not held before.

        `before` is None for the first page of all.
        """
        return tuple(
            each.code
            for each in self._counted
            if each.holds(way) and (page in each.pages or before is None or not each.holds(before))
        )

    @cached_property
    def draws(self) -> bool:
        """Whether anything of it comes from the seed of a response."""
        shuffled = any(question.is_shuffled for question in self.document.questions())
        return (
            bool(self.groups)
            or shuffled
            or any(item.lot for page in self.pages.values() for item in page.items)
        )

    @cached_property
    def scored(self) -> tuple[frozenset[str], frozenset[str]]:
        """The questions of the index, or all rated ones where there is none; those of satisfaction itself."""
        return scored_of(self.document)

    def check(self, page: str, form: Form, way: Way) -> PageAnswers:
        """Check a submitted page; conditions within the page see what this page says.

        Parameters
        ----------
        form
            Field name → the strings sent; names outside the questionnaire are ignored, answers to questions
            that are not asked count for nothing and are named.
        way
            The way of the answers that are stored.
        """
        items = self.pages[page].items
        account, standing = way.answers.account, way.standing
        found = PageAnswers(today=way.answers.today)
        conditional = any(
            item.condition is not None or item.valid is not None or item.choices for item in items
        )
        told = form.get(BROUGHT_UP, ())
        seen = dict(way.seen)
        current, texts = (dict(standing), dict(way.texts)) if conditional else ({}, {})
        for item in items:
            if item.lot:
                continue
            found.left_out = item.left_out(seen) if item.choices else NOTHING
            everything_gone = bool(item.choices) and len(found.left_out) == len(item.choices)
            if not everything_gone and (not item.varies or item.is_shown(seen, account)):
                _read(item, form, found)
                if item.choices:
                    _unseen(item, way, told, form, found)
            else:
                for slot in item.slots:
                    if not (item.is_filed(account) and standing.get(slot, NOT_ASKED) not in RESERVED):
                        found.values[slot] = NOT_ASKED
                sent = (text for name in item.fields for text in form.get(name, ()))
                if item.account is None and any(text.strip() for text in sent):
                    found.dropped.append(item.code)
            if conditional:
                current.update((slot, found.values[slot]) for slot in item.slots if slot in found.values)
                texts.update((name, found.texts.get(name, "")) for name in item.fields)
                for name, decode in self.decoders.get(item.code, ()):
                    seen[name] = decode(current, texts)
                if item.valid is not None and _says(item, found) and not evaluate(item.valid, seen):
                    found.refuse(item.fields[0], Problem.ANSWER_INVALID)
                    found.problems[-1] = found.problems[-1].in_words(item.messages)
        return found

    def wrong(self, page: str, form: Form) -> list[PageProblem]:
        """Say what is wrong with single fields of a page, whether or not they are asked."""
        found = PageAnswers()
        for item in self.pages[page].items:
            if any(field in form for field in item.fields):
                _read(item, form, found)
        return [each for each in found.problems if each.field in form]


def _unseen(item: Item, way: Way, told: Sequence[str], form: Form, found: PageAnswers) -> None:
    """Let marks stand as not asked whose options came up by this page, unless the browser has shown them."""
    before = way.left_out.get(item.code, NOTHING)
    for choice in item.choices:
        is_new = choice.code in before and choice.code not in found.left_out
        is_told = f"{item.code}.{choice.code}" in told or choice.code in form.get(item.code, ())
        if is_new and not is_told and choice.slot in found.values:
            found.values[choice.slot] = NOT_ASKED


def _read(item: Item, form: Form, found: PageAnswers) -> None:
    """Read an item, with its author's words for what is wrong; a blank that is only unwanted is told once."""
    known = len(found.problems)
    item.read(form, found)
    reminded = item.code in form.get(REMINDED, ())
    if item.is_wanted and not reminded and len(found.problems) == known and not _says(item, found):
        found.refuse(item.fields[0], Problem.ANSWER_WANTED)
    if item.messages:
        found.problems[known:] = [each.in_words(item.messages) for each in found.problems[known:]]


def _says(item: Item, found: PageAnswers) -> bool:
    """Tell whether a page answers an item: by a way out too."""
    answered = any(found.values.get(slot, SKIPPED) not in {SKIPPED, NOT_ASKED} for slot in item.slots)
    return answered or any(found.texts.get(field) for field in item.fields)
