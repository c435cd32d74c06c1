"""A questionnaire on paper, every text of it as it is printed; the page and the document draw the same."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flask_babel import gettext as _

from surveys import words
from surveys.document.questionnaire import Questionnaire
from surveys.document.routing import Step, steps_of
from surveys.logic.reading import parse
from surveys.logic.tree import ACCOUNT, Junction
from surveys.questions.pieces import Control, Piece
from web.naming import Naming


class Tick(NamedTuple):
    """One thing to tick, and where it is only for some, for whom."""

    text: str
    route: str = ""


class Entry(NamedTuple):
    """What is filled in: `kind` is points (from end to end), options, names (to write down), line, or lines.

    `ways` stand beside the points of a scale: don't know, not applicable. `n_lines` is 0 for a short one.
    """

    kind: str
    label: str = ""
    ticks: tuple[Tick, ...] = ()
    ends: tuple[str, str] = ("", "")
    ways: tuple[str, ...] = ()
    unit: str = ""
    n_lines: int = 0


class Row(NamedTuple):
    """A question, or one row of a grid with its letter."""

    letter: str
    text: str
    route: str
    entries: tuple[Entry, ...]


class Grid(NamedTuple):
    """Rows rated on one scale, as a table: the ends of the scale, headings, and what each row offers."""

    ends: tuple[str, str]
    n_points: int
    headings: tuple[str, ...]
    rows: tuple[tuple[Row, tuple[bool, ...]], ...]

    @property
    def told(self) -> str:
        """What the ends of the scale mean."""
        points = self.headings[0], self.headings[self.n_points - 1]
        return "  …  ".join(f"{point} = {end}" for point, end in zip(points, self.ends, strict=True) if end)


class Printed(NamedTuple):
    """One question; `title` and `intro` are those of the section where it is the first of one."""

    title: str
    intro: str
    number: int
    route: str
    text: str
    hint: str
    grid: Grid | None
    rows: tuple[Row, ...]
    stops: tuple[str, ...]


class Form(NamedTuple):
    """A questionnaire on paper."""

    title: str
    intro: str
    questions: tuple[Printed, ...]
    thanks: str


def form_of(document: Questionnaire, language: str) -> Form:
    """Give a questionnaire as it is printed in one of its languages; the locale is the caller's."""
    steps = steps_of(document)
    naming = OnPaper(document, language, steps)
    printed = tuple(
        _printed(document, naming, step, is_first=not place or steps[place - 1].section is not step.section)
        for place, step in enumerate(steps)
    )
    title, intro, thanks = (naming.words(text) for text in (document.title, document.intro, document.thanks))
    return Form(title, intro, printed, thanks)


class OnPaper(Naming):
    """Names questions by their numbers on paper, rows by their letters."""

    def __init__(self, document: Questionnaire, language: str, steps: list[Step]) -> None:
        super().__init__(document, language)
        self._numbers: dict[str, str] = {}
        for step in steps:
            self._numbers[step.question.code] = str(step.number)
            rows = step.question.subquestions()
            self._numbers |= {row.code: f"{step.number}{letter(place)}" for place, row in enumerate(rows)}

    def answer(self, name: str) -> str:
        """Name an answer by the number of its question."""
        code = name.partition(".")[0]
        if name.startswith(ACCOUNT) or code not in self._numbers:
            return super().answer(name)
        return str(_("question %(n)s", n=self._numbers[code]))

    def needed(self, conditions: tuple[str, ...]) -> str:
        """Say what must hold."""
        parts = tuple(parse(each) for each in conditions)
        return self.sentence(parts[0] if len(parts) == 1 else Junction("and", parts)) if parts else ""

    def only(self, conditions: tuple[str, ...]) -> str:
        """Say for whom something alone is; empty where it is for everybody."""
        return str(_("Only if %(condition)s.", condition=self.needed(conditions))) if conditions else ""

    def said(self, text: Mapping[str, str] | str, place: int = 0) -> str:
        """Say an author's text, or a sentence of the language's own words."""
        if isinstance(text, str):
            return (words.find("ways_out", text, self.language) or text).replace("{place}", str(place))
        return self.words(text)


