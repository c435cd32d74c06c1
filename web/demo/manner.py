"""How the simulated customers answer: in what time, and with which words of their own."""

import numpy as np
from numpy.typing import NDArray

from surveys.document.questionnaire import Questionnaire
from surveys.questions.reading import GIVEN
from web.demo.filling import Filled
from web.demo.people import F64
from web.demo.planted import Planted


def seconds(document: Questionnaire, liners: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, F64]:
    """Give the time spent on each section, in seconds; straight-liners rush."""
    pace = rng.lognormal(0, 0.3, len(liners)) * np.where(liners, 0.12, 1.0)
    return {
        section.code: pace * rng.lognormal(0, 0.25, len(liners))
        * sum(6.0 * len(getattr(question, "rows", (0,))) for question in section.questions)
        for section in document.sections
    }  # fmt: skip


def texts(
    planted: Planted, filled: Filled, language: NDArray[np.str_], rng: np.random.Generator
) -> list[dict[str, str]]:
    """Give decimals, where they were asked for, and open answers, which most people leave empty."""
    found: list[dict[str, str]] = [{} for _ in range(len(language))]
    for code, numbers in filled.decimals.items():
        for row in np.flatnonzero(filled.columns[code] == GIVEN):
            found[row][code] = f"{numbers[row]:g}"
    for code, choices in planted.written.items():
        for row in np.flatnonzero(rng.random(len(language)) < 0.12):
            found[row][code] = choices[int(rng.integers(len(choices)))][str(language[row])]
    return found
