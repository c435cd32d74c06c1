"""What the answers can tell of a kink at most: the information of a likelihood that knows the world."""

import numpy as np
from scipy.special import ndtr

from tests.csi_model.improvement.test_asymmetry import answers

EDGES = np.concatenate([[-np.inf], np.arange(1.5, 10), [np.inf]])
DRIVER, OUTCOME = np.linspace(-4, 4, 81), np.linspace(-5, 5, 121)  # where the factors are summed over


def _likelihood(columns: dict, codes: tuple, middle: float, factor: np.ndarray) -> np.ndarray:
    """Of each respondent's answers to some questions at each value of their factor."""
    at = (EDGES[:, None] - middle - 1.9 * 0.9 * factor) / (1.9 * 0.44)
    chances = np.log(np.maximum(np.diff(ndtr(at), axis=0), 1e-300))
    found = sum(chances[columns[code].astype(int) - 1] for code in codes)
    return np.exp(found - found.max(axis=1, keepdims=True))


def most_errors(n: int, middle: float, below: float, above: float, drivers: tuple, size: int = 2000) -> float:
    """Give the standard errors that the kink of a world of `answers` is away from none, at most, of n.

    By the efficient information (the variance of the score of `above` − `below` that intercept, mean slope
    and residual variance leave unexplained) of the likelihood of all three questions of the outcome and those
    of the driver, both factors summed over. No regular test can have more (Cramér and Rao).
    """
    columns = answers(np.random.default_rng(1), size, middle, below, above)
    of_driver = _likelihood(columns, drivers, middle, DRIVER) * np.exp(-(DRIVER**2) / 2)
    of_outcome = _likelihood(columns, ("s1", "s2", "s3"), middle, OUTCOME)
    quality = np.random.default_rng(1).standard_normal((2, size))[0]
    explained = (below * np.minimum(quality, 0) + above * np.maximum(quality, 0)).var()
    begin = np.array([0.0, (below + above) / 2, above - below, np.sqrt(1 - explained)])

    def log_likelihood(at: np.ndarray) -> np.ndarray:
        constant, slope, kink, spread = at
        mean = constant + slope * DRIVER + kink / 2 * np.abs(DRIVER)
        between = np.exp(-0.5 * ((OUTCOME - mean[:, None]) / spread) ** 2) / spread
        return np.log(((of_driver @ between) * of_outcome).sum(axis=1))

    steps = 1e-3 * np.eye(4)
    score = np.stack([(log_likelihood(begin + h) - log_likelihood(begin - h)) / 2e-3 for h in steps], axis=1)
    information = score.T @ score / size
    rest = [0, 1, 3]
    own = np.linalg.solve(information[np.ix_(rest, rest)], information[rest, 2])
    return float(abs(above - below) * np.sqrt(n * (information[2, 2] - information[2, rest] @ own)))
