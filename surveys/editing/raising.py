"""A document of the first format as one of the second, which drafts are written in; nothing is lost.

Conditions are rewritten where the second format writes the same otherwise. What means something else there,
because the first format saw no words, days or Kano pairs and put no numbers into texts, is named.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from surveys.document.conditions import choices_of, known_to
from surveys.document.questionnaire import FIRST_FORMAT, Questionnaire
from surveys.editing.naming import CONDITIONS
from surveys.errors import Reason, SurveyError
from surveys.findings.shape import shaped
from surveys.logic.binding import Choices
from surveys.logic.reading import parse
from surveys.logic.tree import Comparison, Expression, Junction, Not, Reference, Term, references
from surveys.logic.writing import to_text

FORMAT: Final = "manyi/2"
_EQUAL: Final = {"in": "==", "not in": "!="}
_CONTRADICTION: Final = "contradiction"


class Changed(NamedTuple):
    """What means something else than before: a condition, or a name in texts with its answer."""

    what: Literal["condition", "pipe"]
    text: str


class Raised(NamedTuple):
    """The document in the second format, and what of it means something else there."""

    plain: dict[str, Any]
    changed: tuple[Changed, ...] = ()


def raised(given: Mapping[str, Any]) -> Raised:
    """Give a document in the second format, half-finished or not; one that is in it stays as it is."""
    plain = dict(given)
    if plain.get("format", FIRST_FORMAT) != FIRST_FORMAT:
        return Raised(plain)
    plain = copy.deepcopy(plain)
    document = shaped(plain).document
    plain["format"] = FORMAT
    if document is None:
        return Raised(plain)
    raising = _Raising(document)
    raising.conditions(plain)
    return Raised(plain, tuple(dict.fromkeys((*raising.changed, *raising.pipes(document)))))


class _Raising:
    def __init__(self, document: Questionnaire) -> None:
        self.choices: Choices = choices_of(document)
        # What the first format did not see, and the second does.
        self.unseen = {
            name for name, why in known_to(document).valueless.items() if why is Reason.TYPE_FORMAT
        }
        self.changed: list[Changed] = []

    def conditions(self, part: Any) -> None:
        """Rewrite every condition below a part, in its place."""
        if isinstance(part, list):
            for each in part:
                self.conditions(each)
        elif isinstance(part, dict):
            for name, value in part.items():
                if name in CONDITIONS and isinstance(value, str):
                    part[name] = self._written(value)
                elif name == _CONTRADICTION and isinstance(value, list):
                    part[name] = [self._written(each) if isinstance(each, str) else each for each in value]
                else:
                    self.conditions(value)

    def pipes(self, document: Questionnaire) -> Iterator[Changed]:
        """Give the names in texts that said their fallback alone, and say the answer now."""
        numbers = {answer.name for answer in document.answers() if answer.type.kind in {"number", "rating"}}
        for name, pipe in document.pipes.items():
            if pipe.question in self.unseen | numbers:
                yield Changed("pipe", f"{{{name}}}: {pipe.question}")

    def _written(self, text: str) -> str:
        try:
            found = parse(text)
        except SurveyError:
            return text  # a finding says what cannot be read
        if any(each.name in self.unseen for each in references(found)):
            self.changed.append(Changed("condition", text))
        return to_text(coded(found, self.choices))


def coded(found: Expression, choices: Choices) -> Expression:
    """Give a condition with codes of options where their values stood, and `==` where one choice is meant."""
    match found:
        case Junction(parts=parts):
            return replace(found, parts=tuple(coded(part, choices) for part in parts))
        case Not(part=part):
            return Not(coded(part, choices))
        case Comparison(left=Reference(name=name), relation=relation, right=right) if name in choices:
            codes: dict[float, str] = {value: code for code, value in reversed([*choices[name].items()])}

            def code(each: Term) -> Term:
                return codes.get(each, each) if isinstance(each, int | float) else each

            if isinstance(right, tuple):
                return replace(found, right=tuple(code(each) for each in right))
            return replace(found, relation=_EQUAL.get(relation, relation), right=code(right))
    return found
