"""Bad models and bad answers: a named refusal or a caution, never a silent figure."""

import subprocess
import sys

import numpy as np
import pytest

from csi_model.cbsem import assess_invariance, bollen_stine, bootstrap, fit
from csi_model.errors import DataError, IdentificationError, ModelError, SpecificationError
from csi_model.specify import ModelSpec

TEXT = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A"


def draw(n=200, seed=1, *, path=0.5):
    generator = np.random.default_rng(seed)
    a = generator.standard_normal(n)
    b = path * a + generator.standard_normal(n)
    return {
        f"{name}{k}": score + 0.7 * generator.standard_normal(n)
        for name, score in (("a", a), ("b", b))
        for k in (1, 2, 3)
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "syntax"),
        ("A = a1", "syntax"),
        ("A =~ a1 + + a2", "syntax"),
        ("A =~ a1 + a2\nx := a*b", "unknown-label"),
        ("a1 | t1", "syntax-unsupported"),
        ("A =~ c(1, 1)*a1 + a2", "groups-of-modifier"),
        ("A =~ B\nB =~ C + b1\nC =~ B + a1", "measured-by-itself"),
    ],
)
def test_syntax_is_refused_by_name(text, code):
    with pytest.raises(SpecificationError) as caught:
        fit(text, draw())
    assert caught.value.code == code
    assert caught.value.remedy


def test_comments_and_continued_lines_are_read():
    text = "# constructs\nA =~ a1 +\n a2 + a3  ! three\nB =~ b1 + b2 + b3; B ~ A"
    np.testing.assert_allclose(fit(text, draw()).theta, fit(TEXT, draw()).theta, rtol=1e-10)


def spoiled(kind):
    data = draw()
    if kind == "missing column":
        del data["a2"]
    if kind == "words":
        data["a2"] = np.array(["x"] * 200)
    if kind == "constant":
        data["a2"] = np.full(200, 3.0)
    if kind == "copy":
        data["a2"] = 2.0 * data["a1"] + 1.0
    if kind == "infinite":
        data["a2"] = np.where(np.arange(200) == 3, np.inf, data["a2"])
    if kind == "few":
        data = {name: x[:6] for name, x in data.items()}
    if kind == "ragged":
        data["a2"] = data["a2"][:10]
    if kind == "blank":
        data = {name: np.full(200, np.nan) for name in data}
    return data


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("missing column", "missing-column"),
        ("words", "text-in-column"),
        ("constant", "constant-column"),
        ("copy", "collinear-items"),
        ("infinite", "infinite"),
        ("few", "too-few-rows"),
        ("ragged", "length"),
        ("blank", "too-few-rows"),
    ],
)
def test_answers_are_refused_by_name(kind, code):
    with pytest.raises(DataError) as caught:
        fit(TEXT, spoiled(kind))
    assert caught.value.code == code
    assert caught.value.remedy


def test_items_that_add_up_are_refused():
    data = draw()
    data["a3"] = data["a1"] + data["a2"]
    with pytest.raises(ModelError) as caught:
        fit("A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3", data)
    assert caught.value.code in {"collinear-items", "not-identified", "not-converged", "start-values"}


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"estimator": "REML"}, "estimator"),
        ({"missing": "mean"}, "missing"),
        ({"missing": "fiml", "estimator": "GLS"}, "incomplete"),
        ({"equal": ["loadings"]}, "Without groups"),
        ({"equal": ["lv.variances"], "groups": ["x", "y"] * 100}, "lv.variances cannot be held equal"),
        ({"estimator": "WLSMV", "groups": ["x", "y"] * 100}, "Groups"),
        ({"likelihood": "wishart", "estimator": "MLR"}, "Wishart"),
        ({"clusters": ["x", "y"] * 100}, "no standard errors for clusters"),
    ],
)
def test_options_that_mean_nothing_are_refused(options, word):
    with pytest.raises(SpecificationError, match=word):
        fit(TEXT, draw(), **options)


