"""Options put in order: the most important few."""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from pydantic import Field

from surveys.codes import NOT_ASKED, SKIPPED
from surveys.errors import Problem
from surveys.logic.tree import Value
from surveys.logic.types import Type
from surveys.questions.base import Scales
from surveys.questions.choice import WithOptions, codes_of
from surveys.questions.nature import SLOW, Doubt, Nature, too_few, too_many
from surveys.questions.pieces import Choice, Control, Piece, Slot
from surveys.questions.reading import Form, PageAnswers, Reader
from surveys.questions.sampling import Sampler, Sent
from surveys.questions.seeing import Answer


class Ranking(WithOptions):
    """The most important few, in order."""

    type: Literal["ranking"]
    least: int | None = Field(default=None, ge=1)
    most: int = Field(ge=1)

    def _places(self) -> list[str]:
        return [f"{self.code}.{place}" for place in range(1, self.most + 1)]

    @property
    def nature(self) -> Nature:
        """Several options, slow to put in order."""
        return Nature(at_most=self.most, seconds=SLOW)

    def doubts(self) -> Iterator[Doubt]:
        """Give limits that nothing can meet."""
        yield from too_many(self.most, len(self.options))
        yield from too_few(self.least, min(self.most, len(self.options)))

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give a place a rank."""
        values = [option.value for option in self.options]
        for slot in self._places():
            yield Slot(slot, self.code, "rank", min(values), max(values))

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give a list a rank."""
        return tuple(
            Control(
                slot,
                "list",
                "place",
                tuple(Choice(option.code, option.wording, slot, option.value) for option in self.options),
                place=place,
            )
            for place, slot in enumerate(self._places(), start=1)
        )

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read the ranks; gaps between them close up."""
        allowed = {option.code: option.value for option in self.options}
        slots = self._places()

        def read(form: Form, found: PageAnswers) -> None:
            sent = [(form.get(slot) or ("",))[0] for slot in slots]
            chosen = [text for text in sent if text]
            offered = allowed.keys() - found.left_out
            least = min(self.least or 1, len(offered))
            if not set(chosen) <= offered:
                found.refuse(slots[0], Problem.ANSWER_OFFERED)
            elif len(set(chosen)) < len(chosen):
                found.refuse(slots[0], Problem.ANSWER_ONCE)
            elif chosen and len(chosen) < least:
                found.refuse(slots[0], Problem.ANSWER_LEAST, limit=least)
            elif not chosen and self.is_required:
                found.refuse(slots[0], Problem.ANSWER_REQUIRED)
            else:
                ranked = [allowed[text] for text in chosen] + [SKIPPED] * (len(slots) - len(chosen))
                found.values.update(zip(slots, ranked, strict=True))

        return read

    def sample(self, piece: Piece, by: Sampler, scales: Scales) -> Sent:  # noqa: ARG002
        """Rank as many as can be, none twice."""
        options = [choice.sent for choice in piece.controls[0].choices]
        chosen = by.random.sample(options, min(len(piece.controls), len(options)))
        return {control.name: [option] for control, option in zip(piece.controls, chosen, strict=False)}

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the ranked options, the first one first."""
        names = {option.value: option.code for option in self.options}
        slots = self._places()

        def decode(values: Mapping[str, int], _texts: Mapping[str, str]) -> Value:
            return tuple(names[values[slot]] for slot in slots if values.get(slot) in names) or None

        yield Answer(self.code, Type("ranking", codes_of(self.options)), decode)

    def drop(self, values: dict[str, int], left_out: Collection[str]) -> None:
        """Close up the ranks of what is not offered any more; all of them as not asked where none is left."""
        names = {option.value: option.code for option in self.options}
        ranks = [values.get(slot, NOT_ASKED) for slot in self._places()]
        kept = [value for value in ranks if names.get(value) not in left_out]
        if len(kept) < len(ranks):
            is_left = any(value in names for value in kept)
            kept = kept + [SKIPPED] * (len(ranks) - len(kept)) if is_left else [NOT_ASKED] * len(ranks)
            values.update(zip(self._places(), kept, strict=True))
