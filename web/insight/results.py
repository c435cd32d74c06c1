"""Finished runs as the dashboards read them: the waves of one questionnaire in order of time."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.models import Analysis, Unit, Version, Wave
from surveys.models.collection import Purpose, WaveState
from surveys.models.records import AnalysisState
from web.insight import asked
from web.insight.asked import Asked


class Shelf:
    """What was made from finished runs, which never change: the last few are kept, by key."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Give what stands under the key; make it where nothing does."""
        if key not in self.kept:
            self.kept[key] = make()
            while len(self.kept) > self.size:
                self.kept.popitem(last=False)
        self.kept.move_to_end(key)
        return self.kept[key]


_results = Shelf(64)
_wordings = Shelf(64)
_modes = Shelf(64)


class WaveResult(NamedTuple):
    """One wave with the result of its newest finished run."""

    wave: Wave
    run_id: int
    finished_at: datetime
    result: Mapping[str, Any]
    asked: Asked = Asked()

    @property
    def is_preliminary(self) -> bool:
        """Whether people may still answer."""
        return bool(self.wave.state != WaveState.CLOSED)

    def part(self, name: str) -> Mapping[str, Any] | None:
        """Give the figures of the whole (empty name) or of one group; None where it is too small."""
        found: Mapping[str, Any] | None = self.result["groups"].get(name) if name else self.result
        return found


def newest_runs(session: Session) -> dict[str, tuple[int, datetime, str]]:
    """Give the newest finished run by wave: id, when it ended, fingerprint of its data."""
    wanted = select(Analysis.id, Analysis.wave_codes, Analysis.finished_at, Analysis.data_fingerprint)
    done = wanted.where(Analysis.state == AnalysisState.DONE).order_by(Analysis.id)
    return {
        codes[0]: (ident, ended or datetime.now(UTC), mark or "")
        for ident, codes, ended, mark in session.execute(done)
        if len(codes) == 1
    }


def series_of(session: Session, *, wave_code: str = "", live: bool = False) -> list[WaveResult]:
    """Give the waves with results of one questionnaire, oldest first.

    Parameters
    ----------
    wave_code
        A wave of the questionnaire wanted; without it, that of the newest wave.
    live
        Let waves in that are still in the field. Leaders see closed waves only: a score that moves while
        people answer invites to influence them.
    """
    runs = newest_runs(session)
    wanted = select(Wave).join(Wave.version).where(Wave.code.in_(runs), Wave.purpose == Purpose.OFFICIAL)
    if not live:
        wanted = wanted.where(Wave.state == WaveState.CLOSED)
    waves = list(session.scalars(wanted.order_by(Wave.opens_at, Wave.id)))
    chosen = next((wave for wave in waves if wave.code == wave_code), waves[-1] if waves else None)
    if chosen is None or (wave_code and chosen.code != wave_code):
        return []
    family = session.scalar(select(Version.questionnaire_id).where(Version.id == chosen.version_id))
    return [
        WaveResult(
            wave,
            runs[wave.code][0],
            runs[wave.code][1],
            _result(session, *runs[wave.code]),
            _asked(session, wave, *runs[wave.code]),
        )
        for wave in waves
        if wave.version.questionnaire_id == family
    ]


def _result(session: Session, run_id: int, finished_at: datetime, mark: str) -> Mapping[str, Any]:
    """Read a finished run's result once a process."""
    wanted = select(Analysis.result).where(Analysis.id == run_id)
    found: Mapping[str, Any] = _results.get(
        (run_id, finished_at, mark), lambda: _with_points(session.scalars(wanted).one() or {})
    )
    return found


def _with_points(result: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the constructs that have no points, interactions: they explain and are no topic."""
    without = {code for code, node in result.get("constructs", {}).items() if node["points"] is None}

    def kept(part: Mapping[str, Any]) -> dict[str, Any]:
        nodes = {code: node for code, node in part["constructs"].items() if code not in without}
        return dict(part) | {"constructs": nodes}

    if not without:
        return result
    groups = {name: part and kept(part) for name, part in result["groups"].items()}
    return kept(result) | {"groups": groups}


def _asked(session: Session, wave: Wave, run_id: int, finished_at: datetime, mark: str) -> Asked:
    """Read what a wave asked once a process; a version never changes, the answers of a run neither."""
    version = wave.version
    return Asked(
        _wordings.get((version.id, version.content_hash), lambda: asked.wordings(version)),
        _modes.get((run_id, finished_at, mark), lambda: asked.mode_shares(session, wave)),
    )


def unit_names(session: Session, codes: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Give the names of organisation units by code."""
    found = session.execute(select(Unit.code, Unit.name).where(Unit.code.in_(codes)))
    return {code: name for code, name in found}  # noqa: C416  rows are not pairs to dict
