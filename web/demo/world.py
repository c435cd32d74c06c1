"""The simulated customers: where they live, and a structural model of what they think, with known means.

Every construct is a linear function of others plus noise (variance about one).
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]

# Name, customers in ten thousand, offices.
DISTRICTS = (
    ("D1", {"zh": "城中区", "en": "Central"}, 38, 11),
    ("D2", {"zh": "江北区", "en": "North Bank"}, 70, 14),
    ("D3", {"zh": "湖东区", "en": "Lake East"}, 60, 12),
    ("D4", {"zh": "山前区", "en": "Foothills"}, 20, 6),
    ("D5", {"zh": "云岭区", "en": "Cloud Ridge"}, 17, 5),
)
CLASSES = {"residential": 0.80, "commercial": 0.12, "industrial": 0.05, "other": 0.03}


# Share of electricity in what is spent, and the energy that would be used instead, by option of its question.
BILL_SHARES = {"under_2": 0.22, "c2_5": 0.34, "c5_10": 0.26, "c10_20": 0.13, "over_20": 0.05}
ALTERNATIVES = {"gas": 0.42, "coal": 0.08, "oil": 0.08, "pv": 0.2, "retailer": 0.12, "none": 0.1}


class People(NamedTuple):
    """Simulated respondents of one wave; numbers are places in the tables of this module."""

    office: NDArray[np.int64]
    customer_class: NDArray[np.int64]
    bill_share: NDArray[np.int64]
    alternative: NDArray[np.int64]
    levels: Mapping[str, F64]


# Streams of the demo's seed; a wave's own is its number.
OFFICES, TRUTH = 48, 7


def offices() -> list[tuple[str, int]]:
    """Give the 48 offices: code and the number of their district."""
    return [
        (f"{code}-{k:02d}", place)
        for place, (code, _, _, count) in enumerate(DISTRICTS)
        for k in range(1, count + 1)
    ]


def office_effects(seed: int) -> F64:
    """Give what each office adds to perceived quality, in standard deviations, (48, 2): supply, service."""
    rng = np.random.default_rng([seed, OFFICES])
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
    bill_share = rng.choice(len(BILL_SHARES), size=n, p=list(BILL_SHARES.values()))
    alternative = rng.choice(len(ALTERNATIVES), size=n, p=list(ALTERNATIVES.values()))
    return People(office, customer_class, bill_share, alternative, levels)
