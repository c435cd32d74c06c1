"""`manyi figures`: the figures beside the index, whole and by group; a message for each bad input."""

import csv
import json

import numpy as np
import pytest

import csi_model
from csi_model.estimation.groups import seed_of_group

STEPS = ("--price", "20=STAY20", "--price", "5=STAY5", "--price", "10=STAY10")
FACETS = ("--facet", "benefit=VAL1,VAL2", "--facet", "rival=VAL3")
EVERYTHING = (
    *("--nps", "LIKELY", "--boxes", "EFFORT=1-7", "--boxes", "SAT", "--kano", "APP.with,APP.without"),
    *STEPS,
    *FACETS,
)


@pytest.fixture(scope="module")
def columns():
    """Answers of 400 customers in 100 households, each question with its codes for no answer."""
    draw, n = np.random.default_rng(8), 400
    mood = np.repeat(draw.standard_normal(n // 4), 4) + draw.standard_normal(n)

    def asked(middle, spread, low, high):
        answers = np.clip(np.rint(middle + spread * mood + draw.standard_normal(n)), low, high)
        answers[draw.random(n) < 0.05] = 99
        return answers

    stays = {step: asked(9 - step / 4, 1, 1, 10) for step in (5, 10, 20)}
    found = {f"STAY{step}": column for step, column in stays.items()}
    found |= {"LIKELY": asked(7, 2, 0, 10), "EFFORT": asked(4, 1, 1, 7), "SAT": asked(7, 1, 1, 10)}
    found |= {f"VAL{k}": asked(6, 1.5, 1, 10) for k in (1, 2, 3)}
    found |= {"APP.with": asked(1.7, 0.5, 1, 5), "APP.without": asked(3.4, 0.8, 1, 5)}
    found |= {"county": np.repeat(["A", "B", "C", ""], [200, 180, 12, 8])}
    found |= {"weight": draw.uniform(0.5, 2, n), "household": np.repeat(np.arange(n // 4), 4)}
    return found | {"words": np.repeat(["well", "3"], n // 2)}


@pytest.fixture
def survey(columns, tmp_path):
    path = tmp_path / "answers.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(zip(*(column.tolist() for column in columns.values()), strict=True))
    return path


def told(manyi, *arguments):
    code, out, err = manyi("figures", *arguments, "--json", "-")
    assert code == 0, err
    return json.loads(out), err


def own(columns, *names, low=0, high=1, rows=slice(None)):
    """Answers as the engine takes them, in units of the scale."""
    table = np.column_stack([np.where(columns[name] == 99, np.nan, columns[name]) for name in names])[rows]
    return (table - low) / (high - low)


def close(node):
    """The same figures up to the last digits: answers become points on the way, weights mean one."""
    if isinstance(node, dict):
        return {key: close(each) for key, each in node.items()}
    if isinstance(node, list):
        return [close(each) for each in node]
    return round(node, 10) if isinstance(node, float) else node


def test_each_figure_is_the_engines(manyi, survey, columns):
    found, err = told(manyi, survey, *EVERYTHING, "--seed", 5)
    figures = found["figures"]
    assert (found["n_respondents"], found["level"]) == (400, 0.95)
    nps = csi_model.net_promoter(own(columns, "LIKELY")[:, 0])
    assert figures["nps"]["LIKELY"] == nps.plain()
    assert figures["nps"]["LIKELY"]["shares"].keys() == {"promoters", "passives", "detractors"}
    boxes = csi_model.boxes(own(columns, "EFFORT")[:, 0], low=1, high=7)
    assert figures["boxes"]["EFFORT"] == {"scale": [1, 7], "n_boxes": 2} | boxes.plain()
    assert figures["boxes"]["SAT"]["scale"] == [1, 10]
    kano = csi_model.classify_service(*own(columns, "APP.with", "APP.without").T, 5)
    assert figures["kano"]["APP.with"] == {"without": "APP.without"} | kano.plain()
    doubts = [{"figure": "APP.with"} | caution.plain() for caution in kano.cautions]
    assert found["cautions"] == doubts != []
    assert f"APP.with: Caution: {doubts[0]['message']}" in err
    assert sum(share["value"] for share in figures["kano"]["APP.with"]["shares"].values()) == pytest.approx(1)
    stays = own(columns, "STAY5", "STAY10", "STAY20", low=1, high=10)
    price = csi_model.price_tolerance(np.array([5.0, 10, 20]), stays)
    assert close(figures["price"]["price"]) == close(price.plain())
    assert [step["increase"] for step in figures["price"]["price"]["steps"]] == [5, 10, 20]
    values = 100 * own(columns, "VAL1", "VAL2", "VAL3", low=1, high=10)
    facets = csi_model.facet_scores(values, ("benefit", "benefit", "rival")).plain()
    assert close(figures["facets"]["facets"]["total"]) == close(facets["total"])
    assert close(figures["facets"]["facets"]["items"]["VAL3"]) == close(facets["items"][2])
    low, high = nps.plain()["score"]["ci"]
    line = next(line for line in err.splitlines() if "LIKELY: net promoter score" in line)
    assert line.split()[-4:] == [f"{nps.score.value:.1f}", f"[{low:.1f},", f"{high:.1f}]", str(nps.n)]
    assert f"APP.with: {kano.category}, " in err
    assert "half have left at" in err


def test_groups_have_their_own_figures_and_small_ones_none(manyi, survey, columns):
    asked = ("--nps", "LIKELY", "--kano", "APP.with,APP.without")
    found, err = told(manyi, survey, *asked, "--by", "county", "--seed", 2)
    assert found["groups"].keys() == {"A", "B", "C"}
    for name in "AB":
        rows = columns["county"] == name
        nps = csi_model.net_promoter(own(columns, "LIKELY", rows=rows)[:, 0])
        assert found["groups"][name]["nps"]["LIKELY"] == nps.plain()
        answers, seed = own(columns, "APP.with", "APP.without", rows=rows).T, seed_of_group(2, "county", name)
        kano = csi_model.classify_service(*answers, seed)
        assert found["groups"][name]["kano"]["APP.with"]["support"] == pytest.approx(kano.support)
    assert found["groups"]["C"] == {"nps": {"LIKELY": None}, "kano": {"APP.with": None}}
    assert {(each["figure"], each["group"]) for each in found["cautions"] if each["code"] == "floor"} == {
        ("LIKELY", "C"),
        ("APP.with", "C"),
    }
    assert "LIKELY, C: Caution: " in err
    assert found["figures"] == told(manyi, survey, *asked, "--seed", 2)[0]["figures"]


def test_weights_and_clusters_are_heeded(manyi, survey, columns):
    plain = told(manyi, survey, *EVERYTHING)[0]["figures"]
    weighted = told(manyi, survey, *EVERYTHING, "--weights", "weight")[0]["figures"]
    clustered = told(manyi, survey, *EVERYTHING, "--cluster", "household")[0]["figures"]
    answers = own(columns, "LIKELY")[:, 0]
    nps = csi_model.net_promoter(answers, weights=columns["weight"], clusters=None)
    assert close(weighted["nps"]["LIKELY"]) == close(nps.plain())
    nps = csi_model.net_promoter(answers, clusters=columns["household"])
    assert clustered["nps"]["LIKELY"]["score"]["se"] == pytest.approx(nps.score.se)
    for kind, name, part in (
        ("boxes", "EFFORT", "mean"),
        ("kano", "APP.with", "better"),
        ("price", "price", "points"),
        ("facets", "facets", "total"),
    ):
        before, after, whole = (each[kind][name][part] for each in (plain, weighted, clustered))
        key = "points" if kind == "facets" else "value"
        assert before[key] != after[key]
        assert before[key] == whole[key]
        assert before["se"] != whole["se"]


def test_scale_boxes_level_and_codes_are_as_asked(manyi, survey):
    wide, err = told(manyi, survey, "--boxes", "LIKELY", "--scale", "0-10", "--top", 1, "--level", 0.8)
    box = wide["figures"]["boxes"]["LIKELY"]
    assert (box["scale"], box["n_boxes"], wide["level"]) == ([0, 10], 1, 0.8)
    assert "LIKELY: top box 10" in err
    assert "80% interval" in err
    usual = told(manyi, survey, "--boxes", "LIKELY=0-10", "--top", 3)[0]["figures"]["boxes"]["LIKELY"]
    assert usual["top"]["value"] > box["top"]["value"]
    assert usual["mean"]["value"] == box["mean"]["value"]
    assert np.ptp(usual["mean"]["ci"]) > np.ptp(box["mean"]["ci"])


def test_a_tolerance_beyond_the_prices_asked_has_an_open_end(manyi, tmp_path):
    rows = ["P5,P10", *["1,1"] * 60, *["1,0"] * 10]
    path = tmp_path / "stay.csv"
    path.write_text("\n".join(rows), encoding="utf-8")
    found, err = told(manyi, path, "--price", "5=P5", "--price", "10=P10", "--scale", "0-1")
    tolerated = found["figures"]["price"]["price"]["tolerated"]
    assert tolerated == {"value": None, "se": None, "ci": None}
    line = next(line for line in err.splitlines() if "half have left at" in line)
    assert line.split()[-2:] == ["–", "70"]


def test_what_usually_means_no_answer_is_an_answer_where_the_scale_has_it(manyi, tmp_path):
    path = tmp_path / "slider.csv"
    path.write_text("\n".join(["X", *["97"] * 40, *["50"] * 40]), encoding="utf-8")
    found, _err = told(manyi, path, "--boxes", "X=0-100")
    assert found["figures"]["boxes"]["X"]["mean"]["value"] == pytest.approx(73.5)
    code, _, err = manyi("figures", path, "--boxes", "X=0-100", "--missing-codes", "97")
    assert (code, "97 is an answer on the scale 0–100 of X" in err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "said", "status"),
    [
        ((), "Say what is wanted", 2),
        (("--nps", "Q99"), "has no column Q99", 1),
        (("--nps", "words"), "Column words, row 1 holds 'well', which is no number", 1),
        (("--nps", "weight", "--by", "nowhere"), "has no column nowhere", 1),
        (("--nps", "LIKELY", "--missing-codes", ""), "Column LIKELY, row", 1),
        (("--nps", "LIKELY", "--missing-codes", "many"), "--missing-codes many is no list of numbers", 1),
        (("--nps", "LIKELY", "--missing-codes", "99,10"), "10 is an answer on the scale 0–10 of LIKELY", 1),
        (("--boxes", "SAT=10-1"), "--boxes 10-1 is no scale", 1),
        (("--boxes", "SAT", "--scale", "ten"), "--scale ten is no scale", 1),
        (("--boxes", "SAT=1-7"), "is off 1–7", 1),
        (("--boxes", "EFFORT=1-7", "--top", 4), "4 boxes of a scale 1-7 would overlap", 1),
        (("--boxes", "EFFORT=1-7", "--top", 0), "--top", 2),
        (("--kano", "APP.with"), "--kano APP.with is no pair of columns", 1),
        (("--kano", "APP.with,SAT"), "is off 1–5", 1),
        (("--price", "STAY5"), "--price STAY5 is not understood", 1),
        (("--price", "-5=STAY5"), "--price -5=STAY5 is not understood", 1),
        (("--price", "5=STAY5", "--price", "5.0=STAY10"), "names 5 % twice", 1),
        (("--facet", "benefit"), "--facet benefit is not understood", 1),
        (("--facet", "a=VAL1", "--facet", "b=VAL1"), "names VAL1 twice", 1),
        (("--boxes", "EFFORT=1-7", "--boxes", "EFFORT=1-5"), "EFFORT twice, each time otherwise", 1),
        (("--kano", "A.with,A.without", "--kano", "A.with,B.without"), "A.with twice, each time", 1),
        (("--nps", "LIKELY", "--weights", "words"), "Column of weights, row 1 holds", 1),
        (("--nps", "LIKELY", "--weights", "heft"), "has no column heft", 1),
        (("--nps", "LIKELY", "--cluster", "county"), "column of clusters is blank in row 393 and 7 more", 1),
        (("--nps", "LIKELY", "--level", 1), "--level", 2),
        (("--nps", "LIKELY", "--seed", -1), "--seed", 2),
    ],
)
def test_bad_input_has_a_message(manyi, survey, arguments, said, status):
    code, out, err = manyi("figures", survey, *arguments)
    assert (code, out) == (status, "")
    assert said in err
    assert "Traceback" not in err


def test_too_few_answers_and_wrong_weights_are_refused(manyi, tmp_path):
    path = tmp_path / "few.csv"
    path.write_text("Q,W\n" + "9,1\n" * 29, encoding="utf-8")
    code, out, err = manyi("figures", path, "--nps", "Q")
    assert (code, out) == (1, "")
    assert "Q: 29 answers, below the floor of 30." in err
    path.write_text("Q,W\n" + "9,-1\n" * 40, encoding="utf-8")
    code, _, err = manyi("figures", path, "--nps", "Q", "--weights", "W")
    assert (code, "weight in row 1 is negative" in err) == (1, True)
    code, _, err = manyi("figures", tmp_path / "absent.csv", "--nps", "Q")
    assert (code, "is not there" in err) == (1, True)
