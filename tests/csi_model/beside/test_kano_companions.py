"""Kano categories, and the figures beside the index."""

import numpy as np
import pytest

from csi_model.beside.boxes import boxes
from csi_model.beside.kano import CATEGORIES, classify_service
from csi_model.beside.net_promoter import net_promoter
from csi_model.errors import DataError


def _service(counts):
    """Pairs of answers for so many respondents of each category, in the order of CATEGORIES."""
    pair = [(1, 3), (1, 5), (2, 5), (3, 3), (5, 1), (1, 1)]
    return np.repeat(np.array(pair, float), counts, axis=0).T


def test_every_cell_of_the_kano_table_is_named_as_published():
    letters = {"A": 0, "O": 1, "M": 2, "I": 3, "R": 4, "Q": 5}
    published = ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
    for row, line in enumerate(published):
        for column, letter in enumerate(line):
            result = classify_service(np.full(30, row + 1.0), np.full(30, column + 1.0), 0)
            assert result.category == CATEGORIES[letters[letter]]


def test_classification_gives_shares_tier_and_berger_coefficients():
    offered, missing = _service([50, 20, 10, 20, 0, 0])
    result = classify_service(offered, missing, 1)
    np.testing.assert_allclose(result.shares.value, [0.5, 0.2, 0.1, 0.2, 0, 0])
    assert (result.category, result.tier, result.clear) == ("attractive", "beyond_value", True)
    assert result.better.value == pytest.approx(0.7)
    assert result.worse.value == pytest.approx(-0.3)
    assert result.better.se == pytest.approx(np.sqrt(0.7 * 0.3 / 99))
    assert result.support > 0.95


def test_a_narrow_lead_is_unclear():
    offered, missing = _service([41, 39, 10, 10, 0, 0])
    result = classify_service(offered, missing, 2)
    assert not result.clear
    assert 0.4 < result.support < 0.8
    assert "unclear" in {c.code for c in result.cautions}


def test_neighbours_who_answer_alike_count_less():
    """Every pair ten times in one cluster: errors and support are those of the pairs themselves."""
    offered, missing = _service([14, 10, 5, 3, 0, 0])
    once = classify_service(offered, missing, 3)
    tenfold, place = (np.repeat(offered, 10), np.repeat(missing, 10)), np.repeat(np.arange(32), 10)
    found = classify_service(*tenfold, 3, clusters=place)
    np.testing.assert_allclose(found.shares.se, once.shares.se, rtol=1e-10)
    assert found.better.se == pytest.approx(once.better.se)
    assert found.support == pytest.approx(once.support, abs=0.03)
    blind = classify_service(*tenfold, 3)
    assert blind.support > once.support + 0.1
    assert (found.clear, once.clear, blind.clear) == (False, False, True)


def test_weights_decide_the_category():
    offered, missing = _service([30, 20, 0, 0, 0, 0])
    weights = np.repeat([1.0, 4.0], [30, 20])
    found = classify_service(offered, missing, 4, weights=weights)
    assert found.category == "one_dimensional"
    np.testing.assert_allclose(found.shares.value[:2], [30 / 110, 80 / 110])


def test_net_promoter_equals_the_count():
    answers = np.repeat([10.0, 9, 8, 7, 6, 0], [20, 20, 20, 15, 15, 10])
    result = net_promoter(answers)
    np.testing.assert_allclose(result.shares.value, [0.4, 0.35, 0.25])
    assert result.score.value == pytest.approx(15)
    scores = np.repeat([100.0, 0, -100], [40, 35, 25])
    assert result.score.se == pytest.approx(scores.std(ddof=1) / 10)


def test_boxes_count_the_ends_of_the_scale():
    result = boxes(np.repeat([1.0, 2, 4, 6, 7], [10, 10, 40, 25, 15]), low=1, high=7)
    assert result.top.value == pytest.approx(0.4)
    assert result.bottom.value == pytest.approx(0.2)
    assert result.mean.value == pytest.approx(4.45)


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: net_promoter(np.full(50, 11.0)), "scales"),
        (lambda: net_promoter(np.full(5, 9.0)), "floor"),
        (lambda: net_promoter(np.full(50, 9.0), clusters=np.arange(49)), "length"),
        (
            lambda: classify_service(np.full(50, 2.0), np.full(50, 1.0), 0, clusters=np.arange(9)),
            "length",
        ),
        (lambda: boxes(np.full(50, 3.0), low=1, high=5, n_boxes=3), "boxes"),
        (lambda: boxes(np.full(50, 3.0), low=1, high=5, clusters=np.arange(51)), "length"),
        (lambda: classify_service(np.full(50, 6.0), np.full(50, 1.0), 0), "scales"),
        (lambda: classify_service(np.full(5, 2.0), np.full(5, 1.0), 0), "floor"),
    ],
)
def test_companions_refuse_with_a_named_reason(call, code):
    with pytest.raises(DataError) as refusal:
        call()
    assert refusal.value.code == code
    assert refusal.value.remedy
