"""`manyi evaluate`: a panel of units in, the effect out, and a message for bad input."""

import csv
import json
import re

import numpy as np
import pytest

from tests.csi_model.evaluation.test_measure import TREATED, panel
from tests.csi_model.simulated import GOLDEN, SPEC

MODEL = GOLDEN / "model.yaml"
ARMS = ("--treated", ",".join(TREATED), "--before", "2021,2022", "--after", "2023")


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    data, unit, year = panel(lift=0.9)
    target = tmp_path_factory.mktemp("panel") / "answers.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*SPEC.indicator_ids, "unit", "year"])
        for number, row in enumerate(data.values):
            writer.writerow([*np.round(row, 6), unit[number], year[number]])
    return target


def test_evaluate_writes_the_effect_and_says_it(manyi, answers):
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", "--bootstrap", 200)
    code, out, err = manyi("evaluate", answers, *common, *ARMS, "--json", "-")
    assert code == 0
    found = json.loads(out)
    assert found["constructs"]["SAT"]["effect"]["value"] > 7
    assert "8 units with the measure, 8 without" in err
    assert re.search("more than chance .p < 0.001.  ← index", err)
    assert "regression to the mean" in err
    assert "both sides of the index moving alike: p = " in err


QUESTION = "SAT1"


def moved(answers, target, by, who):
    """Answers to one question of the last wave, moved as by a new form; a share of them is left open."""
    with answers.open(newline="", encoding="utf-8") as file:
        names, *rows = csv.reader(file)
    year, unit, at = names.index("year"), names.index("unit"), names.index(QUESTION)
    for number, row in enumerate(rows):
        if row[year] == "2023" and who(row[unit]):
            row[at] = f"{float(row[at]) + by:.6f}"
        if number % 7 == 0:
            row[at] = ""
    with target.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([names, *rows])
    return target


def test_what_a_new_form_moves_on_both_sides_falls_out_and_a_bridge_is_refused(manyi, answers, tmp_path):
    wide = MODEL.read_text(encoding="utf-8").replace("high: 10", "high: 14").replace("low: 1", "low: -3")
    (tmp_path / "wide.yaml").write_text(wide, encoding="utf-8")
    without = wide.replace(f", {QUESTION}", "").replace(f"{QUESTION}, ", "")
    assert without != wide
    (tmp_path / "without.yaml").write_text(without, encoding="utf-8")

    def effect(by, who, model="wide.yaml", more=()):
        data = moved(answers, tmp_path / "moved.csv", by, who)
        given = ("--model", tmp_path / model, "--unit", "unit", "--wave", "year", "--bootstrap", 100)
        code, out, err = manyi("evaluate", data, *given, *ARMS, *more, "--json", "-")
        assert code == bool(more), err
        return err if more else json.loads(out)["constructs"]["SAT"]["effect"]["value"]

    everybody, with_it = (lambda _: True), (lambda unit: unit in TREATED)
    plain = effect(0, everybody)
    for by in (-1.5, 2.5):
        assert effect(by, everybody) == pytest.approx(plain, abs=1e-6)
        assert abs(effect(by, with_it) - plain) > 2
        assert effect(by, with_it, "without.yaml") == pytest.approx(effect(0, with_it, "without.yaml"))
    for option in ("--bridge", "--reworded"):
        said = effect(2.5, everybody, more=(option, "2023=1,2"))
        assert f"{option} is no option here" in said
        assert "falls out of the difference. Leave the option out." in said


def test_few_units_have_no_verdict(manyi, answers):
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", "--bootstrap", 200)
    arms = ("--treated", "u3, u4", "--before", "2021,2022", "--after", "2023")
    code, out, err = manyi("evaluate", answers, *common, *arms, "--json", "-")
    assert code == 0, err
    found = json.loads(out)
    assert (found["enough"], found["constructs"]["SAT"]["effect"]["p"]) == (False, None)
    assert "not enough to tell (by permutation p = " in err
    assert f"can give is {1 / 120:.3f}" in err
    assert "more than chance" not in err


def test_unit_weights_are_one_number_a_unit(manyi, answers, tmp_path):
    rows = list(csv.reader(answers.read_text(encoding="utf-8").splitlines()))
    unit = rows[0].index("unit")
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", "--bootstrap", 100, *ARMS)
    found = {}
    for name, size in {
        "alike": lambda _: 7,
        "by number": lambda u: 1 + int(u[1:]),
        "wrong": lambda _: "many",
    }.items():
        data = tmp_path / "sized.csv"
        with data.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([[*rows[0], "size"], *([*row, size(row[unit])] for row in rows[1:])])
        found[name] = manyi("evaluate", data, *common, "--unit-weights", "size", "--json", "-")
    assert found["wrong"][0] == 1
    assert "size of unit u0 is 'many', which is no number" in found["wrong"][2]
    effects = [
        json.loads(found[name][1])["constructs"]["SAT"]["effect"]["value"] for name in ("alike", "by number")
    ]
    assert effects[0] != effects[1]
    code, _, err = manyi("evaluate", answers, *common, "--unit-weights", "year")
    assert (code, "year of unit u0 is both 2021 and 2022" in err) == (1, True), err


