"""Evaluations one after another give nobody away: what an attacker solves from all that is out."""

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import csi_model
from csi_model.answers.labels import read
from csi_model.disclosure.floors import decide_parts, printed_of
from csi_model.disclosure.together import gives_away, speaks_of_few
from csi_model.evaluation.register import Evaluated
from csi_model.inference.figures import INDICATIVE, SHOWN
from tests.csi_model.simulated import SPEC, labelled, survey

FLOOR = 30
ASKED = {"units": "unit", "waves": "wave", "before": ["2021"], "after": ["2022"]}


def mean(unit, units, sizes=None):
    """What each respondent counts in the mean of an arm; units count by their answers or as given."""
    inside = np.isin(unit, list(units))
    share = inside.astype(float) if sizes is None else np.array([sizes[each] for each in unit]) * inside
    return share / share.sum()


def few_known(unit, means):
    """Which sets of units of fewer than the floor a reader of all printed means knows to the digit."""
    kind = read(unit, len(unit), "unit")
    rows = np.vstack([*means, *printed_of([kind], FLOOR).astype(float)])
    cells = np.array([rows[:, kind.number == at].sum(axis=1) for at in range(len(kind.names))]).T
    cells = cells / kind.sizes  # of people alike: coefficients of the units' sums
    n, found = kind.sizes, []
    small = np.flatnonzero(n < FLOOR).tolist()
    for own in chain.from_iterable(combinations(small, size) for size in range(1, len(small) + 1)):
        if n[list(own)].sum() < FLOOR:
            aim = np.isin(np.arange(len(n)), own).astype(float)
            solved = np.linalg.lstsq(cells.T, aim, rcond=None)[0]
            if np.abs(cells.T @ solved - aim).max() < 1e-9:
                found.append(own)
    return found


def drawn(rng):
    """Six large units and ten small ones, and four pairs of arms, each a little other than one before."""
    sizes = np.concatenate([np.full(6, 60), rng.choice([8, 12, 16, 25], 10)])
    names = np.array([f"u{k:02d}" for k in range(len(sizes))])
    arms = [np.arange(len(names)) % 2]
    for _ in range(3):
        other = arms[int(rng.integers(len(arms)))].copy()
        moved = rng.choice(np.arange(6, len(names)), int(rng.integers(1, 4)), replace=False)
        other[moved] = rng.integers(-1, 2, len(moved))  # the other arm, or lost from both
        arms.append(other)
    return np.repeat(names, sizes), [[names[own == side] for side in (0, 1)] for own in arms]


def allowed_alone(unit, arms):
    part = np.select([np.isin(unit, own) for own in arms], ["comparison", "treated"], "")
    labels = read(part, len(unit), "part")
    if len(labels.present) < 2:
        return False
    everybody = np.ones((len(unit), 1), dtype=bool)
    return int(decide_parts(everybody, read(unit, len(unit), "unit"), labels)[0]) in {SHOWN, INDICATIVE}


def told_one_after_another(rng, *, held=True):
    """The means of all arms that leave, one pair after another."""
    unit, pairs = drawn(rng)
    kind, everybody, out = read(unit, len(unit), "unit"), np.ones(len(unit), dtype=bool), []
    for arms in pairs:
        if not allowed_alone(unit, arms):
            continue
        own = [mean(unit, each) for each in arms]
        if not (held and out and gives_away(np.vstack([*out, *own]), [kind], everybody, FLOOR)):
            out += own
    return unit, out


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_no_set_of_fewer_than_the_floor_is_known_from_all_that_left(seed):
    unit, out = told_one_after_another(np.random.default_rng(seed))
    assert few_known(unit, out) == []


def test_held_by_nothing_earlier_arms_are_subtracted():
    caught, kept = 0, 0
    for seed in range(12):
        unit, out = told_one_after_another(np.random.default_rng(seed), held=False)
        caught += bool(few_known(unit, out))
        kept += len(told_one_after_another(np.random.default_rng(seed))[1]) > 2
    assert caught > 5, "nothing to find: the property could not fail"
    assert kept > 3, "nothing but the first leaves: that would hold everything"


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("aab", "aab", False),  # the same again
        ("aabs", "aab", True),  # one small unit more
        ("aabst", "aab", True),  # two of 24 together, neither alone
        ("aabstm", "aab", False),  # three of 49
    ],
)
def test_arms_that_differ_by_few_people_are_subtracted(first, second, told):
    sizes = {"a": 60, "b": 60, "s": 12, "t": 12, "m": 25, "x": 60, "y": 60, "z": 28, "w": 28}
    unit = np.repeat(list(sizes), list(sizes.values()))
    means = [mean(unit, set(first)), mean(unit, set(second)), mean(unit, {"x", "y", "z", "w"})]
    assert (
        gives_away(np.array(means), [read(unit, len(unit), "unit")], np.ones(len(unit), bool), FLOOR) is told
    )


