"""`manyi estimate`: a message for every kind of bad input, with the place and the remedy."""

from tests.cli.golden import DATA, MODEL, column, edited, first_indicator


def test_wrong_weights_are_refused_with_place_and_remedy(manyi, tmp_path):
    n = len(DATA.read_text(encoding="utf-8").splitlines()) - 1
    cases = {
        "row 3 is negative (-0.5). Weights are 0 or more": ["1"] * 2 + ["-0.5"] + ["1"] * (n - 3),
        "All weights are zero. Check the column": ["0"] * n,
        "row 2 holds 'heavy', which is no number": ["1", "heavy"] + ["1"] * (n - 2),
        "row 4 is missing. Give every respondent one": ["1"] * 3 + [""] + ["1"] * (n - 4),
        "row 1 is infinite": ["inf"] + ["1"] * (n - 1),
    }
    for wanted, values in cases.items():
        path = edited(
            tmp_path,
            lambda rows, values=values: [
                [*row, value] for row, value in zip(rows, ["mass", *values], strict=True)
            ],
        )
        target = tmp_path / "out.json"
        code, _, err = manyi("estimate", path, "--model", MODEL, "--weights", "mass", "--json", target)
        assert (code, wanted in err) == (1, True), (wanted, err)
        assert "Traceback" not in err
        assert not target.exists()


def set_column(rows, name, values):
    place = column(rows, name)
    return [rows[0]] + [
        [*row[:place], value, *row[place + 1 :]] for row, value in zip(rows[1:], values, strict=True)
    ]


def test_wrong_data_are_refused_with_place_and_remedy(manyi, tmp_path):
    code = first_indicator()
    cases = {
        "no column": lambda rows: [[f for k, f in enumerate(r) if k != column(rows, code)] for r in rows],
        "row 5": lambda rows: set_column(rows, code, ["3"] * 4 + ["often"] + ["4"] * (len(rows) - 6)),
        "is constant": lambda rows: set_column(rows, code, ["7"] * (len(rows) - 1)),
        "no answers at all": lambda rows: set_column(rows, code, [""] * (len(rows) - 1)),
        "is off 1–10": lambda rows: set_column(rows, code, ["11"] + ["4", "5"] * 149 + ["6"]),
        "Collect more answers, or use a smaller model.": lambda rows: rows[:12],
        "a decimal comma. Write decimals with a point: 7.5": lambda rows: set_column(
            rows, code, ['"7,5"'] * (len(rows) - 1)
        ),
        "add to the model: state_codes: {97: not_asked}": lambda rows: set_column(
            rows, code, ["97"] + ["4", "5"] * 149 + ["6"]
        ),
        "Every question has one and the same answer": lambda rows: [
            rows[0],
            *([*["7"] * len(row)] for row in rows[1:]),
        ],
        "Nobody answered any question": lambda rows: [rows[0], *([*["NA"] * len(row)] for row in rows[1:])],
        "header but no rows": lambda rows: rows[:1],
        "two columns named": lambda rows: [[*rows[0][:-1], rows[0][0]], *rows[1:]],
        "values for": lambda rows: [*rows[:3], rows[3][:-1], *rows[4:]],
    }
    for wanted, change in cases.items():
        target = tmp_path / "out.json"
        code_, _, err = manyi("estimate", edited(tmp_path, change), "--model", MODEL, "--json", target)
        assert code_ == 1, (wanted, err)
        assert wanted in err
        assert "Traceback" not in err
        assert not target.exists()


def test_unreadable_files_are_refused(manyi, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("größe,b\n1,2\n".encode("latin-1"))
    for path, wanted in (
        (empty, "is empty"),
        (latin, "not in UTF-8"),
        (tmp_path / "none.csv", "is not there"),
    ):
        code, _, err = manyi("estimate", path, "--model", MODEL)
        assert (code, wanted in err) == (1, True), err
    assert manyi("estimate", DATA, "--model", tmp_path / "none.yaml")[0] == 1
    assert manyi("estimate", DATA, "--model", latin)[0] == 1


def test_wrong_models_are_refused(manyi, tmp_path):
    text = MODEL.read_text(encoding="utf-8")
    code = first_indicator()
    cases = {
        "unknown key": text + "\nfurther: 1\n",
        "YAML in line": "constructs: [\n",
        "nests too deeply": "[" * 20_000,
        "no column": text.replace(code, "NEVER_ASKED"),
        "is no construct": text.replace("index: SAT", "index: NOBODY"),
        "in a circle": text.rstrip() + "\n  - [SAT, IMG]\n",
    }
    for wanted, written in cases.items():
        path = tmp_path / "model.yaml"
        path.write_text(written, encoding="utf-8")
        exit_code, _, err = manyi("estimate", DATA, "--model", path)
        assert (exit_code, wanted in err) == (1, True), (wanted, err)


def test_wrong_usage_has_exit_code_two(manyi):
    for arguments in (
        (),
        ("estimate",),
        ("estimate", DATA),
        ("estimate", DATA, "--model", MODEL, "--scheme", "x"),
        ("estimate", DATA, "--model", MODEL, "--bootstrap", "-1"),
        ("nothing",),
    ):
        assert manyi(*arguments)[0] == 2, arguments


def test_wrong_columns_for_weights_and_groups_are_refused(manyi):
    for option in ("--weights", "--group", "--strata", "--cluster"):
        code, _, err = manyi("estimate", DATA, "--model", MODEL, option, "NOT_THERE")
        assert (code, "NOT_THERE" in err) == (1, True)


def test_a_single_cluster_is_refused(manyi, tmp_path):
    rows = DATA.read_text(encoding="utf-8").splitlines()
    data = tmp_path / "data.csv"
    data.write_text("\n".join([rows[0] + ",all", *(f"{row},1" for row in rows[1:])]), encoding="utf-8")
    code, _, err = manyi("estimate", data, "--model", MODEL, "--cluster", "all", "--bootstrap", 40)
    assert code == 1
    assert "one cluster" in err
