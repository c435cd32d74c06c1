"""The simulated customers: where they live, and a structural model of what they think, with known means.

Every construct is a linear function of others plus noise (variance about one).
"""

import numpy as np

from web.demo.people import F64, I64, People
from web.demo.planted import Planted

# Name, customers in ten thousand, offices.
DISTRICTS = (
    ("D1", {"zh": "城中区", "en": "Central"}, 38, 11),
    ("D2", {"zh": "江北区", "en": "North Bank"}, 70, 14),
    ("D3", {"zh": "湖东区", "en": "Lake East"}, 60, 12),
    ("D4", {"zh": "山前区", "en": "Foothills"}, 20, 6),
    ("D5", {"zh": "云岭区", "en": "Cloud Ridge"}, 17, 5),
)

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


def people(planted: Planted, n: int, effects: F64, rng: np.random.Generator) -> People:
    """Draw respondents, the same number from each office, and their constructs in standard deviations."""
    office = rng.permutation(np.arange(n) % len(effects))
    traits = {planted.customer_class: _trait(planted, planted.customer_class, n, rng)}
    classes = np.array(planted.classes)[traits[planted.customer_class]]
    groups = {name: np.isin(classes, list(members)) for name, members in planted.groups.items()}
    business = groups["business"].astype(float)
    levels: dict[str, F64] = {}
    for code, each in planted.constructs.items():
        level = np.zeros(n)
        for other, factor in each.of.items():
            level = level + factor * levels[other]
        level = level + rng.normal(0, each.noise, n)
        if each.office is not None:
            level = level + effects[office, each.office]
        levels[code] = level + each.business * business
    for name in planted.traits:
        if name not in traits:
            traits[name] = _trait(planted, name, n, rng)
    return People(office, traits, groups | {"rural": office >= planted.rural_from}, levels)


def _trait(planted: Planted, name: str, n: int, rng: np.random.Generator) -> I64:
    shares = list(planted.traits[name].values())
    return rng.choice(len(shares), size=n, p=shares)
