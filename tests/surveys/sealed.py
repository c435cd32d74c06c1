"""A closed and sealed wave with a decision and a published run, made by the product's own calls."""

from datetime import timedelta

import numpy as np
from sqlalchemy import select

from surveys import audit
from surveys.analysing import decisions, lawful, official, quality, runs
from surveys.collecting import bulk, waves
from surveys.collecting.invitations import find_invitation, issue_invitations
from surveys.collecting.submitting import submit
from surveys.models import Analysis, Wave
from surveys.proving.begin import begin
from tests.surveys.respondents import answer_all, start
from tests.surveys.tampering import kinds
from tests.surveys.worlds import NOW, make_wave

LATER = NOW + timedelta(days=1)
N = 12
ONE = "(SELECT min(id) FROM response)"
OF_ONE = f"WHERE id = {ONE}"


def make(session):
    """A closed wave of 13 responses, one by its own person; one exclusion; a finished, published run."""
    begin(session, now=NOW, staff={})
    wave = make_wave(session, access="invited")
    tokens = issue_invitations(session, wave, 3, NOW)
    invitation = find_invitation(session, tokens[0])
    own = start(session, wave, invitation=invitation)
    answer_all(session, own)
    submit(session, own, NOW)
    columns = {code: np.arange(N) % 10 + 1 for code in ("Q1", "Q2", "Q3")}
    texts = [{"WHY": f"because {place}"} for place in range(N)]
    ids = bulk.store_complete(session, wave, columns, completed_at=NOW, language="zh", texts=texts)
    session.commit()
    waves.close_wave(session, wave, LATER)
    session.commit()
    quality.assess(session, wave, now=LATER)
    session.commit()
    leave_out(session, wave, [int(ids[0])])
    finish(session, wave)
    session.commit()
    assert kinds(session) == []
    return session


def the(session) -> Wave:
    return session.scalars(select(Wave)).one()


def leave_out(session, wave, ids) -> None:
    was = {"decisions": decisions.head(session, wave)}
    decisions.exclude(session, wave, ids, actor="Ann", reason="a test", now=LATER)
    detail = {"decisions": decisions.head(session, wave), "was": was}
    audit.record(
        session, actor="Ann", action="quality.exclude", target=f"wave:{wave.code}", now=LATER, detail=detail
    )
    session.commit()


def finish(session, wave) -> Analysis:
    run = runs.create(
        session, title="Run", waves=[wave], specification={"index": "SAT"}, options={"b": 1e16}, seed=1,
        code_version="1", staff_name="Ann", now=LATER,
    )  # fmt: skip
    runs.start(session, run, now=LATER)
    result = {"index": {"points": 71.25}, "quality": decisions.counted(session, wave)}
    runs.finish(
        session, run, result=result, data_fingerprint="f" * 64, n_respondents=N, now=LATER,
        sealed=lawful.marks(session, [wave.code]),
    )  # fmt: skip
    official.propose(session, run, actor="Bob", reason="a test", now=LATER)
    official.approve(session, run, actor="Cleo", reason="a test", now=LATER)
    detail = {"decisions": official.head(session, wave.code)}
    audit.record(session, actor="Cleo", action="run.approve", target=wave.code, now=LATER, detail=detail)
    session.commit()
    return run
