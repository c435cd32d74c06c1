"""`--tree`: the tree score of estimate and trend, and messages for judgements that are none."""

import json

import pytest

from tests.csi_model.simulated import GOLDEN

DATA, MODEL = GOLDEN / "data.csv", GOLDEN / "model.yaml"

JUDGED = """
constructs:
  nodes: [IMG, EXP, QUAL, VAL, SAT, COM, LOY]
  experts: [[[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1],[1,1,1,1,1,1,1]]]
QUAL:
  nodes: [QUAL_SUP, QUAL_SRV]
  experts: [[[1, 4], [1/4, 1]]]
"""  # noqa: E501


def test_experts_weigh_and_the_whole_is_said(manyi, tmp_path):
    judged = tmp_path / "tree.yaml"
    judged.write_text(JUDGED, encoding="utf-8")
    given = ("estimate", DATA, "--model", MODEL, "--bootstrap", 40, "--tree", judged, "--json", "-")
    code, out, err = manyi(*given)
    assert code == 0
    found = json.loads(out)["tree"]
    assert found["weights"]["QUAL"]["dimensions"]["QUAL_SUP"]["weight"] == pytest.approx(0.8)
    assert found["consistency"] == {"constructs": pytest.approx(0), "QUAL": pytest.approx(0)}
    assert f"Tree score (expert weights): {found['points']:.1f} [{found['ci'][0]:.1f}, " in err
    assert "flags no construct for the tree score" in err


def test_estimate_and_trend_print_the_same_tree_score(manyi, tmp_path):
    lines = DATA.read_text(encoding="utf-8").splitlines()
    answers = tmp_path / "waves.csv"
    waves = ["wave,office", *(f"{2026 - k % 2},{k % 29}" for k in range(len(lines) - 1))]
    answers.write_text("\n".join(f"{a},{b}" for a, b in zip(lines, waves, strict=True)), encoding="utf-8")
    how = ("--cluster", "office", "--model", MODEL, "--bootstrap", 40, "--tree", "equal", "--json", "-")
    code, out, err = manyi("trend", answers, "--wave", "wave", *how)
    assert code == 0
    followed = {each["wave"]: each for each in json.loads(out)["tree"]["waves"]}
    assert "Tree score, equal weights of 2025" in err
    groups = json.loads(manyi("estimate", answers, "--group", "wave", *how)[1])["tree"]["groups"]
    for wave, each in followed.items():
        same = ("points", "se", "ci")
        assert [groups[wave][name] for name in same] == [each[name] for name in same]
        assert each["ci"][0] < each["points"] < each["ci"][1]
    assert followed["2026"]["change"]["value"] == pytest.approx(
        followed["2026"]["points"] - followed["2025"]["points"]
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ("a: [1", "The file of judgements is not valid YAML in line"),
        ("", "must hold a node each"),
        ("constructs: {nodes: [SAT], experts: []}", "other things than stand under it"),
        (JUDGED.replace("[1/4, 1]", "[1/2, 1]"), "but QUAL_SRV over QUAL_SUP is 0.5"),
        ("QUAL: {nodes: [QUAL_SUP, QUAL_SRV], experts: []}", "has no judgements"),
    ],
)
def test_judgements_that_are_none_are_refused_in_a_sentence(manyi, tmp_path, text, said):
    judged = tmp_path / "tree.yaml"
    if text is not None:
        judged.write_text(text, encoding="utf-8")
    code, out, err = manyi("estimate", DATA, "--model", MODEL, "--tree", judged, "--json", "-")
    assert (code, out) == (1, "")
    assert said in err
    assert "Traceback" not in err


def test_a_model_that_flags_wrongly_is_refused(manyi, tmp_path):
    model = tmp_path / "model.yaml"
    text = MODEL.read_text(encoding="utf-8")
    model.write_text(text.replace("{id: IMG,", "{id: IMG, tree: perhaps,"), encoding="utf-8")
    code, _, err = manyi("estimate", DATA, "--model", model, "--tree", "equal")
    assert code == 1
    assert "construct IMG: tree is 'perhaps'" in err
