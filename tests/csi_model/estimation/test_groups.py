"""Many groups in one call: progress, failures that stay in their group, and what a group's result keeps."""

import os
from dataclasses import fields, replace

import numpy as np
import pytest

import csi_model
from csi_model.resampling import estimator
from csi_model.resampling.draws import Draws
from tests.csi_model.simulated import labelled

ESTIMATE = csi_model.Options(bootstrap=60, seed=9)


@pytest.fixture
def units(golden):
    """The golden answers of 300 respondents four times, in eight units of 150."""
    spec, columns = golden.spec("model.yaml"), golden.columns("data.csv")
    order = np.random.default_rng(2).permutation(1200) % 300
    data = csi_model.prepare(spec, {code: columns[code][order] for code in spec.indicator_ids})
    labels = np.repeat([f"unit {k}" for k in range(8)], 150)
    return spec, labelled(data, unit=labels), labels


def test_progress_is_seen_group_by_group(units):
    spec, data, _labels = units
    for jobs in (1, 2):
        seen: list[float] = []
        options = csi_model.Options(bootstrap=60, jobs=jobs)
        csi_model.estimate(spec, data, options, by="unit", progress=seen.append)
        assert seen == sorted(seen)
        assert seen[-1] == pytest.approx(1)
        assert len(seen) >= 9
        # The whole counts as one of nine models, and no step is larger than one model.
        assert np.diff([0, *seen]).max() < 1.01 / 9


def test_a_groups_result_equals_the_group_alone_and_keeps_no_draws(units):
    spec, data, labels = units
    found = csi_model.estimate(spec, data, replace(ESTIMATE, group_weights="own"), by="unit")
    assert found.resampled is not None
    group = found.groups["unit 3"]
    assert group.resampled is None
    own = csi_model.Options(bootstrap=60, seed=group.options.seed)
    alone = csi_model.estimate(spec, data.where(labels == "unit 3"), own)
    assert csi_model.document(alone) == csi_model.document(group)
    for name in Draws._fields:
        for part in ("value", "se", "low", "high", "n", "state"):
            kept, wanted = (getattr(each.figure(name), part) for each in (group, alone))
            np.testing.assert_array_equal(kept, wanted)


def test_bca_intervals_of_groups_are_kept_too(units):
    spec, data, _labels = units
    options = csi_model.Options(bootstrap=60, interval="bca")
    found = csi_model.estimate(spec, data, options, by="unit").groups["unit 0"]
    ends = found.figure("constructs")
    assert (ends.low < found.points.constructs[0]).all()
    assert (found.points.constructs[0] < ends.high).all()


def test_one_groups_failure_is_a_caution_that_names_it(units, monkeypatch):
    spec, data, labels = units
    values = data.values.copy()
    values[labels == "unit 1", 4] = np.nan
    values[labels == "unit 2", 0] = values[labels == "unit 2", 0].mean().round()
    broken = replace(data, values=values)
    plain = estimator.solve

    def fails(moments, *more):
        if np.allclose(moments.corr[0], marked, atol=1e-12):
            raise np.linalg.LinAlgError("Singular matrix")
        return plain(moments, *more)

    marked = csi_model.estimate(spec, broken.where(labels == "unit 5")).moments.corr[0]
    monkeypatch.setattr(estimator, "solve", fails)
    found = csi_model.estimate(spec, broken, ESTIMATE, by="unit")
    missing = {name for name, group in found.groups.items() if group is None}
    assert missing == {"unit 1", "unit 2", "unit 5"}
    messages = {c.about[0]: c.message for c in found.cautions if c.code == "group-refused"}
    assert set(messages) == missing
    assert messages["unit 1"] == f"In group 'unit 1' nobody answered {data.codes[4]}."
    assert messages["unit 2"] == f"In group 'unit 2' everyone gave {data.codes[0]} the same answer."
    assert "cannot be told apart" in messages["unit 5"]


class Fragile(csi_model.ModelSpec):
    """Ends every process that it is sent to, as the system does where memory runs out."""

    def __reduce__(self):
        return os._exit, (9,)