def test_the_same_arms_by_other_weights_of_units_are_subtracted():
    sizes = {"a": 60, "s": 12, "t": 20, "x": 60, "y": 28, "z": 28}
    unit = np.repeat(list(sizes), list(sizes.values()))
    kinds, everybody = [read(unit, len(unit), "unit")], np.ones(len(unit), bool)
    other = dict.fromkeys(sizes, 1.0) | {"s": 9.0}
    arm = {"a", "s", "t"}
    assert not gives_away(np.array([mean(unit, arm)] * 2), kinds, everybody, FLOOR)
    assert gives_away(np.array([mean(unit, arm), mean(unit, arm, other)]), kinds, everybody, FLOOR)


def test_units_of_another_kind_cut_through_these():
    office = np.repeat(["o1", "o2", "o3", "o4", "o5", "o6"], [50, 40, 14, 60, 50, 60])
    county = np.select([np.isin(office, ["o1", "o2", "o3"])], ["A"], "B")
    kinds = [read(each, len(office), "unit") for each in (office, county)]
    whole, part = mean(county, {"A"}), mean(office, {"o1", "o2"})
    assert gives_away(np.array([whole, part]), kinds, np.ones(len(office), bool), FLOOR)


def test_a_combination_of_many_sums_is_found():
    sums = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 1]], dtype=bool)
    assert speaks_of_few(sums, np.array([20, 50, 50, 60]), FLOOR)  # half of 1 − 2 + 3
    assert not speaks_of_few(sums[:2], np.array([20, 50, 50, 60]), FLOOR)


@pytest.fixture(scope="module")
def world():
    sizes = (*[40] * 6, 12, 20, 12, 12, 20, 20)
    data, _ = survey(n=sum(sizes), years=2, seed=3)
    unit = np.tile(np.repeat([f"u{number}" for number in range(len(sizes))], sizes), 2)
    return labelled(data, unit=unit, region=np.char.replace(unit, "u", "r"))


def told(world, treated, register, **more):
    found = csi_model.effect_of_measure(
        SPEC, world, **ASKED | more, treated=treated, n_resamples=10, register=register
    )
    return found["beside"], {each["state"] for each in found["constructs"].values()}


def test_a_second_evaluation_is_held_beside_the_first(world):
    register: list[Evaluated] = []
    first, second = ("u0", "u1", "u2", "u6", "u7"), ("u0", "u1", "u2", "u7", "u8")
    assert told(world, second, []) == (0, {"shown"})
    assert told(world, first, register) == (0, {"shown"})
    assert told(world, first, register) == (1, {"shown"})
    with pytest.raises(csi_model.DataError, match="Beside what the register holds") as refusal:
        told(world, second, register)
    assert (refusal.value.code, bool(refusal.value.remedy), len(register)) == ("floor", True, 2)
    kept = [Evaluated.read(each.plain()) for each in register]
    assert kept == register
    assert register[0].constructs["SAT"][1]["u6"] == pytest.approx(12 / 152)


def test_of_other_columns_a_register_is_refused(world):
    register: list[Evaluated] = []
    told(world, ("u0", "u1", "u2", "u6", "u7"), register)
    with pytest.raises(csi_model.DataError, match="Beside what the register holds"):
        told(world, ("r0", "r1", "r2", "r7", "r8"), register, units="region")
    without = labelled(world, region=world.label("region").texts(), unit=np.full(len(world), "x"))
    del without.labels["unit"]
    with pytest.raises(csi_model.DataError, match="by column unit, which is not there"):
        told(without, ("r0", "r1", "r2", "r7", "r8"), register, units="region")


@pytest.mark.parametrize(
    "given",
    [None, [], {}, {"units": 1}, {"units": "u", "waves": "w", "order": ["1"], "constructs": {"A": [{}]}}],
)
def test_what_is_no_evaluation_is_refused(given):
    with pytest.raises(csi_model.DataError, match="no evaluation"):
        Evaluated.read(given)
