"""What is found in a draft, once for each of its states, and at which node each finding stands."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from surveys.document.questionnaire import Questionnaire
from surveys.editing import series
from surveys.editing.nodes import KINDS, ROOT, Node, Nodes
from surveys.findings.finding import Finding
from surveys.findings.listing import Room, judged
from web.shelf import Shelf

# What tells a draft, or one of its states, from all others, also from those of another database.
Key = tuple[object, ...]
# A few drafts are edited at a time, and everybody sees the newest state.
_judgements: Final = Shelf(16)
SEVERITIES: Final = ("error", "warning")


class Placed(NamedTuple):
    """A finding and the node at which it is mended."""

    finding: Finding
    node: int


class Judgement(NamedTuple):
    """What is found in one state of a draft; `worst` is the gravest of a node and all below it."""

    document: Questionnaire | None
    found: tuple[Placed, ...]
    worst: Mapping[int, str]

    def count(self, severity: str) -> int:
        """Tell how many there are of a severity."""
        return sum(each.finding.severity == severity for each in self.found)

    @property
    def n_barring(self) -> int:
        """How many errors stand in the way of asking it; whether series go on matters to versions alone."""
        return sum(
            each.finding.severity == "error" and each.finding.code != series.UNDECIDED for each in self.found
        )

    def at(self, node_id: int) -> tuple[Placed, ...]:
        """Give what is found at a node itself."""
        return tuple(each for each in self.found if each.node == node_id)


def of(draft: Key, state: Key, nodes: Nodes, plain: Callable[[], dict[str, Any]], more: Room) -> Judgement:
    """Judge a draft in a state, or give what was found in it; `more` finds what is beside it."""
    found: Judgement = _judgements.get_state(draft, state, lambda: _judge(nodes, plain(), more))
    return found


def _judge(nodes: Nodes, plain: dict[str, Any], more: Room) -> Judgement:
    document, findings = judged(plain, more=more)
    places = dict(_places(nodes))
    found = tuple(Placed(each, _node_at(places, each.place)) for each in findings)
    worst: dict[int, str] = {}
    for each in found:
        for node in nodes.chain(nodes.by_id[each.node]):
            if worst.get(node.id) != SEVERITIES[0]:
                worst[node.id] = each.finding.severity
    return Judgement(document, found, worst)


def _node_at(places: Mapping[str, int], place: str) -> int:
    """Give the node of a place, or of as much of it as is known."""
    while place:
        if place in places:
            return places[place]
        place = place.rpartition(".")[0]
    return ROOT


def _places(nodes: Nodes) -> Iterator[tuple[str, int]]:
    """Give the place of every part as findings name it; of one that stands twice, the first."""
    seen: set[str] = set()
    for node in nodes.branch(nodes.root):
        place = place_of(nodes, node)
        if place and place not in seen:
            seen.add(place)
            yield place, node.id


def place_of(nodes: Nodes, node: Node) -> str:
    """Give the place of a part as findings name it; empty for what has none."""
    key = KINDS[node.kind].key
    above = nodes.by_id.get(node.parent or 0)
    match node.kind:
        case "questionnaire":
            return node.code
        case "section":
            return node.code
        case "question" | "row" | "option":
            return f"{place_of(nodes, above)}.{node.code}" if above is not None else ""
        case "stop":
            return f"{above.code if above is not None else ''}.{key}.{node.code}"
        case "construct" | "dimension":
            return f"indicators.{node.code}"
        case "system":
            return key
        case "scale" | "pipe" | "quota" | "rule":
            return f"{key}.{node.code}"
    return f"indicators.{key}" if node.kind in {"path", "interaction", "gap"} else ""
