"""A questionnaire as a page tells it: the four-level tree, sections, questions, and conditions in words."""

from collections.abc import Iterator
from typing import NamedTuple

from surveys import words
from surveys.document.indicators import ConstructNode
from surveys.document.questionnaire import Questionnaire, Section
from surveys.logic.reading import parse
from surveys.questions.base import Question
from web.author.diagram import Diagram, diagram
from web.naming import Naming


class Line(NamedTuple):
    """A coded text: a question of the tree, a row, an option; `condition` is a sentence or empty."""

    code: str
    text: str
    condition: str = ""


class Dimension(NamedTuple):
    """Third level."""

    code: str
    name: str
    tier: str | None
    questions: tuple[Line, ...]


class Construct(NamedTuple):
    """Second level; `checks` are questions that stay out of its score."""

    code: str
    name: str
    is_index: bool
    is_negative: bool
    is_locked: bool
    dimensions: tuple[Dimension, ...]
    checks: tuple[Line, ...]
    causes: tuple[str, ...]


class Cause(NamedTuple):
    """A construct, or two together, and what it moves."""

    code: str
    name: str
    moved: tuple[Line, ...]
    is_interaction: bool = False


class Block(NamedTuple):
    """One question of a section."""

    code: str
    kind: str
    text: str
    hint: str
    condition: str
    is_required: bool
    account: str
    scale: str
    rows: tuple[Line, ...]
    options: tuple[Line, ...]


class Part(NamedTuple):
    """One section; a stop is the sentence when it ends the interview, and what respondents then read."""

    code: str
    title: str
    condition: str
    stops: tuple[Line, ...]
    blocks: tuple[Block, ...]

    @property
    def n_questions(self) -> int:
        """How many questions a respondent meets: each row of a grid is one."""
        return sum(len(block.rows) or 1 for block in self.blocks)


class Reading:
    """A questionnaire in one language."""

    def __init__(self, document: Questionnaire, language: str) -> None:
        self.document, self.language = document, language
        self._naming = Naming(document, language)
        self.words = self._naming.words

    def sentence(self, condition: str | None) -> str:
        """Say a condition by the texts of what it looks at; empty where there is none."""
        return self._naming.sentence(parse(condition)) if condition else ""

    def sentences(self, conditions: tuple[str, ...]) -> str:
        """Say several conditions, all of which must hold."""
        return self.sentence(
            " and ".join(f"({each})" for each in conditions) if conditions[1:] else "".join(conditions)
        )

    def tree(self) -> tuple[Construct, ...]:
        """Give the constructs with everything below them."""
        system = self.document.indicators
        if system is None:
            return ()
        names = self.constructs()
        return tuple(
            Construct(
                code=node.id,
                name=names[node.id],
                is_index=node.id == system.index,
                is_negative=node.valence < 0,
                is_locked=node.locked,
                dimensions=tuple(self._dimensions(node)),
                checks=self._lines(node.checks),
                causes=tuple(names[source] for source, target in system.paths if target == node.id),
            )
            for node in system.constructs
        )

    def constructs(self) -> dict[str, str]:
        """Name the constructs, by code."""
        system = self.document.indicators
        return {node.id: self.words(node.name) for node in system.constructs} if system else {}

    def causes(self) -> tuple[Cause, ...]:
        """Give every path once, under what it starts from; interactions come last."""
        system, names = self.document.indicators, self.constructs()
        if system is None:
            return ()
        moved: dict[str, dict[str, Line]] = {}
        for source, target in system.paths:
            moved.setdefault(source, {})[target] = Line(target, names.get(target, ""))
        alone = tuple(Cause(code, names.get(code, ""), tuple(own.values())) for code, own in moved.items())
        return alone + tuple(
            Cause(
                f"{first} × {second}",
                f"{names.get(first, first)} × {names.get(second, second)}",
                (Line(target, names.get(target, "")),),
                is_interaction=True,
            )
            for first, second, target in dict.fromkeys(system.interactions)
        )

    def diagram(self) -> Diagram | None:
        """Draw the paths; None where there is nothing to draw, or nothing that can be drawn."""
        system = self.document.indicators
        return diagram(self.constructs(), system.paths, system.index) if system else None

    def _dimensions(self, node: ConstructNode) -> Iterator[Dimension]:
        for dimension in node.dimensions:
            yield Dimension(
                dimension.id, self.words(dimension.name), dimension.tier, self._lines(dimension.indicators)
            )

    def _lines(self, codes: tuple[str, ...]) -> tuple[Line, ...]:
        return tuple(Line(code, self.words(self.document.by_code[code].text)) for code in codes)

    def quotas(self) -> tuple[Line, ...]:
        """Give whom each quota counts, and what is said to whoever comes when it is full."""
        return tuple(
            Line(quota.code, self.words(quota.text), self.sentence(quota.when))
            for quota in self.document.quotas
        )

    def parts(self) -> tuple[Part, ...]:
        """Give the sections in order."""
        return tuple(self._part(section) for section in self.document.sections)

    def _part(self, section: Section) -> Part:
        return Part(
            code=section.code,
            title=self.words(section.title),
            condition=self.sentence(section.show_if),
            stops=tuple(
                Line(stop.code, self.words(stop.text), self.sentence(stop.when)) for stop in section.stops
            ),
            blocks=tuple(self._block(question) for question in section.questions),
        )

    def _block(self, question: Question) -> Block:
        options = question.offered() if any(answer.since == 1 for answer in question.answers()) else ()
        return Block(
            code=question.code,
            kind=words.say("types", question.type, self.language),
            text=self.words(question.text),
            hint=self.words(question.hint),
            condition=self.sentence(question.show_if),
            is_required=question.is_required,
            account=question.account or "",
            scale=self._scale(question),
            rows=tuple(
                Line(row.code, self.words(row.wording), self.sentences(row.conditions))
                for row in question.subquestions()
            ),
            options=tuple(
                Line(option.code, self.words(option.wording), self.sentences(option.conditions))
                for option in options
            ),
        )

    def _scale(self, question: Question) -> str:
        ends = question.ends(self.document.scales)
        if ends is None:
            return ""
        if ends.labels:
            low_high = (int(ends.low), int(ends.high))
            named = {**dict(zip(low_high, ends.anchors or (), strict=False)), **ends.labels}
            return " – ".join(f"{point} {self.words(named[point])}" for point in sorted(named))
        if ends.anchors is None:
            return f"{ends.low}–{ends.high} {self.words(ends.unit)}".strip()
        return f"{ends.low} {self.words(ends.anchors[0])} – {ends.high} {self.words(ends.anchors[1])}"
