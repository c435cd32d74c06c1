"""Waves and their responses against their seals, and decisions against their heads."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys import seals
from surveys.analysing import decisions, official
from surveys.collecting import sealing
from surveys.keys import Key, keys_of
from surveys.models import Response, Wave
from surveys.models.collection import ResponseState, WaveState
from surveys.proving.findings import Finding, Kind
from surveys.proving.said import Said

AT_ONCE = 2_000
LISTED = 20  # numbers of responses; the rest is counted
NEVER = datetime.min.replace(tzinfo=UTC)  # a complete response has a time; the database sees to it


def check(session: Session, said: Said) -> Iterator[Finding]:
    """Find waves that are not what was sealed, and decisions that the trail does not know."""
    waves = {wave.code: wave for wave in session.scalars(select(Wave).order_by(Wave.id))}
    for code in said.seals.keys() - waves.keys():
        yield Finding(Kind.WAVE_GONE, {"wave": code})
    for wave in waves.values():
        yield from check_wave(session, wave, said)


def check_wave(session: Session, wave: Wave, said: Said) -> Iterator[Finding]:
    """Find what is not as the trail says of one wave."""
    yield from _responses(session, wave)
    sealed = said.seals.get(wave.code)
    if (sealed is None) == (wave.state == WaveState.CLOSED) and (sealed or said.begun):
        yield Finding(Kind.WAVE_STATE, {"wave": wave.code, "state": wave.state})
    if sealed is not None:
        now = sealing.standing(session, wave)
        if (sealed["n"], sealed["answers"]) != (now["n"], now["answers"]):
            yield Finding(Kind.RESPONSES, {"wave": wave.code, "n": now["n"], "sealed": sealed["n"]})
        for name in sorted(sealed.keys() - {"n", "answers"}):
            if sealed[name] != now[name]:
                yield Finding(Kind.WAVE_CHANGED, {"wave": wave.code, "what": name})
    if said.begun:
        for kind, head in (
            (Kind.DECISIONS, decisions.head(session, wave)),
            (Kind.PUBLISHED, official.head(session, wave.code)),
            (Kind.QUALITY, decisions.looked(session, wave)),
        ):
            if not said.holds(kind, wave.code, head):
                yield Finding(kind, {"wave": wave.code})


def _responses(session: Session, wave: Wave) -> Iterator[Finding]:
    """Find complete responses that are not what their seal says."""
    keys = keys_of(session)
    changed: list[int] = []
    unsealed: list[int] = []
    missing: set[str] = set()
    known: dict[bytes, Key | None] = {}
    for ident, seal, sealed in read(session, wave):
        if not seal:
            unsealed.append(ident)
            continue
        mark = seals.mark_of(seal)
        if mark not in known:
            known[mark] = keys.by_mark(mark)
        key = known[mark]
        if key is None:
            missing.add(mark.hex())
        elif not seals.holds(key, sealed, seal):
            changed.append(ident)
    for kind, idents in ((Kind.RESPONSE, changed), (Kind.UNSEALED, unsealed)):
        if idents:
            listed = ", ".join(map(str, idents[:LISTED])) + (" …" if len(idents) > LISTED else "")
            yield Finding(kind, {"wave": wave.code, "n": len(idents), "responses": listed})
    for name in sorted(missing):
        yield Finding(Kind.KEY_MISSING, {"key": f"seal-… ({name})"})


def read(session: Session, wave: Wave) -> Iterator[tuple[int, bytes | None, seals.Sealed]]:
    """Read the complete responses of a wave: number, seal, and what the seal holds."""
    version = wave.version.content_hash
    columns = (
        Response.id, Response.seal, Response.segment_id, Response.completed_at, Response.mode,
        Response.language, Response.disposition, Response.answers, Response.texts, Response.version_id,
        Response.timings,
    )  # fmt: skip
    query = select(*columns).where(Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE)
    for ident, seal, segment, at, mode, language, disposition, answers, texts, of, timings in session.execute(
        query.order_by(Response.id), execution_options={"yield_per": AT_ONCE}
    ):
        own = version if of == wave.version_id else f"version {of}"
        sealed = seals.Sealed(
            wave.id, own, ident, segment, at or NEVER, mode, language, disposition, answers.tobytes(), texts,
            timings.tobytes(),
        )  # fmt: skip
        yield ident, seal, sealed
