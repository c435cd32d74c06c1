"""`manyi compare`: what it writes and says."""

import csv
import json

import numpy as np
import pytest
import yaml

from csi_model import ModelSpec
from csi_model.cbsem import assess_invariance
from csi_model.inference.many import holm
from tests.cli.compare.quick import FEW, mapping
from tests.cli.golden import DATA, GOLDEN


def groups_of_data():
    with DATA.open(newline="", encoding="utf-8") as file:
        return np.array([row["group"] for row in csv.DictReader(file)])


@pytest.fixture
def compared(manyi, model):
    """Compare and give the document; the run must succeed."""

    def run(data, *more):
        code, out, err = manyi("compare", data, "--model", model, *more, "--json", "-")
        assert code == 0, err
        return json.loads(out)

    return run


def figures(pair):
    yield pair["index"]
    for part in ("constructs", "indicators"):
        for figure in pair[part].values():
            yield from figure.values()
    for dimension in pair["dimensions"].values():
        yield dimension["points"]
    for row in (*pair["paths"], *pair["htmt"], *pair["htmt2"]):
        yield row
    for row in pair["total_effects"]:
        yield from (row["standardised"], row["indirect"], row["points_per_point"])


def test_both_sides_are_what_estimate_gives_for_the_groups(manyi, model, compared, tmp_path):
    target = tmp_path / "apart.json"
    assert manyi("estimate", DATA, "--model", model, "--group", "group", "--json", target)[0] == 0
    apart = json.loads(target.read_text(encoding="utf-8"))["groups"]
    found = compared(DATA, "--by", "group", *FEW)
    (pair,) = found["pairs"]
    assert (found["by"], pair["groups"]) == ("group", ["A", "B"])
    assert {name: group["n"] for name, group in found["groups"].items()} == {
        name: group["n_used"] for name, group in apart.items()
    }
    for side, name in (("first", "A"), ("second", "B")):
        for construct, figure in pair["constructs"].items():
            for key in ("points", "r_squared", "rho_a", "ave"):
                assert figure[key][side] == pytest.approx(apart[name]["constructs"][construct][key])
        for ours, theirs in zip(pair["paths"], apart[name]["paths"], strict=True):
            assert ours[side] == pytest.approx(theirs["estimate"])
        for ours, theirs in zip(pair["total_effects"], apart[name]["total_effects"], strict=True):
            assert ours["points_per_point"][side] == pytest.approx(theirs["points_per_point"])
        assert pair["dimensions"]["SUPPLY"]["points"][side] == pytest.approx(
            apart[name]["dimensions"]["SUPPLY"]["points"]
        )
        for ours, theirs in zip(pair["htmt"], apart[name]["htmt"], strict=True):
            assert [*ours["constructs"], ours[side]] == [*theirs[:2], pytest.approx(theirs[2])]
    for figure in figures(pair):
        assert figure["difference"] == pytest.approx(figure["first"] - figure["second"])
        assert figure["ci"][0] <= figure["ci"][1]
        assert 0 < figure["p"] <= figure["p_holm"] <= 1
    assert pair["overall"]["d_g"]["distance"] > 0
    assert set(pair["micom"]["constructs"]) == {"QUAL", "VAL", "SAT"}
    assert found["invariance"] is None


def test_the_table_names_what_is_more_than_chance(manyi, model):
    code, out, err = manyi(
        "compare", DATA, "--model", model, "--by", "group", "--permutations", 199, "--bootstrap", 99
    )
    assert (code, out) == (0, "")
    assert "Comparing" in err
    assert "group: A 152, B 148 respondents, pls, path; 199 permutations, 99 resamples" in err
    assert "A against B. More than chance (*): VAL (points)." in err
    starred = [line for line in err.splitlines() if line.endswith(" *")]
    assert [line.split()[0] for line in starred] == ["VAL"]
    for title in (
        "Points ",
        "Dimensions ",
        "Paths ",
        "Total effects ",
        "Model as a whole",
        "Same composites",
    ):
        assert f"\n{title}" in err
    assert "SAT (index)" in err
    assert "QUAL → SAT" in err


