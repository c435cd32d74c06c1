"""A page rendered once for each version and language, cut into strings with holes for what varies.

Rendering a page of a hundred radio buttons through WTForms and Jinja takes milliseconds, filling the holes of
the compiled page microseconds (measured: `make bench`). The template is `templates/respond/page.html`.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from flask import render_template
from flask_babel import force_locale
from markupsafe import Markup

from surveys.asking.pages import Item
from surveys.asking.router import Router
from surveys.document.questionnaire import Questionnaire, Section
from surveys.document.wording import SETTINGS, in_language, sanitise
from surveys.questions.base import Question
from web import i18n
from web.respond.fields import page_form
from web.respond.following import Following
from web.respond.pieces import Given, Pieces, Varied, hole

ALIKE = Given({}, {}, {})
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class Block(NamedTuple):
    """A question: what stands before its items, the items, and what stands after."""

    question: Question
    head: Pieces
    items: Mapping[str, Pieces | Varied]
    tail: Pieces


class CompiledPage:
    """One page in one language."""

    def __init__(self, router: Router, section: Section, language: str) -> None:
        self.language = language
        self.section = section
        document = router.document
        self._page = router.page(section.code)
        names = SETTINGS | set(document.pipes)
        self.following = Following(document, self._page)
        html = _render(document, section, language, self.following)
        top, *blocks, bottom = html.split("\x1d")
        self.top, self.bottom = Pieces(top, names), Pieces(bottom, names)
        asked = zip(section.questions, blocks, strict=True)
        self.blocks = tuple(self._block(question, block, names) for question, block in asked)
        intro = f'<div class="intro">{_rich(language)(document.intro)}</div>' if document.intro else ""
        self.intro = Pieces(intro, names)
        self.marks = dict(_marks(document, section))
        self.labels = dict(_labels(document, section, language))

    def _block(self, question: Question, html: str, names: Collection[str]) -> Block:
        head, *items, tail = html.split("\x1e")
        made: dict[str, Pieces | Varied] = {}
        for item in items:
            code, _, text = item.partition("\x1f")
            made[code] = Varied(code, text, names) if "\x1c" in text else Pieces(text, names)
        return Block(question, Pieces(head, names), made, Pieces(tail, names))

    @cached_property
    def items(self) -> dict[str, Item]:
        """The page's questions and rows by code."""
        return {item.code: item for item in self._page.items}

    @cached_property
    def written(self) -> dict[str, str]:
        """Hole → the field of own words that are put there."""
        return {key: field for key, (field, _) in _written(self.section)}

    @cached_property
    def instead(self) -> dict[str, str]:
        """Hole for own words → what is put where there are none."""
        return {key: _rich(self.language)(text) for key, (_, text) in _written(self.section)}

    def fill(
        self,
        shown: Collection[str],
        values: Mapping[str, str],
        open_ones: Mapping[str, str] | None = None,
        given: Given = ALIKE,
    ) -> str:
        """Give the whole page; `open_ones` are there too, with what the browser needs to decide on them."""
        conditions = open_ones or {}
        values = {**self.instead, **values}
        found = [self.top.fill(values)]
        for block in self.blocks:
            inside = []
            rows = block.question.subquestions()
            for code in given.order.get(block.question.code, block.items) if rows else block.items:
                if code in shown or code in conditions:
                    more = {f"h:{code}": conditions[code]} if code in conditions else {}
                    inside.append(block.items[code].fill({**values, **more} if more else values, given))
            if inside:
                is_seen = any(code in shown for code in block.items)
                head = values if is_seen else {**values, "g": " hidden"}
                found += [block.head.fill(head), *inside, block.tail.fill(values)]
        found.append(self.bottom.fill(values))
        return "".join(found)


def varies(question: Question) -> bool:
    """Tell whether the options of a question are not the same, or not in the same order, for everybody."""
    if question.subquestions():
        return False
    return question.is_shuffled or any(option.conditions or option.written for option in question.offered())


def _written(section: Section) -> Iterator[tuple[str, tuple[str, Mapping[str, str]]]]:
    for question in section.questions:
        for row in question.subquestions():
            if row.written:
                yield f"w:{row.code}", (row.written, row.wording)
        for option in question.offered():
            if option.written:
                yield f"w:{question.code}={option.code}", (option.written, option.wording)


def _render(document: Questionnaire, section: Section, language: str, following: Following) -> str:
    form = page_form(document, section, language)()
    with force_locale(i18n.locale(language)):
        return render_template(
            "respond/page.html",
            document=document,
            section=section,
            form=form,
            following=following,
            page_language=language,
            page_tag=i18n.tag(language),
            hole=hole,
            varied={question.code for question in section.questions if varies(question)},
            borrowed=dict(_written(section)),
            rich=_rich(language),
            plain=_plain(language),
        )


def _rich(language: str) -> Callable[[Mapping[str, str] | str], Markup]:
    def rich(text: Mapping[str, str] | str) -> Markup:
        written = text if isinstance(text, str) else in_language(text, language)
        return Markup(sanitise(CONTROL.sub("", written)))  # noqa: S704 - sanitised

    return rich


def _plain(language: str) -> Callable[[Mapping[str, str] | str], str]:
    return lambda text: CONTROL.sub("", text if isinstance(text, str) else in_language(text, language))


def _marks(document: Questionnaire, section: Section) -> Iterator[tuple[str, dict[int, str] | str]]:
    """Give for each slot the hole of each stored value; for numbers the hole of the field."""
    for question in section.questions:
        for piece in question.pieces(document.scales):
            for control in piece.controls:
                if control.kind == "number":
                    yield control.name, f"v:{control.name}"
                marks: dict[str, dict[int, str]] = {}
                for choice in control.choices:
                    marks.setdefault(choice.slot, {})[choice.stored] = f"c:{control.name}={choice.sent}"
                yield from marks.items()


def _labels(document: Questionnaire, section: Section, language: str) -> Iterator[tuple[str, str]]:
    """Give for each question or row the words that name it in a list of errors."""
    for question in section.questions:
        for piece in question.pieces(document.scales):
            yield piece.code, in_language(piece.text, language)
