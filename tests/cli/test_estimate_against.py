"""`manyi estimate --assess --against`: two models' predictions, and what is refused."""

import json

import yaml

from tests.cli.golden import DATA, MODEL


def other(tmp_path, **changes):
    path = tmp_path / "other.yaml"
    path.write_text(
        yaml.safe_dump(yaml.safe_load(MODEL.read_text(encoding="utf-8")) | changes), encoding="utf-8"
    )
    return path


def test_two_models_are_compared_and_told(manyi, tmp_path):
    paths = [["IMG", "EXP"], ["EXP", "QUAL"], ["QUAL", "VAL"], ["VAL", "SAT"], ["SAT", "COM"], ["SAT", "LOY"]]
    asked = (
        "estimate",
        DATA,
        "--model",
        MODEL,
        "--assess",
        "--json",
        "-",
        "--against",
        other(tmp_path, paths=paths),
    )
    code, out, err = manyi(*asked)
    found = json.loads(out)["assessment"]
    assert code == 0
    assert set(found["against"]["constructs"]) == {"EXP", "QUAL", "VAL", "SAT", "COM", "LOY"}
    assert f"CVPAT against the other model: loss {found['against']['overall']['loss']:.3f}" in err
    assert f"p = {found['cvpat']['overall']['linear_model']['p']:.3f}" in err
    assert json.loads(manyi(*asked)[1])["assessment"]["against"] == found["against"]


def test_what_cannot_be_compared_is_said(manyi, tmp_path):
    path = tmp_path / "short.lav"
    path.write_text("QUAL =~ QUAL1 + QUAL2\nIMG =~ IMG1 + IMG2\nIMG ~ QUAL\n", encoding="utf-8")
    code, out, err = manyi("estimate", DATA, "--model", MODEL, "--assess", "--json", "-", "--against", path)
    assert code == 0
    assert json.loads(out)["assessment"]["against"] is None
    assert "no question in common" in err
    code, _, err = manyi("estimate", DATA, "--model", MODEL, "--against", path)
    assert code == 2
    assert "--assess" in err
    code, _, err = manyi("estimate", DATA, "--model", MODEL, "--assess", "--against", tmp_path / "none.yaml")
    assert code == 1
    assert "cannot be read" in err
