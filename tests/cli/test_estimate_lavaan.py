"""`manyi estimate` with lavaan syntax: all of the language reaches the covariance model."""

import csv
import json

import numpy as np
import pytest

from tests.csi_model.cbsem.worlds import skewed_world, world
from tests.csi_model.simulated import GOLDEN

CFA = "IMG =~ i1 + i2 + i3\nQUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\n"
PATHS = "QUAL ~ IMG\nSAT ~ IMG + "


@pytest.fixture
def ask(manyi, tmp_path):
    """Write answers and a model, and estimate; gives exit code, document (None if refused), what was told."""

    def run(text, columns, *options):
        data, model = tmp_path / "data.csv", tmp_path / "model.lav"
        with data.open("w", newline="", encoding="utf-8") as file:
            rows = csv.writer(file)
            rows.writerow(columns)
            rows.writerows(np.column_stack(list(columns.values())).tolist())
        model.write_text(text, encoding="utf-8")
        code, out, err = manyi("estimate", data, "--model", model, *options, "--json", "-")
        return code, json.loads(out) if code == 0 else None, err

    return run


@pytest.mark.parametrize(
    ("text", "seed", "chi2", "df"),
    [
        (CFA + PATHS + "0*QUAL", 7102, 115.47171641, 25),
        (CFA + PATHS + "start(0.4)*QUAL", 7102, 33.38444957, 24),
        (CFA + PATHS + "QUAL\nq1 ~~ q2", 7108, 24.33380794, 23),
        (CFA, 7109, 16.82206781, 24),
        ("SAT =~ s1 + s2 + s3 + q1", 7109, 1.09273667, 2),
    ],
)
def test_the_covariance_model_has_lavaans_chi_square(ask, text, seed, chi2, df):
    code, found, err = ask(text, world(seed), "--method", "cbsem")
    assert code == 0, err
    assert (found["fit"]["chi2"], found["fit"]["df"]) == (pytest.approx(chi2, abs=1e-4), df)
    assert "← index" in err
    if df != 2:
        code, found, err = ask(text, world(seed), "--method", "pls")
        assert code == 1
        assert "cbsem" in err or "tied to nothing" in err


def test_defined_parameters_stand_in_the_document(ask):
    text = CFA + "QUAL ~ a*IMG\nSAT ~ c*IMG + b*QUAL\nind := a*b\nwhole := ind + c"
    code, found, err = ask(text, world(7108), "--method", "cbsem")
    assert code == 0, err
    ind, whole = found["defined"]
    assert (ind["est"], ind["se"]) == pytest.approx((0.29589833, 0.04738689), abs=1e-5)
    assert whole["est"] == pytest.approx(ind["est"] + 0.42892545, abs=1e-5)
    assert {row["label"] for row in found["estimates"]} == {"", "a", "b", "c", "ind", "whole"}
    assert "ind := a*b: 0.296 [0.203, 0.389]" in err


@pytest.mark.parametrize("text", [CFA, "SAT =~ s1 + s2 + s3 + q1"])
def test_a_model_without_paths_is_assessed_as_far_as_it_goes(ask, text):
    code, found, err = ask(text, world(7109), "--method", "cbsem", "--assess", "--bootstrap", 20)
    assert code == 0, err
    assessed = found["assessment"]
    assert assessed["exact_fit"]["chi2"]["p"] > 0
    assert len(assessed["parameters"]["estimates"]) == (21 if text is CFA else 8)
    assert assessed["prediction"] is None
    assert "prediction-tied-to-nothing" in {caution["code"] for caution in assessed["cautions"]}


def test_the_comment_speaks_and_a_flag_wins(ask):
    columns = world(7109)
    wide = {name: 10 * column for name, column in columns.items()}
    wide["q1"][:4] = 999
    code, _, err = ask(CFA, wide, "--method", "cbsem")
    assert (code, "scale 10 100). If 999 is no answer, add it to missing_codes." in err) == (
        1,
        True,
    ), err
    said = "# manyi: scale 0 100; index IMG; missing 999\n" + CFA
    code, found, err = ask(said, wide, "--method", "cbsem")
    assert (code, found["index"]["id"], found["n_used"]) == (0, "IMG", 300), err
    assert found["indicators"]["q1"]["n_answered"] == 296
    flags = ("--index", "QUAL", "--scale", 0, 200, "--missing-codes", "998,999")
    code, again, err = ask(said, wide, "--method", "cbsem", *flags)
    assert (code, again["index"]["id"]) == (0, "QUAL"), err
    assert again["constructs"]["IMG"]["points"] == pytest.approx(found["constructs"]["IMG"]["points"] / 2)
    code, _, err = ask(said, wide, "--method", "cbsem", "--missing-codes", "none")
    assert (code, "Write it as 98,99" in err) == (1, True)


def test_flags_of_the_syntax_are_refused_beside_a_yaml_model(manyi):
    code, _, err = manyi("estimate", GOLDEN / "data.csv", "--model", GOLDEN / "model.yaml", "--scale", 0, 10)
    assert (code, "--scale is for lavaan syntax" in err) == (1, True)


