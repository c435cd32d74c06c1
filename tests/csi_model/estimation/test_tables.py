"""A result in Python: short where it is printed by chance, readable where it is asked for."""

import builtins

import numpy as np
import pandas as pd
import pytest

import csi_model
from tests.csi_model.simulated import SPEC, survey


@pytest.fixture(scope="module")
def result():
    sample, _ = survey(n=120, years=3)
    return csi_model.estimate(SPEC, sample, csi_model.Options(bootstrap=40), by="wave")


def test_a_result_shows_itself_in_a_line(result):
    assert len(repr(result)) < 500
    assert "SAT" in repr(result)
    assert "360 of 360 respondents, 40 resamples, 3 groups" in repr(result)


def test_the_summary_is_a_text_of_the_documents_figures(result):
    text, found = str(result.summary()), csi_model.document(result)
    assert repr(result.summary()) == text
    lines = text.splitlines()
    assert max(map(len, lines[:20])) <= 90
    low, high = found["constructs"]["SAT"]["ci"]
    row = next(line for line in lines if line.startswith("SAT ")).split()
    assert row[1:5] == [
        f"{value:.4f}" for value in (found["index"]["points"], found["constructs"]["SAT"]["se"], low, high)
    ]
    path = found["paths"][0]
    assert any(line.startswith(f"{path['source']} -> {path['target']}") for line in lines)
    assert f"{found['fit']['srmr']:.4f}" in text
    image = next(line for line in lines if line.startswith("IMG ")).split()
    assert len(image) == len(row) - 1, "nothing explains the image: no R²"
    told = csi_model.summary(found | {"cautions": [{"message": "So it is. " * 20, "remedy": "Do this."}]})
    assert max(len(line) for line in str(told).splitlines()[-6:]) <= 78
    assert ("Caution: " + "So it is. " * 20 + "Do this.").split() == str(told).split()[-63:]


def test_every_table_is_a_frame_of_the_documents_figures(result):
    found = csi_model.document(result)
    constructs = result.to_frame("constructs")
    assert constructs.loc["SAT", "points"] == found["index"]["points"]
    assert [constructs.loc["SAT", "low"], constructs.loc["SAT", "high"]] == found["constructs"]["SAT"]["ci"]
    assert constructs.loc["SAT", "rho_a_low"] == found["constructs"]["SAT"]["rho_a_ci"][0]
    assert list(result.to_frame("paths")["estimate"]) == [row["estimate"] for row in found["paths"]]
    assert len(result.to_frame("htmt")) == len(found["htmt"])
    assert result.to_frame("fit").loc["srmr", "value"] == found["fit"]["srmr"]
    assert list(result.to_frame("groups").index) == ["2021", "2022", "2023"]
    for table in ("dimensions", "indicators", "total_effects", "htmt2", "fornell_larcker", "cautions"):
        assert isinstance(result.to_frame(table), pd.DataFrame)
    with pytest.raises(csi_model.DataError, match="no table 'loadings'") as refusal:
        result.to_frame("loadings")
    assert "indicators" in refusal.value.remedy


def test_the_plot_has_a_bar_with_an_interval_for_every_construct(result):
    drawn = result.plot().to_dict()["data"][0]
    points = result.points.constructs[0]
    assert list(drawn["y"]) == list(SPEC.construct_ids)
    np.testing.assert_allclose(drawn["x"], points)
    np.testing.assert_allclose(points + drawn["error_x"]["array"], result.figure("constructs").high)
    plain = csi_model.estimate(SPEC, survey(n=60, years=1)[0]).plot().to_dict()["data"][0]
    assert "error_x" not in plain or "array" not in plain["error_x"]


@pytest.mark.parametrize(("name", "call"), [("pandas", "to_frame"), ("plotly", "plot")])
def test_what_is_not_installed_is_named(result, monkeypatch, name, call):
    plain = builtins.__import__

    def without(wanted, *more):
        if wanted.split(".")[0] == name:
            raise ImportError(wanted)
        return plain(wanted, *more)

    monkeypatch.setattr("csi_model.estimation.tables.import_module", without)
    with pytest.raises(csi_model.DataError, match=f"{name} is not installed") as refusal:
        getattr(result, call)()
    assert f"pip install {name}" in refusal.value.remedy
