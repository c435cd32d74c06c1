"""`manyi rake`: weights that meet the margins, a report, and a message for each kind of bad input."""

import csv
import json

import numpy as np
import pytest

from tests.csi_model.simulated import GOLDEN

ROWS = 80


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.csv"
    lines = ["region,tier,mass,Q1"]
    for k in range(ROWS):
        region, tier = ("north" if k % 4 else "south"), ("key" if k % 5 == 0 else "base")
        lines.append(f'{region},{tier},{1 + k % 2},"{k}"')
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def margins(tmp_path, text, name="margins.yaml"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def table(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("m.yaml", "region: {north: 0.5, south: 0.5}\ntier: {key: 0.3, base: 0.7}\n"),
        ("m.yml", "region: {north: 50, south: 50}\ntier: {key: 30, base: 70}\n"),
        ("m.csv", "class;target;variable\nnorth;500;region\nsouth;500;region\nkey;300;tier\nbase;700;tier\n"),
    ],
)
def test_weights_meet_the_margins_and_rows_stay_as_they_were(manyi, tmp_path, answers, name, text):
    target, report = tmp_path / "weighted.csv", tmp_path / "report.json"
    code, out, err = manyi(
        "rake", answers, "--margins", margins(tmp_path, text, name), "--out", target, "--json", report
    )
    assert (code, out) == (0, "")
    before, after = table(answers), table(target)
    assert [{key: row[key] for key in before[0]} for row in after] == before
    weight = np.array([float(row["weight"]) for row in after])
    assert weight.mean() == pytest.approx(1, abs=1e-8)
    for variable, wanted, share in (("region", "north", 0.5), ("tier", "key", 0.3)):
        inside = np.array([row[variable] == wanted for row in after])
        assert weight[inside].sum() / weight.sum() == pytest.approx(share, abs=1e-8)
    found = json.loads(report.read_text(encoding="utf-8"))
    effect = 1 + (weight.std() / weight.mean()) ** 2
    assert found["design_effect"] == pytest.approx(effect, rel=1e-6)
    assert found["n_effective"] == pytest.approx(ROWS / effect, rel=1e-6)
    assert found["largest_error"] < 1e-9
    assert found["rounds"] >= 1
    assert {(row["variable"], row["class"]): row["target"] for row in found["margins"]} == {
        ("region", "north"): 0.5,
        ("region", "south"): 0.5,
        ("tier", "key"): 0.3,
        ("tier", "base"): 0.7,
    }
    assert "region = north" in err
    assert f"as much as {found['n_effective']:.0f} of equal weight" in err


def test_start_weights_and_bounds_are_heeded(manyi, tmp_path, answers):
    target = tmp_path / "weighted.csv"
    given = margins(tmp_path, "region: {north: 0.5, south: 0.5}")
    options = ("--weights", "mass", "--trim", "0.5,2.2", "--column", "final", "--out", target)
    assert manyi("rake", answers, "--margins", given, *options)[0] == 0
    rows = table(target)
    weight = np.array([float(row["final"]) for row in rows])
    assert weight.min() >= 0.5 - 1e-9
    assert weight.max() <= 2.2 + 1e-9
    # Within a class and inside the bounds weights keep the proportion of the start.
    north = {row["mass"]: float(row["final"]) for row in rows if row["region"] == "north"}
    assert north["2"] / north["1"] == pytest.approx(2, rel=1e-6) or min(north.values()) == pytest.approx(0.5)


def test_what_rake_writes_is_what_estimate_reads(manyi, tmp_path):
    target, result = tmp_path / "weighted.csv", tmp_path / "result.json"
    given = margins(tmp_path, "group: {A: 0.8, B: 0.2}")
    source = GOLDEN / "data.csv"
    assert manyi("rake", source, "--margins", given, "--column", "raked", "--out", target)[0] == 0
    model = GOLDEN / "model.yaml"
    options = ("--model", model, "--weights", "raked", "--json", result)
    assert manyi("estimate", target, *options)[0] == 0
    assert json.loads(result.read_text(encoding="utf-8"))["weighting"]["design_effect"] > 1.1


