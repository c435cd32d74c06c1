"""The simulated customers say what the questionnaire lets them say, and show what was planted."""

import numpy as np
import pytest

from surveys import instruments
from surveys.asking.answers import Answers
from surveys.asking.router import Router
from web.demo import filling, world

N = 4000


@pytest.fixture(scope="module")
def document():
    return instruments.load("utility_csi")


@pytest.fixture(scope="module")
def drawn():
    return world.people(N, world.office_effects(1), np.random.default_rng(5))


@pytest.fixture(scope="module")
def columns(document, drawn):
    found = filling.answers(document, drawn, 0, np.random.default_rng(6))
    assert found.pop("_hours").min() > 0
    found.pop("_liner")
    return found


def test_everybody_is_asked_what_they_answered_and_nothing_more(document, columns):
    router = Router(document)
    assert set(columns) == {slot.code for slot in document.slots}
    for row in range(400):
        values = {code: int(column[row]) for code, column in columns.items()}
        way = router.way(Answers(values))
        assert way.leftovers().values == {}, row
        assert (way.stop, way.gap()) == (None, None), row


def test_expectation_rises_with_the_share_of_the_bill(document, columns, drawn):
    for code in ("EXP3", "EXP4"):
        given = columns[code] > 0
        means = [columns[code][given & (drawn.bill_share == place)].mean() for place in range(5)]
        assert means == sorted(means), code
        assert means[-1] - means[0] > 0.8


def test_value_depends_on_what_electricity_is_held_against(columns, drawn):
    places = list(world.ALTERNATIVES)
    given = columns["VAL3"] > 0

    def mean(name):
        return columns["VAL3"][given & (drawn.alternative == places.index(name))].mean()

    assert mean("coal") > mean("gas") + 0.5 > mean("pv") + 0.5
    assert mean("none") > mean("retailer") + 0.7


def test_nobody_ranks_what_they_were_not_offered(document, columns):
    values = {option.code: option.value for option in document.by_code["IMP"].offered()}
    ranked = np.array([columns[f"IMP.{place}"] for place in (1, 2, 3)])
    without = (columns["CATEGORY"] == 1) & (columns["E4.manager"] != 1)
    assert not (ranked[:, without] == values["PQV_MGR"]).any()
    assert (ranked == values["PQV_MGR"]).any()
