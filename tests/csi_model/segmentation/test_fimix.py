"""FIMIX-PLS: one class is least squares, one target a plain mixture regression, planted classes are found."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import csi_model
from csi_model.answers.expected import filled
from csi_model.segmentation.fimix import mixture
from tests.csi_model.simulated import SPEC, survey

CHAIN = np.zeros((6, 6), dtype=bool)
CHAIN[[3, 4, 5, 4], [0, 1, 2, 3]] = True


def planted(n=600, seed=4):
    """Scores of two kinds of respondents with opposite paths: three causes and effects."""
    rng = np.random.default_rng(seed)
    own = np.arange(n) % 2
    lead = np.array([0.9, -0.6])[own][:, None]
    causes = rng.normal(size=(n, 3))
    ends = lead * causes + 0.3 * rng.normal(size=(n, 3))
    ends[:, 1] += 0.4 * ends[:, 0]
    scores = np.column_stack([causes, ends])
    return (scores - scores.mean(axis=0)) / scores.std(axis=0), own


def adjusted_rand(one, other):
    """Hubert and Arabie (1985)."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)
    pairs = [(each * (each - 1) / 2).sum() for each in (table, table.sum(axis=0), table.sum(axis=1))]
    whole = table.sum() * (table.sum() - 1) / 2
    chance = pairs[1] * pairs[2] / whole
    return (pairs[0] - chance) / ((pairs[1] + pairs[2]) / 2 - chance)


def plain_mixture(x, y, start, steps=3000):
    """A mixture of two regressions through the origin, written out row by row."""
    p = start
    for _ in range(steps):
        share, beta, sd, density = [], [], [], []
        for k in range(2):
            mass = p[:, k]
            beta.append(np.linalg.lstsq(x * np.sqrt(mass)[:, None], y * np.sqrt(mass), rcond=None)[0])
            sd.append(np.sqrt((mass * (y - x @ beta[k]) ** 2).sum() / mass.sum()))
            share.append(mass.mean())
            density.append(share[k] * stats.norm.pdf(y, x @ beta[k], sd[k]))
        density = np.column_stack(density)
        p = density / density.sum(axis=1, keepdims=True)
    return np.log(density.sum(axis=1)).sum(), np.array(share), np.array(beta)


def test_one_class_is_the_log_likelihood_of_least_squares():
    scores, _ = planted()
    n, whole = len(scores), 0.0
    for target in (3, 4, 5):
        x, y = scores[:, CHAIN[target]], scores[:, target]
        left = np.linalg.lstsq(x, y, rcond=None)[1].item() / n
        whole += stats.norm.logpdf(y, x @ np.linalg.lstsq(x, y, rcond=None)[0], np.sqrt(left)).sum()
    found = mixture(scores, np.ones(n), CHAIN, 1, np.random.default_rng(1))
    assert found.log_likelihood == pytest.approx(whole, abs=1e-6)


def test_one_target_is_a_plain_mixture_regression():
    scores, own = planted(300)
    single = np.zeros((6, 6), dtype=bool)
    single[4, [1, 3]] = True
    found = mixture(scores, np.ones(300), single, 2, np.random.default_rng(1))
    start = np.where(np.eye(2)[own] > 0, 0.8, 0.2)
    likelihood, share, beta = plain_mixture(scores[:, [1, 3]], scores[:, 4], start)
    order = np.argsort(-share)
    assert found.log_likelihood == pytest.approx(likelihood, abs=5e-3)
    np.testing.assert_allclose(found.share, share[order], atol=5e-3)
    np.testing.assert_allclose(found.paths[:, 4][:, [1, 3]], beta[order], atol=5e-3)


def test_planted_classes_are_found_and_more_classes_never_fit_worse():
    scores, own = planted()
    fits = [mixture(scores, np.ones(600), CHAIN, k, np.random.default_rng(k)) for k in (1, 2, 3)]
    assert adjusted_rand(fits[1].membership.argmax(axis=1), own) > 0.8
    likelihoods = [fit.log_likelihood for fit in fits]
    assert likelihoods == sorted(likelihoods)
    for fit in fits:
        assert fit.converged
        assert fit.share.sum() == pytest.approx(1)
        np.testing.assert_allclose(fit.membership.sum(axis=1), 1)
        assert list(fit.share) == sorted(fit.share, reverse=True)


def test_a_row_given_twice_counts_as_one_of_weight_two():
    scores, _ = planted(200)
    times = np.where(np.arange(200) % 3 == 0, 2, 1)
    one, other = (
        mixture(rows, mass, CHAIN, 2, np.random.default_rng(3))
        for rows, mass in (
            (scores, times.astype(float)),
            (np.repeat(scores, times, axis=0), np.ones(times.sum())),
        )
    )
    assert one.log_likelihood == pytest.approx(other.log_likelihood, abs=0.05)