def letter(place: int) -> str:
    """Give the letter of a row: a, b … z, then aa."""
    return chr(97 + place) if place < 26 else f"{letter(place // 26 - 1)}{letter(place % 26)}"


def _printed(document: Questionnaire, naming: OnPaper, step: Step, *, is_first: bool) -> Printed:
    question = step.question
    has_rows = bool(question.subquestions())
    options = {each.code: naming.only(each.conditions) for each in question.offered()}
    rows = tuple(
        Row(
            letter(place) if has_rows else "",
            naming.words(piece.text) if has_rows else "",
            naming.only(_own(piece, step)) if has_rows else "",
            tuple(_entries(naming, piece, options)),
        )
        for place, piece in enumerate(question.pieces(document.scales))
    )
    return Printed(
        title=naming.words(step.section.title) if is_first else "",
        intro=naming.words(step.section.intro) if is_first else "",
        number=step.number,
        route=_route(naming, step),
        text=naming.words(question.text),
        hint=naming.words(question.hint),
        grid=_grid(rows) if has_rows else None,
        rows=rows,
        stops=tuple(
            _("If %(condition)s, the interview ends here:", condition=naming.sentence(parse(stop.when)))
            + f" {naming.words(stop.text)}"
            for stop in step.stops
        ),
    )


def _own(piece: Piece, step: Step) -> tuple[str, ...]:
    """Give the conditions of a row itself."""
    return tuple(each for each in piece.conditions if each not in step.conditions)


def _route(naming: OnPaper, step: Step) -> str:
    if not step.is_first:
        return ""
    needed = naming.needed(step.conditions)
    if step.otherwise is None:
        return str(_("Only if %(condition)s; otherwise this is the end.", condition=needed))
    told = _(
        "Only if %(condition)s; otherwise go on with question %(n)s.", condition=needed, n=step.otherwise
    )
    return str(told)


def _entries(naming: OnPaper, piece: Piece, options: Mapping[str, str]) -> Iterator[Entry]:
    n_lists = sum(control.kind == "list" for control in piece.controls)
    for place, control in enumerate(piece.controls):
        label = _label(naming, control, piece)
        said = [(choice, naming.said(choice.text)) for choice in control.choices]
        ticks = tuple(Tick(text, options.get(choice.sent, "")) for choice, text in said)
        if control.kind == "points":
            low, high = (naming.words(end) for end in control.anchors)
            points = [
                Tick(f"{choice.sent} {text}".strip())
                for choice, text in said
                if not isinstance(choice.text, str) or not choice.text
            ]
            ways = tuple(text for choice, text in said if isinstance(choice.text, str) and choice.text)
            yield Entry("points", "", tuple(points), (low, high), ways)
        elif control.kind in {"one", "many"} or (control.kind == "list" and n_lists == 1):
            yield Entry("options", label, ticks)
        elif control.kind == "list":
            if not place:
                yield Entry("names", "", ticks)
            yield Entry("line", naming.said(control.text, control.place))
        elif control.kind == "lines":
            yield Entry("lines", label, n_lines=3)
        else:
            yield Entry("line", label, unit=naming.words(control.unit) if control.unit else "")


def _label(naming: OnPaper, control: Control, piece: Piece) -> str:
    """Give what a control says of itself: words such as those of a place, or the other side of a pair."""
    is_told = not isinstance(control.text, str) and control.text == piece.text
    return "" if is_told else naming.said(control.text, control.place)


def _grid(rows: tuple[Row, ...]) -> Grid | None:
    """Give rows as one table where all are rated between the same ends."""
    scales = [row.entries[0] for row in rows if len(row.entries) == 1 and row.entries[0].kind == "points"]
    if len(scales) != len(rows) or len({(each.ends, each.ticks) for each in scales}) != 1:
        return None
    points = [tick.text for tick in scales[0].ticks]
    ways = list(dict.fromkeys(way for each in scales for way in each.ways))
    told = tuple(
        (row, (*(True for _point in points), *(way in each.ways for way in ways)))
        for row, each in zip(rows, scales, strict=True)
    )
    return Grid(scales[0].ends, len(points), (*points, *ways), told)
