"""`manyi sample-size`: plans are those of the engine, said in sentences; a message for each bad input."""

import json

import numpy as np
import pytest

import csi_model
from csi_model.survey_design import allocation, power, sample_size
from csi_model.survey_design.design import Design
from tests.csi_model.conftest import Shelf
from tests.csi_model.simulated import GOLDEN

MODEL, PILOT = GOLDEN / "model.yaml", GOLDEN / "data.csv"


def planned(manyi, *options):
    code, out, err = manyi("sample-size", *options, "--json", "-")
    assert code == 0, err
    return json.loads(out), err


def test_answers_for_a_half_width_without_a_pilot(manyi):
    found, err = planned(manyi, "--half-width", 2)
    assert found == {
        "sd_points": 16.0,
        "sd_source": "usual",
        "design_effect": 1.0,
        "level": 0.95,
        "n": 246,
        "half_width": pytest.approx(1.9994, abs=1e-4),
        "power": 0.8,
        "change_seen": pytest.approx(power.change_seen(246, 246)),
    }
    assert "246 answers tell the index to ±2.0 points (95% confidence)" in err


def test_units_each_get_their_precision(manyi):
    found, err = planned(manyi, "--half-width", 3, "--units", 48, "--population", 48_000)
    each = sample_size.answers_needed(3, Design(population=1000))
    assert found["n"] == 48 * each
    assert found["units"] == {
        "n_units": 48,
        "n_each": each,
        "half_width_each": pytest.approx(sample_size.half_width(each, Design(population=1000))),
        "change_seen_each": pytest.approx(power.change_seen(each, each, design=Design(population=1000))),
    }
    assert f"Among 48 units that is {each} answers each" in err
    divided, _ = planned(manyi, "--n", 600, "--units", 20)
    assert divided["units"]["n_each"] == 30
    assert divided["units"]["half_width_each"] == pytest.approx(sample_size.half_width(30))
    assert divided["half_width"] == pytest.approx(sample_size.half_width(600))


def test_changes_and_their_power(manyi):
    found, err = planned(manyi, "--n", 250, "--change", 2, "--power", 0.9, "--units", 5)
    assert found["change"] == {
        "points": 2.0,
        "power": 0.9,
        "n_a_wave": power.answers_for_change(2, 0.9),
        "n_a_wave_each_unit": power.answers_for_change(2, 0.9),
        "power_of_n": pytest.approx(power.power(2, 250, 250)),
        "power_of_n_each_unit": pytest.approx(power.power(2, 50, 50)),
    }
    assert "250 answers a wave see it with a chance of 29%" in err
    alone, _ = planned(manyi, "--change", 3)
    assert alone["change"] == {"points": 3.0, "power": 0.8, "n_a_wave": 447}
    assert "n" not in alone


def test_without_a_change_the_smallest_that_is_seen_is_said(manyi):
    found, err = planned(manyi, "--n", 250, "--power", 0.9, "--units", 5)
    whole, each = (power.change_seen(n, n, 0.9) for n in (250, 50))
    assert (found["power"], found["change_seen"]) == (0.9, pytest.approx(whole))
    assert found["units"]["change_seen_each"] == pytest.approx(each)
    assert f"{whole:.1f} points with a chance of 90%, in a single unit one of {each:.1f}." in err
    assert power.power(whole, 250, 250) == pytest.approx(0.9, abs=1e-3)


@pytest.fixture
def counties(tmp_path):
    path = tmp_path / "units.csv"
    path.write_text("unit,customers,sd\nA,60000,12\nB,30000,\nC,10000,24\n", encoding="utf-8")
    return path


