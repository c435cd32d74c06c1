"""The glue at the seam: answers of waves as plain arrays into the model, the result into a stored run."""

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import csi_model
from surveys.analysing import lawful, matrix, quality, runs
from surveys.codes import REASONS
from surveys.editing import publishing
from surveys.errors import Problem, SurveyError
from surveys.models import Analysis, Wave
from web.runs import floors
from web.runs.companions import COMPANIONS, beside_the_index
from web.runs.flagged import quality_of
from web.runs.sections import beside, series_items

KEPT_OF_A_GROUP = ("n_used", "index", "constructs", "dimensions", "indicators", "cautions")
DEFAULTS: dict[str, Any] = {"scheme": "path", "missing": "em", "bootstrap": 1000, "interactions": False}
# What says which model or which answers, not how they are estimated.
ASIDE = {"interactions", "partial"}
# What a result says of its own figures: a run is read by what held when it was made.
PROMISED = ("level", "floor", "indicative")


def plan(
    session: Session,
    wave: Wave,
    *,
    staff_name: str,
    now: datetime,
    seed: int = 1,
    options: dict[str, Any] | None = None,
) -> Analysis:
    """Queue the run of a wave with the model of its own version."""
    document = publishing.load_document(wave.version)
    wanted = options_of(options or {})
    model = document.model(interactions=wanted["interactions"])
    if model is None:
        raise SurveyError(Problem.INDICATOR_UNKNOWN, code=document.code)
    return runs.create(
        session,
        title=wave.code,
        waves=[wave],
        specification=model,
        options=wanted,
        seed=seed,
        code_version=version("manyi"),
        staff_name=staff_name,
        now=now,
    )


def options_of(given: dict[str, Any]) -> dict[str, Any]:
    """Complete the options of a run by the defaults."""
    return DEFAULTS | given


class _EndedError(Exception):
    """The run was ended by somebody while it ran."""


def execute(session: Session, analysis: Analysis) -> None:
    """Carry out a queued run; a refusal of the model ends it as failed, with the message.

    The quality of the answers is looked at before, so that a run never rests on answers nobody has checked.
    One that was cancelled meanwhile, or that another worker has taken, is left as it is.
    """
    try:
        runs.start(session, analysis, now=datetime.now(UTC))
    except SurveyError:
        session.rollback()
        return
    session.commit()

    def progress(share: float) -> None:
        try:
            runs.report_progress(session, analysis, share)
        except SurveyError as error:
            raise _EndedError from error
        session.commit()

    try:
        _check(session, analysis)
        sealed = lawful.marks(session, analysis.wave_codes)
        result, fingerprint, n = compute(session, analysis, progress)
        progress(1.0)
    except _EndedError:
        session.rollback()
        return
    except (csi_model.ModelError, SurveyError) as error:
        session.rollback()
        runs.fail(session, analysis, message=str(error), refusal=error.plain(), now=datetime.now(UTC))
        session.commit()
        return
    runs.finish(
        session,
        analysis,
        result=result,
        data_fingerprint=fingerprint,
        n_respondents=n,
        now=datetime.now(UTC),
        sealed=sealed,
    )
    session.commit()


def _check(session: Session, analysis: Analysis) -> None:
    """Look at the quality of the waves' answers; rules of an old version that cannot be used flag nobody."""
    for wave in session.scalars(
        select(Wave).where(Wave.code.in_(analysis.wave_codes)).order_by(Wave.id)
    ).all():
        try:
            quality.assess(session, wave, now=datetime.now(UTC))
        except SurveyError:
            session.rollback()
        session.commit()


def compute(
    session: Session, analysis: Analysis, progress: Callable[[float], None] | None = None
) -> tuple[dict[str, Any], str, int]:
    """Estimate what a run asks for; the same answers give the same result to the last digit."""
    waves = session.scalars(select(Wave).where(Wave.code.in_(analysis.wave_codes)).order_by(Wave.id)).all()
    spec = csi_model.ModelSpec.from_mapping(analysis.specification)
    document = publishing.load_document(waves[-1].version)
    system = document.indicators
    groupings = system.groups if system is not None else ()
    asked = {code for wave in waves for code in wave.version.slot_codes}
    roles = system.played() if system is not None else {}
    companions = [roles[role] for role in COMPANIONS if roles.get(role) in asked]
    codes = tuple(dict.fromkeys((*spec.indicator_ids, *companions)))
    with_partial = bool(analysis.options.get("partial"))
    answers = matrix.load_matrix(
        session, waves, codes, include_partial=with_partial, tree=floors.tree_of(session, waves[-1])
    )
    how = {name: value for name, value in analysis.options.items() if name not in ASIDE}
    options = csi_model.Options(seed=analysis.seed, **how)
    data = csi_model.prepare(
        spec,
        answers.columns(),
        missing=options.missing,
        labels={name: csi_model.Coded(*answers.segments[name]) for name in groupings},
        reserved=REASONS,
    )
    part = progress or (lambda _share: None)
    whole = csi_model.estimate(spec, data, options, progress=lambda share: part(0.4 * share))
    result = csi_model.document(whole) | {name: getattr(options, name) for name in PROMISED}
    if system is not None:
        result |= beside(system, data, whole)
    result["groups"] = {}
    for place, name in enumerate(groupings):
        groups, cautions = csi_model.estimate_groups(whole, data, name)
        part(0.4 + 0.6 * (place + 1) / len(groupings))
        samples = data.split(name).samples
        result["groups"] |= {
            f"{name}:{label}": None if group is None else _short(group, samples[label])
            for label, group in groups.items()
        }
        result["cautions"] += [caution.plain() for caution in cautions]
    if len(waves) == 1:
        result["quality"] = quality_of(session, waves[0], spec, whole, with_partial=with_partial)
    result["companions"] = beside_the_index(document, answers, roles, options)
    result = floors.withheld(session, waves[-1], result, spec, data, groupings)
    result["tree_of_units"] = answers.tree()
    return result, runs.fingerprint(answers), len(answers.stored)


def _short(group: csi_model.Result, sample: csi_model.Sample) -> dict[str, Any]:
    document = csi_model.document(group)
    return {name: document[name] for name in KEPT_OF_A_GROUP} | {"items": series_items(sample, group)}
