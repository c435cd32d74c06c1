"""The simulated customers: a structural model with known means, answered like a real questionnaire.

Every construct is a linear function of others plus noise (variance about one); an answer is the construct's
level plus the question's own, rounded and cut to 1–10. All questions of a construct load alike, so that its
true points are the plain mean of its questions' expected points, whatever the estimated weights.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from surveys.codes import DONT_KNOW, NOT_APPLICABLE, NOT_ASKED, SKIPPED
from surveys.document.questionnaire import Questionnaire

F64 = NDArray[np.float64]
Columns = dict[str, NDArray[np.int64]]

# Name, customers in ten thousand, offices.
DISTRICTS = (
    ("D1", {"zh": "城中区", "en": "Central"}, 38, 11),
    ("D2", {"zh": "江北区", "en": "North Bank"}, 70, 14),
    ("D3", {"zh": "湖东区", "en": "Lake East"}, 60, 12),
    ("D4", {"zh": "山前区", "en": "Foothills"}, 20, 6),
    ("D5", {"zh": "云岭区", "en": "Cloud Ridge"}, 17, 5),
)
CLASSES = {"residential": 0.80, "commercial": 0.12, "industrial": 0.05, "other": 0.03}
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
    "VAL2": -0.3,
    "VAL3": 0.4,
    "SAT2": -0.2,
    "SAT3": -0.3,
    "COM2": -0.4,
    "LOY1": 0.4,
    "LOY4": -0.5,
}
OUTAGE_NOTICE = (0.0, 0.0, 0.0, 0.1, 0.6, 0.8)
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
STRAIGHT_LINERS = 0.09


class People(NamedTuple):
    """Simulated respondents of one wave."""

    office: NDArray[np.int64]
    customer_class: NDArray[np.int64]
    levels: Mapping[str, F64]


def offices() -> list[tuple[str, int]]:
    """Give the 48 offices: code and the number of their district."""
    return [
        (f"{code}-{k:02d}", place)
        for place, (code, _, _, count) in enumerate(DISTRICTS)
        for k in range(1, count + 1)
    ]


def office_effects(seed: int) -> F64:
    """Give what each office adds to perceived quality, in standard deviations, (48, 2): supply, service."""
    rng = np.random.default_rng([seed, 48])
    district = rng.normal(0, 0.15, (len(DISTRICTS), 2))
    return np.array([district[place] for _, place in offices()]) + rng.normal(0, 0.2, (len(offices()), 2))


def people(n: int, effects: F64, rng: np.random.Generator) -> People:
    """Draw respondents, the same number from each office, and their constructs in standard deviations."""
    office = rng.permutation(np.arange(n) % len(effects))
    customer_class = rng.choice(len(CLASSES), size=n, p=list(CLASSES.values()))

    def noise(sd: float) -> F64:
        return rng.normal(0, sd, n)

    business = np.isin(customer_class, (1, 2)).astype(float)
    img = noise(1.0)
    exp = 0.5 * img + noise(0.85)
    pqs = 0.45 * exp + noise(0.85) + effects[office, 0] - 0.15 * business
    pqv = 0.5 * exp + noise(0.82) + effects[office, 1] + 0.10 * business
    val = 0.15 * exp + 0.3 * pqs + 0.3 * pqv + noise(0.75)
    sat = 0.12 * img + 0.05 * exp + 0.32 * pqs + 0.27 * pqv + 0.25 * val + noise(0.45)
    com = -0.5 * sat + noise(0.85)
    swc = noise(1.0)
    loy = 0.2 * img + 0.4 * sat - 0.1 * com + 0.15 * val + 0.2 * swc + noise(0.65)
    levels = {
        "IMG": img,
        "EXP": exp,
        "PQS": pqs,
        "PQV": pqv,
        "VAL": val,
        "SAT": sat,
        "COM": com,
        "SWC": swc,
        "LOY": loy,
    }
    return People(office, customer_class, levels)


def rated(code: str, construct: str, level: F64, wave: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Answer one rated question, 1–10."""
    drift = DRIFT.get(construct, (0.0,) * 6)
    base = LEVEL[construct] + OFFSET.get(code, 0.0) + drift[min(wave, 5)]
    if code in {"PQV1", "PQV2"}:
        base += OUTAGE_NOTICE[min(wave, 5)]
    raw: F64 = base + SPREAD * (LOADING * level + np.sqrt(1 - LOADING**2) * rng.normal(size=len(level)))
    return np.clip(np.rint(raw), 1, 10).astype(np.int64)


def truth(
    document: Questionnaire, effects: F64, waves: int, seed: int, *, n: int = 200_000
) -> list[dict[str, float]]:
    """Give the true points of each construct in each wave: expected points over `n` simulated customers."""
    system = document.indicators
    if system is None:
        raise ValueError("the demo needs a questionnaire with an indicator system")
    found = []
    for wave in range(waves):
        rng = np.random.default_rng([seed, 7, wave])
        drawn = people(n, effects, rng)
        found.append(
            {
                node.id: float(
                    np.mean(
                        [
                            rated(code, node.id, drawn.levels[node.id], wave, rng).mean()
                            for code in node.indicators
                        ]
                    )
                    - 1
                )
                * 100
                / 9
                for node in system.constructs
            }
        )
    return found


