"""`manyi compare`: a message for every kind of bad input."""

import numpy as np
import pytest

from tests.cli.compare.quick import FEW
from tests.cli.golden import DATA


def test_wrong_usage_has_exit_code_two(manyi, model):
    good = ("compare", DATA, "--model", model, "--by", "group")
    for arguments in (
        ("compare",),
        ("compare", DATA),
        ("compare", DATA, "--model", model),
        (*good, "--method", "cbsem"),
        (*good, "--scheme", "star"),
        (*good, "--missing", "guess"),
        (*good, "--permutations", "-1"),
        (*good, "--permutations", "many"),
        (*good, "--bootstrap", "-1"),
        (*good, "--level", "0"),
        (*good, "--level", "1"),
        (*good, "--level", "95"),
        (*good, "--seed", "-1"),
        (*good, "--nothing"),
    ):
        assert manyi(*arguments)[0] == 2, arguments


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        (("--by", "NOT_THERE"), "has no column NOT_THERE"),
        (("--by", "group", "--weights", "NOT_THERE"), "has no column NOT_THERE"),
        (("--by", "group", "--strata", "NOT_THERE"), "has no column NOT_THERE"),
        (("--by", "group", "--cluster", "NOT_THERE"), "has no column NOT_THERE"),
        (("--by", "all"), "nothing to compare: only x has 30 answers or more."),
        (("--by", "single"), "nothing to compare: no group has 30 answers or more. Join groups"),
        (("--by", "group", "--groups", "A"), "does not name two groups"),
        (("--by", "group", "--groups", "A,A"), "does not name two groups"),
        (("--by", "group", "--groups", "A,,B"), "does not name two groups"),
        (("--by", "group", "--groups", "A,C"), "There is no group 'C'. Choose among A, B."),
        (("--by", "group", "--permutations", 5), "5 permutations cannot reach a level of 0.95."),
        (("--by", "group", "--bootstrap", 7), "7 resamples cannot give an interval."),
        (("--by", "group", "--cluster", "group"), "Group A: All respondents are of one cluster"),
        (("--by", "group", "--weights", "light"), "negative"),
        (("--by", "group", "--json", "/not/there/out.json", *FEW), "cannot be written"),
    ],
)
def test_bad_input_is_refused_with_what_to_do(manyi, model, answers, options, wanted):
    n = np.arange(300)
    data = answers({"all": ["x"] * 300, "single": n, "light": n - 5, "mass": 1 + n % 3})
    code, out, err = manyi("compare", data, "--model", model, *options)
    assert (code, out) == (1, ""), err
    assert wanted in err
    assert "Traceback" not in err


def test_unreadable_files_are_refused(manyi, model, tmp_path):
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    for given, answered in (
        (tmp_path / "none.yaml", DATA),
        (model, tmp_path / "none.csv"),
        (model, empty),
        (DATA, model),
    ):
        arguments = (answered, "--model", given)
        code, _, err = manyi("compare", *arguments, "--by", "group")
        assert (code, "Traceback" in err) == (1, False), arguments