def test_the_work_of_workers_that_die_is_done_here(units):
    spec, data, _labels = units
    fragile = Fragile(**{part.name: getattr(spec, part.name) for part in fields(spec)})
    options = csi_model.Options(bootstrap=20, jobs=2)
    whole = csi_model.estimate(spec, data, options)
    found, cautions = csi_model.estimate_groups(replace(whole, spec=fragile), data, "unit")
    wanted, _ = csi_model.estimate_groups(whole, data, "unit")
    assert [caution.code for caution in cautions] == ["workers-ended"]
    assert "8 groups were estimated one by one" in cautions[0].message
    for name, group in wanted.items():
        assert csi_model.document(found[name]) == csi_model.document(group)


def test_groups_below_the_floor_are_named(units):
    spec, data, labels = units
    labels = labels.copy()
    labels[:29] = "new"
    data = labelled(data, unit=labels)
    found = csi_model.estimate(spec, data, by="unit")
    assert found.groups["new"] is None
    assert [c.message for c in found.cautions if c.code == "small-group"] == [
        "new: 29 respondents, fewer than 30; not shown."
    ]
    shown = csi_model.estimate(spec, data, csi_model.Options(floor=29), by="unit").groups["new"]
    assert "indicative" in {caution.code for caution in shown.cautions}


def test_resamples_that_all_fail_leave_no_interval_and_a_caution(units):
    spec, data, _ = units
    result = csi_model.estimate(spec, data, csi_model.Options(bootstrap=20))
    nothing = Draws(*(np.full_like(field, np.nan) for field in result.resampled.draws))
    assert not nothing.usable.any()
    failed = replace(result, resampled=replace(result.resampled, draws=nothing)).without_draws()
    found = failed.figure("constructs")
    assert np.isnan([found.se, found.low, found.high]).all()
    assert np.isfinite(found.value).all()


def test_a_unit_that_stands_out_is_above_and_the_others_with_the_rest(units):
    spec, data, labels = units
    raised = np.where(labels == "unit 3", np.minimum(data.values.T + 1.5, 10.0), data.values.T).T
    found = csi_model.estimate(spec, replace(data, values=raised), ESTIMATE, by="unit")
    beside = csi_model.side_by_side(found)
    tiers = {name: each["tier"] for name, each in beside["groups"].items()}
    assert tiers.pop("unit 3") == "above"
    assert set(tiers.values()) <= {"with", "below"}
    own = beside["groups"]["unit 3"]
    assert own["funnel"] > 0
    assert beside["centre"] < own["shrunk"] < own["points"]  # pulled to what the units have in common
    assert own["ci"][0] < own["shrunk"] < own["ci"][1]


def test_units_of_one_population_are_not_told_apart(units):
    spec, data, _labels = units
    beside = csi_model.side_by_side(csi_model.estimate(spec, data, ESTIMATE, by="unit"))
    assert {each["tier"] for each in beside["groups"].values()} == {"with"}
    assert len(beside["groups"]) == 8


def test_groups_without_errors_or_too_few_are_refused(units):
    spec, data, labels = units
    for options, groups in (
        (csi_model.Options(), labels),
        (ESTIMATE, np.where(labels == "unit 1", "a", "b")),
    ):
        found = csi_model.estimate(spec, labelled(data, unit=groups), options, by="unit")
        with pytest.raises(csi_model.DataError, match="three are needed") as refusal:
            csi_model.side_by_side(found)
        assert refusal.value.code == "few-units"


def test_another_group_leaves_a_groups_numbers_alone(units):
    spec, data, labels = units
    found = csi_model.estimate(spec, data, ESTIMATE, by="unit")
    more = np.where(np.arange(1200) < 150, "a new unit", labels)
    again = csi_model.estimate(spec, labelled(data, unit=more), ESTIMATE, by="unit")
    assert set(again.groups) == {"a new unit"} | {f"unit {k}" for k in range(1, 8)}
    for k in range(1, 8):
        assert csi_model.document(again.groups[f"unit {k}"]) == csi_model.document(found.groups[f"unit {k}"])
    seeds = {group.options.seed for group in found.groups.values()}
    assert len(seeds) == 8
    other = csi_model.estimate(spec, data, replace(ESTIMATE, seed=10), by="unit")
    assert seeds.isdisjoint(group.options.seed for group in other.groups.values())
