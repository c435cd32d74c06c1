"""PLSc and the covariance model through `estimate`: what each method changes, and what stays."""

import numpy as np
import pytest

import csi_model
from csi_model.pls import algorithm, consistent


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
    found = consistent.correct(corr[None], algorithm.solve(corr[None], spec), spec)
    assert found.paths[0, 1, 0] == pytest.approx(between / within, abs=1e-9)
    np.testing.assert_allclose(found.loadings[0][spec.block_mask], np.sqrt(within), atol=1e-9)


def test_inadmissible_corrections_are_named():
    spec = csi_model.ModelSpec.from_lavaan("A =~ a1 + a2\nB =~ b1 + b2\nB ~ A\n", index="B")
    corr = np.array([[1, 0.3, 0.6, 0.6], [0.3, 1, 0.6, 0.6], [0.6, 0.6, 1, 0.3], [0.6, 0.6, 0.3, 1]])
    found = consistent.correct(corr[None], algorithm.solve(corr[None], spec), spec)
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


def test_respondent_weights_reach_the_covariance_model(survey):
    spec, data = survey
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    weighted = csi_model.prepare(spec, columns, weights=np.linspace(0.2, 1.8, len(data.values)))
    result = csi_model.estimate(spec, weighted, csi_model.Options(method="cbsem"))
    found = csi_model.document(result)
    plain = csi_model.document(csi_model.estimate(spec, data, csi_model.Options(method="cbsem")))
    assert (found["estimator"], plain["estimator"]) == ("MLR", "ML")
    assert found["weighting"]["index_unweighted"] == pytest.approx(plain["index"]["points"])
    means = weighted.weights @ weighted.points / len(weighted)
    shares = result.points.construct_shares[0][:, spec.place[spec.index]]
    assert found["index"]["points"] == pytest.approx(shares @ means)
    spread = weighted.weights * ((weighted.points - means) @ shares)
    n = len(weighted)
    added = result.covariance.of_weights[spec.place[spec.index]]
    assert found["index"]["se"] == pytest.approx(np.sqrt(spread @ spread / n / (n - 1) + added), rel=1e-9)
    assert found["index"]["se"] > plain["index"]["se"]


def test_a_covariance_construct_goes_with_most_of_its_items(survey):
    """QUAL's marker made nearly constant and reversed: paths, loadings and points keep their direction."""
    spec, data = survey
    options = csi_model.Options(method="cbsem")
    wanted = csi_model.estimate(spec, data, options)
    columns = {code: data.values[:, place] for place, code in enumerate(data.codes)}
    marker = next(construct for construct in spec.constructs if construct.id == "QUAL").indicators[0]
    place = spec.place["QUAL"]
    columns[marker] = np.where(columns[marker] >= np.quantile(columns[marker], 0.9), 8.0, 9.0)
    found = csi_model.estimate(spec, csi_model.prepare(spec, columns), options)
    assert "marker-reversed" in {caution.code for caution in found.cautions}
    own = found.solution.loadings[0][:, place][spec.home == place]
    assert own[0] < 0 < own[1:].min()
    assert np.sign(found.solution.paths).tolist() == np.sign(wanted.solution.paths).tolist()
    np.testing.assert_allclose(found.solution.paths, wanted.solution.paths, atol=0.15)
    np.testing.assert_allclose(found.solution.construct_corr, wanted.solution.construct_corr, atol=0.2)
    assert found.points.shares[0, spec.indicator_ids.index(marker)] == 0
    codes = [caution.code for caution in found.cautions]
    assert codes.count("index-weights-fallback") == 1


