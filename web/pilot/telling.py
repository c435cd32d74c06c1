"""The report of a pilot: question by question, in the words of the page."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import csi_model
from surveys.codes import RESERVED
from surveys.document.minutes import Reckoning
from surveys.document.questionnaire import Questionnaire
from surveys.piloting import comments
from surveys.piloting.comments import Comment
from surveys.piloting.counting import Counted, PageTally, Tally
from surveys.questions.pieces import Column, Slot
from web.naming import Naming, shortened

FEWEST: Final = 10  # people from whom a share, or how questions go together, is told
LABEL: Final = 40


class Bar(NamedTuple):
    """How many gave one answer; `size` is that in parts of the most frequent one, 0 to 1."""

    label: str
    n: int
    size: float


class Spread(NamedTuple):
    """How the answers of one question are spread; of numbers the lowest, the middle and the highest.

    Of a scale the first and the last bar are its ends, and `middle` is its mean.
    """

    kind: str  # scale | options | numbers
    about: str
    bars: tuple[Bar, ...]
    middle: float | None = None


class Line(NamedTuple):
    """One question or row of the report, and its part of the draft as it stands now, if it is still there."""

    code: str
    name: str
    node: int | None
    is_row: bool
    tally: Tally | None = None
    spreads: tuple[Spread, ...] = ()
    comments: tuple[str, ...] = ()
    item_total: float | None = None


class PageTold(NamedTuple):
    """One page of the report; `reckoned` is how many minutes the editor expects of it."""

    code: str
    name: str
    node: int | None
    tally: PageTally
    reckoned: float
    comments: tuple[str, ...]
    lines: tuple[Line, ...]


class Block(NamedTuple):
    """One dimension: how consistently its questions were answered; `alpha` None where it is not told."""

    name: str
    codes: tuple[str, ...]
    n: int
    alpha: float | None
    without: tuple[tuple[str, float], ...]


def share(n: int, of: int) -> float | None:
    """Give a share where so many people stand behind it that it says more than the number."""
    return n / of if of >= FEWEST else None


def blocks_of(
    document: Questionnaire, found: Counted, naming: Naming
) -> tuple[list[Block], dict[str, float]]:
    """Tell of each reflective dimension how its questions go together, and of each question how it does.

    Questions of one construct point one way, so none is turned.
    """
    slots = {slot.code: slot for slot in document.slots}
    totals: dict[str, float] = {}
    blocks = []
    for construct, node in document.indicators.dimensions() if document.indicators is not None else ():
        if construct.mode != "A" or len(node.indicators) < 2:
            continue
        ends = [(slots[code].low, slots[code].high) for code in node.indicators]
        answers = csi_model.prepare_rated(
            node.indicators, found.standing, ends, missing_codes=sorted(RESERVED)
        )
        told = csi_model.consistency(answers).plain()
        alpha, rows = None, []
        if told["n"] >= FEWEST and told["alpha"] is not None:
            alpha, rows = told["alpha"], [*zip(node.indicators, told["questions"], strict=True)]
        totals |= {code: each["item_total"] for code, each in rows if each["item_total"] is not None}
        better = tuple(
            (code, each["alpha_without"])
            for code, each in rows
            if each["alpha_without"] is not None and each["alpha_without"] > told["alpha"]
        )
        blocks.append(Block(naming.words(node.name) or node.id, node.indicators, told["n"], alpha, better))
    return blocks, totals


def pages_of(
    document: Questionnaire,
    found: Counted,
    said: Sequence[Comment],
    naming: Naming,
    nodes: Mapping[tuple[str, str], int],
    totals: Mapping[str, float],
) -> Iterator[PageTold]:
    """Tell of every page, and of every question on it; `nodes` are the draft's parts by kind and code."""
    by_place: dict[str, list[str]] = {}
    for each in said:
        by_place.setdefault(each.place, []).append(each.text)
    reckoning = Reckoning(document)
    slots = {slot.code: slot for slot in document.slots}
    for section in document.sections:
        lines: list[Line] = []
        asked: list[str] = []
        for question in section.questions:
            own = tuple(by_place.get(question.code, ()))
            columns = {column.code: column for column in question.columns(document.scales)}
            pieces = list(question.pieces(document.scales))
            rows = bool(question.subquestions())
            if rows:
                lines.append(_line(question.code, "question", naming, nodes)._replace(comments=own))
            for piece in pieces:
                asked.append(piece.code)
                tally = found.items[piece.code]
                of_slots = [slots[code] for code in piece.slots if code in slots]
                lines.append(
                    _line(piece.code, "row" if rows else "question", naming, nodes)._replace(
                        tally=tally if piece.controls else None,
                        spreads=tuple(_spreads(of_slots, columns, tally, naming)),
                        comments=() if rows else own,
                        item_total=totals.get(piece.code),
                    )
                )
        yield PageTold(
            section.code,
            shortened(naming.words(section.title)) or section.code,
            nodes.get(("section", section.code)),
            found.pages[section.code],
            reckoning.minutes({section.code: asked}),
            tuple(by_place.get(f"{comments.PAGE}{section.code}", ())),
            tuple(lines),
        )


