"""The demo world from the command line: stored like real answers, and its truth is found again."""

import csv
import json
import shutil

import pytest
from openpyxl import load_workbook

from surveys.analysing.export import WaveTable
from tests.web.demo_site import demo_file  # noqa: F401
from web.exports import xlsx as workbooks


@pytest.fixture
def demo(manyi, demo_file, tmp_path):  # noqa: F811
    """The command line at a small demo."""
    assert manyi("db", "upgrade")[0] == 0
    shutil.copy(demo_file, tmp_path / "instance" / "manyi.db")
    return manyi


def test_demo_truth_lies_within_the_intervals(manyi, tmp_path):
    code, _, err = manyi("demo", "--responses", 1500, "--waves", 2, "--seed", 7)
    assert code == 0, err
    truth = json.loads((tmp_path / "instance" / "demo-truth.json").read_text(encoding="utf-8"))["waves"]
    inside = total = 0
    for wave, points in truth.items():
        data, model, result = tmp_path / "a.csv", tmp_path / "m.yaml", tmp_path / "o.json"
        assert manyi("responses", "export", wave, "-o", data, "--model", model)[0] == 0
        assert data.read_bytes().count(b"\r\n") == data.read_bytes().count(b"\n") > 1  # as RFC 4180 says
        assert manyi("estimate", data, "--model", model, "--bootstrap", 400, "--json", result)[0] == 0
        found = json.loads(result.read_text(encoding="utf-8"))["constructs"]
        for name, wanted in points.items():
            low, high = found[name]["ci"]
            inside += low <= wanted <= high
            total += 1
            assert abs(found[name]["points"] - wanted) < 4 * found[name]["se"], (wave, name)
    assert total == 18
    assert inside >= 15
    with data.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["customer_class"] for row in rows} == {"residential", "commercial", "industrial", "other"}
    # straight-liners rush and are excluded: fewer rows than people
    assert 0.85 * 1500 < len(rows) < 0.95 * 1500
    assert all(row["PQV6"] == "97" for row in rows if row["E4.hotline"] == "0")
    # What people say matters stands in the ranking's own columns: 15 options, three by each. A manager
    # is offered to those alone who have or met one.
    wish = ("--bootstrap", 40, "--stated", "IMP", "--json", result)
    assert manyi("priorities", data, "--model", model, *wish)[0] == 0
    stated = json.loads(result.read_text(encoding="utf-8"))["stated"]
    assert len(stated["options"]) == 15
    share = {row["id"]: row["share"] for row in stated["options"]}
    answered = [row for row in rows if row["IMP.1"]]
    offered = [row for row in answered if "PQV_MGR" in row["IMP.offered"].split()]
    assert {row["CATEGORY"] != "1" or row["E4.manager"] == "1" for row in offered} == {True}
    assert 30 < len(offered) < len(answered)
    picked = sum("12" in {row[f"IMP.{place}"] for place in (1, 2, 3)} for row in offered)
    assert share["PQV_MGR"] == pytest.approx(picked / len(offered))
    others = sum(share.values()) - share["PQV_MGR"]
    assert others + picked / len(answered) == pytest.approx(3)
    assert stated["level"] == "dimensions"
    assert not set(stated["not_offered"]) & set(stated["hidden"] + stated["overrated"])
    # Nobody answered every question, and the covariance model is estimated nevertheless, near the others.
    paths = {}
    for method in ("pls", "plsc", "cbsem"):
        code, _, err = manyi("estimate", data, "--model", model, "--method", method, "--json", result)
        assert (code, "shorten" in err) == (0, False)
        found = json.loads(result.read_text(encoding="utf-8"))
        assert found["n_used"] == len(rows)
        paths[method] = {(each["source"], each["target"]): each["estimate"] for each in found["paths"]}
    assert max(abs(paths["plsc"][each] - size) for each, size in paths["cbsem"].items()) < 0.06
    assert max(abs(paths["pls"][each] - size) for each, size in paths["cbsem"].items()) < 0.12


def test_demo_is_not_made_twice(demo):
    code, _, err = demo("demo")
    assert (code, "already" in err) == (1, True)
    assert demo("demo", "--if-missing")[0] == 0


@pytest.mark.parametrize(
    "option", [("--seed", 2**31), ("--seed", -1), ("--responses", 59), ("--waves", 25), ("--waves", "many")]
)
def test_a_demo_that_cannot_be_is_refused_before_anything_is_made(manyi, tmp_path, option):
    code, _, err = manyi("demo", *option)
    assert (code, f"Invalid value for '{option[0]}'" in err) == (2, True)
    assert not (tmp_path / "instance").exists()


