"""HTMT2, item statistics, collinearity and redundancy: second derivations, limits."""

import numpy as np
import pytest

from csi_model import Options, document, estimate
from csi_model.answers.prepare import prepare
from csi_model.errors import DataError
from csi_model.measures import collinearity, item_statistics, validity
from csi_model.measures.redundancy import redundancy
from csi_model.pls import algorithm
from csi_model.resampling import estimator
from csi_model.specify import ModelSpec

BLOCK = np.array([[1, 0, 0]] * 3 + [[0, 1, 0]] * 4 + [[0, 0, 1]], dtype=bool)


def congeneric(loadings, factors):
    """Correlations of indicators with these loadings of correlated common factors."""
    pattern = BLOCK * loadings[:, None]
    corr = pattern @ factors @ pattern.T
    np.fill_diagonal(corr, 1.0)
    return corr


FACTORS = np.array([[1.0, 0.6, 0.3], [0.6, 1.0, 0.5], [0.3, 0.5, 1.0]])
LOADINGS = np.array([0.9, 0.5, 0.7, 0.8, 0.95, 0.4, 0.6, 1.0])


@pytest.fixture
def answers(rng):
    quality, effort = rng.standard_normal((2, 300))
    latent = np.column_stack([quality] * 3 + [0.6 * quality + 0.8 * effort] * 4 + [effort])
    return 5 + 1.4 * (latent + 0.8 * rng.standard_normal((300, 8)))


def test_htmt2_of_congeneric_indicators_is_the_correlation_of_their_factors():
    found = validity.htmt2(congeneric(LOADINGS, FACTORS), BLOCK)
    lower = np.tril_indices(3, -1)
    np.testing.assert_allclose(found[lower], FACTORS[lower], rtol=1e-12)
    assert abs(validity.htmt(congeneric(LOADINGS, FACTORS), BLOCK)[1, 0] - 0.6) > 0.001


def test_both_ratios_agree_where_loadings_are_equal():
    corr = congeneric(np.r_[np.full(7, 0.8), 1.0], FACTORS)
    lower = np.tril_indices(3, -1)
    np.testing.assert_allclose(
        validity.htmt(corr, BLOCK)[lower], validity.htmt2(corr, BLOCK)[lower], rtol=1e-12
    )


@pytest.mark.parametrize("cell", [(0, 4), (0, 1)])
@pytest.mark.parametrize("value", [-0.01, 0.0])
def test_htmt2_has_no_value_where_signs_are_mixed(cell, value):
    corr = congeneric(LOADINGS, FACTORS)
    corr[cell] = corr[cell[::-1]] = value
    found = validity.htmt2(np.stack([corr, congeneric(LOADINGS, FACTORS)]), BLOCK)
    assert np.isnan(found[0, 1, 0])
    assert np.isnan(found[0, 0, 1])
    assert np.isfinite(found[0, 2, 1])
    assert np.isfinite(found[1]).all()


def test_htmt2_of_a_construct_that_runs_the_other_way_is_the_same():
    corr, turn = congeneric(LOADINGS, FACTORS), np.diag([1, 1, 1, -1, -1, -1, -1, 1.0])
    np.testing.assert_allclose(
        validity.htmt2(turn @ corr @ turn, BLOCK), validity.htmt2(corr, BLOCK), rtol=1e-12
    )


def test_ratios_take_signs_only_when_asked():
    corr = congeneric(LOADINGS, FACTORS)
    corr[:3, 3:7] *= np.array([1, -1, 1])[:, None]
    corr[3:7, :3] = corr[:3, 3:7].T
    plain, signed = validity.htmt(corr, BLOCK), validity.htmt(corr, BLOCK, absolute=False)
    assert plain[1, 0] == pytest.approx(validity.htmt(congeneric(LOADINGS, FACTORS), BLOCK)[1, 0])
    assert signed[1, 0] < plain[1, 0]
    assert signed[2, 1] == plain[2, 1]