def test_answers_are_divided_among_units_of_a_file(manyi, counties):
    customers, sd = [60_000, 30_000, 10_000], [12.0, 16, 24]
    for how in ("equal", "proportional", "neyman"):
        asked = ("--n", 600, "--units", counties, "--allocation", how, "--least", 30)
        found, err = planned(manyi, *asked)
        n = allocation.allocate(600, customers, sd, how=how, least=30)
        own, whole = allocation.units_half_width(n, customers, sd)
        assert (found["n"], found["allocation"]) == (600, how)
        assert found["half_width"] == pytest.approx(whole)
        rows = found["units"]["each"]
        assert [(row["unit"], row["customers"], row["n"]) for row in rows] == [
            *zip("ABC", customers, n.tolist(), strict=True)
        ]
        np.testing.assert_allclose([row["half_width"] for row in rows], own)
        design = Design(24.0, population=10_000)
        assert rows[2]["change_seen"] == pytest.approx(power.change_seen(n[2], n[2], design=design))
        assert "± points" in err
    assert planned(manyi, "--n", 600, "--units", counties)[0]["allocation"] == "proportional"


def test_units_of_a_file_get_what_a_half_width_or_a_change_needs(manyi, counties):
    customers, sd = [60_000, 30_000, 10_000], [12.0, 16, 24]
    found, _ = planned(manyi, "--half-width", 3, "--units", counties, "--icc", 0.1, "--cluster-size", 5)
    design = Design(icc=0.1, cluster_size=5)
    needed = allocation.units_needed(3, customers, sd, design).tolist()
    assert [row["n"] for row in found["units"]["each"]] == needed
    assert found["n"] == sum(needed)
    assert all(row["half_width"] <= 3 for row in found["units"]["each"])
    seen, err = planned(manyi, "--change", 5, "--power", 0.9, "--units", counties)
    for row, size, spread in zip(seen["units"]["each"], customers, sd, strict=True):
        own = Design(spread, population=size)
        assert row["n"] == row["n_a_wave"] == power.answers_for_change(5, 0.9, own)
        assert row["power_of_n"] == pytest.approx(power.power(5, row["n"], row["n"], own))
    assert "sees 5 points with" in err


@pytest.mark.parametrize(
    ("text", "options", "said", "status"),
    [
        ("unit,customers\nA,10\nA,20\n", (), "row 2 names A again", 1),
        ("unit,customers\n,10\nB,20\n", (), "row 1 has no unit", 1),
        ("unit,customers\nA,many\n", (), "row 1: customers is 'many'", 1),
        ("unit,customers,sd\nA,100,wide\n", (), "row 1: sd is 'wide'", 1),
        ("unit,customers,sd\nA,100,0\n", (), "standard deviation of 0 is impossible", 1),
        ("unit,customers\nA,0\n", (), "population of 0 is impossible", 1),
        ("unit,customers\nA,inf\n", (), "number of customers", 1),
        ("unit,people\nA,10\n", (), "has no column customers", 1),
        ("unit,customers\nA,5\nB,4\n", (), "10 answers cannot be divided", 1),
        ("unit,customers\nA,50\nB,40\n", ("--least", 20), "cannot be divided", 1),
        ("unit,customers\nA,50\nB,40\n", ("--least", 0), "--least", 2),
        ("unit,customers\nA,50\nB,40\n", ("--allocation", "fair"), "--allocation", 2),
        ("unit,customers\nA,50\nB,40\n", ("--population", 90), "not both", 2),
    ],
)
def test_a_wrong_file_of_units_has_a_message(manyi, tmp_path, text, options, said, status):
    path = tmp_path / "units.csv"
    path.write_text(text, encoding="utf-8")
    code, out, err = manyi("sample-size", "--n", 10, "--units", path, *options)
    assert (code, out) == (status, "")
    assert said in err
    assert "Traceback" not in err


def test_clusters_weights_and_level_enter(manyi):
    options = ("--cluster-size", 10, "--icc", 0.05, "--design-effect", 1.2, "--level", 0.9)
    found, err = planned(manyi, "--half-width", 3, *options)
    design = Design(cluster_size=10, icc=0.05, weighting_effect=1.2, level=0.9)
    assert found["n"] == sample_size.answers_needed(3, design)
    assert "make 1.74 answers count as one" in err


def test_a_pilot_tells_the_spread_on_the_safe_side(manyi, scores):
    found, _ = planned(manyi, "--half-width", 2, "--model", MODEL, "--answers", PILOT)
    sd, upper = sample_size.pilot_sd(scores)
    assert found["sd_source"] == "pilot"
    assert found["sd_points"] == pytest.approx(upper, rel=1e-9)
    assert found["sd_points"] > sd
    assert found["n"] == sample_size.answers_needed(2, Design(sd_points=upper))
    given, _ = planned(manyi, "--half-width", 2, "--sd", 20)
    assert (given["sd_source"], given["n"]) == (
        "given",
        sample_size.answers_needed(2, Design(sd_points=20)),
    )


