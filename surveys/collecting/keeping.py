"""What is kept of a page that was not simply sent on: it was left, or is older than what is stored."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from surveys.asking.pages import Item
from surveys.asking.way import Way
from surveys.codes import NOT_ASKED, SKIPPED
from surveys.errors import Problem
from surveys.questions.reading import BLANK, Form, PageAnswers, PageProblem

# Before a field's name: what was typed there could not be read, and waits for its person to come back.
UNREAD: Final = "?"
LONGEST_UNREAD: Final = 2000
NOTHING: Final = frozenset({NOT_ASKED, SKIPPED})


class Kept(NamedTuple):
    """What is stored of a page: slot → number, field → own words."""

    values: dict[str, int]
    texts: dict[str, str]


def passed(checked: PageAnswers, before: Way) -> Kept:
    """Keep everything of a page that was right; nothing waits on it any more."""
    waiting = [name for name in before.answers.texts if name.startswith(UNREAD)]
    fields = {name for name in waiting if name.removeprefix(UNREAD).split(".")[0] in _codes(checked)}
    return Kept(checked.values, checked.texts | dict.fromkeys(fields, ""))


def left(checked: PageAnswers, form: Form, before: Way) -> Kept:
    """Keep of a page that is left what was answered, and as it was typed what could not be read.

    A blank is no answer yet: only Next says that somebody leaves it so.
    """
    stored = before.answers.values
    values = {
        slot: value
        for slot, value in checked.values.items()
        if value not in NOTHING or stored.get(slot, NOT_ASKED) != NOT_ASKED
    }
    wrong = (each.field for each in checked.problems if each.problem not in BLANK)
    unread = {f"{UNREAD}{name}": form[name][0][:LONGEST_UNREAD] for name in wrong if form.get(name)}
    return Kept(values, passed(checked, before).texts | unread)


def waiting(way: Way, fields: Sequence[str]) -> dict[str, list[str]]:
    """Give what was typed into fields and could not be read, as a form sends it."""
    texts = way.answers.texts
    return {name: [texts[UNREAD + name]] for name in fields if UNREAD + name in texts}


class Held(NamedTuple):
    """An older page held against what is stored: what of it is kept, and what a person has to decide.

    `fields`: of the questions whose stored answers stand.
    """

    kept: Kept
    differing: list[PageProblem]
    fields: set[str]


def newer(kept: Kept, items: Sequence[Item], before: Way) -> Held:
    """Hold a page against what was stored after it had been made, in another window or on another device.

    A blank of the older page takes nothing back. Where both answered, and otherwise, a person decides.
    """
    values, texts = dict(kept.values), dict(kept.texts)
    problems: list[PageProblem] = []
    held: set[str] = set()
    for item in items:
        numbers = [
            (slot, values.get(slot, NOT_ASKED), before.standing.get(slot, NOT_ASKED)) for slot in item.slots
        ]
        words = [(field, texts.get(field, ""), before.texts.get(field, "")) for field in item.fields]
        if not any(theirs not in NOTHING for _, _, theirs in numbers) and not any(
            theirs for *_, theirs in words
        ):
            continue
        held.update(item.fields)
        is_other = any(NOTHING.isdisjoint((mine, theirs)) and mine != theirs for _, mine, theirs in numbers)
        if is_other or any(mine and theirs and mine != theirs for _, mine, theirs in words):
            problems.append(PageProblem(item.fields[0], Problem.ANSWER_ELSEWHERE, {}))
        for slot, mine, theirs in numbers:
            if mine in NOTHING and theirs not in NOTHING:
                values.pop(slot, None)
        for field, written, elsewhere in words:
            if elsewhere and not written:
                texts.pop(field, None)
    return Held(Kept(values, texts), problems, held)


def _codes(checked: PageAnswers) -> set[str]:
    def names() -> Iterator[str]:
        yield from checked.values
        yield from checked.texts

    return {name.split(".")[0] for name in names()}
