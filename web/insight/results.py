"""Finished runs as the dashboards read them: the waves of a questionnaire in order of time, their series."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from csi_model import WITHHELD, Figure, Options
from surveys.analysing import runs, series
from surveys.models import Analysis, Unit, Wave
from surveys.models.collection import WaveState
from web import digits
from web.shelf import Shelf

_results = Shelf(64)


class WaveResult(NamedTuple):
    """One wave with the result of one finished run."""

    wave: Wave
    run_id: int
    finished_at: datetime
    result: Mapping[str, Any]

    @property
    def is_preliminary(self) -> bool:
        """Whether people may still answer."""
        return bool(self.wave.state != WaveState.CLOSED)

    @property
    def level(self) -> float:
        """The nominal coverage of its intervals; runs of the release before were all of the usual one."""
        return float(self.result.get("level", Options.level))

    @property
    def floor(self) -> int:
        """Answers below which its figures are withheld."""
        return int(self.result.get("floor", Options.floor))

    @property
    def indicative(self) -> int:
        """Answers below which its figures are indicative only."""
        return int(self.result.get("indicative", Options.indicative))

    def part(self, name: str) -> Mapping[str, Any] | None:
        """Give the figures of the whole (empty name) or of one group; None where it is too small."""
        found: Mapping[str, Any] | None = self.result["groups"].get(name) if name else self.result
        return None if found is not None and found["index"].get("state") in WITHHELD else found


class Change(NamedTuple):
    """A move, and what is said of it: up, down, hint, unclear, break or absent.

    `against` is the wave it looks back to; `p_adjusted` is corrected for all that is looked at together; a
    trend counts `per` year or wave.
    """

    figure: Figure
    verdict: str
    against: str | None = None
    p_adjusted: float | None = None
    per: str = ""

    @property
    def points(self) -> str:
        """How far it goes, with its sign."""
        return digits.signed(self.figure)

    @property
    def is_clear(self) -> bool:
        """Whether it is more than chance explains."""
        return self.verdict in {"up", "down"}


class Break(NamedTuple):
    """What changed between two waves; `steps` are the waves whose change to the wave before may cross it."""

    before: str
    after: str
    kind: str
    what: Sequence[str]
    steps: Sequence[str]


@dataclass(frozen=True)
class Series:
    """Waves up to one that is looked at, and what the series run made of them has stored.

    The run is its id, when it ended and the fingerprint of its data; None while there is no such run.
    """

    waves: tuple[WaveResult, ...]
    run: tuple[int, datetime, str] | None = None
    stored: Mapping[str, Any] | None = None

    @property
    def last(self) -> WaveResult:
        """The wave that is looked at."""
        return self.waves[-1]

    def up_to(self, wave_code: str) -> "Series":
        """Leave out what came later."""
        codes = [each.wave.code for each in self.waves]
        return replace(self, waves=self.waves[: codes.index(wave_code) + 1])

    def within(self, sees: Callable[[str], bool]) -> "Series":
        """Leave out the groups that a reader may not see: for them there is none."""

        def kept(groups: Mapping[str, Any]) -> dict[str, Any]:
            return {name: each for name, each in groups.items() if sees(name)}

        waves = tuple(
            each._replace(result={**each.result, "groups": kept(each.result["groups"])})
            for each in self.waves
        )
        stored = self.stored and {**self.stored, "parts": kept(self.stored["parts"])}
        return replace(self, waves=waves, stored=stored)

    def index(self, part: str) -> Figure:
        """Give the index with the weights of the first wave; until a series run is there, with its own."""
        if self.stored is None:
            return self.re_estimated(part)
        return self._points(part, self.stored["index"])

    def re_estimated(self, part: str) -> Figure:
        """Give the index by wave, with each wave's own weights."""
        own = [each.part(part) for each in self.waves]
        return Figure.read([each and each["index"] for each in own], key="points", level=self.last.level)

    def construct(self, part: str, code: str) -> Figure:
        """Give one construct by wave, as the index is given."""
        if self.stored is None:
            own = [each.part(part) for each in self.waves]
            return Figure.read(
                [each and each["constructs"].get(code) for each in own], key="points", level=self.last.level
            )
        return self._points(part, code)

    def dimension(self, part: str, code: str) -> Figure:
        """Give one dimension in the wave that is looked at, by the weights of its construct."""
        own = self.last.part(part)
        if self.stored is None or self.stored["weights"] == "own":
            return Figure.read(own and own["dimensions"].get(code), key="points", level=self.last.level)
        return self._points(part, code, "dimensions").at(-1)

    def weights(self, part: str, construct: str) -> Mapping[str, float]:
        """Give the weight of each question in a construct, by which its points are made."""
        if self.stored is None or self.stored["weights"] == "own":
            nodes = (self.last.part(part) or {"indicators": {}})["indicators"].items()
            return {code: node["weight_share"] for code, node in nodes if node["construct"] == construct}
        found: Mapping[str, float] = self.stored["shares"][self.last.wave.code][construct]
        return found

    def change(self, part: str, node: str, horizon: str = "last") -> Change | None:
        """Give the move of a construct, or of what stands beside; None without such a horizon or a run."""
        cell = self.moves(part).get(node, {}).get(horizon)
        if self.stored is None or cell is None:
            return None
        figure = Figure.read(cell, level=self.stored["level"])
        return Change(figure, cell["verdict"], cell["against"], cell["p_adjusted"], cell.get("per", ""))

    def moves(self, part: str) -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
        """Give all moves of the wave that is looked at: figure → horizon → move."""
        if self.stored is None or len(self.waves) < 2:
            return {}
        found: Mapping[str, Any] = self.stored["parts"].get(part, {}).get("moves", {})
        own: Mapping[str, Mapping[str, Mapping[str, Any]]] = found.get(self.last.wave.code, {})
        return own

    def breaks(self, construct: str | None = None) -> tuple[Break, ...]:
        """Give what changed between waves in the questions of a construct, or of the index."""
        if self.stored is None:
            return ()
        found = self.stored["breaks"].get(construct or self.stored["index"], ())
        codes = {each.wave.code for each in self.waves}
        return tuple(Break(**each) for each in found if each["after"] in codes)

    def _points(self, part: str, code: str, kind: str = "points") -> Figure:
        points = (self.stored or {})["parts"].get(part, {}).get(kind, {}).get(code, {})
        level = (self.stored or {})["level"]
        return Figure.read([points.get(each.wave.code) for each in self.waves], key="points", level=level)


