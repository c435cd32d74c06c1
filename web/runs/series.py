"""Series runs: how figures moved from wave to wave, computed from finished runs by the worker and stored."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version

from sqlalchemy import select
from sqlalchemy.orm import Session

from csi_model import ModelError, Options, changes_document
from surveys.analysing import official, runs, series
from surveys.analysing.series import Finished
from surveys.models import Analysis, Version, Wave
from surveys.models.decisions import RunState
from web.runs import asked


def refresh(session: Session) -> int:
    """Store each series run that is missing or was made of other runs; give how many.

    One of the newest runs, for analysts; one of the published ones, for leaders; and for each proposed run
    the one that its publication would make current, so that it can be read before.
    """
    stored = 0
    proposed = [run for run, row in official.last_decisions(session).items() if row.kind == RunState.PROPOSED]
    looks = [series.newest_runs(session), series.official_runs(session)]
    looks += [series.official_runs(session, instead=run) for run in proposed]
    for code in series.last_waves(session):
        for runs_of in looks:
            found = series.finished_waves(session, runs_of, wave_code=_of_family(session, runs_of, code))
            if found and series.fitting(session, found) is None:
                _store(session, found)
                stored += 1
    return stored


def _of_family(session: Session, runs_of: Mapping[str, series.Run], code: str) -> str:
    """Give the code of a wave with a run that asks the same questionnaire as another wave does."""
    family = select(Version.questionnaire_id).join(Wave, Wave.version_id == Version.id)
    wanted = select(Wave.code).join(Wave.version)
    same = Version.questionnaire_id == family.where(Wave.code == code).scalar_subquery()
    return session.scalar(wanted.where(same, Wave.code.in_(runs_of)).limit(1)) or code


def _store(session: Session, found: list[Finished]) -> None:
    options = Options()
    now = datetime.now(UTC)
    wanted = select(Analysis).where(Analysis.id.in_([each.run_id for each in found]))
    read = {each.id: each for each in session.scalars(wanted)}
    documents = {each.wave.code: read[each.run_id].result or {} for each in found}
    what = [(each.wave.code, asked.of_wave(session, each.wave)) for each in found]
    run = runs.create(
        session,
        title=found[-1].wave.version.questionnaire.code,
        waves=[each.wave for each in found],
        specification=series.specification(found),
        options={"kind": series.KIND, "level": options.level, "indicative": options.indicative},
        seed=options.seed,
        code_version=version("manyi"),
        staff_name="worker",
        now=now,
    )
    runs.start(session, run, now=now)
    try:
        result = changes_document(
            documents,
            lambda items: asked.forms([(*each, codes) for each, codes in zip(what, items, strict=True)]),
            options,
            opened={each.wave.code: each.wave.opens_at.date() for each in found if each.wave.opens_at},
        )
    except ModelError as error:
        runs.fail(session, run, message=str(error), refusal=error.plain(), now=datetime.now(UTC))
        session.commit()
        return
    marks = "\n".join(each.fingerprint for each in found)
    runs.finish(
        session,
        run,
        result=result,
        data_fingerprint=hashlib.sha256(marks.encode()).hexdigest(),
        n_respondents=sum(each.n_respondents or 0 for each in read.values()),
        now=datetime.now(UTC),
    )
    session.commit()
