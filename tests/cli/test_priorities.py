"""`manyi priorities`: the engine's figures in tables; a message for each bad input."""

import csv
import json

import pytest

import csi_model
from tests.csi_model.simulated import GOLDEN

MODEL, DATA = GOLDEN / "model.yaml", GOLDEN / "data.csv"
SURVEY = (DATA, "--model", MODEL)
FEW = ("--bootstrap", 60, "--seed", 3)


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
    assert shares == {"VAL": 1, "IMG": pytest.approx(1 / 3), "EXP": pytest.approx(1 / 3)}
    assert stated["not_offered"] == ["QUAL"]  # nobody picked it, so nobody knows whether it could be
    assert "QUAL" not in stated["hidden"]
    assert "were no options: QUAL." in err
    assert "in first 2" in err


def test_a_ranking_compares_only_what_was_offered(manyi, tmp_path):
    """IMP.1 to IMP.3 hold option numbers; EXP was no option, NEWS does not lead to the index."""
    model = tmp_path / "model.yaml"
    options = {1: "IMG", 2: "QUAL", 3: "VAL", 4: "NEWS"}
    model.write_text(MODEL.read_text(encoding="utf-8") + f"\nstated: {{IMP: {options}}}\n", encoding="utf-8")
    with DATA.open(newline="", encoding="utf-8") as file:
        names, *rows = list(csv.reader(file))
    said = [("3", "1", "4"), ("3", "4", ""), ("1", "3", "4"), ("", "", "")]
    path = tmp_path / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "IMP.1", "IMP.2", "IMP.3"])
        writer.writerows([*row, *said[k % 4]] for k, row in enumerate(rows))
    code, out, err = manyi("priorities", path, "--model", model, *FEW, "--stated", "IMP", "--json", "-")
    assert code == 0
    stated = json.loads(out)["stated"]
    n = len(rows)
    share = {row["id"]: row["share"] for row in stated["options"]}
    score = {row["id"]: row["place_score"] for row in stated["options"]}
    by_place = [sum(k % 4 == place for k in range(n)) for place in range(3)]
    assert sum(share.values()) == pytest.approx(
        (3 * by_place[0] + 2 * by_place[1] + 3 * by_place[2]) / sum(by_place)
    )
    assert share["VAL"] == 1
    assert share["QUAL"] == 0
    assert score["VAL"] == pytest.approx((by_place[0] + by_place[1] + by_place[2] * 2 / 3) / sum(by_place))
    assert stated["not_offered"] == ["EXP"]
    assert stated["no_driver"] == ["NEWS"]
    assert {row["id"]: row["importance"] for row in stated["options"]}["NEWS"] is None
    assert "NEWS" not in stated["hidden"] + stated["overrated"]
    assert "were no options: EXP" in err
    again = json.loads(
        manyi(
            "priorities", path, "--model", model, *FEW, "--stated", "IMP", "--cluster", "group", "--json", "-"
        )[1]
    )["stated"]
    wider = [row["share_ci"][1] - row["share_ci"][0] for row in again["options"]]
    assert wider != [row["share_ci"][1] - row["share_ci"][0] for row in stated["options"]]
    text = path.read_text(encoding="utf-8").replace(",3,1,4", ",9,1,4", 1)
    path.write_text(text, encoding="utf-8")
    code, _, err = manyi("priorities", path, "--model", model, *FEW, "--stated", "IMP")
    assert (code, "IMP has no option 9" in err) == (1, True)
    code, _, err = manyi("priorities", DATA, "--model", model, *FEW, "--stated", "IMP")
    assert (code, "no column IMP.1" in err) == (1, True)


def test_a_ranking_heeds_who_was_offered_what(manyi, tmp_path):
    """VAL is offered to every second person, each of whom puts it first: 100 %, not 50 %."""
    model, path = tmp_path / "model.yaml", tmp_path / "answers.csv"
    stated = "\nstated: {IMP: {1: IMG, 2: QUAL, 3: VAL, 4: NEWS}}\n"
    model.write_text(MODEL.read_text(encoding="utf-8") + stated, encoding="utf-8")
    with DATA.open(newline="", encoding="utf-8") as file:
        names, *rows = list(csv.reader(file))
    said = [("3", "1", "IMG QUAL VAL"), ("1", "", "IMG QUAL")]
    rows[0] += ["", "", ""]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "IMP.1", "IMP.2", "IMP.offered"])
        writer.writerows([rows[0], *([*row, *said[k % 2]] for k, row in enumerate(rows[1:]))])
    asked = ("priorities", path, "--model", model, *FEW, "--stated", "IMP", "--json", "-")
    code, out, err = manyi(*asked)
    assert code == 0
    share = {row["id"]: row["share"] for row in json.loads(out)["stated"]["options"]}
    assert share == {"IMG": 1, "QUAL": 0, "VAL": 1}
    assert "too few to say anything: NEWS." in err
    written = path.read_text(encoding="utf-8")
    path.write_text(written.replace("IMG QUAL VAL", "IMG QUAL", 1), encoding="utf-8")
    code, _, err = manyi(*asked)
    assert (code, "picked VAL, which was not offered" in err) == (1, True)
    path.write_text(written.replace("IMG QUAL VAL", "IMG QUAL VAL wind", 1), encoding="utf-8")
    code, _, err = manyi(*asked)
    assert (code, "wind, offered to respondent" in err) == (1, True)


@pytest.mark.parametrize(
    "written",
    ["[1, 2]", "{IMP: [QUAL]}", "{IMP: {one: QUAL}}", "{IMP: {1: QUAL, 2: QUAL}}", "{IMP: {1: 'a b'}}"],
)
def test_what_stands_under_stated_is_checked(manyi, tmp_path, written):
    model = tmp_path / "model.yaml"
    model.write_text(MODEL.read_text(encoding="utf-8") + f"\nstated: {written}\n", encoding="utf-8")
    code, _, err = manyi("priorities", DATA, "--model", model, *FEW)
    assert code == 1
    assert "stated" in err


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
