"""What a browser needs to follow a page's answers: the conditions that they decide, and how each is read."""

import json
from html import escape
from typing import Any, Final

from surveys.asking.pages import Item, Page
from surveys.asking.way import Way
from surveys.document.questionnaire import Questionnaire
from surveys.logic.plain import plain_tree
from surveys.logic.reducing import reduced
from surveys.logic.tree import Expression, references
from surveys.questions.pieces import Control
from surveys.questions.seeing import Answer

HIDDEN: Final = " hidden disabled"


class Following:
    """The part of one page that its own answers decide.

    Attributes
    ----------
    conditions
        Code of a question or row → its condition, where it looks at another answer of the page.
    answers
        Code → how the browser reads the answers of it at which such conditions look, as JSON.
    """

    def __init__(self, document: Questionnaire, page: Page) -> None:
        self._page = page.section.code
        self._items = {item.code: item for item in page.items}
        self.conditions: dict[str, Expression] = {}
        self._open: dict[str, str] = {}  # name of an answer → code
        self.choices: dict[tuple[str, str], Expression] = {}
        for item in page.items:
            if item.condition is not None and self._opens(item.condition):
                self.conditions[item.code] = item.condition
            for choice in item.choices:
                if choice.condition is not None and self._opens(choice.condition):
                    self.choices[item.code, choice.code] = choice.condition
        controls = {
            control.name: control
            for question in page.section.questions
            for piece in question.pieces(document.scales)
            for control in piece.controls
        }
        read: dict[str, list[list[Any]]] = {}
        for answer in document.answers():
            if answer.name in self._open:
                code = self._open[answer.name]
                read.setdefault(code, []).append(_reading(answer, controls, self._items[code]))
        self.answers = {code: _json(each) for code, each in read.items()}

    def _opens(self, condition: Expression) -> bool:
        """Note the answers of this page at which a condition looks; tell whether there are any."""
        names = {each.name: each.name.partition(".")[0] for each in references(condition)}
        inside = {name: code for name, code in names.items() if code in self._items}
        self._open |= inside
        return bool(inside)

    def _is_open(self, way: Way) -> set[str]:
        account = way.answers.account
        return {name for name, code in self._open.items() if not self._items[code].is_filed(account)}

    def options(self, way: Way) -> dict[tuple[str, str], str]:
        """Code of a question and of an option → what the page carries of its condition, where it is open."""
        found: dict[tuple[str, str], str] = {}
        is_open = self._is_open(way) if self.choices else set()
        for (code, option), condition in self.choices.items():
            left = reduced(condition, way.seen, is_open)
            if not isinstance(left, bool):
                gone = option in way.left_out.get(code, ())
                text = escape(_json(plain_tree(left)))
                found[code, option] = f' data-option-if="{text}"{" hidden" if gone else ""}'
        return found

    def attributes(self, way: Way) -> dict[str, str]:
        """Code → what the page carries of its condition for this respondent; absent where nothing is open.

        Answers of other pages are put in, so that nothing of them is told but what they decide here.
        """
        account = way.answers.account
        is_open = self._is_open(way)
        shown = way.shown.get(self._page, ())
        found: dict[str, str] = {}
        for code, condition in self.conditions.items():
            if not self._items[code].is_filed(account):
                left = reduced(condition, way.seen, is_open)
                if not isinstance(left, bool):
                    text = escape(_json(plain_tree(left)))
                    found[code] = f' data-show-if="{text}"{"" if code in shown else HIDDEN}'
        return found


def _json(value: list[Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _reading(answer: Answer, controls: dict[str, Control], item: Item) -> list[Any]:
    """Give the name and type of an answer, and what its field sends that conditions call otherwise."""
    found: list[Any] = [answer.name, answer.type.kind]
    if answer.name in item.own_words:
        belongs = item.own_words[answer.name]
        chosen = (choice for name in item.fields for choice in controls[name].choices)
        found.append([choice.sent for choice in chosen if (choice.slot, choice.stored) in belongs])
    elif answer.type.kind == "choice" and answer.name in controls:
        codes = {value: code for code, value in (answer.type.options or {}).items()}
        sent = {choice.sent: codes[choice.stored] for choice in controls[answer.name].choices}
        if any(each != code for each, code in sent.items()):
            found.append(sent)
    return found