def answers(document: Questionnaire, drawn: People, wave: int, rng: np.random.Generator) -> Columns:
    """Answer the whole questionnaire: every slot of the document by code."""
    n = len(drawn.office)
    system = document.indicators
    if system is None:
        raise ValueError("the demo needs a questionnaire with an indicator system")
    found: Columns = {slot.code: np.full(n, SKIPPED) for slot in document.slots}
    for node in system.constructs:
        for code in (*node.indicators, *node.checks):
            found[code] = rated(code, node.id, drawn.levels[node.id], wave, rng)
    _companions(found, drawn, rng)
    _background(found, drawn, rng)
    liners = rng.random(n) < STRAIGHT_LINERS
    lazy = np.clip(np.rint(rng.normal(7, 2, n)), 1, 10).astype(np.int64)
    for slot in document.slots:
        column = found[slot.code]
        if slot.kind == "rating" and slot.high == 10:
            column[liners] = lazy[liners]
            if slot.dont_know:
                column[(rng.random(n) < 0.03) & ~liners] = DONT_KNOW
            if slot.not_applicable:
                column[(rng.random(n) < 0.04) & ~liners] = NOT_APPLICABLE
    _routing(found, drawn)
    found["_liner"] = liners.astype(np.int64)
    return {
        code: column
        for code, column in found.items()
        if code in {slot.code for slot in document.slots} | {"_liner"}
    }


def _companions(found: Columns, drawn: People, rng: np.random.Generator) -> None:
    n = len(drawn.office)
    found["ATT1"] = np.where(rng.random(n) < 0.97, 3, rng.integers(1, 11, n))
    loyal = drawn.levels["LOY"]
    found["NPS"] = np.clip(np.rint(7.0 + 1.8 * loyal + rng.normal(0, 1, n)), 0, 10).astype(np.int64)
    found["CES"] = np.clip(np.rint(4.8 + drawn.levels["PQV"] + rng.normal(0, 0.8, n)), 1, 7).astype(np.int64)
    found["XIND"] = np.clip(np.rint(6.4 + 1.5 * drawn.levels["SAT"] + rng.normal(0, 1, n)), 1, 10).astype(
        np.int64
    )
    found["C4"] = np.clip(np.rint(5.2 + drawn.levels["SAT"] + rng.normal(0, 2, n)), 1, 10).astype(np.int64)
    appeal = np.array([0.3, 1.4, 1.3, 0.6, 1.2, 0.8, 0.2, 0.1, 0.2, 0.7, -0.4, -0.5, -0.3, 0.9, 0.0])
    picked = np.argsort(-(appeal + rng.gumbel(size=(n, len(appeal)))), axis=1)[:, :3] + 1
    for place in range(3):
        found[f"IMP.{place + 1}"] = picked[:, place]


def _background(found: Columns, drawn: People, rng: np.random.Generator) -> None:
    n = len(drawn.office)
    found |= {code: np.ones(n, dtype=np.int64) for code in ("S1", "S2", "S3")} | {
        "S4": np.zeros(n, dtype=np.int64)
    }
    found["CATEGORY"] = drawn.customer_class + 1
    found["AREA"] = 1 + (rng.random(n) < np.where(drawn.office >= 37, 0.7, 0.3))
    found["ACCOUNT"] = 1 + (drawn.customer_class > 0)
    found["TIER"] = np.where(drawn.customer_class == 0, 4, rng.integers(1, 4, n))
    found["BIG"] = (rng.random(n) < np.where(drawn.customer_class == 2, 0.2, 0.02)).astype(np.int64)
    found["E1"] = np.minimum(rng.poisson(np.exp(0.5 - 0.5 * drawn.levels["PQS"])), 200)
    found["E2"] = np.clip(rng.exponential(3, n).astype(np.int64) + 1, 0, 720)
    found["E3"] = rng.integers(1, 4, n)
    met = np.zeros(n, dtype=bool)
    for option, share in TOUCHPOINTS.items():
        likely = np.where((option == "manager") & (drawn.customer_class > 0), 0.5, share)
        mark = rng.random(n) < likely
        met |= mark
        found[f"E4.{option}"] = mark.astype(np.int64)
    found["E4.none"] = (~met).astype(np.int64)
    found["E5"] = rng.choice(6, size=n, p=(0.42, 0.08, 0.08, 0.2, 0.12, 0.1)) + 1
    complaint = rng.random(n) < 1 / (1 + np.exp(2.8 - drawn.levels["COM"]))
    found["C1"] = complaint.astype(np.int64)
    for code, options in (("C2", 6), ("C3", 5), ("D1", 5), ("D2", 3), ("D3", 5), ("D4", 5), ("D5", 4)):
        found[code] = rng.integers(1, options + 1, n)
    found["C5"] = np.clip(rng.exponential(6, n).astype(np.int64) + 1, 0, 365)
    found["O3"] = (rng.random(n) < 0.3).astype(np.int64)


def _routing(found: Columns, drawn: People) -> None:
    """Take back what the questionnaire would not have asked."""
    business = drawn.customer_class > 0
    hidden = {code: found[f"E4.{option}"] != 1 for code, option in ASKED_AFTER.items()}
    hidden["PQV11"] &= ~business
    hidden |= {"E2": found["E1"] <= 0, "E3": found["E1"] <= 0, "CES": found["E4.none"] == 1}
    hidden |= dict.fromkeys(("C2", "C3", "C4", "C5"), found["C1"] != 1)
    hidden |= {"D4": business, "D5": ~business, "BIG": ~business}
    for code, mask in hidden.items():
        found[code][mask] = NOT_ASKED