def test_classes_are_texts_whatever_they_look_like(manyi, tmp_path):
    path, target = tmp_path / "codes.csv", tmp_path / "weighted.csv"
    path.write_text("member,year\n" + "yes,2024\nno,2025\n" * 20, encoding="utf-8")
    given = margins(tmp_path, "member: {yes: 0.6, no: 0.4}\nyear: {2024: 0.6, 2025: 0.4}")
    assert manyi("rake", path, "--margins", given, "--out", target)[0] == 0
    assert {row["weight"] for row in table(target)} == {"1.2", "0.8"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("region: {north: 0.5, south: 0.4}", "shares of region add up to 0.9, not 1"),
        ("region: {north: 60, south: 50}\ntier: {key: 30, base: 70}", "add up to 110 and 100"),
        ("region: {north: 0.5, south: 0.5, west: 0.1}", "names west, a class without respondents"),
        ("region: {north: 1}", "region = south is missing from the margin"),
        ("region: {north: -1, south: 2}", "target of region = north is -1"),
        ("region: {north: 0, south: 0}", "All targets of region are zero"),
        ("region: {north: many, south: 1}", "'many' for north, a target that is no number"),
        ("region: {north: 50%, south: 50%}", "'50%' for north, a target that is no number"),
        ("region: {north: .5, north: .5, south: .5}", "line 1: region = north has two targets"),
        ("region: {north: 1, south: 1}\nregion: {north: 2}", "line 2: region stands twice"),
        ("region: {[north]: 1, south: 1}", "holds no margins"),
        ("? {a: b}\n: {c: 1}", "holds no margins"),
        ("[a]: {north: 1}", "holds no margins"),
        ("'': {north: 1}", "The margin '' has no column"),
        ("tier: {key: 0.2, base: 0.8}\nage: {old: 1}", "as the data do: region, tier, mass, Q1"),
        ("region: {north: [1], south: 1}", "a target that is no number"),
        ("area: {town: 1}", "margin area has no column of classes"),
        ("region", "holds no margins"),
        ("region: 0.5", "holds no margins"),
        ("region: {north: 0.5", "is no YAML (line 1)"),
        ("[" * 20_000, "nests too deeply"),
        ("", "holds no margins"),
    ],
)
def test_wrong_margins_are_refused_and_nothing_is_written(manyi, tmp_path, answers, text, said):
    target = tmp_path / "weighted.csv"
    code, out, err = manyi("rake", answers, "--margins", margins(tmp_path, text), "--out", target)
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err
    assert not target.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variable,class,share\nregion,north,1\n", "They must be variable, class, target"),
        ("variable,class,target\nregion,north,1\nregion,north,2\n", "row 2: region = north has two targets"),
        ("variable,class,target\nregion,north\n", "row 1: 2 values for 3 columns"),
        ("variable;class;target\nregion;north;0,5\nregion;south;0,5\n", "'0,5' for north"),
        ("", "is empty"),
    ],
)
def test_wrong_margin_tables_are_refused(manyi, tmp_path, answers, text, said):
    given = margins(tmp_path, text, "m.csv")
    code, _, err = manyi("rake", answers, "--margins", given, "--out", tmp_path / "w.csv")
    assert code == 1
    assert said in err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--trim", "3"), "--trim 3 is not two numbers"),
        (("--trim", "low,3"), "--trim low,3 is not two numbers"),
        (("--trim", "2,3"), "cannot lie between 2 and 3"),
        (("--trim", "0.9,1.1"), "outside the bounds 0.9 to 1.1"),
        (("--weights", "heft"), "has no column heft"),
        (("--weights", "tier"), "row 1 holds 'key', which is no weight"),
        (("--column", "tier"), "already has a column tier"),
        (("--column", " tier"), "already has a column tier"),
        (("--column", ""), "'' is no name of a column"),
        (("--column", "a\nb"), "is no name of a column"),
    ],
)
def test_wrong_options_are_refused(manyi, tmp_path, answers, options, said):
    given = margins(tmp_path, "region: {north: 0.5, south: 0.5}")
    code, _, err = manyi("rake", answers, "--margins", given, "--out", tmp_path / "w.csv", *options)
    assert code == 1
    assert said in err


