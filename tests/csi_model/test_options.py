"""Options refuse what they cannot mean, each by the name of its field."""

import numpy as np
import pytest

import csi_model


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("method", "ml"),
        ("scheme", None),
        ("missing", "median"),
        ("interval", "normal"),
        ("bootstrap", -1),
        ("bootstrap", 19),
        ("bootstrap", 99.5),
        ("bootstrap", True),
        ("seed", -1),
        ("seed", "one"),
        ("jobs", 0),
        ("jobs", None),
        ("floor", -1),
        ("floor", 2.5),
        ("indicative", "many"),
        ("level", 0),
        ("level", 1),
        ("level", 1.5),
        ("level", float("nan")),
        ("level", "0.95"),
        ("level", True),
    ],
)
def test_a_wrong_value_is_refused_by_its_field(field, value):
    with pytest.raises(csi_model.ModelError) as refused:
        csi_model.Options(**{field: value})
    assert refused.value.code == field
    assert refused.value.remedy
    assert repr(value) in refused.value.message or str(value) in refused.value.message


def test_numpy_numbers_are_numbers():
    options = csi_model.Options(bootstrap=np.int64(100), level=np.float64(0.9), seed=np.uint32(7))
    assert (options.bootstrap, options.level, options.seed) == (100, 0.9, 7)
    assert type(options.seed) is int
