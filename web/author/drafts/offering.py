"""What the fields of a condition's form offer to choose from, with the questions' and options' own words."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from surveys import words
from surveys.logic import screen
from surveys.logic.tree import ACCOUNT, Count, Rank, Reference, Term, Today
from surveys.logic.types import Known
from web.author.drafts.rows import COUNT, RANK, TODAY, Line
from web.naming import Naming


class Choice(NamedTuple):
    """One entry of a list."""

    sent: str
    text: str


class Choices(NamedTuple):
    """Entries of a list that belong together."""

    name: str
    choices: tuple[Choice, ...]


RELATIONS: Final = {
    "==": _l("is"), "!=": _l("is not"), "<": _l("is below"), "<=": _l("is at most"), ">": _l("is above"),
    ">=": _l("is at least"), "in list": _l("is one of"), "not in list": _l("is none of"),
    "in": _l("includes"), "not in": _l("does not include"), "any": _l("includes any of"),
    "all": _l("includes all of"), "none": _l("includes none of"), "answered": _l("is answered"),
    "dont_know": _l("is answered with “don’t know”"),
    "not_applicable": _l("is answered with “not applicable”"),
}  # fmt: skip
# Days are before and after, not below and above.
OF_DAYS: Final = {
    "<": _l("is before"), "<=": _l("is not after"), ">": _l("is after"), ">=": _l("is not before"),
}  # fmt: skip


class Offering:
    """Lists for the fields of one condition's form."""

    def __init__(self, naming: Naming, known: Known) -> None:
        self.naming, self.known = naming, known
        self.answers = tuple(self._answers())

    def _named(self, name: str) -> str:
        said = self.naming.answer(name)
        return said if name.startswith(ACCOUNT) else f"{said} {name}"

    def _answers(self) -> Iterator[Choices]:
        for section in self.naming.document.sections:
            found: list[Choice] = []
            for question in section.questions:
                for answer in (
                    *question.answers(),
                    *(each for row in question.subquestions() for each in row.answers()),
                ):
                    if answer.name in self.known.answers:
                        found += self._of_answer(answer.name)
            if found:
                yield Choices(self.naming.words(section.title) or section.code, tuple(found))
        file = [f"{ACCOUNT}{name}" for name in self.known.account]
        yield Choices(_("Customer file"), tuple(Choice(name, self._named(name)) for name in file))
        yield Choices(_("Calendar"), (Choice(TODAY, words.say("conditions", "today", self.naming.language)),))

    def _of_answer(self, name: str) -> Iterator[Choice]:
        said = self._named(name)
        yield Choice(name, said)
        if self.known.answers[name].kind in {"several", "ranking"}:
            counted = words.say("conditions", "count", self.naming.language, q=said)
            yield Choice(f"{COUNT}{name}", counted)
        if self.known.answers[name].kind == "ranking":
            yield Choice(f"{RANK}{name}", _("the rank of one option in %(question)s", question=said))

    def _what(self, line: Line) -> Term:
        if line.what == TODAY:
            return Today()
        if line.what.startswith(COUNT):
            return Count(Reference(line.what.removeprefix(COUNT)))
        if line.what.startswith(RANK):
            return Rank(Reference(line.what.removeprefix(RANK)), "")
        return Reference(line.what)

    def kind(self, line: Line) -> str:
        """Give the kind of what a line asks; empty where nothing that is known is chosen."""
        return screen.kind_of(self._what(line), self.known)

    def comparisons(self, line: Line) -> tuple[Choices, ...]:
        """Give the comparisons that an answer can take."""
        kind = self.kind(line)
        plain, beside, today = [], [], []
        for how in screen.HOWS.get(kind, ()):
            relation = how.removesuffix(screen.ANSWER).removesuffix(screen.TODAY)
            said = str((OF_DAYS if kind in {"day", "today"} else {}).get(relation, RELATIONS[relation]))
            if how.endswith(screen.ANSWER):
                if screen.answers_beside(self._what(line), self.known):
                    beside.append(Choice(how, _("%(relation)s another answer", relation=said)))
            elif how.endswith(screen.TODAY):
                today.append(Choice(how, _("%(relation)s today or a day near it", relation=said)))
            else:
                plain.append(Choice(how, said))
        groups = ((_("A value"), plain), (_("Today"), today), (_("Another answer"), beside))
        return tuple(Choices(name, tuple(found)) for name, found in groups if found)

    def value(self, line: Line) -> str:
        """Tell what a line's values are, as `screen.Value` has it; `nothing` as long as that is open."""
        what, kind = self._what(line), self.kind(line)
        return (
            screen.value_of(what, line.how, self.known)
            if line.how in screen.HOWS.get(kind, ())
            else "nothing"
        )

    def values(self, line: Line) -> tuple[Choice, ...]:
        """Give the values that a line may have, where they are options or answers."""
        what = self._what(line)
        if self.value(line) == "answer":
            return tuple(Choice(each, self._named(each)) for each in screen.answers_beside(what, self.known))
        return self._options(what.name) if isinstance(what, Reference) else ()

    def of(self, line: Line) -> tuple[Choice, ...]:
        """Give the options of which a line counts, or of which it takes the rank."""
        what = self._what(line)
        return (
            self._options(what.reference.name) if isinstance(what, Count | Rank) and self.kind(line) else ()
        )

    def _options(self, name: str) -> tuple[Choice, ...]:
        codes = screen.options_of(name, self.known)
        return tuple(Choice(code, self.naming.option_text(name, code)) for code in codes)
