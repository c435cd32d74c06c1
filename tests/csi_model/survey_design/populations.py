"""A sample out of balance and the margins of its population."""

import numpy as np

REGION, TIER = ["north", "south", "west"], ["key", "base"]


def sample(rng, n=600):
    region = rng.choice(REGION, n, p=[0.55, 0.3, 0.15])
    tier = np.where(rng.random(n) < np.where(region == "north", 0.4, 0.15), "key", "base")
    return {"region": region, "tier": tier}


MARGINS = {"region": {"north": 0.3, "south": 0.3, "west": 0.4}, "tier": {"key": 0.1, "base": 0.9}}


# Near enough to the sample that the usual bounds can hold.
NEAR = {"region": {"north": 0.4, "south": 0.33, "west": 0.27}, "tier": {"key": 0.15, "base": 0.85}}
