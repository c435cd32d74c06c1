"""Several options of a list."""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal

from pydantic import Field

from surveys.codes import NOT_ASKED, RESERVED, SKIPPED
from surveys.errors import Problem
from surveys.logic.tree import Value
from surveys.logic.types import Type
from surveys.questions.base import Scales
from surveys.questions.choice import WithOptions, codes_of, meant_by_words, other_words, with_words
from surveys.questions.nature import Doubt, Nature, too_few, too_many
from surveys.questions.pieces import Choice, Control, Slot, Stored
from surveys.questions.reading import OTHER_TEXT_LIMIT, Form, PageAnswers, Reader, nothing, own_words
from surveys.questions.sampling import Sampler
from surveys.questions.seeing import Answer, written_words


class Multiple(WithOptions):
    """Any of several options."""

    type: Literal["multiple"]
    least: int | None = Field(default=None, ge=1)
    most: int | None = Field(default=None, ge=1)

    @property
    def nature(self) -> Nature:
        """Several options, some of which may deny the others."""
        return Nature(at_most=self.most, has_exclusive=True)

    def doubts(self) -> Iterator[Doubt]:
        """Give limits that nothing can meet."""
        yield from too_many(self.most, len(self.options))
        yield from too_few(self.least, min(self.most or len(self.options), len(self.options)))

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give a place an option, marked or not."""
        for option in self.options:
            yield Slot(f"{self.code}.{option.code}", self.code, "mark", 0, 1)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its options, and the field for own words."""
        choices = tuple(
            Choice(option.code, option.wording, f"{self.code}.{option.code}", 1) for option in self.options
        )
        return (Control(self.code, "many", self.text, choices), *other_words(self.code, self.options))

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read the marks: all of them skipped where none is set."""
        code = self.code
        slots = {option.code: f"{code}.{option.code}" for option in self.options}
        exclusive = {option.code for option in self.options if option.exclusive}
        has_text = any(option.with_text for option in self.options)
        needed = {option.code for option in with_words(self.options, needed=True)}
        write = own_words(f"{code}.text", OTHER_TEXT_LIMIT, required=False) if has_text else nothing
        must_write = own_words(f"{code}.text", OTHER_TEXT_LIMIT, required=True)

        def read(form: Form, found: PageAnswers) -> None:
            chosen = {text for text in form.get(code, ()) if text}
            meant = meant_by_words(form, code, self.options, found.left_out)
            if meant and not chosen & exclusive:
                chosen.add(meant)
            offered = slots.keys() - found.left_out
            least = min(self.least or 1, len(offered - exclusive))
            if not chosen <= offered:
                found.refuse(code, Problem.ANSWER_OFFERED)
            elif chosen & exclusive and len(chosen) > 1:
                found.refuse(code, Problem.ANSWER_EXCLUSIVE)
            elif meant and meant not in chosen:
                found.refuse(f"{code}.text", Problem.ANSWER_WORDS_ASIDE)
            elif self.most is not None and len(chosen) > self.most:
                found.refuse(code, Problem.ANSWER_MOST, limit=self.most)
            elif chosen - exclusive and len(chosen) < least:
                found.refuse(code, Problem.ANSWER_LEAST, limit=least)
            elif not chosen and self.is_required:
                found.refuse(code, Problem.ANSWER_REQUIRED)
            else:
                marks = {each: int(each in chosen) if chosen else SKIPPED for each in offered}
                found.values.update((slot, marks.get(each, NOT_ASKED)) for each, slot in slots.items())
            (must_write if chosen & needed else write)(form, found)

        return read

    def sample_field(self, control: Control, by: Sampler, scales: Scales) -> list[str]:
        """Mark as many options as are taken, or one that denies the others."""
        if control.kind != "many":
            return super().sample_field(control, by, scales)
        exclusive = {option.code for option in self.options if option.exclusive}
        return by.several(control, least=self.least, most=self.most, exclusive=exclusive)

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the marked options, nothing where no mark was answered, and own words."""
        slots = {f"{self.code}.{option.code}": option.code for option in self.options}

        def decode(values: Mapping[str, int], _texts: Mapping[str, str]) -> Value:
            found = {option: values.get(slot, NOT_ASKED) for slot, option in slots.items()}
            if all(value in RESERVED for value in found.values()):
                return None
            return tuple(option for option, value in found.items() if value == 1)

        yield Answer(self.code, Type("several", codes_of(self.options)), decode)
        for field in self.own_words():
            yield Answer(field, Type("words"), written_words(field), since=2)

    def own_words(self, *, needed: bool = False) -> dict[str, Stored]:
        """Give the field for own words, which belongs to the marks of the options that ask for them."""
        own = tuple((f"{self.code}.{option.code}", 1) for option in with_words(self.options, needed=needed))
        return {f"{self.code}.text": own} if own else {}

    def drop(self, values: dict[str, int], left_out: Collection[str]) -> None:
        """Let marks of what is not offered stand as not asked; all of them where no other was set."""
        slots = {option.code: f"{self.code}.{option.code}" for option in self.options}
        ticked = {code for code, slot in slots.items() if values.get(slot) == 1}
        gone = slots.keys() if ticked and ticked <= set(left_out) else left_out
        values.update((slots[code], NOT_ASKED) for code in gone)
