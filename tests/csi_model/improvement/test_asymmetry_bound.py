"""A kink is told nearly as well as the answers allow, a crowd of tens or not."""

import numpy as np

from tests.csi_model.improvement.bound import most_errors
from tests.csi_model.improvement.test_asymmetry import answers, found


def test_a_kink_is_told_nearly_as_well_as_the_answers_allow():
    n, middle = 10_000, 8.5  # a quarter of the outcome's answers are tens
    row = found(answers(np.random.default_rng([1, 3]), n, middle, 0.6, 0.2))["QUA"]
    errors = abs(row["asymmetry"]) / row["asymmetry_se"]
    at_most = most_errors(n, middle, 0.6, 0.2, ("q1", "q2", "q3"))
    assert 0.8 * at_most < errors < 1.25 * at_most  # of many worlds 0.96; one comes within 0.15


def test_the_bound_is_lower_where_less_is_asked_or_tens_crowd():
    every, one = (most_errors(1000, 8.5, 0.6, 0.2, codes) for codes in (("q1", "q2", "q3"), ("q1",)))
    assert one < 0.85 * every < 0.95 * most_errors(1000, 5.5, 0.6, 0.2, ("q1", "q2", "q3"))
