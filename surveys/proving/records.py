"""Versions and finished runs against what the trail says of them."""

import hashlib
import json
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.analysing.runs import content_digest
from surveys.models import Analysis, Version
from surveys.models.records import AnalysisState
from surveys.proving.findings import Finding, Kind
from surveys.proving.said import Said


def check(session: Session, said: Said) -> Iterator[Finding]:
    """Find versions and finished runs that are not what they were, or of which the trail knows nothing."""
    there = set()
    for version in session.scalars(select(Version).order_by(Version.id)):
        text = json.dumps(version.document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        stored = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        name = name_of(version)
        there.add(name)
        if not stored == version.content_hash == said.versions.get(name, version.content_hash):
            yield Finding(Kind.VERSION, {"version": name})
    for name in sorted(said.versions.keys() - there):
        yield Finding(Kind.VERSION, {"version": name})
    yield from _runs(session, said)


def _runs(session: Session, said: Said) -> Iterator[Finding]:
    known = set(session.scalars(select(Analysis.id)))
    for ident in sorted(said.runs.keys() - known):
        yield Finding(Kind.RUN_GONE, {"run": ident})
    for run in session.scalars(select(Analysis).order_by(Analysis.id)).yield_per(10):
        is_done = run.state == AnalysisState.DONE
        told = said.runs.get(run.id)
        if told is None:
            if is_done and said.begun:
                yield Finding(Kind.RUN, {"run": run.id})
        elif not is_done or content_digest(run) != told:
            yield Finding(Kind.RUN, {"run": run.id})


def name_of(version: Version) -> str:
    """Name a version as the trail does."""
    return f"{version.questionnaire.code}/{'P' if version.kind == 'pilot' else ''}{version.number}"
