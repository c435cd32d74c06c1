"""Covariance models of answers with gaps: what each estimator does with them, and rarely met questions."""

import numpy as np
import pytest

import csi_model
from csi_model import Options, cbsem
from csi_model.cbsem.moments import by_pattern
from csi_model.cbsem.saturated import saturated, seldom_together
from tests.csi_model.answers.worlds import EFFECTS, SPEC, prepared, unknown, whole

LIKELIHOODS = ("", "ML", "MLR")
OTHERS = ("MLM", "GLS", "ULS", "WLSMV")


def rarely_met(n: int = 1200, seed: int = 4) -> np.ndarray:
    """No row is whole; each is asked one of the first two touchpoint questions, ten people are asked both."""
    values = whole(n, seed)
    first = np.arange(n) % 2 == 0
    values[~first, 3], values[first, 4] = np.nan, np.nan
    values[:10, 3:5] = whole(10, seed + 1)[:, 3:5]
    values[:10, 0] = np.nan
    return values


def effects(result: csi_model.Result) -> tuple[np.ndarray, np.ndarray]:
    paths = result.figure("paths")
    return paths.value[SPEC.path_matrix], paths.se[SPEC.path_matrix]


@pytest.mark.parametrize("estimator", LIKELIHOODS)
def test_gaps_are_no_loss_of_rows_to_likelihoods(estimator):
    data = prepared(unknown(whole(600), 0.1))
    found = csi_model.estimate(SPEC, data, Options("cbsem", estimator=estimator))
    assert (found.n_used, found.n_given) == (600, 600)
    own = cbsem.fit(SPEC, data, estimator=estimator or "ML", missing="fiml")
    assert found.covariance.document["fit"]["chi2"] == own.fit.chi2
    assert "seldom-together" not in {caution.code for caution in found.cautions}
    # Half the width and more of the interval on whole answers: the errors tell of the gaps.
    complete = csi_model.estimate(SPEC, prepared(whole(600)), Options("cbsem", estimator=estimator))
    ratio = found.figure("constructs").se / complete.figure("constructs").se
    assert (ratio > 1.0).all()
    assert (ratio < 1.15).all()


@pytest.mark.parametrize("estimator", OTHERS)
def test_other_estimators_take_whole_rows_and_say_so(estimator):
    values = unknown(whole(900), 0.05)
    data = prepared(values)
    found = csi_model.estimate(SPEC, data, Options("cbsem", estimator=estimator))
    rows = ~np.isnan(values).any(axis=1)
    told = next(caution for caution in found.cautions if caution.code == "listwise-used")
    assert found.n_used == rows.sum()
    assert str(900 - rows.sum()) in told.message
    assert estimator in told.message
    same = csi_model.estimate(SPEC, prepared(values[rows]), Options("cbsem", estimator=estimator))
    np.testing.assert_array_equal(found.solution.paths, same.solution.paths)
    with pytest.raises(csi_model.ModelError, match=estimator):
        csi_model.estimate(SPEC, data, Options("cbsem", estimator=estimator, missing="fiml"))


@pytest.mark.parametrize("wish", [{"estimator": "WLSMV"}, {"missing": "mean"}])
def test_without_a_whole_row_the_way_out_is_named_and_works(wish):
    data = prepared(rarely_met())
    with pytest.raises(csi_model.DataError, match="No row is complete") as told:
        csi_model.estimate(SPEC, data, Options("cbsem", **wish))
    assert "Choose --missing em and ML or MLR" in str(told.value)
    assert csi_model.estimate(SPEC, data, Options("cbsem", estimator="MLR", missing="em")).n_used == 1200


def test_without_gaps_nothing_changes_to_the_bit():
    data = prepared(whole(300))
    kinds = [
        csi_model.document(csi_model.estimate(SPEC, data, Options("cbsem", missing=missing)))
        for missing in ("em", "mean", "listwise")
    ]
    assert kinds[0] == kinds[1] == kinds[2]


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_questions_that_hardly_anybody_answered_both_are_named_and_no_obstacle(estimator):
    data = prepared(rarely_met())
    assert not (~np.isnan(data.values)).all(axis=1).any()
    found = csi_model.estimate(SPEC, data, Options("cbsem", estimator=estimator))
    told = next(caution for caution in found.cautions if caution.code == "seldom-together")
    assert told.about == ("tch1 and tch2 (10)",)
    complete = csi_model.estimate(SPEC, prepared(whole(1200, 4)), Options("cbsem", estimator=estimator))
    paths, errors = effects(found)
    assert np.abs(paths - effects(complete)[0]).max() < 2 * errors.max()
    fit = found.covariance.document["fit"]
    assert fit["p" if estimator == "ML" else "p_scaled"] > 0.001
    assert 0.98 < fit["cfi"] <= 1
    if estimator == "MLR":
        assert 0.9 < fit["scaling_factor"] < 1.1


def test_the_prior_serves_the_comparison_alone():
    values = rarely_met()
    patterns = by_pattern(values)
    found = saturated(patterns, blocks=SPEC.home)
    assert found.strength == pytest.approx(12 * np.isnan(values).mean(axis=0).max())
    assert np.linalg.eigvalsh(found.covariance)[0] > 0
    assert seldom_together(values) == [(3, 4, 10)]
    # The structured model has a maximum of its own: twice the prior changes chi-square and nothing else.
    assert saturated(by_pattern(whole(100))).strength == 0


def test_pls_plsc_and_the_covariance_model_agree_under_gaps():
    data = prepared(rarely_met(2000))
    latent = {}
    for method in ("pls", "plsc", "cbsem"):
        result = csi_model.estimate(SPEC, data, Options(method))
        latent[method] = effects(result)[0]
        points = result.points.constructs[0]
        np.testing.assert_allclose(
            points, csi_model.estimate(SPEC, data, Options()).points.constructs[0], atol=0.7
        )
    np.testing.assert_allclose(latent["plsc"], latent["cbsem"], atol=0.06)
    assert len(latent["pls"]) == len(EFFECTS)
    np.testing.assert_allclose(latent["pls"], latent["cbsem"], atol=0.15)