def test_exports_refuse_what_is_not_there(demo, tmp_path):
    code, _, err = demo("responses", "export", "NEVER", "-o", tmp_path / "x.csv")
    assert (code, "DEMO-" in err) == (1, True)
    wave = "DEMO-NOW"
    assert demo("responses", "export", wave, "--format", "sav", "-o", tmp_path / "x.sav")[0] == 2
    assert demo("responses", "export", wave, "-o", tmp_path / "none" / "x.csv")[0] == 1


def test_a_workbook_holds_the_answers_as_numbers_and_their_codebook(demo, tmp_path, monkeypatch):
    plain, book, codes = tmp_path / "x.csv", tmp_path / "x.xlsx", tmp_path / "codes.csv"
    wave = "DEMO-NOW"
    assert demo("responses", "export", wave, "-o", plain, "--codebook", codes)[0] == 0
    assert demo("responses", "export", wave, "--format", "xlsx", "-o", book)[0] == 0
    sheets = load_workbook(book, read_only=True)
    assert sheets.sheetnames == ["answers", "codebook"]
    for sheet, file in ((sheets["answers"], plain), (sheets["codebook"], codes)):
        with file.open(encoding="utf-8", newline="") as opened:
            wanted = list(csv.reader(opened))
        found = [["" if cell is None else cell for cell in row] for row in sheet.iter_rows(values_only=True)]
        assert [list(map(str, row)) for row in found] == wanted
    rated = next(name for name in sheets["answers"].iter_rows(values_only=True, max_row=1) if name).index(
        "PQV6"
    )
    told = [row[rated] for row in sheets["answers"].iter_rows(values_only=True, min_row=2)]
    assert {type(each) for each in told} <= {int, type(None)}
    monkeypatch.setattr(workbooks, "MOST_ROWS", 5)
    code, _, err = demo("responses", "export", wave, "--format", "xlsx", "-o", tmp_path / "long.xlsx")
    assert (code, "A sheet holds 4 rows" in err, (tmp_path / "long.xlsx").exists()) == (1, True, False)
    assert demo("responses", "export", wave, "--format", "xlsx", "-o", tmp_path / "none" / "x.xlsx")[0] == 1


def test_no_cell_of_a_codebook_is_computed(demo, tmp_path, monkeypatch):
    codes, rows = tmp_path / "codes.csv", [["code", "value", "en"], ["Q1", "-9", "=1+1"], ["Q2", "", "＠x"]]
    monkeypatch.setattr(WaveTable, "codebook", lambda _self, _languages: iter(rows))
    assert demo("responses", "export", "DEMO-NOW", "-o", tmp_path / "x.csv", "--codebook", codes)[0] == 0
    with codes.open(encoding="utf-8", newline="") as opened:
        assert list(csv.reader(opened)) == [rows[0], ["Q1", "-9", "'=1+1"], ["Q2", "", "'＠x"]]


def test_backup_restores_what_it_copied(demo, tmp_path):
    copy = tmp_path / "copy.db"
    assert demo("backup", copy)[0] == 0
    assert demo("backup", copy)[0] == 1
    assert demo("restore", copy, "--yes")[0] == 0
    assert demo("responses", "export", "DEMO-NOW", "-o", tmp_path / "x.csv")[0] == 0
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"nothing")
    assert demo("restore", broken, "--yes")[0] == 1


def test_questionnaires_go_out_and_come_back(manyi, tmp_path):
    file, report = tmp_path / "q.json", tmp_path / "r.json"
    assert manyi("db", "upgrade")[0] == 0
    assert manyi("survey", "export", "utility_csi", "-o", file)[0] == 0
    code, _, err = manyi("survey", "import", file, "--dry-run", "--json", report)
    assert (code, err) == (0, f"{file}: errors: 0, warnings: 1. Nothing was stored.\n")
    assert manyi("survey", "import", file, "--reason", "why not")[0] == 2
    assert json.loads(report.read_text(encoding="utf-8"))["rows"] == 55
    assert manyi("survey", "import", file)[0] == 0
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    code, _, err = manyi("survey", "import", broken)
    assert (code, "JSON" in err) == (1, True)
    assert manyi("survey", "import", tmp_path / "x.lss")[0] == 1
