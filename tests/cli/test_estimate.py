"""`manyi estimate`: the contract."""

import json

import numpy as np
import pytest
import yaml

from tests.cli.golden import DATA, GOLDEN, MODEL, column, edited, first_indicator
from web import cli


def test_estimate_writes_the_documented_result(manyi, tmp_path):
    target = tmp_path / "out.json"
    code, out, err = manyi(
        "estimate", DATA, "--model", MODEL, "--bootstrap", 100, "--seed", 3, "--json", target
    )
    assert code == 0
    assert out == ""
    assert "index" in err
    found = json.loads(target.read_text(encoding="utf-8"))
    assert {
        "method",
        "scheme",
        "n_respondents",
        "n_used",
        "converged",
        "iterations",
        "index",
        "constructs",
        "dimensions",
        "indicators",
        "paths",
        "total_effects",
        "htmt",
        "fornell_larcker",
        "fit",
        "bootstrap",
        "groups",
        "cautions",
    } <= found.keys()
    wanted = json.loads((GOLDEN / "index.json").read_text(encoding="utf-8"))["index"]
    for name, points in wanted.items():
        assert found["constructs"][name]["points"] == pytest.approx(points, abs=1e-6)
        low, high = found["constructs"][name]["ci"]
        assert low < points < high
    assert found["bootstrap"] == {"n": 100, "failed": 0, "seed": 3, "interval": "percentile", "level": 0.95}


def test_estimate_by_group_equals_the_group_alone(manyi, tmp_path):
    target = tmp_path / "out.json"
    given = ("estimate", DATA, "--model", MODEL, "--group", "group", "--json", target)
    assert manyi(*given, "--group-weights", "own")[0] == 0
    groups = json.loads(target.read_text(encoding="utf-8"))["groups"]
    assert set(groups) == {"A", "B"}
    rows = DATA.read_text(encoding="utf-8").splitlines()
    place = rows[0].replace('"', "").split(",").index("group")
    only = tmp_path / "a.csv"
    only.write_text("\n".join([rows[0], *(r for r in rows[1:] if r.split(",")[place].strip('"') == "A")]))
    alone = tmp_path / "alone.json"
    assert manyi("estimate", only, "--model", MODEL, "--json", alone)[0] == 0
    points = json.loads(alone.read_text(encoding="utf-8"))["index"]["points"]
    assert groups["A"]["index"]["points"] == pytest.approx(points, abs=1e-9)
    assert groups["A"]["point_weights"] == "own"


def test_same_seed_gives_the_same_numbers_whatever_the_workers(manyi):
    results = [
        manyi("estimate", DATA, "--model", MODEL, "--bootstrap", 600, "--jobs", jobs, "--json", "-")[1]
        for jobs in (1, 2)
    ]
    assert results[0] == results[1]
    assert json.loads(results[0])["index"]["se"] > 0


@pytest.fixture
def fleet(tmp_path):
    """Ten units of 40 respondents, one of 12, and one whose answers to the first question are all 7."""
    rows = [line.split(",") for line in DATA.read_text(encoding="utf-8").splitlines()]
    place, rng = column(rows, first_indicator()), np.random.default_rng(5)
    written = [[*rows[0], "unit"]]
    for unit, n in {**{f"u{k:02d}": 40 for k in range(10)}, "flat": 40, "small": 12}.items():
        for pick in rng.integers(1, len(rows), n):
            row = list(rows[pick])
            if unit == "flat":
                row[place] = "7"
            written.append([*row, unit])
    path = tmp_path / "fleet.csv"
    path.write_text("\n".join(",".join(row) for row in written), encoding="utf-8")
    return path


def test_a_fleet_of_units_is_one_call_with_the_same_numbers_for_any_jobs(manyi, fleet):
    texts = []
    for jobs in (1, 2, 3):
        code, out, err = manyi(
            "estimate",
            fleet,
            "--model",
            MODEL,
            "--group",
            "unit",
            "--bootstrap",
            100,
            "--jobs",
            jobs,
            "--json",
            "-",
        )
        assert code == 0, err
        assert "Estimating" in err
        texts.append(out)
    assert texts[0] == texts[1] == texts[2]
    found = json.loads(texts[0])
    assert set(found["groups"]) == {*(f"u{k:02d}" for k in range(10)), "flat", "small"}
    for name, group in found["groups"].items():
        if name in {"flat", "small"}:
            assert group is None
        else:
            low, high = group["index"]["ci"]
            assert low < group["index"]["points"] < high
            assert group["bootstrap"]["n"] == 100
    assert len({group["bootstrap"]["seed"] for group in found["groups"].values() if group}) == 10
    messages = [caution["message"] for caution in found["cautions"]]
    assert "small: 12 respondents, fewer than 30; not shown." in messages
    assert "In group 'flat' everyone gave IMG1 the same answer." in messages