def test_covariates_are_read_beside_the_items(ask):
    columns = world(7102) | {"age": np.random.default_rng(3).normal(50, 9, 300)}
    code, found, err = ask(CFA + PATHS + "QUAL\nSAT ~ age", columns, "--method", "cbsem")
    assert code == 0, err
    assert "age" in {row["rhs"] for row in found["estimates"] if row["op"] == "~"}
    assert set(found["indicators"]) == {f"{c}{k}" for c in "iqs" for k in (1, 2, 3)}
    del columns["age"]
    code, _, err = ask(CFA + PATHS + "QUAL\nSAT ~ age", columns, "--method", "cbsem")
    assert (code, "no column age" in err) == (1, True)


@pytest.mark.parametrize(
    ("options", "chi2", "scaled"),
    [
        (("--estimator", "MLR"), 24.81716102, 19.94996093),
        (("--estimator", "MLM"), 24.81716102, 19.50385831),
        (("--weights", "w"), 19.28739635, 14.67018502),
        (("--weights", "w", "--estimator", "MLR"), 19.28739635, 14.67018502),
    ],
)
def test_estimator_and_weights_reach_the_covariance_model(ask, options, chi2, scaled):
    code, found, err = ask(CFA + PATHS + "QUAL", skewed_world(), "--method", "cbsem", *options)
    assert code == 0, err
    assert (found["fit"]["chi2"], found["fit"]["chi2_scaled"]) == pytest.approx((chi2, scaled), abs=1e-4)
    assert ("Weighted answers are fitted as MLR" in err) == (options == ("--weights", "w"))
    assert ("design effect" in err) == ("--weights" in options)


def test_weights_and_clusters_are_refused_where_no_estimator_takes_them(ask):
    columns = skewed_world() | {"office": np.arange(300) // 10}
    for estimator in ("MLM", "GLS", "ULS", "WLSMV"):
        for option in (("--weights", "w"), ("--cluster", "office")):
            code, _, err = ask(CFA, columns, "--method", "cbsem", "--estimator", estimator, *option)
            assert (code, f"{estimator} " in err) == (1, True), err


def test_groups_are_fitted_at_once_and_told(ask):
    columns = world(7102) | {"region": np.arange(300) % 2}
    text = CFA + "QUAL ~ IMG\nSAT ~ c(a, a)*IMG + c(b1, b2)*QUAL\ngap := b1 - b2"
    code, found, err = ask(
        text, columns, "--method", "cbsem", "--multigroup", "region", "--equal", "loadings,intercepts"
    )
    assert code == 0, err
    assert (found["equal"], set(found["groups"])) == (["loadings", "intercepts"], {"0", "1"})
    paths = {(row["group"], row["rhs"]): row["est"] for row in found["estimates"] if row["op"] == "~"}
    assert paths["0", "IMG"] == paths["1", "IMG"]
    assert found["defined"][0]["est"] == pytest.approx(paths["0", "QUAL"] - paths["1", "QUAL"])
    assert "300 of 300 respondents in 2 groups at once" in err
    assert f"on {found['equality']['df']} df, p = {found['equality']['p']:.3f}" in err
    code, _, err = ask(text, columns, "--method", "cbsem")
    assert (code, "2 entries, and there is one group" in err) == (1, True)


@pytest.mark.parametrize(
    ("options", "said", "status"),
    [
        (("--equal", "loadings"), "give --multigroup too", 2),
        (("--multigroup", "region", "--bootstrap", 50), "--bootstrap says nothing", 2),
        (("--multigroup", "region", "--group", "region"), "--group says nothing", 2),
        (("--multigroup", "region", "--equal", "factors"), "factors cannot be held equal", 1),
        (("--multigroup", "nowhere"), "has no column nowhere", 1),
        (("--multigroup", "region", "--method", "pls"), "not by pls", 1),
        (("--orthogonal", "--method", "pls"), "which PLS does not", 1),
    ],
)
def test_what_says_nothing_to_groups_at_once_is_refused(ask, options, said, status):
    columns = world(7102) | {"region": np.arange(300) % 2}
    code, _, err = ask(CFA + PATHS + "QUAL", columns, "--method", "cbsem", *options)
    assert (code, said in err) == (status, True), err


def test_orthogonal_constructs_are_asked_for_by_a_flag_too(ask):
    code, found, err = ask(CFA, world(7109), "--method", "cbsem", "--orthogonal")
    assert (code, found["fit"]["df"]) == (0, 27), err
    code, said, _ = ask("# manyi: orthogonal\n" + CFA, world(7109), "--method", "cbsem")
    assert said["fit"]["chi2"] == found["fit"]["chi2"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("s1 ~~ 1e999*q1", "1e999 is too large"),
        ("s1 ~~ TRUE*q1", "neither a number nor a label"),
        ("x := 1; x := 2", "x is defined in line 4 already"),
        ("level: 1", "--cluster"),
        ("s1 ~~ w*q1; w == w + 1", "Line 4: the equalities (==) contradict"),
    ],
)
def test_a_fault_in_a_model_is_told_with_its_line(ask, line, said):
    code, _, err = ask(f"{CFA}{line}", world(7109), "--method", "cbsem")
    assert (code, said in err) == (1, True), err
    assert "Traceback" not in err


def test_what_has_no_value_is_told(ask):
    code, found, err = ask(CFA + "s1 ~~ w*q1\nx := 1/(w - w)", world(7109), "--method", "cbsem")
    assert (code, found["defined"][0]["est"], found["defined"][0]["ci"]) == (0, None, None)
    assert "No number at these estimates: x := 1/(w - w)" in err
