"""Remedies are said in the words of MODEL.yaml: a model in lavaan's language is told the way there."""

import json

import numpy as np
import pytest
import yaml

from tests.csi_model.estimation.test_doubtful_answers import chain

TURNED = "QUAL =~ q1 + q2 + q3\nSAT =~ s1 + s2 + s3\nSAT ~ QUAL\n# manyi: scale 1 10\n"


def written(path, columns):
    np.savetxt(
        path, np.column_stack(list(columns.values())), "%g", ",", header=",".join(columns), comments=""
    )
    return path


def test_a_remedy_for_the_other_language_says_the_way_there_and_works(manyi, tmp_path):
    lavaan, model = tmp_path / "model.lav", tmp_path / "model.yaml"
    lavaan.write_text(TURNED + "indicators: {q2: {valence: -1}}\n", encoding="utf-8")
    columns = chain()
    columns["q2"] = 11 - columns["q2"]
    data = written(tmp_path / "data.csv", columns)
    code, _, err = manyi("estimate", data, "--model", lavaan)
    assert code == 1
    assert "Line 5 ('indicators: {q2: {valence: -1}}') is a line of MODEL.yaml" in err
    assert "manyi model FILE.lav -o model.yaml" in err
    lavaan.write_text(TURNED, encoding="utf-8")
    assert "q2 runs the other way" in manyi("estimate", data, "--model", lavaan)[2]
    assert manyi("model", lavaan, "-o", model)[0] == 0
    text = yaml.safe_load(model.read_text(encoding="utf-8"))
    model.write_text(json.dumps(text | {"indicators": {"q2": {"valence": -1}}}), encoding="utf-8")
    code, _, err = manyi("estimate", data, "--model", model)
    assert (code, "the other way" in err) == (0, False), err


def test_a_code_for_no_answer_is_said_as_lavaan_says_it(manyi, tmp_path):
    lavaan, columns = tmp_path / "model.lav", chain()
    columns["q2"][7] = 99
    data = written(tmp_path / "data.csv", columns)
    lavaan.write_text(TURNED, encoding="utf-8")
    code, _, err = manyi("estimate", data, "--model", lavaan)
    assert (code, "in lavaan syntax # manyi: missing 99" in err) == (1, True), err
    lavaan.write_text(f"# manyi: missing 99\n{TURNED}", encoding="utf-8")
    assert manyi("estimate", data, "--model", lavaan)[0] == 0


@pytest.mark.parametrize("command", [["trend", "--wave", "year"], ["priorities"]])
def test_what_pls_does_not_is_sent_to_a_command_that_does(manyi, tmp_path, command):
    lavaan, columns = tmp_path / "model.lav", chain()
    columns["year"] = np.repeat([2025, 2026], 150)
    data = written(tmp_path / "data.csv", columns)
    lavaan.write_text(TURNED.replace("~ QUAL", "~ b*QUAL"), encoding="utf-8")
    name, *more = command
    code, _, err = manyi(name, data, "--model", lavaan, *more)
    assert (code, "manyi estimate --method cbsem" in err) == (1, True), err
    assert manyi("estimate", data, "--model", lavaan, "--method", "cbsem")[0] == 0
