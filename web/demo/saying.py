"""How simulated people answer what is no rating of a construct, as the file of what is planted names it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from surveys.codes import NOT_ASKED
from surveys.questions.reading import GIVEN
from web.demo.asked import offered_after
from web.demo.people import Drawing, Mask

Pair = tuple[str, str]


class Rule(BaseModel, ABC):
    """How one question is answered."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    question: str

    @abstractmethod
    def draw(self, to: Drawing) -> None:
        """Put the answers of all people to what is found."""

    def options_named(self) -> tuple[str, ...]:
        """Name the options that the rule speaks of."""
        return ()

    def named(self) -> Iterator[Pair]:
        """Give the question with each of these options; alone, too."""
        yield from ((self.question, option) for option in ("", *self.options_named()))


class _OfTwo(Rule):
    options: Pair

    def options_named(self) -> tuple[str, ...]:
        return self.options

    def choose(self, to: Drawing, is_first: Mask) -> None:
        """Let people choose the first option, or else the second."""
        first, second = to.values(self.question, *self.options)
        to.found[self.question] = np.where(is_first, first, second)


class Everybody(Rule):
    """All choose the same option."""

    how: Literal["everybody"]
    option: str

    def options_named(self) -> tuple[str, ...]:
        return (self.option,)

    def draw(self, to: Drawing) -> None:
        to.found[self.question] = np.full(to.n, to.values(self.question, self.option)[0])


class Trait(Rule):
    """The answer is a trait of the person."""

    how: Literal["trait"]

    def draw(self, to: Drawing) -> None:
        options = to.values(self.question, *to.traits[self.question])
        to.found[self.question] = options[to.drawn.traits[self.question]]


class Share(_OfTwo):
    """A share chooses the first option, of some groups another share."""

    how: Literal["share"]
    share: float
    where: Mapping[str, float] = {}

    def draw(self, to: Drawing) -> None:
        self.choose(to, to.rng.random(to.n) < to.by_group(self.share, self.where))


class Odds(_OfTwo):
    """Constructs make the first option likelier."""

    how: Literal["odds"]
    log_odds: float
    of: Mapping[str, float] = Field(alias="from")

    def draw(self, to: Drawing) -> None:
        self.choose(to, to.rng.random(to.n) < 1 / (1 + np.exp(-to.linear(self.log_odds, self.of))))


class Group(Rule):
    """A group chooses among all options but the last, which all others choose."""

    how: Literal["group"]
    group: str
    options: tuple[str, ...]

    def options_named(self) -> tuple[str, ...]:
        return self.options

    def draw(self, to: Drawing) -> None:
        *own, others = to.values(self.question, *self.options)
        chosen = np.array(own)[to.rng.integers(0, len(own), to.n)] if len(own) > 1 else own[0]
        to.found[self.question] = np.where(to.drawn.groups[self.group], chosen, others)


class Shares(Rule):
    """Each option has its share."""

    how: Literal["shares"]
    shares: Mapping[str, float]

    def options_named(self) -> tuple[str, ...]:
        return tuple(self.shares)

    def draw(self, to: Drawing) -> None:
        places = to.rng.choice(len(self.shares), size=to.n, p=list(self.shares.values()))
        to.found[self.question] = to.values(self.question, *self.shares)[places]


class Times(Rule):
    """How often something happened: Poisson, with a mean that constructs move."""

    how: Literal["times"]
    log_mean: float
    of: Mapping[str, float] = Field(alias="from")

    def draw(self, to: Drawing) -> None:
        said = to.rng.poisson(np.exp(to.linear(self.log_mean, self.of)))
        to.found[self.question] = np.minimum(said, to.slots[self.question].high)


class Amount(Rule):
    """A number from 1 on, exponential."""

    how: Literal["amount"]
    mean: float

    def draw(self, to: Drawing) -> None:
        said = to.rng.exponential(self.mean, to.n).astype(np.int64) + 1
        to.found[self.question] = np.minimum(said, to.slots[self.question].high)


class Decimal(Rule):
    """A number in steps, the lowest one step, exponential; what is stored of it is that it was given."""

    how: Literal["decimal"]
    mean: float
    steps: int  # of one

    def draw(self, to: Drawing) -> None:
        to.decimals[self.question] = np.ceil(to.rng.exponential(self.mean * self.steps, to.n)) / self.steps
        to.found[self.question] = np.full(to.n, GIVEN)


class Anything(Rule):
    """Any answer that the question takes."""

    how: Literal["anything"]

    def draw(self, to: Drawing) -> None:
        to.found[self.question] = to.anything(self.question)


class Marks(Rule):
    """Each option is marked by its share, of some groups by another; `otherwise` by who marks nothing else.

    Only a share `of` people marks anything.
    """

    how: Literal["marks"]
    shares: Mapping[str, float]
    otherwise: str
    of: float | None = None
    where: Mapping[str, Mapping[str, float]] = {}

    def options_named(self) -> tuple[str, ...]:
        return (*self.shares, self.otherwise, *self.where)

    def draw(self, to: Drawing) -> None:
        marks = np.ones(to.n, dtype=bool) if self.of is None else to.rng.random(to.n) < self.of
        none = np.ones(to.n, dtype=bool)
        for option, share in self.shares.items():
            mark = marks & (to.rng.random(to.n) < to.by_group(share, self.where.get(option, {})))
            none &= ~mark
            to.found[f"{self.question}.{option}"] = mark.astype(np.int64)
        to.found[f"{self.question}.{self.otherwise}"] = none.astype(np.int64)


class Below(Rule):
    """One of what is offered below the answer to the question above; nothing stands below own words."""

    how: Literal["below"]
    above: str

    def named(self) -> Iterator[Pair]:
        yield from ((self.question, ""), (self.above, ""))

    def draw(self, to: Drawing) -> None:
        causes, finer = to.found[self.above], to.question(self.question)
        found = to.found[self.question] = np.full(to.n, NOT_ASKED)
        for cause in np.unique(causes):
            below = list(offered_after(to.document, finer, self.above, int(cause)))
            if below:
                chosen = causes == cause
                found[chosen] = to.rng.choice(below, size=int(chosen.sum()))


class Worst(Rule):
    """The most appealing are named as worst, those of a weak construct the likelier, the weaker it is."""

    how: Literal["worst"]
    most: int
    usual: float
    weak: str
    beside: str
    pull: float

    def draw(self, to: Drawing) -> None:
        marks = [slot.code for slot in to.document.slots if slot.question == self.question]
        options = [code.partition(".")[2] for code in marks]
        weight = np.array([to.appeal.get(option, self.usual) for option in options])
        pulled = np.where([option.startswith(self.weak) for option in options], self.pull, 0.0)
        gap = (to.drawn.levels[self.beside] - to.drawn.levels[self.weak])[:, None] * pulled
        order = np.argsort(-(weight + gap + to.rng.gumbel(size=(to.n, len(marks)))), axis=1).argsort(axis=1)
        to.worst.update(
            {code: (order[:, place] < self.most).astype(np.int64) for place, code in enumerate(marks)}
        )


Said = Annotated[
    Everybody
    | Trait
    | Share
    | Odds
    | Group
    | Shares
    | Times
    | Amount
    | Decimal
    | Anything
    | Marks
    | Below
    | Worst,
    Field(discriminator="how"),
]