def _line(code: str, kind: str, naming: Naming, nodes: Mapping[tuple[str, str], int]) -> Line:
    return Line(code, naming.part(code), nodes.get((kind, code)), kind == "row")


def _spreads(
    slots: Sequence[Slot], columns: Mapping[str, Column], tally: Tally, naming: Naming
) -> Iterator[Spread]:
    """Tell how answers are spread: marks and ranks together, other stored answers one by one."""
    given = {slot.code: tally.values.get(slot.code, Counter[int]()) for slot in slots}
    marks = [slot for slot in slots if slot.kind == "mark"]
    ranks = [slot for slot in slots if slot.kind == "rank"]
    if marks:
        named = [(_last(columns[slot.code], naming), given[slot.code][1]) for slot in marks]
        yield Spread("options", "", _bars(named))
    if ranks:
        together = sum((given[slot.code] for slot in ranks), Counter[int]())
        yield Spread("options", "", _bars(_options(columns[ranks[0].code], together, naming)))
    for slot in slots:
        counts, column = given[slot.code], columns[slot.code]
        if slot.kind == "rating":
            points = [(str(point), counts[point]) for point in range(slot.low, slot.high + 1)]
            middle = tally.mean(slot.code) if counts.total() >= FEWEST else None
            yield Spread("scale", "", _bars(points), middle)
        elif slot.kind == "choice":
            about = _last(column, naming) if len(column.texts) > 1 else ""
            yield Spread("options", about, _bars(_options(column, counts, naming)))
        elif slot.kind == "number" and counts:
            ends = _bars([(f"{value}", counts[value]) for value in (min(counts), max(counts))])
            yield Spread("numbers", "", ends, tally.middle(slot.code))


def _bars(counts: Sequence[tuple[str, int]]) -> tuple[Bar, ...]:
    most = max((n for _, n in counts), default=0) or 1
    return tuple(Bar(label, n, n / most) for label, n in counts)


def _options(column: Column, counts: Counter[int], naming: Naming) -> list[tuple[str, int]]:
    return [
        (shortened(naming.words(text), LABEL) or str(value), counts[value])
        for value, text in sorted(column.values.items())
    ]


def _last(column: Column, naming: Naming) -> str:
    text = column.texts[-1]
    return shortened(naming.words(text), LABEL) if not isinstance(text, str) else text


class About(NamedTuple):
    """What people said of the questionnaire itself: how long it seemed to how many, and their words."""

    lengths: Mapping[str, int]
    unclear: tuple[str, ...]
    missing: tuple[str, ...]


def about_of(said: Sequence[Comment]) -> About:
    """Give the answers to the three questions of the last page."""
    lengths = Counter(each.text for each in said if each.place == comments.LENGTH)
    return About(
        {word: lengths[word] for word in comments.LENGTHS},
        tuple(each.text for each in said if each.place == comments.UNCLEAR),
        tuple(each.text for each in said if each.place == comments.MISSING),
    )
