"""Storing the demo world: units, questionnaire, waves, answers, flags, runs; its truth in a file."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import audit, instruments
from surveys.analysing import official, quality
from surveys.collecting import bulk
from surveys.collecting.frame import add_unit
from surveys.collecting.segments import find_segment
from surveys.collecting.waves import close_wave, create_wave, open_wave
from surveys.editing import publishing
from surveys.models import Unit, UnitLevel, Version, Wave
from surveys.models.collection import Access
from web.demo import filling, manner, rating, world
from web.demo.people import F64
from web.demo.planted import Planted, load
from web.runs import compute, series

PREFIX = "DEMO"
INSTRUMENT: Final = "utility_csi"
SETTINGS = {
    "utility": {"zh": "满意示范供电公司", "en": "Manyi Demo Power"},
    "listed": True,
}
FIELD_DAYS = 21  # how long the present wave has been in the field
REASON: Final = "demo"
PROPOSER, APPROVER = "analyst@demo.example", "administrator@demo.example"
Say = Callable[[str], None]


def exists(session: Session) -> bool:
    """Tell whether the demo is there already."""
    return bool(session.scalar(select(func.count()).select_from(Wave).where(Wave.code.like(f"{PREFIX}-%"))))


def build(
    session: Session, *, responses: int, waves: int, seed: int, truth_file: Path, now: datetime, say: Say
) -> None:
    """Make the whole demo; `responses` is the number of people a wave."""
    document = instruments.load(INSTRUMENT)
    planted = load(INSTRUMENT, document)
    version = _published(session, document, "full", now)
    units = _units(session)
    session.commit()
    effects = world.office_effects(seed)
    made = []
    for number in range(waves):
        begun = _quarter(now, waves - number)
        wave = create_wave(
            session, version, code=f"{PREFIX}-{begun.year}Q{(begun.month - 1) // 3 + 1}", title=_title(begun),
            opens_at=begun, closes_at=begun + timedelta(days=60), settings=SETTINGS, now=begun,
        )  # fmt: skip
        open_wave(session, wave, begun)
        _answers(session, wave, planted, document, units, effects, number, responses, seed)
        close_wave(session, wave, begun + timedelta(days=60))
        quality.assess(session, wave, now=begun + timedelta(days=60), staff_name="demo")
        session.commit()
        made.append(wave)
        say(f"wave {wave.code}: {responses} responses")
    _write_truth(truth_file, rating.truth(planted, document, effects, waves, seed), made, seed, responses)
    current = _open_waves(session, version, now)
    _answers(
        session,
        current,
        planted,
        document,
        units,
        effects,
        waves,
        max(60, responses // 4),
        seed,
        days=FIELD_DAYS,
    )
    session.commit()
    made.append(current)
    for number, wave in enumerate(made, start=1):
        analysis = compute.plan(
            session, wave, staff_name="demo", now=now, seed=seed, options={"bootstrap": 500}
        )
        compute.execute(session, analysis)
        say(f"run {number} of {len(made)}: {analysis.state}")
        if official.can_be_official(session, analysis):
            official.propose(session, analysis, actor=PROPOSER, reason=REASON, now=now)
            official.approve(session, analysis, actor=APPROVER, reason=REASON, now=now)
            code = analysis.wave_codes[0]
            detail = {"run": analysis.id, "reason": REASON, "decisions": official.head(session, code)}
            audit.record(session, actor=APPROVER, action="run.approve", target=code, now=now, detail=detail)
            session.commit()
    series.refresh(session)


def _published(session: Session, document: Any, form: str, now: datetime) -> Version:
    reasons = instruments.accepted(INSTRUMENT, form)
    return publishing.publish(
        session, document, "demo", now, way="command line", reason=REASON, accepted=reasons
    )


def _quarter(now: datetime, back: int) -> datetime:
    index = now.year * 4 + (now.month - 1) // 3 - back
    return datetime(index // 4, index % 4 * 3 + 1, 5, tzinfo=UTC)


def _title(begun: datetime) -> dict[str, str]:
    quarter = (begun.month - 1) // 3 + 1
    return {"zh": f"{begun.year} 年第 {quarter} 季度", "en": f"{begun.year} Q{quarter}"}


def _units(session: Session) -> list[Unit]:
    company = add_unit(session, code="DEMO", name=SETTINGS["utility"], level=UnitLevel.CITY)  # type: ignore[arg-type]
    districts = [
        add_unit(session, code=code, name=name, level=UnitLevel.COUNTY, parent=company)
        for code, name, _, _ in world.DISTRICTS
    ]
    return [
        add_unit(
            session,
            code=code,
            name={
                "zh": f"{districts[place].name['zh']}第{code[-2:]}供电所",
                "en": f"{districts[place].name['en']} office {code[-2:]}",
            },
            level=UnitLevel.OFFICE,
            parent=districts[place],
        )
        for code, place in world.offices()
    ]


def _answers(
    session: Session,
    wave: Wave,
    planted: Planted,
    document: Any,
    units: list[Unit],
    effects: F64,
    number: int,
    responses: int,
    seed: int,
    *,
    days: int = 55,
) -> None:
    """Answer a wave over its first `days` days."""
    rng = np.random.default_rng([seed, number])
    drawn = world.people(planted, responses, effects, rng)
    filled = filling.answers(planted, document, drawn, number, rng)
    of = list(zip(drawn.office.tolist(), drawn.traits[planted.customer_class].tolist(), strict=True))
    segments = {
        (office, kind): find_segment(
            session, {"unit": units[office].code, "customer_class": planted.classes[kind]}
        ).id
        for office, kind in set(of)
    }
    language = np.where(rng.random(responses) < 0.9, "zh", "en")
    day = rng.integers(0, days, responses)
    begun = wave.opens_at or wave.created_at
    bulk.store_complete(
        session,
        wave,
        filled.columns,
        completed_at=[begun + timedelta(days=int(each)) for each in day],
        segment_ids=[segments[pair] for pair in of],
        seconds=manner.seconds(document, filled.liners, rng),
        texts=manner.texts(planted, filled, language, rng),
        language=language.tolist(),
    )


def _open_waves(session: Session, version: Version, now: datetime) -> Wave:
    """Open this quarter's waves: for anybody, in full and in short, and for invited customers only."""
    short = _published(session, instruments.load(INSTRUMENT, "short"), "short", now)
    begun = now - timedelta(days=FIELD_DAYS)
    opened = []
    for code, chosen, access in (
        ("NOW", version, Access.PUBLIC),
        ("SHORT", short, Access.PUBLIC),
        ("INVITED", version, Access.INVITED),
    ):
        wave = create_wave(
            session, chosen, code=f"{PREFIX}-{code}", title=_title(now), access=access, opens_at=begun,
            settings=SETTINGS, now=begun,
        )  # fmt: skip
        open_wave(session, wave, begun)
        opened.append(wave)
    return opened[0]


def _write_truth(
    path: Path, points: Sequence[dict[str, float]], made: list[Wave], seed: int, responses: int
) -> None:
    written = {
        "about": "True construct points of the simulated utility, by wave",
        "seed": seed,
        "responses": responses,
        "waves": {wave.code: values for wave, values in zip(made, points, strict=True)},
    }
    path.write_text(json.dumps(written, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
