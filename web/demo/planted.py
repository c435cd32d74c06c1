"""What is planted in a simulated utility: a file in the codes of a questionnaire, held against it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from surveys.document.questionnaire import Questionnaire
from web.demo.saying import Said

FOLDER = Path(__file__).parent


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Construct(_Part):
    """A construct as a function of others, in standard deviations; its mean by wave in points of a scale."""

    level: float
    noise: float
    of: Mapping[str, float] = Field({}, alias="from")
    office: int | None = None
    business: float = 0.0
    drift: tuple[float, ...] = (0.0,)


class Notice(_Part):
    """Questions that all gain by wave."""

    questions: frozenset[str]
    by_wave: tuple[float, ...]


class Add(_Part):
    """What questions gain by a trait of the person, option by option."""

    questions: frozenset[str]
    trait: str
    points: Mapping[str, float]


class Beside(_Part):
    """A rating that follows a construct."""

    question: str
    mean: float
    follows: str
    gain: float
    spread: float


class Ranking(_Part):
    """A question that ranks options by their appeal."""

    question: str
    appeal: Mapping[str, float]


class Planted(_Part):
    """The whole file; `utility_csi.yaml` says of each part what it means."""

    traits: Mapping[str, Mapping[str, float]]
    customer_class: str
    groups: Mapping[str, frozenset[str]]
    rural_from: int
    constructs: Mapping[str, Construct]
    offsets: Mapping[str, float]
    outage_notice: Notice
    adds: tuple[Add, ...]
    said: tuple[Said, ...]
    beside: tuple[Beside, ...]
    ranking: Ranking
    written: Mapping[str, tuple[Mapping[str, str], ...]]

    @property
    def classes(self) -> tuple[str, ...]:
        """The customer classes, in the order of their numbers."""
        return tuple(self.traits[self.customer_class])

    def named(self) -> Iterator[tuple[str, str]]:
        """Give every question that the file names, and its options; an empty option is the question alone."""
        rated = (*self.offsets, *self.outage_notice.questions, *(each.question for each in self.beside))
        yield from ((code, "") for code in (*rated, *self.written))
        yield from ((code, option) for code, options in self.traits.items() for option in options)
        for add in self.adds:
            yield from ((code, "") for code in add.questions)
            yield from ((add.trait, option) for option in add.points)
        yield from ((self.customer_class, option) for group in self.groups.values() for option in group)
        yield from ((self.ranking.question, option) for option in self.ranking.appeal)
        for rule in self.said:
            yield from rule.named()


def load(name: str, document: Questionnaire) -> Planted:
    """Read what is planted for a questionnaire.

    Raises
    ------
    ValueError
        It is no such file, or it names what the questionnaire does not have.
    """
    found = Planted.model_validate(yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8")))
    offered = {
        question.code: {option.code for option in question.offered()} for question in document.questions()
    }
    offered |= {row.code: set() for question in document.questions() for row in question.subquestions()}
    strange = {
        f"{code}.{option}".rstrip(".")
        for code, option in found.named()
        if code not in offered or (option and option not in offered[code])
    }
    system = document.indicators
    strange |= set(found.constructs) ^ {node.id for node in (system.constructs if system else ())}
    if strange:
        raise ValueError(f"{name}.yaml and the questionnaire do not agree on {', '.join(sorted(strange))}")
    return found
