"""Answers with gaps, weights and their fit, made once."""

import numpy as np
import pytest

from csi_model.answers.answered import Answered
from tests.csi_model.answers.worlds import SPEC, routed, unknown, whole


@pytest.fixture(scope="module")
def gappy() -> np.ndarray:
    return unknown(routed(whole(400)))


@pytest.fixture(scope="module")
def weights(gappy) -> np.ndarray:
    found = np.random.default_rng(5).uniform(0.4, 2.0, len(gappy))
    return found / found.mean()


@pytest.fixture(scope="module")
def answered(gappy, weights) -> Answered:
    return Answered(gappy, weights, SPEC.home)
