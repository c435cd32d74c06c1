"""Figures as they are printed: by tenths or coarsely, with the minus that charts have."""

import pytest

from csi_model import Figure
from web import digits

CELL = {"points": -4.46, "ci": [-6.0, -0.04], "n": 400}


def of(**more):
    return Figure.read(CELL | more, key="points")


def test_a_minus_is_that_of_charts_and_a_zero_has_none():
    assert digits.text(of()) == "\N{MINUS SIGN}4.5"
    assert digits.span(of()) == "\N{MINUS SIGN}6.0 – 0.0"
    assert digits.signed(of(points=-0.04)) == "+0.0"
    assert digits.write(-1.26, is_coarse=False) == "\N{MINUS SIGN}1.3"
    assert digits.write(-0.3, is_coarse=True) == "0"


def test_few_answers_are_printed_in_whole_points_and_none_not_at_all():
    few = of(state="indicative", n=60)
    assert digits.all_of(few) == ("\N{MINUS SIGN}4", "\N{MINUS SIGN}6", "0")
    assert digits.in_file(few) == ("-4", "-6", "0"), "programs read a hyphen"
    assert digits.span(of(points=None, ci=None)) == ""


@pytest.mark.parametrize("value", [-4.46, 4.46])
def test_how_far_a_change_goes_has_no_sign(value):
    ends = [-6.0, -3.0] if value < 0 else [3.0, 6.0]
    assert digits.size(of(points=value, ci=ends)) == ("4.5", "3.0", "6.0")
