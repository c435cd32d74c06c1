"""Errors of the covariance model's points: its weights are estimated, and that is a part of the error."""

from dataclasses import replace

import numpy as np
import pytest

from csi_model import ModelSpec, Options, estimate
from csi_model.answers.prepare import prepare
from csi_model.estimation import by_covariance
from csi_model.estimation.one import estimate_one

MODEL = {
    "scale": {"low": 1, "high": 10},
    "index": "SAT",
    "constructs": [
        {"id": "SAT", "name": {"en": "Satisfaction"}, "indicators": ["S1", "S2", "S3"]},
        {"id": "COM", "name": {"en": "Complaints"}, "indicators": ["C1", "C2"]},
    ],
    "paths": [["SAT", "COM"]],
}
SPEC = ModelSpec.from_mapping(MODEL)
N = 150


def fitted(rng):
    """A construct of two questions that are answered four points apart: what each weighs moves its points."""
    satisfied = rng.standard_normal(N)
    complaint = 0.5 * satisfied + np.sqrt(0.75) * rng.standard_normal(N)
    noise = rng.standard_normal((5, N))
    answers = {f"S{at + 1}": 5.5 + 1.2 * satisfied + 0.8 * noise[at] for at in range(3)}
    answers |= {"C1": 7.5 + complaint + noise[3], "C2": 3.5 + complaint + noise[4]}
    return estimate(SPEC, prepare(SPEC, {k: np.clip(v, 1, 10) for k, v in answers.items()}), Options("cbsem"))


def test_the_error_is_what_points_scatter_over_samples():
    rng = np.random.default_rng(4)
    results = [fitted(rng) for _ in range(40)]
    scatter = np.std([each.points.constructs[0] for each in results], axis=0, ddof=1)
    stated = np.sqrt(np.mean([each.figure("constructs").se ** 2 for each in results], axis=0))
    assert stated / scatter == pytest.approx(1, abs=0.35)
    held_fixed = np.mean([each.points.sd[0] for each in results], axis=0) / np.sqrt(N)
    assert held_fixed[1] < scatter[1] / 4


def test_weights_that_are_given_add_nothing():
    result = fitted(np.random.default_rng(5))
    shares = result.points.construct_shares[0]
    given = estimate_one(SPEC, result.estimator.sample, Options("cbsem"), common=shares)
    assert given.figure("constructs").value == pytest.approx(result.figure("constructs").value)
    assert given.figure("constructs").se == pytest.approx(result.points.sd[0] / np.sqrt(N))


def test_a_scale_of_another_length_changes_no_error():
    """Answers times two on a scale twice as long are the same points, with the same error."""
    result = fitted(np.random.default_rng(6))
    twice = ModelSpec.from_mapping(MODEL | {"scale": {"low": 2, "high": 20}})
    sample = result.estimator.sample
    again = estimate(twice, replace(sample, values=2 * sample.values), Options("cbsem"))
    assert again.figure("constructs").se == pytest.approx(result.figure("constructs").se, rel=1e-3)


def test_a_slope_does_not_hang_on_its_step(monkeypatch):
    result = fitted(np.random.default_rng(7))
    monkeypatch.setattr(by_covariance, "STEP", by_covariance.STEP / 10)
    again = estimate(SPEC, result.estimator.sample, Options("cbsem"))
    assert again.figure("constructs").se == pytest.approx(result.figure("constructs").se, rel=1e-4)
