"""Bad answers from files: each command names the place and a remedy, and the remedy works when tried."""

import csv

import numpy as np
import pytest

from tests.csi_model.estimation.test_doubtful_answers import chain

MODEL = """
index: SAT
scale: {low: 1, high: 10}
missing_codes: [98, 99]
constructs:
  - {id: IMG, indicators: [i1, i2, i3], tree: true}
  - {id: QUAL, indicators: [q1, q2, q3], tree: true}
  - {id: SAT, indicators: [s1, s2, s3], tree: true}
paths: [[IMG, QUAL], [IMG, SAT], [QUAL, SAT]]
"""
QUESTIONS = tuple(chain(9))
ROW = np.arange(384)
WAVE, COUNTY = (
    np.array(["2023", "2024", "2025", "2026"])[ROW // 12 % 4],
    np.array(["A", "B", "C"])[ROW // 4 % 3],
)
NOW = {code: column.astype(int).astype(str) for code, column in chain(len(ROW)).items()} | {
    "unit": np.array([f"u{k % 12:02d}" for k in ROW]),
    "wave": WAVE,
    "county": COUNTY,
    "w": np.where(ROW % 2, "1.5", "0.5"),
}

ESTIMATE = ("estimate", "--bootstrap", 20)
PLSC, CBSEM = ("estimate", "--method", "plsc"), ("estimate", "--method", "cbsem")
TREE, GROUPS = (*ESTIMATE, "--tree", "effects"), (*ESTIMATE, "--group", "county")
TREND = ("trend", "--wave", "wave", "--bootstrap", 20)
COMPARE = ("compare", "--by", "county", "--bootstrap", 20, "--permutations", 20)
PRIORITIES = ("priorities", "--bootstrap", 20)
EVALUATE = ("evaluate", "--unit", "unit", "--wave", "wave", "--before", "2023,2024", "--after", "2025",
            "--bootstrap", 100, "--treated", "u00,u01,u02,u03,u04,u05")  # fmt: skip
WHAT_IF, SEGMENTS = ("what-if", "--raise", "i3=5", "--bootstrap", 20), ("segments", "--most", 2)
PILOT = ("sample-size", "--half-width", 2)
ALL = (ESTIMATE, PLSC, CBSEM, TREE, TREND, COMPARE, PRIORITIES, EVALUATE, WHAT_IF, SEGMENTS, PILOT)


def with_(**columns):
    return NOW | {code: np.broadcast_to(column, len(ROW)).astype(str) for code, column in columns.items()}


def all_questions(answer):
    return with_(**dict.fromkeys(QUESTIONS, answer))


def only(kept, columns=NOW):
    return {code: column[kept] for code, column in columns.items()}


def without(*codes):
    """The model without some questions."""
    text = MODEL
    for code in codes:
        text = text.replace(f", {code}", "").replace(f"{code}, ", "")
    return text


def half(code, rows):
    return np.where(rows, NOW[code], "")


THREE = (WAVE != "2024") | (np.cumsum(WAVE == "2024") <= 3)
CONSTANT, UNASKED = (with_(q2=np.where(COUNTY == "C", answer, NOW["q2"])) for answer in ("9", ""))
LATER, PAUSED = (with_(q2=np.where(WAVE == "2024", answer, NOW["q2"])) for answer in ("9", ""))
APART = with_(q2=half("q2", ROW % 2 == 0), q3=half("q3", ROW % 2 == 1))
SELDOM = with_(**{code: half(code, (ROW + k) % 9 > 1) for k, code in enumerate(QUESTIONS[:7])})
STRANGERS = with_(**{code: half(code, (ROW % 2 == 0) == (code[0] == "q")) for code in QUESTIONS[:6]})
MET = with_(**{code: half(code, ((ROW % 2 == 0) == (code[0] == "q")) | (ROW < 60)) for code in QUESTIONS[:6]})
ODD = {"质量 一" if code == "q1" else code: column for code, column in NOW.items()}
PLAIN = {code.replace(" ", "_"): column for code, column in ODD.items()}
FIVE = {code: np.ceil(NOW[code].astype(int) / 2).astype(int) for code in QUESTIONS}
TEN = {code: NOW[code] for code in QUESTIONS if code[0] != "q"}
THEIRS = ", ".join(f"{code}: {{low: 1, high: 5}}" for code in ("q1", "q2", "q3"))
ZERO = {code: np.where(NOW[code].astype(int) < 4, 0, NOW[code].astype(int) - 1) for code in QUESTIONS}
JOINED = NOW | {"county": np.where(COUNTY == "C", "B", COUNTY)}

# What is wrong, with which commands, what is said of it, and what is done instead: answers, model, options.
CASES = {
    "a wave of three": (only(THREE), MODEL, [TREND], ["Wave 2024 has 3 answers", "--order 2023,2025,2026"],
                        only(THREE), MODEL, ("--order", "2023,2025,2026")),
    "a wave of three, evaluated": (only(THREE), MODEL, [EVALUATE], ["0 of comparison units, are in wave 2024",
                    "Choose other waves"],
                                   only(THREE), MODEL, ("--before", "2023,2025", "--after", "2026")),
    "all alike": (all_questions("7"), MODEL, ALL, ["one and the same answer", "as they were given"],
                  NOW, MODEL, ()),
    "one unit": (with_(unit="u00"), MODEL, [EVALUATE], ["from the treated 'u01'", "such as u00"],
                 NOW, MODEL, ()),
    "a constant group": (CONSTANT, MODEL, [GROUPS, COMPARE], ["'C' everyone gave q2", "Join the group"],
                         CONSTANT | {"county": JOINED["county"]}, MODEL, ()),
    "a group not asked": (UNASKED, MODEL, [GROUPS, COMPARE], ["'C' nobody answered q2", "Join the group"],
                          UNASKED | {"county": JOINED["county"]}, MODEL, ()),
    "a constant wave": (LATER, MODEL, [TREND], ["In wave 2024 everyone gave q2", "of the series (--order)"],
                        LATER, MODEL, ("--order", "2023,2025,2026")),
    "a wave not asked": (PAUSED, MODEL, [TREND], ["In wave 2024 nobody answered q2",
                    "In the model: constructs: [{id: QUAL, indicators: [q1, q3]}]"],
                         PAUSED, without("q2"), ()),
    "a wave not asked, evaluated": (PAUSED, MODEL, [EVALUATE], ["Nobody answered q2 in wave 2024",
                                    "Leave out of the model"], PAUSED, without("q2"), ()),
    "nobody has a weight": (with_(w=np.where(COUNTY == "C", "0", "1")), MODEL,
                            [(*command, "--weights", "w") for command in (ESTIMATE, WHAT_IF, SEGMENTS)],
                            ["128 with a weight of 0 (the first in row 9)", "a weight above 0"],
                            with_(w="1"), MODEL, ()),
    "one has all weight": (with_(w=np.where(ROW == 7, 10**6, 1)), MODEL,
                           [(*command, "--weights", "w") for command in (ESTIMATE, WHAT_IF, SEGMENTS)],
                           ["One respondent alone holds", "trim the weights"],
                           with_(w=np.where(ROW == 7, 3, 1)), MODEL, ()),
    "nobody knows": (all_questions("99"), MODEL, ALL, ["Nobody answered any question", "missing_codes"],
                     NOW, MODEL, ()),
    "a question nobody knows": (with_(q2="99"), MODEL, ALL, ["Column q2 has no answers", "out of the model"],
                                with_(q2="99"), without("q2"), ()),
    "never asked": (with_(q2="", s3=""), MODEL, ALL, ["Columns q2 and s3 have no answers", "Leave them out"],
                    with_(q2="", s3=""), without("q2", "s3"), ()),
    "two never together": (APART, MODEL,
                           [ESTIMATE, PLSC, TREE, PRIORITIES, TREND, EVALUATE, WHAT_IF, SEGMENTS, PILOT],
                           ["q2 and q3", "leave one of the two out"],
                           APART, without("q3"), ()),
    "constructs never together": (STRANGERS, MODEL, [CBSEM], ["Nobody answered both i1 and q1", "Ask both"],
                                  MET, MODEL, ()),
    "no whole row": (APART, MODEL, [(*ESTIMATE, "--missing", "listwise")],
                     ["0 usable respondents", "Choose --missing em"],
                     APART, without("q3"), ("--missing", "em")),
    "few whole rows": (SELDOM, MODEL,
                       [(*command, "--missing", "listwise") for command in (TREND, COMPARE, EVALUATE)],
                       ["Before that, 341 of 384", "Choose --missing em"],
                       SELDOM, MODEL, ("--missing", "em")),
    "small groups": (with_(county=[f"g{k % 20}" for k in ROW]), MODEL, [COMPARE],
                     ["no group has 30 answers", "Join groups"], NOW, MODEL, ()),
    "two of one name": ({**NOW, "q1 ": NOW["q2"]}, MODEL, ALL, ["two columns named q1", "Rename"],
                        {**NOW, "q1b": NOW["q2"]}, MODEL, ()),
    "a name with a blank": (ODD, MODEL.replace("q1", '"质量 一"'), ALL,
                            ["'质量 一' cannot be", "质量_一, say"],
                            PLAIN, MODEL.replace("q1", "质量_一"), ()),
    "commas": (with_(q2=np.char.add(NOW["q2"], ",0")), MODEL, ALL, ["Column q2, row 1", "with a point"],
               with_(q2=np.char.add(NOW["q2"], ".0")), MODEL, ()),
    "commas in weights": (with_(w="0,5"), MODEL,
                          [(*command, "--weights", "w") for command in (ESTIMATE, WHAT_IF, SEGMENTS)],
                          ["row 1 holds '0,5'", "0.5"],
                          with_(w="0.5"), MODEL, ()),
    "too short a scale": (NOW, MODEL.replace("high: 10", "high: 5"), ALL,
                          ["lie off it", "scale: {low: 1, high: 10}"], NOW, MODEL, ()),
    "too long a scale": (with_(**FIVE), MODEL,
                         [ESTIMATE, CBSEM, TREND, COMPARE, EVALUATE, WHAT_IF, SEGMENTS, PILOT],
                         ["Nobody answered 6–10", "scale: {low: 1, high: 5}"],
                         with_(**FIVE), MODEL.replace("high: 10", "high: 5"), ()),
    "too long a scale of some": (with_(**FIVE | TEN), MODEL,
                          [ESTIMATE, CBSEM, TREND, COMPARE, EVALUATE, WHAT_IF, SEGMENTS, PILOT],
                          ["Nobody answered 6–10 in q1, q2 and q3", "{q1: {low: 1, high: 5}, q2"],
                          with_(**FIVE | TEN), f"{MODEL}indicators: {{{THEIRS}}}", ()),
    "a scale from zero": (with_(**ZERO), MODEL, ALL, ["from 0 to 9", "scale: {low: 0, high: 9}"],
                          with_(**ZERO), MODEL.replace("low: 1, high: 10", "low: 0, high: 9"), ()),
    "heavy": (with_(w=np.where(ROW < 3, 10**6, 0.001)), MODEL, [(*CBSEM, "--weights", "w")],
              ["as much as 3 of equal weight", "Trim the weights"],
              with_(w=np.where(ROW < 3, 3, 1)), MODEL, ()),
    "thousands": (with_(w="1,100"), MODEL, [(*CBSEM, "--weights", "w")], ["'1,100'", "1100 if"],
                  with_(w="1100"), MODEL, ()),
    "half is not there": ({code: NOW[code] for code in NOW if code not in {"q1", "i1", "i2", "s3"}}, MODEL,
                    ALL,
                          ["no column i1 (and 3 more of the model: i2, q1, s3)", "Name the columns"],
                          NOW, MODEL, ()),
    "half is constant": (with_(i1="5", i2="5", q1="5", s3="5"), MODEL, ALL,
                         ["Columns i1, i2, q1 and s3 are constant", "Leave them out"],
                         with_(i1="5", i2="5", q1="5", s3="5"), without("i1", "i2", "q1", "s3"), ()),
}  # fmt: skip


def written(path, columns):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(columns), *zip(*columns.values(), strict=True)])
    return path


