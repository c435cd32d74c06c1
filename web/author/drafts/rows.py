"""The fields of a condition's form: what a page shows and sends, row by row, and what it says."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final, NamedTuple

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from surveys.errors import Because, SurveyError
from surveys.logic import screen
from surveys.logic.reading import MOST_DAYS, parse
from surveys.logic.screen import Group, Row, Written
from surveys.logic.tokens import UnreadableError, number_of
from surveys.logic.tree import Count, Rank, Reference, Term, Today
from surveys.logic.types import Known
from surveys.logic.writing import to_text
from web import i18n

COUNT, RANK, TODAY = "count ", "rank ", "today()"
WORDS: Final[tuple[screen.Word, ...]] = ("all", "any", "none")
MOST_LINES: Final = 300
NUMBER: Final = re.compile(r"([+-]?)((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_FIELD: Final = re.compile(r"(c(?:\.[0-9]{1,3}){0,12}):(word|what|how|of|value|text|kept)")


@dataclass
class Line:
    """One row as its fields hold it, or a part that is written as text with the reason for it.

    `kept` is the test as the row said it last: as long as its fields say the same, it stays as it is.
    """

    what: str = ""
    how: str = ""
    of: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    kept: str = ""
    text: str | None = None
    why: Because | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was filled in."""
        return not (self.what or (self.text or "").strip())

    @property
    def said(self) -> tuple[object, ...]:
        """What the fields say, whatever the order in which options are ticked."""
        return self.what, self.how, frozenset(self.of), frozenset(self.values)


@dataclass
class Lines:
    """A group as a form holds it."""

    word: screen.Word = "all"
    parts: list["Lines | Line"] = field(default_factory=list)


class Fault(NamedTuple):
    """What is wrong with a line; `is_missing` where something is not filled in yet."""

    message: str
    is_missing: bool


class UnfilledError(Exception):
    """A line that says no test yet."""

    def __init__(self, message: str, *, is_missing: bool = False) -> None:
        super().__init__(message)
        self.fault = Fault(message, is_missing)


def lines_of(part: Group) -> Lines:
    """Give the fields of a screen."""
    parts = [lines_of(each) if isinstance(each, Group) else line_of(each) for each in part.parts]
    return Lines(part.word, parts)


def line_of(part: Row | Written) -> Line:
    """Give the fields of a row, or of a part that stands as text."""
    if isinstance(part, Written):
        return Line(text=to_text(part.expression), why=part.why)
    match part.what:
        case Count(reference=reference, options=options):
            what, of = f"{COUNT}{reference.name}", [*options]
        case Rank(reference=reference, option=option):
            what, of = f"{RANK}{reference.name}", [option]
        case Reference(name=name):
            what, of = name, []
        case _:
            what, of = TODAY, []
    test = screen.expression_of(part)
    return Line(what, part.how, of, _sent(part), to_text(test) if test is not None else "")


def _sent(row: Row) -> list[str]:
    texts = [_text(each) for each in row.values]
    if row.how.endswith(" list") and all(isinstance(each, int | float) for each in row.values):
        return [", ".join(texts)]
    return texts


def _text(term: Term) -> str:
    match term:
        case Reference(name=name):
            return name
        case Today(days=days):
            return str(days)
        case date():
            return term.isoformat()
        case str():
            return term
    return repr(term)


def sent(form: MultiDict[str, str]) -> Lines | None:
    """Give the lines of a form that was sent; None where there are more than any condition has."""
    found: dict[str, dict[str, list[str]]] = {}
    for name, values in form.lists():
        match = _FIELD.fullmatch(name)
        if match is not None:
            found.setdefault(match[1], {})[match[2]] = values
    if len(found) > MOST_LINES:
        return None
    return _group(found, "c")


def _group(found: dict[str, dict[str, list[str]]], path: str) -> Lines:
    word = found.get(path, {}).get("word", [""])[0]
    group = Lines(next((each for each in WORDS if each == word), "all"))
    below = sorted((each for each in found if each.rpartition(".")[0] == path), key=_number_of)
    for each in below:
        group.parts.append(_group(found, each) if "word" in found[each] else _line(found[each]))
    return group


def _number_of(path: str) -> int:
    return int(path.rpartition(".")[2])


def _line(fields: dict[str, list[str]]) -> Line:
    def one(name: str) -> str:
        return fields.get(name, [""])[0].replace("\r\n", "\n")

    if "text" in fields:
        return Line(text=one("text"))
    values = [line for each in fields.get("value", ()) for line in each.splitlines() if line.strip()]
    return Line(one("what"), one("how"), [each for each in fields.get("of", ()) if each], values, one("kept"))


