"""Raking, trimming, design effect, and weights that take the index back to the population."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize

import csi_model
from csi_model.answers.weights import design_effect
from csi_model.survey_design.raking import USUAL_BOUNDS, rake
from tests.csi_model.survey_design.populations import MARGINS, NEAR, sample


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
