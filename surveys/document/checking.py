"""What a valid document needs beyond its shape: codes, texts, scales, conditions, pipes, indicators."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from surveys.document.conditions import faults_of
from surveys.document.indicators import QUESTION_ROLES, IndicatorSystem
from surveys.document.questionnaire import Questionnaire
from surveys.document.wording import HOLE, SETTINGS
from surveys.errors import Because, Problem, Reason, SurveyError


def check(document: Questionnaire, *, typed: bool = True) -> None:
    """Refuse the first fault with its place; a document that passes can be asked, packed and analysed.

    Not `typed`, conditions may ask what the type of an answer cannot say: such a test never holds.
    """
    _check_codes(document)
    _check_texts(document)
    _check_scales(document)
    _check_conditions(document, typed=typed)
    _check_indicators(document)


def _check_codes(document: Questionnaire) -> None:
    seen: set[str] = set()
    for section in document.sections:
        codes = [(question.code, f"{section.code}.{question.code}") for question in section.questions]
        codes += [
            (row.code, f"{section.code}.{question.code}")
            for question in section.questions
            for row in question.subquestions()
        ]
        for code, place in codes:
            if code in seen:
                raise SurveyError(Problem.CODE_TWICE, code=code, place=place)
            seen.add(code)
        for question in section.questions:
            options = question.offered()
            for name, values in (
                ("option", [option.code for option in options]),
                ("value", [option.value for option in options]),
            ):
                twice = [value for number, value in enumerate(values) if value in values[:number]]
                if twice:
                    raise SurveyError(Problem.CODE_TWICE, code=twice[0], place=f"{question.code} ({name})")
    for kind, parts in (("section", document.sections), ("quota", document.quotas)):
        codes_of_kind = [part.code for part in parts]
        for number, code in enumerate(codes_of_kind):
            if code in codes_of_kind[:number]:
                raise SurveyError(Problem.CODE_TWICE, code=code, place=f"{kind} {number + 1}")


LEAVES: Final = frozenset({str, int, float, bool})


def texts_of(part: BaseModel, place: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Give every text of a part of the document with its place."""
    values = part.__dict__
    for name in type(part).model_fields:
        value = values[name]
        if not value or type(value) in LEAVES:
            continue  # most fields: a large draft is gone through at every edit
        here = f"{place}.{name}"
        for item_place, item in _items(value, here):
            if isinstance(item, BaseModel):
                yield from texts_of(item, item_place)
            elif isinstance(item, dict) and name in {"labels", "messages"}:  # a text for each
                yield from ((f"{item_place}.{point}", text) for point, text in item.items())
            elif isinstance(item, dict) and name not in {"quality", "scales", "pipes"} and item:
                yield item_place, item


def _items(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, tuple):
        for number, item in enumerate(value):
            label = getattr(item, "code", getattr(item, "id", number + 1))
            yield f"{place}.{label}", item
    elif isinstance(value, dict) and any(isinstance(item, BaseModel) for item in value.values()):
        for key, item in value.items():
            yield f"{place}.{key}", item
    else:
        yield place, value


def _check_texts(document: Questionnaire) -> None:
    known = SETTINGS | set(document.pipes)
    for place, code in for_nothing(document):
        reason = Because(Reason.FOR_NOTHING, code=code)
        raise SurveyError(Problem.DOCUMENT_INVALID, place=place, reason=reason)
    for place in nameless(document):
        raise SurveyError(Problem.TEXT_MISSING, place=place, language=document.languages[0])
    for place, text in texts_of(document, document.code):
        for language in document.languages:
            if not text.get(language, "").strip():
                raise SurveyError(Problem.TEXT_MISSING, place=place, language=language)
        for written in text.values():
            for name in HOLE.findall(written):
                if name not in known:
                    raise SurveyError(
                        Problem.PIPE_UNKNOWN, place=place, name=name, known=", ".join(sorted(known))
                    )


def nameless(document: Questionnaire) -> Iterator[str]:
    """Give the places of rows and options that have no text, and stand for no option that has one."""
    for section in document.sections:
        for question in section.questions:
            for part in (*question.subquestions(), *question.offered()):
                if not part.text and part.for_ is None:
                    yield f"{section.code}.{question.code}.{part.code}"