def test_p_values_are_corrected_over_all_pairs_and_figures_of_a_kind(compared, answers):
    data = answers({"town": np.tile(["north", "east", "west"], 100)})
    found = compared(data, "--by", "town", *FEW)
    assert [pair["groups"] for pair in found["pairs"]] == [
        ["east", "north"],
        ["east", "west"],
        ["north", "west"],
    ]
    for kind in (
        lambda pair: [construct["points"] for construct in pair["constructs"].values()],
        lambda pair: pair["paths"],
    ):
        rows = [figure for pair in found["pairs"] for figure in kind(pair)]
        p = np.array([figure["p"] for figure in rows])
        np.testing.assert_allclose([figure["p_holm"] for figure in rows], holm(p))
    whole = [pair["overall"]["d_uls"] for pair in found["pairs"]]
    np.testing.assert_allclose([one["p_holm"] for one in whole], holm(np.array([one["p"] for one in whole])))


def test_chosen_groups_alone_are_compared(compared, answers):
    data = answers({"town": np.tile(["north", "east", "west"], 100)})
    found = compared(data, "--by", "town", "--groups", "west, east", *FEW)
    assert list(found["groups"]) == ["east", "west"]
    assert len(found["pairs"]) == 1


def test_numbers_name_groups_too(compared, answers):
    data = answers({"wave": np.tile([1, 2, 3], 100)})
    assert list(compared(data, "--by", "wave", "--groups", "1,3", *FEW)["groups"]) == ["1", "3"]


def test_small_groups_and_rows_without_a_group_are_left_out_and_named(manyi, model, compared, answers):
    labels = np.where(np.arange(300) < 20, "tiny", groups_of_data())
    labels[290:] = ""
    data = answers({"unit": labels})
    found = compared(data, "--by", "unit", *FEW)
    assert list(found["groups"]) == ["A", "B"]
    messages = [caution["message"] for caution in found["cautions"]]
    assert "tiny: 20 respondents, fewer than 30; not compared." in messages
    assert "10 of 300 respondents are of no group: their unit is blank." in messages
    code, _, err = manyi("compare", data, "--model", model, "--by", "unit", "--groups", "A,tiny")
    assert (code, "Group tiny has 20 answers, below the floor of 30." in err) == (1, True), err


def test_the_seed_repeats_every_figure(compared):
    first, again, other = (compared(DATA, "--by", "group", *FEW, "--seed", seed) for seed in (3, 3, 4))
    assert first == again
    assert first["pairs"][0]["index"]["ci"] != other["pairs"][0]["index"]["ci"]
    assert first["pairs"][0]["index"]["difference"] == other["pairs"][0]["index"]["difference"]


def test_the_level_sets_the_width_of_intervals(compared):
    narrow, wide = (compared(DATA, "--by", "group", *FEW, "--level", level) for level in (0.5, 0.95))
    widths = [np.diff(found["pairs"][0]["index"]["ci"])[0] for found in (narrow, wide)]
    assert widths[0] < widths[1]


@pytest.mark.parametrize("option", ["--weights", "--weight"])
def test_weights_count_and_their_scale_does_not(compared, answers, option):
    mass = np.random.default_rng(1).uniform(0.5, 3, 300)
    data = answers({"mass": mass, "share": mass / mass.sum()})
    plain, one, other = (
        compared(data, "--by", "group", *FEW, *more) for more in ((), (option, "mass"), (option, "share"))
    )
    point, same = (found["pairs"][0]["index"] for found in (one, other))
    assert point["first"] != pytest.approx(plain["pairs"][0]["index"]["first"], abs=1e-3)
    assert point["ci"] == pytest.approx(same["ci"])
    assert point["p"] == same["p"]


def test_clusters_widen_and_strata_are_taken(compared, answers):
    letters = groups_of_data()
    order = np.argsort(np.loadtxt(DATA, delimiter=",", skiprows=1, usecols=14), kind="stable")
    alike = np.empty(300, dtype=int)
    for letter in "AB":
        rows = order[letters[order] == letter]
        alike[rows] = np.arange(len(rows)) // 12 + (100 if letter == "B" else 0)
    data = answers({"alike": alike})
    plain, clustered, stratified = (
        compared(data, "--by", "group", *FEW, *more)["pairs"][0]["index"]
        for more in ((), ("--cluster", "alike"), ("--strata", "alike"))
    )
    assert clustered["se"] > 1.5 * plain["se"]
    assert stratified["se"] < plain["se"]


