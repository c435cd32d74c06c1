"""Points of those asked, without resamples and in large samples too; an interaction moves none."""

import numpy as np
import pytest

import csi_model
from csi_model import Options
from csi_model.answers.answered import Answered
from csi_model.answers.random_groups import RandomGroups
from csi_model.answers.sampling import units_of
from csi_model.inference.means import weighted_means
from tests.csi_model.answers.worlds import SPEC, prepared, routed, to_the_end, unknown, unlevered, whole


def test_points_are_of_those_asked_and_of_all_where_all_were(gappy, weights):
    all_asked = Answered(gappy, weights, SPEC.home, np.ones(gappy.shape, dtype=bool))
    assert all_asked.of_counts(np.ones((1, 400))).asked is None
    asked = ~np.isnan(gappy)
    asked[:, 6:] = True  # the last six questions were asked of all, of the others nobody asked left one open
    found = Answered(gappy, weights, SPEC.home, asked)
    counts = np.random.default_rng(3).multinomial(400, np.full(400, 1 / 400), size=4).astype(float)
    drawn = found.of_counts(counts)
    np.testing.assert_allclose(drawn.asked[:, 6:], drawn.mean[:, 6:], atol=1e-6)
    mass = counts * weights
    plain = (mass @ np.nan_to_num(gappy)) / (mass @ ~np.isnan(gappy))
    np.testing.assert_allclose(drawn.asked[:, :6], plain[:, :6], atol=1e-9)


def half_asked(gappy: np.ndarray) -> np.ndarray:
    """Of whom a question has no answer some were asked it, mostly those of low image."""
    rng = np.random.default_rng(8)
    return ~np.isnan(gappy) | (rng.random(gappy.shape) < np.where(np.nan_to_num(gappy[:, :1]) < 5, 0.8, 0.2))


def test_points_of_those_asked_follow_the_derivative_of_the_fit(gappy, weights, monkeypatch):
    unlevered(monkeypatch)
    asked = half_asked(gappy)
    found = Answered(gappy, weights, SPEC.home, asked)

    def exact(mass: np.ndarray) -> np.ndarray:
        mean, cov = to_the_end(found, mass)
        total = np.zeros(12)
        for row, weight, wanted in zip(gappy, mass, asked, strict=True):
            gap = np.isnan(row)
            filled = row.copy()
            slope = np.linalg.solve(cov[np.ix_(~gap, ~gap)], row[~gap] - mean[~gap])
            filled[gap] = mean[gap] + cov[np.ix_(gap, ~gap)] @ slope
            total += weight * np.where(wanted, filled, 0.0)
        return np.asarray(total / (mass @ asked))

    change = np.random.default_rng(2).standard_normal(400)
    change -= (weights @ change) / weights.sum()
    np.testing.assert_allclose(found.of_counts(np.ones((1, 400))).asked[0], exact(weights), atol=1e-5)
    step = 1e-3
    linear = found.of_counts(1 + step * np.array([change, -change])).asked
    wanted = exact(weights * (1 + step * change)) - exact(weights * (1 - step * change))
    assert np.abs(linear[0] - linear[1] - wanted).max() < 1e-3 * np.abs(wanted).max()


@pytest.mark.parametrize("routed_here", [False, True])
def test_the_errors_of_points_are_had_without_resamples(gappy, weights, routed_here):
    found = Answered(gappy, weights, SPEC.home, half_asked(gappy) if routed_here else None)
    levels = found.levels()
    np.testing.assert_allclose(
        weights @ levels / weights.sum(), found.of_counts(np.ones((1, 400))).level[0], atol=1e-6
    )
    counts = units_of(400, None, None).counts(3000, np.random.default_rng(1))
    drawn = np.cov(found.of_counts(counts).level, rowvar=False)
    error = np.sqrt(np.diag(weighted_means(levels, weights)[1]))
    np.testing.assert_allclose(np.sqrt(np.diag(drawn)), error, rtol=0.08)


def test_large_samples_draw_points_of_those_asked_too():
    values = unknown(routed(whole(3000)))
    found = Answered(values, np.ones(3000), SPEC.home, half_asked(values))
    rng, units = np.random.default_rng(3), units_of(3000, None, None)
    by_rows = found.of_counts(units.counts(400, rng)).asked
    groups = RandomGroups(found, units, rng)
    np.testing.assert_allclose(groups.sample().asked, found.of_counts(np.ones((1, 3000))).asked, atol=1e-9)
    ratio = groups.draw(400, rng).asked.std(axis=0) / by_rows.std(axis=0)
    assert 0.82 < ratio.min() < ratio.max() < 1.2, ratio


