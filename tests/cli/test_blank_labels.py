"""A blank label is the same at every command: its respondent is of no group, and one sentence says so."""

import csv
import json

import numpy as np
import pytest

from tests.csi_model.evaluation.test_measure import TREATED, panel
from tests.csi_model.simulated import GOLDEN, SPEC

MODEL = ("--model", GOLDEN / "model.yaml")
ARMS = ("--treated", ",".join(TREATED), "--before", "2021,2022", "--after", "2023")
SAID = "5 of 720 respondents are of no group: their {} is blank."


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    data, unit, year = panel()
    unit, year = unit.copy(), year.copy()
    unit[:5], year[10:15] = "", "  "
    target = tmp_path_factory.mktemp("blank") / "answers.csv"
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([*SPEC.indicator_ids, "unit", "year"])
        for row, own, wave in zip(data.values, unit, year, strict=True):
            writer.writerow([*np.round(row, 6), own, wave])
    return target


@pytest.mark.parametrize(
    ("command", "columns"),
    [
        (("estimate", *MODEL, "--group", "year"), ("year",)),
        (("estimate", *MODEL, "--group", "unit", "--group", "year"), ("unit or year",)),
        (("compare", *MODEL, "--by", "year", "--permutations", 0, "--bootstrap", 0), ("year",)),
        (("trend", *MODEL, "--wave", "year", "--segment", "unit", "--bootstrap", 0), ("year", "unit")),
        (("figures", "--boxes", "SAT1=1-10", "--by", "year"), ("year",)),
    ],
)
def test_a_blank_label_has_one_rule_and_one_sentence(manyi, answers, command, columns):
    code, out, err = manyi(command[0], answers, *command[1:], "--json", "-")
    assert code == 0, err
    told = [each["message"] for each in json.loads(out)["cautions"] if each["code"] == "no-group"]
    size = told[0].split()[2]
    wanted = [SAID.replace("720", size).format(column) for column in columns]
    assert told == [each.replace("5 of", "10 of") if " or " in each else each for each in wanted]
    for message in told:
        assert message in err


def test_few_people_of_no_unit_are_not_given_away_by_the_arms(manyi, answers, tmp_path):
    command = (*MODEL, "--unit", "unit", "--wave", "year", *ARMS, "--bootstrap", 100, "--json", "-")
    code, _, err = manyi("evaluate", answers, *command)
    assert (code, "If it is the 5 of no unit: give them one, or leave their rows out" in err) == (1, True), (
        err
    )
    housed = tmp_path / "housed.csv"
    lines = answers.read_text(encoding="utf-8").splitlines()
    housed.write_text("\n".join([lines[0], *lines[6:]]), encoding="utf-8")
    code, out, err = manyi("evaluate", housed, *command)
    assert code == 0, err
    told = [each["message"] for each in json.loads(out)["cautions"] if each["code"] == "no-group"]
    size = len(lines) - 6
    assert told == [SAID.replace("720", str(size)).format("year")]
