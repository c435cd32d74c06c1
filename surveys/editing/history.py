"""The history of a draft: gestures, and each person's own undo and redo, without limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.editing.drafting import Change, Outcome, change, nodes_of
from surveys.editing.nodes import Nodes
from surveys.editing.operations import Operation, inverse, touched_by
from surveys.errors import Problem, SurveyError
from surveys.models import Draft, DraftChange


@dataclass
class Step:
    """One line of the history: the changes of one gesture, and whether they stand.

    `numbers` are all changes that made it what it is, those that took it back and did it again among them.
    """

    staff_name: str
    numbers: list[int]
    at: datetime
    gesture: bytes | None
    operations: list[Operation] = field(default_factory=list)
    stands: bool = True
    is_cleared: bool = False  # taken back, and something new was done since
    takes_back: "Step | None" = None  # another person's step that this one takes back

    @property
    def number(self) -> int:
        """Its last change."""
        return self.numbers[-1]


def steps_of(session: Session, draft: Draft) -> list[Step]:
    """Give the whole history, the oldest first."""
    steps: list[Step] = []
    by_number: dict[int, Step] = {}
    last: dict[str, Step] = {}
    for each in session.scalars(
        select(DraftChange).where(DraftChange.draft_id == draft.id).order_by(DraftChange.number)
    ):
        step = by_number.get(each.undoes) if each.undoes is not None else None
        taken: Step | None = step
        while taken is not None:
            taken.stands = not taken.stands
            taken.numbers.append(each.number)
            taken = taken.takes_back
        if step is not None and step.staff_name == each.staff_name:
            by_number[each.number] = step
            continue
        before = last.get(each.staff_name)
        goes_on = each.gesture is not None and before is not None and before.gesture == each.gesture
        if before is not None and goes_on and before.stands and each.undoes is None:
            before.numbers.append(each.number)
            before.operations += each.operations
            before.at = each.at
        else:
            before = Step(
                each.staff_name,
                [each.number],
                each.at,
                each.gesture,
                list(each.operations),
                takes_back=step,
            )
            steps.append(before)
            for other in steps:
                other.is_cleared |= other.staff_name == each.staff_name and not other.stands
        last[each.staff_name] = before
        by_number[each.number] = before
    return steps


def undoable(steps: Sequence[Step], staff_name: str) -> Step | None:
    """Give the last step of a person that stands."""
    mine = (step for step in steps if step.staff_name == staff_name and step.stands)
    return max(mine, key=lambda step: step.number, default=None)


def redoable(steps: Sequence[Step], staff_name: str) -> Step | None:
    """Give the step that a person took back last, unless they did something new since."""
    mine = (
        step for step in steps if step.staff_name == staff_name and not step.stands and not step.is_cleared
    )
    return max(mine, key=lambda step: step.number, default=None)


def take_back(
    session: Session,
    draft: Draft,
    step: Step,
    *,
    base: int,
    tab: bytes,
    client: bytes,
    staff_name: str,
    now: datetime,
) -> Outcome:
    """Take a step back, or do it again where it was taken back, as one change of whoever asks for it.

    Raises
    ------
    SurveyError
        DRAFT_UNDONE: somebody changed the same since, and who; nothing is changed.
    """
    nodes = nodes_of(session, draft)
    operations = list(_inverted(step))
    _require_as_left(session, draft, nodes, step)
    wanted = Change(base, tab, client, operations, None, step.number)
    return change(session, draft, wanted, staff_name=staff_name, now=now)


def _inverted(step: Step) -> Iterator[Operation]:
    """Give what takes the step back, or does it again; a field that it set often is set once."""
    done = step.operations
    backwards = [inverse(each) for each in reversed(done)] if step.stands else done
    for each in backwards:
        yield {"op": "restore", "id": each["id"]} if each["op"] == "add" else each


def _require_as_left(session: Session, draft: Draft, nodes: Nodes, step: Step) -> None:
    for operation in step.operations:
        key, path = touched_by(operation)
        number = nodes.by_id[key].touched.get(path)
        if number is not None and number not in step.numbers:
            name: Any = session.scalar(
                select(DraftChange.staff_name).where(
                    DraftChange.draft_id == draft.id, DraftChange.number == number
                )
            )
            raise SurveyError(Problem.DRAFT_UNDONE, name=name, number=number)
