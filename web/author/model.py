"""What the engine refuses in a questionnaire's model, found while it is written and not after fieldwork."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

import csi_model
from surveys.document.indicators import IndicatorSystem
from surveys.document.questionnaire import Questionnaire
from surveys.findings.finding import Finding, error
from surveys.findings.subject import Subject
from web.telling import Refused

Plain = dict[str, Any]
Path = tuple[str, str]

# More paths than this are no model that anybody reads; only these are gone through.
MOST: Final = 300
# What stands beside a construct that is judged by itself: no code of a questionnaire looks so.
BESIDE: Final = "¤"


def promised(document: Questionnaire) -> dict[str, Any] | None:
    """Tell what the model promises before there are answers; None where there is none, or it is refused."""
    model = document.model()
    try:
        return None if model is None else asdict(csi_model.foresee(csi_model.ModelSpec.from_mapping(model)))
    except csi_model.SpecificationError:
        return None


def findings_of_model(subject: Subject) -> Iterator[Finding]:
    """Find paths that no model can have, constructs that nothing is tied to, and what else is refused."""
    system = subject.document.indicators
    if system is None:
        return
    known = dict.fromkeys(construct.id for construct in system.constructs)
    if system.index not in known and not subject.is_left_out(system.index):
        yield error("model-unknown", "indicators", code=system.index, known=", ".join(known))
    usable: list[str] = []
    for construct in system.constructs:
        alone: Plain = {"id": construct.id, "indicators": list(dict.fromkeys(construct.indicators))}
        refused = _refusal({construct.id: alone, BESIDE: _stand_in(BESIDE)}, [(construct.id, BESIDE)])
        if refused is not None:
            yield error("model-refused", f"indicators.{construct.id}", reason=Refused(refused))
        else:
            usable.append(construct.id)
    constructs = {code: _stand_in(code) for code in usable}
    if len(system.paths) > MOST:
        yield error("model-refused", "indicators.paths", "many", n=len(system.paths), limit=MOST)
    kept: list[Path] = []
    for path in system.paths[:MOST]:
        yield from _unknown(subject, "indicators.paths", path, known)
        if set(path) <= set(constructs):
            refused = _refusal(constructs, [*kept, path])
            if refused is None:
                kept.append(path)
            else:
                code = {"cycle": "model-cycle", "duplicate": "path-twice"}.get(refused.code, "model-refused")
                source, target = path
                yield error(code, "indicators.paths", source=source, target=target, reason=Refused(refused))
    yield from _of_interactions(subject, system, constructs, kept)
    yield from _of_ties(system)


def _of_interactions(
    subject: Subject, system: IndicatorSystem, constructs: Mapping[str, Plain], kept: Sequence[Path]
) -> Iterator[Finding]:
    place = "indicators.interactions"
    known = dict.fromkeys(construct.id for construct in system.constructs)
    seen: set[tuple[frozenset[str], str]] = set()
    for first, second, target in system.interactions[:MOST]:
        yield from _unknown(subject, place, (first, second, target), known)
        if not {first, second, target} <= set(constructs):
            continue
        factors = frozenset({first, second})
        if (factors, target) in seen:
            yield error("path-twice", place, source=f"{first} × {second}", target=target)
            continue
        seen.add((factors, target))
        name = f"{first}_x_{second}"
        product: Plain = {"id": name, "product": [first, second]}
        refused = _refusal({**constructs, name: product}, [*kept, (name, target)])
        if refused is not None and len(factors) == 2 and any((each, target) not in kept for each in factors):
            yield error("model-interaction", place, first=first, second=second, target=target)
        elif refused is not None:
            yield error("model-refused", place, reason=Refused(refused))


def _of_ties(system: IndicatorSystem) -> Iterator[Finding]:
    tied = {code for path in system.paths for code in path}
    led_to = {target for source, target in system.paths if source != target}
    for code in dict.fromkeys(construct.id for construct in system.constructs):
        if code == system.index and code not in led_to:
            yield error("model-index", f"indicators.{code}", code=code)
        elif code not in tied:
            yield error("model-island", f"indicators.{code}", code=code)


def _unknown(
    subject: Subject, place: str, codes: Sequence[str], known: Mapping[str, None]
) -> Iterator[Finding]:
    for code in dict.fromkeys(codes):
        if code not in known and not subject.is_left_out(code):
            yield error("model-unknown", place, code=code, known=", ".join(known))


def _stand_in(code: str) -> Plain:
    """Give a construct with one question of its own: paths are judged whatever the questions are."""
    return {"id": code, "indicators": [f"{BESIDE}{code}"[:60]]}


def _refusal(constructs: Mapping[str, Plain], paths: Sequence[Path]) -> csi_model.SpecificationError | None:
    """Give what the engine refuses in a model of these paths and the constructs that they tie."""
    tied = {code for path in paths for code in path}
    tied |= {factor for code in tied for factor in constructs[code].get("product", ())}
    plain = {
        "index": paths[0][0],
        "constructs": [construct for code, construct in constructs.items() if code in tied],
        "paths": [list(path) for path in paths],
    }
    try:
        csi_model.ModelSpec.from_mapping(plain)
    except csi_model.SpecificationError as refused:
        return refused
    return None