def test_a_weighted_index_stands_beside_the_plain_one(manyi, tmp_path):
    rows = DATA.read_text(encoding="utf-8").splitlines()
    path, plain, target = tmp_path / "weighted.csv", tmp_path / "plain.json", tmp_path / "out.json"
    heavy = [f"{row},{40 if number == 5 else 1 + number % 2}" for number, row in enumerate(rows[1:])]
    path.write_text("\n".join([f"{rows[0]},mass", *heavy]), encoding="utf-8")
    assert manyi("estimate", DATA, "--model", MODEL, "--json", plain)[0] == 0
    code, _, err = manyi("estimate", path, "--model", MODEL, "--weights", "mass", "--json", target)
    assert code == 0
    block = json.loads(target.read_text(encoding="utf-8"))["weighting"]
    index = json.loads(plain.read_text(encoding="utf-8"))["index"]["points"]
    assert block["index_unweighted"] == pytest.approx(index, abs=1e-9)
    assert f"Index without weights: {index:.1f}" in err
    assert f"as much as {block['n_effective']:.0f} of equal weight" in err
    assert "Caution: One respondent alone holds 8% of all weight." in err
    assert "Caution: The weights cost precision" in err


def test_weights_count_as_repeated_respondents(manyi, tmp_path):
    """A weight of 2 is the respondent twice: the second derivation is the longer file."""
    mass = [str(1 + k % 3) for k in range(len(DATA.read_text(encoding="utf-8").splitlines()) - 1)]
    weighted = edited(
        tmp_path, lambda rows: [[*row, m] for row, m in zip(rows, ["mass", *mass], strict=True)], "w.csv"
    )
    repeated = edited(
        tmp_path,
        lambda rows: [
            rows[0],
            *(row for row, m in zip(rows[1:], mass, strict=True) for _ in range(int(m))),
        ],
        "r.csv",
    )
    first, second = (
        json.loads(manyi("estimate", path, "--model", MODEL, *more, "--json", "-")[1])
        for path, more in ((weighted, ("--weights", "mass")), (repeated, ()))
    )
    for name, construct in second["constructs"].items():
        assert first["constructs"][name]["points"] == pytest.approx(construct["points"], abs=1e-9)
    for one, other in zip(first["paths"], second["paths"], strict=True):
        assert one["estimate"] == pytest.approx(other["estimate"], abs=1e-9)


def test_every_command_has_help_with_an_example(manyi):
    for command in cli.COMMANDS:
        code, out, _ = manyi(command, "--help")
        assert code == 0
        assert "Example: " in out, command


def test_two_group_columns_give_each_pair(manyi, tmp_path):
    rows = DATA.read_text(encoding="utf-8").splitlines()
    wide = [rows[0] + ",wave"] + [f"{row},{1 + k % 2}" for k, row in enumerate(rows[1:])]
    data, target = tmp_path / "data.csv", tmp_path / "out.json"
    data.write_text("\n".join(wide), encoding="utf-8")
    asked = ("estimate", data, "--model", MODEL, "--group", "group", "--group", "wave", "--json", target)
    assert manyi(*asked)[0] == 0
    groups = json.loads(target.read_text(encoding="utf-8"))["groups"]
    assert set(groups) == {"A / 1", "A / 2", "B / 1", "B / 2"}
    found = sum(group["n_respondents"] for group in groups.values())
    assert found == len(rows) - 1


