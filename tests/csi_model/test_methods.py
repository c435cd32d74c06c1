"""PLSc and the covariance model through `estimate`: what each method changes, and what stays."""

import numpy as np
import pytest

import csi_model
from csi_model import consistent, pls


@pytest.fixture
def survey(golden):
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    return spec, csi_model.prepare(spec, {code: columns[code] for code in spec.indicator_ids})


def test_plsc_equals_seminr(survey, golden):
    spec, data = survey
    want = golden.json("seminr_PLSc_path.json")
    found = csi_model.document(csi_model.estimate(spec, data, csi_model.Options(method="plsc")))
    for path in found["paths"]:
        expected = want["path_coef"][path["source"]][path["target"]]
        assert path["estimate"] == pytest.approx(expected, abs=1e-6)
    for code, indicator in found["indicators"].items():
        expected = want["outer_loadings"][code]
        assert indicator["loading"] == pytest.approx(expected, abs=1e-6)


def test_plsc_leaves_points_as_pls_has_them(survey):
    spec, data = survey
    plain, corrected = (
        csi_model.estimate(spec, data, csi_model.Options(method=method)) for method in ("pls", "plsc")
    )
    np.testing.assert_allclose(corrected.points.constructs, plain.points.constructs, rtol=1e-12)
    assert (np.abs(corrected.solution.construct_corr) >= np.abs(plain.solution.construct_corr) - 1e-12).all()


def test_plsc_finds_the_correlation_of_perfectly_parallel_items():
    spec = csi_model.ModelSpec.from_lavaan("A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A\n", index="B")
    within, between = 0.64, 0.32
    corr = np.kron(np.array([[within, between], [between, within]]), np.ones((3, 3)))
    np.fill_diagonal(corr, 1.0)
    found = consistent.correct(corr[None], pls.solve(corr[None], spec), spec)
    assert found.paths[0, 1, 0] == pytest.approx(between / within, abs=1e-9)
    np.testing.assert_allclose(found.loadings[0][spec.block_mask], np.sqrt(within), atol=1e-9)


def test_inadmissible_corrections_are_named():
    spec = csi_model.ModelSpec.from_lavaan("A =~ a1 + a2\nB =~ b1 + b2\nB ~ A\n", index="B")
    corr = np.array([[1, 0.3, 0.6, 0.6], [0.3, 1, 0.6, 0.6], [0.6, 0.6, 1, 0.3], [0.6, 0.6, 0.3, 1]])
    found = consistent.correct(corr[None], pls.solve(corr[None], spec), spec)
    assert "A and B correlate" in consistent.cautions(found, spec)[0].message


def test_covariance_model_gives_fit_estimates_and_points(survey, golden):
    spec, data = survey
    found = csi_model.document(csi_model.estimate(spec, data, csi_model.Options(method="cbsem")))
    assert {"chi2", "df", "p", "cfi", "tli", "rmsea", "rmsea_ci", "srmr", "aic", "bic"} <= found["fit"].keys()
    want = golden.json("index.json")["index"]
    for name, points in want.items():
        low, high = found["constructs"][name]["ci"]
        assert low < found["constructs"][name]["points"] < high
        assert found["constructs"][name]["points"] == pytest.approx(points, abs=3)
    rows = {(row["lhs"], row["op"], row["rhs"]): row for row in found["estimates"]}
    path = found["paths"][0]
    assert rows[path["target"], "~", path["source"]]["std_all"] == pytest.approx(path["estimate"])


def test_covariance_model_refuses_respondent_weights(survey):
    spec, data = survey
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    weighted = csi_model.prepare(spec, columns, weights=np.linspace(0.5, 1.5, len(data.values)))
    with pytest.raises(csi_model.DataError, match="takes no weights"):
        csi_model.estimate(spec, weighted, csi_model.Options(method="cbsem"))