def test_interval_without_half_of_the_draws_is_withheld(rng, answers):
    answers[:, 7] = answers[:, 0] - answers[:, 1] + 5 + 0.2 * rng.standard_normal(300)
    spec = model()
    data = prepare(spec, dict(zip(spec.indicator_ids, answers.T, strict=True)))
    result = estimate(spec, data, Options(bootstrap=100))
    found, drawn = result.figure("htmt2"), result.estimator.htmt2_of_resamples()
    assert np.isfinite(drawn[:, 2, 0]).sum() < 50
    assert np.isnan([found.value[2, 0], found.low[2, 0], found.high[2, 0]]).all()
    assert found.low[1, 0] < found.value[1, 0] < found.high[1, 0]


def test_intervals_leave_out_the_draws_without_a_ratio_pair_by_pair(rng, answers):
    """Some resamples have no HTMT2 of one pair: that pair has fewer draws, the others have all."""
    answers[:, 7] = 5 + 0.25 * (answers[:, 0] - 5) + rng.standard_normal(300) * 2.0
    spec = model()
    data = prepare(spec, dict(zip(spec.indicator_ids, answers.T, strict=True)))
    result = estimate(spec, data, Options(bootstrap=400))
    found, drawn = result.figure("htmt2"), result.estimator.htmt2_of_resamples()
    there = np.isfinite(drawn[:, 2, 0])
    assert 200 < there.sum() < 400
    ends = np.quantile(drawn[there, 2, 0], [0.025, 0.975])
    np.testing.assert_allclose([found.low[2, 0], found.high[2, 0]], ends)
    whole = np.quantile(drawn[:, 1, 0], [0.025, 0.975])
    np.testing.assert_allclose([found.low[1, 0], found.high[1, 0]], whole)


def test_intervals_come_from_random_groups_too(answers, monkeypatch):
    spec = model()
    data = prepare(spec, dict(zip(spec.indicator_ids, answers.T, strict=True)))
    by_row = estimate(spec, data, Options(bootstrap=1000)).figure("htmt")
    monkeypatch.setattr(estimator, "LARGE", 299)
    by_group = estimate(spec, data, Options(bootstrap=1000)).figure("htmt")
    lower = np.tril_indices(3, -1)
    np.testing.assert_allclose(by_group.value[lower], by_row.value[lower], rtol=1e-9)
    ratio = ((by_group.high - by_group.low) / (by_row.high - by_row.low))[lower]
    assert (abs(ratio - 1) < 0.25).all()
    assert (ratio != 1).all()


def model():
    return ModelSpec.from_yaml("""
    index: SAT
    scale: {low: -50, high: 50}
    constructs:
      - {id: QUAL, name: {en: Quality}, indicators: [Q1, Q2, Q3]}
      - {id: SAT, name: {en: Satisfaction}, indicators: [S1, S2, S3, S4]}
      - {id: EFF, name: {en: Effort}, indicators: [E1]}
    paths: [[QUAL, SAT], [EFF, SAT]]
    """)


def test_item_statistics_are_what_they_are_of_rows(answers):
    cov = np.cov(answers.T)
    total, without = item_statistics.item_total(cov, BLOCK), item_statistics.alpha_if_deleted(cov, BLOCK)
    for row in range(7):
        others = np.flatnonzero(BLOCK[:, np.flatnonzero(BLOCK[row])[0]])
        others = others[others != row]
        expected = np.corrcoef(answers[:, row], answers[:, others].sum(axis=1))[0, 1]
        assert total[row] == pytest.approx(expected, rel=1e-12)
        k, part = len(others), answers[:, others]
        alpha = k / (k - 1) * (1 - part.var(axis=0, ddof=1).sum() / part.sum(axis=1).var(ddof=1))
        assert without[row] == pytest.approx(alpha, rel=1e-12)
    assert np.isnan([total[7], without[7]]).all()


def test_item_statistics_take_batches_shifts_and_one_unit_for_all(answers):
    cov = np.cov(answers.T)
    batch = np.stack([cov, np.cov((3 * answers + 2).T)])
    for measure in (item_statistics.item_total, item_statistics.alpha_if_deleted):
        np.testing.assert_allclose(
            measure(batch, BLOCK), np.stack([measure(cov, BLOCK)] * 2), rtol=1e-12, equal_nan=True
        )


def test_indicators_without_error_correlate_perfectly_with_the_others(rng):
    answers = np.outer(rng.standard_normal(50), np.ones(8))
    cov = np.cov(answers.T)
    np.testing.assert_allclose(item_statistics.item_total(cov, BLOCK)[:7], 1, rtol=1e-12)
    np.testing.assert_allclose(item_statistics.alpha_if_deleted(cov, BLOCK)[:7], 1, rtol=1e-12)


