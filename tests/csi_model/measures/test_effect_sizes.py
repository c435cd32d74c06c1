"""Sizes of effects against a reckoning by partial correlations; none where correlations cannot be."""

import numpy as np
import pytest

from csi_model import ModelSpec, Options, document, estimate, prepare
from csi_model.measures.effects import f_squared

SPEC = ModelSpec.from_mapping(
    {
        "index": "S",
        "scale": {"low": -50, "high": 50},
        "paths": [[source, "S"] for source in "QIP"],
        "constructs": [{"id": name, "indicators": [name + "1", name + "2"]} for name in "QIPS"],
    }
)


def noisy(seed, gaps=0.0):
    """60 answers of four constructs that are nearly one, asked with much noise."""
    r = np.random.default_rng(seed)
    shared = r.standard_normal((60, 1))
    sources = np.sqrt(0.85) * shared + np.sqrt(0.15) * r.standard_normal((60, 3))
    latent = np.column_stack([sources, sources.mean(axis=1) + 0.1 * r.standard_normal(60)])
    answers = np.repeat(latent, 2, axis=1) + 0.9 * r.standard_normal((60, 8))
    answers[r.random(answers.shape) < gaps] = np.nan
    return dict(zip(SPEC.indicator_ids, answers.T, strict=True))


def sizes(result):
    return np.array([path["f2"] for path in document(result)["paths"]], dtype=float)


def by_partial_correlations(corr):
    """f² of each but the last with the last: r²/(1 − r²), r partial; with the least eigenvalue."""
    precision = np.linalg.inv(corr)
    partial = -precision[:-1, -1] / np.sqrt(np.diag(precision)[:-1] * precision[-1, -1])
    return partial**2 / (1 - partial**2), np.linalg.eigvalsh(corr)[0]


@pytest.mark.parametrize("gaps", [0.0, 0.2])
def test_what_correlations_that_contradict_each_other_tell_has_no_size_and_a_caution(gaps):
    kinds = set()
    for seed in range(16):
        result = estimate(SPEC, prepare(SPEC, noisy(seed, gaps)), Options(method="plsc"))
        found, solution = sizes(result), result.solution
        doubted = [caution for caution in result.cautions if caution.code == "inadmissible"]
        with np.errstate(invalid="ignore"):
            right, least = by_partial_correlations(solution.construct_corr[0])
        if least > 0:
            np.testing.assert_allclose(found, right, rtol=1e-8)
            kinds.add("admissible")
        else:
            assert np.isnan(found).all()
            assert doubted
            kinds.add("R² above 1" if solution.r_squared[0, 3] > 1 else "R² below 1")
    assert kinds == {"admissible", "R² above 1", "R² below 1"}


def test_correlations_that_contradict_each_other_are_named_where_none_is_above_one():
    result = estimate(SPEC, prepare(SPEC, noisy(4)), Options(method="plsc"))
    assert result.solution.r_squared[0, 3] < 1
    (said,) = [caution for caution in result.cautions if caution.code == "inadmissible"]
    assert said.about == ("S ~ Q, I, P",)
    plain = estimate(SPEC, prepare(SPEC, noisy(4)), Options(method="pls"))  # the remedy
    assert "inadmissible" not in {caution.code for caution in plain.cautions}
    assert (sizes(plain) >= 0).all()


def test_a_source_without_any_effect_has_zero_and_never_less_by_rounding():
    r = np.random.default_rng(2)
    path_matrix = np.array([[0, 0, 0], [0, 0, 0], [1, 1, 0]], dtype=bool)
    own, shared = r.uniform(0.1, 0.9, (2, 500))
    corr = np.tile(np.eye(3), (500, 1, 1))
    for (row, column), value in {(1, 0): shared, (2, 0): own, (2, 1): own * shared}.items():
        corr[:, row, column] = corr[:, column, row] = value
    solved = np.linalg.solve(corr[:, :2, :2], corr[:, :2, 2:])
    share = np.zeros((500, 3))
    share[:, 2] = (solved * corr[:, :2, 2:]).sum(axis=(1, 2))
    found = f_squared(corr, path_matrix, share)[:, 2]
    assert (found[:, 1] >= 0).all()
    np.testing.assert_allclose(found[:, 1], 0, atol=1e-12)
    right = (own**2 - (own * shared) ** 2) / (1 - own**2)
    np.testing.assert_allclose(found[:, 0], right, rtol=1e-9)


def test_disturbances_that_correlate_with_a_source_leave_no_size():
    blocks = "".join(f"{name} =~ {name}1 + {name}2 + {name}3\n" for name in "QIS")
    lines = "I ~ Q\nS ~ I\n"
    r = np.random.default_rng(3)
    quality, common = r.standard_normal((2, 800))
    image = 0.7 * quality + 0.5 * common + 0.5 * r.standard_normal(800)
    happy = 0.5 * image - 0.4 * common + 0.5 * r.standard_normal(800)
    answers = {
        f"{name}{k}": latent + 0.5 * r.standard_normal(800)
        for name, latent in zip("QIS", (quality, image, happy), strict=True)
        for k in (1, 2, 3)
    }
    for more, has_size in (("", True), ("I ~~ S\n", False)):
        text = "# manyi: scale -50 50; index S\n" + blocks + lines + more
        spec = ModelSpec.from_lavaan(text, covariance=True)
        first, second = sizes(estimate(spec, prepare(spec, answers), Options(method="cbsem")))
        assert first > 0
        assert np.isnan(second) is not has_size