def for_nothing(document: Questionnaire) -> Iterator[tuple[str, str]]:
    """Give the places of rows and options that stand for an option of no question, with their question."""
    for section in document.sections:
        for question in section.questions:
            for part in (*question.subquestions(), *question.offered()):
                if part.for_ is not None and question.whence is None:
                    yield f"{section.code}.{question.code}.{part.code}", question.code


def _check_scales(document: Questionnaire) -> None:
    for code, scale in document.scales.items():
        if scale.low >= scale.high:
            raise SurveyError(
                Problem.DOCUMENT_INVALID, place=f"scales.{code}", reason=Because(Reason.SCALE_ENDS)
            )
    for question in document.questions():
        named = question.scale_code()
        if named is not None and named not in document.scales:
            known = ", ".join(document.scales) or "–"
            raise SurveyError(Problem.SCALE_UNKNOWN, place=question.code, code=named, known=known)
    for place, point, low, high in strange_labels(document):
        reason = Because(Reason.LABEL_POINT, point=point, low=low, high=high)
        raise SurveyError(Problem.DOCUMENT_INVALID, place=place, reason=reason)


def strange_labels(document: Questionnaire) -> Iterator[tuple[str, str, int, int]]:
    """Give texts of points that a scale has not: place, point, and the ends of the scale."""
    scales = document.scales
    labelled = [(f"scales.{code}", scale.labels, scale) for code, scale in scales.items()]
    for section in document.sections:
        for question in section.questions:
            named = question.scale_code()
            if named in scales:
                own = getattr(question, "labels", {})
                labelled.append((f"{section.code}.{question.code}", own, scales[named]))
    for place, labels, scale in labelled:
        for point in labels:
            if not scale.low <= int(point) <= scale.high:
                yield place, point, scale.low, scale.high


def _check_conditions(document: Questionnaire, *, typed: bool) -> None:
    for fault in faults_of(document):
        if typed or not fault.is_about_type:
            raise fault.error()
    for name, pipe in document.pipes.items():
        known = {*document.by_code, *(answer.name for answer in document.answers())}
        if pipe.question is not None and pipe.question not in known:
            raise SurveyError(Problem.LOGIC_UNKNOWN, place=f"pipes.{name}", code=pipe.question)


def _check_indicators(document: Questionnaire) -> None:
    system = document.indicators
    if system is None:
        return
    rated = {slot.code for slot in document.slots if slot.kind == "rating"}
    placed: dict[str, str] = {}
    for construct, dimension in system.dimensions():
        for code in dimension.indicators:
            if code not in rated:
                raise SurveyError(Problem.INDICATOR_UNKNOWN, code=code)
            if code in placed:
                raise SurveyError(Problem.INDICATOR_TWICE, code=code, place=f"{placed[code]}, {dimension.id}")
            placed[code] = dimension.id
        for code in construct.checks:
            if code not in rated:
                raise SurveyError(Problem.INDICATOR_UNKNOWN, code=code)
    known = {construct.id for construct in system.constructs}
    for source, target in (*system.paths, ("", system.index)):
        if target not in known or (source and source not in known):
            raise SurveyError(Problem.PATH_UNKNOWN, source=source or "index", target=target)
    for first, second, target in system.interactions:
        for factor in (first, second):
            if (factor, target) not in system.paths:  # an interaction needs both main effects
                raise SurveyError(Problem.PATH_MISSING, source=factor, target=target)
    for role, code, choice in strange_roles(system, rated):
        raise SurveyError(Problem.ROLE_UNKNOWN, role=role, code=code, known=", ".join(choice))


def strange_roles(system: IndicatorSystem, rated: Iterable[str]) -> Iterator[tuple[str, str, list[str]]]:
    """Give each declared role that names nothing there is: the role, its code, and what it may name."""
    if system.roles is None:
        return
    constructs = [construct.id for construct in system.constructs]
    for role, code in system.played().items():
        known = sorted(rated) if role in QUESTION_ROLES else constructs
        if code not in known:
            yield role, code, known