def test_pairs_have_item_totals_but_no_alpha_without_one():
    cov = np.array([[1.0, 0.4], [0.4, 2.0]])
    block = np.ones((2, 1), dtype=bool)
    np.testing.assert_allclose(item_statistics.item_total(cov, block), 0.4 / np.sqrt(2))
    assert np.isnan(item_statistics.alpha_if_deleted(cov, block)).all()


def test_full_collinearity_is_that_of_regressions(golden):
    spec = golden.spec("model.yaml")
    data = prepare(spec, golden.columns("data.csv"))
    result = estimate(spec, data)
    standard = (data.values - data.values.mean(axis=0)) / data.values.std(axis=0)
    scores = standard @ (result.solution.weights[0] * spec.block_mask)
    found = collinearity.full_collinearity_vif(result.solution.construct_corr)[0]
    for j in range(scores.shape[1]):
        others = np.delete(scores, j, axis=1)
        left = scores[:, j] - others @ np.linalg.lstsq(others, scores[:, j], rcond=None)[0]
        assert found[j] == pytest.approx(1 / (left**2).mean(), rel=1e-9)


def test_redundancy_is_the_path_of_a_formative_block_to_the_overall_question(answers):
    corr = np.corrcoef(answers.T)
    found = redundancy(corr, BLOCK[:, :2], 7)
    for j in range(2):
        rows = [*np.flatnonzero(BLOCK[:, j]), 7]
        spec = pls_pair(len(rows) - 1)
        path = algorithm.solve_one(corr[np.ix_(rows, rows)], spec).paths[0, 1, 0]
        assert found[j] == pytest.approx(path, rel=1e-9)
    with pytest.raises(DataError, match="Take it out of the block"):
        redundancy(corr, BLOCK, 7)


def pls_pair(size):
    codes = ", ".join(f"X{k}" for k in range(size))
    return ModelSpec.from_yaml(f"""
    index: Y
    constructs:
      - {{id: X, name: {{en: X}}, mode: B, indicators: [{codes}]}}
      - {{id: Y, name: {{en: Y}}, indicators: [Y1]}}
    paths: [[X, Y]]
    """)


@pytest.mark.parametrize("method", ["pls", "plsc", "cbsem"])
def test_document_names_the_new_figures(golden, method):
    spec = golden.spec("model.yaml")
    data = prepare(spec, golden.columns("data.csv"))
    result = estimate(spec, data, Options(method=method))
    found = document(result)
    pairs = [row[:2] for row in found["htmt"]]
    assert [row[:2] for row in found["htmt2"]] == pairs
    corr, names = result.moments.corr[0], spec.construct_ids
    table = validity.htmt2(corr, spec.block_mask)
    ratios = [table[names.index(second), names.index(first)] for first, second in pairs]
    assert [row[2] for row in found["htmt2"]] == [None if np.isnan(ratio) else ratio for ratio in ratios]
    assert sum(row[2] is not None for row in found["htmt2"]) > 15
    total = item_statistics.item_total(result.moments.cov[0], spec.block_mask)
    for row, code in enumerate(spec.indicator_ids):
        entry = found["indicators"][code]
        alone = len(next(c for c in spec.constructs if code in c.indicators).indicators) == 1
        assert entry["item_total"] == (None if alone else total[row])
        assert (entry["alpha_if_deleted"] is None) == alone
    vif = collinearity.full_collinearity_vif(result.solution.construct_corr)[0]
    assert [found["constructs"][name]["full_collinearity_vif"] for name in names] == vif.tolist()
    if method != "cbsem":
        assert found["fit"]["d_uls"] > 0
        assert found["fit"]["d_g"] > 0


def test_copies_inflate_without_bound():
    assert np.isinf(collinearity.vif(np.ones((2, 2)))).all()
    assert np.isinf(collinearity.vif(np.array([[1, 1, 0.5], [1, 1, 0.5], [0.5, 0.5, 1]]))).any()
    np.testing.assert_allclose(collinearity.vif(np.eye(3)), 1.0)
