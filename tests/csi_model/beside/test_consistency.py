"""Consistency of a block: the engine's own alpha and item–total, from rows without a gap."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from csi_model import Sample, consistency, prepare_rated

RNG = np.random.default_rng(7)
BLOCK = RNG.normal(size=(24, 1)) + 0.8 * RNG.normal(size=(24, 4))


def of(answers: np.ndarray) -> Sample:
    """Answers to the questions of a block, as they come over the border."""
    names = [f"Q{number}" for number in range(answers.shape[1])]
    return prepare_rated(names, dict(zip(names, answers.T, strict=True)), [(-9.0, 9.0)] * len(names))


def test_alpha_and_item_total_are_what_the_definitions_say():
    told = consistency(of(BLOCK))
    total = BLOCK.sum(axis=1)
    assert told.n == 24
    shares = BLOCK.var(axis=0, ddof=1).sum() / total.var(ddof=1)
    assert_allclose(told.alpha, 4 / 3 * (1 - shares), rtol=1e-12)
    rest = [np.corrcoef(BLOCK[:, k], total - BLOCK[:, k])[0, 1] for k in range(4)]
    assert_allclose(told.item_total, rest, rtol=1e-12)
    assert_allclose(told.alpha_without[2], consistency(of(np.delete(BLOCK, 2, axis=1))).alpha, rtol=1e-12)


def test_rows_with_a_gap_are_left_out():
    holed = np.vstack([BLOCK, [[np.nan, 1, 2, 3]]])
    told, whole = consistency(of(holed)), consistency(of(BLOCK))
    assert (told.n, told.alpha) == (24, whole.alpha)


@pytest.mark.parametrize(
    "answers",
    [np.empty((0, 3)), BLOCK[:2], BLOCK[:, :1], np.full((9, 2), 5.1), np.full((9, 2), np.nan)],
    ids=["nobody", "two people", "one question", "all alike", "no answer"],
)
def test_where_nothing_can_be_told_it_is_not_a_number(answers):
    told = consistency(of(answers))
    assert np.isnan(told.alpha)
    assert np.isnan(told.item_total).all()
    assert told.item_total.shape == told.alpha_without.shape == (answers.shape[1],)


def test_one_question_that_never_varies_has_no_correlation():
    told = consistency(of(np.column_stack([BLOCK[:, :2], np.full(24, 3.0)])))
    assert np.isnan(told.item_total[2])
    assert np.isfinite(told.alpha)
