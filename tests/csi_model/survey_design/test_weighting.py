"""Raking, trimming, design effect, and weights that take the index back to the population."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import csi_model
from csi_model.answers.weights import design_effect, weight_cautions
from csi_model.errors import ConvergenceError, DataError
from csi_model.survey_design.raking import USUAL_BOUNDS, rake

REGION, TIER = ["north", "south", "west"], ["key", "base"]


def sample(rng, n=600):
    region = rng.choice(REGION, n, p=[0.55, 0.3, 0.15])
    tier = np.where(rng.random(n) < np.where(region == "north", 0.4, 0.15), "key", "base")
    return {"region": region, "tier": tier}


MARGINS = {"region": {"north": 0.3, "south": 0.3, "west": 0.4}, "tier": {"key": 0.1, "base": 0.9}}

# Near enough to the sample that the usual bounds can hold.
NEAR = {"region": {"north": 0.4, "south": 0.33, "west": 0.27}, "tier": {"key": 0.15, "base": 0.85}}


def indicators(classes, margins=MARGINS):
    """Give one column a class and its target share."""
    columns, targets = [], []
    for variable, margin in margins.items():
        for name, share in margin.items():
            columns.append(np.asarray(classes[variable]) == name)
            targets.append(share)
    return np.column_stack(columns).astype(float), np.array(targets)


def test_margins_are_met(rng):
    classes = sample(rng)
    found = rake(classes, MARGINS, start=rng.uniform(0.5, 2, 600))
    columns, targets = indicators(classes)
    np.testing.assert_allclose(found.weights @ columns / found.weights.sum(), targets, atol=1e-9)
    assert found.weights.mean() == pytest.approx(1, abs=1e-9)
    assert found.largest_error < 1e-9
    assert found.iterations > 1
    assert (found.n_trimmed, found.cautions) == (0, ())
    rows = {(row.variable, row.name): row for row in found.margins}
    west = rows["region", "west"]
    assert west.n == (classes["region"] == "west").sum()
    assert (west.before, west.after, west.target) == (
        pytest.approx(columns[:, 2].mean(), abs=0.05),
        pytest.approx(0.4, abs=1e-9),
        0.4,
    )


def test_a_two_by_two_table_is_what_the_hand_computes():
    """Cells 20 10 / 30 40 to rows 50 50 and columns 40 60.

    Fitting keeps the cross ratio (20·40)/(10·30) = 8/3, so the first cell x solves
    x (10 + x) = 8/3 (50 − x)(40 − x), which is 5x² − 750x + 16000 = 0.
    """
    cells = {("a", "c"): 20, ("a", "d"): 10, ("b", "c"): 30, ("b", "d"): 40}
    rows, columns = zip(*[key for key, count in cells.items() for _ in range(count)], strict=True)
    found = rake({"row": rows, "col": columns}, {"row": {"a": 50, "b": 50}, "col": {"c": 40, "d": 60}})
    first = 75 - np.sqrt(2425)
    sums = [found.weights[(np.array(rows) == r) & (np.array(columns) == c)].sum() for r, c in cells]
    np.testing.assert_allclose(sums, [first, 50 - first, 40 - first, 10 + first], atol=1e-7)


def test_one_round_on_one_margin_is_post_stratification():
    found = rake({"tier": ["key"] * 30 + ["base"] * 70}, {"tier": {"key": 0.1, "base": 0.9}})
    np.testing.assert_allclose(found.weights, np.repeat([0.1 / 0.3, 0.9 / 0.7], [30, 70]), rtol=1e-12)
    assert found.iterations == 1


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1000), st.sampled_from([None, USUAL_BOUNDS]))
def test_order_and_scale_do_not_matter(seed, scale, bounds):
    rng = np.random.default_rng(seed)
    classes, start = sample(rng), rng.uniform(0.5, 2, 600)
    wanted = rake(classes, NEAR, start=start, bounds=bounds).weights
    order = rng.permutation(600)
    moved = rake(
        {name: column[order] for name, column in reversed(classes.items())},
        {name: dict(reversed(margin.items())) for name, margin in reversed(NEAR.items())},
        start=start[order] * scale,
        bounds=bounds,
    )
    np.testing.assert_allclose(moved.weights, wanted[order], rtol=1e-9)
    counts = {name: {k: v * 54_321 for k, v in margin.items()} for name, margin in NEAR.items()}
    np.testing.assert_allclose(rake(classes, counts, start=start, bounds=bounds).weights, wanted, rtol=1e-9)


def test_balanced_respondents_keep_their_weights(rng):
    classes = sample(rng)
    once = rake(classes, MARGINS)
    again = rake(classes, MARGINS, start=once.weights)
    assert again.iterations == 0
    np.testing.assert_allclose(again.weights, once.weights, rtol=1e-12)


def test_weights_solve_the_tilting_problem(rng):
    """A second derivation: minimise Σ d exp(x'λ) − n t'λ, the dual of the least information distance."""
    classes, start = sample(rng), rng.uniform(0.5, 2, 600)
    start /= start.mean()
    columns, targets = indicators(classes)

    def dual(multipliers):
        tilted = start * np.exp(columns @ multipliers)
        return tilted.sum() - 600 * targets @ multipliers, columns.T @ tilted - 600 * targets

    found = optimize.minimize(dual, np.zeros(5), jac=True, method="BFGS", options={"gtol": 1e-9})
    tilted = start * np.exp(columns @ found.x)
    np.testing.assert_allclose(rake(classes, MARGINS, start=start).weights, tilted, rtol=1e-7)


def test_bounded_weights_are_the_nearest_within_the_bounds(rng):
    """A second derivation of trimming: the bounded problem itself, solved by SLSQP over the six cells."""
    classes = sample(rng)
    bounds = (0.5, 2.0)
    found = rake(classes, NEAR, bounds=bounds)
    free = rake(classes, NEAR).weights
    assert free.max() > bounds[1] or free.min() < bounds[0]
    columns, targets = indicators(classes, NEAR)
    cells, member, counts = np.unique(columns, axis=0, return_inverse=True, return_counts=True)
    member = member.ravel()
    result = optimize.minimize(
        lambda w: counts @ (w * np.log(w) - w),
        np.ones(len(cells)),
        jac=lambda w: counts * np.log(w),
        bounds=[bounds] * len(cells),
        constraints={
            "type": "eq",
            "fun": lambda w: (counts * w) @ cells[:, [0, 1, 2, 3]] / 600 - targets[[0, 1, 2, 3]],
        },
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 500},
    )
    assert result.success
    np.testing.assert_allclose(found.weights, result.x[member], atol=1e-5)
    at_bound = (result.x[member] > bounds[1] - 1e-6) | (result.x[member] < bounds[0] + 1e-6)
    assert found.n_trimmed == at_bound.sum() > 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_bounds_are_respected_and_margins_met(seed):
    rng = np.random.default_rng(seed)
    classes = sample(rng)
    start = rng.lognormal(0, 0.8, 600)
    found = rake(classes, NEAR, start=start, bounds=USUAL_BOUNDS)
    columns, targets = indicators(classes, NEAR)
    assert found.weights.min() >= USUAL_BOUNDS[0]
    assert found.weights.max() <= USUAL_BOUNDS[1]
    np.testing.assert_allclose(found.weights @ columns / 600, targets, atol=1e-9)
    free = rake(classes, NEAR, start=start)
    assert found.n_trimmed == found.n_low + found.n_high > 0
    assert found.design_effect < free.design_effect


def test_respondents_outside_the_population_count_zero(rng):
    classes = sample(rng)
    margins = {"region": {"north": 0.4, "south": 0.6, "west": 0}, "tier": MARGINS["tier"]}
    found = rake(classes, margins, bounds=(0.1, 5))
    assert (found.weights[classes["region"] == "west"] == 0).all()
    assert found.weights[classes["region"] != "west"].mean() == pytest.approx(1)
    assert [caution.code for caution in found.cautions] == ["left-out"]


def test_a_million_respondents_take_seconds(rng):
    classes = sample(rng, 1_000_000)
    begun = time.perf_counter()
    found = rake(classes, NEAR, bounds=USUAL_BOUNDS)
    assert time.perf_counter() - begun < 30
    assert found.largest_error < 1e-9


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
        ("tier holds a target that is no number", {"tier": {"key": "many", "base": 1}}, "margin-target"),
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
    refused("does not settle", classes, margins, error=ConvergenceError, most=200)
    mixed = {"tier": ["key"] * 6 + ["base"] * 5, "area": ["town"] * 5 + ["country"] * 6}
    refused("Widen the bounds", mixed, margins, error=ConvergenceError, bounds=(0.2, 4), most=200)


def test_kish_design_effect():
    weights = np.repeat([1.0, 3.0], [60, 40])
    cv = weights.std() / weights.mean()
    assert design_effect(weights) == pytest.approx(1 + cv**2, rel=1e-12)
    assert design_effect(np.append(weights, [0, 0])) == design_effect(weights)
    assert design_effect(np.full(9, 7.0)) == 1
    found = rake({"tier": ["key"] * 30 + ["base"] * 70}, {"tier": {"key": 0.9, "base": 0.1}})
    assert found.n_effective == pytest.approx(100 / found.design_effect)
    assert found.cautions[0].code == "costly-weights"


def test_weighting_takes_the_index_back_to_the_population(golden):
    """Non-response: satisfied residents answer twice as often as the industry, whose quality is lower."""
    spec = golden.spec("model.yaml")
    rng = np.random.default_rng(11)
    n = 60_000
    industry = rng.random(n) < 0.5
    common = rng.standard_normal(n) - 0.9 * industry
    columns = {}
    for construct in spec.constructs:
        level = 0.75 * common + 0.6 * rng.standard_normal(n)
        for code in construct.indicators:
            columns[code] = np.clip(np.rint(7 + 1.7 * (level + 0.5 * rng.standard_normal(n))), 1, 10)
    kind = np.where(industry, "industry", "resident")
    whole = csi_model.estimate(spec, csi_model.prepare(spec, columns))
    place = spec.construct_ids.index(spec.index)
    truth = whole.points.constructs[0, place]
    answered = rng.random(n) < np.where(industry, 0.05, 0.2)
    kept = {code: column[answered] for code, column in columns.items()}
    raked = rake({"kind": kind[answered]}, {"kind": {"industry": 0.5, "resident": 0.5}})
    options = csi_model.Options(bootstrap=200)
    plain, weighted = (
        csi_model.estimate(spec, csi_model.prepare(spec, kept, weights=mass), options)
        for mass in (None, raked.weights)
    )
    found = weighted.figure("constructs").at(spec.index)
    assert found.low < truth < found.high
    assert abs(found.value - truth) < 2.5 * found.se
    assert plain.points.constructs[0, place] - truth > 6 * found.se
    assert plain.figure("constructs").low[place] > truth