def test_assess_adds_the_costly_checks(manyi, tmp_path):
    target = tmp_path / "out.json"
    asked = ("estimate", DATA, "--model", MODEL, "--bootstrap", 60, "--assess", "--json", target)
    code, _, err = manyi(*asked)
    found = json.loads(target.read_text(encoding="utf-8"))
    checks = found["assessment"]
    assert code == 0
    assert "Predictive power" in err
    assert checks["cautions"] == []
    assert {(row[0], row[1]): pytest.approx(row[2]) for row in checks["htmt"]} == {
        (row[0], row[1]): row[2] for row in found["htmt"]
    }
    assert all(low < value < high and low < upper <= high for _, _, value, low, high, upper in checks["htmt"])
    errors = checks["prediction"]["indicators"].values()
    assert all(
        one["q2_predict"] == pytest.approx(1 - one["rmse"] ** 2 / one["rmse_naive"] ** 2) for one in errors
    )
    assert 0 < checks["exact_fit"]["srmr"]["p"] <= 1
    construct = found["constructs"]["SAT"]
    for name in ("r_squared", "alpha_standardised", "rho_a", "rho_c", "ave"):
        low, high = construct[f"{name}_ci"]
        assert low < high
    low, high = found["indicators"]["SAT1"]["loading_ci"]
    assert low < found["indicators"]["SAT1"]["loading"] < high


@pytest.mark.parametrize("more", [(), ("--bootstrap", 40), ("--bootstrap", 40, "--group", "group")])
def test_a_model_with_an_interaction_is_estimated_and_told(manyi, tmp_path, more):
    model, target = tmp_path / "model.yaml", tmp_path / "out.json"
    wanted = yaml.safe_load(MODEL.read_text(encoding="utf-8"))
    wanted["constructs"].append({"id": "BOTH", "product": ["SAT", "VAL"]})
    wanted["paths"] += [["VAL", "LOY"], ["BOTH", "LOY"]]
    model.write_text(yaml.safe_dump(wanted), encoding="utf-8")
    code, _, err = manyi("estimate", DATA, "--model", model, "--json", target, *more)
    assert code == 0, err
    assert any(line.split()[:2] == ["BOTH", "–"] for line in err.splitlines())
    found = json.loads(target.read_text(encoding="utf-8"))
    for one in (found, *found["groups"].values()):
        if more:
            low, high = one["index"]["ci"]
            assert low < one["index"]["points"] < high


def test_groups_are_set_side_by_side_or_it_is_said_why_not(manyi, tmp_path):
    rows = DATA.read_text(encoding="utf-8").splitlines()
    body = [f"{row},u{number % 4}" for number, row in enumerate(rows[1:])]
    wide = tmp_path / "wide.csv"
    wide.write_text("\n".join([f"{rows[0]},unit", *body]), encoding="utf-8")
    common = ("--model", MODEL, "--bootstrap", 50, "--json", "-", "--group")
    found = json.loads(manyi("estimate", wide, *common, "unit")[1])
    assert set(found["side_by_side"]["groups"]) == {"u0", "u1", "u2", "u3"}
    assert {each["tier"] for each in found["side_by_side"]["groups"].values()} <= {"above", "with", "below"}
    apart = json.loads(manyi("estimate", wide, *common, "unit", "--margin", 99)[1])["side_by_side"]
    assert {(each["tier"], each["p_holm"]) for each in apart["groups"].values()} == {("with", 1.0)}
    assert all(each["p_holm"] < 1 for each in found["side_by_side"]["groups"].values())
    code, out, err = manyi("estimate", wide, *common, "group")
    assert code == 0
    assert json.loads(out)["side_by_side"] is None
    assert "three are needed" in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--margin", 1), "give --group and --bootstrap too"),
        (("--group", "group", "--group", "group"), "--group names group twice"),
        (("--interval", "bca"), "--interval bca is of resamples"),
        (("--margin", 1, "--group", "group"), "give --group and --bootstrap too"),
        (("--margin", -1), "give 0 to 100"),
        (("--margin", "nan"), "give 0 to 100"),
        (("--margin", "much"), "not a valid float"),
    ],
)
def test_a_margin_that_means_nothing_is_refused(manyi, options, said):
    code, _out, err = manyi("estimate", DATA, "--model", MODEL, *options)
    assert code == 2
    assert said in " ".join(err.split())


def test_strata_without_resamples_are_said_to_do_nothing(manyi):
    common = ("estimate", DATA, "--model", MODEL, "--strata", "group")
    assert "without --bootstrap they do nothing" in manyi(*common)[2]
    assert "do nothing" not in manyi(*common, "--bootstrap", 40)[2]
