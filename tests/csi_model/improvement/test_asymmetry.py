"""Penalties and rewards: linear worlds have none, whatever the crowd at the end; a planted kink is found."""

import numpy as np
import pytest

import csi_model
from csi_model import ModelSpec, Options
from csi_model.improvement.asymmetry import asymmetry
from csi_model.improvement.crowded import left_of_a_line
from csi_model.inference.many import benjamini_hochberg

SPEC = ModelSpec.from_mapping(
    {
        "index": "SAT",
        "constructs": [
            {"id": "QUA", "indicators": ["q1", "q2", "q3"]},
            {"id": "VAL", "indicators": ["v1", "v2"]},
            {"id": "SAT", "indicators": ["s1", "s2", "s3"]},
        ],
        "paths": [["QUA", "SAT"], ["VAL", "SAT"]],
    }
)


def answers(rng: np.random.Generator, n: int, middle: float, below: float, above: float) -> dict:
    """Quality acts with one slope below its mean and another above; a high middle crowds the tens."""
    quality, value = rng.standard_normal((2, n))
    acts = below * np.minimum(quality, 0) + above * np.maximum(quality, 0)
    happy = acts + 0.3 * value
    happy = happy + np.sqrt(max(1 - happy.var(), 0.3)) * rng.standard_normal(n)

    def rated(factor):
        return np.clip(np.rint(middle + 1.9 * (0.9 * factor + 0.44 * rng.standard_normal(n))), 1, 10)

    factors = {"q1": quality, "q2": quality, "q3": quality, "v1": value, "v2": value}
    factors |= {"s1": happy, "s2": happy, "s3": happy}
    return {code: rated(factor) for code, factor in factors.items()}


def found(columns, bootstrap=100, **more) -> dict:
    data = csi_model.prepare(SPEC, columns, **more)
    result = csi_model.estimate(SPEC, data, Options(bootstrap=bootstrap))
    return {row["id"]: row for rows in asymmetry(result).values() for row in rows}


@pytest.mark.parametrize("middle", [5.5, 8.5])
def test_a_linear_world_is_even_whatever_crowds_the_end_of_the_scale(middle):
    worlds = [answers(np.random.default_rng([seed, 1]), 500, middle, 0.5, 0.5) for seed in range(60)]
    alarms = [[row["p"] < 0.05 for row in found(columns).values()] for columns in worlds]
    assert np.mean(alarms) < 0.1  # 5 % of 420, of which those of one world hang together


def test_a_line_is_no_kink_though_the_index_ends_in_a_crowd_of_tens():
    """More answers do not find what is not there: cut at ten, the index itself bends by five errors."""
    row = found(answers(np.random.default_rng(5), 20_000, 9.3, 0.5, 0.5), bootstrap=40)["QUA"]
    assert abs(row["asymmetry"]) < 2.5 * row["asymmetry_se"]
    assert row["penalty"] == pytest.approx(row["reward"], abs=0.06)


@pytest.mark.parametrize("top", [0.01, 0.2, 0.45])
def test_what_is_left_of_a_line_is_what_a_million_show(top):
    rng, rho = np.random.default_rng(7), 0.5
    x, noise = rng.standard_normal((2, 1_000_000))
    y = rho * x + np.sqrt(1 - rho**2) * noise
    cut = [np.quantile(each, [0.1, 0.4, 0.7 - top / 2, 1 - top]) for each in (x, y)]
    codes = [np.searchsorted(ends, each) for ends, each in zip(cut, (x, y), strict=True)]
    shares = [np.bincount(each) / len(each) for each in codes]
    scores = [
        np.array([v[each == k].mean() for k in range(5)]) for v, each in zip((x, y), codes, strict=True)
    ]
    seen = [score[each] for score, each in zip(scores, codes, strict=True)]
    design = np.stack([np.ones(len(x)), np.minimum(seen[0], 0), np.maximum(seen[0], 0)], axis=1)
    slopes = np.linalg.lstsq(design, seen[1], rcond=None)[0][1:] / rho
    pairs = zip(shares, scores, strict=True)
    left = left_of_a_line(*pairs, float(np.mean(seen[0] * seen[1])))
    np.testing.assert_allclose(left, slopes, atol=0.015)


@pytest.mark.parametrize(("below", "above", "kind"), [(0.6, 0.2, "penalty"), (0.2, 0.6, "reward")])
def test_a_kink_is_found(below, above, kind):
    kinds = []
    for seed in range(20):
        rows = found(answers(np.random.default_rng([seed, 2]), 1000, 5.5, below, above))
        kinds.append(rows["QUA"]["kind"])
        assert rows["QUA"]["asymmetry_ci"][0] < rows["QUA"]["asymmetry"] < rows["QUA"]["asymmetry_ci"][1]
        assert rows["QUA"]["asymmetry"] == pytest.approx(rows["QUA"]["reward"] - rows["QUA"]["penalty"])
    assert kinds.count(kind) >= 13  # 85 % of more worlds; fewer than 13 of 20 come in 1 of 100
    assert set(kinds) <= {kind, "even"}


def test_weights_and_clusters_count_and_few_answers_have_no_verdict():
    columns = answers(np.random.default_rng(3), 600, 7.0, 0.6, 0.2)
    plain = found(columns)["q1"]
    doubled = {code: np.concatenate([each, each]) for code, each in columns.items()}
    twice = found(doubled, clusters=np.tile(np.arange(600), 2))["q1"]
    assert twice["asymmetry"] == pytest.approx(plain["asymmetry"], abs=1e-9)
    assert twice["asymmetry_se"] == pytest.approx(plain["asymmetry_se"], rel=0.25)
    weighted = found(columns, weights=np.r_[np.full(300, 1.0), np.full(300, 1e-6)])["q1"]
    half = found({code: each[:300] for code, each in columns.items()})["q1"]
    assert weighted["penalty"] == pytest.approx(half["penalty"], abs=1e-3)
    columns["q1"][99:] = np.nan
    columns["q2"] = np.where(np.arange(600) < 10, 1.0, 9.0)
    rows = found(columns)
    assert rows["q1"] == {"id": "q1", "kind": "few"}
    assert rows["q2"]["kind"] == "few"


def test_without_resamples_it_is_refused():
    data = csi_model.prepare(SPEC, answers(np.random.default_rng(3), 200, 7.0, 0.5, 0.5))
    with pytest.raises(csi_model.DataError, match="no resamples"):
        asymmetry(csi_model.estimate(SPEC, data))


def test_adjusted_p_are_those_of_benjamini_and_hochberg():
    # by hand: the k-th smallest of four times 4/k, never above a later one
    np.testing.assert_allclose(
        benjamini_hochberg(np.array([0.01, np.nan, 0.04, 0.03, 0.005])), [0.02, np.nan, 0.04, 0.04, 0.02]
    )