def test_a_construct_of_few_is_withheld_and_said(manyi, answers, tmp_path):
    rows = list(csv.reader(answers.read_text(encoding="utf-8").splitlines()))
    blank = [at for at, name in enumerate(rows[0]) if name.startswith("LOY")]
    for number, row in enumerate(rows[1:]):
        if number // 16 % 20:  # two of forty of each unit and wave are left
            for at in blank:
                row[at] = ""
    target = tmp_path / "few.csv"
    target.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", "--bootstrap", 100)
    code, out, err = manyi("evaluate", target, *common, *ARMS, "--json", "-")
    assert code == 0
    assert json.loads(out)["constructs"]["LOY"] == {"state": "few"}
    assert "LOY             withheld: too few answers in an arm" in err


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"--unit": "nope"}, "no column nope"),
        ({"--wave": "nope"}, "no column nope"),
        ({"--treated": "nowhere"}, "nowhere"),
        ({"--before": "1999"}, "1999"),
        ({"--after": "2022"}, "before or after"),
        ({"--weights": "nope"}, "no column nope"),
        ({"--json": "/nowhere/x.json"}, "cannot be written"),
    ],
)
def test_bad_input_is_said(manyi, answers, change, said):
    given = {"--model": MODEL, "--unit": "unit", "--wave": "year", "--bootstrap": 100}
    given |= dict(zip(ARMS[::2], ARMS[1::2], strict=True)) | change
    code, out, err = manyi("evaluate", answers, *(word for pair in given.items() for word in pair))
    assert code == 1
    assert out == ""
    assert said in err


@pytest.mark.parametrize("flags", [("--bootstrap", "3"), ("--seed", "-1"), ("--missing", "guess")])
def test_wrong_values_of_flags_are_refused(manyi, answers, flags):
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year")
    code, _, err = manyi("evaluate", answers, *common, *ARMS, *flags)
    assert code == 2
    assert flags[0] in err


def test_what_is_out_is_kept_and_held_beside(manyi, answers, tmp_path):
    rows = list(csv.reader(answers.read_text(encoding="utf-8").splitlines()))
    unit, taken = rows[0].index("unit"), {}
    kept = [rows[0]]
    for row in rows[1:]:  # sixteen answers a wave of five units, three of them with the measure
        cell = (row[unit], row[-1])
        taken[cell] = taken.get(cell, 0) + 1
        if taken[cell] <= 16 or row[unit] not in {"u0", "u1", "u2", "u8", "u9"}:
            kept.append(row)
    target, register = tmp_path / "small.csv", tmp_path / "told.jsonl"
    target.write_text("\n".join(map(",".join, kept)), encoding="utf-8")
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", "--bootstrap", 100, *ARMS[2:])
    first, second = ",".join(TREATED), ",".join(TREATED[1:])
    beside = ("--register", register)
    for treated in (first, second):
        code, out, err = manyi("evaluate", target, *common, "--treated", treated, "--json", "-")
        assert (code, json.loads(out)["beside"]) == (0, None), err
        assert "beside no earlier evaluation" in err
    assert not register.exists()
    for earlier in (0, 1):
        code, out, err = manyi("evaluate", target, *common, "--treated", first, "--json", "-", *beside)
        assert (code, json.loads(out)["beside"]) == (0, earlier), err
        assert "beside no earlier evaluation" not in err
    before = register.read_bytes()
    code, out, err = manyi("evaluate", target, *common, "--treated", second, "--json", "-", *beside)
    assert (code, out, register.read_bytes()) == (1, "", before)
    assert "Beside what the register holds" in err
    lines = before.decode().splitlines()
    assert [json.loads(line)["order"] for line in lines] == [["2021", "2022", "2023"]] * 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{}", "line 1: It is no evaluation as this program keeps it"),
        (b"[" * 20_000, "line 1: It is no JSON"),
        (b"\xff\xfe", "not in UTF-8"),
        (
            b'{"units": "unit", "waves": "quarter", "order": [], "constructs": {}}',
            "column quarter, not year",
        ),
        (b'{"units": "office", "waves": "year", "order": [], "constructs": {}}', "has no column office"),
    ],
)
def test_a_register_that_is_none_is_refused(manyi, answers, tmp_path, content, said):
    register = tmp_path / "told.jsonl"
    register.write_bytes(content)
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", *ARMS, "--register", register)
    code, out, err = manyi("evaluate", answers, *common)
    assert (code, out, register.read_bytes()) == (1, "", content)
    assert said in err


def test_a_register_that_cannot_be_written_is_refused_at_once(manyi, answers):
    common = ("--model", MODEL, "--unit", "unit", "--wave", "year", *ARMS, "--register", "/nowhere/told")
    code, _, err = manyi("evaluate", answers, *common)
    assert (code, "/nowhere/told cannot be written" in err) == (1, True)
