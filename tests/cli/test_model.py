"""`manyi model`: what a file holds, and the same model as MODEL.yaml."""

import json

import pytest

import csi_model
from tests.csi_model.simulated import GOLDEN

SYNTAX = "QUAL =~ Q1 + Q2\nSAT =~ S1 + S2\nSAT ~ QUAL\n"


def test_lavaan_syntax_is_written_as_the_same_model(manyi, tmp_path):
    file, written = tmp_path / "model.lav", tmp_path / "model.yaml"
    file.write_text(SYNTAX, encoding="utf-8")
    said = ("--scale", 1, 7, "--index", "QUAL", "--missing-codes", "98,99")
    code, out, err = manyi("model", file, *said, "-o", written)
    assert code == 0, err
    lines = out.splitlines()
    assert lines == ["2 constructs, 4 questions, 1 path; the index is QUAL.", "QUAL: Q1, Q2", "SAT: S1, S2"]
    found = csi_model.ModelSpec.from_yaml(written.read_text(encoding="utf-8"))
    wanted = csi_model.ModelSpec.from_lavaan(SYNTAX, index="QUAL", low=1, high=7, missing_codes=(98, 99))
    assert found == wanted
    assert manyi("model", written)[1] == out


def test_a_model_that_is_written_estimates_the_same(manyi, tmp_path):
    copy = tmp_path / "copy.yaml"
    assert manyi("model", GOLDEN / "model.yaml", "-o", copy)[0] == 0
    documents = [
        json.loads(manyi("estimate", GOLDEN / "data.csv", "--model", each, "--json", "-")[1])
        for each in (GOLDEN / "model.yaml", copy)
    ]
    assert documents[0] == documents[1]


@pytest.mark.parametrize(
    ("text", "options", "code", "told"),
    [
        ("QUAL =~\n", (), 1, "QUAL"),
        ("SAT ~ QUAL\n", (), 1, ""),
        (SYNTAX, ("--index", "LOY"), 1, "LOY"),
        (SYNTAX, ("--missing-codes", "none"), 1, "98,99"),
        (SYNTAX, ("--scale", 7, 1), 1, "low (7) must be below high (1)"),
        (SYNTAX, ("--scale", 1, "nan"), 1, "must be below"),
        (SYNTAX, ("--scale", "low", 7), 2, "low"),
        (SYNTAX, ("-o", "nowhere/model.yaml"), 1, "nowhere"),
    ],
)
def test_what_cannot_be_read_or_written_is_refused(manyi, tmp_path, text, options, code, told):
    file = tmp_path / "model.lav"
    file.write_text(text, encoding="utf-8")
    found, out, err = manyi("model", file, *options)
    assert found == code
    assert told in err
    assert "Traceback" not in out + err


def test_options_of_syntax_are_not_for_yaml(manyi):
    code, _, err = manyi("model", GOLDEN / "model.yaml", "--scale", 1, 7)
    assert code == 1
    assert "--scale is for lavaan syntax" in err
