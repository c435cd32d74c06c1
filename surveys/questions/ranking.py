"""Options put in order, all or the first few."""

from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import Field

from surveys.codes import SKIPPED
from surveys.errors import Problem
from surveys.logic import tree
from surveys.questions.base import Option, Question
from surveys.questions.reading import Decoder, Form, PageAnswers, Reader


class Ranking(Question):
    """The most important few, in order."""

    type: Literal["ranking"]
    options: tuple[Option, ...] = Field(min_length=2)
    most: int = Field(ge=1)


def _decode_ranks(slots: Sequence[str], names: Mapping[int, str]) -> Decoder:
    def decode(known: Mapping[str, int]) -> tree.Value:
        chosen = frozenset(names[known[slot]] for slot in slots if known.get(slot) in names)
        return chosen or None

    return decode


def _ranks(question: Ranking) -> Reader:
    allowed = {option.code: option.value for option in question.options}
    slots = [f"{question.code}.{place}" for place in range(1, question.most + 1)]

    def read(form: Form, found: PageAnswers) -> None:
        sent = [(form.get(slot) or ("",))[0] for slot in slots]
        chosen = [text for text in sent if text]
        if not set(chosen) <= allowed.keys():
            found.refuse(slots[0], Problem.ANSWER_OFFERED)
        elif len(set(chosen)) < len(chosen):
            found.refuse(slots[0], Problem.ANSWER_ONCE)
        elif not chosen and question.required:
            found.refuse(slots[0], Problem.ANSWER_REQUIRED)
        else:
            ranked = [allowed[text] for text in chosen] + [SKIPPED] * (len(slots) - len(chosen))
            found.values.update(zip(slots, ranked, strict=True))

    return read
