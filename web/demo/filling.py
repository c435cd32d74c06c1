"""The simulated customers fill in the whole questionnaire, by the codes and scales that it names."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.document.questionnaire import Questionnaire
from surveys.questions.pieces import Slot
from web.demo.rating import on_scale, rated, slots_of, system_of
from web.demo.world import CLASSES, People

Columns = dict[str, NDArray[np.int64]]

TOUCHPOINTS = {
    "hotline": 0.30,
    "hall": 0.34,
    "online": 0.50,
    "repair": 0.18,
    "connection": 0.10,
    "manager": 0.05,
    "meter": 0.25,
}
ASKED_AFTER = {
    "PQV6": "hotline",
    "PQV7": "hotline",
    "PQV8": "hall",
    "PQV9": "repair",
    "PQV10": "connection",
    "PQV11": "manager",
}
RURAL_FROM = 37  # the first office that has mostly villages
STRAIGHT_LINERS = 0.09
ATTENTIVE = 0.97
# Question, mean, the construct it follows, how closely, and its own spread, in points of its scale.
COMPANIONS = (
    ("NPS", 7.0, "LOY", 1.8, 1.0),
    ("CES", 4.8, "PQV", 1.0, 0.8),
    ("XIND", 6.4, "SAT", 1.5, 1.0),
    ("C4", 5.2, "SAT", 1.0, 2.0),
)
OTHER_ENERGY = {"gas": 0.42, "coal": 0.08, "oil": 0.08, "pv": 0.2, "retailer": 0.12, "none": 0.1}


def answers(document: Questionnaire, drawn: People, wave: int, rng: np.random.Generator) -> Columns:
    """Answer the whole questionnaire: every slot of the document by code."""
    n = len(drawn.office)
    system, slots = system_of(document), slots_of(document)
    usual = slots[system.constructs[0].indicators[0]]
    found: Columns = {code: np.full(n, SKIPPED) for code in slots}
    for node in system.constructs:
        for code in (*node.indicators, *node.checks):
            found[code] = rated(slots[code], node.id, drawn.levels[node.id], wave, rng)
    _companions(found, document, slots, drawn, rng)
    _background(found, document, slots, drawn, rng)
    liners = rng.random(n) < STRAIGHT_LINERS
    lazy = on_scale(rng.normal(7, 2, n), usual)
    for slot in document.slots:
        column = found[slot.code]
        if slot.kind == "rating" and slot.high == usual.high:
            column[liners] = lazy[liners]
            if slot.dont_know:
                column[(rng.random(n) < 0.03) & ~liners] = DONT_KNOW
            if slot.not_applicable:
                column[(rng.random(n) < 0.04) & ~liners] = NOT_APPLICABLE
    _routing(found, document, drawn)
    found["_liner"] = liners.astype(np.int64)
    return {
        code: column
        for code, column in found.items()
        if code in {slot.code for slot in document.slots} | {"_liner"}
    }


def _companions(
    found: Columns,
    document: Questionnaire,
    slots: Mapping[str, Slot],
    drawn: People,
    rng: np.random.Generator,
) -> None:
    n, levels = len(drawn.office), drawn.levels
    for row in (row for question in document.questions() for row in question.subquestions()):
        if row.correct is not None:
            attentive = rng.random(n) < ATTENTIVE
            found[row.code] = np.where(attentive, row.correct, _any(slots[row.code], n, rng))
    for code, base, construct, gain, spread in COMPANIONS:
        found[code] = on_scale(base + gain * levels[construct] + rng.normal(0, spread, n), slots[code])
    appeal = np.array([0.3, 1.4, 1.3, 0.6, 1.2, 0.8, 0.2, 0.1, 0.2, 0.7, -0.4, -0.5, -0.3, 0.9, 0.0])
    ranks = [slot for slot in slots.values() if slot.question == "IMP"]
    liked = np.argsort(-(appeal + rng.gumbel(size=(n, len(appeal)))), axis=1)
    for place, slot in enumerate(ranks):
        found[slot.code] = slot.low + liked[:, place]


def _background(
    found: Columns,
    document: Questionnaire,
    slots: Mapping[str, Slot],
    drawn: People,
    rng: np.random.Generator,
) -> None:
    n = len(drawn.office)
    business = drawn.customer_class > 0

    def chosen(code: str, is_first: NDArray[np.bool_], first: str, second: str) -> None:
        one, other = _values(document, code, first, second)
        found[code] = np.where(is_first, one, other)

    for code, said in (("S1", True), ("S2", True), ("S3", True), ("S4", False)):
        chosen(code, np.full(n, said), "yes", "no")
    found["CATEGORY"] = _values(document, "CATEGORY", *CLASSES)[drawn.customer_class]
    chosen("AREA", rng.random(n) < np.where(drawn.office >= RURAL_FROM, 0.7, 0.3), "rural", "urban")
    chosen("ACCOUNT", business, "power", "lighting")
    *firms, household = _values(document, "TIER", "important", "key", "base", "resident")
    found["TIER"] = np.where(business, np.array(firms)[rng.integers(0, len(firms), n)], household)
    chosen("BIG", rng.random(n) < np.where(drawn.customer_class == 2, 0.2, 0.02), "yes", "no")
    found["E1"] = np.minimum(rng.poisson(np.exp(0.5 - 0.5 * drawn.levels["PQS"])), slots["E1"].high)
    found["E2"] = np.minimum(rng.exponential(3, n).astype(np.int64) + 1, slots["E2"].high)
    found["E3"] = _any(slots["E3"], n, rng)
    met = np.zeros(n, dtype=bool)
    for option, share in TOUCHPOINTS.items():
        likely = np.where((option == "manager") & business, 0.5, share)
        mark = rng.random(n) < likely
        met |= mark
        found[f"E4.{option}"] = mark.astype(np.int64)
    found["E4.none"] = (~met).astype(np.int64)
    own = rng.choice(len(OTHER_ENERGY), size=n, p=list(OTHER_ENERGY.values()))
    found["E5"] = _values(document, "E5", *OTHER_ENERGY)[own]
    chosen("C1", rng.random(n) < 1 / (1 + np.exp(2.8 - drawn.levels["COM"])), "yes", "no")
    for code in ("C2", "C3", "D1", "D2", "D3", "D4", "D5"):
        found[code] = _any(slots[code], n, rng)
    found["C5"] = np.minimum(rng.exponential(6, n).astype(np.int64) + 1, slots["C5"].high)
    chosen("O3", rng.random(n) < 0.3, "yes", "no")


def _routing(found: Columns, document: Questionnaire, drawn: People) -> None:
    """Take back what the questionnaire would not have asked."""
    business = drawn.customer_class > 0
    hidden = {code: found[f"E4.{option}"] != 1 for code, option in ASKED_AFTER.items()}
    hidden["PQV11"] &= ~business
    hidden |= {"E2": found["E1"] <= 0, "E3": found["E1"] <= 0, "CES": found["E4.none"] == 1}
    hidden |= dict.fromkeys(("C2", "C3", "C4", "C5"), found["C1"] != _values(document, "C1", "yes"))
    hidden |= {"D4": business, "D5": ~business, "BIG": ~business}
    for code, mask in hidden.items():
        found[code][mask] = NOT_ASKED


def _any(slot: Slot, n: int, rng: np.random.Generator) -> NDArray[np.int64]:
    return rng.integers(slot.low, slot.high + 1, n)


def _values(document: Questionnaire, code: str, *options: str) -> NDArray[np.int64]:
    """Give what the questionnaire stores for these options of a question."""
    stored = {
        option.code: option.value
        for question in document.questions()
        if question.code == code
        for option in question.offered()
    }
    return np.array([stored[option] for option in options])
