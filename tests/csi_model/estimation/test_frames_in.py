"""Data frames of pandas and Polars go in; of Polars alone, tables come out."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import csi_model
from tests.csi_model.estimation.frames_alone import Frame, Series
from tests.csi_model.simulated import SPEC, survey

ROOT = Path(__file__).resolve().parents[3]


class Lazy:
    """A frame that is not computed: its columns cannot be had."""

    def collect_schema(self):
        return {}


FRAMES, WIDE = {"pandas": pd.DataFrame, "like Polars": Frame}, [lambda values: Series(values, "Int128")]
try:
    import polars as pl
except ImportError:
    pass
else:
    FRAMES["Polars"] = pl.DataFrame
    WIDE.append(lambda values: pl.Series(values, dtype=pl.Int128))


@pytest.fixture(scope="module")
def answers():
    sample, year = survey(n=120, years=3)
    values = sample.values.T.tolist()  # noqa: PD011  of a sample
    return sample, dict(zip(SPEC.indicator_ids, values, strict=True)) | {"wave": year.tolist()}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_gives_what_its_columns_give(answers, kind):
    sample, columns = answers
    table = FRAMES[kind](columns)
    again = csi_model.prepare(SPEC, table, labels={"wave": table["wave"]}, beside=("SAT1",))
    np.testing.assert_array_equal(again.values, sample.values)
    np.testing.assert_array_equal(again.beside["SAT1"], columns["SAT1"])
    assert again.label("wave").sizes.tolist() == [120, 120, 120]


@pytest.mark.parametrize("name", ["labels", "weights", "clusters"])
def test_a_series_of_rows_in_another_order_is_refused(answers, name):
    _, columns = answers
    table = pd.DataFrame(columns)
    mixed = table.sample(frac=1, random_state=1)
    given = {"labels": {"labels": table["wave"]}, "weights": table["SAT1"], "clusters": table["wave"]}
    with pytest.raises(csi_model.DataError, match=f"The rows of {name} stand in another order") as refusal:
        csi_model.prepare(SPEC, mixed, **{name: given[name]})
    assert refusal.value.code == "other-rows"
    taken = csi_model.prepare(
        SPEC, mixed, labels={"wave": mixed["wave"], "by place": table["wave"].to_numpy()}
    )
    assert taken.label("wave").texts().tolist() == mixed["wave"].tolist()
    assert taken.label("by place").texts().tolist() == table["wave"].tolist()
    assert (
        repr(taken)
        == f"<Sample: 360 of 360 respondents, {len(SPEC.indicator_ids)} questions, labels wave, by place>"
    )


@pytest.mark.parametrize("kind", FRAMES)
def test_nulls_are_gaps_and_no_labels(answers, kind):
    _, columns = answers
    whole = {name: [round(each) for each in values] for name, values in columns.items() if name != "wave"}
    whole["SAT2"] = [None if row == 3 else each for row, each in enumerate(whole["SAT2"])]
    wave = [None if row == 5 else each for row, each in enumerate(columns["wave"])]
    table = FRAMES[kind](whole | {"wave": wave})
    found = csi_model.prepare(SPEC, table, labels={"wave": table["wave"]})
    column = SPEC.indicator_ids.index("SAT2")
    assert np.isnan(found.values).nonzero() == (np.array([3]), np.array([column]))
    assert np.flatnonzero(found.label("wave").is_blank).tolist() == [5]


@pytest.mark.parametrize("kind", FRAMES)
def test_long_numbers_of_customers_stay_apart_beside_a_null(answers, kind):
    _, columns = answers
    customers = [1234567890123456780 + row % 4 for row in range(359)]
    table = FRAMES[kind](columns | {"customer": [*map(str, customers), None]})["customer"]
    if kind != "pandas":  # whose own floats have lost the digits before
        table = FRAMES[kind]({"customer": [*customers, None]})["customer"]
    labels = csi_model.prepare(SPEC, columns, labels={"customer": table}).label("customer")
    assert labels.names == tuple(str(1234567890123456780 + k) for k in range(4))
    assert np.flatnonzero(labels.is_blank).tolist() == [359]


@pytest.mark.parametrize("wide", WIDE)
def test_whole_numbers_that_numpy_has_no_room_for_are_read(answers, wide):
    _, columns = answers
    whole = {name: [round(each) for each in values] for name, values in columns.items() if name != "wave"}
    table = Frame({**whole, "SAT1": wide([*whole["SAT1"][:-1], None])})
    found = csi_model.prepare(SPEC, table, labels={"wave": wide([int(year) for year in columns["wave"]])})
    assert np.argwhere(np.isnan(found.values)).tolist() == [[359, SPEC.indicator_ids.index("SAT1")]]
    assert found.label("wave").names == ("2021", "2022", "2023")


def test_waves_by_moments_have_names(answers):
    _, columns = answers
    moments = np.array([f"{year}-03-01" for year in columns["wave"]], dtype="datetime64[ns]")
    found = csi_model.prepare(SPEC, columns, labels={"wave": moments}).label("wave")
    assert found.names == ("2021-03-01 00:00:00", "2022-03-01 00:00:00", "2023-03-01 00:00:00")


@pytest.mark.parametrize(
    "given",
    [
        lambda _: Lazy(),
        lambda table: table[["wave"]],
        lambda table: [[year] for year in table["wave"]],
        lambda table: pd.Series([[year] for year in table["wave"]]),
    ],
)
def test_labels_that_are_no_column_of_labels_are_refused(answers, given):
    table = pd.DataFrame(answers[1])
    with pytest.raises(csi_model.DataError, match="not one column of labels") as refusal:
        csi_model.prepare(SPEC, table, labels={"wave": given(table)})
    assert refusal.value.code == "groups"


def test_pandas_own_word_for_nothing_is_no_label(answers):
    _, columns = answers
    table = pd.DataFrame(columns)
    table["SAT2"] = table["SAT2"].round().astype("Int64")
    table.loc[3, "SAT2"] = pd.NA
    table["wave"] = table["wave"].astype("string")
    table.loc[5, "wave"] = pd.NA
    found = csi_model.prepare(SPEC, table, labels={"wave": table["wave"]})
    assert np.isnan(found.values).sum() == 1
    assert found.label("wave").names == ("2021", "2022", "2023")
    assert np.flatnonzero(found.label("wave").is_blank).tolist() == [5]


@pytest.mark.parametrize("kind", FRAMES)
def test_a_column_that_is_missing_is_named_beside_those_that_are_there(answers, kind):
    _, columns = answers
    table = FRAMES[kind]({name: values for name, values in columns.items() if name != "LOY3"})
    with pytest.raises(csi_model.DataError, match="no column LOY3") as refusal:
        csi_model.prepare(SPEC, table)
    assert "IMG1, IMG2" in refusal.value.remedy


def test_names_given_twice_lazy_frames_and_what_has_no_names_are_refused(answers):
    _, columns = answers
    table = pd.DataFrame(columns)
    twice = pd.concat([table, table[["SAT1"]].rename(columns={"SAT1": " SAT1 "})], axis=1)
    with pytest.raises(csi_model.DataError, match="two columns named SAT1") as refusal:
        csi_model.prepare(SPEC, twice)
    assert refusal.value.code == "duplicate-column"
    with pytest.raises(csi_model.DataError, match="lazy") as refusal:
        csi_model.prepare(SPEC, Lazy())
    assert ".collect()" in refusal.value.remedy
    for nothing in (np.ones((9, 3)), [[1, 2]], None):
        with pytest.raises(csi_model.DataError, match="no names of columns"):
            csi_model.prepare(SPEC, nothing)


def test_blanks_and_chinese_in_names_are_read_and_a_column_that_nobody_asks_for_is_not(answers):
    _, columns = answers
    spaced = {f" {name}\n": values for name, values in columns.items()} | {"意见": ["好"] * 360}
    assert len(csi_model.prepare(SPEC, pd.DataFrame(spaced))) == 360


PROGRAM = """
import importlib.abc, sys, types

class Absent(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"pandas", "semopy"}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
from tests.csi_model.estimation.frames_alone import Frame
polars = types.ModuleType("polars"); polars.DataFrame = Frame; sys.modules["polars"] = polars
from tests.csi_model.estimation.frames_alone import Frame
from tests.csi_model.simulated import SPEC, survey
import csi_model
sample, _ = survey(n=80, years=1)
table = Frame(dict(zip(SPEC.indicator_ids, sample.values.T.tolist(), strict=True)))
result = csi_model.estimate(SPEC, csi_model.prepare(SPEC, table), csi_model.Options(bootstrap=20))
found = result.to_frame("constructs")
assert type(found) is Frame and list(found["name"].values) == list(SPEC.construct_ids)
pairs = zip(found["points"].values, result.points.constructs[0], strict=True)
assert max(abs(x - y) for x, y in pairs) < 1e-9
assert result.to_frame("specific_effects").columns[:3] == ["source", "target", "through"]
assert "pandas" not in sys.modules
"""


def test_with_polars_alone_all_works():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
