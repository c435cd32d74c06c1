"""“Try these answers”: a form of what conditions and texts look at, read as a respondent's page is read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from surveys import words
from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.asking.way import Way
from surveys.document.conditions import ACCOUNT, conditions_of
from surveys.errors import Problem
from surveys.logic import tree
from surveys.logic.reading import parse
from surveys.questions.base import Question
from surveys.questions.pieces import Control
from surveys.questions.reading import PageAnswers
from web.naming import Naming

DAY = "today"
LONGEST_WORD = 200


class Choice(NamedTuple):
    """One value that a field offers."""

    sent: str
    text: str
    is_chosen: bool


class TryField(NamedTuple):
    """One field; `kind` is `many`, `list`, `number`, `date` or `line`."""

    name: str
    kind: str
    label: str
    choices: tuple[Choice, ...]
    value: str
    error: str


class Tried(NamedTuple):
    """The form as it was sent, and the way to which these answers lead."""

    fields: tuple[TryField, ...]
    way: Way


def tried(router: Router, sent: Mapping[str, Sequence[str]], naming: Naming, today: date) -> Tried:
    """Read the answers that were sent, each as its question reads it, and decide the way.

    What cannot be an answer is told at its field and counts as not answered.
    """
    document, language = router.document, naming.language
    expressions = [parse(placed.text) for placed in conditions_of(document)]
    looked_at = {each.name for expression in expressions for each in tree.references(expression)}
    codes = {name.partition(".")[0] for name in looked_at}
    codes |= {pipe.question.partition(".")[0] for pipe in document.pipes.values() if pipe.question}
    found = PageAnswers()
    controls: list[tuple[Control, str]] = []
    accounts = {name.removeprefix(tree.ACCOUNT) for name in looked_at if name.startswith(tree.ACCOUNT)}
    accounts |= {pipe.account for pipe in document.pipes.values() if pipe.account}
    for question in document.questions():
        accounts |= {question.account} if question.account else set()
        for piece in question.pieces(document.scales):
            if piece.code in codes or question.code in codes:
                controls += [(control, _label(question, control, naming)) for control in piece.controls]
                if any(text.strip() for control in piece.controls for text in sent.get(control.name, ())):
                    piece.read(sent, found)
    errors = {each.field: each.text(language) for each in found.problems}
    fields = [_field(control, label, sent, naming, errors) for control, label in controls]
    file = {name: _word(sent, f"{tree.ACCOUNT}{name}") for name in sorted(accounts)}
    unknown = {
        name for name, word in file.items() if word and ACCOUNT.get(name) and word not in ACCOUNT[name]
    }
    fields += [_of_file(name, word, naming, is_unknown=name in unknown) for name, word in file.items()]
    if any(isinstance(term, tree.Today) for term in _terms(expressions)):
        day, fault = _day(sent, today, language)
        today = day or today
        label = words.say("conditions", "today", language)
        fields.append(TryField(DAY, "date", label, (), today.isoformat(), fault))
    account: dict[str, tree.Value] = {
        name: word for name, word in file.items() if word and name not in unknown
    }
    return Tried(tuple(fields), router.way(Answers(found.values, found.texts, account, today)))


def _terms(expressions: Sequence[tree.Expression]) -> Iterator[tree.Term]:
    for expression in expressions:
        for test in tree.leaves(expression):
            yield from tree.terms(test)


def _word(sent: Mapping[str, Sequence[str]], name: str) -> str:
    return (sent.get(name) or ("",))[0].strip()[:LONGEST_WORD]


def _day(sent: Mapping[str, Sequence[str]], today: date, language: str) -> tuple[date | None, str]:
    written = _word(sent, DAY)
    try:
        return date.fromisoformat(written) if written else today, ""
    except ValueError:
        return None, Problem.ANSWER_DATE.text(language)


def _label(question: Question, control: Control, naming: Naming) -> str:
    if isinstance(control.text, str):
        part = words.find("ways_out", control.text, naming.language) or control.text
        return f"{naming.part(question.code)} · {part.replace('{place}', str(control.place))}"
    return naming.words(control.text) or control.name


def _field(
    control: Control,
    label: str,
    sent: Mapping[str, Sequence[str]],
    naming: Naming,
    errors: Mapping[str, str],
) -> TryField:
    said = tuple(sent.get(control.name, ()))
    choices = tuple(
        Choice(choice.sent, _choice(choice.sent, choice.text, naming), choice.sent in said)
        for choice in control.choices
    )
    kind = {"many": "many", "number": "number", "date": "date"}.get(
        control.kind, "list" if choices else "line"
    )
    value = (said or ("",))[0][:LONGEST_WORD]
    return TryField(control.name, kind, label, choices, value, errors.get(control.name, ""))


def _choice(sent: str, text: Mapping[str, str] | str, naming: Naming) -> str:
    if isinstance(text, str):
        return words.find("ways_out", text, naming.language) or text
    said = naming.words(text)
    if not said:
        return sent
    return f"{sent} · {said}" if sent.lstrip("-").isdecimal() else said


def _of_file(name: str, word: str, naming: Naming, *, is_unknown: bool) -> TryField:
    label = naming.answer(f"{tree.ACCOUNT}{name}")
    choices = tuple(
        Choice(each, words.find("account", f"{name}.{each}", naming.language) or each, each == word)
        for each in ACCOUNT.get(name, ())
    )
    error = Problem.ANSWER_OFFERED.text(naming.language) if is_unknown else ""
    return TryField(f"{tree.ACCOUNT}{name}", "list" if choices else "line", label, choices, word, error)