@pytest.mark.parametrize("other", ["answers.csv", "margins.yaml", "report.json"])
def test_weights_are_not_written_over_another_file_of_the_command(manyi, tmp_path, answers, other):
    given = margins(tmp_path, "region: {north: 0.5, south: 0.5}")
    before = answers.read_bytes(), given.read_bytes()
    options = ("--margins", given, "--json", tmp_path / "report.json")
    code, _, err = manyi("rake", answers, *options, "--out", tmp_path / other)
    assert code == 2
    assert f"{other} is named twice" in err
    assert (answers.read_bytes(), given.read_bytes()) == before


@pytest.mark.parametrize("name", ["m.json", "margins"])
def test_margins_need_not_be_called_yaml(manyi, tmp_path, answers, name):
    given = margins(tmp_path, '{"region": {" north": 0.5, "south": 0.5}}', name)
    assert manyi("rake", answers, "--margins", given, "--out", tmp_path / "w.csv")[0] == 0


def test_answers_hold_whatever_signs_people_write(manyi, tmp_path, answers):
    text = "one\u2028two\u2029three\x0bfour\x0cfive\x85six\x1cseven"
    lines = answers.read_text(encoding="utf-8").split("\n")
    lines = [lines[0] + ",said", *(f'{line},"{text}\nend"' for line in lines[1:])]
    answers.write_text("\n\n" + "\n".join(lines), encoding="utf-8", newline="")
    given, target = margins(tmp_path, "region: {north: 0.5, south: 0.5}"), tmp_path / "w.csv"
    assert manyi("rake", answers, "--margins", given, "--out", target)[0] == 0
    assert {row["said"] for row in table(target)} == {f"{text}\nend"}
    answers.write_text("\n".join(lines)[:-1], encoding="utf-8", newline="")
    code, _, err = manyi("rake", answers, "--margins", given, "--out", target)
    assert code == 1
    assert f"row {ROWS} begins (line {2 * ROWS})" in err
    assert "Close each quotation mark" in err


def test_files_that_are_not_there_or_cannot_be_written(manyi, tmp_path, answers):
    given = margins(tmp_path, "region: {north: 0.5, south: 0.5}")
    assert (
        "absent.yaml cannot be read"
        in manyi("rake", answers, "--margins", tmp_path / "absent.yaml", "--out", "x")[2]
    )
    assert "is not there" in manyi("rake", tmp_path / "absent.csv", "--margins", given, "--out", "x")[2]
    code, _, err = manyi("rake", answers, "--margins", given, "--out", tmp_path / "no" / "w.csv")
    assert code == 1
    assert "cannot be written" in err
    assert manyi("rake", answers, "--out", "x")[0] == 2


def test_weighted_answers_on_standard_output_are_those_of_the_file(manyi, tmp_path, answers, monkeypatch):
    monkeypatch.chdir(tmp_path)
    known = margins(tmp_path, "region: {north: 0.5, south: 0.5}\n")
    assert manyi("rake", answers, "--margins", known, "--out", "weighted.csv")[:2] == (0, "")
    code, out, err = manyi("rake", answers, "--margins", known, "--out", "-")
    assert (code, out) == (0, (tmp_path / "weighted.csv").read_text(encoding="utf-8"))
    assert f"{ROWS} rows written to standard output" in err
    code, out, err = manyi("rake", answers, "--margins", known, "--out", "-", "--json", "-")
    assert (code, out) == (2, "")
    assert "- is named twice" in err
    assert not (tmp_path / "-").exists()