def series_of(session: Session, *, wave_code: str = "", is_official: bool = True) -> Series | None:
    """Give the waves with results of one questionnaire, oldest first; None where there is none.

    Parameters
    ----------
    wave_code
        A wave of the questionnaire wanted; without it, that of the newest wave.
    is_official
        Look at published runs only, as leaders do: what ran last is nobody's decision, and a score that moves
        while people answer invites to influence them. Otherwise at the newest run of each wave.
    """
    runs = series.official_runs(session) if is_official else series.newest_runs(session)
    found = series.finished_waves(session, runs, wave_code=wave_code)
    if not found:
        return None
    waves = tuple(
        WaveResult(each.wave, each.run_id, each.finished_at, _read(session, each[1:], _with_points))
        for each in found
    )
    fitting = series.fitting(session, found)
    if fitting is None:
        return Series(waves)
    return Series(waves, fitting, _read(session, fitting, dict))


def _read(
    session: Session,
    run: tuple[int, datetime, str],
    make: Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> Mapping[str, Any]:
    """Read a finished run's result once a process."""
    wanted = select(Analysis.result).where(Analysis.id == run[0])
    found: Mapping[str, Any] = _results.get(run, lambda: make(session.scalars(wanted).one() or {}))
    return found


def _with_points(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the constructs that have no points, interactions: they explain and are no topic."""
    result = runs.handed_out(result)
    without = {
        code
        for code, node in result.get("constructs", {}).items()
        if node["points"] is None and node.get("state") not in WITHHELD
    }

    def kept(part: Mapping[str, Any]) -> dict[str, Any]:
        nodes = {code: node for code, node in part["constructs"].items() if code not in without}
        return dict(part) | {"constructs": nodes}

    if not without:
        return result
    groups = {name: part and kept(part) for name, part in result["groups"].items()}
    return kept(result) | {"groups": groups}


def unit_names(session: Session, codes: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Give the names of organisation units by code."""
    found = session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes)))
    return {code: name for code, name in found}  # noqa: C416  rows are not pairs to dict