@pytest.mark.parametrize("missing", ["mean", "listwise"])
def test_answers_with_gaps_are_compared(manyi, model, compared, tmp_path, missing):
    data, target = GOLDEN / "data_missing.csv", tmp_path / "apart.json"
    asked = ("--missing", missing)
    manyi("estimate", data, "--model", model, "--group", "group", *asked, "--json", target)
    apart = json.loads(target.read_text(encoding="utf-8"))["groups"]
    index = compared(data, "--by", "group", *FEW, *asked)["pairs"][0]["index"]
    assert index["first"] == pytest.approx(apart["A"]["index"]["points"])
    assert index["second"] == pytest.approx(apart["B"]["index"]["points"])


def test_plsc_and_other_schemes_are_compared(compared):
    plain, corrected = (
        compared(DATA, "--by", "group", *FEW, *more)
        for more in ((), ("--method", "plsc", "--scheme", "centroid"))
    )
    assert (corrected["method"], corrected["scheme"]) == ("plsc", "centroid")
    first, second = (
        found["pairs"][0]["constructs"]["SAT"]["r_squared"]["first"] for found in (plain, corrected)
    )
    assert second > first


def test_nothing_is_tested_that_was_not_asked_for(manyi, model, compared):
    found = compared(DATA, "--by", "group", "--permutations", 0, "--bootstrap", 0)
    (pair,) = found["pairs"]
    assert (pair["overall"], pair["micom"]) == (None, None)
    for figure in figures(pair):
        assert figure["difference"] is not None
        assert figure["ci"] is None
        assert (figure["p"], figure["p_holm"], figure["se"], figure["p_bootstrap"]) == (None,) * 4
    _, _, err = manyi(
        "compare", DATA, "--model", model, "--by", "group", "--permutations", 0, "--bootstrap", 0
    )
    assert "More than chance (*): not tested without permutations." in err
    assert "Comparing" not in err


def test_invariance_adds_the_covariance_models_steps(manyi, model, tmp_path):
    target = tmp_path / "out.json"
    code, _, err = manyi(
        "compare",
        DATA,
        "--model",
        model,
        "--by",
        "group",
        "--permutations",
        0,
        "--bootstrap",
        0,
        "--invariance",
        "--out",
        target,
    )
    assert code == 0, err
    found = json.loads(target.read_text(encoding="utf-8"))["invariance"]
    spec = ModelSpec.from_mapping(mapping())
    with DATA.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = {code: [float(row[code]) for row in rows] for code in spec.indicator_ids}
    wanted = assess_invariance(spec, columns, [row["group"] for row in rows]).document()
    assert found["reached"] == wanted["reached"]
    for level, fit in wanted["levels"].items():
        assert found["levels"][level]["chi2"] == pytest.approx(fit["chi2"])
    assert f"Covariance model: {wanted['reached']} invariance holds." in err


@pytest.mark.parametrize("options", [("--cluster", "office"), ("--weights", "mass")])
def test_clusters_and_weights_reach_invariance(compared, answers, options):
    n = np.arange(300)
    data = answers({"office": n // 10, "mass": 1 + n % 3})
    quick = ("--by", "group", "--permutations", 0, "--bootstrap", 0, "--invariance")
    plain = compared(data, *quick)["invariance"]
    found = compared(data, *quick, *options)["invariance"]
    assert [each["df"] for each in found["differences"]] == [each["df"] for each in plain["differences"]]
    for robust, usual in zip(found["differences"], plain["differences"], strict=True):
        assert robust["chi2"] != pytest.approx(usual["chi2"], rel=0.01)
    same = [
        found["levels"][name]["chi2"] == pytest.approx(each["chi2"]) for name, each in plain["levels"].items()
    ]
    assert all(same) == (options[0] == "--cluster")


def test_a_staged_model_is_compared_and_what_cannot_be_tested_is_said(manyi, model, tmp_path):
    wanted = mapping()
    wanted["constructs"].append({"id": "BOTH", "product": ["QUAL", "VAL"]})
    wanted["paths"].append(["BOTH", "SAT"])
    model.write_text(yaml.safe_dump(wanted), encoding="utf-8")
    code, out, err = manyi("compare", DATA, "--model", model, "--by", "group", *FEW, "--json", "-")
    assert code == 0, err
    (pair,) = json.loads(out)["pairs"]
    assert pair["constructs"]["BOTH"]["points"]["difference"] is None
    assert {row["source"]: row["p"] for row in pair["paths"]}["BOTH"] > 0
    assert pair["overall"] is None
    assert set(pair["micom"]["constructs"]) == {"QUAL", "VAL", "SAT"}
    assert "overall-staged" in {caution["code"] for caution in json.loads(out)["cautions"]}
