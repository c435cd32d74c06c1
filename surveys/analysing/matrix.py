"""The seam, database side: complete responses of waves as plain arrays and question codes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session

from surveys.codes import LOWEST_ANSWER, NOT_ASKED
from surveys.collecting.dispositions import ANSWERED
from surveys.collecting.exclusions import is_kept
from surveys.collecting.packing import layout_of
from surveys.errors import Problem, SurveyError
from surveys.models import Response, Segment, Unit, UnitLevel, Wave
from surveys.models.collection import Purpose, ResponseState

ROWS_AT_ONCE = 2_000


# What each of the 65,536 stored patterns means: reserved ones are nan.
AS_FLOAT = np.arange(2**16, dtype=np.uint16).view(np.int16).astype(np.float64)
AS_FLOAT[AS_FLOAT < LOWEST_ANSWER] = np.nan


class Labels(NamedTuple):
    """A label for each respondent: distinct names, and the place of each respondent's own among them."""

    names: tuple[str, ...]
    number: NDArray[np.int32]

    def texts(self) -> NDArray[np.str_]:
        """Give the labels as texts, (n_respondents,)."""
        return np.array(self.names, dtype=np.str_)[self.number]


class AnswerMatrix(NamedTuple):
    """Answers of complete responses, one row each, in the order of waves and response ids.

    `stored` is (n_respondents, n_questions) int16: scale points, or a reserved number of `surveys.codes`; a
    question that a wave's version does not have was not asked. `segments` holds labels per name: wave,
    language, mode, unit, the levels above it (group, province, city, county, office), customer_class, tier,
    account_type, area; unknown is the empty text.
    """

    stored: NDArray[np.int16]
    question_codes: tuple[str, ...]
    response_ids: NDArray[np.int64]
    segments: dict[str, Labels]

    @property
    def values(self) -> NDArray[np.float64]:
        """Answers in scale points, (n_respondents, n_questions); nan marks every reserved one."""
        return np.asarray(AS_FLOAT[self.stored.view(np.uint16)])

    def column(self, code: str) -> NDArray[np.float64]:
        """Give the answers to one question in scale points."""
        stored = np.ascontiguousarray(self.stored[:, self.question_codes.index(code)])
        return np.asarray(AS_FLOAT[stored.view(np.uint16)])

    def columns(self) -> dict[str, NDArray[np.int16]]:
        """Give the answers by question code as they are stored, the form that estimation takes."""
        return {code: self.stored[:, place] for place, code in enumerate(self.question_codes)}

    def tree(self) -> dict[str, dict[str, str]]:
        """Give the levels above each unit that somebody belongs to: unit → level → code."""
        units = self.segments["unit"]
        first = {name: int(np.argmax(units.number == at)) for at, name in enumerate(units.names) if name}
        above = {level.name.lower(): self.segments[level.name.lower()] for level in UnitLevel}
        return {
            name: {level: own.names[own.number[row]] for level, own in above.items()}
            for name, row in first.items()
        }


class PackedWave(NamedTuple):
    """One wave as it is stored: int16 answers with their reserved values."""

    answers: NDArray[np.int16]
    response_ids: NDArray[np.int64]
    segment_ids: NDArray[np.int64]


def load_matrix(
    session: Session,
    waves: Sequence[Wave] | Wave,
    codes: Sequence[str] | None = None,
    *,
    include_pilot: bool = False,
    include_excluded: bool = False,
    include_partial: bool = False,
    segments: bool = True,
    tree: Mapping[str, Mapping[str, str]] | None = None,
) -> AnswerMatrix:
    """Read complete responses of one or more waves, aligned by question code.

    Parameters
    ----------
    codes
        The questions wanted, in this order; all coded answers of the waves when None.
    include_pilot
        Let waves in that were only a trial.
    include_excluded
        Let responses in that were excluded, by the quality check or by a person.
    include_partial
        Let questionnaires in of which half was answered, or more, but too little to be complete.
    segments
        False leaves the segments empty, which saves time on large waves.
    tree
        Where units stood at another time (`AnswerMatrix.tree`); without one, and for others, as they do now.

    Raises
    ------
    SurveyError
        No wave is given, a wave is a pilot, or a question stands in none of the waves.
    """
    waves = [waves] if isinstance(waves, Wave) else list(waves)
    if not waves:
        raise SurveyError(Problem.ANALYSIS_WITHOUT_WAVE)
    for wave in waves:
        if wave.purpose != Purpose.OFFICIAL and not include_pilot:
            raise SurveyError(Problem.MATRIX_PILOT, code=wave.code)
    layouts = [layout_of(session, wave.version_id, check=True) for wave in waves]
    if codes is None:
        codes = tuple(dict.fromkeys(code for layout in layouts for code in layout.codes))
    for code in codes:
        if not any(code in layout.position for layout in layouts):
            raise SurveyError(Problem.MATRIX_CODE, code=code)
    packed = [
        load_packed(session, wave, include_excluded=include_excluded, include_partial=include_partial)
        for wave in waves
    ]
    sizes = [len(part.answers) for part in packed]
    stored = np.empty((sum(sizes), len(codes)), dtype=np.int16)
    start = 0
    for part, layout in zip(packed, layouts, strict=True):
        places = np.array([layout.position.get(code, -1) for code in codes])
        target = stored[start : start + len(part.answers)]
        np.take(part.answers, np.maximum(places, 0), axis=1, out=target, mode="clip")
        target[:, places < 0] = NOT_ASKED
        start += len(part.answers)
    named: dict[str, Labels] = {}
    if segments:
        named = _segments(session, np.concatenate([part.segment_ids for part in packed]), tree or {})
        number = np.repeat(np.arange(len(waves), dtype=np.int32), sizes)
        named["wave"] = Labels(tuple(wave.code for wave in waves), number)
    return AnswerMatrix(
        stored=stored,
        question_codes=tuple(codes),
        response_ids=np.concatenate([part.response_ids for part in packed]),
        segments=named,
    )