def test_a_target_that_follows_exactly_stops_at_the_floor_and_is_an_artefact():
    sample = survey(n=300, years=1)[0]
    place = {code: row for row, code in enumerate(sample.codes)}
    values = sample.values.copy()
    values[:, place["COM1"]] = values[:, place["LOY1"]]
    spec = csi_model.ModelSpec.from_lavaan("A =~ LOY1\nB =~ COM1\nB ~ A", index="B")
    rows = csi_model.prepare(spec, dict(zip(sample.codes, values.T, strict=True)))
    found = csi_model.segments(csi_model.estimate(spec, rows), rows, most=2)
    assert found.mixtures[0].variance[0, 1] == pytest.approx(1e-3)
    assert "mixture-degenerate" in {caution.code for caution in found.cautions}


def whole(sample, **more):
    return csi_model.segments(csi_model.estimate(SPEC, sample), sample, **more)


def test_criteria_are_their_formulas_and_small_segments_have_no_figures():
    sample = survey(n=150, years=1)[0]
    found = whole(sample, most=4)
    assert found.least == 40  # four constructs lead to SAT
    paths, targets, n = len(SPEC.paths), 6, 150
    for k, (fit, criteria) in enumerate(zip(found.mixtures, found.criteria, strict=True), start=1):
        count = k - 1 + k * (paths + targets)
        assert criteria.n_parameters == count
        assert criteria.aic3 == pytest.approx(-2 * fit.log_likelihood + 3 * count)
        assert criteria.bic == pytest.approx(-2 * fit.log_likelihood + count * np.log(n))
        assert criteria.caic == pytest.approx(criteria.bic + count)
        assert (k == 1) == np.isnan(criteria.entropy)
        if k > 1:
            p = fit.membership
            assert criteria.entropy == pytest.approx(1 + (p * np.log(p.clip(1e-300))).sum() / (n * np.log(k)))
    held = [
        part for each in found.plain()["solutions"] for part in each["segments"] if part["n"] < found.least
    ]
    assert held
    assert all(part["paths"] is part["points"] is part["share"] is None for part in held)
    first = found.plain()["solutions"][0]["segments"][0]
    result = csi_model.estimate(SPEC, sample)
    assert first["points"] == pytest.approx(csi_model.document(result)["index"]["points"])
    estimates = {
        (row["source"], row["target"]): row["estimate"] for row in csi_model.document(result)["paths"]
    }
    assert {
        (p["source"], p["target"]): pytest.approx(p["estimate"], abs=1e-6) for p in first["paths"]
    } == estimates


def test_gaps_stand_at_their_expectation_and_their_share_is_said():
    sample = survey(n=300, years=1)[0]
    rng = np.random.default_rng(3)
    gappy = replace(sample, values=np.where(rng.random(sample.values.shape) < 0.15, np.nan, sample.values))
    found = whole(gappy, most=1)
    assert found.imputed == pytest.approx(0.15, abs=0.02)
    assert "imputed-scores" in {caution.code for caution in found.cautions}
    np.testing.assert_allclose(found.scores.mean(axis=0), 0, atol=1e-9)
    mean, cov = np.array([1.0, 2.0, 3.0]), np.array([[2.0, 1, 0.5], [1, 2, 0.3], [0.5, 0.3, 1]])
    rows = np.array([[2.0, np.nan, 4.0], [np.nan, np.nan, np.nan], [1.0, 1.0, 1.0]])
    wanted = 2.0 + cov[1, [0, 2]] @ np.linalg.solve(cov[np.ix_([0, 2], [0, 2])], [1.0, 1.0])
    np.testing.assert_allclose(filled(rows, mean, cov), [[2.0, wanted, 4.0], mean, [1.0, 1.0, 1.0]])
    singular = np.ones((3, 3))
    np.testing.assert_allclose(filled(rows, mean, singular)[0], [2.0, 2.0, 4.0])


def test_what_cannot_be_is_refused():
    sample = survey(n=60, years=1)[0]
    with pytest.raises(csi_model.DataError, match="not 1 to 10"):
        whole(sample, most=0)
    with pytest.raises(csi_model.SpecificationError, match="PLS"):
        csi_model.segments(csi_model.estimate(SPEC, sample, csi_model.Options(method="plsc")), sample)
    few = sample.where(np.arange(35))
    with pytest.raises(csi_model.DataError, match="fewer than the 40"):
        whole(few)
