"""Every condition of a document with its place, and everything in it that cannot be meant."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from surveys.document.questionnaire import Questionnaire, Section
from surveys.errors import Problem, Reason, SurveyError
from surveys.logic.binding import Choices
from surveys.logic.reading import parse
from surveys.logic.tree import Expression, references
from surveys.logic.types import Known, Type, faults

# What the customer file knows, and its values where they are known (`surveys.models.organisation`).
ACCOUNT: Final[Mapping[str, tuple[str, ...]]] = {
    "unit": (),
    "customer_class": ("residential", "commercial", "industrial", "other"),
    "tier": ("important", "key", "base", "resident"),
    "account_type": (),
    "area": (),
}


# Where the conditions of quotas stand: no section has this code (`findings.codes`).
QUOTAS: Final = "quotas"


class Placed(NamedTuple):
    """A condition: the part that carries it, its text, and the codes of questions and rows before it.

    `field` is `show_if`, `valid_if` or `when`, and `for` where a part is taken from an option chosen before.
    """

    place: str
    text: str
    before: frozenset[str]
    field: str = "show_if"


class LogicFault(NamedTuple):
    """One fault of a condition: where it stands, what it is, and what it is about."""

    place: str
    problem: Problem
    context: dict[str, Any]

    def error(self) -> SurveyError:
        """Give it as a refusal."""
        return SurveyError(self.problem, **{"place": self.place} | self.context)

    @property
    def is_about_type(self) -> bool:
        """Whether documents that were published before conditions had types may have it."""
        return self.problem in {Problem.LOGIC_TYPE, Problem.ACCOUNT_UNKNOWN, Problem.ACCOUNT_VALUE}


class _Slot(NamedTuple):
    """Where a condition may stand, whether one does or not."""

    place: str
    field: str
    text: str | None
    before: frozenset[str]


def conditions_of(document: Questionnaire) -> Iterator[Placed]:
    """Give every condition in the document's order, at SECTION, SECTION.QUESTION.ROW, SECTION.stops.STOP,
    quotas.QUOTA.

    What rows and options are taken by is a condition at these, which sees earlier pages alone.
    """
    for place, field, text, before in _slots(document):
        if text is not None:
            yield Placed(place, text, before, field)


def codes_before(document: Questionnaire, place: str, field: str) -> frozenset[str]:
    """Give the codes of what a condition may look at, whether one stands there or not."""
    found = (each.before for each in _slots(document) if (each.place, each.field) == (place, field))
    return next(found, frozenset(document.by_code))


def _slots(document: Questionnaire) -> Iterator[_Slot]:
    earlier: frozenset[str] = frozenset()
    for group in document.groups():
        found: set[str] = set()
        for section in group:  # sections that change places see nothing of one another
            yield from _of_section(section, earlier, found)
        earlier |= found
    for quota in document.quotas:
        yield _Slot(f"{QUOTAS}.{quota.code}", "when", quota.when, earlier)


def _of_section(section: Section, earlier: frozenset[str], found: set[str]) -> Iterator[_Slot]:
    before = set(earlier)
    yield _Slot(section.code, "show_if", section.show_if, earlier)
    for question in section.questions:
        place, upto = f"{section.code}.{question.code}", frozenset(before)
        yield _Slot(place, "show_if", question.show_if, upto)
        for part in (*question.subquestions(), *question.offered()):
            yield _Slot(f"{place}.{part.code}", "for", part.source, earlier)
            yield _Slot(f"{place}.{part.code}", "show_if", part.show_if, upto)
        before |= {question.code, *(row.code for row in question.subquestions())}
        # Tried on its own answer too.
        yield _Slot(place, "valid_if", question.valid_if, frozenset(before))
    for stop in section.stops:
        yield _Slot(f"{section.code}.stops.{stop.code}", "when", stop.when, frozenset(before))
    found |= before


def faults_of(document: Questionnaire) -> Iterator[LogicFault]:
    """Give all faults of all conditions: unknown and later codes, options, and what a type cannot answer."""
    known = known_to(document)
    for placed in conditions_of(document):
        yield from faults_at(placed, parse(placed.text), known)


def faults_at(placed: Placed, expression: Expression, known: Known) -> Iterator[LogicFault]:
    """Give all faults of one condition."""
    names = {*known.answers, *known.valueless}
    told: set[str] = set()
    for reference in references(expression):
        name, code = reference.name, reference.name.partition(".")[0]
        if not reference.is_account and name in names and code not in placed.before and name not in told:
            told.add(name)
            yield LogicFault(placed.place, Problem.LOGIC_FORWARD, {"code": name})
    for fault in faults(expression, known):
        yield LogicFault(placed.place, fault.problem, fault.context)


def known_to(document: Questionnaire) -> Known:
    """Give what conditions of a document may look at."""
    answers: dict[str, Type] = {}
    for answer in document.answers():
        answers.setdefault(answer.name, answer.type)  # of a name that stands twice, the first
    valueless = {code: Reason.TYPE_NOTHING for code in document.by_code if code not in answers}
    for question in document.questions():
        for answer in question.answers():
            if answer.name not in answers:
                valueless[answer.name] = Reason.TYPE_FORMAT
    return Known(answers, valueless, document.is_first_format, ACCOUNT)


def choices_of(document: Questionnaire) -> Choices:
    """Give the options of every answer that is one choice, for `binding.bound`."""
    found: dict[str, Mapping[str, int]] = {}
    for answer in document.answers():
        if answer.type.kind == "choice" and answer.type.options is not None:
            found.setdefault(answer.name, answer.type.options)
    return found
