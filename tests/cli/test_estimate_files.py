"""`manyi estimate`: the report, every row's scores and the workbook."""

import csv
import json
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import yaml

import csi_model
from tests.cli.golden import DATA, GOLDEN, MODEL
from web.exports import xlsx
from web.exports.table import Table

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
GAPPY = GOLDEN / "data_missing.csv"


def sheets(path):
    """Name of each sheet → its rows as a reader sees them, and the elements of all cells."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        trees = {name: ET.fromstring(archive.read(name)) for name in archive.namelist()}
    names = [each.get("name") for each in trees["xl/workbook.xml"].iter(f"{SHEET}sheet")]
    found = {}
    for number, name in enumerate(names, start=1):
        cells = {
            cell.get("r"): value(cell) for cell in trees[f"xl/worksheets/sheet{number}.xml"].iter(f"{SHEET}c")
        }
        found[name] = laid_out(cells)
    return found, trees


def laid_out(cells):
    """Lay cells out in rows by their references (A1, AB12); what is empty is None."""
    at = {}
    for reference, each in cells.items():
        letters = reference.rstrip("0123456789")
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - ord("A") + 1
        at[int(reference[len(letters) :]) - 1, column - 1] = each
    n_rows, n_columns = (1 + max(place[axis] for place in at) for axis in (0, 1))
    return [[at.get((row, column)) for column in range(n_columns)] for row in range(n_rows)]


def value(cell):
    if cell.get("t") == "inlineStr":
        return "".join(part.text or "" for part in cell.iter(f"{SHEET}t"))
    number = cell.find(f"{SHEET}v")
    return None if number is None else float(number.text)


def test_without_json_a_report_goes_to_standard_output(manyi):
    code, out, err = manyi("estimate", DATA, "--model", MODEL, "--bootstrap", 40, "--group", "group")
    assert code == 0
    found = json.loads(
        manyi("estimate", DATA, "--model", MODEL, "--bootstrap", 40, "--group", "group", "--json", "-")[1]
    )
    for title in ("Constructs", "Paths", "Indirect effects", "Questions", "Groups", "Fit"):
        assert any(line.strip() == title for line in out.splitlines())
    row = next(line.split() for line in out.splitlines() if line.startswith("SAT1 "))
    each = found["indicators"]["SAT1"]
    ratio = each["outer_weight"] / each["outer_weight_se"]
    assert row[3:] == [
        f"{figure:.4f}"
        for figure in (each["outer_weight"], each["outer_weight_se"], ratio, each["outer_weight_p"])
    ]
    assert f"{found['groups']['A']['index']['points']:.4f}" in out
    assert "← index" in err


@pytest.mark.parametrize("method", ["pls", "cbsem"])
def test_every_given_row_has_its_scores_with_a_flag_where_something_is_expected(manyi, tmp_path, method):
    lines = GAPPY.read_text(encoding="utf-8").splitlines()
    empty = ["" for _ in lines[0].split(",")]
    empty[lines[0].split(",").index("group")] = "A"
    data, target = tmp_path / "answers.csv", tmp_path / "scores.csv"
    data.write_text("\n".join([*lines[:3], ",".join(empty), *lines[3:]]), encoding="utf-8")
    how = ("--missing", "fiml") if method == "cbsem" else ()
    code, _, err = manyi("estimate", data, "--model", MODEL, "--method", method, *how, "--scores", target)
    assert code == 0, err
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert [row["row"] for row in rows] == [str(k + 1) for k in range(len(lines))]
    assert set(rows[2].values()) == {"3", ""}
    kept = [row for row in rows if row["SAT"]]
    given = [row for row in csv.DictReader(lines) if any(row[f"SAT{k}"] for k in (1, 2, 3)) or row["LOY1"]]
    assert len(kept) == len(given) == 300
    for row, answers in zip(kept, given, strict=True):
        assert row["SAT_expected"] == str(int(not all(answers[f"SAT{k}"] for k in (1, 2, 3))))
        assert 0 <= float(row["SAT"]) <= 100


def test_whole_answers_have_the_scores_of_the_index(manyi, tmp_path):
    target = tmp_path / "scores.csv"
    found = json.loads(manyi("estimate", DATA, "--model", MODEL, "--scores", target, "--json", "-")[1])
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    for name, each in found["constructs"].items():
        assert np.mean([float(row[name]) for row in rows]) == pytest.approx(each["points"], abs=1e-5)
        assert {row[f"{name}_expected"] for row in rows} == {"0"}


def test_the_workbook_holds_every_table(manyi, tmp_path):
    target, other = tmp_path / "out.xlsx", tmp_path / "again.xlsx"
    asked = (
        "estimate",
        DATA,
        "--model",
        MODEL,
        "--bootstrap",
        30,
        "--group",
        "group",
        "--json",
        "-",
        "--xlsx",
    )
    found = json.loads(manyi(*asked, target)[1])
    read, trees = sheets(target)
    tables = csi_model.tables_of(found)
    assert list(read) == list(tables)
    for name, (headings, rows) in tables.items():
        assert read[name][0] == headings
        for cells, row in zip(read[name][1:], rows, strict=True):
            wanted = [
                None if cell == "" else float(cell) if isinstance(cell, int | float) else cell for cell in row
            ]
            assert list(cells) == wanted, "to the last digit"
    assert not [part for tree in trees.values() for part in tree.iter(f"{SHEET}f")]
    manyi(*asked, other)
    assert other.read_bytes() == target.read_bytes()


def test_no_text_becomes_a_formula_and_no_sign_breaks_the_file(tmp_path):
    hostile = [
        "=1+1",
        "+cmd|' /C calc'!A0",
        "-2",
        "@SUM(A1)",
        "\t=1",
        "<b>&\"'</b>",
        "\x00\x08bad\ud800",
        "_x0041_",
        "满意",
    ]
    path = tmp_path / "hostile.xlsx"
    table = Table(("=HYPERLINK(1)", "n"), [(text, number) for number, text in enumerate(hostile)])
    long = Table(("a",), [("x" * 40_000,), (float("nan"),), (None,), (True,)])
    with path.open("wb") as file:
        xlsx.write({"[a]:*?/\\b": table, "A" * 40: table, "a" * 40: long}, file)
    read, trees = sheets(path)
    assert list(read)[1:] == ["A" * 31, "a" * 29 + " 2"]
    assert not set("[]:*?/\\") & set(next(iter(read)))
    rows = read[next(iter(read))]
    assert rows[0] == ["=HYPERLINK(1)", "n"]
    wanted = [*hostile[:6], "bad", "_x005F_x0041_", "满意"]
    assert [row[0] for row in rows[1:]] == wanted
    assert [row[1] for row in rows[1:]] == list(range(len(hostile)))
    assert len(read["a" * 29 + " 2"][1][0]) == xlsx.LONGEST
    assert [row[0] for row in read["a" * 29 + " 2"][2:]] == [None, None, 1.0]
    assert not [part for tree in trees.values() for part in tree.iter(f"{SHEET}f")]


def test_an_interaction_has_no_scores_and_files_that_cannot_be_are_refused(manyi, tmp_path):
    wanted = yaml.safe_load(MODEL.read_text(encoding="utf-8"))
    wanted["constructs"].append({"id": "BOTH", "product": ["SAT", "VAL"]})
    wanted["paths"] += [["VAL", "LOY"], ["BOTH", "LOY"]]
    model, target = tmp_path / "model.yaml", tmp_path / "scores.csv"
    model.write_text(yaml.safe_dump(wanted), encoding="utf-8")
    assert manyi("estimate", DATA, "--model", model, "--scores", target)[0] == 0
    assert "BOTH" not in target.read_text(encoding="utf-8")
    for option in ("--scores", "--xlsx"):
        code, _, err = manyi("estimate", DATA, "--model", MODEL, option, tmp_path / "no" / "file")
        assert code == 1
        assert "cannot be written" in err
