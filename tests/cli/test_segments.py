"""`manyi segments`: what it tells, whom it writes, and what it refuses."""

import csv
import json

from tests.cli.golden import DATA, MODEL


def test_segments_are_told_and_written_row_by_row(manyi, tmp_path):
    lines = DATA.read_text(encoding="utf-8").splitlines()
    data = tmp_path / "answers.csv"
    blank = lines[0].split(",").index("group")
    empty = ["" for _ in lines[0].split(",")]
    empty[blank] = "A"
    data.write_text("\n".join([*lines[:4], ",".join(empty), *lines[4:]]), encoding="utf-8")
    members, target = tmp_path / "members.csv", tmp_path / "out.json"
    asked = ("segments", data, "--model", MODEL, "--most", 3, "--segments", 2)
    code, out, err = manyi(*asked, "--members", members, "--json", target)
    assert code == 0, err
    assert out == ""
    found = json.loads(target.read_text(encoding="utf-8"))
    assert [each["k"] for each in found["solutions"]] == [1, 2, 3]
    assert "AIC3 and CAIC" in err
    assert "SAT → LOY" in err
    rows = list(csv.DictReader(members.read_text(encoding="utf-8").splitlines()))
    assert len(rows) == len(lines)
    assert rows[3] == {"row": "4", "segment": "", "p1": "", "p2": ""}
    filled = [row for row in rows if row["segment"]]
    assert all(abs(float(row["p1"]) + float(row["p2"]) - 1) < 2e-4 for row in filled)
    assert all((row["segment"] == "1") == (float(row["p1"]) >= float(row["p2"])) for row in filled)
    size = sum(float(row["p1"]) for row in filled)
    assert abs(size - found["solutions"][1]["segments"][0]["n"]) < 0.1
    again = tmp_path / "again.json"
    assert manyi(*asked, "--json", again)[0] == 0
    assert again.read_bytes() == target.read_bytes()


def test_more_segments_than_are_tried_and_a_file_that_cannot_be_are_refused(manyi, tmp_path):
    code, _, err = manyi("segments", DATA, "--model", MODEL, "--most", 2, "--segments", 3)
    assert code == 2
    assert "more than --most" in err
    code, _, err = manyi(
        "segments", DATA, "--model", MODEL, "--most", 1, "--members", tmp_path / "no" / "f.csv"
    )
    assert code == 1
    assert "cannot be written" in err
