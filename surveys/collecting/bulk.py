"""Complete responses in bulk, for imports and simulation: the same packing as a respondent's page."""

import os
from collections.abc import Mapping, Sequence, Sized
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import insert
from sqlalchemy.orm import Session

from surveys import seals
from surveys.asking.router import scored_of
from surveys.codes import NOT_ASKED
from surveys.collecting.dispositions import of_sent
from surveys.collecting.packing import MAX_TENTHS, Layout, layout_of
from surveys.database import pack
from surveys.editing.publishing import load_document
from surveys.errors import Problem, SurveyError
from surveys.keys import Key, keys_of
from surveys.models import Response, Wave
from surveys.models.collection import ResponseState

CHUNK = 5_000


def store_complete(
    session: Session,
    wave: Wave,
    answers: Mapping[str, ArrayLike],
    *,
    completed_at: datetime | Sequence[datetime],
    language: str | Sequence[str],
    segment_ids: ArrayLike | None = None,
    seconds: Mapping[str, ArrayLike] | None = None,
    texts: Sequence[Mapping[str, str]] | None = None,
) -> NDArray[np.int64]:
    """Store complete responses of a wave from columns; return their ids in the rows' order.

    Parameters
    ----------
    answers
        Integers (n,) by answer code, reserved values included; codes left out were not asked.
    completed_at
        One time for all or one a row; in an anonymous wave only the day is kept.
    language
        One for all or one a row.
    segment_ids
        Ids of :class:`~surveys.models.Segment` (n,), negative for none.
    seconds
        Time spent (n,) by section code, in seconds.
    texts
        Open answers by question code, one mapping a row.

    Raises
    ------
    SurveyError
        A code or a section is not of this version, or a value does not fit.
    """
    layout = layout_of(session, wave.version_id, check=True)
    packed = _pack_answers(layout, answers)
    count = len(packed)
    timings = _pack_timings(layout, seconds or {}, count)
    segments = np.full(count, -1) if segment_ids is None else np.asarray(segment_ids)
    many_times = not isinstance(completed_at, datetime)
    many_languages = not isinstance(language, str)
    given: list[Sized] = [segments, *([] if texts is None else [texts])]
    if not isinstance(completed_at, datetime):
        given.append(completed_at)
    if not isinstance(language, str):
        given.append(language)
    for column in given:
        if len(column) != count:
            raise ValueError(f"every column needs {count} rows; one has {len(column)}")
    ids = _fresh_ids(count)
    client_keys = os.urandom(16 * count)
    common: dict[str, Any] = {
        "wave_id": wave.id,
        "version_id": wave.version_id,
        "anonymous": wave.anonymous,
        "mode": wave.mode,
        "state": ResponseState.COMPLETE.value,
        "revision": 1,
        "section": layout.sections[-1],
    }
    key = keys_of(session).newest("seal")
    session.flush()
    scored, satisfying = scored_of(load_document(wave.version))
    counts_as = of_sent(packed, layout, scored, satisfying)
    for start in range(0, count, CHUNK):
        rows = []
        for row in range(start, min(start + CHUNK, count)):
            at = wave.moment(completed_at[row] if many_times else completed_at)  # type: ignore[arg-type,index]
            stored: dict[str, Any] = {
                "id": int(ids[row]),
                "client_key": client_keys[16 * row : 16 * row + 16],
                "language": language[row] if many_languages else language,
                "segment_id": int(segments[row]) if segments[row] >= 0 else None,
                "started_at": at,
                "completed_at": at,
                "answers": packed[row],
                "disposition": counts_as[row].value,
                "timings": timings[row],
                "texts": dict(texts[row]) if texts is not None else {},
            }
            rows.append(common | stored | {"seal": _seal(key, layout, common | stored)})
        session.execute(insert(Response), rows)
    return ids


def _seal(key: Key, layout: Layout, stored: Mapping[str, Any]) -> bytes:
    return seals.make(
        key,
        seals.Sealed(
            wave_id=stored["wave_id"],
            version=layout.content_hash,
            response_id=stored["id"],
            segment_id=stored["segment_id"],
            completed_at=stored["completed_at"],
            mode=str(stored["mode"]),
            language=str(stored["language"]),
            disposition=str(stored["disposition"]),
            answers=stored["answers"].tobytes(),
            texts=stored["texts"],
            timings=stored["timings"].tobytes(),
        ),
    )


def _pack_answers(layout: Layout, answers: Mapping[str, ArrayLike]) -> NDArray[np.int16]:
    """Put the columns into packing order."""
    columns = {code: np.asarray(column) for code, column in answers.items()}
    counts = {len(column) for column in columns.values()}
    if len(counts) != 1:
        raise ValueError(f"answers need one and the same number of rows, not {sorted(counts)}")
    packed = np.full((counts.pop(), len(layout.codes)), NOT_ASKED, dtype="<i2")
    for code, column in columns.items():
        place = layout.position.get(code)
        if place is None:
            raise SurveyError(Problem.ANSWER_UNKNOWN, code=code)
        try:
            packed[:, place] = np.frombuffer(pack(column, "<i2"), dtype="<i2")
        except ValueError as error:
            raise SurveyError(Problem.ANSWER_RANGE, code=code, value="…") from error
    return packed


def _pack_timings(layout: Layout, seconds: Mapping[str, ArrayLike], count: int) -> NDArray[np.uint16]:
    """Put seconds into tenths, in the order of the sections."""
    packed = np.zeros((count, len(layout.sections)), dtype="<u2")
    for section, column in seconds.items():
        place = layout.section_position.get(section)
        if place is None:
            raise SurveyError(Problem.SECTION_UNKNOWN, section=section)
        packed[:, place] = np.clip(np.rint(10 * np.asarray(column, dtype=np.float64)), 0, MAX_TENTHS)
    return packed


def _fresh_ids(count: int) -> NDArray[np.int64]:
    """Draw distinct random 53-bit ids; the key of the table refuses one that is taken already."""
    ids = np.empty(0, dtype=np.int64)
    while len(ids) < count:
        drawn = np.frombuffer(os.urandom(8 * count), dtype="<i8") & (2**53 - 1)
        ids = np.unique(np.concatenate([ids, drawn[drawn > 0]]))
    # Sorted ids fill the table in its own order, which is the fastest and tells nothing.
    return ids[:count]
