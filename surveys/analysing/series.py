"""The waves of one questionnaire with their published or newest runs, and the series run made of these.

A series run is a run of several waves that holds how figures moved from each to the next. Its specification
names the runs it was made of, so it fits as long as they are the ones that are looked at.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from surveys.analysing import official
from surveys.models import Analysis, Version, Wave
from surveys.models.collection import Purpose
from surveys.models.records import AnalysisState

KIND = "series"
Run = tuple[int, datetime, str]  # id, when it ended, fingerprint of its data

# Of the document that a series run stores: an older one is made anew.
FORM = 2


class Finished(NamedTuple):
    """A wave with one finished run of it: id, when it ended, fingerprint of its data."""

    wave: Wave
    run_id: int
    finished_at: datetime
    fingerprint: str


def is_series() -> ColumnElement[bool]:
    """Give the condition that a run is a series run."""
    kind: ColumnElement[str] = Analysis.options["kind"].as_string()
    return kind == KIND


def newest_runs(session: Session) -> dict[str, Run]:
    """Give the newest finished run by wave, whatever was decided about it."""
    return _runs(session, true())


def _runs(session: Session, condition: ColumnElement[bool]) -> dict[str, Run]:
    wanted = select(Analysis.id, Analysis.wave_codes, Analysis.finished_at, Analysis.data_fingerprint)
    done = wanted.where(Analysis.state == AnalysisState.DONE, is_series().is_not(True), condition)
    return {
        codes[0]: (ident, ended or datetime.now(UTC), mark or "")
        for ident, codes, ended, mark in session.execute(done.order_by(Analysis.id))
        if len(codes) == 1
    }


def official_runs(session: Session, *, instead: int | None = None) -> dict[str, Run]:
    """Give the published run by wave; with `instead` as if that run were published too."""
    wanted = {row.run_id for row in official.published(session).values()}
    if instead is not None:
        replaced = session.get_one(Analysis, instead).wave_codes
        wanted = {each for each in wanted if session.get_one(Analysis, each).wave_codes != replaced} | {
            instead
        }
    return _runs(session, Analysis.id.in_(wanted))


def finished_waves(session: Session, runs: Mapping[str, Run], *, wave_code: str = "") -> list[Finished]:
    """Give the official waves of one questionnaire that have a run among these, oldest first.

    Parameters
    ----------
    runs
        The runs to look at (`newest_runs`, `official_runs`).
    wave_code
        A wave of the questionnaire wanted; without it, that of the newest wave.
    """
    wanted = select(Wave).join(Wave.version).where(Wave.code.in_(runs), Wave.purpose == Purpose.OFFICIAL)
    waves = list(session.scalars(wanted.order_by(Wave.opens_at, Wave.id)))
    chosen = next((wave for wave in waves if wave.code == wave_code), waves[-1] if waves else None)
    if chosen is None or (wave_code and chosen.code != wave_code):
        return []
    family = session.scalar(select(Version.questionnaire_id).where(Version.id == chosen.version_id))
    return [Finished(wave, *runs[wave.code]) for wave in waves if wave.version.questionnaire_id == family]


def last_waves(session: Session) -> list[str]:
    """Give the code of one wave of each questionnaire that has a finished run."""
    wanted = select(Version.questionnaire_id, Wave.code).join(Wave.version)
    wanted = wanted.where(Wave.code.in_(newest_runs(session)), Wave.purpose == Purpose.OFFICIAL)
    found = session.execute(wanted)
    return list({family: code for family, code in found}.values())  # noqa: C416  rows are not pairs to dict


def specification(found: Sequence[Finished]) -> dict[str, Any]:
    """Say which runs a series run is made of."""
    return {"form": FORM, "runs": [[each.wave.code, each.run_id] for each in found]}


def fitting(session: Session, found: Sequence[Finished]) -> tuple[int, datetime, str] | None:
    """Find the newest series run that begins with these waves and was made of these runs of theirs.

    Its id, when it ended, and the fingerprint of its data.
    """
    wanted = specification(found)["runs"]
    columns = (Analysis.id, Analysis.finished_at, Analysis.data_fingerprint, Analysis.specification)
    stored = select(*columns).where(Analysis.state == AnalysisState.DONE, is_series())
    for ident, ended, mark, made_of in session.execute(stored.order_by(Analysis.id.desc())):
        if made_of.get("form") == FORM and made_of["runs"][: len(wanted)] == wanted:
            return ident, ended or datetime.now(UTC), mark or ""
    return None
