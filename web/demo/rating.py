"""What the simulated customers say to rated questions, and the true points behind it.

An answer is the construct's level plus the question's own, rounded and cut to the scale of the questionnaire.
All questions of a construct load alike, so that its true points are the plain mean of its questions' expected
points, whatever the estimated weights.
"""

import numpy as np
from numpy.typing import NDArray

from surveys.document.indicators import IndicatorSystem
from surveys.document.questionnaire import Questionnaire
from surveys.questions.pieces import Slot
from web.demo.world import F64, TRUTH, People, people

# Planted means, in points of a question's scale.
LEVEL = {
    "IMG": 7.2,
    "EXP": 7.6,
    "PQS": 7.4,
    "PQV": 7.1,
    "VAL": 6.6,
    "SAT": 7.1,
    "COM": 3.2,
    "SWC": 5.6,
    "LOY": 7.0,
}
SPREAD = 1.9
LOADING = 0.85
# Planted drift in scale points, wave 0 to 5 and on: expectations rise, loyalty slips, satisfaction suffers
# until outage information improves in wave 4.
DRIFT = {
    "EXP": (0.0, 0.12, 0.24, 0.36, 0.48, 0.60),
    "PQV": (0.0, 0.0, 0.02, 0.05, 0.25, 0.30),
    "SAT": (0.0, -0.06, -0.12, -0.20, 0.02, 0.10),
    "LOY": (0.0, -0.10, -0.20, -0.30, -0.36, -0.42),
}
OFFSET = {
    "EXP1": 0.7,
    "EXP2": 0.6,
    "EXP3": 0.1,
    "EXP4": 0.0,
    "EXP5": -0.7,
    "EXP6": -0.8,
    "EXP7": 0.8,
    "PQS1": 0.4,
    "PQS2": 0.1,
    "PQS3": -0.1,
    "PQS4": -0.5,
    "PQS5": 0.5,
    "PQV1": -0.4,
    "PQV2": -0.7,
    "PQV3": 0.5,
    "PQV4": 0.0,
    "PQV5": 0.6,
    "PQV12": -0.5,
    "PQV14": 0.1,
    "PQV15": -0.9,
    "PQV17": -0.4,
    "VAL2": -0.3,
    "VAL3": 0.4,
    "SAT2": -0.2,
    "SAT3": -0.3,
    "COM2": -0.4,
    "LOY1": 0.4,
    "LOY4": -0.5,
}
# Who pays a larger share for electricity expects more for it; what electricity is worth depends on what it is
# held against. Points, in the order of `world.BILL_SHARES` and `world.ALTERNATIVES`.
BY_BILL_SHARE = frozenset({"EXP3", "EXP4"})
BILL_SHARE_ADDS = np.array([-0.6, -0.2, 0.1, 0.5, 0.9])
BY_ALTERNATIVE = frozenset({"VAL3", "VAL4"})
ALTERNATIVE_ADDS = np.array([-0.3, 0.7, 0.6, -0.6, -0.4, 0.8])
OUTAGE_NOTICE = (0.0, 0.0, 0.0, 0.1, 0.6, 0.8)


def on_scale(raw: F64, slot: Slot) -> NDArray[np.int64]:
    """Round what people would say and cut it to what the questionnaire lets them say."""
    return np.clip(np.rint(raw), slot.low, slot.high).astype(np.int64)


def rated(
    slot: Slot, construct: str, drawn: People, wave: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Answer one rated question."""
    level = drawn.levels[construct]
    drift = DRIFT.get(construct, (0.0,) * 6)
    base = np.full(len(level), LEVEL[construct] + OFFSET.get(slot.code, 0.0) + drift[min(wave, 5)])
    if slot.code in {"PQV1", "PQV2"}:
        base += OUTAGE_NOTICE[min(wave, 5)]
    if slot.code in BY_BILL_SHARE:
        base += BILL_SHARE_ADDS[drawn.bill_share]
    if slot.code in BY_ALTERNATIVE:
        base += ALTERNATIVE_ADDS[drawn.alternative]
    raw: F64 = base + SPREAD * (LOADING * level + np.sqrt(1 - LOADING**2) * rng.normal(size=len(level)))
    return on_scale(raw, slot)


def truth(
    document: Questionnaire, effects: F64, waves: int, seed: int, *, n: int = 200_000
) -> list[dict[str, float]]:
    """Give the true points of each construct in each wave: expected points over `n` simulated customers."""
    system, slots = system_of(document), slots_of(document)
    found = []
    for wave in range(waves):
        rng = np.random.default_rng([seed, TRUTH, wave])
        drawn = people(n, effects, rng)
        found.append(
            {
                node.id: float(
                    np.mean(
                        [
                            _points(rated(slots[code], node.id, drawn, wave, rng), slots[code])
                            for code in node.indicators
                        ]
                    )
                )
                for node in system.constructs
            }
        )
    return found


def _points(said: NDArray[np.int64], slot: Slot) -> float:
    """Give the mean of answers as points 0–100 between the ends of their scale."""
    return 100 * float(said.mean() - slot.low) / (slot.high - slot.low)


def system_of(document: Questionnaire) -> IndicatorSystem:
    """Give the indicator system, which the demo cannot do without."""
    if document.indicators is None:
        raise ValueError("the demo needs a questionnaire with an indicator system")
    return document.indicators


def slots_of(document: Questionnaire) -> dict[str, Slot]:
    """Give every slot by its code."""
    return {slot.code: slot for slot in document.slots}
