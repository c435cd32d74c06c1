"""What a questionnaire asks of many people: its own conditions, decided once for those who are alike."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np

from surveys.asking.answers import Answers
from surveys.asking.router import Router
from surveys.codes import NOT_ASKED
from surveys.document.questionnaire import Questionnaire
from surveys.logic.holding import evaluate
from surveys.logic.reading import parse
from surveys.questions.base import Question
from web.demo.people import Columns, Mask


class Asked(NamedTuple):
    """Who is not asked what, by slot; who is not offered which options, by question and option."""

    hidden: Mapping[str, Mask]
    left_out: Mapping[tuple[str, str], Mask]


def asked_of(document: Questionnaire, found: Columns) -> Asked:
    """Send people the way of what they said, by slot, (n,) each; those whose ways ask the same are one."""
    router = Router(document)
    codes = [slot.code for slot in document.slots]
    decides = [found[code] for code in codes if _is_named(code, router)]
    _, first, alike = np.unique(np.column_stack(decides), axis=0, return_index=True, return_inverse=True)
    ways = [router.way(Answers({code: int(found[code][row]) for code in codes})) for row in first]
    hidden = np.array([[way.standing[code] == NOT_ASKED for code in codes] for way in ways])[alike.ravel()]
    options = {(code, option) for way in ways for code, own in way.left_out.items() for option in own}
    left_out = {
        (code, option): np.array([option in way.left_out.get(code, ()) for way in ways])[alike.ravel()]
        for code, option in options
    }
    return Asked(dict(zip(codes, hidden.T, strict=True)), left_out)


def offered_after(document: Questionnaire, question: Question, code: str, stored: int) -> Iterator[int]:
    """Give the stored values of the options that are offered to who answered another question so."""
    known = {name: decode({code: stored}, {}) for name, decode in Router(document).decoders.get(code, ())}
    for option in question.offered():
        if all(evaluate(parse(each), known) for each in option.conditions):
            yield option.value


def _is_named(slot: str, router: Router) -> bool:
    return slot.partition(".")[0] in router.decoders
