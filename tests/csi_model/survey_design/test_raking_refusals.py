"""What cannot be raked is refused by name, and what is doubtful is said."""

import numpy as np
import pytest

from csi_model.answers.weights import weight_cautions
from csi_model.errors import ConvergenceError, DataError
from csi_model.survey_design.raking import USUAL_BOUNDS, rake


def refused(match, *arguments, error=DataError, **options):
    with pytest.raises(error, match=match) as caught:
        rake(*arguments, **options)
    assert caught.value.remedy
    return caught.value.code


@pytest.mark.parametrize(
    ("match", "margins", "code"),
    [
        ("No margin", {}, "margins"),
        ("margin size has no column", {"size": {"a": 1}}, "margin-unknown"),
        (
            "names resident, a class without",
            {"tier": {"key": 0.2, "base": 0.8, "resident": 0.001}},
            "empty-class",
        ),
        ("Row 4: tier = base is missing", {"tier": {"key": 1.0}}, "class-missing"),
        ("tier add up to 0.99, not 1", {"tier": {"key": 0.2, "base": 0.79}}, "margin-total"),
        ("tier add up to 1.1, not 1", {"tier": {"key": 0.3, "base": 0.8}}, "margin-total"),
        ("percentages of tier add up to 8, not 100", {"tier": {"key": 3, "base": 5}}, "margin-total"),
        (
            "add up to 1000 and 1100",
            {"area": {"town": 500, "country": 500}, "tier": {"key": 300, "base": 800}},
            "margin-total",
        ),
        ("target of tier = key is -0.1", {"tier": {"key": -0.1, "base": 1.1}}, "margin-target"),
        ("target of tier = key is nan", {"tier": {"key": np.nan, "base": 1.0}}, "margin-target"),
        ("tier holds 'many' for key", {"tier": {"key": "many", "base": 1}}, "margin-target"),
        ("All targets of tier", {"tier": {"key": 0, "base": 0}}, "margin-zero"),
        ("names the class 1 twice", {"tier": {1: 0.2, "1": 0.8}}, "margin-classes"),
    ],
)
def test_wrong_margins_are_refused_by_name(match, margins, code):
    classes = {"tier": ["key"] * 3 + ["base"] * 7, "area": ["town"] * 5 + ["country"] * 5}
    assert refused(match, classes, margins) == code


def test_wrong_classes_are_refused_by_name():
    assert refused("Row 1: area = empty", {"area": ["", "town"]}, {"area": {"town": 1}}) == "class-missing"
    assert refused("Row 2 has no class", {"age": [1.0, np.nan]}, {"age": {"1": 1}}) == "class-missing"
    both = {"tier": {"key": 0.2, "base": 0.8}, "area": {"town": 0.5, "country": 0.5}}
    uneven = {"tier": ["key", "base"], "area": ["town"] * 5 + ["country"] * 5}
    assert refused("2 and 10 rows", uneven, both) == "length"
    assert refused("0 rows", {"tier": []}, {"tier": {"key": 0, "base": 1}}) == "length"
    assert refused("not one column", {"tier": [["key"], ["base"]]}, {"tier": both["tier"]}) == "shape"


@pytest.mark.parametrize(
    ("third", "half", "said"),
    [
        (0.3333, 0.5, "shares of third add up to 0.9999, not 1"),
        (33.4, 50, "percentages of third add up to 100.2, not 100"),
        (3344, 5000, "half and third add up to 10000 and 10032"),
    ],
)
def test_totals_that_rounding_explains_are_scaled_with_a_caution(third, half, said):
    classes = {"third": ["a", "b", "c"] * 50, "half": ["x", "y"] * 75}
    found = rake(classes, {"third": dict.fromkeys("abc", third), "half": dict.fromkeys("xy", half)})
    np.testing.assert_allclose(found.weights, 1, rtol=1e-12)
    (caution,) = found.cautions
    assert caution.code == "margin-rounded"
    assert said in caution.message


@pytest.mark.parametrize("total", [1, 100, 40_000])
def test_exact_totals_draw_no_caution(total):
    found = rake({"third": ["a", "b", "c"] * 50}, {"third": dict.fromkeys("abc", total / 3)})
    np.testing.assert_allclose(found.weights, 1, rtol=1e-12)
    assert found.cautions == ()


def test_one_heavy_respondent_is_named():
    weights = np.ones(100)
    weights[16] = 8.0
    (caution,) = weight_cautions(weights)
    assert caution.code == "heavy-respondent"
    assert "One respondent alone holds 7%" in caution.message
    assert weight_cautions(np.ones(10)) == ()
    assert weight_cautions(np.where(np.arange(100) == 16, 5.0, 1.0)) == ()


def test_wrong_start_weights_are_refused():
    classes, margin = {"tier": ["key"] * 3 + ["base"] * 3}, {"tier": {"key": 0.5, "base": 0.5}}
    for start, match in (
        ([1, 1, -2, 1, 1, 1], r"row 3 is negative \(-2\)"),
        ([1, np.nan, 1, 1, 1, 1], "row 2 is no finite number"),
        ([1, 1, 1, np.inf, 1, 1], "row 4 is no finite number"),
        ([0] * 6, "All start weights are zero"),
        ([1, 1], "2 start weights for 6"),
        (["1", "heavy", 1, 1, 1, 1], "not all numbers"),
        ([0, 0, 0, 1, 1, 1], "tier = key has a target of 0.5 but nobody"),
    ):
        refused(match, classes, margin, start=start)


def test_bounds_that_cannot_hold_are_refused():
    classes, margin = {"tier": ["key"] * 90 + ["base"] * 10}, {"tier": {"key": 0.5, "base": 0.5}}
    refused("tier = base needs weights of 5 on average", classes, margin, bounds=USUAL_BOUNDS)
    for bounds in ((1.1, 3), (0.3, 0.9), (-1, 3), (np.nan, 3)):
        refused("cannot lie between", classes, margin, bounds=bounds)


def test_margins_that_contradict_each_other_are_refused():
    classes = {"tier": ["key"] * 5 + ["base"] * 5, "area": ["town"] * 5 + ["country"] * 5}
    margins = {"tier": {"key": 0.2, "base": 0.8}, "area": {"town": 0.5, "country": 0.5}}
    refused("does not settle", classes, margins, error=ConvergenceError)
    mixed = {"tier": ["key"] * 6 + ["base"] * 5, "area": ["town"] * 5 + ["country"] * 6}
    refused("Widen the bounds", mixed, margins, error=ConvergenceError, bounds=(0.2, 4))