@pytest.fixture
def scores():
    """Index scores of the pilot's respondents, by the shares that the result states."""
    shelf = Shelf(GOLDEN)
    spec, columns = shelf.spec("model.yaml"), shelf.columns("data.csv")
    found = csi_model.document(csi_model.estimate(spec, csi_model.prepare(spec, columns)))
    own = {code: row for code, row in found["indicators"].items() if row["construct"] == spec.index}
    found_scores = sum(row["weight_share"] * (columns[code] - 1) * 100 / 9 for code, row in own.items())
    assert np.mean(found_scores) == pytest.approx(found["index"]["points"])
    return found_scores


@pytest.mark.parametrize(
    ("options", "said", "status"),
    [
        ((), "Say what is wanted", 2),
        (("--half-width", 2, "--n", 100), "not both", 2),
        (("--n", 100, "--power", 0.3), "power of 0.3 cannot be planned", 1),
        (("--n", 100, "--model", MODEL), "needs both --model and --answers", 2),
        (("--n", 100, "--answers", PILOT), "needs both --model and --answers", 2),
        (("--n", 9, "--model", MODEL, "--answers", PILOT, "--sd", 16), "not both", 2),
        (("--n", 0), "--n", 2),
        (("--n", "many"), "--n", 2),
        (("--units", 0, "--n", 9), "--units", 2),
        (("--units", "absent.csv", "--n", 9), "absent.csv is not there", 1),
        (("--units", 3, "--n", 9, "--least", 3), "are for units of a file", 2),
        (("--units", "absent.csv", "--half-width", 9, "--allocation", "equal"), "with --n", 2),
        (("--half-width", 0), "half-width of 0 points is impossible", 1),
        (("--half-width", "nan"), "half-width of nan points is impossible", 1),
        (("--n", 10, "--units", 20), "10 answers cannot be divided among 20 units", 1),
        (("--n", 10, "--sd", 0), "standard deviation of 0 is impossible", 1),
        (("--n", 10, "--population", 5), "10 answers cannot come from 5 customers", 1),
        (("--n", 10, "--cluster-size", 0.5), "cluster size of 0.5 is impossible", 1),
        (("--n", 10, "--icc", 2), "An intraclass correlation of 2 is impossible", 1),
        (("--n", 10, "--design-effect", 0.5), "weighting effect of 0.5 is impossible", 1),
        (("--n", 10, "--level", 1), "level of 1 is impossible", 1),
        (("--change", 0), "change of 0 points is impossible", 1),
        (("--change", 2, "--power", 1), "power of 1 cannot be planned", 1),
        (("--n", 10, "--model", MODEL, "--answers", "absent.csv"), "is not there", 1),
    ],
)
def test_bad_input_has_a_message(manyi, options, said, status):
    code, out, err = manyi("sample-size", *options)
    assert (code, out) == (status, "")
    assert said in err
    assert "Traceback" not in err


def test_what_is_doubtful_of_a_pilot_is_said(manyi, tmp_path):
    shelf, doubled = Shelf(GOLDEN).columns("data.csv"), tmp_path / "pilot.csv"
    codes = Shelf(GOLDEN).spec("model.yaml").indicator_ids
    rows = [",".join(codes), *(",".join(f"{np.ceil(shelf[c][k] / 2):g}" for c in codes) for k in range(300))]
    doubled.write_text("\n".join(rows), encoding="utf-8")
    found, err = planned(manyi, "--half-width", 2, "--model", MODEL, "--answers", doubled)
    assert "scale-unused" in {each["code"] for each in found["cautions"]}
    assert "is the scale 1–5?" in err
    found, _ = planned(manyi, "--half-width", 2, "--model", MODEL, "--answers", PILOT)
    assert "scale-unused" not in {each["code"] for each in found["cautions"]}
