"""Every figure of lavaan 0.6-14 on the simulated utility survey (tests/golden)."""

import pytest

from csi_model.cbsem import assess_invariance, fit, measurement_part
from csi_model.cbsem.equal import INVARIANCE
from tests.csi_model.cbsem.lavaan import check_model
from tests.csi_model.figures import Figures


@pytest.mark.parametrize(
    ("file", "answers", "options"),
    [
        ("lavaan_ML.json", "data.csv", {}),
        ("lavaan_MLR.json", "data.csv", {"estimator": "MLR"}),
        ("lavaan_FIML.json", "data_missing.csv", {"missing": "fiml"}),
        ("lavaan_FIML_MLR.json", "data_missing.csv", {"missing": "fiml", "estimator": "MLR"}),
    ],
)
def test_fit_equals_lavaan(golden, file, answers, options):
    result = fit(golden.text("model.lav"), golden.columns(answers), **options)
    with Figures(file, golden.json(file)) as figures:
        check_model(figures, result)


def test_ordered_fit_equals_lavaan(golden, to_five):
    result = fit(golden.text("model.lav"), to_five(golden.columns("data.csv")), estimator="WLSMV")
    with Figures("lavaan_WLSMV.json", golden.json("lavaan_WLSMV.json")) as figures:
        check_model(figures, result)


@pytest.mark.parametrize("level", ["configural", "metric", "scalar"])
def test_invariance_levels_equal_lavaan(golden, level):
    text = measurement_part(golden.text("model.lav"))
    result = fit(text, golden.columns("data.csv"), groups="group", equal=INVARIANCE[level])
    file = f"lavaan_invariance_{level}.json"
    with Figures(file, golden.json(file)) as figures:
        check_model(figures, result)


def test_invariance_steps_are_differences_of_lavaan_levels(golden):
    found = assess_invariance(golden.text("model.lav"), golden.columns("data.csv"), "group")
    chi2 = {
        level: golden.json(f"lavaan_invariance_{level}.json")["fit"]
        for level in ("configural", "metric", "scalar")
    }
    for step in found.differences:
        expected = chi2[step.level]["chisq"] - chi2[step.against]["chisq"]
        assert step.chi2 == pytest.approx(expected, abs=1e-2)
        assert step.df == chi2[step.level]["df"] - chi2[step.against]["df"]
    assert found.reached == "scalar"
    # The simulation shifts VAL alone, by 0.4 in units of a standard deviation of 1.2 to 1.3 answers.
    means = found.scalar.latent_means(1)
    assert max(means, key=lambda name: abs(means[name])) == "VAL"
    assert found.document()["reached"] == "scalar"


def test_specification_gives_what_its_syntax_gives(golden):
    data = golden.columns("data.csv")
    spec = golden.spec("model.yaml")
    result = fit(spec, data)
    blocks = [f"{each.id} =~ {' + '.join(each.indicators)}" for each in spec.constructs]
    text = "\n".join([*blocks, *(f"{target} ~ {source}" for source, target in spec.paths)])
    assert fit(text, data).fit.chi2 == pytest.approx(result.fit.chi2, rel=1e-9)
    assert result.estimate("COM1", "~~", "COM1").est == 0.0
    assert result.index_weights()["COM"] == {"COM1": 1.0}
    assert set(result.index_weights()) == set(spec.construct_ids)