def load_packed(
    session: Session, wave: Wave, *, include_excluded: bool = False, include_partial: bool = False
) -> PackedWave:
    """Read the packed answers of a wave's complete responses: one read, joined and viewed.

    Every figure and file comes by here, and what people said of a draft (`surveys.piloting`) does not pass.
    """
    if wave.purpose == Purpose.DRAFT:
        raise SurveyError(Problem.PILOT_OF_DRAFT)
    layout = layout_of(session, wave.version_id, check=True)
    blobs: list[bytes] = []
    ids: list[NDArray[np.int64]] = [np.empty(0, dtype=np.int64)]
    segment_ids = [np.empty(0, dtype=np.int64)]
    for rows in read_rows(session, _wanted(wave, include_excluded, include_partial)):
        blobs.append(b"".join(map(itemgetter(0), rows)))
        ids.append(np.fromiter(map(itemgetter(1), rows), np.int64, len(rows)))
        segment_ids.append(np.fromiter(map(itemgetter(2), rows), np.int64, len(rows)))
    identifiers = np.concatenate(ids)
    try:
        answers = np.frombuffer(b"".join(blobs), dtype="<i2").reshape(len(identifiers), len(layout.codes))
    except ValueError as error:
        raise SurveyError(Problem.ANSWERS_DAMAGED, code=wave.code) from error
    return PackedWave(answers, identifiers, np.concatenate(segment_ids))


def n_answered(session: Session, wave: Wave, *, include_partial: bool = False) -> int:
    """Count the responses of a wave that a run reads, with those that are left out of the index."""
    wanted = _wanted(wave, include_excluded=True, include_partial=include_partial).order_by(None)
    return session.scalar(select(func.count()).select_from(wanted.subquery())) or 0


class Beside(NamedTuple):
    """What stands beside the packed answers: texts by field, the seed of orders, the day of the last page."""

    texts: dict[str, str]
    seed: int | None
    day: date | None


def load_beside(session: Session, wave: Wave, identifiers: Sequence[int]) -> list[Beside]:
    """Read what stands beside the packed answers of responses, in their order."""
    query = select(Response.id, Response.texts, Response.seed, Response.day).where(
        Response.wave_id == wave.id, Response.state == ResponseState.COMPLETE
    )
    found = {ident: Beside(texts, seed, day) for ident, texts, seed, day in session.execute(query)}
    return [found[ident] for ident in identifiers]


def _wanted(wave: Wave, include_excluded: bool, include_partial: bool) -> Select[Any]:
    kept: ColumnElement[bool] = true() if include_excluded else is_kept(wave)
    taken = ANSWERED if include_partial else ANSWERED[:1]
    # The bare columns of the table, so that no type turns each blob into an array of its own.
    table = Response.__table__
    return (
        select(table.c.answers, table.c.id, func.coalesce(table.c.segment_id, -1))
        .where(
            Response.wave_id == wave.id,
            Response.state == ResponseState.COMPLETE,
            Response.disposition.in_(taken),
            kept,
        )
        .order_by(Response.id)
    )


def read_rows(session: Session, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """Read rows in parts with the driver itself: a row object for each of a million costs as much again.

    Values come as the driver gives them: bytes, numbers, text; the types of the models are not applied.
    """
    connection = session.connection()
    compiled = query.compile(connection, compile_kwargs={"render_postcompile": True})
    parameters = compiled.construct_params()
    places = getattr(compiled, "positiontup", None)
    cursor = connection.connection.cursor()
    try:
        cursor.execute(str(compiled), parameters if places is None else tuple(map(parameters.get, places)))
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows
    finally:
        cursor.close()


def _segments(
    session: Session, segment_ids: NDArray[np.int64], tree: Mapping[str, Mapping[str, str]]
) -> dict[str, Labels]:
    """Look each distinct segment up once; its values are the names of the labels."""
    distinct, place = np.unique(segment_ids, return_inverse=True)
    found = {
        segment.id: segment
        for segment in session.scalars(select(Segment).where(Segment.id.in_(distinct.tolist())))
    }
    units = {unit.id: unit for unit in session.scalars(select(Unit))} if found else {}
    rows = [_segment_values(found.get(ident), units) for ident in distinct.tolist()]
    rows = [{**row, **tree.get(row["unit"], {})} for row in rows]
    labels = {}
    for name in _segment_values(None, {}):
        names, number = np.unique(np.array([row[name] for row in rows], dtype=np.str_), return_inverse=True)
        labels[name] = Labels(tuple(names.tolist()), number.astype(np.int32)[place])
    return labels


def _segment_values(segment: Segment | None, units: Mapping[int, Unit]) -> dict[str, str]:
    values = dict.fromkeys(("unit", *(level.name.lower() for level in UnitLevel)), "")
    for name in ("customer_class", "tier", "account_type", "area"):
        values[name] = getattr(segment, name) if segment is not None else ""
    unit = units.get(segment.unit_id) if segment is not None and segment.unit_id is not None else None
    if unit is not None:
        values["unit"] = unit.code
    while unit is not None:
        values[UnitLevel(unit.level).name.lower()] = unit.code
        unit = units.get(unit.parent_id) if unit.parent_id is not None else None
    return values