@pytest.mark.parametrize(
    ("clusters", "code"), [(["x"] * 200, "one-cluster"), (["x", "y"], "clusters"), ("unit", "missing-column")]
)
def test_wrong_clusters_are_refused_by_name(clusters, code):
    with pytest.raises(DataError) as caught:
        fit(TEXT, draw(), estimator="MLR", clusters=clusters)
    assert caught.value.code == code
    assert caught.value.remedy


def test_parameters_that_data_cannot_tell_are_named():
    with pytest.raises(IdentificationError, match=r"a1|a2|A") as caught:
        fit("A =~ a1 + a2", draw())
    assert caught.value.code == "not-identified"
    with pytest.raises(IdentificationError, match="A =~ a1"):
        fit("A =~ NA*a1 + NA*a2 + NA*a3\nB =~ b1 + b2 + b3\nB ~ A", draw())


def test_factor_variance_fixed_to_one_identifies_free_loadings():
    free = fit("A =~ NA*a1 + NA*a2 + NA*a3\nA ~~ 1*A\nB =~ b1 + b2 + b3\nB ~ A", draw())
    assert free.fit.chi2 == pytest.approx(fit(TEXT, draw()).fit.chi2, rel=1e-8)


def test_single_item_construct_has_no_measurement_error():
    result = fit("A =~ a1 + a2 + a3\nB =~ b1\nB ~ A", draw())
    assert result.estimate("b1", "~~", "b1").est == 0.0
    plain = fit("A =~ a1 + a2 + a3\nb1 ~ A", draw())
    assert result.fit.chi2 == pytest.approx(plain.fit.chi2, rel=1e-8)
    assert result.estimate("B", "~", "A").est == pytest.approx(plain.estimate("b1", "~", "A").est, rel=1e-6)
    assert result.index_weights()["B"] == {"b1": 1.0}
    ordered = {name: np.clip(np.rint(x), -2, 2) for name, x in draw().items()}
    assert fit("A =~ a1 + a2 + a3\nB =~ b1\nB ~ A", ordered, estimator="WLSMV").fit.df == 2


def test_negative_variance_is_a_caution():
    """A correlation matrix whose one-factor solution needs a negative residual variance."""
    generator = np.random.default_rng(2)
    wanted = np.array([[1.0, 0.8, 0.75], [0.8, 1.0, 0.4], [0.75, 0.4, 1.0]])
    raw = generator.standard_normal((300, 3))
    raw -= raw.mean(axis=0)
    white = raw @ np.linalg.inv(np.linalg.cholesky(raw.T @ raw / 300)).T
    values = white @ np.linalg.cholesky(wanted).T
    result = fit("A =~ a1 + a2 + a3", {f"a{k + 1}": values[:, k] for k in range(3)})
    assert result.estimate("a1", "~~", "a1").est == pytest.approx(1.0 - 0.8 * 0.75 / 0.4, abs=1e-6)
    codes = {caution.code for caution in result.cautions}
    assert {"heywood", "index-weights-fallback"} <= codes
    assert min(result.index_weights()["A"].values()) >= 0.0
    assert np.isnan(result.r_squared[0]["a1"])
    assert result.document()["r_squared"]["a1"] is None


def test_rows_left_out_are_told():
    data = draw()
    data["a1"][:7] = np.nan
    result = fit(TEXT, data)
    assert (result.n_given, result.n_used) == (200, 193)
    assert "rows-left-out" in {caution.code for caution in result.cautions}
    assert fit(TEXT, data, missing="fiml").n_used == 200


def test_one_group_cannot_be_compared():
    with pytest.raises(SpecificationError, match="one group"):
        assess_invariance(TEXT, draw(), ["x"] * 200)
    with pytest.raises(DataError, match="too few"):
        assess_invariance(TEXT, draw(), ["x"] * 195 + ["y"] * 5)


def test_invariance_that_fails_is_a_caution():
    data = draw(600, seed=5)
    groups = np.array(["x", "y"] * 300)
    data["a2"] = np.where(groups == "y", data["a2"] + 2.0, data["a2"])
    found = assess_invariance(TEXT, data, groups)
    assert found.reached == "metric"
    assert found.cautions[0].code == "invariance-fails"
    assert all(caution["remedy"] for caution in found.document()["cautions"])


