"""`manyi priorities`: the engine's figures in tables; a message for each bad input."""

import csv
import json

import pytest

import csi_model
from tests.csi_model.conftest import Shelf
from tests.csi_model.simulated import GOLDEN

MODEL, DATA = GOLDEN / "model.yaml", GOLDEN / "data.csv"
SURVEY = (DATA, "--model", MODEL)
FEW = ("--bootstrap", 60, "--seed", 3)


@pytest.fixture(scope="module")
def fitted():
    shelf = Shelf(GOLDEN)
    spec = shelf.spec("model.yaml")
    data = csi_model.prepare(spec, shelf.columns("data.csv"))
    return csi_model.estimate(spec, data, csi_model.Options(bootstrap=60, seed=3))


@pytest.fixture
def survey(tmp_path):
    """The golden answers with what respondents say matters: most name loud VAL, none names QUAL."""
    with DATA.open(newline="", encoding="utf-8") as file:
        names, *rows = list(csv.reader(file))
    said = ["VAL IMG", "VAL;EXP", "VAL", ""]
    path = tmp_path / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "said"])
        writer.writerows([*row, said[k % 4]] for k, row in enumerate(rows))
    return path


def test_priorities_are_those_of_the_estimation(manyi, fitted):
    code, out, err = manyi("priorities", *SURVEY, *FEW, "--json", "-")
    assert code == 0
    found = json.loads(out)
    spec = fitted.spec
    effects = {
        row["source"]: row["points_per_point"]
        for row in csi_model.document(fitted)["total_effects"]
        if row["target"] == spec.index
    }
    constructs = {row["id"]: row for row in found["levels"]["constructs"]}
    assert constructs.keys() == effects.keys()
    for name, row in constructs.items():
        assert row["importance"] == pytest.approx(effects[name])
        assert row["potential"] == pytest.approx(effects[name] * (100 - row["performance"]))
        assert row["potential_ci"][0] < row["potential"] < row["potential_ci"][1]
        assert row["rank_ci"][0] <= row["rank"] <= row["rank_ci"][1]
    for level in ("constructs", "dimensions", "indicators"):
        gains = [row["gain"] for row in found["levels"][level]]
        assert gains == sorted(gains, reverse=True)
        assert [row["rank"] for row in found["levels"][level]] == list(range(1, len(gains) + 1))
    # A construct's importance is the sum over its questions, a dimension's likewise.
    questions = {row["id"]: row["importance"] for row in found["levels"]["indicators"]}
    for construct in spec.constructs:
        if construct.id in constructs:
            total = sum(questions[code] for code in construct.indicators)
            assert total == pytest.approx(constructs[construct.id]["importance"])
    parts = {row["id"]: row["importance"] for row in found["levels"]["dimensions"]}
    for node in (node for _, node in spec.dimensions if node.id in parts):
        assert parts[node.id] == pytest.approx(sum(questions[code] for code in node.indicators))
    assert spec.index not in constructs
    assert not set(questions) & {"SAT1", "LOY1"}
    assert fitted.figure("importance_constructs").at(spec.index).value == pytest.approx(1)
    best = found["levels"]["constructs"][0]
    assert f"{best['id']:<10}" in err
    assert "What would lift it most?" in err
    assert "act first" in err


def test_priorities_repeat_with_the_seed(manyi):
    first, again = (manyi("priorities", *SURVEY, *FEW, "--json", "-")[1] for _ in range(2))
    assert first == again


def test_stated_importance_stands_beside_the_derived(manyi, survey):
    code, out, err = manyi(
        "priorities", survey, "--model", MODEL, *FEW, "--stated", "said", "--top", 2, "--json", "-"
    )
    assert code == 0
    stated = json.loads(out)["stated"]
    shares = {row["id"]: row["share"] for row in stated["options"]}
    assert stated["level"] == "constructs"
    assert shares == {"VAL": 1, "IMG": pytest.approx(1 / 3), "EXP": pytest.approx(1 / 3), "QUAL": 0}
    assert stated["hidden"] == ["QUAL"]
    assert "Matter more than is said: QUAL." in err
    assert "in first 2" in err


def test_penalties_and_rewards_are_told_on_both_levels(manyi, fitted):
    code, out, err = manyi("priorities", *SURVEY, *FEW, "--asymmetry", "--json", "-")
    assert code == 0
    found = json.loads(out)["asymmetry"]
    assert found == csi_model.plain(csi_model.asymmetry(fitted))
    ranked = {level: {row["id"] for row in rows} for level, rows in json.loads(out)["levels"].items()}
    for level in ("constructs", "indicators"):
        assert {row["id"] for row in found[level]} == ranked[level]
    first = found["constructs"][0]
    assert f"{first['asymmetry']:+.2f} [" in err
    assert "above less below" in err
    assert "asymmetry" not in json.loads(manyi("priorities", *SURVEY, *FEW, "--json", "-")[1])


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        (("priorities", *SURVEY, "--cluster", "office"), "has no column office", 1),
        (("priorities", *SURVEY, "--stated", "said"), "has no column said", 1),
        (("priorities", *SURVEY, *FEW, "--stated", "group"), "A is neither a construct", 1),
        (("priorities", *SURVEY, "--top", 0), "--top", 2),
        (("priorities", "absent.csv", "--model", MODEL), "is not there", 1),
        (("priorities", DATA, "--model", "absent.yaml"), "cannot be read", 1),
        (("priorities", "--model", MODEL), "ANSWERS", 2),
        (("priorities", DATA), "--model", 2),
    ],
)
def test_bad_input_has_a_message(manyi, arguments, said, status):
    code, out, err = manyi(*arguments)
    assert (code, out) == (status, "")
    assert said in err
    assert "Traceback" not in err
