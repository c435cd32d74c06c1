"""One option of several; consent too."""

from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import Field

from surveys.codes import NOT_ASKED
from surveys.errors import Problem
from surveys.logic.types import Type
from surveys.questions.base import Look, Question, Scales
from surveys.questions.nature import Nature
from surveys.questions.parts import Option, Whence
from surveys.questions.pieces import Choice, Control, Slot, Stored
from surveys.questions.reading import OTHER_TEXT_LIMIT, Form, PageAnswers, Reader, one_of, own_words
from surveys.questions.seeing import Answer, Decoder, written_words


def other_words(code: str, options: tuple[Option, ...]) -> tuple[Control, ...]:
    """Give the field for own words, where an option asks for them."""
    if not any(option.with_text for option in options):
        return ()
    return (Control(f"{code}.text", "line", "own_words", limit=OTHER_TEXT_LIMIT),)


def with_words(options: tuple[Option, ...], *, needed: bool) -> Iterator[Option]:
    """Give the options that ask for own words, or those alone that need them."""
    for option in options:
        if option.with_text == "required" or (option.with_text and not needed):
            yield option


def codes_of(options: tuple[Option, ...]) -> dict[str, int]:
    """Give the values of options by their codes."""
    return {option.code: option.value for option in options}


def chosen(slot: str, options: tuple[Option, ...]) -> Decoder:
    """See the code of the option that a slot holds."""
    codes = {option.value: option.code for option in options}
    return lambda values, _texts: codes.get(values.get(slot, NOT_ASKED))


def meant_by_words(
    form: Form, code: str, options: tuple[Option, ...], left_out: Collection[str]
) -> str | None:
    """Give the one option that asks for own words, where some were written."""
    own = [option.code for option in options if option.with_text and option.code not in left_out]
    written = (form.get(f"{code}.text") or ("",))[0].strip()
    return own[0] if written and len(own) == 1 else None


class WithOptions(Question):
    """A question whose options are the author's: taken from elsewhere, in random order, offered to some."""

    options: tuple[Option, ...] = Field(min_length=2)
    options_from: Whence | None = None
    order: Literal["random"] | None = None

    def offered(self) -> tuple[Option, ...]:
        """Give its options."""
        return self.options

    @property
    def whence(self) -> Whence | None:
        """From where its options are taken."""
        return self.options_from

    @property
    def is_shuffled(self) -> bool:
        """Whether its options stand in random order."""
        return self.order is not None


class ChoiceQuestion(WithOptions):
    """One option of several; consent is a choice that must be answered."""

    type: Literal["single", "dropdown", "consent"]

    @property
    def look(self) -> Look:
        """Show a list that opens as one line."""
        return "line" if self.type == "dropdown" else "block"

    @property
    def nature(self) -> Nature:
        """Of consent, some refuse."""
        return Nature(is_consent=self.type == "consent")

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give its one place."""
        values = [option.value for option in self.options]
        yield Slot(self.code, self.code, "choice", min(values), max(values))

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its options, and the field for own words."""
        code = self.code
        kind = "list" if self.type == "dropdown" else "one"
        choices = tuple(Choice(option.code, option.wording, code, option.value) for option in self.options)
        return (Control(code, kind, self.text, choices), *other_words(code, self.options))

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read one option; who writes own words and chooses nothing means the option that asks for them."""
        name = f"{self.code}.text"
        own = {option.value: option.with_text for option in self.options if option.with_text}
        pick = one_of(
            self.code, {option.code: option.value for option in self.options}, required=self.is_required
        )
        write = {
            each: own_words(name, OTHER_TEXT_LIMIT, required=each == "required") for each in own.values()
        }

        def read(form: Form, found: PageAnswers) -> None:
            meant = meant_by_words(form, self.code, self.options, found.left_out)
            if meant and not any(form.get(self.code, ())):
                form = {**form, self.code: [meant]}
            pick(form, found)
            if (chosen := found.values.get(self.code)) in own:
                write[own[chosen]](form, found)
            elif meant:
                found.refuse(name, Problem.ANSWER_WORDS_ASIDE)
            elif own:
                found.texts[name] = ""

        return read

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the chosen option, and own words beside it."""
        yield Answer(self.code, Type("choice", codes_of(self.options)), chosen(self.code, self.options))
        for field in self.own_words():
            yield Answer(field, Type("words"), written_words(field), since=2)

    def own_words(self, *, needed: bool = False) -> dict[str, Stored]:
        """Give the field for own words, which belongs to the options that ask for them."""
        own = tuple((self.code, option.value) for option in with_words(self.options, needed=needed))
        return {f"{self.code}.text": own} if own else {}

    def drop(self, values: dict[str, int], left_out: Collection[str]) -> None:
        """Let a choice that is not offered any more stand as not asked."""
        if any(values.get(self.code) == option.value for option in self.options if option.code in left_out):
            values[self.code] = NOT_ASKED