def test_a_whole_model_adds_up_where_not_all_were_asked():
    values = unknown(routed(whole(500)))
    data = prepared(np.where(np.isnan(values), 99, values), reserved={99: "not_asked"})
    result = csi_model.estimate(SPEC, data, Options(bootstrap=30))
    document = csi_model.document(result)
    for question in document["indicators"].values():
        assert question["points"] == pytest.approx((question["mean"] - 1) / 9 * 100, abs=1e-9)
    for name, construct in document["constructs"].items():
        of = [each for each in document["indicators"].values() if each["construct"] == name]
        whole_of = sum(each["points"] * each["weight_share"] for each in of)
        assert construct["points"] == pytest.approx(whole_of, abs=1e-9)
    answers = np.nanmean(values, axis=0)
    np.testing.assert_allclose([each["mean"] for each in document["indicators"].values()], answers, atol=1e-9)


def test_two_questions_that_nobody_answered_both_are_named():
    values = whole(120)
    values[:60, 0], values[60:, 5] = np.nan, np.nan
    cautions = csi_model.estimate(SPEC, prepared(values)).cautions
    said = next(caution for caution in cautions if caution.code == "never-together")
    assert said.about == ("img1 and tch3",)
    values[:20, 0] = 5.0  # the remedy: both of some
    again = csi_model.estimate(SPEC, prepared(values)).cautions
    assert "never-together" not in {caution.code for caution in again}


def test_gaps_are_never_filled_before_resampling_for_an_interaction():
    """One question asked of one in ten: the error of its points is that of sixty answers."""
    answers = whole(600, 5)
    answers[60:, SPEC.indicator_ids.index("sat1")] = np.nan
    code = [*SPEC.indicator_ids[:3], *SPEC.indicator_ids[6:9], "sat1"]
    plain = {
        "index": "SAT",
        "constructs": [
            {"id": "IMG", "indicators": code[:3]},
            {"id": "QUA", "indicators": code[3:6]},
            {"id": "SAT", "indicators": ["sat1"]},
        ],
        "paths": [["IMG", "SAT"], ["QUA", "SAT"]],
    }
    product = {"id": "IxQ", "product": ["IMG", "QUA"]}
    crossed = plain | {
        "constructs": [*plain["constructs"], product],
        "paths": [*plain["paths"], ["IxQ", "SAT"]],
    }
    columns = dict(zip(SPEC.indicator_ids, answers.T, strict=True))
    alone = np.nanstd(columns["sat1"]) / np.sqrt(60) * 100 / 9
    for missing in ("em", "mean"):
        found = []
        for model in (plain, crossed):
            spec = csi_model.ModelSpec.from_mapping(model)
            options = Options(missing=missing, bootstrap=300)
            found.append(csi_model.estimate(spec, csi_model.prepare(spec, columns), options))
        points, errors = zip(
            *((each.figure("constructs").value[2], each.figure("constructs").se[2]) for each in found),
            strict=True,
        )
        assert points[0] == pytest.approx(points[1], abs=1e-9)
        assert errors[0] == pytest.approx(errors[1], rel=0.15)
        assert 0.8 * alone < errors[0] < 1.15 * alone


@pytest.mark.parametrize("is_crossed", [False, True])
def test_residuals_of_a_tenth_err_as_those_that_were_not_fitted(is_crossed, monkeypatch):
    """60 of 600 answered s1: by algebra its points err by 1.98, by the fit's residuals by 1.88."""
    rng = np.random.default_rng(7105)
    image = rng.normal(size=600)
    quality = 0.3 * image + 0.95 * rng.normal(size=600)
    happy = 0.4 * image + 0.5 * quality + 0.15 * image * quality + 0.6 * rng.normal(size=600)

    def rated(factor: np.ndarray) -> np.ndarray:
        return np.clip(np.rint(6.5 + 1.6 * (0.85 * factor + 0.55 * rng.normal(size=600))), 1, 10)

    columns = {f"{name}{k}": rated(x) for name, x in (("i", image), ("q", quality)) for k in (1, 2, 3)}
    columns["s1"] = rated(happy)
    columns["s1"][~np.isin(np.arange(600), rng.permutation(600)[:60])] = np.nan
    constructs = [
        {"id": "IMG", "indicators": ["i1", "i2", "i3"]},
        {"id": "QUAL", "indicators": ["q1", "q2", "q3"]},
        {"id": "SAT", "indicators": ["s1"]},
    ]
    paths = [["IMG", "SAT"], ["QUAL", "SAT"]]
    if is_crossed:
        constructs.append({"id": "IxQ", "product": ["IMG", "QUAL"]})
        paths.append(["IxQ", "SAT"])
    spec = csi_model.ModelSpec.from_mapping({"index": "SAT", "constructs": constructs, "paths": paths})

    def index() -> csi_model.Figure:
        data = csi_model.prepare(spec, columns)
        return csi_model.estimate(spec, data, Options(bootstrap=1000)).figure("constructs").at("SAT")

    found = index()
    assert found.value == pytest.approx(59.66, abs=0.15)
    assert 1.9 < found.se < 2.5
    unlevered(monkeypatch)
    assert index().se < 1.9