def asked(command, answers, model):
    """A command on a file of answers and a model; a pilot is given by name."""
    return (command, *(("--answers",) if command == "sample-size" else ()), answers, "--model", model)


@pytest.mark.parametrize("case", CASES)
def test_the_place_and_a_remedy_that_works_are_named(manyi, tmp_path, case):
    answers, model, commands, said, better, right, options = CASES[case]
    paths = [written(tmp_path / f"{k}.csv", columns) for k, columns in enumerate((answers, better))]
    models = [tmp_path / "wrong.yaml", tmp_path / "right.yaml"]
    for path, text in zip(models, (model, right), strict=True):
        path.write_text(text, encoding="utf-8")
    for command, *more in commands:
        code, _, err = manyi(*asked(command, paths[0], models[0]), *more)
        assert code in {0, 1}, err
        assert all(words in err for words in said), (command, more, err)
        assert "Traceback" not in err
        if len(commands) == len(ALL) and command not in {"estimate", "trend"}:
            continue  # refused where answers are read: one remedy for all
        code, _, err = manyi(*asked(command, paths[1], models[1]), *more, *options)
        assert code == 0, (command, more, err)
        assert said[0] not in err


MARGINS = "county: {A: 30, B: 30, C: 40}\n"
# Of the same files, what raking says of each and what is done instead: answers, margins and options, twice.
RAKED = {
    "a wave of three": (only(THREE), "wave: {2023: 0.25, 2024: 0.25, 2025: 0.25, 2026: 0.25}", (),
                        ["The weights cost precision", "Trim the weights"],
                        only(THREE), MARGINS, ()),
    "one unit": (with_(unit="u00"), "unit: {u00: 0.5, u01: 0.5}", (), ["names u01", "Join it with another"],
                 with_(unit="u00"), MARGINS, ()),
    "a class of no name": (with_(county=np.where(COUNTY == "C", "", COUNTY)), MARGINS, (),
                           ["Row 9: county", "is missing from the margin"], NOW, MARGINS, ()),
    "nobody has a weight": (with_(w=np.where(COUNTY == "C", "0", "1")), MARGINS, ("--weights", "w"),
                            ["county = C has a target", "Join it with"],
                            with_(w="1"), MARGINS, ("--weights", "w")),
    "one has all weight": (with_(w=np.where(ROW == 7, 10**6, 1)), MARGINS, ("--weights", "w"),
                           ["One respondent alone holds", "trim"],
                           with_(w=np.where(ROW == 7, 3, 1)), MARGINS, ("--weights", "w")),
    "two of one name": ({**NOW, "q1 ": NOW["q2"]}, MARGINS, (), ["two columns named q1", "Rename"],
                        {**NOW, "q1b": NOW["q2"]}, MARGINS, ()),
    "commas in weights": (with_(w="0,5"), MARGINS, ("--weights", "w"), ["row 1 holds '0,5'", "with a point"],
                          with_(w="0.5"), MARGINS, ("--weights", "w")),
    "commas in margins": (NOW, 'county: {A: "0,3", B: "0,3", C: "0,4"}', (),
                          ["The margin county holds", "with a point"], NOW, MARGINS, ()),
    "half is not there": (NOW, "region: {A: 0.5, B: 0.5}", (),
                          ["region has no column", "name it as the data do"], NOW, MARGINS, ()),
}  # fmt: skip


