"""Those who have begun, by channel and by day: what became of them, and the rates that need nobody else.

Nobody knows on which day, or by which channel, somebody would have come who did not: response rates are of
the whole wave. Fewer than `LEAST` never stand alone: days join their neighbours, channels the smallest.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.collecting.dispositions import counted
from surveys.models import Response, Wave
from surveys.watching.rates import Rate, rates
from surveys.watching.standing import Outcome, in_groups

LEAST: Final = 5
# Of those with whom there was contact, and of those of whom it is known whether they are eligible.
OF_BEGUN: Final = ("COOP1", "COOP2", "COOP3", "COOP4", "REF3")


class Part(NamedTuple):
    """Some of those who have begun: the first and the last of the days or channels that stand together."""

    names: tuple[str, ...]
    outcomes: Mapping[Outcome, int]
    rates: list[Rate]

    @property
    def n(self) -> int:
        """How many have begun."""
        return sum(self.outcomes.values())

    @property
    def written(self) -> str:
        """Its name in files: one day or channel, the first and the last day, several channels."""
        if len(self.names) == 1:
            return self.names[0]
        is_day = self.names[0][:1].isdigit()
        return f"{self.names[0]}/{self.names[-1]}" if is_day else "+".join(self.names)

    def rate(self, name: str) -> Rate:
        """Give a rate by its name."""
        return next(each for each in self.rates if each.name == name)


def by_channel(session: Session, wave: Wave) -> list[Part]:
    """Count those who have begun by the way in which they were asked, the largest first."""
    found = _counted(session, wave, Response.mode)
    ordered = sorted(found.items(), key=lambda each: (-sum(each[1].values()), each[0]))
    return _together([((name,), own) for name, own in ordered])


def by_day(session: Session, wave: Wave) -> list[Part]:
    """Count those who have begun by the day in UTC, which is all that an anonymous wave keeps."""
    is_sqlite = session.connection().dialect.name == "sqlite"
    started = Response.started_at if is_sqlite else func.timezone("UTC", Response.started_at)
    found = _counted(session, wave, func.date(started))
    return _together([((day,), found[day]) for day in sorted(found)])


def _counted(session: Session, wave: Wave, label: object) -> dict[str, dict[Outcome, int]]:
    query = select(label, Response.disposition, func.count()).where(Response.wave_id == wave.id)  # type: ignore[call-overload]
    numbers: dict[str, dict[str | None, int]] = {}
    for name, disposition, number in session.execute(query.group_by(label, Response.disposition)):
        numbers.setdefault(str(name), {})[disposition] = number
    return {
        name: {Outcome(each): number for each, number in counted(own).items()}
        for name, own in numbers.items()
    }


def _together(single: list[tuple[tuple[str, ...], dict[Outcome, int]]]) -> list[Part]:
    """Put neighbours together until each part has enough people; what is left over joins the one before."""
    found: list[tuple[tuple[str, ...], dict[Outcome, int]]] = []
    for names, own in single:
        if found and sum(found[-1][1].values()) < LEAST:
            found[-1] = _joined(found[-1], (names, own))
        else:
            found.append((names, own))
    if len(found) > 1 and sum(found[-1][1].values()) < LEAST:
        last = found.pop()
        found[-1] = _joined(found[-1], last)
    if sum(sum(own.values()) for _, own in found) < LEAST:
        return []
    return [
        Part(names, own, [each for each in rates(in_groups(own)) if each.name in OF_BEGUN])
        for names, own in found
    ]


def _joined(
    first: tuple[tuple[str, ...], dict[Outcome, int]], second: tuple[tuple[str, ...], dict[Outcome, int]]
) -> tuple[tuple[str, ...], dict[Outcome, int]]:
    numbers = {each: first[1].get(each, 0) + second[1].get(each, 0) for each in {*first[1], *second[1]}}
    return first[0] + second[0], numbers
