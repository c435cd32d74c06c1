"""Three waves of one simulated survey, and what the estimation says of each."""

import pytest

import csi_model
from tests.csi_model.simulated import SPEC, survey

OPTIONS = csi_model.Options(bootstrap=60, seed=5, group_weights="own")


@pytest.fixture(scope="module")
def sample():
    return survey(n=120, years=3, lift=0.4)[0]


@pytest.fixture(scope="module")
def by_group(sample):
    return csi_model.estimate(SPEC, sample, OPTIONS, by="wave")