def test_a_covariance_model_heeds_clusters(golden):
    """Every respondent twice in one cluster: errors of points and paths are those of 300, not of 600."""
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    options = csi_model.Options(method="cbsem")
    twice = {code: np.tile(columns[code], 2) for code in spec.indicator_ids}
    once = csi_model.prepare(spec, columns, clusters=np.arange(300))
    copies = csi_model.prepare(spec, twice, clusters=np.tile(np.arange(300), 2))
    alone, found = (csi_model.estimate(spec, data, options) for data in (once, copies))
    for name in ("constructs", "paths"):
        want, own = (result.figure(name).se for result in (alone, found))
        np.testing.assert_allclose(own[np.isfinite(want)], want[np.isfinite(want)], rtol=2e-3)
    plain = csi_model.estimate(spec, csi_model.prepare(spec, columns), options)
    of_answers, of_plain = (
        result.figure("constructs").se ** 2 - result.covariance.of_weights for result in (alone, plain)
    )
    np.testing.assert_allclose(of_answers, of_plain * 300 / 299, rtol=1e-9)
    assert csi_model.document(found)["fit"]["chi2_scaled"] < csi_model.document(found)["fit"]["chi2"] / 1.8


def test_options_that_a_covariance_model_does_not_use_are_named(golden):
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    data = csi_model.prepare(spec, columns, strata=columns["group"])
    options = csi_model.Options(method="cbsem", scheme="centroid", interval="bca", bootstrap=100)
    found = {caution.code: caution.message for caution in csi_model.estimate(spec, data, options).cautions}
    assert found["options-not-used"].endswith("scheme centroid, interval bca, strata.")
    assert "bootstrap-not-used" in found
    plain = csi_model.estimate(spec, csi_model.prepare(spec, columns), csi_model.Options(method="cbsem"))
    assert not {"options-not-used", "bootstrap-not-used"} & {caution.code for caution in plain.cautions}


def test_plsc_without_a_correction_is_refused_by_the_construct():
    rng = np.random.default_rng(3)
    common = rng.standard_normal((300, 1))
    sat = common + rng.standard_normal((300, 3))
    first = rng.standard_normal(300) + 0.3 * common[:, 0]
    answers = np.column_stack([first, -first + 0.9 * rng.standard_normal(300) + common[:, 0], sat])
    spec = csi_model.ModelSpec.from_mapping(
        {
            "scale": {"low": -9, "high": 9},
            "index": "S",
            "constructs": [
                {"id": "A", "indicators": ["a1", "a2"]},
                {"id": "S", "indicators": ["s1", "s2", "s3"]},
            ],
            "paths": [["A", "S"]],
        }
    )
    data = csi_model.prepare(spec, dict(zip(spec.indicator_ids, answers.T, strict=True)))
    with pytest.raises(csi_model.IdentificationError, match=r"cannot correct A \(rho_A"):
        csi_model.estimate(spec, data, csi_model.Options(method="plsc"))


def test_covariance_points_are_of_the_rows_that_were_fitted(golden):
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    unhappy = columns["SAT1"] < np.median(columns["SAT1"])
    gappy = {**columns, "LOY3": np.where(unhappy, np.nan, columns["LOY3"])}
    complete = {code: columns[code][~unhappy] for code in spec.indicator_ids}
    options = csi_model.Options(method="cbsem", missing="mean")
    found = csi_model.estimate(spec, csi_model.prepare(spec, gappy), options)
    wanted = csi_model.estimate(spec, csi_model.prepare(spec, complete), options)
    np.testing.assert_allclose(found.points.constructs, wanted.points.constructs)
    np.testing.assert_allclose(found.figure("constructs").se, wanted.figure("constructs").se)
    assert (found.n_used, found.n_given) == (int((~unhappy).sum()), len(unhappy))
    assert "listwise-used" in {caution.code for caution in found.cautions}
    every = {**columns, "LOY3": np.full(len(unhappy), np.nan)}
    every["LOY3"][:2], every["SAT1"] = [5, 6], columns["SAT1"].copy()
    every["SAT1"][:2] = np.nan
    with pytest.raises(csi_model.DataError, match="No row is complete"):
        csi_model.estimate(spec, csi_model.prepare(spec, every), options)
