"""The worlds of answers behind lavaan's figures that stand in the tests of its language."""

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, NDArray[np.float64]]

# Models of the world: a confirmatory one of three constructs, and a path between two.
CFA = "IMG =~ i1 + i2 + i3\nQUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\n"
TWO = "QUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\nSAT ~ QUAL\n"


def answers(x: NDArray[np.float64], middle: float = 6.5) -> NDArray[np.float64]:
    return np.clip(np.rint(middle + 1.6 * x), 1, 10)


def world(seed: int, n: int = 300) -> Columns:
    """Image, quality and satisfaction, three questions each."""
    rng = np.random.default_rng(seed)
    image = rng.normal(size=n)
    quality = 0.6 * image + 0.8 * rng.normal(size=n)
    satisfaction = 0.4 * image + 0.5 * quality + 0.6 * rng.normal(size=n)
    scores = (("i", image), ("q", quality), ("s", satisfaction))
    return {f"{c}{k}": answers(0.85 * x + 0.55 * rng.normal(size=n)) for c, x in scores for k in (1, 2, 3)}


def skewed_world() -> Columns:
    """Skewed answers, and weights `w` of those who think well of the image four times those of others."""
    rng = np.random.default_rng(7120)
    image = rng.normal(size=300)
    quality = 0.6 * image + 0.8 * rng.normal(size=300)
    satisfaction = 0.4 * image + 0.5 * quality + 0.6 * rng.normal(size=300)
    scores = (("i", image), ("q", quality), ("s", satisfaction))
    plain = {f"{c}{k}": answers(0.85 * x + 0.55 * rng.normal(size=300)) for c, x in scores for k in (1, 2, 3)}
    bent = {code: (column - 6.5) / 1.6 for code, column in plain.items()}
    found = {code: answers(column - 0.3 * column**2, 8) for code, column in bent.items()}
    return found | {"w": np.where(image > 0, 2.0, 0.5)}