def test_invariance_keeps_the_cautions_of_its_fits_once():
    data = draw(400, seed=6)
    data["a1"][:7] = np.nan
    found = assess_invariance(TEXT, data, ["x", "y"] * 200)
    assert [caution.code for caution in found.cautions].count("rows-left-out") == 1


@pytest.mark.parametrize("level", [0.0, 1.0, 5.0])
def test_invariance_refuses_a_level_that_is_no_share(level):
    with pytest.raises(DataError) as refusal:
        assess_invariance(TEXT, draw(), ["x", "y"] * 100, level=level)
    assert refusal.value.code == "level"


def test_bootstrap_repeats_with_the_seed_and_refuses_other_estimators():
    result = fit(TEXT, draw(150))
    once, again = (bootstrap(result, 40, seed=3) for _ in range(2))
    np.testing.assert_array_equal(once.replicates, again.replicates)
    longer = bootstrap(result, 50, seed=3)
    np.testing.assert_array_equal(once.replicates, longer.replicates[:40])
    for kind in ("percentile", "bca"):
        found = once.figure(kind=kind)
        assert (found.low < found.high).all()
    np.testing.assert_allclose(once.se, [row.se for row in result.estimates if row.free], rtol=0.6)
    with pytest.raises(SpecificationError):
        bootstrap(fit(TEXT, draw(150), estimator="GLS"), 10, seed=1)


def test_names_of_any_kind_are_kept():
    spec = ModelSpec.from_mapping(
        {
            "index": "满意-1",
            "missing_codes": [99],
            "constructs": [
                {"id": "质量", "name": {"en": "Quality"}, "indicators": ["Q-1", "2", "q/3"]},
                {
                    "id": "满意-1",
                    "name": {"en": "Satisfaction"},
                    "indicators": ["S%1", "NA", "S3"],
                    "mode": "B",
                },
            ],
            "paths": [["质量", "满意-1"]],
        }
    )
    data = dict(zip(spec.indicator_ids, draw().values(), strict=True))
    plain = fit(TEXT, draw())
    result = fit(spec, data)
    assert result.fit.chi2 == pytest.approx(plain.fit.chi2, rel=1e-8)
    assert result.estimate("满意-1", "~", "质量").est == pytest.approx(
        plain.estimate("B", "~", "A").est, rel=1e-6
    )
    assert list(result.loadings()["满意-1"]) == ["S%1", "NA", "S3"]
    assert "formative-as-reflective" in {caution.code for caution in result.cautions}
    with pytest.raises(DataError, match="S%1"):
        fit(spec, data | {"S%1": np.zeros(200)})
    data["Q-1"][:4] = 99
    assert fit(spec, data).n_used == 196


def test_what_is_no_model_is_refused():
    with pytest.raises(SpecificationError, match="not a model"):
        fit(3, draw())


def test_document_is_the_contract():
    document = fit(TEXT, draw()).document()
    assert {"chi2", "df", "p", "cfi", "tli", "rmsea", "rmsea_ci", "srmr", "aic", "bic"} <= set(
        document["fit"]
    )
    row = document["estimates"][1]
    assert {"lhs", "op", "rhs", "est", "se", "z", "p", "std_all"} <= set(row)
    assert (row["lhs"], row["op"], row["rhs"]) == ("A", "=~", "a2")


def test_importing_the_room_imports_neither_semopy_nor_pandas():
    code = (
        "import sys, csi_model.cbsem; "
        "sys.exit(any(name in sys.modules for name in ('semopy', 'pandas', 'statsmodels')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_exact_fit_needs_a_likelihood_and_complete_answers():
    gappy = draw()
    gappy["a1"][:9] = np.nan
    for result in (fit(TEXT, draw(), estimator="GLS"), fit(TEXT, gappy, missing="fiml")):
        with pytest.raises(SpecificationError, match="complete answers") as caught:
            bollen_stine(result, 20, seed=1)
        assert caught.value.code == "bollen-stine"
