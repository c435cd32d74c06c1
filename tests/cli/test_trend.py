"""`manyi trend`: a file of waves in, the series and its reasons out, and a message for bad input."""

import csv
import json

import numpy as np
import pytest

from tests.csi_model.simulated import GOLDEN, SPEC, survey

MODEL = GOLDEN / "model.yaml"


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    data, year = survey(n=120, years=3, lift=0.9)
    target = tmp_path_factory.mktemp("waves") / "answers.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*SPEC.indicator_ids, "year", "class"])
        for number, row in enumerate(data.values):
            writer.writerow([*np.round(row, 6), year[number], "town" if number % 2 else "rural"])
    return target


def test_trend_writes_the_series_and_says_it(manyi, answers):
    code, out, err = manyi(
        "trend",
        answers,
        "--model",
        MODEL,
        "--wave",
        "year",
        "--segment",
        "class",
        "--bootstrap",
        40,
        "--json",
        "-",
    )
    assert code == 0
    found = json.loads(out)
    assert [each["wave"] for each in found["waves"]] == ["2021", "2022", "2023"]
    assert found["waves"][2]["change"]["verdict"] == "up"
    assert set(found["why"][1]["by_segment"]) == {"rural", "town"}
    assert "weights of 2021" in err
    assert "up" in err


def test_trend_marks_a_break_and_takes_a_bridge(manyi, answers):
    common = ("trend", answers, "--model", MODEL, "--wave", "year", "--bootstrap", 0, "--json", "-")
    found = json.loads(manyi(*common, "--reworded", "2023=SAT1,SAT2")[1])
    assert found["waves"][2]["change"] is None
    assert found["breaks"][0]["what"] == ["SAT1", "SAT2"]
    mended = json.loads(manyi(*common, "--reworded", "2023=SAT1", "--bridge", "2023=-1.2,0.4")[1])
    assert mended["waves"][2]["change"]["value"] > 5


def test_a_bridge_is_measured_by_those_who_were_asked_either_form(manyi, answers):
    def change(bridge):
        asked = ("--wave", "year", "--bootstrap", 0, "--reworded", "2023=SAT1", "--bridge", bridge)
        code, out, err = manyi("trend", answers, "--model", MODEL, *asked, "--json", "-")
        assert code == 0, err
        return json.loads(out)["waves"][2]["change"]

    told = change("2023=-1.2,0.5")
    measured = change("2023=70.2,0.3,69.0,0.4")
    both = change("2023=70.2,0.3,69.0,0.4,0.05")
    assert measured["value"] == pytest.approx(told["value"])
    assert measured["ci"] == pytest.approx(told["ci"])
    # var = 0.3² + 0.4² − 2 · 0.05: the same people tell the shift more sharply.
    assert np.ptp(both["ci"]) < np.ptp(measured["ci"])
    assert both["ci"] == pytest.approx(change(f"2023=-1.2,{0.15**0.5}")["ci"])


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (("--wave", "nope"), "no column nope"),
        (("--wave", "year", "--segment", "nope"), "no column nope"),
        (("--wave", "year", "--order", "2021,1999"), "No wave '1999'"),
        (("--wave", "year", "--base", "1999"), "No wave '1999'"),
        (("--wave", "year", "--reworded", "SAT1"), "Write it as"),
        (("--wave", "year", "--bridge", "2023=much"), "Write it as"),
        (("--wave", "year", "--bridge", "2023=1,-2"), "standard error"),
        (("--wave", "year", "--bridge", "2023=70,0.3,69,-1"), "standard error"),
        (("--wave", "year", "--bridge", "2023=70,0.3,69"), "(old, error, new, error)"),
        (("--wave", "year", "--bridge", "2023=70,0.3,nan,1"), "(old, error, new, error)"),
        (("--wave", "year", "--bridge", "=1,2"), "is not understood"),
        (("--wave", "year", "--bridge", "2023=70,0.3,69,0.4,9"), "covariance is larger"),
        (("--wave", "year", "--base", "1999"), "Choose one of 2021, 2022, 2023."),
        (("--wave", "year", "--reworded", "2022=SAT1", "--reworded", "2022=SAT2"), "2022 twice"),
        (("--wave", "year", "--bridge", "2022=1,2", "--bridge", "2022=1,3"), "--bridge names 2022 twice"),
        (("--wave", "SAT1"), "below the floor"),
        (("--wave", "year", "--json", "/nowhere/x.json"), "cannot be written"),
    ],
)
def test_bad_input_is_said(manyi, answers, extra, said):
    code, out, err = manyi("trend", answers, "--model", MODEL, "--bootstrap", 0, *extra)
    assert code == 1
    assert out == ""
    assert said in err


def test_waves_that_the_order_does_not_name_are_said(manyi, answers):
    given = ("trend", answers, "--model", MODEL, "--wave", "year", "--bootstrap", 0)
    assert "Left out, as --order does not name them: 2023." in manyi(*given, "--order", "2021,2022")[2]
    assert "Left out" not in manyi(*given, "--order", "2023,2022,2021")[2]
    assert "Left out" not in manyi(*given)[2]


def test_trend_says_drift_by_the_days_given(manyi, answers):
    given = ("trend", answers, "--model", MODEL, "--wave", "year", "--bootstrap", 20, "--json", "-")
    days = [word for k in (1, 2, 3) for word in ("--opened", f"{2020 + k}={2020 + k}-03-01")]
    code, out, err = manyi(*given, *days)
    assert code == 0
    moves = json.loads(out)["drift"]["2023"]["SAT"]
    assert {name: each["against"] for name, each in moves.items()} == {
        "last": "2022",
        "year": "2022",
        "base": "2021",
    }
    assert "2023 against" in err
    assert f"{moves['last']['value']:+.1f}" in err


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2021=soon", "is not understood"),
        ("2021", "is not understood"),
        ("1999=1999-03-01", "No wave '1999'"),
    ],
)
def test_days_that_are_none_are_refused(manyi, answers, day, said):
    code, _, err = manyi("trend", answers, "--model", MODEL, "--wave", "year", "--opened", day)
    assert code == 1
    assert said in err
