"""Companions of a run: the engine's figures of NPS and effort, never a reason for a run to fail."""

import numpy as np
import pytest

from csi_model import Options
from surveys import instruments
from web.runs.companions import beside_the_index

DOCUMENT = instruments.load("utility_csi")
ROLES = DOCUMENT.indicators.played()


class Answers:
    """A matrix of answers, as far as companions read it."""

    def __init__(self, **columns):
        self.columns, self.question_codes = columns, tuple(columns)

    def column(self, code):
        return np.array(self.columns[code], float)


def test_companions_are_the_figures_of_the_engine_with_their_intervals():
    gaps = [np.nan] * 10
    answers = Answers(NPS=[10] * 30 + [8] * 40 + [0] * 20 + gaps, CES=[7] * 60 + [1] * 20 + 2 * gaps)
    found = beside_the_index(DOCUMENT, answers, ROLES, Options())
    assert (found["NPS"]["value"], found["NPS"]["n"]) == (pytest.approx(100 * (30 - 20) / 90), 90)
    low, high = found["NPS"]["ci"]
    share = np.array([30, 20]) / 90
    error = 100 * np.sqrt((share.sum() - (share[0] - share[1]) ** 2) / 89)
    assert (high - low) / 2 == pytest.approx(1.959964 * error, rel=1e-6)
    assert (found["CES"]["value"], found["CES"]["n"]) == (pytest.approx(5.5), 80)
    assert found["CES"]["top"]["value"] == pytest.approx(0.75)


def test_too_few_answers_have_no_value_and_a_note():
    found = beside_the_index(DOCUMENT, Answers(NPS=[10] * 29 + [np.nan] * 5), ROLES, Options())
    assert (found["NPS"]["value"], found["NPS"]["n"], found["NPS"]["note"]["code"]) == (None, 29, "floor")


def test_answers_outside_the_scale_have_no_value_and_a_note():
    found = beside_the_index(DOCUMENT, Answers(NPS=[11] * 40), ROLES, Options())
    assert (found["NPS"]["value"], found["NPS"]["note"]["code"]) == (None, "scales")
