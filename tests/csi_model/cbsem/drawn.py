"""Answers drawn from a covariance model with known parameters."""

import numpy as np

TEXT = """
A =~ a1 + a2 + a3
B =~ b1 + b2 + b3
C =~ c1 + c2 + c3
B ~ A
C ~ A + B
"""


LOADINGS = {"a": (1.0, 0.8, 1.2), "b": (1.0, 1.1, 0.7), "c": (1.0, 0.9, 1.3)}
PATHS = {"B ~ A": 0.6, "C ~ A": 0.3, "C ~ B": 0.5}


def draw(n, seed, *, share_missing=0.0):
    generator = np.random.default_rng(seed)
    a = generator.standard_normal(n)
    b = 0.6 * a + 0.7 * generator.standard_normal(n)
    c = 0.3 * a + 0.5 * b + 0.6 * generator.standard_normal(n)
    data = {}
    for name, score in zip("abc", (a, b, c), strict=True):
        for k, loading in enumerate(LOADINGS[name]):
            data[f"{name}{k + 1}"] = 5.0 + loading * score + 0.6 * generator.standard_normal(n)
    if share_missing:
        for column in data.values():
            column[generator.random(n) < share_missing] = np.nan
    return data
