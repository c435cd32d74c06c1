"""The four-level tree: index → construct → dimension → question, and the paths between constructs."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from surveys.codes import WRITTEN, are_written
from surveys.questions.parts import Origin

Name = Annotated[dict[str, str], Field(max_length=20)]
# What respondents can be grouped by: the levels of the organisation, and what the customer file says.
Grouping = Literal[
    "province", "city", "county", "office", "unit", "customer_class", "tier", "account_type", "area"
]
# The tiers of expectations.
Tier = Literal["basic", "price_linked", "beyond_value"]


class _Node(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DimensionNode(_Node):
    """Third level: questions of one construct that belong together in this industry."""

    id: str
    name: Name
    indicators: tuple[str, ...] = Field(min_length=1)
    tier: Tier | None = None


class ConstructNode(_Node):
    """Second level: a latent variable. `checks` are overall questions that stay out of its score.

    `tree` puts it into the tree score, the roll-up of the four levels that stands beside the index. One that
    is `locked` is a standard block: whoever changes its questions says why.
    """

    id: str
    name: Name
    mode: Literal["A", "B"] = "A"
    valence: Literal[1, -1] = 1
    dimensions: tuple[DimensionNode, ...] = Field(min_length=1)
    checks: tuple[str, ...] = ()
    drives: bool = True
    tree: bool = False
    locked: bool = False
    origin: Origin | None = None

    @property
    def indicators(self) -> tuple[str, ...]:
        """The construct's questions in the order of its dimensions."""
        return tuple(code for dimension in self.dimensions for code in dimension.indicators)


class Gap(_Node):
    """One expectation tier: where it is expected and where it is perceived (dimension ids)."""

    tier: Tier
    expected: str
    perceived: tuple[str, ...]


class Roles(_Node):
    """Which construct, or question beside the index, plays a part that dashboards tell of, if any."""

    satisfaction: str | None = None
    switching_cost: str | None = None
    loyalty: str | None = None
    value: str | None = None
    promotion: str | None = None
    effort: str | None = None


QUESTION_ROLES: Final = frozenset({"promotion", "effort"})
# Documents written before roles were declared: whatever of these codes they have plays the part.
BY_CODE: Final = Roles(
    satisfaction="SAT", switching_cost="SWC", loyalty="LOY", value="VAL", promotion="NPS", effort="CES"
)


class Cuts(_Node):
    """From how many points on customers count as satisfied, and leaving as costly."""

    satisfied: float = Field(default=60, ge=0, le=100)
    costly: float = Field(default=50, ge=0, le=100)


class IndicatorSystem(_Node):
    """First level: the index, and everything below it; `groups` are what every run splits its answers by."""

    index: str
    name: Name
    constructs: tuple[ConstructNode, ...] = Field(min_length=1)
    paths: tuple[tuple[str, str], ...] = ()
    interactions: tuple[tuple[str, str, str], ...] = ()
    gaps: tuple[Gap, ...] = ()
    roles: Roles | None = None
    cuts: Cuts = Cuts()
    groups: tuple[Grouping, ...] = ("county", "customer_class")

    def played(self) -> dict[str, str]:
        """Give the code that plays each role: what is declared, or in older documents what the codes say."""
        found = (self.roles or BY_CODE).model_dump()
        known = {construct.id for construct in self.constructs}
        return {
            role: code
            for role, code in found.items()
            if code is not None and (self.roles is not None or role in QUESTION_ROLES or code in known)
        }

    def dimensions(self) -> Iterator[tuple[ConstructNode, DimensionNode]]:
        """Give every dimension with its construct."""
        for construct in self.constructs:
            for dimension in construct.dimensions:
                yield construct, dimension

    def codes(self) -> set[str]:
        """Give the codes of constructs, dimensions and questions."""
        found = {construct.id for construct in self.constructs}
        for _, node in self.dimensions():
            found |= {node.id, *node.indicators}
        return found

    def model(self, scales: Mapping[str, tuple[int, int]], *, interactions: bool = False) -> dict[str, Any]:
        """Give the specification in the shape of MODEL.yaml: plain values that the estimation reads.

        `scales` are the ends of each question's scale; the most frequent one is written once. Interactions
        of the system are an option: they explain, and take no part in the points.
        """
        asked = {code: scales[code] for _, node in self.dimensions() for code in node.indicators}
        (low, high), _ = Counter(asked.values()).most_common(1)[0]
        others = {code: ends for code, ends in asked.items() if ends != (low, high)}
        own = {code: {"low": first, "high": last} for code, (first, last) in others.items()}
        highest = max(last for _, last in asked.values())
        named = {construct.id: construct.name for construct in self.constructs}
        crossed = self.interactions if interactions else ()
        products: list[dict[str, Any]] = [
            {
                "id": f"{first}_x_{second}",
                "name": {
                    language: f"{name} × {named[second][language]}"
                    for language, name in named[first].items()
                    if language in named[second]
                },
                "product": [first, second],
            }
            for first, second, _ in crossed
        ]
        return {
            "scale": {"low": low, "high": high},
            "missing_codes": list(WRITTEN.values()) if are_written(highest) else [],
            "index": self.index,
            "constructs": [
                {
                    "id": construct.id,
                    "name": dict(construct.name),
                    "mode": construct.mode,
                    "valence": construct.valence,
                    **({"tree": True} if construct.tree else {}),
                    "dimensions": [
                        {"id": node.id, "name": dict(node.name), "indicators": list(node.indicators)}
                        for node in construct.dimensions
                    ],
                }
                for construct in self.constructs
            ]
            + products,
            "paths": [list(path) for path in self.paths]
            + [[product["id"], target] for product, (*_, target) in zip(products, crossed, strict=True)],
        } | ({"indicators": own} if own else {})
