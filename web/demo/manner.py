"""How the simulated customers answer: in what time, and with which words of their own."""

import numpy as np
from numpy.typing import NDArray

from surveys.document.questionnaire import Questionnaire
from web.demo.world import F64

PRAISE = (
    {"zh": "抢修师傅来得很快。", "en": "The repair crew came quickly."},
    {"zh": "手机缴费很方便。", "en": "Paying by phone is easy."},
    {"zh": "供电稳定，很少停电。", "en": "The supply is steady."},
)
WISHES = (
    {"zh": "希望停电提前通知到户。", "en": "Please tell every household before an outage."},
    {"zh": "夏天用电高峰电压偏低。", "en": "The voltage is low on summer evenings."},
    {"zh": "账单上的阶梯电价看不懂。", "en": "I cannot follow the tiers on the bill."},
)


def seconds(document: Questionnaire, liners: NDArray[np.bool_], rng: np.random.Generator) -> dict[str, F64]:
    """Give the time spent on each section, in seconds; straight-liners rush."""
    pace = rng.lognormal(0, 0.3, len(liners)) * np.where(liners, 0.12, 1.0)
    return {
        section.code: pace * rng.lognormal(0, 0.25, len(liners))
        * sum(6.0 * len(getattr(question, "rows", (0,))) for question in section.questions)
        for section in document.sections
    }  # fmt: skip


def texts(
    hours: F64, had_outage: NDArray[np.bool_], language: NDArray[np.str_], rng: np.random.Generator
) -> list[dict[str, str]]:
    """Give how long the longest outage was, and open answers, which most people leave empty."""
    n = len(hours)
    found = [{"E2": f"{each:g}"} if had else {} for each, had in zip(hours, had_outage, strict=True)]
    for code, choices in (("O1", PRAISE), ("O2", WISHES)):
        for row in np.flatnonzero(rng.random(n) < 0.12):
            found[row][code] = choices[int(rng.integers(len(choices)))][str(language[row])]
    return found
