"""One test of the model as a whole between two groups."""

import numpy as np
import pytest

from csi_model.errors import ModelError
from csi_model.specify import ModelSpec
from tests.csi_model.comparing import overall
from tests.csi_model.two_groups import MODEL, MODELS, two


@pytest.fixture(scope="module")
def spec():
    return ModelSpec.from_yaml(MODEL)


def _overall(spec, values, groups, **options):
    options = {"n_permutations": 199} | options
    return overall(values, groups, spec, np.random.default_rng(0), **options)


@pytest.mark.parametrize("method", ["pls", "plsc"])
def test_the_model_as_a_whole_differs_where_a_path_was_planted(spec, method):
    found = _overall(spec, *two(np.random.default_rng(28), path=0.1), method=method)
    assert found.p_d_g < 0.02
    assert found.p_d_uls < 0.02


def test_levels_weights_and_spreads_alone_are_no_difference_of_the_whole(spec):
    values, groups = two(np.random.default_rng(29), 120)
    moved = np.where((groups == "b")[:, None], 3 + 0.5 * values, values)
    first, second = _overall(spec, values, groups), _overall(spec, moved, groups)
    assert first.d_g == pytest.approx(second.d_g)
    assert first.p_d_uls == second.p_d_uls
    scaled = _overall(spec, values, groups, weights=np.where(groups == "b", 7.0, 0.1))
    assert scaled.d_uls == pytest.approx(first.d_uls)


def test_the_whole_is_tested_at_its_level(spec):
    p = []
    for seed in range(60):
        values, groups = two(np.random.default_rng([30, seed]), 60)
        p.append(_overall(spec, values, groups, n_permutations=59).p_d_g)
    assert np.mean(np.array(p) <= 0.05) < 0.15
    assert 0.38 < np.mean(p) < 0.62


@pytest.mark.parametrize(
    ("model", "options", "code"),
    [
        ("plain", {"n_permutations": 0}, "draws"),
        ("two-stage", {}, "staged"),
        ("plain", {"floor": 99}, "one-group"),
    ],
)
def test_the_whole_is_refused_with_a_named_reason(model, options, code):
    with pytest.raises(ModelError) as refusal:
        _overall(ModelSpec.from_yaml(MODELS[model]), *two(np.random.default_rng(31), 60), **options)
    assert refusal.value.code == code