@pytest.mark.parametrize("case", [case for case in CASES if case not in RAKED])
def test_what_is_wrong_with_questions_keeps_nobody_from_being_weighted(manyi, tmp_path, case):
    target = tmp_path / "weighted.csv"
    (tmp_path / "margins.yaml").write_text(MARGINS, encoding="utf-8")
    path = written(tmp_path / "answers.csv", CASES[case][0])
    asked = ("rake", path, "--margins", tmp_path / "margins.yaml", "--out", target, "--column", "new")
    if case == "small groups":
        code, _, err = manyi(*asked)
        assert (code, target.exists()) == (1, False)
        assert "county = g0 is missing from the margin" in err
        twenty = {f"g{k}": 5 for k in range(20)}
        (tmp_path / "margins.yaml").write_text(f"county: {twenty}\n", encoding="utf-8")
    code, _, err = manyi(*asked)
    assert code == 0, err
    with target.open(newline="", encoding="utf-8") as file:
        after = list(csv.DictReader(file))
    before = CASES[case][0]
    for name, column in before.items():
        assert [row[name] for row in after] == list(column)
    weights = np.array([float(row["new"]) for row in after])
    if case != "small groups":
        for county, share in (("A", 0.3), ("B", 0.3), ("C", 0.4)):
            held = weights[np.asarray(before["county"]) == county].sum()
            assert held == pytest.approx(share * weights.sum(), rel=1e-8)


@pytest.mark.parametrize("case", RAKED)
def test_raking_names_the_place_and_a_remedy_that_works(manyi, tmp_path, case):
    answers, margins, more, said, better, right, options = RAKED[case]
    target = tmp_path / "weighted.csv"
    for columns, text, given, is_wrong in (
        (answers, margins, more, True),
        (better, right, options, False),
    ):
        path = written(tmp_path / "answers.csv", columns)
        (tmp_path / "margins.yaml").write_text(text, encoding="utf-8")
        asked = ("rake", path, "--margins", tmp_path / "margins.yaml", "--out", target, "--column", "new")
        code, _, err = manyi(*asked, *given)
        assert "Traceback" not in err
        assert (said[0] in err) == is_wrong, err
        assert all(words in err for words in said) or not is_wrong, err
        assert target.exists() == (code == 0)
    assert code == 0
