"""What the simulated customers say to rated questions, and the true points behind it.

An answer is the construct's level plus the question's own, rounded and cut to the scale of the questionnaire.
All questions of a construct load alike, so that its true points are the plain mean of its questions' expected
points, whatever the estimated weights.
"""

from collections.abc import Sequence

import numpy as np

from surveys.document.indicators import IndicatorSystem
from surveys.document.questionnaire import Questionnaire
from surveys.questions.pieces import Slot
from web.demo.people import F64, I64, People
from web.demo.planted import Planted
from web.demo.world import TRUTH, people

SPREAD = 1.9  # points of a scale that one standard deviation moves
LOADING = 0.85


def on_scale(raw: F64, slot: Slot) -> I64:
    """Round what people would say and cut it to what the questionnaire lets them say."""
    return np.clip(np.rint(raw), slot.low, slot.high).astype(np.int64)


def rated(
    planted: Planted, slot: Slot, construct: str, drawn: People, wave: int, rng: np.random.Generator
) -> I64:
    """Answer one rated question."""
    level, node = drawn.levels[construct], planted.constructs[construct]
    mean = node.level + planted.offsets.get(slot.code, 0.0) + _of_wave(node.drift, wave)
    base = np.full(len(level), mean)
    if slot.code in planted.outage_notice.questions:
        base += _of_wave(planted.outage_notice.by_wave, wave)
    for add in planted.adds:
        if slot.code in add.questions:
            options = planted.traits[add.trait]
            base += np.array([add.points[option] for option in options])[drawn.traits[add.trait]]
    raw: F64 = base + SPREAD * (LOADING * level + np.sqrt(1 - LOADING**2) * rng.normal(size=len(level)))
    return on_scale(raw, slot)


def _of_wave(values: Sequence[float], wave: int) -> float:
    """Give the value of a wave, of later ones the last."""
    return values[min(wave, len(values) - 1)]


def truth(
    planted: Planted, document: Questionnaire, effects: F64, waves: int, seed: int, *, n: int = 200_000
) -> list[dict[str, float]]:
    """Give the true points of each construct in each wave: expected points over `n` simulated customers."""
    system, slots = system_of(document), slots_of(document)
    found = []
    for wave in range(waves):
        rng = np.random.default_rng([seed, TRUTH, wave])
        drawn = people(planted, n, effects, rng)
        own = {}
        for node in system.constructs:
            asked = [slots[code] for code in node.indicators]
            points = [_points(rated(planted, slot, node.id, drawn, wave, rng), slot) for slot in asked]
            own[node.id] = float(np.mean(points))
        found.append(own)
    return found


def _points(said: I64, slot: Slot) -> float:
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
