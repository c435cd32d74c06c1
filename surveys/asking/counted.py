"""Quotas of a version: to which of them a respondent belongs, as soon as the answers tell."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from surveys.asking.pages import Page
from surveys.asking.way import Way
from surveys.document.conditions import choices_of
from surveys.document.questionnaire import Questionnaire
from surveys.logic.binding import bound
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from surveys.logic.tree import Expression, references


class Counted(NamedTuple):
    """One quota: who belongs to it, and the pages whose answers tell."""

    code: str
    condition: Expression
    pages: frozenset[str]

    def holds(self, way: Way) -> bool:
        """Tell whether this respondent belongs to it for certain: all that it asks about is answered."""
        return way.is_past(self.pages) and evaluate(self.condition, way.seen)


def counted_of(document: Questionnaire, pages: Mapping[str, Page]) -> Iterator[Counted]:
    """Give the quotas of a document in its order."""
    choices = choices_of(document)
    where = {question.code: section.code for section in document.sections for question in section.questions}
    where |= {item.code: code for code, page in pages.items() for item in page.items}
    for quota in document.quotas:
        condition = bound(parse(quota.when), choices)
        names = {each.name for each in references(condition) if not each.is_account}
        asked = frozenset(where[name.partition(".")[0]] for name in names)
        yield Counted(quota.code, condition, asked)
