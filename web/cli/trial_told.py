"""A trial of a questionnaire as lines of text."""

from collections.abc import Iterator
from typing import Any

from surveys.document.questionnaire import Questionnaire
from web.cli.table import aligned


def told_of_trial(document: Questionnaire, found: dict[str, Any]) -> Iterator[str]:
    """Give the lines: how many came to the end, pages, what nobody came to, minutes, the estimation."""
    people, minutes = found["people"], found["minutes"]
    yield (
        f"{document.code}: {people} people, {found['complete']} to the end "
        f"({found['by_chance']} of the half that answers by chance); seed {found['seed']}."
    )
    if minutes["median"] is not None:
        yield f"Minutes of those: {minutes['median']:.1f} (median), 90 % need at most {minutes['p90']:.1f}."
    pages = [(section.code, str(found["reached"][section.code])) for section in document.sections]
    yield from aligned([("page", "people"), *pages])
    yield from aligned(
        [("not for everybody", "people")]
        + [(place, str(n)) for place, n in found["reached"].items() if "." in place]
    )
    for each in found["never"]:
        yield f"never: {each['kind']} {each['place']}"
    for page, number in found["stuck"].items():
        yield f"held: {number} people on page {page}, by answers that are refused whatever they are"
    if (model := found["model"]) is not None:
        yield from _model(model)
    yield from _estimation(found["estimation"])


def _model(model: dict[str, Any]) -> Iterator[str]:
    size = f"{model['n_constructs']} constructs, {model['n_paths']} paths, {model['n_questions']} questions"
    if model["is_identified"]:
        yield f"The model is identified: {size}."
    else:
        why = ", ".join(model["weak"]) or f"{model['parameters']} parameters of {model['moments']} moments"
        yield f"The covariance model is not identified ({why}); weighted composites are computed. {size}."
    yield (
        f"Precision to expect: ±{model['half_width']:.1f} points with {model['answers']} answers; "
        f"±{model['wanted']:g} needs {model['for_index']}, paths of 0.2 need {model['for_paths']}."
    )


def _estimation(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        yield "There is no model to estimate."
    elif found.get("refused") == "few":
        yield f"Not estimated: {found['n']} complete answers; {found['fewest']} are needed."
    elif found.get("refused"):
        yield f"The model is refused: {found['message']}"
    else:
        yield f"The model is estimated from {found['n_used']} answers; what is said of it:"
        yield from (f"  {each['message']}" for each in found["cautions"] or [{"message": "nothing"}])