class Reading:
    """Reads lines as a screen.

    `faults` says by path what is wrong with them, `written` holds what stands as text.
    """

    def __init__(self, known: Known) -> None:
        self.known = known
        self.faults: dict[str, Fault] = {}
        self.written: dict[str, Written] = {}

    def group(self, lines: Lines, path: str = "c") -> Group:
        """Give the screen of a group; what says nothing yet is left out."""
        return Group(lines.word, tuple(self._parts(lines, path)))

    def _parts(self, lines: Lines, path: str) -> Iterator[Group | Row | Written]:
        for number, each in enumerate(lines.parts):
            here = f"{path}.{number}"
            if isinstance(each, Lines):
                yield self.group(each, here)
            elif not each.is_blank:
                try:
                    found = self.line(each)
                except UnfilledError as unfilled:
                    self.faults[here] = unfilled.fault
                    continue
                if isinstance(found, Written):
                    self.written[here] = found
                yield found

    def line(self, line: Line) -> Group | Row | Written:
        """Give what one line says; `UnfilledError` where it says nothing that can be read."""
        if line.text is not None:
            try:
                found = screen.screen_of(parse(line.text), self.known)
            except SurveyError as refused:
                raise UnfilledError(refused.text(i18n.choose())) from None
            return found.parts[0] if found.word == "all" and len(found.parts) == 1 else found
        what = self._what(line)
        if line.how not in screen.HOWS[screen.kind_of(what, self.known)]:
            raise UnfilledError(_("Choose how it is compared."), is_missing=not line.how)
        kept = self._kept(line)
        return kept if kept is not None else Row(what, line.how, self._values(what, line))

    def _kept(self, line: Line) -> Row | None:
        """Give the test as it was, where the fields say the same."""
        try:
            found = screen.screen_of(parse(line.kept), self.known).parts[0]
        except SurveyError:
            return None
        return found if isinstance(found, Row) and line_of(found).said == line.said else None

    def _what(self, line: Line) -> Term:
        what: Term = Reference(line.what)
        of = tuple(dict.fromkeys(line.of))
        if line.what == TODAY:
            return Today()
        if line.what.startswith(COUNT):
            what = Count(Reference(line.what.removeprefix(COUNT)), of)
        elif line.what.startswith(RANK):
            what = Rank(Reference(line.what.removeprefix(RANK)), of[0] if of else "")
        if not screen.kind_of(what, self.known):
            raise UnfilledError(_("Choose what is asked."), is_missing=not line.what)
        if isinstance(what, Count | Rank):
            unknown = {*of} - {*screen.options_of(what.reference.name, self.known)}
            if unknown or (isinstance(what, Rank) and not of):
                raise UnfilledError(_("Choose an option."), is_missing=not unknown)
        return what

    def _values(self, what: Term, line: Line) -> tuple[Term, ...]:
        value = screen.value_of(what, line.how, self.known)
        texts = list(dict.fromkeys(line.values)) if value in {"options", "words"} else line.values[:1]
        if value == "nothing":
            return ()
        if not texts:
            raise UnfilledError(_MISSING[value](), is_missing=True)
        if value == "numbers":
            texts = [each for each in re.split(r"[,;，；、]", texts[0]) if each.strip()]
        found = tuple(_term(value, each) for each in texts)
        offered = {"option": screen.options_of, "options": screen.options_of}.get(value)
        if offered and isinstance(what, Reference) and not {*texts} <= {*offered(what.name, self.known)}:
            raise UnfilledError(_("Choose an option."))
        if value == "answer" and texts[0] not in screen.answers_beside(what, self.known):
            raise UnfilledError(_("Choose an answer."))
        if not found:
            raise UnfilledError(_MISSING[value]())
        return found


_MISSING: Final = {
    "option": lambda: _("Choose an option."),
    "options": lambda: _("Tick at least one option."),
    "number": lambda: _("Write a number such as 5 or 2.5."),
    "numbers": lambda: _("Write numbers with commas between them, such as 1, 2, 5."),
    "day": lambda: _("Give a day such as 2026-03-31."),
    "days": lambda: _("Write a whole number of days, 0 for today itself."),
    "word": lambda: _("Write the words to compare with."),
    "words": lambda: _("Write at least one line of words."),
    "answer": lambda: _("Choose an answer."),
}


def _term(value: screen.Value, text: str) -> Term:
    """Read one value; `UnfilledError` where it is none of its kind."""
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    match value:
        case "number" | "numbers":
            found = NUMBER.fullmatch(plain)
            try:
                number = number_of(found[2]) if found else None
            except UnreadableError:
                number = None
            if found and number is not None:
                return -number if found[1] == "-" else number
        case "day":
            try:
                return date.fromisoformat(plain)
            except ValueError:
                pass
        case "days":
            if re.fullmatch(r"[+-]?[0-9]{1,5}", plain) and abs(int(plain)) <= MOST_DAYS:
                return Today(int(plain))
        case "word" | "words":
            if screen.is_line(text):
                return text
            raise UnfilledError(_("A sign stands in it that cannot be seen. Write it as text instead."))
        case "answer":
            return Reference(text)
        case _:
            return text
    raise UnfilledError(_MISSING[value]())
