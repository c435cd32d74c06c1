"""Joint errors over waves: units and customers that answer in several."""

import numpy as np
import pytest

import csi_model
from csi_model.inference.means import linearised, weighted_means
from csi_model.series.followed import followed
from csi_model.series.joint import joint_points

SPEC = csi_model.ModelSpec.from_lavaan("Q =~ q1 + q2\nSAT =~ s1 + s2\nSAT ~ Q")


def panel(rng, units=30, size=8, waves=3, *, same=1.0, lift=0.0):
    """Units asked in every wave, whose levels stay (`same` of their variance)."""
    level = rng.normal(0, 1, (units, 1)) * same**0.5 + rng.normal(0, 1, (units, waves)) * (1 - same) ** 0.5
    unit, wave = (each.ravel() for each in np.meshgrid(np.arange(units), np.arange(waves), indexing="ij"))
    unit, wave = unit.repeat(size), wave.repeat(size)
    own = rng.normal(size=len(unit))
    columns = {
        code: np.clip(6 + level[unit, wave] + 0.7 * own + rng.normal(size=len(unit)) + lift * wave, 1, 10)
        for code in SPEC.indicator_ids
    }
    labels = {"wave": wave.astype(str)}
    return csi_model.prepare(SPEC, columns, clusters=unit.astype(str), labels=labels)


def jointly(sample):
    parts = sample.split("wave").samples
    options = csi_model.Options()
    return joint_points(
        {code: followed(SPEC, code, part, "012", options) for code, part in parts.items()}, "0"
    )


def test_what_respondents_add_is_the_covariance_of_the_means():
    rng = np.random.default_rng(1)
    values, weights = rng.normal(50, 10, (60, 3)), rng.uniform(0.5, 2, 60)
    values[rng.random(values.shape) < 0.2] = np.nan
    means, rows = linearised(values, weights)
    expected, covariance = weighted_means(values, weights)
    np.testing.assert_allclose(means, expected)
    np.testing.assert_allclose(rows.T @ rows * 60 / 59, covariance)
    np.testing.assert_allclose(rows.sum(axis=0), 0, atol=1e-12)


def test_within_a_wave_errors_are_those_of_the_official_line_and_waves_apart_are_independent():
    sample = panel(np.random.default_rng(2))
    alone = csi_model.prepare(
        SPEC,
        dict(zip(sample.codes, sample.values.T, strict=True)),
        labels={"wave": sample.label("wave").number.astype(str)},
    )
    found = jointly(alone)
    assert np.isinf(found.df)
    assert not (found.covariance - np.einsum("ktt->kt", found.covariance)[:, :, None] * np.eye(3)).any()
    clustered = jointly(sample)
    assert clustered.df == 29
    document = csi_model.follow(SPEC, sample, "wave", csi_model.Options(bootstrap=20))
    errors = [each["official"]["se"] for each in document["waves"]]
    at = SPEC.place["SAT"]
    np.testing.assert_allclose(np.sqrt(np.diag(clustered.covariance[at])), errors)
    assert document["waves"][2]["change"]["se"] == pytest.approx(document["drift"]["2"]["SAT"]["last"]["se"])
    assert document["frozen"]["SAT"]["1"]["points"] == pytest.approx(
        document["waves"][1]["official"]["value"]
    )


def test_units_that_stay_as_they_are_make_changes_surer_than_levels():
    found = jointly(panel(np.random.default_rng(3), same=1.0))
    at = SPEC.place["SAT"]
    correlation = found.covariance[at][0, 1] / found.covariance[at][0, 0]
    assert 0.6 < correlation < 1
    other = jointly(panel(np.random.default_rng(3), same=0.0))
    assert abs(other.covariance[at][0, 1] / other.covariance[at][0, 0]) < 0.5


@pytest.mark.parametrize("same", [0.0, 0.8])
def test_without_drift_joint_errors_name_a_change_in_five_per_cent_of_worlds(same):
    """Answers taken as independent name one in over twice as many where units drift together."""
    rng = np.random.default_rng(7)
    worlds, named, naive = 200, 0, 0
    for _ in range(worlds):
        sample = panel(rng, units=16, size=12, waves=2, same=same)
        found = jointly(sample)
        at = SPEC.place["SAT"]
        change = float(np.diff(found.values[:, at])[0])
        error = np.sqrt(np.array([1, -1]) @ found.covariance[at] @ np.array([1, -1]))
        named += abs(change) > 2.131 * error  # t of 15
        parts = sample.split("wave").samples
        alone = sum(
            float(np.var(part.points @ np.array([0, 0, 0.5, 0.5])) / len(part)) for part in parts.values()
        )
        naive += abs(change) > 1.96 * alone**0.5
    assert named / worlds <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / worlds)
    if same == 0:
        assert naive / worlds > 0.2


def test_the_answers_part_of_a_change_without_mix_has_the_error_of_the_official_change():
    sample = panel(np.random.default_rng(6), lift=0.2)
    document = csi_model.follow(SPEC, sample, "wave", csi_model.Options(bootstrap=20))
    for why in document["why"]:
        for part in ("value", "se"):
            assert why["answers"][part] == pytest.approx(why["change"][part], rel=1e-9)
        assert why["answers"]["ci"] == pytest.approx(why["change"]["ci"], rel=1e-9)
