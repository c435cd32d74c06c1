"""`manyi estimate` of covariance models: estimators, what would fit better; redundancy of any model."""

import csv
import json

import pytest

from csi_model import Options, assess, estimate, prepare
from tests.csi_model.conftest import Shelf
from tests.csi_model.simulated import GOLDEN

DATA, MODEL = GOLDEN / "data.csv", GOLDEN / "model.yaml"
SURVEY = ("estimate", DATA, "--model", MODEL)


def test_estimator_and_checks_are_the_engines(manyi):
    asked = ("--method", "cbsem", "--estimator", "MLR", "--bootstrap", 20, "--seed", 2, "--assess")
    code, out, err = manyi(*SURVEY, *asked, "--json", "-")
    assert code == 0, err
    found = json.loads(out)
    assert (found["method"], found["estimator"]) == ("cbsem", "MLR")
    shelf = Shelf(GOLDEN)
    spec = shelf.spec("model.yaml")
    options = Options(method="cbsem", estimator="MLR", bootstrap=20, seed=2)
    sample = prepare(spec, shelf.columns("data.csv"))
    wanted = assess(estimate(spec, sample, options), sample)
    for part in ("modification", "parameters"):
        assert found["assessment"][part] == wanted[part]
    first = wanted["modification"][0]
    assert "300 of 300 respondents, cbsem, MLR" in err
    assert (
        f"Would fit better with: {first['lhs']} {first['op']} {first['rhs']} (chi² −{first['mi']:.1f})" in err
    )


def test_ordered_answers_have_the_scaled_chi_square_of_lavaan(manyi, tmp_path):
    """Of five categories, ⌈x / 2⌉, as the file of lavaan's figures says."""
    with DATA.open(newline="", encoding="utf-8") as file:
        names, *rows = list(csv.reader(file))
    path, n = tmp_path / "halved.csv", names.index("group")
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names[:n], *([(int(x) + 1) // 2 for x in row[:n]] for row in rows)])
    asked = ("--method", "cbsem", "--estimator", "WLSMV")
    code, out, err = manyi("estimate", path, "--model", GOLDEN / "model.lav", *asked, "--json", "-")
    assert code == 0, err
    found = json.loads(out)
    wanted = json.loads((GOLDEN / "lavaan_WLSMV.json").read_text(encoding="utf-8"))
    assert found["estimator"] == "WLSMV"
    assert found["fit"]["chi2_scaled"] == pytest.approx(wanted["fit"]["chisq.scaled"], abs=0.01)


def test_redundancy_of_any_model_is_told(manyi):
    code, out, err = manyi(*SURVEY, "--bootstrap", 40, "--assess", "--global", "QUAL=SAT1", "--json", "-")
    assert code == 0, err
    row = json.loads(out)["assessment"]["redundancy"][0]
    assert (row["construct"], row["n"]) == ("QUAL", 300)
    assert row["ci"][0] < row["value"] < row["ci"][1] < 0.7
    assert f"Redundancy of QUAL: {row['value']:.2f} [" in err
    assert "below 0.7" in err


@pytest.mark.parametrize(
    ("extra", "said", "status"),
    [
        (("--estimator", "WLSMV"), "WLSMV is of covariance models, not of pls", 1),
        (("--method", "cbsem", "--estimator", "DWLS"), "--estimator", 2),
        (("--method", "cbsem", "--estimator", "MLM", "--cluster", "group"), "MLM has no standard errors", 1),
        (("--method", "cbsem", "--estimator", "ULS", "--missing", "fiml"), "ULS cannot use incomplete", 1),
        (("--global", "QUAL=SAT1"), "give --assess too", 2),
        (("--assess", "--global", "QUAL=SAT1", "--global", "QUAL=SAT2"), "names QUAL twice", 1),
        (("--assess", "--global", "QUAL"), "Write it as QUAL=OVERALL", 1),
        (("--assess", "--global", "QUAL=QUAL1"), "QUAL1 is a question of QUAL", 1),
        (("--assess", "--global", "QUAL=Q99"), "has no column Q99", 1),
        (("--assess", "--global", "QUAL=group"), "Column group, row 1 holds 'A', which is no number", 1),
    ],
)
def test_what_does_not_fit_together_is_refused(manyi, extra, said, status):
    code, out, err = manyi(*SURVEY, *extra)
    assert (code, out) == (status, "")
    assert said in err
    assert "Traceback" not in err


def test_a_construct_that_is_none_is_a_caution_of_the_assessment(manyi):
    code, _, err = manyi(*SURVEY, "--bootstrap", 20, "--assess", "--global", "NONE=SAT1")
    assert code == 0
    assert "NONE is no construct with questions of its own. Choose IMG" in err
