"""A type of question that the product does not know: a share between 0 and 100 in steps of ten."""

from collections.abc import Iterator
from typing import Literal

from surveys.logic.types import Type
from surveys.questions.base import Question, Scales
from surveys.questions.nature import Doubt, Nature
from surveys.questions.pieces import Choice, Control, Ends, Slot
from surveys.questions.reading import Form, PageAnswers, Reader, one_of
from surveys.questions.sampling import Sampler
from surveys.questions.seeing import Answer, stored_number

STEPS = range(0, 101, 10)


class Slider(Question):
    """A share in steps of ten."""

    type: Literal["slider"]
    start: int = 0

    @property
    def nature(self) -> Nature:
        """Quick to set."""
        return Nature(seconds=3)

    def doubts(self) -> Iterator[Doubt]:
        """Doubt a start between two steps."""
        if self.start not in STEPS:
            yield Doubt("slider-start", {"start": self.start})

    def slots(self, scales: Scales) -> Iterator[Slot]:  # noqa: ARG002
        """Give its one place."""
        yield Slot(self.code, self.code, "number", 0, 100)

    def controls(self, scales: Scales) -> tuple[Control, ...]:  # noqa: ARG002
        """Give its steps."""
        steps = tuple(Choice(str(step), {"en": f"{step} %"}, self.code, step) for step in STEPS)
        return (Control(self.code, "one", self.text, steps),)

    def reader(self, scales: Scales) -> Reader:  # noqa: ARG002
        """Read one step; between two of them it says so itself."""
        steps = one_of(self.code, {str(step): step for step in STEPS}, required=self.is_required)

        def read(form: Form, found: PageAnswers) -> None:
            sent = (form.get(self.code) or ("",))[0]
            if sent.isascii() and sent.isdecimal() and len(sent) <= 2 and int(sent) not in STEPS:
                below = int(sent) // 10 * 10
                found.refuse(self.code, "slider-step", sent=sent, below=below, above=below + 10)
            else:
                steps(form, found)

        return read

    def sample_field(self, control: Control, by: Sampler, scales: Scales) -> list[str]:  # noqa: ARG002
        """Let nobody pull it below its start."""
        return [str(by.random.choice([step for step in STEPS if step >= self.start]))]

    def answers(self) -> Iterator[Answer]:
        """Let conditions see the share."""
        yield Answer(self.code, Type("number"), stored_number(self.code))

    def ends(self, scales: Scales) -> Ends:  # noqa: ARG002
        """Give its limits."""
        return Ends(0, 100, unit={"en": "%"})
